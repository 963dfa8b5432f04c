//! The window's end of playback: a song, its transport, and what can be seen of them.

mod library;
mod monitor;
mod notices;
mod plan;
mod recorder;
mod wants;

use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use twobus_dsp::Db;
use twobus_jobs::Folder;
use twobus_jobs::master::staged;
use twobus_render::live::{Control, Crew, Cue, Moment, Player, Speaker, State, Taken, pair_with};
use twobus_render::meters::{PointLevels, SHOWN_POINTS, StripMeter};
use twobus_render::{Command, Cycle, Plan, Source};
use twobus_session::{
    DeviceId, Edit, LaneTarget, MediaId, Mix, Monitor, Project, Song, SongId, StripId,
};

use self::library::{Library, Opener};
pub use self::notices::Notice;
use self::notices::Watch;
use self::recorder::{Desk, Recorder};
use self::wants::{Flight, Wants};
use crate::device::{self, Backend, Output, Playback, Wish};
use crate::error::Error;
use crate::reader::{self, News, Order, Part, Preparation, Pulse};
use crate::scope::Scope;

/// Shortest loop, in seconds.
pub const MIN_LOOP_S: f64 = 0.01;
/// Notes on when messages acted that wait to be read; the oldest go first.
const NOTES: usize = 4096;
/// How long [`Engine::close`] waits for the fade at the end.
const FADE_OUT: Duration = Duration::from_millis(300);

impl Playback for Player {
    fn fill(&mut self, left: &mut [f64], right: &mut [f64]) {
        Player::fill(self, left, right);
    }
}

/// Plays one song of a project, its mix or its master. Its methods return at once: disk and devices are waited for elsewhere.
///
/// [`poll`](Self::poll) is the one place where anything arrives; call it once a frame of the window.
pub struct Engine {
    /// As it is played: for a master, the song's mix is what goes into the master and its chain.
    project: Arc<Project>,
    /// The project's folder, where a master plays.
    master: Option<Folder>,
    song: SongId,
    rate_hz: u32,
    control: Control,
    output: Output,
    library: Library,
    orders: Sender<Order>,
    news: Receiver<News>,
    /// Streams that are wanted, and those under way.
    wants: Wants,
    flight: Flight,
    requests: u64,
    /// A plan that waits until the one before it was taken, and the number of that.
    plan: Option<Plan>,
    swapping: Option<u64>,
    cycle: Option<Cycle>,
    monitor: Monitor,
    /// Values of a drag that has not ended.
    held: Vec<Command>,
    recorder: Recorder,
    notes: VecDeque<Taken>,
    watch: Watch,
    scope: Option<Scope>,
    /// The strip whose levels are measured along its chain.
    watched: Option<StripId>,
    /// What everything is heard through.
    speaker: Option<Speaker>,
}

/// How playback is, at the moment of a [`poll`](Engine::poll).
#[derive(Debug, Clone)]
pub struct Status {
    /// Whether it plays.
    pub state: State,
    /// Timeline position of the frame that the device gets next.
    pub playhead: u64,
    /// Timeline position of what is heard: the playhead less what lies in the device. In a loop it may lie
    /// before its start for that long.
    pub heard: u64,
    /// Whether streams are being made, or files opened.
    pub loading: bool,
    /// Frames of all tracks that the disk did not bring in time, so far.
    pub starved_frames: u64,
    /// The device: what it is, xruns.
    pub device: device::Status,
    /// Automation of passes that are over since the last poll, each as one step for
    /// [`History::apply`](twobus_session::History::apply); then comes [`update`](Engine::update).
    pub written: Vec<Edit>,
    /// What happened since the last poll, for people.
    pub notices: Vec<Notice>,
}

impl Engine {
    /// Opens a song of `project`, in `folder`, for playing on what `wish` asks for.
    ///
    /// Files are opened in the background, and then it stands at frame 0. A stem that cannot be opened is
    /// silent, and said.
    ///
    /// # Errors
    /// When there is no such song, it has no mix or no rate yet, or its routing cannot run.
    pub fn open(
        folder: &Folder,
        project: &Project,
        song: SongId,
        backend: Arc<dyn Backend>,
        wish: Wish,
    ) -> Result<Self, Error> {
        let (rate_hz, _) = song_mix(project, song)?;
        Self::with(library::from_disk(folder.clone(), rate_hz), project, song, backend, wish)
    }

