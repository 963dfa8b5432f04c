//! What plays: the one place where the window looks at the engine, once per frame.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use twobus_dsp::Db;
use twobus_engine::device::{self, Backend, Wish};
use twobus_engine::{Engine, Readings, Status};
use twobus_jobs::Folder;
use twobus_render::live::{Range, Speaker, State};
use twobus_render::meters::{Levels, PointLevels, SHOWN_POINTS};
use twobus_render::{Command, Cycle};
use twobus_session::{Edit, LaneTarget, MediaId, Monitor, Project, SongId, StripId};

use crate::hearing::Hearing;
use crate::meters::Meter;
use crate::seen::{Seen, Target};
use crate::settings::{KScale, MeterKind};

/// How long something that was said stays in the status bar.
const SAID_FOR: Duration = Duration::from_secs(10);
/// Time between two pictures of a spectrum where motion is reduced, in seconds.
const CALM_S: f64 = 1.0 / 15.0;
/// What is said of a dropout.
const DROPPED: &str =
    "Dropout: sound came too late. A longer period in the settings (Ctrl ,) gives it more time.";
/// Longest time between two looks that meters take for one.
const LONGEST_LOOK_S: f64 = 0.25;

/// The engine of the open song, and what was last seen of it.
pub(crate) struct Live {
    backend: Arc<dyn Backend>,
    wish: Wish,
    engine: Option<Engine>,
    /// As of the last look.
    status: Option<Status>,
    meters: BTreeMap<StripId, Meter>,
    readings: Option<Readings>,
    /// The device that is looked at.
    seen: Option<Seen>,
    /// Levels before the first device of its strip and after each.
    chain: Vec<Meter>,
    /// Seconds since it was drawn anew.
    seen_ago_s: f64,
    /// Its pictures move 15 times a second only.
    pub(crate) reduces_motion: bool,
    hearing: Option<Hearing>,
    /// What the reference switch lets through.
    reference: Option<(MediaId, Db)>,
    /// The range of frequencies that is heard alone.
    listened: Option<Range>,
    looked: Option<Instant>,
    said: VecDeque<(Instant, String, bool)>,
    /// How the meters of strips move, and what that of the mix bus reads as 0.
    meter_kind: MeterKind,
    k_scale: KScale,
    /// When the last dropout was seen.
    dropped: Option<Instant>,
    /// Xruns that were there when the song was opened or the counter was cleared.
    old_xruns: u64,
}

impl Live {
    /// Nothing plays yet; what will plays on `backend`.
    pub(crate) fn new(backend: Arc<dyn Backend>, wish: Wish) -> Self {
        Self {
            backend,
            wish,
            engine: None,
            status: None,
            meters: BTreeMap::new(),
            readings: None,
            seen: None,
            chain: Vec::new(),
            seen_ago_s: 0.0,
            reduces_motion: false,
            hearing: None,
            reference: None,
            listened: None,
            looked: None,
            said: VecDeque::new(),
            meter_kind: MeterKind::default(),
            k_scale: KScale::default(),
            dropped: None,
            old_xruns: 0,
        }
    }

    /// Opens a song in place of the one before it. One without files has nothing to play.
    pub(crate) fn open(&mut self, folder: &Folder, project: &Project, song: SongId) {
        self.close();
        let (backend, wish) = (Arc::clone(&self.backend), self.wish.clone());
        match Engine::open(folder, project, song, backend, wish) {
            Ok(mut engine) => {
                engine.set_recording(true);
                self.readings = Some(Readings::new(engine.rate_hz()));
                self.engine = Some(engine);
            }
            Err(twobus_engine::Error::Empty(_)) => {}
            Err(error) => self.say(error.to_string(), true),
        }
    }

    /// Opens the master of a song in place of what was there. One without a print has nothing to play.
    pub(crate) fn open_master(&mut self, folder: &Folder, project: &Project, song: SongId) {
        self.close();
        let (backend, wish) = (Arc::clone(&self.backend), self.wish.clone());
        // Why there is nothing to play, the Master view itself says.
        if let Ok(engine) = Engine::open_master(folder, project, song, backend, wish) {
            self.readings = Some(Readings::new(engine.rate_hz()));
            self.hearing = Some(Hearing::new(engine.rate_hz()));
            self.engine = Some(engine);
        }
    }

