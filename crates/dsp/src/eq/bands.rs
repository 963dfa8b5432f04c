//! Where each band stands, where it is going, and what its detector adds.

use super::bank::{Bank, design};
use super::dynamic::{Dynamic, Setting};
use super::params::{BAND_PARAMS, BANDS, Kind, PARAMS, band, to_whole};
use crate::lanes::Frame;
use crate::param::Values;
use crate::smooth::Ramp;

/// One band.
#[derive(Debug, Clone)]
struct Band {
    kind: Kind,
    /// Logarithm of the frequency in Hz.
    frequency: Ramp,
    gain_db: Ramp,
    /// Logarithm of Q.
    q: Ramp,
    /// [`to_whole`], from one to the other.
    to_whole: Ramp,
    dynamic: Dynamic,
    /// What the detector adds, as of the last point of the grid, in dB.
    added_db: f64,
    /// What it had added when filters were last aimed.
    aimed_db: f64,
    /// Its filters are not where they should go.
    stale: bool,
    /// Its filters are on their way.
    aimed: bool,
}

impl Band {
    fn ramps(&self) -> [&Ramp; 4] {
        [&self.frequency, &self.gain_db, &self.q, &self.to_whole]
    }

    fn ramps_mut(&mut self) -> [&mut Ramp; 4] {
        [&mut self.frequency, &mut self.gain_db, &mut self.q, &mut self.to_whole]
    }

    fn is_moving(&self) -> bool {
        self.ramps().iter().any(|ramp| ramp.resting().is_none())
    }

    fn is_dynamic(&self) -> bool {
        self.kind.on && self.kind.dynamic
    }

    fn is_at_rest(&self) -> bool {
        let is_added = self.added_db != 0.0 || self.aimed_db != 0.0;
        !(self.stale || self.is_moving() || self.is_dynamic() || is_added)
    }
}

/// All bands.
#[derive(Debug, Clone)]
pub(crate) struct Bands {
    bands: [Band; BANDS],
    /// Nothing moves or listens, so that nobody has to be asked.
    at_rest: bool,
    /// Its filters are only what dynamics add: the bands at rest are somewhere else.
    movements: bool,
    rate_hz: f64,
}

impl Bands {
    /// The bands of `values`; if `movements`, only what their dynamics add to them.
    pub(crate) fn new(values: &Values<PARAMS>, movements: bool, rate_hz: f64) -> Self {
        let band = |number| Band {
            kind: Kind::of(values, number),
            frequency: Ramp::new(0.0),
            gain_db: Ramp::new(0.0),
            q: Ramp::new(0.0),
            to_whole: Ramp::new(0.0),
            dynamic: Dynamic::new(rate_hz),
            added_db: 0.0,
            aimed_db: 0.0,
            stale: true,
            aimed: false,
        };
        let bands = std::array::from_fn(band);
        let mut bands = Self { bands, at_rest: false, movements, rate_hz };
        for number in 0..BANDS {
            (0..BAND_PARAMS).for_each(|offset| bands.run(number, offset, values, 0));
        }
        bands
    }

    /// Sets parameter `offset` of a band on its way to its value, which it reaches after `frames` frames.
    pub(crate) fn run(
        &mut self,
        number: usize,
        offset: usize,
        values: &Values<PARAMS>,
        frames: usize,
    ) {
        let frames = u32::try_from(frames).unwrap_or(u32::MAX);
        let value = |offset: usize| values[BAND_PARAMS * number + offset];
        let band = &mut self.bands[number];
        match offset {
            band::FREQUENCY => band.frequency.set(value(offset).ln(), frames),
            band::GAIN => band.gain_db.set(value(offset), frames),
            band::Q => band.q.set(value(offset).ln(), frames),
            band::THRESHOLD | band::RATIO | band::RANGE | band::ATTACK | band::RELEASE => {
                band.dynamic.set(&Setting {
                    threshold_db: value(band::THRESHOLD),
                    ratio: value(band::RATIO),
                    range_db: value(band::RANGE),
                    attack_ms: value(band::ATTACK),
                    release_ms: value(band::RELEASE),
                });
                let to_whole = to_whole(value(band::RANGE));
                if to_whole != band.to_whole.target() {
                    band.to_whole.set(to_whole, frames);
                }
            }
            // What a band is changes under a cross-fade, not on a way.
            _ => return,
        }
        band.stale = true;
        self.at_rest = false;
    }

    /// True when a band is to be of another kind than it is.
    pub(crate) fn are_of_another_kind(&self, values: &Values<PARAMS>) -> bool {
        let bands = self.bands.iter().enumerate();
        bands.into_iter().any(|(number, band)| band.kind != Kind::of(values, number))
    }

