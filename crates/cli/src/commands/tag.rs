//! `tag`: what delivered files say of a song and its record.

use std::path::Path;

use serde::Serialize;
use twobus_jobs::{Error, Folder, Result};
use twobus_session::credits::isrc;
use twobus_session::{Credits, Edit, Project, ProjectEdit, Release, Song, SongEdit};

use crate::args::songs::TagArgs;
use crate::commands::song;
use crate::outcome::Outcome;
use crate::show;

#[derive(Serialize)]
struct Json {
    album: String,
    artist: String,
    upc: Option<String>,
    release: Release,
    title: String,
    track: u32,
    isrc: Option<String>,
    credits: Credits,
}

pub(crate) fn run(args: &TagArgs) -> Result<Outcome> {
    let folder = Folder::new(&args.project);
    let project = folder.load()?;
    let edits = edits(args, &folder, &project)?;
    let (project, notes) = if edits.is_empty() {
        (project, Vec::new())
    } else {
        let changed = folder.change(|project| {
            let name = "Tags".to_owned();
            let _undo = project.apply(Edit::Batch { name, edits: edits.clone() })?;
            Ok(project.clone())
        })?;
        (changed.value, changed.notes)
    };
    let song = song(&project, args.song)?;
    let json = json(&project, song, args.song);
    Ok(Outcome::new(text(&json), &json).with_warnings(notes))
}

/// What was asked for as edits; none for what is to stay.
fn edits(args: &TagArgs, folder: &Folder, project: &Project) -> Result<Vec<Edit>> {
    let song = song(project, args.song)?;
    let some = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    let mut edits = Vec::new();
    edits.extend(args.album.clone().map(ProjectEdit::Name).map(Edit::Project));
    edits.extend(args.artist.clone().map(ProjectEdit::Artist).map(Edit::Project));
    edits.extend(args.upc.as_ref().map(|upc| Edit::Project(ProjectEdit::Upc(some(upc)))));
    let release = release(args, folder, &project.record.release)?;
    if release != project.record.release {
        edits.push(Edit::Project(ProjectEdit::Release(release)));
    }
    let mut of_song = |change| edits.push(Edit::Song { song: song.id, change });
    if let Some(title) = &args.title {
        of_song(SongEdit::Title(title.clone()));
    }
    if let Some(text) = &args.isrc {
        let code = some(text).map(|text| isrc(&text).ok_or_else(|| not_isrc(&text))).transpose()?;
        of_song(SongEdit::Isrc(code));
    }
    let credits = credits(args, &song.credits);
    if credits != song.credits {
        of_song(SongEdit::Credits(credits));
    }
    Ok(edits)
}

fn not_isrc(text: &str) -> Error {
    Error::Missing(format!(
        "\"{text}\" is no ISRC: two letters, three letters or digits, and seven digits, such as \
         DE-A12-26-00001"
    ))
}

fn release(args: &TagArgs, folder: &Folder, old: &Release) -> Result<Release> {
    let new = |said: &Option<String>, old: &String| said.clone().unwrap_or_else(|| old.clone());
    let cover = match args.cover.as_deref() {
        None => old.cover.clone(),
        Some(none) if none == Path::new("") => String::new(),
        Some(file) => folder.relative(file)?,
    };
    Ok(Release {
        date: new(&args.date, &old.date),
        genre: new(&args.genre, &old.genre),
        label: new(&args.label, &old.label),
        copyright: new(&args.copyright, &old.copyright),
        cover,
    })
}

fn credits(args: &TagArgs, old: &Credits) -> Credits {
    let new = |said: &Option<String>, old: &String| said.clone().unwrap_or_else(|| old.clone());
    Credits {
        artist: new(&args.song_artist, &old.artist),
        composer: new(&args.composer, &old.composer),
        lyricist: new(&args.lyricist, &old.lyricist),
        genre: old.genre.clone(),
        comment: new(&args.comment, &old.comment),
    }
}

fn json(project: &Project, song: &Song, track: u32) -> Json {
    Json {
        album: project.name.clone(),
        artist: project.record.artist.clone(),
        upc: project.record.upc.clone(),
        release: project.record.release.clone(),
        title: song.title.clone(),
        track,
        isrc: song.isrc.clone(),
        credits: song.credits.clone(),
    }
}

fn text(json: &Json) -> String {
    let (release, credits) = (&json.release, &json.credits);
    let code = |code: &Option<String>| code.clone().unwrap_or_default();
    let rows = [
        ("Album", json.album.clone()),
        ("Artist", json.artist.clone()),
        ("UPC", code(&json.upc)),
        ("Date", release.date.clone()),
        ("Genre", release.genre.clone()),
        ("Label", release.label.clone()),
        ("Copyright", release.copyright.clone()),
        ("Cover", release.cover.clone()),
        ("Track", json.track.to_string()),
        ("Title", json.title.clone()),
        ("Song artist", credits.artist.clone()),
        ("ISRC", code(&json.isrc)),
        ("Composer", credits.composer.clone()),
        ("Lyricist", credits.lyricist.clone()),
        ("Comment", credits.comment.clone()),
    ];
    let dash = |text: String| if text.is_empty() { "–".to_owned() } else { text };
    show::table(&rows.map(|(name, text)| vec![name.to_owned(), dash(text)]))
}
