//! What a device listens to instead of its input: filtered, or from elsewhere.

use std::f64::consts::FRAC_1_SQRT_2;

use crate::param::{ParamSpec, Unit};
use crate::svf::{Coefficients, Solved, Svf};

use super::{CELL, LOUDEST};

/// Cut-off of the high-pass before the detector (12 dB/octave); the lowest value is off.
pub const LOW_CUT: ParamSpec =
    ParamSpec::log("sc_low_cut", "Side-chain low cut", Unit::Hz, (20.0, 2000.0), 20.0);
/// Cut-off of the low-pass before the detector (12 dB/octave); the highest value is off.
pub const HIGH_CUT: ParamSpec =
    ParamSpec::log("sc_high_cut", "Side-chain high cut", Unit::Hz, (500.0, 20_000.0), 20_000.0);
/// Centre of the bell before the detector.
pub const BELL_FREQUENCY: ParamSpec =
    ParamSpec::log("sc_bell_frequency", "Side-chain bell", Unit::Hz, (50.0, 15_000.0), 3000.0);
/// Gain of the bell before the detector; 0 dB is off.
pub const BELL_GAIN: ParamSpec =
    ParamSpec::linear("sc_bell_gain", "Side-chain bell gain", Unit::Db, (-18.0, 18.0), 0.0);
/// Listens to the side-chain input instead of the device's own, where there is one.
pub const EXTERNAL: ParamSpec = ParamSpec::switch("external", "External side-chain", false);
/// Puts out what the detector hears.
pub const LISTEN: ParamSpec = ParamSpec::switch("listen", "Listen to side-chain", false);

/// Q of the bell.
const BELL_Q: f64 = 1.0;

/// Highest frequency of a filter, as a part of the rate.
const HIGHEST: f64 = 0.45;

/// The filters before a detector, for a stereo signal.
#[derive(Debug, Clone, Default)]
pub struct SideChain {
    filters: [Filter; 3],
}

/// A filter for two channels; `None` lets everything through.
#[derive(Debug, Clone, Default)]
struct Filter {
    solved: Option<Solved>,
    state: [Svf; 2],
}

impl Filter {
    /// Both channels at once, since each alone has to wait for its own last state.
    #[inline(always)]
    fn process(&mut self, [left, right]: [&mut [f64]; 2]) {
        let Some(solved) = self.solved else { return };
        let [mut first, mut second] = self.state;
        for (left, right) in left.iter_mut().zip(right) {
            (*left, *right) = (first.tick(&solved, *left), second.tick(&solved, *right));
        }
        self.state = [first, second];
    }
}

impl SideChain {
    /// Sets the filters, at `rate_hz`: values of [`LOW_CUT`], [`HIGH_CUT`], [`BELL_FREQUENCY`] and
    /// [`BELL_GAIN`], in this order.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub fn set(&mut self, [low_cut, high_cut, bell, bell_gain]: [f64; 4], rate_hz: f64) {
        let limit = |hz: f64| hz.min(HIGHEST * rate_hz);
        let low = Coefficients::high_pass(limit(low_cut), FRAC_1_SQRT_2, rate_hz);
        let high = Coefficients::low_pass(limit(high_cut), FRAC_1_SQRT_2, rate_hz);
        let settings = [
            (low_cut > *LOW_CUT.range.start()).then_some(low),
            (high_cut < *HIGH_CUT.range.end()).then_some(high),
            (bell_gain != 0.0).then(|| bell_of(limit(bell), bell_gain, rate_hz)),
        ];
        for (filter, setting) in self.filters.iter_mut().zip(settings) {
            filter.solved = setting.map(|coefficients| coefficients.solve());
            if setting.is_none() {
                filter.state = Default::default();
            }
        }
    }

    /// True when no filter is on.
    pub fn is_off(&self) -> bool {
        self.filters.iter().all(|filter| filter.solved.is_none())
    }

    /// What is heard of a block of up to [`CELL`] frames: the filtered `own` signal, or `external` (0 to 1) of
    /// the way to `key`.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    #[inline(always)]
    pub fn hear(
        &mut self,
        own: [&[f32]; 2],
        key: Option<[&[f32]; 2]>,
        external: f64,
        heard: &mut [&mut [f32]; 2],
    ) {
        for (heard, own) in heard.iter_mut().zip(own) {
            heard.copy_from_slice(own);
        }
        if let Some(key) = key.filter(|_| external > 0.0) {
            let own_share = (1.0 - external) as f32;
            for (heard, key) in heard.iter_mut().zip(key) {
                for (heard, key) in heard.iter_mut().zip(key) {
                    *heard = if own_share > 0.0 { key + own_share * (*heard - key) } else { *key };
                }
            }
        }
        let [left, right] = heard;
        self.process([left, right]);
    }

    /// Filters a block in place, up to [`CELL`] frames. Samples that are not finite, or beyond [`LOUDEST`],
    /// become 0.
    #[inline(always)]
    fn process(&mut self, channels: [&mut [f32]; 2]) {
        let frames = channels[0].len();
        let mut wide = [[0.0; CELL]; 2];
        for (wide, samples) in wide.iter_mut().zip(&channels) {
            for (wide, &sample) in wide.iter_mut().zip(&**samples) {
                *wide = if sample.abs() <= LOUDEST { f64::from(sample) } else { 0.0 };
            }
        }
        for filter in &mut self.filters {
            filter.process(wide.each_mut().map(|channel| &mut channel[..frames]));
        }
        for (samples, wide) in channels.into_iter().zip(&wide) {
            samples.iter_mut().zip(wide).for_each(|(sample, wide)| *sample = *wide as f32);
        }
    }

    /// Ends what has died away; call it once per [`CELL`](super::CELL).
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub fn flush(&mut self) {
        self.filters.iter_mut().flat_map(|filter| &mut filter.state).for_each(Svf::flush);
    }

    /// Forgets the signal.
    pub fn reset(&mut self) {
        self.filters.iter_mut().flat_map(|filter| &mut filter.state).for_each(Svf::reset);
    }
}

