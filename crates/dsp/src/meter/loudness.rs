//! Loudness after ITU-R BS.1770-5 and EBU R 128: momentary, short-term, integrated, range.
//!
//! Sources: ITU-R BS.1770-5 (11/2023), Annex 1 (K-weighting, gates); EBU Tech 3341 (2023), §2 (M,
//! S, I and their largest values); EBU Tech 3342 (2023), §3 (loudness range).
//!
//! Live, [`Energies`] belongs to the audio thread and [`Loudness`] to the thread that shows it,
//! with one number per [`STEP_S`] crossing between them; [`LoudnessMeter`] is both
//! in one, for files. Loudness is a [`Db`] and means LUFS; no loudness is [`Db::SILENCE`].

pub(crate) mod k_weighting;
#[cfg(test)]
mod tests;

use super::STEP_S;
use super::steps::Steps;
use crate::units::Db;
use k_weighting::KWeighting;

/// Weights of a single channel.
pub const MONO: &[f64] = &[1.0];
/// Weights of left and right.
pub const STEREO: &[f64] = &[1.0, 1.0];
/// Weights of left, right, centre and the surrounds at ±60° to ±120°; the LFE has no part in it.
pub const SURROUND: &[f64] = &[1.0, 1.0, 1.0, 1.41, 1.41];

/// The weights of a file with `channels`: [`MONO`], [`STEREO`], [`SURROUND`], six as left, right,
/// centre, LFE and the surrounds, and any other number with all channels equal.
pub fn weights(channels: usize) -> Vec<f64> {
    match channels {
        5 => SURROUND.to_vec(),
        6 => vec![1.0, 1.0, 1.0, 0.0, 1.41, 1.41],
        _ => vec![1.0; channels],
    }
}

/// Loudness of a mean square of 1 behind the K-weighting, which a 997 Hz sine passes +0.691 dB.
const CALIBRATION: Db = Db(-0.691);
/// Steps in the window of momentary loudness and in a gating block, 400 ms.
const MOMENTARY_STEPS: usize = 40;
/// Steps in the window of short-term loudness, 3 s.
const SHORT_TERM_STEPS: usize = 300;
/// Steps between two gating blocks, which overlap by 75 %, and between two points of a curve.
const CURVE_STEPS: usize = 10;
/// Steps of silence that follow a file before its range is final, 1.5 s.
const SILENCE_STEPS: usize = 150;
/// Time between two points of a curve, in seconds.
pub const CURVE_STEP_S: f64 = CURVE_STEPS as f64 * STEP_S;
/// The absolute gate, in LUFS.
const ABSOLUTE_GATE: Db = Db(-70.0);
/// The relative gate of integrated loudness, in LU.
const INTEGRATED_GATE: Db = Db(-10.0);
/// The relative gate of the loudness range, in LU.
const RANGE_GATE: Db = Db(-20.0);
/// The loudness range lies between these parts of the distribution.
const RANGE_PERCENTILES: [f64; 2] = [0.10, 0.95];

/// The K-weighted energy of a signal in steps of [`STEP_S`].
///
/// One number per step: the weighted sum of the channels' mean squares.
#[derive(Debug, Clone)]
pub struct Energies {
    steps: Steps,
    /// A filter for two channels and their weights; an odd last channel is there twice.
    pairs: Vec<(KWeighting, [f64; 2])>,
}

impl Energies {
    /// A meter at `rate_hz` with one channel per weight: [`MONO`], [`STEREO`], [`SURROUND`].
    pub fn new(rate_hz: f64, weights: &[f64]) -> Self {
        let filter = KWeighting::new(rate_hz);
        let pairs = weights
            .chunks(2)
            .map(|pair| (filter.clone(), [pair[0], pair.get(1).copied().unwrap_or(0.0)]));
        Self { steps: Steps::new(rate_hz), pairs: pairs.collect() }
    }