    /// Opens the master of a song: what goes into it, at its rate, through trim and chain. From there on
    /// it plays as a mix whose mix bus holds the chain.
    ///
    /// # Errors
    /// When there is no such song, or nothing to master.
    pub fn open_master(
        folder: &Folder,
        project: &Project,
        song: SongId,
        backend: Arc<dyn Backend>,
        wish: Wish,
    ) -> Result<Self, Error> {
        let mut engine = Self::open(folder, &staged(folder, project, song)?, song, backend, wish)?;
        engine.master = Some(folder.clone());
        Ok(engine)
    }

    /// An engine whose tracks are opened by `opener`.
    fn with(
        opener: Opener,
        project: &Project,
        song: SongId,
        backend: Arc<dyn Backend>,
        wish: Wish,
    ) -> Result<Self, Error> {
        let project = Arc::new(project.clone());
        let (rate_hz, mix) = song_mix(&project, song)?;
        let monitor = mix.monitor;
        let plan = plan::compile(&project, rate_hz, mix)?;
        let (control, player) = pair_with(plan, rate_hz, crew());
        let (orders, inbox) = channel();
        let (outbox, news) = channel();
        let pulse = Arc::new(Pulse::default());
        reader::spawn(inbox, outbox, Arc::clone(&pulse), rate_hz).map_err(Error::Thread)?;
        let mut engine = Self {
            library: Library::new(opener, rate_hz),
            output: Output::new(backend, wish, Box::new(player), rate_hz),
            project,
            master: None,
            song,
            rate_hz,
            control,
            orders,
            news,
            wants: Wants::start_at(0),
            flight: Flight::None,
            requests: 0,
            plan: None,
            swapping: None,
            cycle: None,
            monitor,
            held: Vec::new(),
            recorder: Recorder::default(),
            notes: VecDeque::new(),
            watch: Watch::new(pulse),
            scope: None,
            watched: None,
            speaker: None,
        };
        let _serial = engine.control.monitor(monitor);
        engine.load();
        Ok(engine)
    }

    /// Rate of the song, in Hz.
    pub fn rate_hz(&self) -> u32 {
        self.rate_hz
    }

    /// Begins to play; at once when it stands at its place, else as soon as its streams are there. Returns
    /// the number of the message, see [`notes`](Self::notes).
    pub fn play(&mut self) -> u64 {
        if self.output.status().state == device::State::Dead {
            self.revive();
        }
        let (recorder, mut desk) = self.recording();
        recorder.before_play(&mut desk);
        self.control.play()
    }

    /// Fades out and stands. Returns the number of the message.
    pub fn stop(&mut self) -> u64 {
        self.control.stop()
    }

    /// Goes to `frame`, and plays on there if it plays. Of several in a row the last one counts.
    pub fn locate(&mut self, frame: u64) {
        self.wants = Wants::start_at(frame);
        self.flight.abandon();
    }

    /// Repeats a part of the song, or no longer. Playback goes on without a seam if it can: if what is to
    /// be heard next is the same.
    ///
    /// # Errors
    /// When the loop is shorter than [`MIN_LOOP_S`].
    pub fn set_loop(&mut self, cycle: Option<Cycle>) -> Result<(), Error> {
        let least = (MIN_LOOP_S * f64::from(self.rate_hz)).round() as u64;
        if cycle.is_some_and(|cycle| cycle.end() - cycle.start() < least) {
            return Err(Error::ShortLoop);
        }
        if cycle != self.cycle {
            self.cycle = cycle;
            self.wants.all();
            self.flight.abandon();
        }
        Ok(())
    }

    /// Moves a control while it is dragged; the document does not change. Returns the number of the
    /// message.
    ///
    /// A control that was [taken](Self::touch) leaves its lane for it.
    pub fn preview(&mut self, command: Command) -> u64 {
        let (recorder, desk) = self.recording();
        let handle = desk.handle(&command).filter(|handle| recorder.is_in_hand(*handle));
        if let Some(handle) = handle {
            let serial = self.control.change(command);
            self.recorder.moves(handle, serial);
            return serial;
        }
        self.held.retain(|held| !held.moves_same(&command));
        self.held.push(command);
        self.control.change(command)
    }

