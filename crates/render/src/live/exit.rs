//! What lies between the mix and the device: a gate for jumps, the tap, the reference, the monitor.

use rtrb::Producer;
use twobus_dsp::Db;
use twobus_session::Monitor;

use super::FADE_S;
use super::listen::Range;
use super::monitor::MonitorPath;
use super::speaker::Speaker;
use crate::BLOCK;
use crate::fade::Fade;
use crate::source::Source;

/// The way of the mix to the listener.
pub(super) struct Exit {
    gate: Fade,
    /// Frames that the gate stays closed before it opens.
    hold: u64,
    tap: Producer<[f32; 2]>,
    untapped: u64,
    monitor: MonitorPath,
    switches: Monitor,
    reference: Option<Box<dyn Source>>,
    /// Frames that the reference waits for the mix, which comes later by its latency.
    wait: u64,
    /// What the reference plays beside the block at hand.
    beside: [[f32; BLOCK]; 2],
}

impl Exit {
    pub(super) fn new(tap: Producer<[f32; 2]>, rate_hz: f64) -> Self {
        Self {
            gate: Fade::new(true, FADE_S * rate_hz),
            hold: 0,
            tap,
            untapped: 0,
            monitor: MonitorPath::new(rate_hz),
            switches: Monitor::default(),
            reference: None,
            wait: 0,
            beside: [[0.0; BLOCK]; 2],
        }
    }

    /// Frames that did not fit the tap.
    pub(super) fn untapped(&self) -> u64 {
        self.untapped
    }

    /// Fades out.
    pub(super) fn close(&mut self) {
        self.hold = 0;
        self.gate.set(false);
    }

    /// Stands open.
    pub(super) fn stand_open(&mut self) {
        self.hold = 0;
        self.gate.set(true);
        self.gate.finish();
    }

    /// Stays closed for `hold` frames, then fades in.
    pub(super) fn open_after(&mut self, hold: u64) {
        self.hold = hold;
        self.gate.set(false);
        self.gate.finish();
        self.gate.set(true);
    }

    /// Takes the monitor's switches.
    pub(super) fn set_monitor(&mut self, switches: Monitor) {
        self.switches = switches;
        self.monitor.set(switches, self.reference.is_some());
    }

    /// Takes the gain that makes what is heard as loud as what it is compared with.
    pub(super) fn set_offset(&mut self, offset: Db) {
        self.monitor.set_offset(offset);
    }

    /// Takes the range of frequencies that is heard alone.
    pub(super) fn set_listen(&mut self, range: Option<Range>) {
        self.monitor.set_listen(range);
    }

    /// Takes the speaker that everything is heard through.
    pub(super) fn set_speaker(&mut self, speaker: Option<Speaker>) {
        self.monitor.set_speaker(speaker);
    }

    /// Exchanges the reference, of which `late` frames have gone by, and which then waits for `wait` frames.
    pub(super) fn exchange_reference(
        &mut self,
        other: &mut Option<Box<dyn Source>>,
        late: u64,
        wait: u64,
    ) {
        std::mem::swap(&mut self.reference, other);
        self.reference.iter_mut().for_each(|reference| reference.skip(late));
        self.wait = wait;
        self.monitor.set(self.switches, self.reference.is_some());
    }

    /// Keeps the reference beside a mix whose latency changes.
    pub(super) fn shift_reference(&mut self, before: u64, now: u64) {
        self.wait += now.saturating_sub(before);
        if let (Some(reference), Some(sooner)) = (&mut self.reference, before.checked_sub(now)) {
            reference.skip(sooner);
        }
    }

    /// Passes up to a block of the mix, the first frame of which lies at `at` on the timeline.
    pub(super) fn pass(&mut self, at: u64, left: &mut [f64], right: &mut [f64]) {
        self.read_reference(at, left.len());
        self.pass_gate(left, right);
        self.feed_tap(left, right);
        self.monitor.process(left, right, &self.beside);
    }

    /// Silence, while nothing plays.
    pub(super) fn rest(&mut self, left: &mut [f64], right: &mut [f64]) {
        left.fill(0.0);
        right.fill(0.0);
        self.beside = [[0.0; BLOCK]; 2];
        self.monitor.process(left, right, &self.beside);
    }

    fn read_reference(&mut self, at: u64, frames: usize) {
        self.beside = [[0.0; BLOCK]; 2];
        let waits = self.wait.min(frames as u64);
        self.wait -= waits;
        let waits = usize::try_from(waits).unwrap_or(frames);
        if let Some(reference) = &mut self.reference {
            let [left, right] = &mut self.beside;
            let (left, right) = (&mut left[waits..frames], &mut right[waits..frames]);
            let _missing = reference.read(at + waits as u64, left, right);
        }
    }

    fn pass_gate(&mut self, left: &mut [f64], right: &mut [f64]) {
        if self.hold == 0 && self.gate.resting() == Some(1.0) {
            return;
        }
        let [beside_left, beside_right] = &mut self.beside;
        for (i, (left, right)) in left.iter_mut().zip(right).enumerate() {
            let held = self.hold > 0;
            self.hold = self.hold.saturating_sub(1);
            let gain = if held { 0.0 } else { self.gate.advance() };
            (*left, *right) = (*left * gain, *right * gain);
            beside_left[i] *= gain as f32;
            beside_right[i] *= gain as f32;
        }
    }

    fn feed_tap(&mut self, left: &[f64], right: &[f64]) {
        let mut block = [[0.0; 2]; BLOCK];
        for (frame, (left, right)) in block.iter_mut().zip(left.iter().zip(right)) {
            *frame = [*left as f32, *right as f32];
        }
        if self.tap.push_entire_slice(&block[..left.len()]).is_err() {
            self.untapped += left.len() as u64;
        }
    }
}
