//! An insert slot: a processor that can be bypassed without a click and without a change of latency,
//! and whose faults stay inside it.

mod automated;

use twobus_dsp::DeviceKind;
use twobus_dsp::delay_line::DelayLine;
use twobus_dsp::processor::{Processor, SHOWN_BANDS};
use twobus_dsp::smooth::Ramp;
use twobus_session::{Device, DeviceId, ParamId};

pub(crate) use self::automated::AutomatedParam;
use self::automated::Order;
use crate::BLOCK;
use crate::control;
use crate::control::hand::Stroke;
use crate::stereo::{Stereo, contain};

/// Length of the cross-fade between a device and its bypass.
pub(crate) const BYPASS_S: f64 = 0.010;

/// A device in its slot.
pub(crate) struct Slot {
    pub(crate) device: DeviceId,
    /// The bus it listens to, if that is not its own input.
    pub(crate) key: Option<usize>,
    pub(crate) kind: DeviceKind,
    processor: Box<dyn Processor>,
    /// What each parameter was last set to.
    values: Vec<f64>,
    automation: Vec<AutomatedParam>,
    latency_frames: usize,
    /// The dry signal, as late as the wet one.
    dry: DelayLine<f32>,
    dry_block: [[f32; BLOCK]; 2],
    /// Share of the wet signal.
    wet: Ramp,
    /// Frames until the processor's output is its own again after it was left alone.
    warm_up: usize,
    /// Share of its signal that a processor gets which begins anew, so that no echo of it begins with a jump.
    fed: Ramp,
    fade_frames: u32,
    /// Blocks silenced because the device put out something that is not a number.
    pub(crate) faults: u32,
}

impl Slot {
    pub(crate) fn new(
        device: &Device,
        processor: Box<dyn Processor>,
        automation: Vec<AutomatedParam>,
        key: Option<usize>,
        rate_hz: f64,
    ) -> Self {
        let latency_frames = processor.latency_frames();
        Self {
            device: device.id,
            key,
            kind: device.kind,
            processor,
            values: device.values.clone(),
            automation,
            latency_frames,
            dry: DelayLine::new(latency_frames),
            dry_block: [[0.0; BLOCK]; 2],
            wet: Ramp::new(if device.bypass { 0.0 } else { 1.0 }),
            warm_up: 0,
            fed: Ramp::new(1.0),
            fade_frames: control::frames(BYPASS_S, rate_hz),
            faults: 0,
        }
    }

    pub(crate) fn latency_frames(&self) -> usize {
        self.latency_frames
    }

    /// True when the slot passes its signal through a linear function, or unchanged.
    pub(crate) fn is_linear(&self) -> bool {
        self.processor.is_linear() || self.wet.target() == 0.0
    }

    /// Values of the parameters that stay as they are while a plan plays: those without a lane.
    pub(crate) fn fixed_values(&self) -> impl Iterator<Item = f64> {
        let has_lane = |param| self.automation.iter().any(|other| other.param == param);
        let stays = move |param| self.kind.is_fixed(param) && !has_lane(param);
        let values = self.values.iter().copied().enumerate();
        values.filter(move |(param, _)| stays(*param)).map(|(_, value)| value)
    }

    pub(crate) fn gain_reduction_db(&self) -> f32 {
        if self.wet.resting() == Some(0.0) { 0.0 } else { self.processor.gain_reduction_db() }
    }

    /// What each band adds to its gain now, in dB.
    pub(crate) fn band_gains_db(&self) -> [f32; SHOWN_BANDS] {
        let bypassed = self.wet.resting() == Some(0.0);
        if bypassed { [0.0; SHOWN_BANDS] } else { self.processor.band_gains_db() }
    }

    /// Moves a parameter from `frame` on, by its index; what that is heard as, if a hand has it.
    pub(crate) fn turn(&mut self, param: usize, value: f64, frame: i64) -> Option<Stroke> {
        let mut automated = self.automation.iter_mut().find(|other| other.param == param);
        if let Some(stroke) = automated.as_mut().and_then(|other| other.turn(value, frame)) {
            return Some(stroke);
        }
        if let Some(automated) = automated {
            automated.set(value);
        }
        if let Some(last) = self.values.get_mut(param) {
            *last = value;
        }
        self.processor.set(param, value);
        None
    }

    /// A hand takes a parameter that has a lane, before `frame`.
    pub(crate) fn take(&mut self, param: ParamId, frame: i64) -> Option<Stroke> {
        Some(self.automated(param)?.take(frame))
    }

    /// The hand lets it go before `frame`.
    pub(crate) fn let_go(&mut self, param: ParamId, frame: i64) -> Option<Stroke> {
        self.automated(param)?.let_go(frame)
    }

    fn automated(&mut self, param: ParamId) -> Option<&mut AutomatedParam> {
        let param = self.kind.param(param.as_str())?;
        self.automation.iter_mut().find(|other| other.param == param)
    }

    /// Takes over the processor of `old`, a slot of the same device and latency, with all its signal; the
    /// settings become the own ones, each as smoothly as if it were set by hand.
    pub(crate) fn take_over(&mut self, old: &mut Self) {
        std::mem::swap(&mut self.processor, &mut old.processor);
        std::mem::swap(&mut self.dry, &mut old.dry);
        (self.warm_up, self.fed) = (old.warm_up, old.fed);
        self.faults = old.faults;
        for param in &mut self.automation {
            let before = old.automation.iter().find(|other| other.param == param.param);
            param.follow(before);
            let driven = param.drives() && !param.last().is_nan();
            if let (true, Some(value)) = (driven, self.values.get_mut(param.param)) {
                *value = param.last();
            }
        }
        for (param, (&value, &before)) in self.values.iter().zip(&old.values).enumerate() {
            let automated =
                self.automation.iter().any(|other| other.param == param && other.drives());
            if value != before && !automated {
                self.processor.set(param, value);
            }
        }
        let bypass = self.wet.target() == 0.0;
        self.wet = old.wet;
        if bypass != (old.wet.target() == 0.0) {
            self.bypass(bypass);
        }
    }

