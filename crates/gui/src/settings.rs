//! The program's own settings: the sound device, the scale of the window, how meters look.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use twobus_engine::device::{OutputId, PERIOD_FRAMES, Wish};

/// Scales that can be chosen, in percent.
pub(crate) const SCALES: [u16; 8] = [75, 100, 125, 150, 175, 200, 225, 250];
/// Periods that can be chosen, in frames.
pub(crate) const PERIODS: [u32; 7] = [64, 128, 256, 512, 1024, 2048, 4096];

/// What is kept from start to start. What a file of a later program holds besides is left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Settings {
    /// The sound device; the default one if `None`.
    pub(crate) device: Option<ChosenDevice>,
    /// Frames that it asks for at a time.
    pub(crate) period_frames: u32,
    /// Scale of the window in percent, one of [`SCALES`]; that of the display if `None`.
    pub(crate) scale_percent: Option<u16>,
    /// Pictures move as little as they can.
    pub(crate) reduce_motion: bool,
    /// How the meters of strips move.
    pub(crate) meter: MeterKind,
    /// What the meter of the mix bus reads as 0.
    pub(crate) k_scale: KScale,
}

/// A sound device that was chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ChosenDevice {
    /// What it is found by.
    pub(crate) id: OutputId,
    /// What people call it.
    pub(crate) name: String,
}

/// How the meters of strips move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum MeterKind {
    /// A body of 300 ms under a peak.
    #[default]
    PeakRms,
    /// A needle of 300 ms, 0 VU at −18 dBFS.
    Vu,
}

impl MeterKind {
    pub(crate) const ALL: [Self; 2] = [Self::PeakRms, Self::Vu];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::PeakRms => "Peak + RMS",
            Self::Vu => "VU",
        }
    }
}

/// What the mix bus's meter reads as 0: Katz, "Integrated Approach to Metering, Monitoring, and Leveling
/// Practices", J. Audio Eng. Soc. 48 (2000), part II.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum KScale {
    /// Full scale.
    #[default]
    Off,
    /// −20 dBFS.
    K20,
    /// −14 dBFS.
    K14,
    /// −12 dBFS.
    K12,
}

impl KScale {
    pub(crate) const ALL: [Self; 4] = [Self::Off, Self::K20, Self::K14, Self::K12];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Off => "dBFS",
            Self::K20 => "K-20",
            Self::K14 => "K-14",
            Self::K12 => "K-12",
        }
    }

    /// How far its 0 lies below full scale, in dB.
    pub(crate) fn headroom_db(self) -> f64 {
        match self {
            Self::Off => 0.0,
            Self::K20 => 20.0,
            Self::K14 => 14.0,
            Self::K12 => 12.0,
        }
    }

    /// The next one, and after the last the first.
    pub(crate) fn next(self) -> Self {
        let at = Self::ALL.iter().position(|other| *other == self).unwrap_or(0);
        Self::ALL[(at + 1) % Self::ALL.len()]
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            device: None,
            period_frames: PERIOD_FRAMES,
            scale_percent: None,
            reduce_motion: false,
            meter: MeterKind::default(),
            k_scale: KScale::default(),
        }
    }
}

