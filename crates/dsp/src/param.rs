//! Parameters, each declared once: files, sliders, the command line, validation and tests all read
//! the same [`ParamSpec`].

mod values;

use std::ops::RangeInclusive;

use crate::units::signed;

pub use values::Values;

/// What a parameter's number means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Decibels.
    Db,
    /// Hertz.
    Hz,
    /// Milliseconds.
    Ms,
    /// Percent.
    Percent,
    /// A ratio to one, as of a compressor.
    Ratio,
    /// A plain number, as a filter's Q.
    Number,
    /// 0 is off, 1 is on.
    Switch,
    /// An index into [`ParamSpec::choices`].
    Choice,
}

/// How a control's travel maps to the value, and how automation interpolates it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Equal travel for equal differences.
    Linear,
    /// Equal travel for equal ratios; the range must be above zero.
    Log,
    /// Whole numbers only; automation steps.
    Stepped,
}

/// The declaration of one parameter.
#[derive(Debug, Clone)]
pub struct ParamSpec {
    /// Stored in files; never changes.
    pub id: &'static str,
    /// Shown to people; may change.
    pub name: &'static str,
    /// What the number means.
    pub unit: Unit,
    /// Lowest and highest value, in `unit`.
    pub range: RangeInclusive<f64>,
    /// Value of a new device.
    pub default: f64,
    /// Mapping between travel and value.
    pub scale: Scale,
    /// Names of the values of a [`Unit::Choice`]; empty for all others.
    pub choices: &'static [&'static str],
}

/// Why a value was refused.
#[derive(Debug, Clone, PartialEq)]
pub enum ValueError {
    /// Not a number, or infinite.
    NotFinite,
    /// Outside the range, which is given.
    OutOfRange {
        /// Lowest value allowed.
        low: f64,
        /// Highest value allowed.
        high: f64,
    },
    /// The parameter takes whole numbers only.
    NotWhole,
    /// The text is not a number or a choice of this parameter.
    NotUnderstood,
}

impl ParamSpec {
    /// A parameter whose travel is linear in its value; `range` is lowest and highest.
    pub const fn linear(
        id: &'static str,
        name: &'static str,
        unit: Unit,
        range: (f64, f64),
        default: f64,
    ) -> Self {
        Self::new(id, name, unit, range, default, Scale::Linear)
    }

    /// A parameter whose travel is linear in its value's logarithm; `range` is lowest and highest.
    pub const fn log(
        id: &'static str,
        name: &'static str,
        unit: Unit,
        range: (f64, f64),
        default: f64,
    ) -> Self {
        Self::new(id, name, unit, range, default, Scale::Log)
    }

    /// Something that is on or off.
    pub const fn switch(id: &'static str, name: &'static str, on: bool) -> Self {
        let default = if on { 1.0 } else { 0.0 };
        Self::new(id, name, Unit::Switch, (0.0, 1.0), default, Scale::Stepped)
    }

