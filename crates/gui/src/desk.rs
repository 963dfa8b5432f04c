//! The open project: its document with undo, what plays, and what is drawn of its files.
//!
//! Every change of the document goes through here. A drag is applied as it moves, merged into one step, and
//! heard at once through a [`Command`]; its end hands the document to the engine.

mod files;
mod recent;
mod waves;

use std::sync::Arc;

use twobus_jobs::{Folder, OpenProject};
use twobus_render::{Command, Cycle};
use twobus_session::edit::Edit;
use twobus_session::{
    History, LaneTarget, LoopRange, Mix, ParamId, Project, Song, SongId, Strip, StripEdit, StripId,
    TimelineEdit,
};

use crate::live::Live;
pub(crate) use files::{Failure, Means, Moved, Opened, Written};
pub(crate) use recent::{Lately, Recent, SKETCH, Standing};
pub(crate) use waves::{Colours, TILE, TileKey, Wave, Waves, thumbnail};

/// What everything in the window works on.
pub(crate) struct Desk {
    open: OpenProject,
    folder: Folder,
    /// It has no place of its own yet.
    draft: bool,
    history: History,
    song: SongId,
    keeper: Option<files::Keeper>,
    /// What plays.
    pub(crate) live: Live,
    /// What is drawn of its files.
    pub(crate) waves: Waves,
    /// The control that is being dragged has made its step already.
    dragging: bool,
    /// Controls with lanes that are held.
    touched: Vec<(StripId, LaneTarget)>,
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

    /// Its mix.
    pub(crate) fn mix(&self) -> &Mix {
        self.song().mix.as_ref().expect("a desk opens only songs with a mix")
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

    /// Whether it differs from what was saved.
    pub(crate) fn is_dirty(&self) -> bool {
        self.history.is_dirty() || (self.draft && !self.mix().tracks.is_empty())
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
        let project = &mut self.open.document.project;
        let done = match self.dragging {
            true => self.history.merge(project, edit),
            false => self.history.apply(project, edit),
        };
        match done.map(drop) {
            Ok(()) => self.dragging = true,
            Err(error) => self.live.say(error.to_string(), true),
        }
        match command {
            Some(command) => {
                self.touch(&command);
                self.live.preview(command);
            }
            None => self.live.update(self.open.project()),
        }
    }

    /// Takes a control out of the hands of its lane while it is dragged.
    fn touch(&mut self, command: &Command) {
        let Some(handle) = lane_of(command, self.mix()) else { return };
        if !self.touched.contains(&handle) && self.live.touch(handle.0, handle.1) {
            self.touched.push(handle);
        }
    }

    /// Gives all controls back to their lanes.
    fn let_go(&mut self) {
        for (strip, target) in std::mem::take(&mut self.touched) {
            self.live.let_go(strip, target);
        }
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
        self.ensure_song();
        if self.live.is_open() {
            self.live.update(self.open.project());
            self.live.set_loop(self.cycle());
        } else if self.song().rate_hz > 0 {
            self.open_live();
        }
        self.waves.load(&self.folder, self.open.project(), self.song);
    }

    /// Undo may have taken the song away that was open.
    fn ensure_song(&mut self) {
        let has_mix = |song: &&Song| song.mix.is_some();
        if self.project().song(self.song).filter(has_mix).is_none()
            && let Some(song) = self.project().songs.iter().find(has_mix)
        {
            self.song = song.id;
        }
    }

    fn open_live(&mut self) {
        self.live.open(&self.folder, self.open.project(), self.song);
        self.live.set_loop(self.cycle());
    }

    /// Opens files anew, as after missing ones were found.
    pub(crate) fn reload(&mut self) {
        self.open_live();
        self.waves.load(&self.folder, self.open.project(), self.song);
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
        let mut desk = Self {
            open,
            folder,
            draft,
            history: History::default(),
            song,
            keeper,
            live: Live::new(Arc::clone(&means.backend), means.wish.clone()),
            waves: Waves::default(),
            dragging: false,
            touched: Vec::new(),
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
    pub(crate) fn drag_faders(&mut self, levels: &[(StripId, twobus_dsp::Db)]) {
        let song = self.song;
        let edit = |(strip, level): &(StripId, twobus_dsp::Db)| Edit::Strip {
            song,
            strip: *strip,
            change: StripEdit::Fader(*level),
        };
        let (name, edits) = ("Faders".to_owned(), levels.iter().map(edit).collect());
        let Some((first, level)) = levels.first() else { return };
        self.drag(Edit::Batch { name, edits }, Some(Command::Fader(*first, *level)));
        for (strip, level) in &levels[1..] {
            self.live.preview(Command::Fader(*strip, *level));
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

/// The lane that a command's control may have.
fn lane_of(command: &Command, mix: &Mix) -> Option<(StripId, LaneTarget)> {
    let target = match *command {
        Command::Fader(..) => LaneTarget::Fader,
        Command::Pan(..) => LaneTarget::Pan,
        Command::Width(..) => LaneTarget::Width,
        Command::Mute(..) => LaneTarget::Mute,
        Command::Send(_, send, _) => LaneTarget::Send(send),
        Command::Param(strip, device, param, _) => {
            let inserts = &mix.strip(strip)?.inserts;
            let kind = inserts.iter().find(|other| other.id == device)?.kind;
            let param = ParamId::new(kind.specs().get(param)?.id)?;
            LaneTarget::Device { device, param }
        }
        Command::Trim(..)
        | Command::Invert(..)
        | Command::Cut(..)
        | Command::Bypass(..)
        | Command::Take(..)
        | Command::Let(..) => return None,
    };
    Some((command.strip(), target))
}
