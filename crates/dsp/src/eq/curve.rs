//! The curve as a window draws it: computed from the very filters that run, not from their prototypes.

use std::f64::consts::PI;

use super::bank::design;
use super::linear::Drawn;
use super::params::{BAND_PARAMS, BANDS, Kind, PARAMS, PHASE, band, rest_of, to_whole};
use super::prototype::Part;
use crate::param::Values;
use crate::svf::Coefficients;

/// The magnitude response of one channel of an equalizer.
#[derive(Debug, Clone)]
pub struct Curve {
    rate_hz: f64,
    filters: Vec<Coefficients>,
    /// In linear phase: the kernel, behind which the filters are what dynamics add.
    kernel: Option<Drawn>,
}

impl Curve {
    /// The curve of `values` at `rate_hz` for channel 0 (left or mid) or 1 (right or side), with
    /// `added_db` on the gain of each band: what its dynamics do at the moment. Without the output gain.
    /// In linear phase this takes some milliseconds.
    pub fn new(
        values: &Values<PARAMS>,
        added_db: &[f64; BANDS],
        channel: usize,
        rate_hz: f64,
    ) -> Self {
        if values.is_on(PHASE) {
            let kernel = Some(Drawn::new(values, channel, rate_hz));
            return Self { kernel, ..Self::of_movements(values, added_db, channel, rate_hz) };
        }
        Self::of(values, channel, rate_hz, |kind, rest, number| {
            kind.moved(rest, added_db[number], whole_of(values, number))
        })
    }

    /// In linear phase: what dynamics add at the moment to the curve of the bands at rest.
    pub fn of_movements(
        values: &Values<PARAMS>,
        added_db: &[f64; BANDS],
        channel: usize,
        rate_hz: f64,
    ) -> Self {
        Self::of(values, channel, rate_hz, |kind, rest, number| {
            kind.movement(rest, added_db[number], whole_of(values, number))
        })
    }

    /// The curve of what `part` makes of each band that is heard on `channel`.
    fn of(
        values: &Values<PARAMS>,
        channel: usize,
        rate_hz: f64,
        part: impl Fn(Kind, Part, usize) -> Part,
    ) -> Self {
        let bands = (0..BANDS).map(|number| (number, Kind::of(values, number)));
        let heard = bands.filter(|(_, kind)| kind.on && kind.side.covers(channel));
        let parts = heard.map(|(number, kind)| part(kind, rest_of(values, number), number));
        let filters = parts.flat_map(|part| design(&part, rate_hz)).flatten().collect();
        Self { rate_hz, filters, kernel: None }
    }

    /// Gain at `frequency_hz`, in dB.
    pub fn db_at(&self, frequency_hz: f64) -> f64 {
        let omega = 2.0 * PI * frequency_hz / self.rate_hz;
        let power = |filter: &Coefficients| {
            let (re, im) = filter.response(omega);
            10.0 * (re * re + im * im).log10()
        };
        let kernel_db = self.kernel.as_ref().map_or(0.0, |kernel| kernel.db_at(frequency_hz));
        self.filters.iter().map(power).fold(kernel_db, |sum, db| sum + db)
    }
}

/// [`to_whole`] of a band.
fn whole_of(values: &Values<PARAMS>, number: usize) -> f64 {
    to_whole(values[BAND_PARAMS * number + band::RANGE])
}