    /// Takes one block, a slice per channel, and calls `step` with each completed step's energy.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub fn push(&mut self, channels: &[&[f32]], mut step: impl FnMut(f64)) {
        let pairs = &mut self.pairs;
        let frames = channels.first().map_or(0, |channel| channel.len());
        self.steps.split(frames, |part, completed| {
            for (channels, (filter, _)) in channels.chunks(2).zip(pairs.iter_mut()) {
                let (left, right) = (channels[0], channels.last().unwrap_or(&channels[0]));
                filter.push(&left[part.clone()], &right[part.clone()]);
            }
            if let Some(length) = completed {
                let sum: f64 = pairs.iter_mut().map(|(f, w)| weighted(f.take(), *w)).sum();
                step(sum / length as f64);
            }
        });
    }

    /// Forgets the signal; the next frame begins the first step.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub fn reset(&mut self) {
        self.steps.reset();
        self.pairs.iter_mut().for_each(|(filter, _)| filter.reset());
    }

    /// The energy of the incomplete last step, as if silence followed.
    fn rest(&self) -> f64 {
        let sum: f64 = self.pairs.iter().map(|(f, w)| weighted(f.sums(), *w)).sum();
        if sum.is_finite() { sum / self.steps.length() as f64 } else { 0.0 }
    }
}

/// The K-weighted energies of left and right by themselves, and of both together, in steps of
/// [`STEP_S`]: from them follow the loudness of each side and of any sum of both.
#[derive(Debug, Clone)]
pub struct PairEnergies {
    steps: Steps,
    filter: KWeighting,
    product: f64,
}

/// Mean squares of one step, and the mean product of both channels.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct PairEnergy {
    /// Of the left channel.
    pub left: f64,
    /// Of the right channel.
    pub right: f64,
    /// Of left times right.
    pub product: f64,
}

impl PairEnergy {
    /// Energy of the fold-down `(left + right) / 2` on one speaker.
    pub fn mono(self) -> f64 {
        ((self.left + self.right + 2.0 * self.product) / 4.0).max(0.0)
    }

    /// Mean energy of both channels: that of the fold-down if they were equal.
    pub fn mean(self) -> f64 {
        f64::midpoint(self.left, self.right)
    }
}

impl PairEnergies {
    /// A meter of a pair of channels at `rate_hz`.
    pub fn new(rate_hz: f64) -> Self {
        Self { steps: Steps::new(rate_hz), filter: KWeighting::new(rate_hz), product: 0.0 }
    }

    /// Takes one block, both slices of equal length, and calls `step` with each completed step.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub fn push(&mut self, left: &[f32], right: &[f32], mut step: impl FnMut(PairEnergy)) {
        let Self { steps, filter, product } = self;
        steps.split(left.len().min(right.len()), |part, completed| {
            *product += filter.push_pair(&left[part.clone()], &right[part]);
            if let Some(length) = completed {
                let product = std::mem::take(product);
                let [left, right] = filter.take();
                let finite = product.is_finite() && left + right > 0.0;
                let mean = |sum: f64| if finite { sum / length as f64 } else { 0.0 };
                step(PairEnergy { left: mean(left), right: mean(right), product: mean(product) });
            }
        });
    }
}

fn weighted(sums: [f64; 2], weights: [f64; 2]) -> f64 {
    sums[0] * weights[0] + sums[1] * weights[1]
}

/// A highest loudness, and where its window begins.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Loudest {
    /// The loudness in LUFS.
    pub level: Db,
    /// Begin of the window, in seconds from the first frame.
    pub start_s: f64,
}

/// The loudness of a programme, from its [`Energies`].
///
/// Keeps two numbers per 100 ms, from which the gated values are computed exactly when asked for.
/// Silence is taken to precede the first frame.
#[derive(Debug, Clone)]
pub struct Loudness {
    window: Window,
    steps: u64,
    loudest_momentary: Option<(f64, u64)>,
    loudest_short_term: Option<(f64, u64)>,
    /// Energy of the last 400 ms, every 100 ms.
    momentary: Vec<f64>,
    /// Energy of the last 3 s, every 100 ms.
    short_term: Vec<f64>,
    /// `short_term` over the silence after the end of a file.
    silence: Vec<f64>,
}

