//! What `deliver` takes.

use std::path::PathBuf;

use clap::Args as ClapArgs;
use twobus_jobs::Format;
use twobus_session::master::MAX_REDUCTION;

use super::values::goal;
use super::{DitherArg, Goal, limiter, within};

/// Formats, with a rate and a target of their own where that is wanted:
///   wav16 wav24 wav32f flac16 flac24 vorbis vorbis8
///   wav16@44100     at 44.1 kHz; without a rate at the print's
///   wav24/-14       at -14 LUFS; without one, as --target says
///   wav24/ebu-r128  as that place asks for: its ceiling, and its loudness if it has one
///   vorbis8@48000/-14
#[derive(Debug, ClapArgs)]
pub(crate) struct DeliverArgs {
    /// Folder of a project, or an audio file.
    pub(crate) input: PathBuf,
    /// Files to write, such as wav24,wav16@44100,flac24/spotify,vorbis6@48000/-14; may be given several times.
    #[arg(long = "format", value_name = "FORMAT", value_delimiter = ',', required = true, value_parser = wanted)]
    pub(crate) formats: Vec<Wanted>,
    /// Number of the song.
    #[arg(long, default_value_t = 1, conflicts_with = "all")]
    pub(crate) song: u32,
    /// Deliver every song of the record.
    #[arg(long, conflicts_with = "print")]
    pub(crate) all: bool,
    /// Number of the print; the newest main print if not given.
    #[arg(long)]
    pub(crate) print: Option<u32>,
    /// Folder for the files; the project's masters/, or that of the file, if not given.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: Option<PathBuf>,
    /// Names of the files. Fields: {title} {artist} {album} {nr} {isrc} {rate} {depth} {format} {target}.
    #[arg(long, default_value = twobus_jobs::deliver::PATTERN)]
    pub(crate) pattern: String,
    /// Where the files go, such as spotify, cd or ebu-r128, or the integrated loudness to reach, in LUFS; the
    /// song's target if not given.
    #[arg(long, value_name = "PLACE|LUFS", allow_negative_numbers = true, value_parser = goal)]
    pub(crate) target: Option<Goal>,
    /// Highest true peak, in dBTP; the place's, or the song's, if not given.
    #[arg(long, allow_negative_numbers = true, value_parser = within(limiter("ceiling")))]
    pub(crate) ceiling: Option<f64>,
    /// Most gain reduction to reach a loudness, in dB; the song's if not given.
    #[arg(long, allow_negative_numbers = true, value_parser = within(&MAX_REDUCTION))]
    pub(crate) max_reduction: Option<f64>,
    /// How far below the ceiling lossy files are limited, in dB, such as -0.5: what cures an encoder that
    /// overshoots. Their loudness stays what is asked for.
    #[arg(long, allow_negative_numbers = true, default_value_t = 0.0, value_parser = codec_trim)]
    pub(crate) codec_trim: f64,
    /// How files of integers are dithered, where they have to be.
    #[arg(long, value_enum, default_value_t = DitherArg::Tpdf)]
    pub(crate) dither: DitherArg,
    /// Also write the report as a page for a browser.
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Only list what would be written.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Replace files that are there.
    #[arg(long)]
    pub(crate) force: bool,
}

/// A format with what it says of rate and target.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Wanted {
    pub(crate) format: Format,
    pub(crate) rate_hz: Option<u32>,
    pub(crate) goal: Option<Goal>,
}

const USAGE: &str = "a format such as wav24, wav16@44100, flac24/spotify or vorbis6@48000/-14; the formats are \
                     wav16, wav24, wav32f, flac16, flac24 and vorbis with a quality of -1 to 10";

fn wanted(text: &str) -> Result<Wanted, String> {
    let (text, goal) = match text.split_once('/') {
        Some((text, target)) => (text, Some(goal(target)?)),
        None => (text, None),
    };
    let (name, rate_hz) = match text.split_once('@') {
        Some((name, rate)) => (name, Some(rate.parse().map_err(|_| USAGE)?)),
        None => (text, None),
    };
    if rate_hz.is_some_and(|rate| !(44_100..=192_000).contains(&rate)) {
        return Err("files have rates of 44100 to 192000 Hz".to_owned());
    }
    Ok(Wanted { format: format(&name.to_lowercase()).ok_or(USAGE)?, rate_hz, goal })
}

fn format(name: &str) -> Option<Format> {
    let known = Format::NAMES.into_iter().find(|(known, _)| *known == name);
    known.map(|(_, format)| format).or_else(|| {
        let quality = name.strip_prefix("vorbis")?.parse().ok()?;
        twobus_media::Container::VORBIS_QUALITIES
            .contains(&quality)
            .then_some(Format::Vorbis(quality))
    })
}

fn codec_trim(text: &str) -> Result<f64, String> {
    let trim: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if (-12.0..=0.0).contains(&trim) { Ok(trim) } else { Err("-12 to 0".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_say_rate_and_loudness() {
        let says = |text, format, rate_hz, lufs: Option<f64>| {
            let goal = lufs.map(Goal::Loudness);
            assert_eq!(wanted(text), Ok(Wanted { format, rate_hz, goal }), "{text}");
        };
        says("wav24", Format::Wav24, None, None);
        says("WAV16@44100", Format::Wav16, Some(44_100), None);
        says("flac24/-14.5", Format::Flac24, None, Some(-14.5));
        says("vorbis", Format::Vorbis(6), None, None);
        says("vorbis-1@48000/-9", Format::Vorbis(-1), Some(48_000), Some(-9.0));
        let place = wanted("wav24@48000/ebu-r128").unwrap().goal;
        assert!(matches!(place, Some(Goal::Place(place)) if place.id == "ebu-r128"));
        for wrong in
            ["wav24/nowhere", "mp3", "wav", "vorbis11", "wav24@8000", "wav24@x", "wav24/4", ""]
        {
            assert!(wanted(wrong).is_err(), "{wrong}");
        }
    }
}