    /// The drag has ended: what its edit made of the document counts from now on.
    pub fn release(&mut self) {
        self.held.clear();
    }

    /// Whether hands write automation while the song plays; at first they do not.
    ///
    /// A *pass* goes from the start of playback to its stop, and becomes one edit in [`Status::written`]. A
    /// locate and a loop's wrap end it too: what is still in a hand, latched in a loop, or in write goes on
    /// in the next pass, from the new place on.
    pub fn set_recording(&mut self, is_on: bool) {
        self.recorder.set_on(is_on);
    }

    /// A hand takes a control that has a lane: it no longer moves by that lane, and sounds where
    /// [`preview`](Self::preview) puts it. False when no lane is played there; then nothing happens.
    ///
    /// While the song plays and [recording](Self::set_recording) is on, lanes in touch are written until
    /// the control is let go and has run back ([`RETURN_S`](twobus_render::RETURN_S)), lanes in latch until
    /// stop; lanes in write are written from start to stop, whether touched or not.
    pub fn touch(&mut self, strip: StripId, target: LaneTarget) -> bool {
        let (recorder, mut desk) = self.recording();
        recorder.touch((strip, target), &mut desk)
    }

    /// The hand lets the control go.
    pub fn let_go(&mut self, strip: StripId, target: LaneTarget) {
        let (recorder, mut desk) = self.recording();
        recorder.let_go((strip, target), &mut desk);
    }

    /// Plays the song as `project` has it now; a drag that goes on stays where it is.
    ///
    /// # Errors
    /// When the song is gone, its routing cannot run, or its master is now made of something at another
    /// rate; then it plays as before.
    pub fn update(&mut self, project: &Project) -> Result<(), Error> {
        let project = match &self.master {
            Some(folder) => staged(folder, project, self.song)?,
            None => project.clone(),
        };
        let project = Arc::new(project);
        let (rate_hz, mix) = song_mix(&project, self.song)?;
        if self.master.is_some() && rate_hz != self.rate_hz {
            return Err(Error::OtherRate { before: self.rate_hz, now: rate_hz });
        }
        let plan = plan::compile(&project, self.rate_hz, mix)?;
        if mix.monitor != self.monitor {
            self.monitor = mix.monitor;
            let _serial = self.control.monitor(mix.monitor);
        }
        self.plan = Some(plan);
        self.project = project;
        let (recorder, mut desk) = self.recording();
        recorder.after_update(&mut desk);
        self.load();
        self.send_plan();
        Ok(())
    }

    /// End of the last clip, in frames.
    pub fn end(&self) -> u64 {
        song_mix(&self.project, self.song).map_or(0, |(_, mix)| mix.end())
    }

    /// What the monitor's reference switch lets through: a file of the project, at a gain; `None` for
    /// nothing.
    pub fn set_reference(&mut self, reference: Option<(MediaId, Db)>) {
        self.library.load_reference(&self.project, reference);
    }

    /// Plays on another device, or with another period.
    pub fn choose(&self, wish: Wish) {
        self.output.choose(wish);
    }

    /// The meter of a strip.
    pub fn meter(&self, strip: StripId) -> Option<&StripMeter> {
        self.control.meter(strip)
    }

    /// Measures levels before and after every device of a strip (of a master: the mix bus), or of none any
    /// more. Only what is watched costs anything.
    pub fn watch_chain(&mut self, strip: Option<StripId>) {
        if self.watched != strip {
            self.watched.and_then(|before| self.meter(before)).iter().for_each(|m| m.watch(false));
            self.watched = strip;
            self.keep_watching();
        }
    }

    /// The levels along the chain that is [watched](Self::watch_chain), as [`StripMeter::look_along`] has
    /// them: device `i` is given point `i` and puts out point `i + 1`. Peaks begin anew, so ask once a frame
    /// of the window.
    pub fn chain_levels(&self) -> Option<[PointLevels; SHOWN_POINTS]> {
        Some(self.meter(self.watched?)?.look_along())
    }

