//! Causes in the mix: the quantities of the report, measured of what each strip gives to the print.
//!
//! Powers of unrelated signals add up, so of those each strip has a share. A correlation does not:
//! for it the sum of all strips is measured again without each (leave-one-out), which is exact, since
//! sums and spectra are linear.

mod explain;
mod stretch;
#[cfg(test)]
mod tests;
mod vocal;

use realfft::num_complex::Complex32;
use twobus_session::{Role, StripId};

use super::HOP_S;
use super::clicks::ClickFinder;
use super::holes::HoleFinder;
use super::peaks::Peaks;
use super::spectra::{Spectra, pair_sums};
use super::windows::PairSums;

/// Who gives a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartInfo {
    /// The strip.
    pub strip: StripId,
    /// Its name.
    pub name: String,
    /// What it carries.
    pub role: Role,
}

/// The parts of one print, measured side by side.
#[derive(Debug)]
pub struct Parts {
    hop_frames: usize,
    meters: Vec<PartMeter>,
    /// Low end and all of the sum, each hop.
    low: Vec<PairSums>,
    sums: Vec<PairSums>,
}

/// What one strip gives.
#[derive(Debug)]
struct PartMeter {
    info: PartInfo,
    /// What waits for the hop to be whole.
    waiting: [Vec<f32>; 2],
    spectra: Spectra,
    peaks: Peaks,
    clicks: [ClickFinder; 2],
    holes: [HoleFinder; 2],
    /// Sum of all samples, per channel.
    offset: [f64; 2],
    frames: u64,
    /// The part by itself, each hop.
    sums: Vec<PairSums>,
    /// All others together, each hop.
    others: Vec<PairSums>,
    /// The low end of all others together, each hop.
    others_low: Vec<PairSums>,
}

impl Parts {
    /// Meters of these parts of a print at `rate_hz`.
    pub fn new(rate_hz: u32, parts: Vec<PartInfo>) -> Self {
        let hop_frames = ((HOP_S * f64::from(rate_hz)).round() as usize).max(1);
        let meters = parts.into_iter().map(|info| PartMeter::new(info, rate_hz, hop_frames));
        Self { hop_frames, meters: meters.collect(), low: Vec::new(), sums: Vec::new() }
    }

    /// Takes what part `index` gives in the next frames; [`advance`](Self::advance) follows once all
    /// parts have been given as many.
    pub fn push(&mut self, index: usize, left: &[f64], right: &[f64]) {
        let Some(meter) = self.meters.get_mut(index) else { return };
        for (waiting, samples) in meter.waiting.iter_mut().zip([left, right]) {
            let finite = |x: &f64| if x.is_finite() { *x as f32 } else { 0.0 };
            waiting.extend(samples.iter().map(finite));
        }
    }

    /// Measures what has come of all parts.
    pub fn advance(&mut self) {
        while self.meters.first().is_some_and(|first| first.waiting[0].len() >= self.hop_frames) {
            self.take(self.hop_frames);
        }
    }

    /// Measures the rest.
    pub fn finish(&mut self) {
        self.advance();
        if let Some(rest) = self.meters.first().map(|first| first.waiting[0].len()) {
            self.take(rest);
        }
        for meter in &mut self.meters {
            meter.clicks.iter_mut().for_each(ClickFinder::finish);
            meter.spectra.finish();
        }
    }

    /// Measures the next `frames` of all parts.
    fn take(&mut self, frames: usize) {
        let mut sum = [vec![0.0_f32; frames], vec![0.0_f32; frames]];
        let mut low: [Vec<Complex32>; 2] = [Vec::new(), Vec::new()];
        let before = self.meters.first().map_or(0, |first| first.spectra.frames.len());
        for meter in &mut self.meters {
            meter.measure(frames);
            for (channel, sum) in sum.iter_mut().enumerate() {
                sum.iter_mut().zip(&meter.waiting[channel]).for_each(|(sum, x)| *sum += x);
                add(&mut low[channel], meter.spectra.low_bins()[channel]);
            }
        }
        self.sums.push(PairSums::of(&sum[0], &sum[1]));
        // A spectrum ends one hop after it began.
        let spectrum_ended =
            self.meters.first().is_some_and(|first| first.spectra.frames.len() > before);
        if spectrum_ended {
            self.low.push(pair_sums(&low[0], &low[1]));
        }
        for meter in &mut self.meters {
            meter.compare(&sum, spectrum_ended.then_some(&low));
        }
    }
}

impl PartMeter {
    fn new(info: PartInfo, rate_hz: u32, hop_frames: usize) -> Self {
        Self {
            info,
            waiting: [Vec::new(), Vec::new()],
            spectra: Spectra::new(rate_hz, hop_frames),
            peaks: Peaks::new(rate_hz, hop_frames),
            clicks: [ClickFinder::new(rate_hz), ClickFinder::new(rate_hz)],
            holes: [HoleFinder::new(rate_hz), HoleFinder::new(rate_hz)],
            offset: [0.0; 2],
            frames: 0,
            sums: Vec::new(),
            others: Vec::new(),
            others_low: Vec::new(),
        }
    }

    /// Measures the first `frames` that wait.
    fn measure(&mut self, frames: usize) {
        let [left, right] = self.waiting.each_ref().map(|waiting| &waiting[..frames]);
        self.spectra.push(left, right);
        self.peaks.push(left, right);
        for (channel, samples) in [left, right].into_iter().enumerate() {
            self.clicks[channel].push(samples);
            self.holes[channel].push(samples);
            self.offset[channel] += samples.iter().map(|x| f64::from(*x)).sum::<f64>();
        }
        self.sums.push(PairSums::of(left, right));
        self.frames += frames as u64;
    }

    /// Measures the sum without this part, and lets go of what was measured.
    fn compare(&mut self, sum: &[Vec<f32>; 2], low: Option<&[Vec<Complex32>; 2]>) {
        let mut others = sum.clone();
        for (others, own) in others.iter_mut().zip(&mut self.waiting) {
            others.iter_mut().zip(&*own).for_each(|(others, x)| *others -= x);
            own.drain(..others.len()).for_each(drop);
        }
        self.others.push(PairSums::of(&others[0], &others[1]));
        if let Some(low) = low {
            let own = self.spectra.low_bins();
            let [left, right] = [0, 1].map(|channel: usize| {
                let all = low[channel].iter().zip(own[channel]);
                all.map(|(all, own)| all - own).collect::<Vec<Complex32>>()
            });
            self.others_low.push(pair_sums(&left, &right));
        }
    }
}

fn add(sum: &mut Vec<Complex32>, bins: &[Complex32]) {
    sum.resize(sum.len().max(bins.len()), Complex32::default());
    sum.iter_mut().zip(bins).for_each(|(sum, bin)| *sum += bin);
}