    /// One of `choices`, by index.
    pub const fn choice(
        id: &'static str,
        name: &'static str,
        choices: &'static [&'static str],
        default: usize,
    ) -> Self {
        let last = (choices.len() - 1) as f64;
        let spec = Self::new(id, name, Unit::Choice, (0.0, last), default as f64, Scale::Stepped);
        Self { choices, ..spec }
    }

    const fn new(
        id: &'static str,
        name: &'static str,
        unit: Unit,
        (low, high): (f64, f64),
        default: f64,
        scale: Scale,
    ) -> Self {
        let range = RangeInclusive::new(low, high);
        Self { id, name, unit, range, default, scale, choices: &[] }
    }

    /// `Ok` when `value` may be stored: finite, in range, and whole where the scale is stepped.
    pub fn check(&self, value: f64) -> Result<(), ValueError> {
        if !value.is_finite() {
            return Err(ValueError::NotFinite);
        }
        if !self.range.contains(&value) {
            return Err(ValueError::OutOfRange {
                low: *self.range.start(),
                high: *self.range.end(),
            });
        }
        if self.scale == Scale::Stepped && value.fract() != 0.0 {
            return Err(ValueError::NotWhole);
        }
        Ok(())
    }

    /// The nearest value that may be stored; `None` for something that is not a number.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub fn nearest(&self, value: f64) -> Option<f64> {
        let whole = if self.scale == Scale::Stepped { value.round() } else { value };
        (!value.is_nan()).then(|| whole.clamp(*self.range.start(), *self.range.end()))
    }

    /// Position of `value` on the control's travel, 0 to 1.
    pub fn to_travel(&self, value: f64) -> f64 {
        let (low, high) = (*self.range.start(), *self.range.end());
        match self.scale {
            Scale::Linear | Scale::Stepped => (value - low) / (high - low),
            Scale::Log => (value / low).ln() / (high / low).ln(),
        }
    }

    /// Value at position `travel` (0 to 1) of the control.
    pub fn from_travel(&self, travel: f64) -> f64 {
        let (low, high) = (*self.range.start(), *self.range.end());
        match self.scale {
            Scale::Linear => low + travel * (high - low),
            Scale::Log => low * (high / low).powf(travel),
            Scale::Stepped => (low + travel * (high - low)).round(),
        }
    }

    /// `value` as people read it, with its unit: "−18.0 dB", "2.40 kHz", "0.0200 ms", "4.0 : 1", "on".
    ///
    /// Hertz, milliseconds and plain numbers below 10 have three significant digits, so that no value of a
    /// range is rounded out of it.
    pub fn format(&self, value: f64) -> String {
        match self.unit {
            Unit::Db => format!("{} dB", signed(value, 1)),
            Unit::Hz if value >= 1000.0 => format!("{} kHz", signed(value / 1000.0, 2)),
            Unit::Hz => format!("{} Hz", signed(value, decimals(value, 1))),
            Unit::Ms if value >= 1000.0 => format!("{} s", signed(value / 1000.0, 2)),
            Unit::Ms => format!("{} ms", signed(value, decimals(value, 1))),
            Unit::Percent => format!("{} %", signed(value, 0)),
            Unit::Ratio => format!("{} : 1", signed(value, 1)),
            Unit::Number => signed(value, decimals(value, 2)),
            Unit::Switch => if value >= 0.5 { "on" } else { "off" }.to_owned(),
            Unit::Choice => self.choice_name(value).unwrap_or("?").to_owned(),
        }
    }

    /// The value that `text` means: "−3.5", "-3.5 dB", "2k", "2.4 kHz", "250 ms", "1.2 s", "4:1",
    /// "on", or the name of a choice. The result is in range.
    pub fn parse(&self, text: &str) -> Result<f64, ValueError> {
        let text = text.trim().replace('−', "-").to_lowercase();
        let value = match self.unit {
            Unit::Switch => parse_switch(&text),
            Unit::Choice => {
                self.choices.iter().position(|c| c.to_lowercase() == text).map(|i| i as f64)
            }
            unit => parse_number(&text, unit),
        };
        let value = value.ok_or(ValueError::NotUnderstood)?;
        self.check(value)?;
        Ok(value)
    }

    fn choice_name(&self, value: f64) -> Option<&'static str> {
        self.choices.get(value as usize).copied()
    }
}

/// Decimals that give a number below 10 three significant digits, and `usual` ones all others, those among
/// them that are as good as zero in every unit.
fn decimals(value: f64, usual: usize) -> usize {
    let size = value.abs();
    if (0.001..10.0).contains(&size) { (2.0 - size.log10().floor()) as usize } else { usual }
}

fn parse_switch(text: &str) -> Option<f64> {
    match text {
        "on" | "1" | "true" | "yes" => Some(1.0),
        "off" | "0" | "false" | "no" => Some(0.0),
        _ => None,
    }
}