    /// Comes in from what passes it by.
    pub(crate) fn come_in(&mut self) {
        if self.wet.target() != 0.0 {
            self.wet = Ramp::new(0.0);
            self.bypass(false);
        }
    }

    pub(crate) fn bypass(&mut self, on: bool) {
        if !on && self.wet.resting() == Some(0.0) {
            self.processor.reset();
            self.fed = Ramp::new(0.0);
            self.fed.set(1.0, self.fade_frames);
            self.warm_up = self.latency_frames + self.fade_frames as usize;
        }
        self.wet.set(if on { 0.0 } else { 1.0 }, self.fade_frames);
    }

    /// Forgets all signal; automated parameters stand where they belong at `start`.
    pub(crate) fn reset(&mut self, start: i64) {
        self.automation.iter_mut().for_each(|param| param.reset(start));
        self.automate(start, 0);
        self.processor.reset();
        self.dry.reset();
        self.wet.finish();
        self.fed.finish();
        self.warm_up = 0;
    }

    /// Processes a run in place; `start` is its position on the timeline at this point of the path.
    ///
    /// Automated parameters stand exactly where their lanes are at every line of the grid and at every
    /// breakpoint; from one to the next they run straight along their scale.
    /// `key` is what the device listens to, if that is not its own input.
    pub(crate) fn process(
        &mut self,
        start: i64,
        run: &mut Stereo<f32>,
        frames: usize,
        key: Option<&Stereo<f32>>,
    ) {
        let (left, right) = run.channels(frames);
        let mut at = start;
        for (mut left, mut right) in left.chunks_mut(BLOCK).zip(right.chunks_mut(BLOCK)) {
            while !left.is_empty() {
                let frames = self.frames_to_corner(at).min(left.len());
                let (now_left, later_left) = left.split_at_mut(frames);
                let (now_right, later_right) = right.split_at_mut(frames);
                let from = (at - start) as usize;
                let key = key.map(|key| key.part(from..from + frames));
                self.process_block(at, now_left, now_right, key);
                (left, right) = (later_left, later_right);
                at += frames as i64;
            }
        }
    }

    /// Frames from `at` on that are on one segment of every automated parameter.
    fn frames_to_corner(&self, at: i64) -> usize {
        let next = self.automation.iter().filter_map(|param| param.frames_to_corner(at));
        next.min().unwrap_or(usize::MAX)
    }

    fn process_block(
        &mut self,
        start: i64,
        left: &mut [f32],
        right: &mut [f32],
        key: Option<[&[f32]; 2]>,
    ) {
        let frames = left.len();
        self.automate(start, frames);
        let resting = self.wet.resting();
        if self.latency_frames > 0 || resting != Some(1.0) {
            let [dry_left, dry_right] = &mut self.dry_block;
            dry_left[..frames].copy_from_slice(left);
            dry_right[..frames].copy_from_slice(right);
            self.dry.process(&mut dry_left[..frames], &mut dry_right[..frames]);
        }
        if resting == Some(0.0) {
            left.copy_from_slice(&self.dry_block[0][..frames]);
            right.copy_from_slice(&self.dry_block[1][..frames]);
            return;
        }
        if self.fed.resting() != Some(1.0) {
            for (left, right) in left.iter_mut().zip(right.iter_mut()) {
                let share = self.fed.advance();
                *left = (f64::from(*left) * share) as f32;
                *right = (f64::from(*right) * share) as f32;
            }
        }
        match key {
            Some(key) => self.processor.process_keyed(left, right, key),
            None => self.processor.process(left, right),
        }
        if contain(left, right) {
            self.processor.reset();
            self.faults += 1;
        }
        if resting != Some(1.0) {
            self.fade(left, right);
        }
    }

    /// Lets automated parameters run to where they are to be at the last of `frames` frames from `start`
    /// on; what holds changes at `start`. With no frames they stand where they were just before it.
    fn automate(&mut self, start: i64, frames: usize) {
        for automated in &mut self.automation {
            let param = automated.param;
            let value = match automated.order(start, frames) {
                Some(Order::Set(value)) => {
                    self.processor.set(param, value);
                    value
                }
                Some(Order::Glide(value)) => {
                    self.processor.glide(param, value, frames);
                    value
                }
                None => continue,
            };
            if let Some(last) = self.values.get_mut(param) {
                *last = value;
            }
        }
    }

    fn fade(&mut self, left: &mut [f32], right: &mut [f32]) {
        for (frame, (left, right)) in left.iter_mut().zip(right).enumerate() {
            let wet = if self.warm_up > 0 {
                self.warm_up -= 1;
                0.0
            } else {
                self.wet.advance()
            };
            let mix = |wet_sample: f32, dry: f32| {
                (f64::from(wet_sample) * wet + f64::from(dry) * (1.0 - wet)) as f32
            };
            *left = mix(*left, self.dry_block[0][frame]);
            *right = mix(*right, self.dry_block[1][frame]);
        }
    }
}
