//! Tone: what is wished of a song's spectrum, how far that goes, and the curve that does it.
//!
//! Bounds are set before the fit, so that the bands know of them: nobody can boost what is not there. Wishes fade
//! out towards the edges of hearing. What a low shelf, a tilt or a wide bell do would go on below them, so another low
//! shelf ends it there ([`LOWS_END`]), boost or cut. A high shelf goes on above 18 kHz as it is
//! below: where the song has nothing, it may not boost in the first place.

mod words;

use std::ops::Range;

use twobus_dsp::eq::prototype::{Setting, Shape};

use super::decision::{Area, Decision};
use super::fit::{BEYOND, Problem, Wish, fit, response_db};
use super::grid::{CELLS, POINTS, db, k_weights, kernels, point_hz};
use super::profile::{CellGains, FLAT, Loudest, Profile};
use super::traits::Traits;

pub use super::fit::MAX_DB;

/// Least distance of a band to its noise for it to be boosted, in dB.
pub const LEAST_OVER_NOISE_DB: f64 = 12.0;
/// Highest boost that the slopes of bands may leave where the song has ended, in dB.
pub const BEYOND_END_DB: f64 = 0.8;
/// The same where the song is too near to its noise.
pub const OVER_NOISE_DB: f64 = 0.1;
/// Where corrections count in full, in Hz.
pub const FULL_HZ: Range<f64> = 36.0..16_000.0;
/// Where nothing is corrected any more, in Hz: below and above.
pub const END_HZ: (f64, f64) = (30.0, 18_000.0);
/// Where a change of the lows ends: the frequency in Hz and the Q of the low shelf that takes it away below. Of 6 dB
/// it takes 0.1 dB at 40 Hz, and leaves nothing at 15 Hz and −0.2 dB at 10 Hz.
pub const LOWS_END: (f64, f64) = (25.0, 0.9);
/// Where the change is looked at that such a shelf takes away, in Hz, and what is left alone, in dB.
pub const DEEP_HZ: [f64; 2] = [10.0, 15.0];
const DEEP_DB: f64 = 0.3;
/// Difference below which the tone is left alone, in dB, at every point.
pub const FINE_DB: f64 = 0.5;
/// Weight of what lies outside of [`FULL_HZ`].
const OUTSIDE: f64 = 0.01;
/// How often the loudest parts are chosen anew under the curve.
const ROUNDS: usize = 2;
/// Tries to keep what is not allowed within its bound, and how much more it counts in each.
const MOST_TRIES: usize = 5;
const STRICTER: f64 = 6.0;
/// Step in which bands give way at last, in dB: that of their gains.
const STEP_DB: f64 = 0.1;

/// An equalizer's curve.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Curve {
    /// At most eight bands, lowest first.
    pub bands: Vec<Setting>,
    /// Gain that keeps the song as loud as it was, in dB.
    pub output_db: f64,
}

impl Curve {
    /// True when it does nothing.
    pub fn is_flat(&self) -> bool {
        self.bands.is_empty()
    }

    /// What the bands do at `hz`, in dB, without the output gain.
    pub fn db_at(&self, hz: f64) -> f64 {
        sum_db(&self.bands, hz)
    }
}

/// Why less is wished at a point than was measured.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Bound {
    /// More than [`MAX_DB`].
    Cap,
    /// Too near to the noise.
    Noise,
    /// The song ends at this frequency, in Hz.
    End(f64),
}

/// The difference at one point, and what is made of it.
#[derive(Debug, Clone, Copy)]
struct Gap {
    hz: f64,
    /// Reference above the song at equal loudness, in dB; none where one of them has nothing to compare.
    measured_db: Option<f64>,
    wish: Wish,
    bound: Option<Bound>,
}

/// The curve that brings `song` to `reference`, `amount` (0 to 1) of the way, and why.
pub fn tone(song: &Profile, reference: &Traits, amount: f64) -> (Curve, Vec<Decision>) {
    if amount <= 0.0 {
        return (
            Curve::default(),
            vec![Decision::fine(Area::Tone, "Left alone: its amount is 0 %.")],
        );
    }
    let noise = song.noise();
    let mut bands = Vec::new();
    for _ in 0..ROUNDS {
        let loudest = song.loudest(&gains(&bands));
        bands = fit_within(&loudest, &gaps(&loudest, &noise, reference));
    }
    let loudest = song.loudest(&gains(&bands));
    let gaps = gaps(&loudest, &noise, reference);
    let largest = gaps.iter().filter(|gap| FULL_HZ.contains(&gap.hz)).map(|gap| gap.wish.db.abs());
    let is_fine = largest.fold(0.0, f64::max) < FINE_DB;
    bands = if is_fine { Vec::new() } else { fit_within(&loudest, &gaps) };
    scale(&mut bands, amount);
    let loudest = song.loudest(&gains(&bands));
    end_lows(&mut bands, &loudest);
    bands = bounded(bands, &loudest, &gaps);
    let output_db = output_db(&song.loudest(&gains(&bands)), &bands);
    let decisions = words::decisions(&bands, &gaps, amount);
    (Curve { bands, output_db }, decisions)
}

