//! What makes a document valid. Edits and loaded files are held to the same rules.

mod master;
mod mix;
mod routing;
mod strip;
mod timeline;

use std::collections::BTreeSet;

use serde::Serialize;
use twobus_dsp::Db;
use twobus_dsp::param::ParamSpec;

use crate::credits::{Credits, Release, is_isrc, is_upc};
use crate::draft::Draft;
use crate::edit::Item;
use crate::error::{EditError, Problem, id_text};
use crate::ids::{MediaId, StripId};
use crate::media_file::MediaFile;
use crate::mix::Mix;
use crate::print::Print;
use crate::project::{GAP, MAX_NAME, Project, SCHEMA, Song};

/// Largest position on a timeline, in frames: 46 years at the highest rate.
pub const MAX_FRAME: u64 = 1 << 48;

/// Most entries of one list, breakpoints and clips excepted.
pub const MAX_ITEMS: usize = 4_096;

/// Most breakpoints of a lane, and clips of a track.
pub const MAX_POINTS: usize = 1 << 20;

impl Project {
    /// Checks the whole document, by the same rules as every edit.
    ///
    /// # Errors
    /// The first thing that is wrong, with its place in the document.
    pub fn validate(&self) -> Result<(), EditError> {
        record(self)?;
        files(self)?;
        unique(&self.songs, "songs")?;
        for at in 0..self.songs.len() {
            song(self, at)?;
            prints(self, at, 0)?;
            drafts(self, at)?;
        }
        Ok(())
    }
}

/// What is said about the record.
pub(crate) fn record(project: &Project) -> Result<(), EditError> {
    if project.schema != SCHEMA {
        return Err(rule("schema", "the document is of another version of the program"));
    }
    hash(&project.id).map_err(|e| e.within("id", ""))?;
    name(&project.name)?;
    text(&project.record.artist).map_err(|e| e.within("record.artist", "artist"))?;
    match &project.record.upc {
        Some(upc) if !is_upc(upc) => Err(rule(
            "record.upc",
            "a UPC or EAN has 12 or 13 digits, the last of which checks the others; one is wrong",
        )),
        Some(_) | None => release(&project.record.release),
    }
}

fn release(release: &Release) -> Result<(), EditError> {
    let Release { date, genre, label, copyright, cover } = release;
    if !date.is_empty() && !Release::is_date(date) {
        return Err(rule("record.release.date", "a date is 2026, 2026-11 or 2026-11-24"));
    }
    let texts = [("genre", genre), ("label", label), ("copyright", copyright)];
    texts.into_iter().try_for_each(|(what, said)| {
        text(said).map_err(|e| e.within(&format!("record.release.{what}"), what))
    })?;
    if cover.is_empty() {
        return Ok(());
    }
    path(cover).map_err(|e| e.within("record.release.cover", "cover"))
}

fn credits(credits: &Credits) -> Result<(), EditError> {
    let Credits { artist, composer, lyricist, genre, comment } = credits;
    let texts = [
        ("artist", artist),
        ("composer", composer),
        ("lyricist", lyricist),
        ("genre", genre),
        ("comment", comment),
    ];
    texts.into_iter().try_for_each(|(what, said)| {
        text(said).map_err(|e| e.within(&format!("credits.{what}"), what))
    })
}

/// The list of files, without who refers to them.
pub(crate) fn files(project: &Project) -> Result<(), EditError> {
    unique(&project.media, "media")?;
    each(&project.media, "media", |file| quoted(&file.path), file_alone)
}

fn file_alone(file: &MediaFile) -> Result<(), EditError> {
    path(&file.path)?;
    hash(&file.hash).map_err(|e| e.within("hash", "hash"))?;
    if !MediaFile::RATES_HZ.contains(&file.rate_hz) {
        return Err(rule("rate_hz", "files have rates of 1 kHz to 768 kHz"));
    }
    if !MediaFile::CHANNELS.contains(&file.channels) {
        return Err(rule("channels", "files have 1 to 64 channels"));
    }
    if file.frames > MAX_FRAME || file.timestamp.is_some_and(|at| at > MAX_FRAME) {
        return Err(rule("frames", "the file is too long or too late"));
    }
    text(&file.format).map_err(|e| e.within("format", "format"))
}

