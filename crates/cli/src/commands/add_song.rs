//! `add-song`: another song, empty or made of a finished print.

use std::path::Path;

use serde::Serialize;
use twobus_jobs::import::{Arrived, arrive};
use twobus_jobs::{Folder, Progress, Result};
use twobus_session::{Edit, ListEdit, Song};

use crate::args::songs::AddSongArgs;
use crate::outcome::Outcome;
use crate::show;

#[derive(Serialize)]
struct Json {
    number: usize,
    title: String,
    rate_hz: u32,
    print: Option<String>,
    frames: u64,
}

pub(crate) fn run(args: &AddSongArgs, progress: &Progress) -> Result<Outcome> {
    let folder = Folder::new(&args.project);
    folder.check_writable()?;
    let Some(print) = &args.print else { return empty(args, &folder) };
    let project = folder.load()?;
    let title = args.title.clone().unwrap_or_else(|| title_of(print));
    let arrived = arrive(&folder, &project, print, &title, args.copy, progress)?;
    let changed = folder.change(|project| {
        let _undo = project.apply(arrived.edit.clone())?;
        Ok(project.songs.len())
    })?;
    Ok(outcome(changed.value, title, &arrived).with_more_warnings(changed.notes))
}

/// The title of a song that is made of the file at `path`.
pub(crate) fn title_of(path: &Path) -> String {
    path.file_stem().map_or_else(|| "Song".into(), |stem| stem.to_string_lossy()).into_owned()
}

/// What there is to say of a print that has become song `number`.
pub(crate) fn outcome(number: usize, title: String, arrived: &Arrived) -> Outcome {
    let media = &arrived.media;
    let (rate_hz, length) = (media.rate_hz, show::time(media.frames, media.rate_hz));
    let text = format!("Song {number}, \"{title}\", {rate_hz} Hz, {length}: {}", media.path);
    let print = Some(media.path.clone());
    let json = Json { number, title, rate_hz, print, frames: media.frames };
    let warnings = arrived.warnings.iter().map(|warning| format!("{}: {warning}", media.path));
    Outcome::new(text, &json).with_warnings(warnings.collect())
}

fn empty(args: &AddSongArgs, folder: &Folder) -> Result<Outcome> {
    let title = args.title.clone().unwrap_or_default();
    let changed = folder.change(|project| {
        let song = Song::new(project.fresh_song_id(), &title);
        let _undo = project.apply(Edit::Songs(ListEdit::add(song)))?;
        Ok(project.songs.len())
    })?;
    let text = format!("Song {}, \"{title}\", without a mix yet", changed.value);
    let json = Json { number: changed.value, title, rate_hz: 0, print: None, frames: 0 };
    Ok(Outcome::new(text, &json).with_warnings(changed.notes))
}
