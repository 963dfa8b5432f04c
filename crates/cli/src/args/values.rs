//! Values that options take, and the words for them.

use clap::ValueEnum;
use twobus_dsp::DeviceKind;
use twobus_dsp::limiter::Character;
use twobus_dsp::param::ParamSpec;
use twobus_jobs::{DitherKind, Format};
use twobus_session::master::LOUDNESS;
use twobus_session::presets::{ChainPreset, chain, chains};
use twobus_session::targets::{Destination, destination, targets};
use twobus_session::{ChainVersion, PrintKind};

/// Formats of a print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PrintFormat {
    /// WAV, 24-bit.
    Wav24,
    /// WAV, 32-bit float.
    Wav32f,
}

impl From<PrintFormat> for Format {
    fn from(format: PrintFormat) -> Self {
        match format {
            PrintFormat::Wav24 => Self::Wav24,
            PrintFormat::Wav32f => Self::Wav32f,
        }
    }
}

/// Formats of a master.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FileFormat {
    /// WAV, 16-bit.
    Wav16,
    /// WAV, 24-bit.
    Wav24,
    /// WAV, 32-bit float.
    Wav32f,
    /// FLAC, 16-bit.
    Flac16,
    /// FLAC, 24-bit.
    Flac24,
    /// Ogg Vorbis of quality 6.
    Vorbis,
}

impl From<FileFormat> for Format {
    fn from(format: FileFormat) -> Self {
        match format {
            FileFormat::Wav16 => Self::Wav16,
            FileFormat::Wav24 => Self::Wav24,
            FileFormat::Wav32f => Self::Wav32f,
            FileFormat::Flac16 => Self::Flac16,
            FileFormat::Flac24 => Self::Flac24,
            FileFormat::Vorbis => Self::Vorbis(Self::VORBIS_QUALITY),
        }
    }
}

/// What a master is for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Goal {
    /// A place.
    Place(&'static Destination),
    /// A loudness, in LUFS.
    Loudness(f64),
}

pub(super) fn goal(text: &str) -> Result<Goal, String> {
    if text.parse::<f64>().is_ok() {
        return within(&LOUDNESS)(text).map(Goal::Loudness);
    }
    destination(text).map(Goal::Place).ok_or_else(|| {
        let ids: Vec<&str> = targets().destinations.iter().map(|place| place.id.as_str()).collect();
        format!("a loudness in LUFS, or one of: {}", ids.join(", "))
    })
}

pub(super) fn preset(name: &str) -> Result<&'static ChainPreset, String> {
    chain(name).ok_or_else(|| {
        let names: Vec<&str> = chains().iter().map(|chain| chain.name.as_str()).collect();
        format!("one of: {}", names.join("; "))
    })
}

/// The chains of a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Chain {
    /// The chain that is heard.
    A,
    /// Its alternative.
    B,
}

impl From<Chain> for ChainVersion {
    fn from(chain: Chain) -> Self {
        match chain {
            Chain::A => Self::A,
            Chain::B => Self::B,
        }
    }
}

/// How integers are dithered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DitherArg {
    /// White noise.
    Tpdf,
    /// Noise where it is heard least: more of it in all, less to be heard.
    Shaped,
    /// None.
    None,
}

impl From<DitherArg> for DitherKind {
    fn from(dither: DitherArg) -> Self {
        match dither {
            DitherArg::Tpdf => Self::Tpdf,
            DitherArg::Shaped => Self::Shaped,
            DitherArg::None => Self::None,
        }
    }
}

/// Characters of the limiter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LimiterCharacter {
    /// Moves as little as the peaks allow.
    Transparent,
    /// Keeps the front of hits, and comes back fast.
    Punchy,
    /// Holds, and comes back slowly: least distortion.
    Safe,
}

impl LimiterCharacter {
    /// The value of the limiter's parameter.
    pub(crate) fn value(self) -> f64 {
        let character = match self {
            Self::Transparent => Character::Transparent,
            Self::Punchy => Character::Punchy,
            Self::Safe => Character::Safe,
        };
        Character::ALL.iter().position(|other| *other == character).map_or(0.0, |at| at as f64)
    }
}

/// Takes the numbers that `spec` allows.
pub(super) fn within(spec: &'static ParamSpec) -> impl Fn(&str) -> Result<f64, String> + Clone {
    |text| {
        let value = text.parse().map_err(|_| "not a number".to_owned())?;
        let (low, high) = (spec.range.start(), spec.range.end());
        if spec.range.contains(&value) { Ok(value) } else { Err(format!("{low} to {high}")) }
    }
}

/// A parameter of the limiter.
pub(super) fn limiter(id: &str) -> &'static ParamSpec {
    let found = DeviceKind::Limiter.specs().iter().find(|spec| spec.id == id);
    found.expect("the limiter has a ceiling and a release")
}

pub(super) fn kind(text: &str) -> Result<PrintKind, String> {
    let found = PrintKind::ALL.into_iter().find(|kind| kind.name().eq_ignore_ascii_case(text));
    found.ok_or_else(|| {
        let names = PrintKind::ALL.map(PrintKind::name).join(", ");
        format!("one of: {names}")
    })
}

/// A place in the song, in seconds or frames.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Position {
    Seconds(f64),
    Frames(u64),
}

impl Position {
    /// The frame at `rate_hz`, to the nearest.
    pub(crate) fn frame(self, rate_hz: u32) -> u64 {
        match self {
            Self::Seconds(seconds) => (seconds * f64::from(rate_hz)).round() as u64,
            Self::Frames(frames) => frames,
        }
    }
}

impl std::str::FromStr for Position {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const USAGE: &str = "a time such as 1:31.8 or 91.8 (seconds), or frames such as 4406400f";
        if let Some(frames) = text.strip_suffix('f') {
            return frames.parse().map(Self::Frames).map_err(|_| USAGE);
        }
        let mut seconds = 0.0;
        for part in text.split(':') {
            let part: f64 = part.parse().map_err(|_| USAGE)?;
            if part.is_sign_negative() {
                return Err(USAGE);
            }
            seconds = seconds * 60.0 + part;
        }
        if seconds.is_finite() { Ok(Self::Seconds(seconds)) } else { Err(USAGE) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_times_or_frames() {
        assert_eq!("1:31.8".parse(), Ok(Position::Seconds(91.8)));
        assert_eq!("91.8".parse(), Ok(Position::Seconds(91.8)));
        assert_eq!("480f".parse(), Ok(Position::Frames(480)));
        assert!("late".parse::<Position>().is_err());
        assert!("-3".parse::<Position>().is_err());
        assert!("1:-3".parse::<Position>().is_err());
    }

    #[test]
    fn a_goal_is_a_place_or_a_loudness() {
        assert!(matches!(goal("-14"), Ok(Goal::Loudness(-14.0))));
        assert!(matches!(goal("Spotify"), Ok(Goal::Place(place)) if place.name == "Spotify"));
        assert!(goal("-140").is_err());
        assert!(goal("nowhere").unwrap_err().contains("ebu-r128"));
        assert!(preset("nothing").unwrap_err().contains("Gentle polish"));
    }
}