/// Leaves `share` of what the bands do, so that less of a match is the same curve with less gain.
fn scale(bands: &mut Vec<Setting>, share: f64) {
    for band in bands.iter_mut().filter(|_| share < 1.0) {
        band.gain_db = (band.gain_db * share * 10.0).round() / 10.0;
    }
    bands.retain(|band| band.gain_db != 0.0);
}

/// Ends below hearing what `bands` do there, at equal loudness.
fn end_lows(bands: &mut Vec<Setting>, loudest: &Loudest) {
    let output_db = output_db(loudest, bands);
    let deep = DEEP_HZ.map(|hz| sum_db(bands, hz) + output_db);
    let (frequency_hz, q) = LOWS_END;
    if deep.iter().any(|db| db.abs() > DEEP_DB) {
        let gain_db = (-deep.iter().sum::<f64>() / deep.len() as f64 / STEP_DB).round() * STEP_DB;
        let gain_db = (gain_db * 10.0).round() / 10.0;
        let end = Setting { shape: Shape::LowShelf, frequency_hz, gain_db, q, poles: 1 };
        bands.insert(0, end);
    }
}

/// What `bands` do together at `hz`, in dB.
fn sum_db(bands: &[Setting], hz: f64) -> f64 {
    bands.iter().map(|band| band.prototype_db(hz)).sum()
}

fn gains(bands: &[Setting]) -> CellGains {
    if bands.is_empty() { FLAT } else { response_db(bands).map(|db| 10.0_f64.powf(0.1 * db)) }
}

/// The gain that keeps the loudness of the loudest parts, in dB.
fn output_db(loudest: &Loudest, bands: &[Setting]) -> f64 {
    let (song, gains) = (loudest.both(), gains(bands));
    let heard = |gains: &CellGains| -> f64 {
        (0..CELLS).map(|cell| song[cell] * k_weights()[cell] * gains[cell]).sum()
    };
    let change = db(heard(&gains) / heard(&FLAT));
    0.0 - (change * 100.0).round() / 100.0
}

/// Fits bands and sees to it that what is not allowed stays small, whatever their slopes do.
fn fit_within(loudest: &Loudest, gaps: &[Gap; POINTS]) -> Vec<Setting> {
    let song = loudest.both();
    let mut wishes = gaps.map(|gap| gap.wish);
    let mut bands = Vec::new();
    for _ in 0..MOST_TRIES {
        bands = fit(&Problem { song: &song, wishes: &wishes });
        let output_db = output_db(loudest, &bands);
        let mut held = true;
        for (gap, wish) in gaps.iter().zip(&mut wishes).filter(|(gap, _)| gap.is_denied()) {
            let over = gap.over_db(&bands, output_db);
            if over > 0.0 {
                held = false;
                wish.allowed.1 = (wish.allowed.1 - over).max(wish.allowed.0);
                wish.strictness *= STRICTER;
            }
        }
        if held {
            break;
        }
    }
    bounded(bands, loudest, gaps)
}

impl Gap {
    fn is_denied(&self) -> bool {
        matches!(self.bound, Some(Bound::Noise | Bound::End(_)))
    }

    /// By how much `bands` do more here than they may, in dB, and less than 0 if they do not. Where nothing is to be
    /// boosted that holds for them by themselves, and with the gain that keeps the song as loud.
    fn over_db(&self, bands: &[Setting], output_db: f64) -> f64 {
        let db = sum_db(bands, self.hz);
        match self.bound {
            Some(Bound::Noise) => db + output_db.max(0.0) - OVER_NOISE_DB,
            Some(Bound::End(_)) => db + output_db.max(0.0) - BEYOND_END_DB,
            Some(Bound::Cap) | None => db.abs() - MAX_DB,
        }
    }
}

