//! What a sound system must be able to do, and the words for its devices.

use std::fmt;

use crate::device::{Error, Outlet};

/// A sound system: the machine's own, or a made-up one for tests.
///
/// Its methods may block; they are called from threads that may.
pub trait Backend: Send + Sync + 'static {
    /// Every device that can play, the default one first where it is known.
    ///
    /// # Errors
    /// When the sound system cannot be asked. Having no device is not an error.
    fn outputs(&self) -> Result<Vec<OutputInfo>, Error>;

    /// What the default device is just now, and whether `wanted` is there, without opening any. The
    /// default is that of the sound system which `playing` belongs to, so that it can be compared.
    ///
    /// # Errors
    /// When the sound system cannot be asked.
    fn survey(
        &self,
        playing: Option<&OutputId>,
        wanted: Option<&OutputId>,
    ) -> Result<Survey, Error>;

    /// Opens a device, or the default one, and connects `outlet` to it; nothing is played before
    /// [`Stream::start`].
    ///
    /// # Errors
    /// When there is no such device, or it cannot be opened as `wish` says or nearly so.
    fn open(&self, wish: &Wish, outlet: &Outlet) -> Result<Box<dyn Stream>, Error>;
}

/// An open device. Dropping it closes the device; that may block as long as a callback runs.
pub trait Stream: Send {
    /// How it was opened.
    fn config(&self) -> &Config;

    /// Begins to call the feed.
    ///
    /// # Errors
    /// When the device does not start.
    fn start(&mut self) -> Result<(), Error>;
}

/// A device's name that stays the same from start to start, such as `alsa:hw:CARD=PCH,DEV=0`.
#[derive(
    Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct OutputId(String);

impl OutputId {
    /// From what [`Display`](fmt::Display) wrote.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OutputId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for OutputId {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self::new(text))
    }
}

/// A device that can play.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct OutputInfo {
    /// What it is stored by.
    pub id: OutputId,
    /// What people call it.
    pub name: String,
    /// The sound system it belongs to, such as "ALSA".
    pub host: String,
    /// Whether it is the default one.
    pub default: bool,
    /// Sample rates it takes, ascending.
    pub rates_hz: Vec<RateRange>,
    /// Numbers of channels it takes, ascending.
    pub channels: Vec<u16>,
    /// Sample formats it takes that Twobus writes, the best first.
    pub formats: Vec<SampleFormat>,
    /// Another program holds it, so that nothing more is known of it.
    pub busy: bool,
}

/// A range of sample rates in Hz, both ends included; equal ends are a single rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct RateRange {
    /// The lowest.
    pub from: u32,
    /// The highest.
    pub to: u32,
}

/// The formats that Twobus writes, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SampleFormat {
    /// 32-bit float.
    F32,
    /// 32-bit whole numbers.
    I32,
    /// 24-bit whole numbers, in 32 bits.
    I24,
    /// 16-bit whole numbers.
    I16,
}

impl fmt::Display for SampleFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::F32 => "32-bit float",
            Self::I32 => "32-bit",
            Self::I24 => "24-bit",
            Self::I16 => "16-bit",
        })
    }
}

/// What is there just now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Survey {
    /// The default device.
    pub default: Option<OutputId>,
    /// Whether the device that is wanted is there.
    pub wanted: bool,
}

/// What is asked of a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// The device; the default one if `None`.
    pub output: Option<OutputId>,
    /// Frames of a callback. Always fixed: left to itself, ALSA may choose 0.7 s.
    pub period_frames: Period,
}

impl Default for Wish {
    fn default() -> Self {
        Self { output: None, period_frames: PERIOD_FRAMES }
    }
}

/// Frames of a callback if nothing else is asked for: 11 ms at 48 kHz.
pub const PERIOD_FRAMES: Period = 512;

/// Frames of a callback, at the device's rate.
pub type Period = u32;

/// How a device was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The device.
    pub output: OutputId,
    /// What people call it.
    pub name: String,
    /// Its sample rate.
    pub rate_hz: u32,
    /// Its channels.
    pub channels: u16,
    /// Its format.
    pub format: SampleFormat,
    /// Frames of a callback, as far as the device tells; callbacks may be of any length.
    pub period_frames: Period,
}