    /// What is seen of the master while it plays.
    pub(crate) fn hearing(&self) -> Option<&Hearing> {
        self.hearing.as_ref()
    }

    /// End of what plays, in frames.
    pub(crate) fn end(&self) -> u64 {
        self.engine.as_ref().map_or(0, Engine::end)
    }

    /// Sets the monitor's switches, whatever the document says.
    pub(crate) fn set_monitor(&mut self, monitor: Monitor) {
        self.engine.iter_mut().for_each(|engine| engine.set_monitor(monitor));
    }

    /// Makes what is heard as loud as what it is compared with.
    pub(crate) fn set_offset(&mut self, offset: Db) {
        self.engine.iter_mut().for_each(|engine| engine.set_offset(offset));
    }

    /// Lets everything be heard through a small speaker, or no longer.
    pub(crate) fn set_speaker(&mut self, speaker: Option<Speaker>) {
        self.engine.iter_mut().for_each(|engine| engine.set_speaker(speaker));
    }

    /// Ends playback.
    pub(crate) fn close(&mut self) {
        self.engine.take().into_iter().for_each(Engine::close);
        (self.status, self.readings, self.looked) = (None, None, None);
        (self.hearing, self.reference, self.listened) = (None, None, None);
        self.meters.clear();
    }

    /// Whether there is something to play.
    pub(crate) fn is_open(&self) -> bool {
        self.engine.is_some()
    }

    /// Plays the document as it is now.
    pub(crate) fn update(&mut self, project: &Project) {
        let outcome = self.engine.as_mut().map(|engine| {
            engine.release();
            engine.update(project)
        });
        if let Some(Err(error)) = outcome {
            self.say(error.to_string(), true);
        }
    }

    /// Moves a control while it is dragged.
    pub(crate) fn preview(&mut self, command: Command) {
        if let Some(engine) = &mut self.engine {
            let _serial = engine.preview(command);
        }
    }

    /// Plays, or stops.
    pub(crate) fn toggle(&mut self) {
        let playing = self.is_playing();
        if let Some(engine) = &mut self.engine {
            let _serial = if playing { engine.stop() } else { engine.play() };
        }
    }

    /// Stops.
    pub(crate) fn stop(&mut self) {
        if let Some(engine) = &mut self.engine {
            let _serial = engine.stop();
        }
    }

    /// Goes to a frame.
    pub(crate) fn locate(&mut self, frame: u64) {
        if let Some(engine) = &mut self.engine {
            engine.locate(frame);
        }
    }

    /// Repeats a part of the song, or no longer.
    pub(crate) fn set_loop(&mut self, cycle: Option<Cycle>) {
        if let Some(Err(error)) = self.engine.as_mut().map(|engine| engine.set_loop(cycle)) {
            self.say(error.to_string(), true);
        }
    }

