//! What lies above full scale when a file of integers is written: where it begins, how high it goes.

use twobus_dsp::Db;
use twobus_dsp::meter::true_peak::TruePeak;

/// Frames before a chunk that its true peak is read with: more than the interpolator reaches.
const BEFORE_FRAMES: usize = 256;

/// What had to be clamped to full scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Over {
    /// How many samples, over all channels.
    pub(crate) samples: u64,
    /// Place of the first of them in the song.
    pub(crate) first_frame: u64,
    /// True peak of the signal before it was clamped, in dBTP.
    pub(crate) true_peak_dbtp: f64,
}

impl Over {
    /// As people are told: how many, where, and how high.
    pub(crate) fn sentence(&self, rate_hz: u32) -> String {
        let seconds = self.first_frame as f64 / f64::from(rate_hz.max(1));
        let minutes = (seconds / 60.0).floor();
        format!(
            "{} samples lay above full scale and were clipped, the first at {minutes:.0}:{:06.3}; \
             the true peak was {} dBTP",
            self.samples,
            seconds - 60.0 * minutes,
            twobus_dsp::units::signed(self.true_peak_dbtp, 2),
        )
    }
}

/// Watches what is written, chunk by chunk; only chunks with something above full scale cost more than
/// a copy of their last frames.
#[derive(Debug)]
pub(super) struct Overs {
    first_frame: Option<u64>,
    peak: f64,
    meter: TruePeak,
    /// The last frames of the chunk before, of each channel.
    before: [Vec<f64>; 2],
}

impl Overs {
    pub(super) fn new() -> Self {
        Self {
            first_frame: None,
            peak: 0.0,
            meter: TruePeak::new(2),
            before: [vec![0.0; BEFORE_FRAMES], vec![0.0; BEFORE_FRAMES]],
        }
    }

    /// Takes the chunk that begins at `frame`; with `clamped`, some of its samples were.
    pub(super) fn see(&mut self, frame: u64, chunk: &[Vec<f64>; 2], clamped: bool) {
        if clamped {
            let over = |samples: &Vec<f64>| samples.iter().position(|x| x.abs() >= 1.0);
            let first = chunk.iter().filter_map(over).min().unwrap_or(0);
            let _first = self.first_frame.get_or_insert(frame + first as u64);
            self.measure(chunk);
        }
        for (before, samples) in self.before.iter_mut().zip(chunk) {
            before.extend_from_slice(samples);
            let _older = before.drain(..before.len() - BEFORE_FRAMES);
        }
    }

    fn measure(&mut self, chunk: &[Vec<f64>; 2]) {
        self.meter.reset();
        for (channel, (before, samples)) in self.before.iter().zip(chunk).enumerate() {
            // Faded in, since a signal that begins at once has a peak of its own.
            let fade = (0..).map(|n| f64::from(n) / BEFORE_FRAMES as f64);
            let before: Vec<f64> = before.iter().zip(fade).map(|(x, gain)| x * gain).collect();
            self.meter.push_f64(channel, &before);
            self.meter.push_f64(channel, samples);
            let highest = samples.iter().fold(0.0_f64, |peak, x| peak.max(x.abs()));
            self.peak = self.peak.max(highest).max(self.meter.peak(channel));
        }
    }

    /// What there was, if `samples` were clamped.
    pub(super) fn over(&self, samples: u64) -> Option<Over> {
        let first_frame = self.first_frame.filter(|_| samples > 0)?;
        Some(Over { samples, first_frame, true_peak_dbtp: Db::from_gain(self.peak).0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r32_the_first_place_and_the_true_peak_are_those_of_the_signal() {
        // A quarter of the rate, with its samples 45 degrees off its peaks: they lie 3.01 dB below.
        let sine: Vec<f64> = (0..40_960)
            .map(|n| {
                let phase =
                    std::f64::consts::FRAC_PI_2 * f64::from(n) + std::f64::consts::FRAC_PI_4;
                let loud = (9_000..30_000).contains(&n);
                phase.sin() * if loud { 1.5 * 2.0_f64.sqrt() } else { 0.5 }
            })
            .collect();
        let silent = vec![0.0; 4096];
        let mut overs = Overs::new();
        for (number, piece) in sine.chunks(4096).enumerate() {
            let clamped = piece.iter().any(|x| x.abs() > 1.0);
            overs.see(number as u64 * 4096, &[silent.clone(), piece.to_vec()], clamped);
        }
        let over = overs.over(7).unwrap();
        assert_eq!((over.samples, over.first_frame), (7, 9_000));
        // Where it begins it rises at once, which has a little higher a peak.
        let level = 20.0 * (1.5 * 2.0_f64.sqrt()).log10();
        assert!((level..level + 1.0).contains(&over.true_peak_dbtp), "{over:?} {level}");
        assert_eq!(overs.over(0), None);
        let text = over.sentence(48_000);
        assert!(text.contains("the first at 0:00.188; the true peak was 6."), "{text}");
    }
}
