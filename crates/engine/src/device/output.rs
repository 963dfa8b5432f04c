//! The player's end: one playback on whatever device there is.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::device::supervisor::{Action, Event, Supervisor, TICK};
use crate::device::vitals::{Signs, Vitals};
use crate::device::{
    Backend, Config, Error, Notice, Outlet, Playback, Realtime, Stream, Survey, Wish,
};

/// Notices that wait to be read, at most; the oldest go first.
const NOTICES: usize = 64;

/// How long [`Output::close`] waits: longer than the supervisor waits for a device that hangs.
const CLOSING: Duration = Duration::from_secs(4);

/// Plays on a device, and on the next one when that is lost. Its methods return at once.
///
/// Dropping it closes the device and frees the playback, on a thread of its own.
#[derive(Debug)]
pub struct Output {
    messages: Sender<Message>,
    shared: Arc<Mutex<Shared>>,
}

/// What [`Output::status`] tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// What it does.
    pub state: State,
    /// Times that sound was asked for or given too late, since the beginning. Not every sound system
    /// tells; ALSA and JACK do.
    pub xruns: u64,
    /// Frames at the device's rate that may have been dropped at xruns: the last block at each, at most.
    pub dropped_frames: u64,
    /// Other errors that devices have reported.
    pub errors: u64,
    /// Samples that the clip guard has held at ±1.
    pub overs: u64,
    /// Samples that were no numbers and were played as silence.
    pub not_numbers: u64,
    /// How far what is heard lies behind the last frame that was filled, in frames of the song: the
    /// callback, the device's delay and that of the rate conversion. 0 without a device.
    pub behind_frames: u64,
    /// The audio thread's priority, once it runs.
    pub realtime: Option<Realtime>,
}

/// What an output does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum State {
    /// A device is being opened or changed.
    #[default]
    Opening,
    /// A device plays.
    Playing(Config),
    /// There is none; one is waited for.
    NoOutput,
    /// The playback was lost: it hangs in a device, or has panicked. Give another with
    /// [`Output::provide`].
    Dead,
    /// All is closed.
    Closed,
}

/// What the supervisor leaves for the player's end to read.
#[derive(Debug, Default)]
struct Shared {
    state: State,
    /// Of the devices before this one.
    sum: Signs,
    vitals: Option<Arc<Vitals>>,
    notices: VecDeque<Notice>,
}

enum Message {
    Choose(Wish),
    Provide(Outlet),
    Stop(Option<Sender<Box<dyn Playback>>>),
    Opened(Operation, Result<Box<dyn Stream>, Error>, Outlet),
    Closed(Operation, Outlet),
    Surveyed(Survey),
}

/// The number of an opening or a closing: an answer to an older one comes too late.
type Operation = u64;

impl Output {
    /// Plays `playback`, a song at `song_hz`, on what `wish` asks for, or on whatever there is.
    ///
    /// # Panics
    /// When `song_hz` is 0.
    pub fn new(
        backend: Arc<dyn Backend>,
        wish: Wish,
        playback: Box<dyn Playback>,
        song_hz: u32,
    ) -> Self {
        let (messages, inbox) = channel();
        let shared = Arc::default();
        let office = Office {
            backend,
            outlet: Some(Outlet::new(playback, song_hz)),
            stream: None,
            messages: messages.clone(),
            shared: Arc::clone(&shared),
            operation: 0,
            heir: None,
        };
        let _detached = thread::spawn(move || office.run(wish, &inbox));
        Self { messages, shared }
    }

    /// How it is.
    pub fn status(&self) -> Status {
        let shared = lock(&self.shared);
        let now = shared.vitals.as_deref().map(Vitals::read).unwrap_or_default();
        let sum = shared.sum.plus(&now);
        Status {
            state: shared.state.clone(),
            xruns: sum.xruns,
            dropped_frames: sum.dropped_frames,
            errors: sum.errors,
            overs: sum.overs,
            not_numbers: sum.not_numbers,
            behind_frames: now.behind_frames,
            realtime: now.realtime,
        }
    }

    /// What happened since this was last asked, the oldest first.
    pub fn notices(&self) -> Vec<Notice> {
        lock(&self.shared).notices.drain(..).collect()
    }

    /// Changes to another device or period.
    pub fn choose(&self, wish: Wish) {
        self.send(Message::Choose(wish));
    }

    /// Gives a new playback in place of one that was lost ([`State::Dead`]); otherwise it is dropped.
    ///
    /// # Panics
    /// When `song_hz` is 0.
    pub fn provide(&self, playback: Box<dyn Playback>, song_hz: u32) {
        self.send(Message::Provide(Outlet::new(playback, song_hz)));
    }

    /// Closes the device and returns the playback; `None` if a device that hangs holds it. This waits
    /// until it is known which: for milliseconds, or a few seconds if something hangs.
    pub fn close(self) -> Option<Box<dyn Playback>> {
        let (heir, playback) = channel();
        self.send(Message::Stop(Some(heir)));
        playback.recv_timeout(CLOSING).ok()
    }

    fn send(&self, message: Message) {
        // Without a supervisor all is closed, and there is nothing left to tell it.
        let _ = self.messages.send(message);
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        self.send(Message::Stop(None));
    }
}

/// The supervisor's thread: does what the state machine says.
struct Office {
    backend: Arc<dyn Backend>,
    /// With the playback or, while a stream is open, with the other end of its feed; `None` while a
    /// helper has it.
    outlet: Option<Outlet>,
    stream: Option<Box<dyn Stream>>,
    messages: Sender<Message>,
    shared: Arc<Mutex<Shared>>,
    operation: Operation,
    /// Who gets the playback at the end.
    heir: Option<Sender<Box<dyn Playback>>>,
}

