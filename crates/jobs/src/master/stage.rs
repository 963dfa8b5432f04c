//! What goes into a master, and a master as something that plays: a song whose mix is one track with what
//! goes in, and the chain on its mix bus.

use std::path::PathBuf;

use twobus_dsp::Db;
use twobus_session::{
    ChannelMap, Clip, ClipId, Fade, MasterInput, MediaFile, MediaId, Mix, Print, Project, Song,
    SongId, master,
};

use crate::error::{Error, Result};
use crate::folder::Folder;

/// The print of this number, or the newest main print.
///
/// # Errors
/// When there is none.
pub fn print_of(song: &Song, number: Option<u32>) -> Result<&Print> {
    let fits = |print: &&Print| match number {
        Some(number) => print.number == number,
        None => print.is_main(),
    };
    song.prints.iter().rev().find(fits).ok_or_else(|| {
        let title = &song.title;
        Error::Missing(match number {
            Some(number) => format!("\"{title}\" has no print {number}"),
            None => format!("\"{title}\" has no main print yet; bounce it first"),
        })
    })
}

/// The project as one who plays the master of `song` sees it: the song's mix is what goes in and the
/// chain, at the rate of what goes in. It is never saved.
///
/// # Errors
/// When there is no such song, it has nothing to master, or a print is gone.
pub fn staged(folder: &Folder, project: &Project, song: SongId) -> Result<Project> {
    let mut staged = project.clone();
    let at = staged.songs.iter().position(|other| other.id == song);
    let at = at.ok_or_else(|| Error::Missing(format!("there is no song {}", song.0)))?;
    let file = file(folder, &staged, &staged.songs[at])?;
    let (media, rate_hz, frames) = (file.id, file.rate_hz, file.frames);
    if staged.media(media).is_none() {
        staged.media.push(file);
    }
    let song = &mut staged.songs[at];
    let monitor = song.mix.as_ref().map(|mix| mix.monitor);
    let clips = vec![whole(media, frames)];
    let mix = master::as_mix(song.master.trim, &song.master.chain, clips);
    song.mix = Some(Mix { monitor: monitor.unwrap_or(mix.monitor), ..mix });
    song.rate_hz = rate_hz;
    Ok(staged)
}

/// What goes into the master of `song`: its file, and the print if it is one. No disk is asked.
///
/// # Errors
/// When there is nothing to master.
pub fn input<'a>(
    folder: &Folder,
    project: &Project,
    song: &'a Song,
) -> Result<(PathBuf, Option<&'a Print>)> {
    let print = |number| {
        let print = print_of(song, number)?;
        Ok((folder.path().join(&print.file), Some(print)))
    };
    match &song.master.input {
        MasterInput::NewestPrint => print(None),
        MasterInput::Print(number) => print(Some(*number)),
        MasterInput::File(id) => {
            let file = project.media(*id).ok_or_else(unlisted)?;
            Ok((folder.resolve(file), None))
        }
        MasterInput::Stems(_) => Err(stems()),
    }
}

/// What goes in, as a file of the project.
fn file(folder: &Folder, project: &Project, song: &Song) -> Result<MediaFile> {
    let print = |number| {
        let print = print_of(song, number)?;
        let path = folder.path().join(&print.file);
        let found = std::fs::metadata(&path).map_err(Error::io("looking at the print", &path))?;
        Ok(MediaFile {
            id: project.fresh_media_id(),
            path: print.file.clone(),
            bytes: found.len(),
            hash: print.file_hash.clone(),
            rate_hz: print.rate_hz,
            frames: print.frames,
            channels: 2,
            format: "print".to_owned(),
            timestamp: None,
        })
    };
    match &song.master.input {
        MasterInput::NewestPrint => print(None),
        MasterInput::Print(number) => print(Some(*number)),
        MasterInput::File(id) => {
            let file = project.media(*id).cloned();
            file.ok_or_else(unlisted)
        }
        MasterInput::Stems(_) => Err(stems()),
    }
}

fn unlisted() -> Error {
    Error::Missing("the master's file is not listed".to_owned())
}

fn stems() -> Error {
    let text = "this master is made from stems, which cannot be played yet; choose a print";
    Error::Missing(text.to_owned())
}

/// All of a file, from frame 0 on.
fn whole(media: MediaId, length: u64) -> Clip {
    Clip {
        id: ClipId(1),
        media,
        channels: ChannelMap::AsIs,
        position: 0,
        offset: 0,
        length,
        gain: Db::UNITY,
        fade_in: Fade::default(),
        fade_out: Fade::default(),
    }
}
