//! The open project: its document with undo, what plays, and what is drawn of its files.
//!
//! Every change of the document goes through here. A drag is applied as it moves, merged into one step, and
//! heard at once through a [`Command`]; its end hands the document to the engine.

mod beside;
mod drafts;
mod files;
mod recent;
mod room;
mod study;
mod waves;

use std::borrow::Cow;
use std::sync::Arc;

use twobus_dsp::Db;
use twobus_jobs::{Folder, OpenProject};
use twobus_render::{Command, Cycle};
use twobus_session::edit::Edit;
use twobus_session::{
    History, LaneTarget, LoopRange, Mix, ParamId, Project, Song, SongId, Strip, StripEdit, StripId,
    TimelineEdit,
};

use crate::live::Live;
pub(crate) use beside::Heard;
pub(crate) use files::{Failure, Means, Moved, Opened, Written, is_audio};
pub(crate) use recent::{Lately, Recent, SKETCH, Standing, kept};
pub(crate) use room::{Listening, Room, Source};
pub(crate) use study::{Studied, StudyKey};
pub(crate) use waves::{Colours, TILE, TileKey, Wave, Waves, thumbnail};

/// What everything in the window works on.
pub(crate) struct Desk {
    open: OpenProject,
    folder: Folder,
    /// It has no place of its own yet.
    draft: bool,
    history: History,
    /// Counts changes of the document.
    revision: u64,
    song: SongId,
    keeper: Option<files::Keeper>,
    /// What plays.
    pub(crate) live: Live,
    /// Where it stood when it left the device.
    left_at: u64,
    /// The reference beside the mix.
    beside: beside::Beside,
    /// What is drawn of its files.
    pub(crate) waves: Waves,
    /// The control that is being dragged has made its step already.
    dragging: bool,
    /// Controls with lanes that are held, and where.
    held: Vec<(StripId, LaneTarget, f64)>,
    room: Room,
    listening: Listening,
    /// What stands for the mix of a song that arrived as a finished print.
    no_mix: Mix,
    means: Means,
}

impl Desk {
    /// The project as it is.
    pub(crate) fn project(&self) -> &Project {
        self.open.project()
    }

    /// Where it lies.
    pub(crate) fn folder(&self) -> &Folder {
        &self.folder
    }

    /// The song that is mixed.
    pub(crate) fn song(&self) -> &Song {
        self.project().song(self.song).expect("a desk always has its song")
    }

    /// Its mix; an empty one where the song arrived as a finished print.
    pub(crate) fn mix(&self) -> &Mix {
        self.song().mix.as_ref().unwrap_or(&self.no_mix)
    }

    /// One of its strips.
    pub(crate) fn strip(&self, id: StripId) -> Option<&Strip> {
        self.mix().strip(id)
    }

    /// Rate of the song in Hz; 48 kHz until its first files decide.
    pub(crate) fn rate_hz(&self) -> u32 {
        match self.song().rate_hz {
            0 => 48_000,
            rate_hz => rate_hz,
        }
    }

    /// Whether it has a place of its own.
    pub(crate) fn is_draft(&self) -> bool {
        self.draft
    }

    /// Which change of the document was the last, by its number.
    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    /// Whether it differs from what was saved.
    pub(crate) fn is_dirty(&self) -> bool {
        self.history.is_dirty()
            || (self.draft && (!self.mix().tracks.is_empty() || self.song().mix.is_none()))
    }

    /// Why it cannot be saved where it is.
    pub(crate) fn read_only(&self) -> Option<&str> {
        self.open.document.read_only()
    }

    /// What can be undone, and redone, in words.
    pub(crate) fn steps(&self) -> (Option<&str>, Option<&str>) {
        (self.history.undo_name(), self.history.redo_name())
    }

    /// Does `edit` as a step of its own.
    pub(crate) fn apply(&mut self, edit: Edit) {
        self.dragging = false;
        match self.history.apply(&mut self.open.document.project, edit) {
            Ok(_name) => self.changed(),
            Err(error) => self.live.say(error.to_string(), true),
        }
    }

    /// Changes a strip, as a step of its own.
    pub(crate) fn edit(&mut self, strip: StripId, change: StripEdit) {
        self.apply(Edit::Strip { song: self.song, strip, change });
    }

    /// Moves a control that is held: `edit` joins the step of the drag, `command` is heard at once.
    pub(crate) fn drag(&mut self, edit: Edit, command: Option<Command>) {
        let moves_lane = command.as_ref().is_some_and(|command| self.hear(*command));
        if moves_lane && !matches!(edit, Edit::Batch { .. }) {
            return;
        }
        let project = &mut self.open.document.project;
        let done = match self.dragging {
            true => self.history.merge(project, edit),
            false => self.history.apply(project, edit),
        };
        match done.map(drop) {
            Ok(()) => self.dragging = true,
            Err(error) => self.live.say(error.to_string(), true),
        }
        if command.is_none() {
            self.play_document();
        }
    }

