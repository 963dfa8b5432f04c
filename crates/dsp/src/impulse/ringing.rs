//! Ringing and flutter: single frequencies or rhythms that stand out of a tail.

use std::f64::consts::{LN_10, PI};

use realfft::num_complex::Complex;

use super::decay::decay;
use super::spectrum::{band, spectrum};

/// How much single frequencies stand out of a tail.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ringing {
    /// Standard deviation of the spectrum's levels about their third-octave's mean, in dB; 5.57 for a
    /// diffuse sound, whose powers are distributed exponentially (M. Schroeder, "Statistical parameters of
    /// the frequency response curves of large rooms", JAES 35(5), 1987).
    pub spread_db: f64,
    /// The loudest line above the mean power of its third octave, in dB.
    pub loudest_db: f64,
    /// The longest decay time of any band [`BAND_HZ`] wide, as a multiple of that of its octave.
    pub longest: f64,
}

/// Width of the bands whose decay is measured, in Hz.
pub const BAND_HZ: f64 = 50.0;

/// Frequencies looked at, in Hz.
const RANGE_HZ: [f64; 2] = [200.0, 8000.0];

/// Length of the part of the tail that is looked at, in seconds.
const PART_S: f64 = 1.0;

/// The ringing of `response` from `from_s` on, which falls by 60 dB in `time_s`.
pub fn ringing(response: &[f64], from_s: f64, time_s: f64, rate_hz: f64) -> Ringing {
    let tail = flattened(response, from_s, time_s, rate_hz);
    let part = &tail[..tail.len().min((PART_S * rate_hz) as usize)];
    let windowed: Vec<f64> = part
        .iter()
        .enumerate()
        .map(|(n, x)| x * (PI * (n as f64 + 0.5) / part.len() as f64).sin().powi(2))
        .collect();
    let powers: Vec<f64> = spectrum(&windowed, part.len()).iter().map(Complex::norm_sqr).collect();
    let bin_hz = rate_hz / part.len() as f64;
    let (mut squares, mut count, mut loudest_db) = (0.0, 0.0, f64::NEG_INFINITY);
    let mut low_hz = RANGE_HZ[0];
    while low_hz < RANGE_HZ[1] {
        let high_hz = low_hz * 2.0_f64.powf(1.0 / 3.0);
        let bins = &powers[(low_hz / bin_hz) as usize..(high_hz / bin_hz) as usize];
        let mean_power = bins.iter().sum::<f64>() / bins.len() as f64;
        let levels = || bins.iter().map(|power| 10.0 * (power / mean_power).log10());
        let mean_db = levels().sum::<f64>() / bins.len() as f64;
        squares += levels().map(|level| (level - mean_db).powi(2)).sum::<f64>();
        count += bins.len() as f64;
        loudest_db = levels().fold(loudest_db, f64::max);
        low_hz = high_hz;
    }
    let longest = longest_band(response, from_s, rate_hz);
    Ringing { spread_db: (squares / count).sqrt(), loudest_db, longest }
}

/// The tail from `from_s` on, without its decay, as long as it stays above −60 dB.
fn flattened(response: &[f64], from_s: f64, time_s: f64, rate_hz: f64) -> Vec<f64> {
    let from = (from_s * rate_hz) as usize;
    let to = response.len().min(from + (time_s * rate_hz) as usize);
    let rise = 3.0 * LN_10 / (time_s * rate_hz);
    response[from..to].iter().enumerate().map(|(n, x)| x * (rise * n as f64).exp()).collect()
}

/// The longest decay of the bands as a multiple of that of the octave around each.
fn longest_band(response: &[f64], from_s: f64, rate_hz: f64) -> f64 {
    let tail = &response[(from_s * rate_hz) as usize..];
    let mut longest = 0.0_f64;
    let mut octave_hz = RANGE_HZ[0];
    while octave_hz < RANGE_HZ[1] {
        let Some(whole) = decay(&[band(tail, octave_hz, 2.0 * octave_hz, rate_hz)], rate_hz) else {
            return f64::INFINITY;
        };
        // Some bands of each octave, evenly spread: all of them would take minutes.
        for part in 0..BANDS_PER_OCTAVE {
            let low_hz = octave_hz * 2.0_f64.powf(f64::from(part) / f64::from(BANDS_PER_OCTAVE));
            let narrow = band(tail, low_hz, low_hz + BAND_HZ, rate_hz);
            longest = longest
                .max(decay(&[narrow], rate_hz).map_or(f64::INFINITY, |d| d.t30_s) / whole.t30_s);
        }
        octave_hz *= 2.0;
    }
    longest
}

/// Bands looked at in each octave.
const BANDS_PER_OCTAVE: u32 = 8;

/// The largest autocorrelation of the tail's power from 10 ms of shift on, 1 for one that repeats itself:
/// from `from_s` on, of a response that falls by 60 dB in `time_s`, in steps of 1 ms.
pub fn flutter(response: &[f64], from_s: f64, time_s: f64, rate_hz: f64) -> f64 {
    const STEP_S: f64 = 0.001;
    const SHIFTS: std::ops::Range<usize> = 10..250;
    let tail = flattened(response, from_s, time_s, rate_hz);
    let powers: Vec<f64> = tail
        .chunks_exact((STEP_S * rate_hz) as usize)
        .map(|part| part.iter().map(|x| x * x).sum())
        .collect();
    let mean = powers.iter().sum::<f64>() / powers.len() as f64;
    let product = |shift: usize| {
        let pairs = powers.iter().zip(&powers[shift.min(powers.len())..]);
        pairs.map(|(a, b)| (a - mean) * (b - mean)).sum::<f64>()
    };
    let whole = product(0);
    SHIFTS.map(|shift| product(shift) / whole).fold(f64::NEG_INFINITY, f64::max)
}
