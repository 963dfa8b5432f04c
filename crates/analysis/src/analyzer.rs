//! The analyzer: every meter at once, over one pass of the audio.

#[cfg(test)]
mod tests;

use twobus_dsp::Db;
use twobus_dsp::meter::level::LevelMeter;
use twobus_dsp::meter::loudness::{Loudest, Loudness, LoudnessMeter, weights};

use crate::peaks::{Peaks, TruePeaks};
use crate::report::{CORRELATION_FLOOR_DBFS, ChannelReport, Extreme, Report, SoFar, TIME_STEP_S};

/// Window of [`Report::correlation_min`], in seconds.
const CORRELATION_WINDOW_S: f64 = 3.0;

/// Measures one piece of audio, handed over in blocks of any length.
///
/// The report does not depend on the lengths of the blocks.
#[derive(Debug, Clone)]
pub struct Analyzer {
    rate_hz: u32,
    frames: u64,
    /// Frames per [`TIME_STEP_S`], after which extremes are looked for.
    step_frames: u64,
    loudness: LoudnessMeter,
    levels: LevelMeter,
    true_peaks: Option<TruePeaks>,
    channels: usize,
    sample_peak: Option<Extreme>,
    correlation_min: Option<Extreme>,
}

impl Analyzer {
    /// An analyzer of `channels` at `rate_hz`: mono, left and right, or surround in the order that
    /// [`weights`] describes.
    pub fn new(rate_hz: u32, channels: usize) -> Self {
        let rate = f64::from(rate_hz);
        Self {
            rate_hz,
            frames: 0,
            step_frames: step_frames(rate_hz),
            loudness: LoudnessMeter::new(rate, &weights(channels)),
            levels: LevelMeter::new(rate, channels, CORRELATION_WINDOW_S),
            true_peaks: Some(TruePeaks::new(rate_hz, channels)),
            channels,
            sample_peak: None,
            correlation_min: None,
        }
    }

    /// The same without true peak, which takes most of the time.
    pub fn without_true_peak(self) -> Self {
        Self { true_peaks: None, ..self }
    }

    /// Takes the next block, a slice of equal length per channel.
    pub fn push(&mut self, channels: &[&[f32]]) {
        let frames = channels.first().map_or(0, |channel| channel.len());
        let mut parts = vec![[].as_slice(); channels.len()];
        let mut start = 0;
        while start < frames {
            let room = self.step_frames - self.frames % self.step_frames;
            let end = frames.min(start.saturating_add(room as usize));
            for (part, channel) in parts.iter_mut().zip(channels) {
                *part = &channel[start..end];
            }
            self.push_part(&parts);
            start = end;
        }
    }

    /// What is known by now, before everything was pushed.
    pub fn so_far(&self) -> SoFar {
        let loudness = self.loudness.loudness();
        SoFar {
            integrated_lufs: finite(loudness.integrated()),
            range_lu: loudness.range(),
            true_peak_dbtp: self.true_peaks.as_ref().and_then(TruePeaks::highest_dbtp),
        }
    }

    /// The report on everything pushed.
    pub fn finish(mut self) -> Report {
        let peaks = self.true_peaks.take().map(TruePeaks::finish);
        self.finish_with(peaks.unwrap_or_default())
    }

    /// The report on everything pushed, with true peaks that were read by themselves.
    pub fn finish_with(mut self, peaks: Peaks) -> Report {
        self.note_peaks(self.frames.saturating_sub(1));
        self.loudness.finish();
        let loudness = self.loudness.loudness();
        let integrated_lufs = finite(loudness.integrated());
        let rms_dbfs = self.rms_dbfs();
        Report {
            rate_hz: self.rate_hz,
            frames: self.frames,
            integrated_lufs,
            momentary_max: loudness.loudest_momentary().map(placed),
            short_term_max: loudness.loudest_short_term().map(placed),
            range_lu: loudness.range(),
            true_peak: peaks.highest,
            sample_peak: self.sample_peak,
            plr_lu: difference(peaks.highest.map(|peak| peak.value), integrated_lufs),
            rms_dbfs,
            crest_db: difference(self.sample_peak.map(|peak| peak.value), rms_dbfs),
            correlation: self.levels.whole_correlation(),
            correlation_min: self.correlation_min,
            clipped_runs: (0..self.channels).map(|channel| self.levels.overs(channel)).sum(),
            channels: (0..self.channels).map(|channel| self.channel(channel, &peaks)).collect(),
            short_term_lufs: curve(loudness),
        }
    }