impl Default for Loudness {
    fn default() -> Self {
        Self::new()
    }
}

impl Loudness {
    /// The loudness of nothing yet.
    pub fn new() -> Self {
        Self {
            window: Window { energies: [0.0; SHORT_TERM_STEPS], next: 0 },
            steps: 0,
            loudest_momentary: None,
            loudest_short_term: None,
            momentary: Vec::new(),
            short_term: Vec::new(),
            silence: Vec::new(),
        }
    }

    /// Takes the energy of the next step. Allocates now and then, hence not on the audio thread.
    pub fn push(&mut self, energy: f64) {
        self.silence.clear();
        self.window.push(energy);
        self.steps += 1;
        let momentary = self.window.mean(MOMENTARY_STEPS);
        let short_term = self.window.mean(SHORT_TERM_STEPS);
        keep_louder(&mut self.loudest_momentary, momentary, self.steps);
        keep_louder(&mut self.loudest_short_term, short_term, self.steps);
        if self.steps.is_multiple_of(CURVE_STEPS as u64) {
            self.momentary.push(momentary);
            self.short_term.push(short_term);
        }
    }

    /// Ends a file, whose incomplete last step had the energy `rest`: silence follows, for the
    /// range alone and until the next push.
    fn finish(&mut self, rest: f64) {
        self.silence.clear();
        let mut window = self.window.clone();
        for step in 1..=SILENCE_STEPS as u64 {
            window.push(if step == 1 { rest } else { 0.0 });
            if (self.steps + step).is_multiple_of(CURVE_STEPS as u64) {
                self.silence.push(window.mean(SHORT_TERM_STEPS));
            }
        }
    }

    /// Loudness of the last 400 ms.
    pub fn momentary(&self) -> Db {
        level(self.window.mean(MOMENTARY_STEPS))
    }

    /// Loudness of the last 3 s.
    pub fn short_term(&self) -> Db {
        level(self.window.mean(SHORT_TERM_STEPS))
    }

    /// The highest [`momentary`](Self::momentary) so far; none if all was silent.
    pub fn loudest_momentary(&self) -> Option<Loudest> {
        self.loudest_momentary.map(|loudest| located(loudest, MOMENTARY_STEPS))
    }

    /// The highest [`short_term`](Self::short_term) so far; none if all was silent.
    pub fn loudest_short_term(&self) -> Option<Loudest> {
        self.loudest_short_term.map(|loudest| located(loudest, SHORT_TERM_STEPS))
    }

    /// Gated loudness of everything so far; [`Db::SILENCE`] if no block passes the gates.
    ///
    /// Runs over all blocks, ten per second; meant to be asked for at the rate of a display.
    pub fn integrated(&self) -> Db {
        // A block counts once its 400 ms are complete.
        let blocks = whole_windows(&self.momentary, MOMENTARY_STEPS);
        let mean_above = |gate: f64| mean(blocks.iter().copied().filter(|&e| e > gate));
        let ungated = mean_above(energy(ABSOLUTE_GATE));
        let relative_gate = ungated * power(INTEGRATED_GATE);
        level(mean_above(relative_gate.max(energy(ABSOLUTE_GATE))))
    }

    /// Loudness range in LU; none while nothing of 3 s length has been above the gates.
    ///
    /// Not stable during the first minute (EBU Tech 3341, §2.5). Sorts a copy of all values, ten
    /// per second.
    pub fn range(&self) -> Option<f64> {
        let absolute_gate = energy(ABSOLUTE_GATE);
        let windows = whole_windows(&self.short_term, SHORT_TERM_STEPS);
        let silence = if windows.is_empty() { &[] } else { self.silence.as_slice() };
        let mut gated: Vec<f64> =
            windows.iter().chain(silence).copied().filter(|&e| e >= absolute_gate).collect();
        let relative_gate = mean(gated.iter().copied()) * power(RANGE_GATE);
        gated.retain(|&e| e >= relative_gate);
        gated.sort_unstable_by(f64::total_cmp);
        let last = gated.len().checked_sub(1)? as f64;
        let [low, high] = RANGE_PERCENTILES.map(|part| gated[(last * part).round() as usize]);
        Some(level(high).0 - level(low).0)
    }