impl Settings {
    /// Reads those in the folder `config`; the defaults where there are none, with a sentence for people
    /// where they cannot be read.
    pub(crate) fn load(config: &Path) -> (Self, Option<String>) {
        let file = file(config);
        let read = fs::read(&file);
        let why = match read.map(|bytes| serde_json::from_slice::<Self>(&bytes)) {
            Ok(Ok(settings)) => return (settings.sane(), None),
            Ok(Err(error)) => error.to_string(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Default::default(),
            Err(error) => error.to_string(),
        };
        let kept = file.with_extension("json.damaged");
        // Nothing is lost by looking; the copy is for whoever wrote the file by hand.
        let _kept = fs::copy(&file, &kept);
        let text = format!("{} cannot be read, so that settings begin anew: {why}", file.display());
        (Self::default(), Some(text))
    }

    /// Values that a hand may have written, within their bounds.
    fn sane(self) -> Self {
        let scale_percent = self.scale_percent.filter(|scale| SCALES.contains(scale));
        let (least, most) = (PERIODS[0], PERIODS[PERIODS.len() - 1]);
        Self { scale_percent, period_frames: self.period_frames.clamp(least, most), ..self }
    }

    /// Writes them into the folder `config`.
    ///
    /// # Errors
    /// When it cannot be written; what was there stays.
    pub(crate) fn save(&self, config: &Path) -> io::Result<()> {
        let text = serde_json::to_string_pretty(self)?;
        replace(&file(config), text.as_bytes())
    }

    /// What is asked of the sound device.
    pub(crate) fn wish(&self) -> Wish {
        let output = self.device.as_ref().map(|device| device.id.clone());
        Wish { output, period_frames: self.period_frames }
    }

    /// The next scale up, or down, from what is shown now on a display of `display_percent`.
    pub(crate) fn scaled(&self, up: bool, display_percent: f32) -> u16 {
        let now = self.scale_percent.map_or(display_percent, f32::from);
        let mut scales = SCALES.into_iter();
        let next = match up {
            true => scales.find(|scale| f32::from(*scale) > now + 1.0),
            false => scales.rfind(|scale| f32::from(*scale) < now - 1.0),
        };
        next.unwrap_or(SCALES[if up { SCALES.len() - 1 } else { 0 }])
    }
}

fn file(config: &Path) -> PathBuf {
    config.join("settings.json")
}

/// Writes a file of the program's own: whoever reads it sees all of the old one or all of the new one.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn replace(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let new = tempfile::NamedTempFile::new_in(folder)?;
    fs::write(new.path(), bytes)?;
    let _file = new.persist(file)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_come_back_and_damaged_ones_are_kept_aside() {
        let place = tempfile::tempdir().unwrap();
        let config = place.path().join("config");
        assert_eq!(Settings::load(&config), (Settings::default(), None));
        let chosen = Settings {
            device: Some(ChosenDevice { id: OutputId::new("alsa:hw:0"), name: "Card".to_owned() }),
            period_frames: 128,
            scale_percent: Some(150),
            reduce_motion: true,
            meter: MeterKind::Vu,
            k_scale: KScale::K14,
        };
        chosen.save(&config).unwrap();
        assert_eq!(Settings::load(&config), (chosen, None));
        fs::write(file(&config), "{\"meter\": \"loud\"").unwrap();
        let (settings, why) = Settings::load(&config);
        assert_eq!(settings, Settings::default());
        assert!(why.is_some_and(|why| why.contains("settings.json")));
        let kept = fs::read_to_string(config.join("settings.json.damaged")).unwrap();
        assert_eq!(kept, "{\"meter\": \"loud\"");
    }

    #[test]
    fn what_a_hand_has_written_stays_within_bounds() {
        let place = tempfile::tempdir().unwrap();
        fs::write(file(place.path()), "{\"period_frames\": 0, \"scale_percent\": 7, \"new\": 1}")
            .unwrap();
        let (settings, why) = Settings::load(place.path());
        assert_eq!((settings.period_frames, settings.scale_percent, why), (64, None, None));
    }

    #[test]
    fn scales_step_from_the_one_that_is_seen_and_end_at_their_bounds() {
        let mut settings = Settings::default();
        assert_eq!(settings.scaled(true, 100.0), 125);
        assert_eq!(settings.scaled(false, 130.0), 125);
        settings.scale_percent = Some(250);
        assert_eq!((settings.scaled(true, 100.0), settings.scaled(false, 100.0)), (250, 225));
        settings.scale_percent = Some(75);
        assert_eq!(settings.scaled(false, 200.0), 75);
    }
}