    /// Lets a control be heard where a hand puts it. A control with a lane is taken out of the lane's hands as
    /// long as it is held: true, since then the lane is what is written, not the document.
    pub(crate) fn hear(&mut self, command: Command) -> bool {
        // A master has no lanes; its strips only share the names of the mix's.
        let in_mix = self.room == Room::Mix;
        let handle = lane_of(&command, self.mix()).filter(|_| in_mix);
        let Some((strip, target, value)) = handle else {
            self.live.preview(command);
            return false;
        };
        let held = self.held.iter_mut().find(|held| (held.0, held.1) == (strip, target));
        let has_lane = match held {
            Some(held) => {
                held.2 = value;
                true
            }
            None => {
                let taken = self.live.touch(strip, target);
                self.held.extend(taken.then_some((strip, target, value)));
                taken
            }
        };
        self.live.preview(command);
        has_lane
    }

    /// Gives all controls back to their lanes.
    fn let_go(&mut self) {
        for (strip, target, _) in std::mem::take(&mut self.held) {
            self.live.let_go(strip, target);
            let lane = self.strip(strip).and_then(|strip| strip.lane(target));
            let writes = lane.is_some_and(|lane| lane.mode.writes());
            if !(writes && self.live.is_playing()) {
                let mode = lane.map_or("read", |lane| lane.mode.name());
                let advice =
                    if writes { "it is written while it plays" } else { "set it to touch" };
                let words = format!("It goes back to its automation ({mode}); {advice}");
                self.live.say(words, false);
            }
        }
    }

    /// A strip as it is heard now: its controls stand where their lanes have them.
    pub(crate) fn as_heard<'s>(&self, strip: &'s Strip) -> Cow<'s, Strip> {
        if strip.lanes.is_empty() {
            return Cow::Borrowed(strip);
        }
        let mut heard = strip.clone();
        for lane in &strip.lanes {
            stand(&mut heard, lane.target, self.shown(strip, lane.target));
        }
        Cow::Owned(heard)
    }

    /// What a control stands at now: where a hand holds it, where its lane has it, or what it is set to.
    pub(crate) fn shown(&self, strip: &Strip, target: LaneTarget) -> f64 {
        let held = self.held.iter().find(|held| (held.0, held.1) == (strip.id, target));
        if let Some((_, _, value)) = held {
            return *value;
        }
        let at = i64::try_from(self.live.heard()).unwrap_or(i64::MAX);
        let played = strip.lane(target).and_then(|_| strip.curve(target));
        let set = || strip.control(target).map_or(0.0, |control| control.value);
        played.map_or_else(set, |curve| curve.value_at(at))
    }

    /// The drag has ended.
    pub(crate) fn drop_held(&mut self) {
        self.let_go();
        self.dragging = false;
        self.changed();
    }

    /// The drag is taken back.
    pub(crate) fn cancel_held(&mut self) {
        self.let_go();
        if std::mem::take(&mut self.dragging) {
            self.undo();
        }
    }

    /// Takes in what hands have written into lanes while it played, each pass as a step.
    pub(crate) fn take_written(&mut self) {
        for edit in self.live.written() {
            self.apply(edit);
        }
    }

    /// Takes the last step back.
    pub(crate) fn undo(&mut self) {
        let done = self.history.undo(&mut self.open.document.project).map(drop);
        self.walked(done);
    }

    /// Does it again.
    pub(crate) fn redo(&mut self) {
        let done = self.history.redo(&mut self.open.document.project).map(drop);
        self.walked(done);
    }

    fn walked(&mut self, done: Result<(), twobus_session::EditError>) {
        self.dragging = false;
        match done {
            Ok(()) => self.changed(),
            Err(error) => self.live.say(error.to_string(), true),
        }
    }

    /// Hands the document on, as it is now.
    fn changed(&mut self) {
        self.revision += 1;
        self.ensure_song();
        if self.live.is_open() {
            self.play_document();
            self.live.set_loop(self.cycle());
        } else if self.song().rate_hz > 0 {
            self.open_live();
        }
        self.match_reference();
        self.waves.load(&self.folder, self.open.project(), self.song);
    }

    /// Undo may have taken the song away that was open.
    fn ensure_song(&mut self) {
        let has_mix = |song: &&Song| song.mix.is_some();
        if self.project().song(self.song).is_none()
            && let songs = &self.project().songs
            && let Some(song) = songs.iter().find(has_mix).or(songs.first())
        {
            self.song = song.id;
        }
    }

    /// Leaves the sound device to something else.
    pub(crate) fn silence(&mut self) {
        self.left_at = self.live.heard();
        self.live.close();
    }

    /// Takes it back, and stands where it stood.
    pub(crate) fn sound_again(&mut self) {
        if self.song().rate_hz > 0 {
            self.open_live();
            self.live.locate(self.left_at);
        }
    }

    /// Opens files anew, as after missing ones were found.
    pub(crate) fn reload(&mut self) {
        self.reopen_live();
        self.waves.load(&self.folder, self.open.project(), self.song);
    }

    /// Opens what plays anew; it goes on where it was.
    fn reopen_live(&mut self) {
        let (at, was_playing) = (self.live.heard(), self.live.is_playing());
        self.open_live();
        self.live.locate(at);
        if was_playing {
            self.live.toggle();
        }
    }

    fn cycle(&self) -> Option<Cycle> {
        let range = self.mix().timeline.loop_range.filter(|range| range.on)?;
        Cycle::new(range.start, range.end)
    }

    /// Sets the loop, or takes it away.
    pub(crate) fn set_loop(&mut self, range: Option<LoopRange>) {
        let change = TimelineEdit::Loop(range);
        self.apply(Edit::Timeline { song: self.song, change });
    }

    /// The song that is open.
    pub(crate) fn song_id(&self) -> SongId {
        self.song
    }

    /// A desk for a project that was read.
    pub(crate) fn on(opened: Opened, means: Means) -> Self {
        let Opened { open, folder, draft, song, keeper } = opened;
        // A song that arrived as a finished print has nothing to mix.
        let has_mix = open.project().song(song).is_some_and(|song| song.mix.is_some());
        let room = if has_mix { Room::Mix } else { Room::Master };
        let mut desk = Self {
            open,
            folder,
            draft,
            history: History::default(),
            revision: 0,
            song,
            keeper,
            live: Live::new(Arc::clone(&means.backend), means.wish.clone()),
            left_at: 0,
            beside: beside::Beside::default(),
            waves: Waves::default(),
            dragging: false,
            held: Vec::new(),
            room,
            listening: Listening::default(),
            no_mix: Mix::default(),
            means,
        };
        desk.changed();
        desk
    }

    /// Name for the title of the window.
    pub(crate) fn name(&self) -> &str {
        &self.project().name
    }
}