    /// A strip that comes back has another meter.
    fn keep_watching(&self) {
        self.watched.and_then(|strip| self.meter(strip)).iter().for_each(|m| m.watch(true));
    }

    /// The mix before the monitor, frame by frame, for scopes; what nobody takes is dropped.
    pub fn tap(&mut self) -> impl Iterator<Item = [f32; 2]> {
        std::iter::from_fn(|| self.control.tap().pop().ok())
    }

    /// Looks at levels and spectra before and after a device of a strip, or at none any more.
    pub fn look_at(&mut self, target: Option<(StripId, DeviceId)>) {
        if self.scope.as_ref().map(Scope::target) == target {
            return;
        }
        if let Some(before) = self.scope.take() {
            before.end(&mut self.control);
        }
        self.scope = target
            .map(|(strip, device)| Scope::new(&mut self.control, strip, device, self.rate_hz));
    }

    /// The device that is looked at, as of the last [`poll`](Self::poll).
    pub fn scope(&self) -> Option<&Scope> {
        self.scope.as_ref()
    }

    /// When messages acted: what was taken since this was last asked.
    pub fn notes(&mut self) -> impl Iterator<Item = Taken> {
        self.notes.drain(..)
    }

    /// Takes in whatever has happened, sends what waits, and tells how it is.
    pub fn poll(&mut self) -> Status {
        self.control.poll();
        self.take_notes();
        self.hear_news();
        if let Some(scope) = &mut self.scope {
            scope.poll(&mut self.control);
        }
        self.keep_watching();
        let moment = self.control.moment();
        if moment.state == State::Stopped && self.flight.is_none() {
            // It faded out somewhere: streams for that place, so that `play` sounds at once.
            self.wants.place(moment.playhead);
        }
        self.send_plan();
        self.order_streams(moment);
        self.status(moment)
    }

