//! The two rooms: what of the open song plays, and what the listener hears of it.

use std::borrow::Cow;

use twobus_dsp::Db;
use twobus_render::live::Speaker;
use twobus_session::edit::ListEdit;
use twobus_session::{Edit, Monitor, Project, StripId};

use super::Desk;

/// A room of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Room {
    /// Parts become a song.
    #[default]
    Mix,
    /// A song becomes a record.
    Master,
}

/// What is heard in Master.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Source {
    /// What goes into the chain.
    Print,
    /// What comes out of it.
    #[default]
    Master,
    /// What it is compared with.
    Reference,
}

impl Source {
    /// In the order of the keys 1, 2 and 3.
    pub(crate) const ALL: [Self; 3] = [Self::Print, Self::Master, Self::Reference];
}

/// What is heard in Master, and how. None of it is in any file.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Listening {
    /// Which of the three.
    pub(crate) source: Source,
    /// All three are equally loud.
    pub(crate) matched: bool,
    /// Gains that make them so, in dB, in the order of [`Source::ALL`].
    pub(crate) gains_db: [f64; 3],
    /// Left and right summed, while the key is held.
    pub(crate) mono: bool,
    /// The difference of left and right, while the key is held.
    pub(crate) side: bool,
    /// The small speaker that it is heard through, while the key is held.
    pub(crate) speaker: Option<Speaker>,
}

impl Default for Listening {
    fn default() -> Self {
        Self {
            source: Source::Master,
            matched: true,
            gains_db: [0.0; 3],
            mono: false,
            side: false,
            speaker: None,
        }
    }
}

impl Listening {
    /// The gain of one of the three, in dB.
    pub(crate) fn gain_db(&self, source: Source) -> f64 {
        let at = Source::ALL.iter().position(|other| *other == source).unwrap_or(0);
        if self.matched { self.gains_db[at] } else { 0.0 }
    }
}

impl Desk {
    /// The room that is shown.
    pub(crate) fn room(&self) -> Room {
        self.room
    }

    /// Goes to a room: from now on the mix plays, or the master.
    pub(crate) fn enter(&mut self, room: Room) {
        if self.room != room {
            let (heard, playing) = (self.live.heard(), self.live.is_playing());
            self.room = room;
            self.open_live();
            self.live.locate(heard);
            if playing {
                self.live.toggle();
            }
        }
    }

    /// Takes a song that is a finished mix in place of the empty one of a draft.
    pub(crate) fn arrive(&mut self, edit: Edit) {
        let empty = Edit::Songs(ListEdit::Remove(self.song));
        let edits = vec![edit, empty];
        self.room = Room::Master;
        self.apply(Edit::Batch { name: "Master a stereo file".to_owned(), edits });
    }

    /// What is heard in Master.
    pub(crate) fn listening(&self) -> &Listening {
        &self.listening
    }

    /// Lets something else be heard in Master.
    pub(crate) fn listen(&mut self, change: impl FnOnce(&mut Listening)) {
        let before = self.listening;
        change(&mut self.listening);
        if self.listening != before && self.room == Room::Master {
            self.play_document();
        }
    }

    /// Strips that play.
    pub(crate) fn strips(&self) -> Vec<StripId> {
        match self.room {
            Room::Mix => self.mix().strips().map(|strip| strip.id).collect(),
            Room::Master => vec![StripId(1), StripId::MIX_BUS],
        }
    }

    /// The frame where what plays ends.
    pub(crate) fn end(&self) -> u64 {
        match self.room {
            Room::Mix => self.mix().end(),
            Room::Master => self.live.end(),
        }
    }

    /// Hands the document on to what plays, as it is heard now.
    pub(super) fn play_document(&mut self) {
        let project = heard(self.open.project(), self.room, self.listening.source, self.song);
        self.live.update(&project);
        if self.room == Room::Mix {
            return;
        }
        let Listening { source, mono, side, speaker, .. } = self.listening;
        let reference = self.song().master.references.first().map(|reference| reference.media);
        let gain = Db(self.listening.gain_db(Source::Reference));
        self.live.set_reference(reference.map(|media| (media, gain)));
        let monitor = self.song().mix.as_ref().map_or_else(Monitor::default, |mix| mix.monitor);
        let is_reference = source == Source::Reference && reference.is_some();
        let monitor = Monitor {
            mono: monitor.mono || mono,
            side: monitor.side || side,
            reference: is_reference,
            ..monitor
        };
        self.live.set_monitor(monitor);
        self.live.set_speaker(speaker);
        self.live.set_offset(Db(self.listening.gain_db(source)));
    }

    pub(super) fn open_live(&mut self) {
        let (folder, project) = (&self.folder, self.open.project());
        match self.room {
            Room::Mix => self.live.open(folder, project, self.song),
            Room::Master => self.live.open_master(folder, project, self.song),
        }
        self.live.set_loop(self.cycle());
        self.beside.forget_engine();
        if self.room == Room::Master && self.live.is_open() {
            self.play_document();
        }
        self.match_reference();
    }
}

/// The project as it is heard: for the print, without trim and with the chain bypassed, so that it keeps
/// its place in time and the change is a cross-fade.
fn heard(
    project: &Project,
    room: Room,
    source: Source,
    song: twobus_session::SongId,
) -> Cow<'_, Project> {
    if room == Room::Mix || source != Source::Print {
        return Cow::Borrowed(project);
    }
    let mut plain = project.clone();
    if let Some(song) = plain.songs.iter_mut().find(|other| other.id == song) {
        song.master.trim = Db::UNITY;
        song.master.chain.iter_mut().for_each(|device| device.bypass = true);
    }
    Cow::Owned(plain)
}