impl Desk {
    /// Moves several faders while one of them is held.
    pub(crate) fn drag_faders(&mut self, levels: &[(StripId, Db)]) {
        let song = self.song;
        let edit = |(strip, level): &(StripId, Db)| Edit::Strip {
            song,
            strip: *strip,
            change: StripEdit::Fader(*level),
        };
        let (name, edits) = ("Faders".to_owned(), levels.iter().map(edit).collect());
        let Some((first, level)) = levels.first() else { return };
        self.drag(Edit::Batch { name, edits }, Some(Command::Fader(*first, *level)));
        for (strip, level) in &levels[1..] {
            let _has_lane = self.hear(Command::Fader(*strip, *level));
        }
    }

    /// Makes `change` on every strip that `is` so, as one step.
    pub(crate) fn clear(&mut self, name: &str, is: impl Fn(&Strip) -> bool, change: StripEdit) {
        let song = self.song;
        let strips: Vec<StripId> = self.mix().strips().filter(|s| is(s)).map(|s| s.id).collect();
        if strips.is_empty() {
            return;
        }
        let edits = strips
            .into_iter()
            .map(|strip| Edit::Strip { song, strip, change: change.clone() })
            .collect();
        self.apply(Edit::Batch { name: name.to_owned(), edits });
    }
}

/// Lets a control of a strip stand at a value.
fn stand(strip: &mut Strip, target: LaneTarget, value: f64) {
    match target {
        LaneTarget::Fader => strip.fader = Db(value),
        LaneTarget::Pan => strip.pan = value,
        LaneTarget::Width => strip.width = value,
        LaneTarget::Mute => strip.mute = value >= 0.5,
        LaneTarget::Send(id) => {
            let send = strip.sends.iter_mut().find(|send| send.id == id);
            send.into_iter().for_each(|send| send.level = Db(value));
        }
        LaneTarget::Device { device, param } => {
            let device = strip.inserts.iter_mut().find(|other| other.id == device);
            let Some(device) = device else { return };
            let param = device.kind.param(param.as_str());
            let slot = param.and_then(|param| device.values.get_mut(param));
            slot.into_iter().for_each(|slot| *slot = value);
        }
    }
}

/// The lane that a command's control may have, and the value that the command sets.
fn lane_of(command: &Command, mix: &Mix) -> Option<(StripId, LaneTarget, f64)> {
    let (target, value) = match *command {
        Command::Fader(_, level) => (LaneTarget::Fader, level.0),
        Command::Pan(_, percent) => (LaneTarget::Pan, percent),
        Command::Width(_, percent) => (LaneTarget::Width, percent),
        Command::Mute(_, on) => (LaneTarget::Mute, f64::from(u8::from(on))),
        Command::Send(_, send, level) => (LaneTarget::Send(send), level.0),
        Command::Param(strip, device, param, value) => {
            let inserts = &mix.strip(strip)?.inserts;
            let kind = inserts.iter().find(|other| other.id == device)?.kind;
            let param = ParamId::new(kind.specs().get(param)?.id)?;
            (LaneTarget::Device { device, param }, value)
        }
        Command::Trim(..)
        | Command::Invert(..)
        | Command::Cut(..)
        | Command::Bypass(..)
        | Command::Take(..)
        | Command::Let(..) => return None,
    };
    Some((command.strip(), target, value))
}