/// The same bands with as much less gain as it takes to keep within what is allowed: step by step, where it is
/// missed by most, of the band that does most of it. The others stay as they are.
fn bounded(mut bands: Vec<Setting>, loudest: &Loudest, gaps: &[Gap; POINTS]) -> Vec<Setting> {
    loop {
        let output_db = output_db(loudest, &bands);
        let worst = gaps.iter().map(|gap| (gap.over_db(&bands, output_db), gap));
        let Some((over_db, gap)) = worst.max_by(|a, b| a.0.total_cmp(&b.0)) else { break };
        if over_db <= 1e-9 {
            break;
        }
        let sign = sum_db(&bands, gap.hz).signum();
        let share = |band: &Setting| sign * band.prototype_db(gap.hz);
        // Where no band boosts, it is the gain that makes up for the others: then the largest of them.
        let any = bands.iter().any(|band| share(band) > STEP_DB);
        let part = |band: &Setting| if any { share(band) } else { band.gain_db.abs() };
        let most = bands.iter_mut().max_by(|a, b| part(a).total_cmp(&part(b)));
        let Some(band) = most else { break };
        let size = ((band.gain_db.abs() - STEP_DB) / STEP_DB).round() * STEP_DB;
        band.gain_db = (size.max(0.0) * 10.0).round() / 10.0 * band.gain_db.signum();
        bands.retain(|band| band.gain_db != 0.0);
    }
    bands
}

/// What is measured and wished at every point.
fn gaps(loudest: &Loudest, noise: &[f64; POINTS], reference: &Traits) -> [Gap; POINTS] {
    let end_hz = loudest.end_hz();
    // Both sides of a comparison look equally far.
    let levels = loudest.levels_db(end_hz.into_iter().chain(reference.end_hz).reduce(f64::min));
    let measured: [Option<f64>; POINTS] = std::array::from_fn(|point| {
        let there = loudest.carries(point);
        let level = reference.spectrum[point].level_db.filter(|_| there)?;
        Some(level - levels[point])
    });
    let offset = middle(&measured);
    let both = loudest.both();
    std::array::from_fn(|point| {
        let hz = point_hz(point);
        let measured_db = measured[point].map(|db| db - offset);
        let over_noise = db(kernels()[point].mean(&both) / noise[point].max(f64::MIN_POSITIVE));
        let (wanted, bound) = bounded_wish(measured_db.unwrap_or(0.0), hz, over_noise, end_hz);
        let full = FULL_HZ.contains(&hz) && measured_db.is_some();
        let weight = if full { 1.0 } else { OUTSIDE };
        let allowed = (-MAX_DB, MAX_DB);
        let wish = Wish { db: wanted, weight, allowed, strictness: BEYOND };
        let mut gap = Gap { hz, measured_db, wish, bound };
        if gap.is_denied() {
            gap.wish.allowed.1 = 0.0;
        }
        gap
    })
}

/// What is wished of what was measured at `hz`, and what bounds it.
fn bounded_wish(
    measured_db: f64,
    hz: f64,
    over_noise_db: f64,
    end_hz: Option<f64>,
) -> (f64, Option<Bound>) {
    let faded = fade(hz);
    let beyond = end_hz.filter(|_| Loudest::is_beyond(end_hz, hz));
    if let (true, Some(end)) = (measured_db > 0.0, beyond) {
        return (0.0, Some(Bound::End(end)));
    }
    if measured_db > 0.0 && over_noise_db < LEAST_OVER_NOISE_DB {
        return (0.0, Some(Bound::Noise));
    }
    let capped = measured_db.clamp(-MAX_DB, MAX_DB);
    (faded * capped, (capped != measured_db && faded > 0.0).then_some(Bound::Cap))
}

/// 1 within [`FULL_HZ`], 0 outside of [`END_HZ`], and a smooth way between, over the logarithm.
fn fade(hz: f64) -> f64 {
    let way = |from: f64, to: f64| ((hz / from).ln() / (to / from).ln()).clamp(0.0, 1.0);
    let inside = way(END_HZ.0, FULL_HZ.start).min(way(END_HZ.1, FULL_HZ.end));
    inside * inside * (3.0 - 2.0 * inside)
}

/// The median of the differences where they count: a band that differs moves it little, where a mean would
/// lift everything else instead.
fn middle(measured: &[Option<f64>; POINTS]) -> f64 {
    let inside = |(point, _): &(usize, &Option<f64>)| FULL_HZ.contains(&point_hz(*point));
    let mut all: Vec<f64> =
        measured.iter().enumerate().filter(inside).filter_map(|(_, measured)| *measured).collect();
    all.sort_unstable_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or(0.0)
}
