//! Made-up sound devices, for tests: driven by hand or paced by a thread, and ready to misbehave in every
//! way that real ones do.

mod line;

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::device::{
    Backend, Config, Error, ErrorKind, Fault, Outlet, OutputId, OutputInfo, RateRange,
    SampleFormat, Stream, Survey, Wish,
};

use line::Line;

/// A sound system without sound. Clones are the same one.
#[derive(Debug, Clone, Default)]
pub struct Fake(Arc<World>);

/// A made-up device; it takes 32-bit float.
#[derive(Debug, Clone, PartialEq)]
pub struct FakeOutput {
    /// Its id and name.
    pub id: OutputId,
    /// Its only sample rate.
    pub rate_hz: u32,
    /// Its channels.
    pub channels: u16,
    /// Whether a thread calls back in real time; otherwise [`Fake::pull`] does.
    pub paced: bool,
    /// Lengths of the callbacks of that thread, over and over; the period asked for if empty.
    pub lengths: Vec<usize>,
    /// What it says about its delay.
    pub delay: Duration,
    /// How it behaves.
    pub behaviour: Behaviour,
}

/// How a made-up device behaves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Behaviour {
    /// It calls back.
    #[default]
    Normal,
    /// It calls back no more, without a word.
    Silent,
    /// It calls back no more, and reports one error after the other.
    Storm,
    /// Its thread hangs: it cannot be closed either, until it behaves otherwise.
    Hang,
    /// It calls back without end, like a device without a clock.
    Runaway,
}

#[derive(Debug, Default)]
pub(crate) struct World {
    state: Mutex<Inner>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Inner {
    outputs: Vec<FakeOutput>,
    default: Option<OutputId>,
    openings: usize,
    opening_hangs: bool,
    /// The stream that was opened last.
    line: Option<Arc<Line>>,
}

impl FakeOutput {
    /// A stereo device driven by hand.
    pub fn new(id: &str, rate_hz: u32) -> Self {
        Self {
            id: OutputId::new(id),
            rate_hz,
            channels: 2,
            paced: false,
            lengths: Vec::new(),
            delay: Duration::ZERO,
            behaviour: Behaviour::Normal,
        }
    }

    /// A stereo device that calls back in real time.
    pub fn paced(id: &str, rate_hz: u32) -> Self {
        Self { paced: true, ..Self::new(id, rate_hz) }
    }
}

impl Fake {
    /// A sound system with this device, the default one.
    pub fn with(output: FakeOutput) -> Self {
        let new = Self::default();
        new.set_default(&output.id);
        new.plug(output);
        new
    }

    /// A device comes, or comes back.
    pub fn plug(&self, output: FakeOutput) {
        let mut inner = self.0.lock();
        inner.outputs.retain(|known| known.id != output.id);
        inner.outputs.push(output);
    }

    /// A device goes. Its stream reports that, or just calls back no more.
    pub fn unplug(&self, id: &str, reported: bool) {
        let mut inner = self.0.lock();
        inner.outputs.retain(|known| known.id.as_str() != id);
        let line = inner.line.clone().filter(|line| line.output.as_str() == id);
        drop(inner);
        if let Some(line) = line.filter(|_| reported) {
            line.alarm.raise(Fault::Gone);
        }
    }

    /// Another device becomes the default one, or one that is not there.
    pub fn set_default(&self, id: &OutputId) {
        self.0.lock().default = Some(id.clone());
    }

    /// Changes a device's rate; its stream reports that it is no longer valid.
    pub fn set_rate(&self, id: &str, rate_hz: u32) {
        self.change(id, |output| output.rate_hz = rate_hz);
        self.raise(Fault::Invalidated, 1);
    }

    /// Changes how a device behaves.
    pub fn behave(&self, id: &str, behaviour: Behaviour) {
        self.change(id, |output| output.behaviour = behaviour);
    }

    /// From now on opening any device takes for ever, or no longer.
    pub fn hang_opening(&self, hangs: bool) {
        self.0.lock().opening_hangs = hangs;
        self.0.changed.notify_all();
    }