fn path(path: &str) -> Result<(), EditError> {
    const MAX_PATH: usize = 4_096;
    if path.is_empty() || path.len() > MAX_PATH || path.contains('\0') {
        return Err(rule("path", "a path has 1 to 4096 bytes and no NUL"));
    }
    Ok(())
}

/// A song without the mixes its prints came from.
pub(crate) fn song(project: &Project, at: usize) -> Result<(), EditError> {
    let song = &project.songs[at];
    let files = Files { media: &project.media, rate_hz: song.rate_hz };
    song_alone(song, files).map_err(|e| in_song(e, song, at))
}

/// The prints of a song from place `from` on, each with its mix.
pub(crate) fn prints(project: &Project, at: usize, from: usize) -> Result<(), EditError> {
    let song = &project.songs[at];
    for (place, print) in song.prints.iter().enumerate().skip(from) {
        let files = Files { media: &project.media, rate_hz: print.rate_hz };
        master::print(print)
            .and_then(|()| mix::mix(&print.mix, files).map_err(|e| e.within("mix", "")))
            .map_err(|e| e.within(&format!("prints[{place}]"), &format!("print {}", print.number)))
            .map_err(|e| in_song(e, song, at))?;
    }
    Ok(())
}

/// The mixes that were set aside.
fn drafts(project: &Project, at: usize) -> Result<(), EditError> {
    let song = &project.songs[at];
    let files = Files { media: &project.media, rate_hz: song.rate_hz };
    each(
        &song.drafts,
        "drafts",
        |draft| format!("draft {}", draft.number),
        |draft| {
            text(&draft.note).map_err(|e| e.within("note", "note"))?;
            mix::mix(&draft.mix, files).map_err(|e| e.within("mix", ""))
        },
    )
    .map_err(|e| in_song(e, song, at))
}

/// One strip of a song, and its track's clips; not where its signal runs, nor whether ids are unique.
pub(crate) fn strip(project: &Project, at: usize, id: StripId) -> Result<(), EditError> {
    let song = &project.songs[at];
    let Some(mix) = &song.mix else { return Ok(()) };
    let files = Files { media: &project.media, rate_hz: song.rate_hz };
    mix::one_strip(mix, id, files).map_err(|e| in_song(e.within("mix", ""), song, at))
}

fn in_song(error: EditError, song: &Song, at: usize) -> EditError {
    error.within(&format!("songs[{at}]"), &quoted(&song.title))
}

fn song_alone(song: &Song, files: Files<'_>) -> Result<(), EditError> {
    text(&song.title)
        .and_then(|()| not_empty(&song.title))
        .map_err(|e| e.within("title", "title"))?;
    if song.rate_hz != 0 && !(Song::MIN_RATE_HZ..=Song::MAX_RATE_HZ).contains(&song.rate_hz) {
        return Err(rule("rate_hz", "songs have rates of 44.1 kHz to 192 kHz"));
    }
    if song.isrc.as_deref().is_some_and(|code| !is_isrc(code)) {
        return Err(rule("isrc", "an ISRC has 2 letters, 3 letters or digits, and 7 digits"));
    }
    credits(&song.credits)?;
    value(&GAP, song.gap_ms)?;
    if song.prints.windows(2).any(|pair| pair[0].number >= pair[1].number)
        || song.prints.first().is_some_and(|first| first.number == 0)
    {
        return Err(rule("prints", "prints are numbered from 1, each higher than the one before"));
    }
    count(song.prints.len(), "prints", MAX_ITEMS)?;
    unique(&song.drafts, "drafts")?;
    if let Some(mix) = &song.mix {
        mix::mix(mix, files).map_err(|e| e.within("mix", ""))?;
    }
    master::master(song, files).map_err(|e| e.within("master", "master"))?;
    unique_ids(song.devices())
}

/// What refers to the file `id` in `song`, in words.
pub(crate) fn user_of(song: &Song, id: MediaId) -> Option<String> {
    let player = |mix: &Mix| {
        let plays = mix.tracks.iter().find(|t| t.clips.iter().any(|clip| clip.media == id));
        plays.map(|track| format!("track {}", quoted(&track.strip.name)))
    };
    let in_print = |print: &Print| Some(format!("print {}, {}", print.number, player(&print.mix)?));
    let in_draft = |draft: &Draft| Some(format!("draft {}, {}", draft.number, player(&draft.mix)?));
    song.mix
        .as_ref()
        .and_then(player)
        .or_else(|| song.prints.iter().find_map(in_print))
        .or_else(|| song.drafts.iter().find_map(in_draft))
        .or_else(|| master::uses(&song.master, id).then(|| "the master".to_owned()))
}

