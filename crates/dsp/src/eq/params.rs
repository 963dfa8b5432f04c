//! The parameters of an equalizer: eight times those of a band, then those of the whole.

use super::prototype::{MAX_POLES, Part, Setting, Shape};
use crate::param::{ParamSpec, Unit, Values};

/// Number of bands.
pub const BANDS: usize = 8;

/// Parameters of a band; its first one is at `BAND_PARAMS * band`.
pub const BAND_PARAMS: usize = 13;

/// Offsets of a band's parameters.
pub mod band {
    /// Whether it takes part.
    pub const ON: usize = 0;
    /// [`Shape`](super::Shape).
    pub const SHAPE: usize = 1;
    /// Frequency, in Hz.
    pub const FREQUENCY: usize = 2;
    /// Gain, in dB.
    pub const GAIN: usize = 3;
    /// Q.
    pub const Q: usize = 4;
    /// Slope of a cut.
    pub const SLOPE: usize = 5;
    /// [`Side`](super::Side): what part of the signal it works on.
    pub const SIDE: usize = 6;
    /// Whether its gain follows the level.
    pub const DYNAMIC: usize = 7;
    /// Level above which it moves, in dBFS of its own range of frequencies.
    pub const THRESHOLD: usize = 8;
    /// How much of what is above the threshold becomes gain.
    pub const RATIO: usize = 9;
    /// How far the gain moves at most, and which way, in dB. Notches and cuts, which rest at nothing, only
    /// move down: this far, or at the end of the range until they are whole.
    pub const RANGE: usize = 10;
    /// Attack, in ms.
    pub const ATTACK: usize = 11;
    /// Release, in ms.
    pub const RELEASE: usize = 12;
}

/// Phase: a choice of zero latency or linear phase; fixed while playing.
pub const PHASE: usize = BANDS * BAND_PARAMS;
/// Whether the output makes up for what the curve does to the loudness.
pub const AUTO_GAIN: usize = PHASE + 1;
/// Output gain, in dB.
pub const OUTPUT: usize = PHASE + 2;
/// Number of parameters.
pub const PARAMS: usize = PHASE + 3;

/// End of the range of a dynamic band, in dB.
const LARGEST_RANGE_DB: f64 = 24.0;

/// Slopes of cuts by number of poles less one.
const SLOPES: &[&str] = &[
    "6 dB/oct",
    "12 dB/oct",
    "18 dB/oct",
    "24 dB/oct",
    "30 dB/oct",
    "36 dB/oct",
    "42 dB/oct",
    "48 dB/oct",
];

/// The declarations of one band, whose number and start are literals.
macro_rules! band {
    ($n:literal, $shape:expr, $on:expr, $frequency:expr) => {
        [
            ParamSpec::switch(concat!("b", $n, "_on"), concat!("Band ", $n), $on),
            ParamSpec::choice(
                concat!("b", $n, "_shape"),
                concat!("Shape ", $n),
                Shape::NAMES,
                $shape as usize,
            ),
            ParamSpec::log(
                concat!("b", $n, "_freq"),
                concat!("Frequency ", $n),
                Unit::Hz,
                (10.0, 24_000.0),
                $frequency,
            ),
            ParamSpec::linear(
                concat!("b", $n, "_gain"),
                concat!("Gain ", $n),
                Unit::Db,
                (-24.0, 24.0),
                0.0,
            ),
            ParamSpec::log(
                concat!("b", $n, "_q"),
                concat!("Q ", $n),
                Unit::Number,
                (0.1, 40.0),
                std::f64::consts::FRAC_1_SQRT_2,
            ),
            ParamSpec::choice(concat!("b", $n, "_slope"), concat!("Slope ", $n), SLOPES, 1),
            ParamSpec::choice(concat!("b", $n, "_side"), concat!("Side ", $n), Side::NAMES, 0),
            ParamSpec::switch(concat!("b", $n, "_dynamic"), concat!("Dynamic ", $n), false),
            ParamSpec::linear(
                concat!("b", $n, "_threshold"),
                concat!("Threshold ", $n),
                Unit::Db,
                (-80.0, 0.0),
                -24.0,
            ),
            ParamSpec::log(
                concat!("b", $n, "_ratio"),
                concat!("Ratio ", $n),
                Unit::Ratio,
                (1.0, 20.0),
                2.0,
            ),
            ParamSpec::linear(
                concat!("b", $n, "_range"),
                concat!("Range ", $n),
                Unit::Db,
                (-LARGEST_RANGE_DB, LARGEST_RANGE_DB),
                -6.0,
            ),
            ParamSpec::log(
                concat!("b", $n, "_attack"),
                concat!("Attack ", $n),
                Unit::Ms,
                (0.1, 250.0),
                10.0,
            ),
            ParamSpec::log(
                concat!("b", $n, "_release"),
                concat!("Release ", $n),
                Unit::Ms,
                (5.0, 5000.0),
                150.0,
            ),
        ]
    };
}

const BAND_SPECS: [[ParamSpec; BAND_PARAMS]; BANDS] = [
    band!("1", Shape::LowCut, false, 30.0),
    band!("2", Shape::LowShelf, true, 100.0),
    band!("3", Shape::Bell, true, 250.0),
    band!("4", Shape::Bell, true, 700.0),
    band!("5", Shape::Bell, true, 2000.0),
    band!("6", Shape::Bell, true, 5000.0),
    band!("7", Shape::HighShelf, true, 10_000.0),
    band!("8", Shape::HighCut, false, 18_000.0),
];

