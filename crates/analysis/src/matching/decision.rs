//! What was decided, in words, each with the measurement that caused it.

use serde::Serialize;

/// What a decision is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Area {
    /// Balance of frequencies.
    Tone,
    /// Side against middle.
    Width,
    /// How far peaks stand out.
    Dynamics,
    /// How loud it is.
    Loudness,
    /// How high its true peaks are.
    Peaks,
}

impl Area {
    /// Name shown to people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tone => "Tone",
            Self::Width => "Width",
            Self::Dynamics => "Dynamics",
            Self::Loudness => "Loudness",
            Self::Peaks => "Peaks",
        }
    }
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Something is done.
    Done,
    /// Nothing needs to be done.
    Fine,
    /// More, or something, was asked for and is not done.
    Refused,
}

/// One decision.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Decision {
    /// What it is about.
    pub area: Area,
    /// What became of it.
    pub verdict: Verdict,
    /// What is done or not, and the measured cause, in a sentence or two.
    pub text: String,
}

impl Decision {
    /// Something is done.
    pub fn done(area: Area, text: impl Into<String>) -> Self {
        Self { area, verdict: Verdict::Done, text: text.into() }
    }

    /// Nothing needs to be done.
    pub fn fine(area: Area, text: impl Into<String>) -> Self {
        Self { area, verdict: Verdict::Fine, text: text.into() }
    }

    /// Something was asked for and is not done.
    pub fn refused(area: Area, text: impl Into<String>) -> Self {
        Self { area, verdict: Verdict::Refused, text: text.into() }
    }
}

/// A frequency as people write it: "120 Hz", "3.4 kHz".
pub(super) fn hertz(hz: f64) -> String {
    match hz {
        hz if hz < 995.0 => format!("{hz:.0} Hz"),
        hz if hz < 9950.0 => format!("{:.1} kHz", hz / 1000.0),
        hz => format!("{:.0} kHz", hz / 1000.0),
    }
}

/// A change in dB with its sign: "+2.4 dB", "−1.0 dB".
pub(super) fn change(db: f64) -> String {
    let sign = if db >= 0.05 { "+" } else { "" };
    format!("{sign}{} dB", twobus_dsp::units::signed(db, 1))
}
