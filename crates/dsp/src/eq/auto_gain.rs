//! The gain that makes up for what a curve does to the loudness of music.
//!
//! Music is taken to have the spectrum of pink noise, equal power in every octave, and to be heard as
//! ITU-R BS.1770-5, Annex 1, weights it: a shelf of +4 dB above 1.7 kHz and a low cut at 38 Hz.
//!
//! It is also taken to be mono, so that what a band does to the sides alone is left as it is: in most music
//! they are a small part of the power, and how small is not known here. Whatever were assumed of them would
//! turn mono material down for a boost that it does not have.

use super::params::{BANDS, Kind, PARAMS, rest_of};
use super::prototype::{MAX_SECTIONS, Part, Section, Setting, Shape};
use crate::param::Values;

/// Points per decade, and the range they cover, in Hz.
const POINTS_PER_DECADE: u32 = 12;
const FROM_HZ: f64 = 20.0;
const DECADES: u32 = 3;

/// The channel that mono material is in.
const MID: usize = 0;

/// The weighting, as bands.
const WEIGHTING: [Setting; 2] = [
    Setting { shape: Shape::HighShelf, frequency_hz: 1682.0, gain_db: 4.0, q: 0.7072, poles: 1 },
    Setting { shape: Shape::LowCut, frequency_hz: 38.0, gain_db: 0.0, q: 0.5, poles: 2 },
];

/// Gain in dB that keeps the loudness of pink noise in mono with the curve of `values`; dynamic bands count
/// as if they did not move.
///
/// Audio thread: no allocation, no lock, no system call.
pub fn compensation_db(values: &Values<PARAMS>) -> f64 {
    let mut bands = [None; BANDS];
    for (number, slot) in bands.iter_mut().enumerate() {
        let rest = rest_of(values, number);
        let kind = Kind::of(values, number);
        let heard = kind.on && kind.side.covers(MID) && !rest.is_neutral();
        *slot = heard.then(|| Prepared::new(rest));
    }
    let weighting = WEIGHTING.map(|setting| Prepared::new(Part::whole(setting)));
    let (mut before, mut after) = (0.0, 0.0);
    for point in 0..=POINTS_PER_DECADE * DECADES {
        let hz = FROM_HZ * 10.0_f64.powf(f64::from(point) / f64::from(POINTS_PER_DECADE));
        let heard: f64 = weighting.iter().map(|band| band.power(hz)).product();
        let curve: f64 = bands.iter().flatten().map(|band| band.power(hz)).product();
        before += heard;
        after += heard * curve;
    }
    10.0 * (before / after).log10()
}

/// A band with its sections, computed once for many frequencies.
#[derive(Clone, Copy)]
struct Prepared {
    frequency_hz: f64,
    sections: [Section; MAX_SECTIONS],
}

impl Prepared {
    fn new(part: Part) -> Self {
        Self { frequency_hz: part.setting.frequency_hz, sections: part.prototype() }
    }

    fn power(&self, hz: f64) -> f64 {
        let ratio = hz / self.frequency_hz;
        self.sections.iter().map(|section| section.power(ratio)).product()
    }
}
