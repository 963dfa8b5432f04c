//! A song that begins with a finished print from elsewhere.

use std::path::Path;

use twobus_media::{Info, Warning, probe};
use twobus_session::{Edit, ListEdit, Master, MasterInput, MediaFile, Project, Song};

use super::{check_channels, listed, scan_one};
use crate::audio::note_seen;
use crate::collect::copy_in;
use crate::error::{Error, Result};
use crate::folder::Folder;
use crate::progress::Progress;

/// A print that has arrived.
#[derive(Debug, Clone)]
pub struct Arrived {
    /// The file, as the project lists it.
    pub media: MediaFile,
    /// What a person should know about it.
    pub warnings: Vec<Warning>,
    /// What makes a song of it, as one step: without a mix, at the file's own rate, its master made of the
    /// file.
    pub edit: Edit,
}

/// Whether the file at `path` can be a song's print: one or two channels, at a rate that a song may have.
///
/// # Errors
/// When it cannot be read, or is no such file.
pub fn check_print(path: &Path) -> Result<Info> {
    let info = probe(path)?;
    check_channels(path)?;
    if !(Song::MIN_RATE_HZ..=Song::MAX_RATE_HZ).contains(&info.rate_hz) {
        let problem = "songs have rates of 44.1 to 192 kHz; convert the file to one of them first";
        return Err(Error::Stem { path: path.to_owned(), problem });
    }
    Ok(info)
}

/// Lists the file at `path` and proposes a song called `title` that is made of it. With `copy`, it is
/// copied into the project.
///
/// # Errors
/// As [`check_print`]; when there is no audio in it, the folder cannot be written, or the job is cancelled.
pub fn arrive(
    folder: &Folder,
    project: &Project,
    path: &Path,
    title: &str,
    copy: bool,
    progress: &Progress,
) -> Result<Arrived> {
    let info = check_print(path)?;
    progress.begin("Reading", path.metadata().map_or(0, |file| file.len()));
    let _at_work = folder.at_work()?;
    let scratch = folder.sub(".cache/pcm")?;
    let found = scan_one(folder, path, 0, &scratch, info.rate_hz, progress)?;
    let place = if copy { copy_in(folder, path, found.bytes)? } else { path.to_owned() };
    let (mut files, mut next) = (project.media.clone(), project.fresh_media_id());
    let media = listed(&mut files, &mut next, folder.relative(&place)?, &found);
    note_seen(folder, &media, &place)?;
    let song = Song {
        rate_hz: info.rate_hz,
        mix: None,
        master: Master { input: MasterInput::File(media.id), ..Master::default() },
        ..Song::new(project.fresh_song_id(), title)
    };
    let is_new = project.media(media.id).is_none();
    let list = is_new.then(|| Edit::Media(ListEdit::add(media.clone())));
    let edits = list.into_iter().chain([Edit::Songs(ListEdit::add(song))]).collect();
    let edit = Edit::Batch { name: format!("Add song {title}"), edits };
    Ok(Arrived { media, warnings: found.scan.warnings.clone(), edit })
}
