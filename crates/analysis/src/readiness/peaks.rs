//! Peaks of 10 ms, the first sample, the first sound, and how the last sound ends.

use twobus_dsp::Db;
use twobus_session::readiness::Check;

use super::Limits;

/// Steps in a hop.
pub(super) const STEPS: usize = 20;
/// Length of the end that is looked at, in seconds.
const END_S: f64 = 0.05;
/// What lies below this behind a sound is silence, so that the sound has ended there.
const SILENCE: Db = Db(-80.0);
/// How long before such an end its level is looked at, in seconds: a sound that rings out or is faded has
/// fallen nearly to silence by then, one that is cut has not.
const BREAK_S: f64 = 0.001;
/// What counts as the first sound.
const SOUND: Db = Db(-60.0);
/// Length of the loudest part, in steps: 3 s.
const LOUDEST_STEPS: usize = 300;

/// Peaks of both channels together.
#[derive(Debug)]
pub(super) struct Peaks {
    hop_frames: usize,
    end_frames: usize,
    /// Highest magnitude of each step.
    steps: Vec<f32>,
    first: Option<f32>,
    /// Frame of the first sound.
    sound: Option<u64>,
    frames: u64,
    /// The last frames, both channels' larger magnitude.
    end: Vec<f32>,
    /// Where the last sound ends, and its peak shortly before.
    last: Option<(u64, f32)>,
    break_frames: usize,
}

impl Peaks {
    pub(super) fn new(rate_hz: u32, hop_frames: usize) -> Self {
        let frames = |seconds: f64| ((seconds * f64::from(rate_hz)).round() as usize).max(1);
        Self {
            hop_frames,
            end_frames: frames(END_S),
            steps: Vec::new(),
            first: None,
            sound: None,
            frames: 0,
            end: Vec::new(),
            last: None,
            break_frames: frames(BREAK_S),
        }
    }

    /// Takes a hop, or the last part of one.
    pub(super) fn push(&mut self, left: &[f32], right: &[f32]) {
        let frames = left.len();
        for step in 0..STEPS {
            let (start, end) = (self.boundary(step), self.boundary(step + 1).min(frames));
            if start < end {
                let peak = highest(&left[start..end]).max(highest(&right[start..end]));
                self.steps.push(peak);
            }
        }
        let larger = |index: usize| left[index].abs().max(right[index].abs());
        self.first = self.first.or_else(|| (frames > 0).then(|| larger(0)));
        if self.sound.is_none() {
            let floor = SOUND.to_gain() as f32;
            let found = (0..frames).find(|&index| larger(index) > floor);
            self.sound = found.map(|index| self.frames + index as u64);
        }
        self.see_end(frames, larger);
        self.end.extend((frames.saturating_sub(self.end_frames)..frames).map(larger));
        let surplus = self.end.len().saturating_sub(self.end_frames);
        self.end.drain(..surplus).for_each(drop);
        self.frames += frames as u64;
    }

    /// Looks for the end of sound in the hop whose levels are `larger`.
    fn see_end(&mut self, frames: usize, larger: impl Fn(usize) -> f32) {
        let floor = SILENCE.to_gain() as f32;
        let Some(last) = (0..frames).rfind(|&index| larger(index) > floor) else { return };
        let start = (last + 1).saturating_sub(self.break_frames);
        let here = (start..=last).map(&larger).fold(0.0, f32::max);
        let earlier = self.break_frames - (last + 1 - start);
        let before = highest(&self.end[self.end.len().saturating_sub(earlier)..]);
        self.last = Some((self.frames + last as u64 + 1, here.max(before)));
    }

    fn boundary(&self, step: usize) -> usize {
        step * self.hop_frames / STEPS
    }

    /// First frame of step `step`.
    pub(super) fn frame(&self, step: usize) -> u64 {
        (step / STEPS * self.hop_frames + self.boundary(step % STEPS)) as u64
    }

    /// Level of the first sample; a silent one is [`FLOOR_DBFS`].
    pub(super) fn first_dbfs(&self) -> Option<f64> {
        self.first.map(dbfs)
    }

    /// Frame of the first sound above −60 dBFS.
    pub(super) fn first_sound(&self) -> Option<u64> {
        self.sound
    }

    /// How loud it is where it ends, in dBFS: the peak of the last 50 ms; where silence follows, that of the
    /// last moment of sound if it is cut there, and else silence.
    pub(super) fn end_dbfs(&self) -> Option<f64> {
        if self.end.is_empty() {
            return None;
        }
        let level = match self.last {
            Some((at, peak)) if at + (self.end_frames as u64) < self.frames => {
                let cut = Limits::shipped().judge(Check::CutTail, dbfs(peak)).1;
                if cut { peak } else { 0.0 }
            }
            _ => highest(&self.end),
        };
        Some(dbfs(level))
    }

    /// The frame at which the last sound ends.
    pub(super) fn end_frame(&self) -> u64 {
        self.last.map_or(self.frames, |(at, _)| at)
    }

    /// Share of the steps whose peak is near the highest, in percent; `None` for silence.
    pub(super) fn flat_percent(&self) -> Option<f64> {
        let near = self.near().filter(|near| *near).count();
        (near > 0).then(|| 100.0 * near as f64 / self.steps.len() as f64)
    }

    /// Whether each step's peak is near the highest of all.
    pub(super) fn near(&self) -> impl Iterator<Item = bool> + '_ {
        let near = Db(Limits::shipped().counts(Check::FlatPeaks));
        let floor = highest(&self.steps) * near.to_gain() as f32;
        self.steps.iter().map(move |&peak| floor > 0.0 && peak >= floor)
    }

    /// Peak level within the 3 s from `start_s` on.
    pub(super) fn loudest_dbfs(&self, start_s: f64) -> Option<f64> {
        let first = (start_s * 100.0).round().max(0.0) as usize;
        let last = (first + LOUDEST_STEPS).min(self.steps.len());
        self.steps.get(first..last).map(|steps| dbfs(highest(steps)))
    }

    /// Highest magnitude of each step, for a picture.
    pub(super) fn steps(&self) -> &[f32] {
        &self.steps
    }
}

/// What a level of nothing is said to be.
pub(super) const FLOOR_DBFS: f64 = -150.0;

fn dbfs(peak: f32) -> f64 {
    Db::from_gain(f64::from(peak)).0.max(FLOOR_DBFS)
}

fn highest(samples: &[f32]) -> f32 {
    // In lanes of their own, so that the processor's vector unit is used.
    let (eights, rest) = samples.as_chunks::<8>();
    let lanes = eights.iter().fold([0.0_f32; 8], |lanes, eight| {
        std::array::from_fn(|i| if eight[i].abs() > lanes[i] { eight[i].abs() } else { lanes[i] })
    });
    lanes.iter().chain(rest).fold(0.0, |peak, x| peak.max(x.abs()))
}
