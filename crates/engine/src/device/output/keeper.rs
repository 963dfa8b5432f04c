//! The supervisor's thread and its helpers.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::device::supervisor::{Action, Event, Supervisor, TICK};
use crate::device::vitals::{Signs, Vitals};
use crate::device::{
    Backend, Error, Notice, Outlet, OutputId, Playback, State, Stream, Survey, Wish,
};

/// Notices that wait to be read, at most; the oldest go first.
const NOTICES: usize = 64;

/// Longer than any callback that does not hang.
const CALLBACK: Duration = Duration::from_millis(200);

/// What the supervisor leaves for the player's end to read.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    pub(crate) state: State,
    /// Of the devices before this one.
    pub(crate) sum: Signs,
    pub(crate) vitals: Option<Arc<Vitals>>,
    pub(crate) notices: VecDeque<Notice>,
}

/// What the player's end and the helpers say to the keeper.
pub(crate) enum Message {
    Choose(Wish),
    Provide(Outlet),
    Stop(Option<Sender<Box<dyn Playback>>>),
    Opened(Operation, Result<Box<dyn Stream>, Error>),
    Closed(Operation),
    /// Whether the playback was taken from a device that does not answer.
    Reclaimed(bool),
    Surveyed(Survey),
}

/// The number of an opening or a closing: an answer to an older one comes too late.
pub(crate) type Operation = u64;

/// The supervisor's thread: does what the state machine says.
pub(crate) struct Keeper {
    backend: Arc<dyn Backend>,
    /// Holds the playback, whether a stream is open or not.
    outlet: Outlet,
    stream: Option<Box<dyn Stream>>,
    messages: Sender<Message>,
    shared: Arc<Mutex<Shared>>,
    operation: Operation,
    /// Who gets the playback at the end.
    heir: Option<Sender<Box<dyn Playback>>>,
}

impl Keeper {
    pub(crate) fn new(
        backend: Arc<dyn Backend>,
        outlet: Outlet,
        messages: Sender<Message>,
        shared: Arc<Mutex<Shared>>,
    ) -> Self {
        Self { backend, outlet, stream: None, messages, shared, operation: 0, heir: None }
    }

    /// Until it is told to stop and all is closed.
    pub(crate) fn run(mut self, mut wish: Wish, inbox: &Receiver<Message>) {
        let start = Instant::now();
        let (mut supervisor, actions) = Supervisor::new(wish.clone(), Duration::ZERO);
        let mut stopped = self.perform(actions, &wish, &supervisor);
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
            stopped = self.perform(actions, &wish, &supervisor);
            self.publish(&supervisor, stopped);
        }
        if let Some(heir) = self.heir {
            // If nobody waits any more, it is freed here.
            let _ = self.outlet.take_back().map(|playback| heir.send(playback));
        }
    }

    /// What a message means to the state machine.
    fn event(&mut self, message: Message, supervisor: &Supervisor) -> Option<Event> {
        match message {
            Message::Choose(wish) => Some(Event::Choose(wish)),
            Message::Provide(outlet) => supervisor.is_dead().then(|| {
                self.outlet = outlet;
                Event::Provided
            }),
            Message::Stop(heir) => {
                self.heir = self.heir.take().or(heir);
                Some(Event::Stop)
            }
            Message::Opened(operation, opened) if operation == self.operation => {
                Some(self.opened(opened))
            }
            // From a device that was given up and answers after all. Closing it may block.
            Message::Opened(_, stream) => {
                let _detached = thread::spawn(move || drop(stream));
                None
            }
            Message::Closed(operation) => (operation == self.operation).then_some(Event::Closed),
            Message::Reclaimed(done) => Some(Event::Reclaimed(done)),
            Message::Surveyed(survey) => Some(Event::Surveyed(survey)),
        }
    }

    fn opened(&mut self, opened: Result<Box<dyn Stream>, Error>) -> Event {
        Event::Opened(opened.map(|stream| {
            lock(&self.shared).vitals = Some(self.outlet.vitals());
            let config = stream.config().clone();
            self.stream = Some(stream);
            config
        }))
    }

    /// Returns whether it was the last.
    fn perform(&mut self, actions: Vec<Action>, wish: &Wish, supervisor: &Supervisor) -> bool {
        let mut stopped = false;
        for action in actions {
            match action {
                Action::Open(target) => self.open(Wish { output: target, ..wish.clone() }),
                Action::Close => self.close(),
                Action::Survey => self.survey(wish.output.clone(), supervisor),
                Action::Reclaim => self.reclaim(),
                Action::GiveUp => drop(self.outlet.take_back()),
                Action::Say(notice) => say(&mut lock(&self.shared), notice),
                Action::Stopped => stopped = true,
            }
        }
        stopped
    }

    fn open(&mut self, wish: Wish) {
        let operation = self.next_operation();
        let (backend, messages) = (Arc::clone(&self.backend), self.messages.clone());
        let outlet = self.outlet.clone();
        let _detached = thread::spawn(move || {
            let opened = backend.open(&wish, &outlet);
            let started = opened.and_then(|mut stream| stream.start().map(|()| stream));
            // If the supervisor is gone, the stream is dropped here.
            let _ = messages.send(Message::Opened(operation, started));
        });
    }

    fn close(&mut self) {
        self.settle();
        let (operation, messages) = (self.next_operation(), self.messages.clone());
        let (stream, outlet) = (self.stream.take(), self.outlet.clone());
        let _detached = thread::spawn(move || {
            // Waits for a running callback. If that hangs and its playback is replaced, it ends here.
            drop(stream);
            drop(outlet);
            let _ = messages.send(Message::Closed(operation));
        });
    }

    /// Takes the playback from a device that does not answer. Whatever that still answers comes too late.
    fn reclaim(&mut self) {
        let mut playback = self.outlet.take_back();
        // A callback that runs just now will be over by then.
        let end = Instant::now() + CALLBACK;
        while playback.is_none() && Instant::now() < end {
            thread::sleep(Duration::from_millis(1));
            playback = self.outlet.take_back();
        }
        let done = playback.is_some();
        if let Some(playback) = playback {
            self.outlet = Outlet::new(playback, self.outlet.song_hz());
            let _ = self.next_operation();
        }
        let _ = self.messages.send(Message::Reclaimed(done));
    }

    fn survey(&self, wanted: Option<OutputId>, supervisor: &Supervisor) {
        let (backend, messages) = (Arc::clone(&self.backend), self.messages.clone());
        let playing = supervisor.playing().map(|config| config.output.clone());
        let _detached = thread::spawn(move || {
            let survey = backend.survey(playing.as_ref(), wanted.as_ref()).unwrap_or_default();
            let _ = messages.send(Message::Surveyed(survey));
        });
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
pub(crate) fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
