//! The files of a song: opened in the background, and again when a track's clips change.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use twobus_dsp::Db;
use twobus_jobs::{Folder, Playlist, Progress};
use twobus_session::{
    ChannelMap, Clip, ClipId, Fade, MediaFile, MediaId, Mix, Project, SongId, Strip, StripId, Track,
};

use crate::reader::Part;
use crate::tape::Tape;

/// How long streams wait for files that are being opened; those that take longer join later.
const PATIENCE: Duration = Duration::from_millis(500);

/// What a part's tape is made of; while that stays the same, so does the tape.
#[derive(Debug, Clone, PartialEq)]
struct Content {
    mono: bool,
    clips: Vec<Clip>,
    files: Vec<Option<MediaFile>>,
}

/// A tape, or why there is none.
pub(super) type Opened = Result<Box<dyn Tape>, twobus_jobs::Error>;

/// Opens what a track plays; that may take as long as a disk takes.
pub(super) type Opener = Arc<dyn Fn(&Project, &Track) -> Opened + Send + Sync>;

/// Opens the files of a project in `folder`, for a song at `rate_hz`.
pub(super) fn from_disk(folder: Folder, rate_hz: u32) -> Opener {
    Arc::new(move |project, track| {
        let playlist = Playlist::open(&folder, project, track, rate_hz, &Progress::new())?;
        Ok(Box::new(playlist))
    })
}

/// What was opened, for which part, in answer to which order.
struct Delivery {
    part: Part,
    number: u64,
    tape: Opened,
}

/// What is open, or is being opened.
pub(super) struct Library {
    opener: Opener,
    rate_hz: u32,
    /// What each part plays, and the number of the order that opens it.
    contents: BTreeMap<Part, (Content, u64)>,
    number: u64,
    /// Parts that are being opened, and since when.
    opening: usize,
    since: Instant,
    outbox: Sender<Delivery>,
    inbox: Receiver<Delivery>,
}

/// What became of the tracks.
pub(super) struct Tracks {
    /// Tracks that are no longer there.
    pub(super) gone: Vec<StripId>,
}

impl Library {
    pub(super) fn new(opener: Opener, rate_hz: u32) -> Self {
        let (outbox, inbox) = channel();
        let (contents, since) = (BTreeMap::new(), Instant::now());
        Self { opener, rate_hz, contents, number: 0, opening: 0, since, outbox, inbox }
    }

    /// Opens in the background what tracks of `song` play and is not open.
    pub(super) fn load(&mut self, project: &Arc<Project>, song: SongId) -> Tracks {
        let mix = project.song(song).and_then(|song| song.mix.as_ref());
        let tracks: &[Track] = mix.map_or(&[], |mix: &Mix| &mix.tracks);
        let mut changed = Vec::new();
        for track in tracks {
            let part = Part::Track(track.strip.id);
            let content = Content::of(project, track);
            if self.contents.get(&part).is_none_or(|(known, _)| *known != content) {
                self.number += 1;
                let _before = self.contents.insert(part, (content, self.number));
                changed.push((part, track.clone(), self.number));
            }
        }
        let is_there = |id: StripId| tracks.iter().any(|track| track.strip.id == id);
        let gone = |part: &Part| match part {
            Part::Track(id) => (!is_there(*id)).then_some(*id),
            Part::Reference => None,
        };
        let gone: Vec<StripId> = self.contents.keys().filter_map(gone).collect();
        for id in &gone {
            let _content = self.contents.remove(&Part::Track(*id));
        }
        self.open(project, changed);
        Tracks { gone }
    }

    /// Opens in the background what the reference switch shall let through.
    pub(super) fn load_reference(
        &mut self,
        project: &Arc<Project>,
        reference: Option<(MediaId, Db)>,
    ) {
        let track = reference_track(project, reference, self.rate_hz);
        self.number += 1;
        let content = (Content::of(project, &track), self.number);
        let _before = self.contents.insert(Part::Reference, content);
        self.open(project, vec![(Part::Reference, track, self.number)]);
    }

    fn open(&mut self, project: &Arc<Project>, tracks: Vec<(Part, Track, u64)>) {
        if tracks.is_empty() {
            return;
        }
        if self.opening == 0 {
            self.since = Instant::now();
        }
        self.opening += tracks.len();
        let (opener, project) = (Arc::clone(&self.opener), Arc::clone(project));
        let outbox = self.outbox.clone();
        // A thread for each time: a file that cannot be opened because its disk hangs holds up no other's.
        let _detached = thread::spawn(move || {
            for (part, track, number) in tracks {
                let tape = opener(&project, &track);
                if outbox.send(Delivery { part, number, tape }).is_err() {
                    return;
                }
            }
        });
    }

    /// What was opened since this was last asked.
    pub(super) fn opened(&mut self) -> Vec<(Part, Opened)> {
        let deliveries: Vec<Delivery> = self.inbox.try_iter().collect();
        self.opening = self.opening.saturating_sub(deliveries.len());
        let current = |delivery: &Delivery| {
            self.contents.get(&delivery.part).is_some_and(|(_, number)| *number == delivery.number)
        };
        deliveries.into_iter().filter(current).map(|d| (d.part, d.tape)).collect()
    }

    /// True while it is worth waiting for files.
    pub(super) fn is_opening(&self) -> bool {
        self.opening > 0 && self.since.elapsed() < PATIENCE
    }
}

impl Content {
    fn of(project: &Project, track: &Track) -> Self {
        let file = |clip: &Clip| project.media(clip.media).cloned();
        let files = track.clips.iter().map(file).collect();
        Self { mono: track.mono, clips: track.clips.clone(), files }
    }
}

/// A track that plays all of a file, from the start of the song on.
fn reference_track(project: &Project, reference: Option<(MediaId, Db)>, rate_hz: u32) -> Track {
    let clip = |(media, gain): (MediaId, Db)| Clip {
        id: ClipId(1),
        media,
        channels: ChannelMap::AsIs,
        position: 0,
        offset: 0,
        length: project.media(media).map_or(0, |file| file.frames_at(rate_hz)),
        gain,
        fade_in: Fade::default(),
        fade_out: Fade::default(),
    };
    let strip = Strip::new(StripId::MIX_BUS, "Reference");
    Track { strip, mono: false, clips: reference.map(clip).into_iter().collect() }
}
