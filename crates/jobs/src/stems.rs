//! Whether the files of a project are there, and what they were when they came in.

use std::path::PathBuf;

use twobus_session::{MediaFile, Mix, Project, StripId};

use crate::audio::check_unchanged;
use crate::error::{Error, Result};
use crate::folder::Folder;

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StemState {
    /// It is there and is what it was.
    Present,
    /// It is not there.
    Missing,
    /// There is another file in its place.
    Changed,
}

/// A file of the project that is not there as it was.
#[derive(Debug, Clone)]
pub struct Offline {
    /// The file as the project knows it.
    pub file: MediaFile,
    /// Where it should be.
    pub path: PathBuf,
    /// Whether it is missing or changed.
    pub state: StemState,
}

/// The files of `project` that are plainly not there as they were: missing, or of another size. A
/// quick look, which reads no file.
pub fn offline(folder: &Folder, project: &Project) -> Vec<Offline> {
    let of = |file: &MediaFile| {
        let path = folder.resolve(file);
        let state = match std::fs::metadata(&path) {
            Err(_) => StemState::Missing,
            Ok(found) if found.is_file() && found.len() == file.bytes => return None,
            Ok(_) => StemState::Changed,
        };
        Some(Offline { file: file.clone(), path, state })
    };
    project.media.iter().filter_map(of).collect()
}

/// What became of `file`: its content is hashed if it was written since it was last seen.
pub(crate) fn state(folder: &Folder, file: &MediaFile) -> Result<StemState> {
    let path = folder.resolve(file);
    match check_unchanged(folder, file, &path) {
        Ok(()) => Ok(StemState::Present),
        Err(Error::Stem { .. }) if path.exists() => Ok(StemState::Changed),
        Err(Error::Stem { .. }) => Ok(StemState::Missing),
        Err(error) => Err(error),
    }
}

/// The files that `mix` plays, each once.
fn played<'a>(project: &'a Project, mix: &Mix) -> Vec<&'a MediaFile> {
    let clips = mix.tracks.iter().flat_map(|track| &track.clips);
    let mut ids: Vec<_> = clips.map(|clip| clip.media).collect();
    ids.sort_unstable();
    ids.dedup();
    ids.into_iter().filter_map(|id| project.media(id)).collect()
}

/// A track that cannot be heard, for want of a file.
#[derive(Debug, Clone)]
pub(crate) struct Silenced {
    pub(crate) strip: StripId,
    pub(crate) name: String,
}

/// The tracks of `mix` with a file that is missing or changed.
pub(crate) fn silenced(folder: &Folder, project: &Project, mix: &Mix) -> Result<Vec<Silenced>> {
    let mut gone = Vec::new();
    for file in played(project, mix) {
        if state(folder, file)? != StemState::Present {
            gone.push(file.id);
        }
    }
    let wants = mix.tracks.iter().filter(|t| t.clips.iter().any(|c| gone.contains(&c.media)));
    let silenced =
        wants.map(|track| Silenced { strip: track.strip.id, name: track.strip.name.clone() });
    Ok(silenced.collect())
}

/// Fails when a file that `mix` plays is not what it was any more, tracks in `silenced` excepted.
pub(crate) fn check_still_there(
    folder: &Folder,
    project: &Project,
    mix: &Mix,
    silenced: &[Silenced],
) -> Result<()> {
    let mut heard = mix.clone();
    heard.tracks.retain(|track| silenced.iter().all(|gone| gone.strip != track.strip.id));
    let mut files = played(project, &heard).into_iter();
    files.try_for_each(|file| check_unchanged(folder, file, &folder.resolve(file)))
}