    /// Fades out and closes the device.
    pub fn close(mut self) {
        let _serial = self.control.stop();
        let start = Instant::now();
        let plays = |device: &device::Status| matches!(device.state, device::State::Playing(_));
        while start.elapsed() < FADE_OUT {
            let status = self.poll();
            if status.state != State::Playing || !plays(&status.device) {
                break;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        let _playback = self.output.close();
    }

    /// Opens what tracks play and is not yet open.
    fn load(&mut self) {
        let tracks = self.library.load(&self.project, self.song);
        for gone in tracks.gone {
            let _ended = self.orders.send(Order::Forget(Part::Track(gone)));
        }
    }

    fn take_notes(&mut self) {
        while let Some(note) = self.control.taken() {
            self.flight.taken(note.serial);
            self.swapping = self.swapping.filter(|serial| note.serial < *serial);
            let (recorder, mut desk) = self.recording();
            recorder.take_note(&note, &mut desk);
            if self.notes.len() == NOTES {
                let _oldest = self.notes.pop_front();
            }
            self.notes.push_back(note);
        }
    }

    fn hear_news(&mut self) {
        for (part, tape) in self.library.opened() {
            match tape {
                Ok(tape) => {
                    let _ended = self.orders.send(Order::Load(part, tape));
                    self.wants.part(part);
                }
                Err(error) => self.watch.broken(name(&self.project, self.song, part), &error),
            }
        }
        while let Ok(news) = self.news.try_recv() {
            match news {
                News::Ready(request, sources) => {
                    if let Some(order) = self.flight.landed(request) {
                        self.send_cue(order, sources);
                    }
                }
                News::Broken(part, error) => {
                    self.watch.broken(name(&self.project, self.song, part), &error);
                }
            }
        }
    }

    /// Sends the newest plan, unless one is still on its way: without a device nothing is taken, and plans
    /// would pile up.
    fn send_plan(&mut self) {
        if self.swapping.is_some() {
            return;
        }
        if let Some(plan) = self.plan.take() {
            self.swapping = Some(self.control.swap(plan));
            for command in &self.held {
                let _serial = self.control.change(*command);
            }
        }
    }

    /// Orders the streams that are wanted, unless some are still on their way.
    fn order_streams(&mut self, moment: Moment) {
        if !self.flight.is_none() || self.library.is_opening() {
            return;
        }
        self.requests += 1;
        let request = self.requests;
        if let Some((preparation, joins)) = self.wants.take(moment, self.cycle, request) {
            self.flight = Flight::Preparing(preparation.clone(), joins);
            let _ended = self.orders.send(Order::Prepare(preparation));
        }
    }

    fn send_cue(
        &mut self,
        (preparation, joins): (Preparation, Option<u64>),
        streams: Vec<(Part, twobus_render::source::StreamSource)>,
    ) {
        let Preparation { start, cycle, .. } = preparation;
        let (mut sources, mut reference) = (Vec::new(), None);
        for (part, stream) in streams {
            let source: Box<dyn Source> = Box::new(stream);
            match part {
                Part::Track(id) => sources.push((id, source)),
                Part::Reference => reference = Some(source),
            }
        }
        if joins.is_none() {
            let (recorder, mut desk) = self.recording();
            recorder.before_locate(&mut desk);
        }
        let serial = self.control.cue(Cue { start, cycle, joins, sources, reference });
        self.flight = Flight::Sent(serial);
    }

    fn status(&mut self, moment: Moment) -> Status {
        let device = self.output.status();
        let starved = plan::strips(&self.project, self.song)
            .filter_map(|strip| Some((strip, self.control.meter(strip.id)?.starved_frames())))
            .map(|(strip, frames)| (strip.name.as_str(), frames));
        let starved_frames = self.watch.starved(starved);
        self.watch.disk(|part| name(&self.project, self.song, part));
        let mut notices: Vec<Notice> =
            self.output.notices().into_iter().map(Notice::Device).collect();
        notices.extend(self.watch.take());
        let behind = if moment.state == State::Playing { device.behind_frames } else { 0 };
        Status {
            state: moment.state,
            playhead: moment.playhead,
            heard: moment.playhead.saturating_sub(behind),
            loading: self.library.is_opening()
                || !self.wants.is_empty()
                || self.flight.is_preparing(),
            starved_frames,
            device,
            written: self.recorder.take_written(),
            notices,
        }
    }

    /// The recorder, and what it works with.
    fn recording(&mut self) -> (&mut Recorder, Desk<'_>) {
        let (project, control) = (&mut self.project, &mut self.control);
        let desk = Desk { project, song: self.song, rate_hz: self.rate_hz, control };
        (&mut self.recorder, desk)
    }

    /// Makes a new player in place of one that a device holds for ever.
    fn revive(&mut self) {
        let Ok((_, mix)) = song_mix(&self.project, self.song) else { return };
        let Ok(plan) = plan::compile(&self.project, self.rate_hz, mix) else { return };
        let Moment { playhead: place, clock, .. } = self.control.moment();
        let (recorder, mut desk) = self.recording();
        recorder.lose_player(clock, &mut desk);
        let (control, player) = pair_with(plan, self.rate_hz, crew());
        self.control = control;
        self.output.provide(Box::new(player), self.rate_hz);
        let _serial = self.control.monitor(self.monitor);
        let _serial = self.control.speaker(self.speaker);
        if let Some((strip, device)) = self.scope.take().map(|scope| scope.target()) {
            self.look_at(Some((strip, device)));
        }
        (self.plan, self.swapping, self.flight) = (None, None, Flight::None);
        self.wants = Wants::start_at(place);
    }
}

/// All processors render, if their threads are given a real-time priority.
fn crew() -> Crew {
    let threads = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    Crew { threads, enlist: device::is_made_realtime }
}

/// A song's rate and mix.
fn song_mix(project: &Project, id: SongId) -> Result<(u32, &Mix), Error> {
    let song: &Song = project.song(id).ok_or(Error::NoSong(id.0))?;
    let mix = song.mix.as_ref().ok_or_else(|| Error::NoMix(song.title.clone()))?;
    match song.rate_hz {
        0 => Err(Error::Empty(song.title.clone())),
        rate_hz => Ok((rate_hz, mix)),
    }
}

/// What a part is called.
fn name(project: &Project, song: SongId, part: Part) -> String {
    match part {
        Part::Track(id) => plan::strips(project, song)
            .find(|strip| strip.id == id)
            .map_or_else(|| "a track".to_owned(), |strip| format!("\"{}\"", strip.name)),
        Part::Reference => "the reference".to_owned(),
    }
}

#[cfg(test)]
mod tests;