/// A number, alone or with a unit that belongs to `unit`: "300 Hz" is no time. "k" and "kHz" are thousands of
/// Hertz, and "s" of milliseconds.
fn parse_number(text: &str, unit: Unit) -> Option<f64> {
    let end =
        text.find(|c: char| !matches!(c, '0'..='9' | '.' | '-' | '+' | 'e')).unwrap_or(text.len());
    let (digits, written) = text.split_at(end);
    let number: f64 = digits.trim().parse().ok()?;
    match (written.trim(), unit) {
        ("", _)
        | ("db", Unit::Db)
        | ("hz", Unit::Hz)
        | ("ms", Unit::Ms)
        | ("%", Unit::Percent)
        | (":1" | ": 1", Unit::Ratio) => Some(number),
        ("k" | "khz", Unit::Hz) | ("s", Unit::Ms) => Some(number * 1000.0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DeviceKind;

    const CUTOFF: ParamSpec = ParamSpec {
        id: "cutoff",
        name: "Cutoff",
        unit: Unit::Hz,
        range: 20.0..=20_000.0,
        default: 1000.0,
        scale: Scale::Log,
        choices: &[],
    };

    #[test]
    fn people_may_write_values_in_several_ways() {
        assert_eq!(CUTOFF.parse("2k"), Ok(2000.0));
        assert_eq!(CUTOFF.parse("2.4 kHz"), Ok(2400.0));
        assert_eq!(CUTOFF.parse("440"), Ok(440.0));
        assert_eq!(CUTOFF.parse("loud"), Err(ValueError::NotUnderstood));
        for foreign in ["300 ms", "2 s", "30 dB", "50 %", "4:1"] {
            assert_eq!(CUTOFF.parse(foreign), Err(ValueError::NotUnderstood), "{foreign}");
        }
        assert_eq!(CUTOFF.parse("5"), Err(ValueError::OutOfRange { low: 20.0, high: 20_000.0 }));
        assert_eq!(CUTOFF.check(f64::NAN), Err(ValueError::NotFinite));
    }

    /// By how much a shown number may be off, half of its last digit: read from the text itself.
    fn precision(text: &str) -> f64 {
        let number = text.split_whitespace().next().unwrap_or_default();
        let decimals = number.split_once('.').map_or(0, |(_, decimals)| decimals.len() as i32);
        let factor = if text.ends_with("kHz") || text.ends_with(" s") { 1000.0 } else { 1.0 };
        0.5 * factor * 10.0_f64.powi(-decimals)
    }

    #[test]
    fn every_value_of_every_device_that_is_shown_can_be_typed() {
        for (kind, spec) in
            DeviceKind::ALL.iter().flat_map(|k| k.specs().iter().map(move |s| (k, s)))
        {
            let travel = (0..=51).map(|step| spec.from_travel(f64::from(step) / 51.0));
            for value in travel.chain([spec.default]) {
                let text = spec.format(value);
                let read = spec.parse(&text);
                let what = format!("{kind:?} {}: {value} is {text:?}, read as {read:?}", spec.id);
                let read = read.expect(&what);
                match spec.unit {
                    Unit::Switch | Unit::Choice => assert_eq!(read, value, "{what}"),
                    _ => {
                        let off = (read - value).abs();
                        assert!(off <= precision(&text) + 1e-9, "{what}");
                        // Three digits are 0.5 % at worst; levels and shares are shown to a step of theirs.
                        let fine = matches!(spec.unit, Unit::Db | Unit::Percent | Unit::Ratio);
                        assert!(fine || off <= 0.005 * value.abs(), "{what}");
                    }
                }
            }
        }
    }

    #[test]
    fn small_numbers_keep_three_digits() {
        let time = ParamSpec::log("t", "T", Unit::Ms, (0.02, 5000.0), 1.0);
        for (value, text) in [(0.02, "0.0200 ms"), (0.5, "0.500 ms"), (2.25, "2.25 ms")]
            .into_iter()
            .chain([(25.04, "25.0 ms"), (250.0, "250.0 ms"), (1500.0, "1.50 s"), (0.0, "0.0 ms")])
        {
            assert_eq!(time.format(value), text);
        }
    }

    #[test]
    fn travel_and_value_are_inverse() {
        for step in 0..=100 {
            let travel = f64::from(step) / 100.0;
            assert!((CUTOFF.to_travel(CUTOFF.from_travel(travel)) - travel).abs() < 1e-12);
        }
    }
}