/// A bell of `gain_db`: A. Simper, "Linear Trapezoidal Integrated State Variable Filter", Cytomic, 2013.
fn bell_of(centre_hz: f64, gain_db: f64, rate_hz: f64) -> Coefficients {
    let root = 10.0_f64.powf(gain_db / 40.0);
    let k = 1.0 / (BELL_Q * root);
    let g = Coefficients::band_pass(centre_hz, BELL_Q, rate_hz).g;
    Coefficients { g, k, mix: [1.0, k * (root * root - 1.0), 0.0] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    const RATE_HZ: f64 = 48_000.0;

    fn process(chain: &mut SideChain, left: &mut [f32], right: &mut [f32]) {
        for (left, right) in left.chunks_mut(CELL).zip(right.chunks_mut(CELL)) {
            chain.process([left, right]);
        }
    }

    /// Gain of a settled sine through filters set to `settings`, in dB.
    fn gain_db(settings: [f64; 4], hz: f64) -> f64 {
        let mut chain = SideChain::default();
        chain.set(settings, RATE_HZ);
        let tone: Vec<f32> =
            (0..96_000).map(|n| (TAU * hz * f64::from(n) / RATE_HZ).sin() as f32).collect();
        let (mut left, mut right) = (tone.clone(), tone.clone());
        process(&mut chain, &mut left, &mut right);
        assert_eq!(left, right);
        let power = |x: &[f32]| x[48_000..].iter().map(|x| f64::from(*x).powi(2)).sum::<f64>();
        10.0 * (power(&left) / power(&tone)).log10()
    }

    #[test]
    fn c6_cuts_are_3_db_down_at_their_frequency_within_2_percent() {
        for hz in [50.0, 150.0, 1000.0, 2000.0] {
            let low_cut = |at: f64| gain_db([hz, 20_000.0, 1000.0, 0.0], at);
            assert!(low_cut(hz * 0.98) < -3.01 && low_cut(hz * 1.02) > -3.01, "{hz}");
        }
        for hz in [500.0, 2000.0, 9000.0] {
            let high_cut = |at: f64| gain_db([20.0, hz, 1000.0, 0.0], at);
            assert!(high_cut(hz * 0.98) > -3.01 && high_cut(hz * 1.02) < -3.01, "{hz}");
        }
    }

    #[test]
    fn a_bell_has_its_gain_at_its_centre_and_off_is_off() {
        assert!((gain_db([20.0, 20_000.0, 3000.0, 9.0], 3000.0) - 9.0).abs() < 1e-3);
        assert_eq!(gain_db([20.0, 20_000.0, 3000.0, 0.0], 3000.0), 0.0);
    }

    #[test]
    fn no_rate_is_too_low_for_a_filter() {
        let mut chain = SideChain::default();
        chain.set([2000.0, 19_000.0, 15_000.0, 18.0], 4000.0);
        let mut noise: Vec<f32> = (0..10_000).map(|n| (n * 7919 % 1009) as f32).collect();
        process(&mut chain, &mut noise.clone(), &mut noise);
        assert!(noise.iter().all(|x| x.abs() < 1e5));
    }
}