/// What clips are held against: the files, and the rate their frames count in.
#[derive(Debug, Clone, Copy)]
struct Files<'a> {
    media: &'a [MediaFile],
    rate_hz: u32,
}

impl Files<'_> {
    fn find(&self, id: MediaId) -> Result<&MediaFile, EditError> {
        let found = self.media.iter().find(|file| file.id == id);
        found.ok_or_else(|| Problem::Missing { what: MediaFile::KIND, id: id_text(&id) }.into())
    }
}

/// `name` as it stands in messages.
pub(crate) fn quoted(name: &str) -> String {
    format!("“{name}”")
}

fn rule(path: &str, sentence: &'static str) -> EditError {
    EditError::from(Problem::Rule(sentence)).within(path, "")
}

/// Checks each of `items`, saying which one was wrong.
fn each<T>(
    items: &[T],
    path: &str,
    name: impl Fn(&T) -> String,
    check: impl Fn(&T) -> Result<(), EditError>,
) -> Result<(), EditError> {
    items.iter().enumerate().try_for_each(|(at, item)| {
        check(item).map_err(|e| e.within(&format!("{path}[{at}]"), &name(item)))
    })
}

/// A value of a parameter.
fn value(spec: &ParamSpec, value: f64) -> Result<(), EditError> {
    spec.check(value).map_err(|error| {
        EditError::from(Problem::of_value(spec, value, error)).within(spec.id, spec.name)
    })
}

/// A level that may be minus infinity.
fn level(spec: &ParamSpec, level: Db) -> Result<(), EditError> {
    if level.is_silence() { Ok(()) } else { value(spec, level.0) }
}

fn name(name: &str) -> Result<(), EditError> {
    not_empty(name).and_then(|()| text(name)).map_err(|e| e.within("name", "name"))
}

fn not_empty(name: &str) -> Result<(), EditError> {
    if name.trim().is_empty() {
        Err(Problem::Rule("it is empty; give it a name").into())
    } else {
        Ok(())
    }
}

fn text(text: &str) -> Result<(), EditError> {
    if text.chars().any(char::is_control) {
        return Err(Problem::Rule("it has a line break or another control character").into());
    }
    count(text.chars().count(), "characters", MAX_NAME)
}

fn hash(hash: &str) -> Result<(), EditError> {
    let digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    if hash.len() == 16 && hash.bytes().all(digit) {
        Ok(())
    } else {
        Err(Problem::Rule("a hash has 16 hexadecimal digits in lower case").into())
    }
}

fn count(count: usize, what: &'static str, most: usize) -> Result<(), EditError> {
    if count > most { Err(Problem::TooMany { what, count, most }.into()) } else { Ok(()) }
}

fn unique<T: Item>(items: &[T], path: &'static str) -> Result<(), EditError> {
    count(items.len(), path, MAX_ITEMS)?;
    unique_ids(items).map_err(|e| e.within(path, ""))
}

fn unique_ids<'a, T: Item + 'a>(items: impl IntoIterator<Item = &'a T>) -> Result<(), EditError> {
    let mut seen = BTreeSet::new();
    items.into_iter().try_for_each(|item| once(&mut seen, T::KIND, &item.id()))
}

fn once(
    seen: &mut BTreeSet<String>,
    what: &'static str,
    id: &impl Serialize,
) -> Result<(), EditError> {
    let id = id_text(id);
    if seen.contains(&id) {
        return Err(Problem::Taken { what, id }.into());
    }
    let _new = seen.insert(id);
    Ok(())
}

/// What lies along the song must be in order, or an edit could not find its place.
fn in_order<T: Item>(items: &[T]) -> Result<(), EditError> {
    if items.windows(2).all(|pair| pair[0].place() < pair[1].place()) {
        Ok(())
    } else {
        Err(Problem::Rule("it is not in order of position; sort it").into())
    }
}