    /// How often a device was opened.
    pub fn openings(&self) -> usize {
        self.0.lock().openings
    }

    /// The device of the open stream.
    pub fn open_output(&self) -> Option<OutputId> {
        let line = self.0.lock().line.clone()?;
        line.is_open().then(|| line.output.clone())
    }

    /// One callback of the open stream on this thread, interleaved; `None` without a stream that is open
    /// and started, or if its device is gone or does not call back.
    pub fn pull(&self, frames: usize) -> Option<Vec<f32>> {
        let line = self.0.lock().line.clone()?;
        let output = self.0.output(&line.output)?;
        (output.behaviour == Behaviour::Normal).then(|| line.call(frames))?
    }

    /// What paced devices have played so far, interleaved, of the stream opened last.
    pub fn played(&self) -> Vec<f32> {
        let line = self.0.lock().line.clone();
        line.map(|line| line.played()).unwrap_or_default()
    }

    /// The open stream reports an error so many times.
    pub fn raise(&self, fault: Fault, times: usize) {
        let line = self.0.lock().line.clone();
        if let Some(line) = line {
            (0..times).for_each(|_| line.alarm.raise(fault));
        }
    }

    fn change(&self, id: &str, change: impl FnOnce(&mut FakeOutput)) {
        if let Some(known) = self.0.lock().outputs.iter_mut().find(|known| known.id.as_str() == id)
        {
            change(known);
        }
        self.0.changed.notify_all();
    }
}

impl World {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The device, as it is now.
    fn output(&self, id: &OutputId) -> Option<FakeOutput> {
        self.lock().outputs.iter().find(|known| known.id == *id).cloned()
    }

    /// Waits until something about the devices changes.
    fn wait(&self) {
        let inner = self.lock();
        let _woken = self.changed.wait_timeout(inner, Duration::from_millis(10));
    }
}

impl Backend for Fake {
    fn outputs(&self) -> Result<Vec<OutputInfo>, Error> {
        let inner = self.0.lock();
        let info = |output: &FakeOutput| OutputInfo {
            id: output.id.clone(),
            name: output.id.to_string(),
            host: "Fake".to_owned(),
            default: inner.default.as_ref() == Some(&output.id),
            rates_hz: vec![RateRange { from: output.rate_hz, to: output.rate_hz }],
            channels: vec![output.channels],
            formats: vec![SampleFormat::F32],
            busy: false,
        };
        Ok(inner.outputs.iter().map(info).collect())
    }

    fn survey(&self, _: Option<&OutputId>, wanted: Option<&OutputId>) -> Result<Survey, Error> {
        let inner = self.0.lock();
        let there = |id: &OutputId| inner.outputs.iter().any(|output| output.id == *id);
        let default = inner.default.clone().filter(there);
        Ok(Survey { default, wanted: wanted.is_some_and(there) })
    }

    fn open(&self, wish: &Wish, outlet: &Outlet) -> Result<Box<dyn Stream>, Error> {
        while self.0.lock().opening_hangs {
            self.0.wait();
        }
        let none = || Error::new(ErrorKind::NoOutput);
        let id = wish.output.clone().or_else(|| self.0.lock().default.clone()).ok_or_else(none)?;
        let missing = || Error::new(ErrorKind::Missing).of(&id);
        let output = self.0.output(&id).ok_or_else(missing)?;
        let (feed, alarm) = outlet.feed(output.rate_hz, output.channels)?;
        let config = Config {
            output: output.id.clone(),
            name: output.id.to_string(),
            rate_hz: output.rate_hz,
            channels: output.channels,
            format: SampleFormat::F32,
            period_frames: wish.period_frames,
        };
        let line = Arc::new(Line::new(&output, feed, alarm));
        let mut inner = self.0.lock();
        inner.openings += 1;
        inner.line = Some(Arc::clone(&line));
        drop(inner);
        Ok(Box::new(line::FakeStream::new(Arc::clone(&self.0), line, config)))
    }
}