    /// Makes every band what it is to be.
    pub(crate) fn take_kinds(&mut self, values: &Values<PARAMS>) {
        for (number, band) in self.bands.iter_mut().enumerate() {
            band.kind = Kind::of(values, number);
            band.stale = true;
        }
        self.at_rest = false;
    }

    /// Aims the filters of every band that moves at where it will be in `length` frames; false when none
    /// does.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub(crate) fn aim(&mut self, bank: &mut Bank, length: usize) -> bool {
        if self.at_rest {
            return false;
        }
        let mut any = false;
        for (number, band) in self.bands.iter_mut().enumerate() {
            if !band.stale && !band.is_moving() && band.added_db == band.aimed_db {
                continue;
            }
            let frequency_hz = band.frequency.after(length).exp();
            let (gain_db, q) = (band.gain_db.after(length), band.q.after(length).exp());
            let rest = band.kind.at_rest(frequency_hz, gain_db, q);
            let (added_db, to_whole) = (band.added_db, band.to_whole.after(length));
            let part = match self.movements {
                true => band.kind.movement(rest, added_db, to_whole),
                false => band.kind.moved(rest, added_db, to_whole),
            };
            let filters = if band.kind.on { design(&part, self.rate_hz) } else { [None; _] };
            if band.kind.dynamic {
                band.dynamic.listen(band.kind.shape, frequency_hz, q);
            }
            bank.aim(number, band.kind.side, &filters);
            (band.aimed_db, band.stale, band.aimed) = (band.added_db, false, true);
            any = true;
        }
        self.at_rest = !any && self.bands.iter().all(Band::is_at_rest);
        any
    }

    /// Goes `frames` further, to the end of the filters' way or to where it was broken off.
    pub(crate) fn skip(&mut self, frames: usize, broken_off: bool) {
        self.at_rest = false;
        for band in &mut self.bands {
            band.ramps_mut().into_iter().for_each(|ramp| ramp.skip(frames));
            band.stale |= broken_off && band.aimed;
            band.aimed = false;
        }
    }

    /// Frames until the first of those that move arrives.
    pub(crate) fn frames_to_next_arrival(&self) -> Option<usize> {
        if self.at_rest {
            return None;
        }
        let left = self.bands.iter().flat_map(Band::ramps).map(Ramp::frames_left);
        left.filter(|&frames| frames > 0).min()
    }

    /// True while a band is not where it is to be.
    pub(crate) fn are_moving(&self) -> bool {
        !self.at_rest && self.bands.iter().any(|band| band.stale || band.is_moving())
    }

    /// True when a band listens.
    pub(crate) fn any_is_dynamic(&self) -> bool {
        !self.at_rest && self.bands.iter().any(Band::is_dynamic)
    }

    /// What the detector of a band adds to its gain, in dB.
    pub(crate) fn dynamic_gain_db(&self, number: usize) -> f64 {
        self.bands[number].added_db
    }

    /// How far down the band that is furthest down has moved, in dB (0 or positive).
    pub(crate) fn deepest_db(&self) -> f64 {
        if self.at_rest {
            return 0.0;
        }
        self.bands.iter().fold(0.0, |deepest: f64, band| deepest.max(-band.added_db))
    }

    /// Asks the detectors what they add from here on: at every point of the grid.
    pub(crate) fn ask(&mut self) {
        if self.at_rest {
            return;
        }
        for band in &mut self.bands {
            band.added_db =
                if band.is_dynamic() { band.dynamic.gain_db(band.kind.shape) } else { 0.0 };
        }
    }

    /// Lets dynamic bands hear the next frames.
    pub(crate) fn hear(&mut self, block: &[Frame]) {
        if self.at_rest {
            return;
        }
        for band in self.bands.iter_mut().filter(|band| band.is_dynamic()) {
            band.dynamic.hear(block, band.kind.side);
        }
    }

    /// Ends what has died away; once in a while.
    pub(crate) fn flush(&mut self) {
        if self.at_rest {
            return;
        }
        let listening = self.bands.iter_mut().filter(|band| band.is_dynamic());
        listening.for_each(|band| band.dynamic.flush());
    }

    /// Forgets the signal and arrives everywhere.
    pub(crate) fn reset(&mut self) {
        for band in &mut self.bands {
            band.ramps_mut().into_iter().for_each(Ramp::finish);
            band.dynamic.reset();
            band.added_db = 0.0;
            (band.stale, band.aimed) = (true, false);
        }
        self.at_rest = false;
    }
}
