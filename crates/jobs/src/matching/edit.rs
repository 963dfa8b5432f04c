//! What was proposed as one step of a project's history.

use std::path::Path;

use twobus_dsp::DeviceKind;
use twobus_media::{ContentHash, probe};
use twobus_session::{
    Device, DeviceId, Edit, ListEdit, Master, MasterEdit, MediaFile, MediaId, Project, Reference,
    Song, SongId,
};

use super::{Compared, Matched};
use crate::error::{Error, Result};
use crate::folder::Folder;

impl Compared {
    fn file(&self) -> (&Path, u64, f64) {
        (&self.file.path, self.frames, self.file.weight)
    }
}

impl Matched {
    /// The step called `name` that puts the chain into the master of `song`: what was the chain becomes the
    /// other one of the A/B comparison, the target and the references are noted.
    ///
    /// The chain ends with a limiter if a loudness is aimed for or the one before it did; from then on it is
    /// a chain like any other.
    ///
    /// # Errors
    /// When there is no such song, or a reference cannot be read any more.
    pub fn edit(
        &self,
        folder: &Folder,
        project: &Project,
        song: SongId,
        name: &str,
    ) -> Result<Edit> {
        let id = song;
        let song = project.song(id);
        let song = song.ok_or_else(|| Error::Missing("there is no such song".to_owned()))?;
        let mut edits = Vec::new();
        let mut next = project.fresh_media_id();
        for compared in &self.references {
            edits.extend(reference(folder, project, (song, id), compared.file(), &mut next)?);
        }
        let of = |change| Edit::Master { song: id, change };
        if !self.chain.is_empty() || self.target.is_some() {
            edits.extend(chain(&song.master.chain, self.devices(song)).map(of));
        }
        edits.extend(self.target.map(|target| of(MasterEdit::Target(target))));
        Ok(Edit::Batch { name: name.to_owned(), edits })
    }

    /// The devices with ids of their own in `song`, and a limiter where one is needed.
    fn devices(&self, song: &Song) -> Vec<Device> {
        let is_limiter = |device: &&Device| device.kind == DeviceKind::Limiter;
        let old = song.master.chain.last().filter(is_limiter).cloned();
        let new = || self.target.map(|_| Device::new(DeviceId(0), DeviceKind::Limiter));
        let limiter = old.or_else(new);
        let first = song.fresh_device_id().0;
        let numbered = |(id, device): (u32, Device)| Device { id: DeviceId(id), ..device };
        (first..).zip(self.chain.iter().cloned().chain(limiter)).map(numbered).collect()
    }
}

/// The step that notes the file at `path`, which has `frames` frames, as the only reference of `song`.
///
/// # Errors
/// When there is no such song, or the file cannot be read.
pub fn note_reference(
    folder: &Folder,
    project: &Project,
    song: SongId,
    (path, frames): (&Path, u64),
) -> Result<Edit> {
    let missing = || Error::Missing("there is no such song".to_owned());
    let of = project.song(song).ok_or_else(missing)?;
    let gone = of.master.references.iter().map(|old| Edit::Master {
        song,
        change: MasterEdit::References(ListEdit::Remove(old.media)),
    });
    let mut edits: Vec<Edit> = gone.collect();
    let none = Song { master: Master::default(), ..of.clone() };
    let mut next = project.fresh_media_id();
    edits.extend(reference(folder, project, (&none, song), (path, frames, 1.0), &mut next)?);
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    Ok(Edit::Batch { name: format!("Reference {name}"), edits })
}

/// Puts `new` in the place of `old`, which stays to be compared with.
fn chain(old: &[Device], new: Vec<Device>) -> impl Iterator<Item = MasterEdit> {
    let nothing_before = old.is_empty().then_some(MasterEdit::Alternative(None));
    [MasterEdit::Alternative(Some(new)), MasterEdit::SwapChains].into_iter().chain(nothing_before)
}

/// Notes a reference, and its file where the project does not know it.
fn reference(
    folder: &Folder,
    project: &Project,
    (song, id): (&Song, SongId),
    (place, frames, weight): (&Path, u64, f64),
    next: &mut MediaId,
) -> Result<Vec<Edit>> {
    let path = folder.relative(place)?;
    let hash = ContentHash::of_file(place)?.to_string();
    let known = project.media.iter().find(|file| file.path == path && file.hash == hash);
    let mut edits = Vec::new();
    let media = match known {
        Some(file) => file.id,
        None => {
            let file = media_file(place, (path, hash, *next), frames)?;
            next.0 += 1;
            let id = file.id;
            edits.push(Edit::Media(ListEdit::add(file)));
            id
        }
    };
    let new = Reference { media, weight };
    let is_noted = song.master.references.iter().any(|old| old.media == media);
    let change = if is_noted { ListEdit::change(new) } else { ListEdit::add(new) };
    edits.push(Edit::Master { song: id, change: MasterEdit::References(change) });
    Ok(edits)
}

fn media_file(
    path: &Path,
    (place, hash, id): (String, String, MediaId),
    frames: u64,
) -> Result<MediaFile> {
    let info = probe(path)?;
    let size = std::fs::metadata(path).map_err(Error::io("reading it", path))?.len();
    Ok(MediaFile {
        id,
        path: place,
        bytes: size,
        hash,
        rate_hz: info.rate_hz,
        frames,
        channels: u16::try_from(info.channels).unwrap_or(u16::MAX),
        format: format!("{} {}", info.format, info.depth),
        timestamp: info.start_frame,
    })
}