impl Office {
    fn run(mut self, mut wish: Wish, inbox: &Receiver<Message>) {
        let start = Instant::now();
        let (mut supervisor, actions) = Supervisor::new(wish.clone(), Duration::ZERO);
        let mut stopped = self.perform(actions, &wish);
        let mut next_tick = start + TICK;
        while !stopped {
            let wait = next_tick.saturating_duration_since(Instant::now());
            let event = match inbox.recv_timeout(wait) {
                Ok(message) => self.event(message, &supervisor),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    next_tick = Instant::now() + TICK;
                    Some(Event::Tick(self.signs()))
                }
            };
            let Some(event) = event else { continue };
            if let Event::Choose(new) = &event {
                wish = new.clone();
            }
            let actions = supervisor.handle(start.elapsed(), event);
            stopped = self.perform(actions, &wish);
            self.publish(&supervisor, stopped);
        }
        if let (Some(heir), Some(outlet)) = (self.heir, &mut self.outlet) {
            // If nobody waits any more, it is freed here.
            let _ = outlet.take_back().map(|playback| heir.send(playback));
        }
    }

    /// What a message means to the state machine.
    fn event(&mut self, message: Message, supervisor: &Supervisor) -> Option<Event> {
        match message {
            Message::Choose(wish) => Some(Event::Choose(wish)),
            Message::Provide(outlet) => supervisor.is_dead().then(|| {
                self.outlet = Some(outlet);
                Event::Provided
            }),
            Message::Stop(heir) => {
                self.heir = self.heir.take().or(heir);
                Some(Event::Stop)
            }
            Message::Opened(operation, opened, outlet) if operation == self.operation => {
                Some(self.opened(opened, outlet))
            }
            Message::Closed(operation, outlet) if operation == self.operation => {
                self.outlet = Some(outlet);
                Some(Event::Closed)
            }
            // From a device that was given up and answers after all. Closing it may block.
            Message::Opened(_, stream, outlet) => {
                let _detached = thread::spawn(move || drop((stream, outlet)));
                None
            }
            Message::Closed(..) => None,
            Message::Surveyed(survey) => Some(Event::Surveyed(survey)),
        }
    }

    fn opened(&mut self, opened: Result<Box<dyn Stream>, Error>, outlet: Outlet) -> Event {
        let config = opened.map(|stream| {
            lock(&self.shared).vitals = Some(Arc::clone(outlet.vitals()));
            let config = stream.config().clone();
            self.stream = Some(stream);
            config
        });
        self.outlet = Some(outlet);
        Event::Opened(config)
    }

    /// Returns whether it was the last.
    fn perform(&mut self, actions: Vec<Action>, wish: &Wish) -> bool {
        let mut stopped = false;
        for action in actions {
            match action {
                Action::Open(target) => self.open(Wish { output: target, ..wish.clone() }),
                Action::Close => self.close(),
                Action::Survey => self.survey(),
                Action::GiveUp => self.give_up(),
                Action::Say(notice) => say(&mut lock(&self.shared), notice),
                Action::Stopped => stopped = true,
            }
        }
        stopped
    }

    fn open(&mut self, wish: Wish) {
        let Some(mut outlet) = self.outlet.take() else { return };
        let (backend, messages) = (Arc::clone(&self.backend), self.messages.clone());
        let operation = self.next_operation();
        let _detached = thread::spawn(move || {
            let opened = backend.open(&wish, &mut outlet);
            let started = opened.and_then(|mut stream| stream.start().map(|()| stream));
            // If the supervisor is gone, stream and playback are dropped here.
            let _ = messages.send(Message::Opened(operation, started, outlet));
        });
    }

    fn close(&mut self) {
        self.settle();
        let (operation, messages) = (self.next_operation(), self.messages.clone());
        let stream = self.stream.take();
        let Some(outlet) = self.outlet.take() else { return };
        let _detached = thread::spawn(move || {
            // Waits for a running callback; after this the feed has handed the playback back.
            drop(stream);
            let _ = messages.send(Message::Closed(operation, outlet));
        });
    }

    fn survey(&self) {
        let (backend, messages) = (Arc::clone(&self.backend), self.messages.clone());
        let _detached = thread::spawn(move || {
            let survey = backend.survey().unwrap_or_default();
            let _ = messages.send(Message::Surveyed(survey));
        });
    }

    /// Whatever still comes back from the device is of no use any more.
    fn give_up(&mut self) {
        self.settle();
        let _ = self.next_operation();
        self.outlet = None;
    }

    fn next_operation(&mut self) -> Operation {
        self.operation += 1;
        self.operation
    }

    /// Adds the signs of the device that was to the sum.
    fn settle(&self) {
        let mut shared = lock(&self.shared);
        if let Some(vitals) = shared.vitals.take() {
            shared.sum = shared.sum.plus(&vitals.read());
        }
    }

    fn signs(&self) -> Signs {
        lock(&self.shared).vitals.as_deref().map(Vitals::read).unwrap_or_default()
    }

    fn publish(&self, supervisor: &Supervisor, stopped: bool) {
        let state = match supervisor.playing() {
            Some(config) => State::Playing(config.clone()),
            None if stopped => State::Closed,
            None if supervisor.is_dead() => State::Dead,
            None if supervisor.is_waiting() => State::NoOutput,
            None => State::Opening,
        };
        lock(&self.shared).state = state;
    }
}

fn say(shared: &mut Shared, notice: Notice) {
    if shared.notices.len() == NOTICES {
        let _oldest = shared.notices.pop_front();
    }
    shared.notices.push_back(notice);
}

/// The lock of what both ends read; it is held only to copy.
fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
