//! The project: one record, its songs and its files.

use std::hash::{BuildHasher as _, RandomState};

use serde::{Deserialize, Serialize};
use twobus_dsp::pan::PanLaw;
use twobus_dsp::param::{ParamSpec, Unit};

use crate::credits::{Credits, Release};
use crate::draft::Draft;
use crate::ids::{MediaId, SongId};
use crate::master::Master;
use crate::media_file::MediaFile;
use crate::mix::Mix;
use crate::print::Print;
use crate::strip::{Device, control};

/// Version of the document that this program writes.
pub const SCHEMA: u32 = 2;

/// Most characters of a name or a note.
pub const MAX_NAME: usize = 250;

/// Silence before a song.
pub const GAP: ParamSpec = control("gap_ms", "gap", Unit::Ms, 0.0, 60_000.0, 2000.0);

/// One record: a folder with its `project.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Project {
    /// Version of the document: [`SCHEMA`].
    pub schema: u32,
    /// What tells the document from every other, wherever it lies and whatever it is called: 16
    /// hexadecimal digits. Unsaved work is kept under it.
    pub id: String,
    /// Name of the record.
    pub name: String,
    /// What is said about the record as a whole.
    #[serde(default)]
    pub record: Record,
    /// Pan law of all mono tracks.
    pub pan_law: PanLaw,
    /// Audio files that anything in the project refers to.
    pub media: Vec<MediaFile>,
    /// Songs, in the order of the record.
    pub songs: Vec<Song>,
}

impl Project {
    /// An empty project called `name`.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            schema: SCHEMA,
            id: fresh_identity(),
            name: name.into(),
            record: Record::default(),
            pan_law: PanLaw::default(),
            media: Vec::new(),
            songs: Vec::new(),
        }
    }

    /// Gives it an identity of its own, as for a project that was made from another.
    pub fn become_another(&mut self) {
        self.id = fresh_identity();
    }

    /// The song called `id`.
    pub fn song(&self, id: SongId) -> Option<&Song> {
        self.songs.iter().find(|song| song.id == id)
    }

    /// The file called `id`.
    pub fn media(&self, id: MediaId) -> Option<&MediaFile> {
        self.media.iter().find(|file| file.id == id)
    }
}

/// An identity that no other document has: 64 bits of the system's chance, with which the standard
/// library seeds its hashers.
fn fresh_identity() -> String {
    format!("{:016x}", RandomState::new().hash_one(std::process::id()))
}

/// What is said about the record as a whole.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Who made it.
    pub artist: String,
    /// UPC or EAN, 12 or 13 digits, the last of which checks the others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upc: Option<String>,
    /// What files of it carry besides.
    #[serde(default, skip_serializing_if = "Release::is_empty")]
    pub release: Release,
}

/// One song of the record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Song {
    /// Identity within the project.
    pub id: SongId,
    /// Shown to people.
    pub title: String,
    /// Sample rate in Hz, 44 100 to 192 000; 0 until its first files arrive, fixed from then on.
    pub rate_hz: u32,
    /// ISRC, 12 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub isrc: Option<String>,
    /// Silence between the song before it and this one, in ms: [`GAP`].
    pub gap_ms: f64,
    /// Who else made it, and what it is.
    #[serde(default, skip_serializing_if = "Credits::is_empty")]
    pub credits: Credits,
    /// The mix; `None` for a song that arrived as a finished print.
    pub mix: Option<Mix>,
    /// Prints, in the order of their numbers.
    pub prints: Vec<Print>,
    /// Mixes that were set aside without a print when another one was reopened.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drafts: Vec<Draft>,
    /// The master.
    pub master: Master,
}

impl Song {
    /// Lowest rate of a song, in Hz.
    pub const MIN_RATE_HZ: u32 = 44_100;
    /// Highest rate of a song, in Hz.
    pub const MAX_RATE_HZ: u32 = 192_000;

    /// A song with an empty mix, whose rate is still open.
    pub fn new(id: SongId, title: impl Into<String>) -> Self {
        Self {
            id,
            title: title.into(),
            rate_hz: 0,
            isrc: None,
            gap_ms: GAP.default,
            credits: Credits::default(),
            mix: Some(Mix::default()),
            prints: Vec::new(),
            drafts: Vec::new(),
            master: Master::default(),
        }
    }

    /// All devices of the song: those of the mix, then those of the master's chains.
    pub fn devices(&self) -> impl Iterator<Item = &Device> {
        let inserts = self.mix.iter().flat_map(Mix::strips).flat_map(|strip| &strip.inserts);
        inserts.chain(&self.master.chain).chain(self.master.alternative.iter().flatten())
    }
}