    /// Looks at the engine: takes in levels, loudness and what is to be said.
    pub(crate) fn look(&mut self, now: Instant, strips: impl Iterator<Item = StripId>) {
        let dt_s = self.looked.map_or(0.0, |before| (now - before).as_secs_f64());
        self.looked = Some(now);
        self.said.retain(|(since, _, _)| now.saturating_duration_since(*since) < SAID_FOR);
        let Some(engine) = &mut self.engine else { return };
        engine.look_at(self.seen.as_ref().map(|seen| (seen.target.strip, seen.target.device)));
        // Of a master all of the chain is seen; of a mix, that of the strip whose device is looked at.
        let master = self.hearing.as_ref().map(|_| StripId::MIX_BUS);
        engine.watch_chain(master.or(self.seen.as_ref().map(|seen| seen.target.strip)));
        let status = engine.poll();
        let points = engine.chain_levels().unwrap_or_default();
        let along = points.map(|point| point.peaks[0].max(point.peaks[1]));
        self.chain.resize_with(SHOWN_POINTS, Meter::default);
        for (meter, PointLevels { peaks, squares, frames }) in self.chain.iter_mut().zip(points) {
            let levels = Levels { peaks, squares, frames, ..Levels::default() };
            meter.advance(&levels, dt_s.min(LONGEST_LOOK_S));
        }
        let mut meters = std::mem::take(&mut self.meters);
        let mut kept = BTreeMap::new();
        for strip in strips {
            let Some(found) = engine.meter(strip) else { continue };
            let mut meter = meters.remove(&strip).unwrap_or_default();
            meter.advance(&found.look(), dt_s.min(LONGEST_LOOK_S));
            let _twice = kept.insert(strip, meter);
        }
        self.meters = kept;
        let heard: Vec<[f32; 2]> = engine.tap().collect();
        if let Some(readings) = &mut self.readings {
            readings.take(heard.iter().copied());
        }
        if let Some(hearing) = &mut self.hearing {
            let bus = self.meters.get(&StripId::MIX_BUS);
            let reductions = bus.map_or(&[][..], |meter| &meter.reductions_db);
            hearing.take(&heard, (reductions, &along), dt_s.min(LONGEST_LOOK_S));
        }
        self.seen_ago_s += dt_s.min(LONGEST_LOOK_S);
        let due = !self.reduces_motion || self.seen_ago_s >= CALM_S;
        if let (Some(seen), Some(scope), true) = (&mut self.seen, engine.scope(), due) {
            let Target { strip, slot, .. } = seen.target;
            let reductions = self.meters.get(&strip).map(|meter| &meter.reductions_db);
            let reduction_db = reductions.and_then(|all| all.get(slot)).copied().unwrap_or(0.0);
            let dt_s = std::mem::take(&mut self.seen_ago_s);
            seen.take(scope, reduction_db, dt_s, status.state == State::Playing);
        }
        let before = self.status.as_ref().map_or(status.device.xruns, |old| old.device.xruns);
        if status.device.xruns > before {
            self.dropped = Some(now);
            self.said.push_back((now, DROPPED.to_owned(), true));
        }
        for notice in &status.notices {
            self.said.push_back((now, notice.to_string(), notice.is_warning()));
        }
        self.status = Some(status);
    }

    /// Looks at a device from now on, or at none.
    pub(crate) fn look_at(&mut self, target: Option<Target>) {
        match (&mut self.seen, target) {
            (Some(seen), Some(target)) if seen.target.device == target.device => {
                seen.target = target;
            }
            (_, target) => {
                let strip = |seen: &Seen| seen.target.strip;
                if self.seen.as_ref().map(strip) != target.map(|target| target.strip) {
                    self.chain.clear();
                }
                self.seen = target.map(Seen::new);
            }
        }
    }

    /// Levels before and after the device at a place in the chain of the strip that is looked at.
    pub(crate) fn around(&self, slot: usize) -> Option<[&Meter; 2]> {
        Some([self.chain.get(slot)?, self.chain.get(slot + 1)?])
    }

    /// What is seen of the device that is looked at.
    pub(crate) fn seen(&self) -> Option<&Seen> {
        self.seen.as_ref()
    }

    /// A hand takes a control that a lane moves; false when none does.
    pub(crate) fn touch(&mut self, strip: StripId, target: LaneTarget) -> bool {
        self.engine.as_mut().is_some_and(|engine| engine.touch(strip, target))
    }

    /// It lets it go.
    pub(crate) fn let_go(&mut self, strip: StripId, target: LaneTarget) {
        if let Some(engine) = &mut self.engine {
            engine.let_go(strip, target);
        }
    }

    /// What hands have written into lanes, each pass as a step.
    pub(crate) fn written(&mut self) -> Vec<Edit> {
        self.status.as_mut().map(|status| std::mem::take(&mut status.written)).unwrap_or_default()
    }

    /// What tells in few words how playback looks: when it is another, there is something to draw.
    pub(crate) fn looks(&self) -> (u64, bool, usize, Option<device::State>) {
        let device = self.device().map(|device| device.state.clone());
        (self.heard(), self.is_playing(), self.said.len(), device)
    }

    /// Says something in the status bar for a while.
    pub(crate) fn say(&mut self, text: impl Into<String>, warning: bool) {
        self.said.push_back((Instant::now(), text.into(), warning));
    }

    /// What was said last, and whether it is a warning.
    pub(crate) fn said(&self) -> Option<(&str, bool)> {
        self.said.back().map(|(_, text, warning)| (text.as_str(), *warning))
    }

    /// Whether it plays.
    pub(crate) fn is_playing(&self) -> bool {
        self.status.as_ref().is_some_and(|status| status.state == State::Playing)
    }