    /// [`momentary`](Self::momentary) at every multiple of [`CURVE_STEP_S`].
    pub fn momentary_curve(&self) -> impl ExactSizeIterator<Item = Db> {
        self.momentary.iter().map(|&energy| level(energy))
    }

    /// [`short_term`](Self::short_term) at every multiple of [`CURVE_STEP_S`].
    pub fn short_term_curve(&self) -> impl ExactSizeIterator<Item = Db> {
        self.short_term.iter().map(|&energy| level(energy))
    }
}

/// Measures a file: [`Energies`] and [`Loudness`] in one.
#[derive(Debug, Clone)]
pub struct LoudnessMeter {
    energies: Energies,
    loudness: Loudness,
}

impl LoudnessMeter {
    /// A meter at `rate_hz` with one channel per weight: [`MONO`], [`STEREO`], [`SURROUND`].
    pub fn new(rate_hz: f64, weights: &[f64]) -> Self {
        Self { energies: Energies::new(rate_hz, weights), loudness: Loudness::new() }
    }

    /// Takes the next block, a slice per channel.
    pub fn push(&mut self, channels: &[&[f32]]) {
        self.energies.push(channels, |energy| self.loudness.push(energy));
    }

    /// The loudness so far.
    pub fn loudness(&self) -> &Loudness {
        &self.loudness
    }

    /// Ends the file: its [range](Loudness::range) is final.
    pub fn finish(&mut self) {
        self.loudness.finish(self.energies.rest());
    }
}

/// The energies of the last 3 s, in a ring.
#[derive(Debug, Clone)]
struct Window {
    energies: [f64; SHORT_TERM_STEPS],
    next: usize,
}

impl Window {
    fn push(&mut self, energy: f64) {
        self.energies[self.next] = energy;
        self.next = (self.next + 1) % SHORT_TERM_STEPS;
    }

    /// Mean of the last `steps`; summed anew each time, so that silence after sound is exactly 0.
    fn mean(&self, steps: usize) -> f64 {
        let newest = &self.energies[self.next.saturating_sub(steps)..self.next];
        let oldest = &self.energies[SHORT_TERM_STEPS - (steps - newest.len())..];
        (sum(oldest) + sum(newest)) / steps as f64
    }
}

/// Sums in four lanes.
fn sum(values: &[f64]) -> f64 {
    let (fours, rest) = values.as_chunks::<4>();
    let lanes =
        fours.iter().fold([0.0; 4], |lanes, four| std::array::from_fn(|i| lanes[i] + four[i]));
    lanes.iter().sum::<f64>() + rest.iter().sum::<f64>()
}

fn keep_louder(loudest: &mut Option<(f64, u64)>, energy: f64, step: u64) {
    if energy > loudest.map_or(0.0, |(energy, _)| energy) {
        *loudest = Some((energy, step));
    }
}

fn located((energy, last_step): (f64, u64), window_steps: usize) -> Loudest {
    let first_step = last_step.saturating_sub(window_steps as u64);
    Loudest { level: level(energy), start_s: first_step as f64 * STEP_S }
}

/// The points of a curve whose window of `steps` lies wholly in the programme.
fn whole_windows(curve: &[f64], steps: usize) -> &[f64] {
    curve.get(steps / CURVE_STEPS - 1..).unwrap_or_default()
}

/// Mean of `values`; 0 if there are none.
fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0_u64), |(sum, count), value| (sum + value, count + 1));
    if count > 0 { sum / count as f64 } else { 0.0 }
}

/// Loudness of a K-weighted energy.
fn level(energy: f64) -> Db {
    Db(Db::from_power(energy).0 + CALIBRATION.0)
}

/// K-weighted energy of a loudness.
fn energy(level: Db) -> f64 {
    power(Db(level.0 - CALIBRATION.0))
}

/// Ratio of powers.
fn power(Db(db): Db) -> f64 {
    10.0_f64.powf(db / 10.0)
}