    /// Takes a part that does not cross a step.
    fn push_part(&mut self, channels: &[&[f32]]) {
        let first = self.frames;
        self.frames += channels[0].len() as u64;
        self.loudness.push(channels);
        self.levels.push(channels);
        if let Some(peaks) = &mut self.true_peaks {
            peaks.push(channels);
        }
        self.note_peaks(first);
        if self.frames.is_multiple_of(self.step_frames) {
            self.note_correlation();
        }
    }

    /// Keeps the peaks if they have risen since the last call; `frame` lies in the step at hand.
    fn note_peaks(&mut self, frame: u64) {
        let time_s = (frame / self.step_frames) as f64 * TIME_STEP_S;
        for channel in 0..self.channels {
            keep_higher(&mut self.sample_peak, self.levels.peak(channel), time_s);
        }
    }

    /// Keeps the correlation of the last window if it is the lowest.
    fn note_correlation(&mut self) {
        let end_s = self.frames as f64 / f64::from(self.rate_hz);
        let start_s = end_s - CORRELATION_WINDOW_S;
        let audible = (0..2).any(|channel| self.levels.rms(channel).0 > CORRELATION_FLOOR_DBFS);
        let Some(value) = self.levels.correlation() else { return };
        if start_s >= 0.0 && audible && self.correlation_min.is_none_or(|min| value < min.value) {
            self.correlation_min = Some(Extreme { value, time_s: start_s });
        }
    }

    fn channel(&self, channel: usize, peaks: &Peaks) -> ChannelReport {
        ChannelReport {
            true_peak_dbtp: peaks.channels_dbtp.get(channel).copied().flatten(),
            sample_peak_dbfs: finite(self.levels.peak(channel)),
            rms_dbfs: finite(self.levels.whole_rms(channel)),
            dc_offset: self.levels.dc_offset(channel),
            clipped_runs: self.levels.overs(channel),
        }
    }

    /// RMS of all channels together.
    fn rms_dbfs(&self) -> Option<f64> {
        let power = |channel| self.levels.whole_rms(channel).to_gain().powi(2);
        let sum: f64 = (0..self.channels).map(power).sum();
        finite(Db::from_power(sum / self.channels.max(1) as f64))
    }
}

/// Frames per [`TIME_STEP_S`].
pub(crate) fn step_frames(rate_hz: u32) -> u64 {
    ((TIME_STEP_S * f64::from(rate_hz)).round() as u64).max(1)
}

pub(crate) fn keep_higher(highest: &mut Option<Extreme>, level: Db, time_s: f64) {
    if level.0 > highest.map_or(f64::NEG_INFINITY, |highest| highest.value) {
        *highest = Some(Extreme { value: level.0, time_s });
    }
}

fn placed(loudest: Loudest) -> Extreme {
    Extreme { value: loudest.level.0, time_s: loudest.start_s }
}

fn difference(high: Option<f64>, low: Option<f64>) -> Option<f64> {
    Some(high? - low?)
}

pub(crate) fn finite(level: Db) -> Option<f64> {
    (!level.is_silence()).then_some(level.0)
}

fn curve(loudness: &Loudness) -> Vec<Option<f32>> {
    loudness.short_term_curve().map(|level| finite(level).map(|lufs| lufs as f32)).collect()
}
