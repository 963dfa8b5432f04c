//! The curve as a window draws it: computed from the very filters that run, not from their prototypes.

use std::f64::consts::PI;

use super::bank::design;
use super::linear::Drawn;
use super::params::{BANDS, Kind, PARAMS, setting_of};
use crate::param::Values;
use crate::svf::Coefficients;

/// The magnitude response of one channel of an equalizer.
#[derive(Debug, Clone)]
pub struct Curve {
    rate_hz: f64,
    filters: Vec<Coefficients>,
    /// In linear phase: the kernel.
    kernel: Option<Drawn>,
}

impl Curve {
    /// The curve of `values` at `rate_hz` for channel 0 (left or mid) or 1 (right or side), with
    /// `added_db` on the gain of each band: what its dynamics do at the moment. Without the output gain.
    /// In linear phase, where bands have no dynamics, this takes some milliseconds.
    pub fn new(
        values: &Values<PARAMS>,
        added_db: &[f64; BANDS],
        channel: usize,
        rate_hz: f64,
    ) -> Self {
        let heard = |number: &usize| {
            let kind = Kind::of(values, *number);
            kind.on && kind.side.covers(channel)
        };
        let settings = (0..BANDS).filter(heard).map(|number| {
            let setting = setting_of(values, number);
            let added_db = if Kind::of(values, number).dynamic { added_db[number] } else { 0.0 };
            super::prototype::Setting { gain_db: setting.gain_db + added_db, ..setting }
        });
        let filters = settings.flat_map(|setting| design(&setting, rate_hz)).flatten();
        let is_linear_phase = values.is_on(super::params::PHASE);
        let kernel = is_linear_phase.then(|| Drawn::new(values, channel, rate_hz));
        Self { rate_hz, filters: filters.collect(), kernel }
    }

    /// Gain at `frequency_hz`, in dB.
    pub fn db_at(&self, frequency_hz: f64) -> f64 {
        if let Some(kernel) = &self.kernel {
            return kernel.db_at(frequency_hz);
        }
        let omega = 2.0 * PI * frequency_hz / self.rate_hz;
        let power = |filter: &Coefficients| {
            let (re, im) = filter.response(omega);
            10.0 * (re * re + im * im).log10()
        };
        self.filters.iter().map(power).sum()
    }
}
