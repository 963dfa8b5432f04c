//! Bands of a third of an octave, as IEC 61260-1:2014 lays them out in base ten.

/// Position of the lowest and the highest band among those about 1 kHz: 20 Hz and 20 kHz.
const NUMBERS: std::ops::RangeInclusive<i32> = -17..=13;

/// A band of frequencies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// Lower edge, in Hz.
    pub from_hz: f64,
    /// Exact middle, in Hz.
    pub middle_hz: f64,
    /// Upper edge, in Hz.
    pub to_hz: f64,
}

/// The 31 bands from 20 Hz to 20 kHz.
pub fn third_octaves() -> impl Iterator<Item = Band> {
    NUMBERS.map(|number| {
        let at = |steps: f64| 1000.0 * 10.0_f64.powf(steps / 10.0);
        let number = f64::from(number);
        Band { from_hz: at(number - 0.5), middle_hz: at(number), to_hz: at(number + 0.5) }
    })
}