const WHOLE_SPECS: [ParamSpec; PARAMS - PHASE] = [
    ParamSpec::choice("phase", "Phase", &["Zero latency", "Linear"], 0),
    ParamSpec::switch("auto_gain", "Auto gain", false),
    ParamSpec::linear("output", "Output", Unit::Db, (-24.0, 24.0), 0.0),
];

/// All parameters, in order.
pub const SPECS: &[ParamSpec] = &{
    let mut specs = [const { ParamSpec::switch("", "", false) }; PARAMS];
    let mut param = 0;
    while param < PARAMS {
        specs[param] = if param < PHASE {
            copied(&BAND_SPECS[param / BAND_PARAMS][param % BAND_PARAMS])
        } else {
            copied(&WHOLE_SPECS[param - PHASE])
        };
        param += 1;
    }
    specs
};

const fn copied(spec: &ParamSpec) -> ParamSpec {
    let range = std::ops::RangeInclusive::new(*spec.range.start(), *spec.range.end());
    ParamSpec { range, ..*spec }
}

/// Which part of a stereo signal a band works on; the order is that of the choice in files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Both channels alike.
    Stereo,
    /// What both have in common.
    Mid,
    /// In what they differ.
    Side,
}

impl Side {
    const NAMES: &[&str] = &["Stereo", "Mid", "Side"];

    fn of(index: usize) -> Self {
        match index {
            1 => Self::Mid,
            2 => Self::Side,
            _ => Self::Stereo,
        }
    }

    /// True when the band works on channel 0 (left or mid) or 1 (right or side).
    pub fn covers(self, channel: usize) -> bool {
        match self {
            Self::Stereo => true,
            Self::Mid => channel == 0,
            Self::Side => channel == 1,
        }
    }
}

/// What of a band does not travel but changes at once, under a cross-fade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    pub(crate) on: bool,
    pub(crate) shape: Shape,
    pub(crate) poles: usize,
    pub(crate) side: Side,
    pub(crate) dynamic: bool,
}

impl Kind {
    pub(crate) fn of(values: &Values<PARAMS>, number: usize) -> Self {
        let at = |offset: usize| BAND_PARAMS * number + offset;
        let shape = Shape::ALL[values.index(at(band::SHAPE)).min(Shape::ALL.len() - 1)];
        Self {
            on: values.is_on(at(band::ON)),
            shape,
            poles: (values.index(at(band::SLOPE)) + 1).min(MAX_POLES),
            side: Side::of(values.index(at(band::SIDE))),
            dynamic: values.is_on(at(band::DYNAMIC)),
        }
    }

    /// What a band of this kind is while its detector asks for nothing.
    pub(crate) fn at_rest(&self, frequency_hz: f64, gain_db: f64, q: f64) -> Part {
        let setting = Setting { shape: self.shape, frequency_hz, gain_db, q, poles: self.poles };
        let rests_at_nothing = self.dynamic && !self.shape.has_gain();
        Part { setting, share: if rests_at_nothing { 0.0 } else { 1.0 } }
    }

    /// What a band that is `rest` at rest is where its detector adds `added_db`; [`to_whole`] is of its range.
    pub(crate) fn moved(&self, rest: Part, added_db: f64, to_whole: f64) -> Part {
        let setting = rest.setting;
        if !self.dynamic || added_db == 0.0 {
            rest
        } else if self.shape.has_gain() {
            Part::whole(Setting { gain_db: setting.gain_db + added_db, ..setting })
        } else {
            Part::of_depth(setting, -added_db, to_whole)
        }
    }

    /// What lies behind `rest` alone to make of it about what [`moved`](Self::moved) is.
    pub(crate) fn movement(&self, rest: Part, added_db: f64, to_whole: f64) -> Part {
        let gainless = Setting { gain_db: 0.0, ..rest.setting };
        self.moved(Part { setting: gainless, share: 0.0 }, added_db, to_whole)
    }
}

/// 1 if a dynamic notch or cut of this range goes to the whole, 0 if to a depth.
pub(crate) fn to_whole(range_db: f64) -> f64 {
    if range_db.abs() < LARGEST_RANGE_DB { 0.0 } else { 1.0 }
}

/// What band `number` is as it was set, wherever it is on its way, while its detector asks for nothing.
pub(crate) fn rest_of(values: &Values<PARAMS>, number: usize) -> Part {
    let value = |offset: usize| values[BAND_PARAMS * number + offset];
    let kind = Kind::of(values, number);
    kind.at_rest(value(band::FREQUENCY), value(band::GAIN), value(band::Q))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_stand_where_their_offsets_say() {
        assert_eq!(SPECS.len(), PARAMS);
        assert_eq!(SPECS[BAND_PARAMS * 2 + band::FREQUENCY].id, "b3_freq");
        assert_eq!(SPECS[BAND_PARAMS * 7 + band::RELEASE].id, "b8_release");
        assert_eq!((SPECS[PHASE].id, SPECS[OUTPUT].id), ("phase", "output"));
        let mut ids: Vec<&str> = SPECS.iter().map(|spec| spec.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), PARAMS);
        assert!(SPECS.iter().all(|spec| spec.check(spec.default).is_ok()));
    }
}