    /// Whether it would sound at once: a device is there, and the streams are.
    pub(crate) fn is_ready(&self) -> bool {
        self.status.as_ref().is_some_and(|status| {
            !status.loading && matches!(status.device.state, device::State::Playing(_))
        })
    }

    /// Whether meters move: it plays, or they still fall.
    pub(crate) fn is_sounding(&self) -> bool {
        self.is_playing() || self.meters.values().any(Meter::is_falling)
    }

    /// Whether anything still moves: playback, meters that fall, files that open.
    pub(crate) fn is_moving(&self) -> bool {
        let opens = self
            .status
            .as_ref()
            .is_none_or(|status| status.loading || status.device.state == device::State::Opening);
        self.is_sounding() || (self.engine.is_some() && opens)
    }

    /// Place on the timeline that is heard now.
    pub(crate) fn heard(&self) -> u64 {
        self.status.as_ref().map_or(0, |status| status.heard)
    }

    /// The meter of a strip.
    pub(crate) fn meter(&self, strip: StripId) -> Option<&Meter> {
        self.meters.get(&strip)
    }

    /// Forgets highest peaks and overs: of one strip, or of all.
    pub(crate) fn clear_peaks(&mut self, strip: Option<StripId>) {
        let of = |id: &StripId| strip.is_none_or(|strip| strip == *id);
        self.meters.iter_mut().filter(|(id, _)| of(id)).for_each(|(_, meter)| meter.clear());
        if let Some(readings) = self.readings.as_mut().filter(|_| strip.is_none()) {
            readings.reset();
        }
    }

    /// Loudness of the mix so far.
    pub(crate) fn readings(&self) -> Option<&Readings> {
        self.readings.as_ref()
    }

    /// The sound device, as of the last look.
    pub(crate) fn device(&self) -> Option<&device::Status> {
        self.status.as_ref().map(|status| &status.device)
    }

    /// What the monitor's reference switch lets through, at a gain.
    pub(crate) fn set_reference(&mut self, reference: Option<(MediaId, Db)>) {
        if let Some(engine) = self.engine.as_mut().filter(|_| self.reference != reference) {
            engine.set_reference(reference);
            self.reference = reference;
        }
    }

    /// Lets a range of frequencies be heard alone, or everything again.
    pub(crate) fn set_listen(&mut self, range: Option<Range>) {
        if let Some(engine) = self.engine.as_mut().filter(|_| self.listened != range) {
            engine.set_listen(range);
            self.listened = range;
        }
    }

    /// The range of frequencies that is heard alone.
    pub(crate) fn listened(&self) -> Option<Range> {
        self.listened
    }

    /// Asks for the device anew.
    pub(crate) fn retry(&mut self) {
        if let Some(engine) = &self.engine {
            engine.choose(self.wish.clone());
        }
    }

    /// Plays on another device, or with another period.
    pub(crate) fn choose(&mut self, wish: Wish) {
        self.wish = wish;
        self.retry();
    }

    /// Share of its time that the device's callback takes, averaged.
    pub(crate) fn load(&self) -> f32 {
        self.device().map_or(0.0, |device| device.load)
    }

    /// Whether sound came too late a moment ago.
    pub(crate) fn has_dropped(&self) -> bool {
        self.dropped.zip(self.looked).is_some_and(|(at, now)| now - at < SAID_FOR)
    }

    /// How meters look from now on.
    pub(crate) fn set_meters(&mut self, kind: MeterKind, scale: KScale) {
        (self.meter_kind, self.k_scale) = (kind, scale);
    }

    /// How the meters of strips move.
    pub(crate) fn meter_kind(&self) -> MeterKind {
        self.meter_kind
    }

    /// What the meter of the mix bus reads as 0.
    pub(crate) fn k_scale(&self) -> KScale {
        self.k_scale
    }

    /// Xruns since the counter was cleared.
    pub(crate) fn xruns(&self) -> u64 {
        self.device().map_or(0, |device| device.xruns.saturating_sub(self.old_xruns))
    }

    /// Counts xruns from 0 again.
    pub(crate) fn clear_xruns(&mut self) {
        self.old_xruns = self.device().map_or(0, |device| device.xruns);
        self.dropped = None;
    }
}
