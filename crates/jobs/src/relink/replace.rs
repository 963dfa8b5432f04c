//! Another content in the place of a file: its clips play that from then on, as far as it goes.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64};

use twobus_media::{ScanJob, converted_frames, scan};
use twobus_session::{
    ChannelMap, Clip, Edit, Fade, ListEdit, MasterEdit, MasterInput, MediaFile, MediaId, Project,
    Reference, Song, Track, TrackEdit,
};

use crate::error::{Error, Result};
use crate::folder::Folder;

/// The edit that puts the file at `path` in the place of `old`, and what a person should know.
///
/// The mixes that prints keep stay as they were, so `old` stays listed as long as one of them plays it.
pub(super) fn edit(
    folder: &Folder,
    project: &Project,
    old: &MediaFile,
    path: &Path,
) -> Result<(Edit, Vec<String>)> {
    let new = MediaFile { id: project.fresh_media_id(), ..described(folder, path)? };
    let mut edits = vec![Edit::Media(ListEdit::add(new.clone()))];
    let mut notes = Vec::new();
    for song in &project.songs {
        let tracks = song.mix.iter().flat_map(|mix| &mix.tracks);
        for track in tracks {
            edits.extend(clip_edits(song, track, old, &new, &mut notes));
        }
        edits.extend(master_edits(song, old.id, new.id));
    }
    let mut after = project.clone();
    let all = Edit::Batch { name: format!("Replace {}", old.path), edits };
    let _undo = after.apply(all.clone())?;
    let removed = Edit::Media(ListEdit::Remove(old.id));
    let Edit::Batch { name, mut edits } = all else { unreachable!("it was made just above") };
    if after.apply(removed.clone()).is_ok() {
        edits.push(removed);
    }
    Ok((Edit::Batch { name, edits }, notes))
}

/// The file at `path` as an import would list it.
fn described(folder: &Folder, path: &Path) -> Result<MediaFile> {
    let scratch = tempfile::tempdir_in(folder.sub(".cache/pcm")?);
    let scratch = scratch.map_err(Error::io("making a temporary folder in it", folder.path()))?;
    let (bytes_done, cancel) = (AtomicU64::new(0), AtomicBool::new(false));
    let converted = scratch.path().join("whole.wav");
    let (bytes_done, cancel) = (&bytes_done, &cancel);
    let scan = scan(path, &ScanJob { rate_hz: None, converted: &converted, bytes_done, cancel })?;
    let info = &scan.info;
    Ok(MediaFile {
        id: MediaId(0),
        path: folder.relative(path)?,
        bytes: path.metadata().map_or(0, |about| about.len()),
        hash: scan.hash.to_string(),
        rate_hz: info.rate_hz,
        frames: converted_frames(scan.frames, scan.rate_hz, info.rate_hz),
        channels: u16::try_from(info.channels).unwrap_or(u16::MAX),
        format: format!("{} {}", info.format, info.depth),
        timestamp: info.start_frame,
    })
}

fn clip_edits(
    song: &Song,
    track: &Track,
    old: &MediaFile,
    new: &MediaFile,
    notes: &mut Vec<String>,
) -> Vec<Edit> {
    let mut edits = Vec::new();
    for clip in track.clips.iter().filter(|clip| clip.media == old.id) {
        let name = &track.strip.name;
        let Some(changed) = fitted(clip, old.frames_at(song.rate_hz), new, song.rate_hz) else {
            let text = "has a clip that the new file does not reach; it stays with the old one";
            notes.push(format!("\"{name}\" {text}."));
            continue;
        };
        if changed.length < clip.length {
            notes.push(format!("The new file is shorter, so a clip of \"{name}\" is too."));
        }
        let change = TrackEdit::Clips(ListEdit::change(changed));
        edits.push(Edit::Track { song: song.id, strip: track.strip.id, change });
    }
    edits
}

/// `clip` on the file `new`: as long as it was, as far as that goes; a clip of all of the old file
/// becomes one of all of the new. `None` when there is nothing for it to play.
fn fitted(clip: &Clip, old_frames: u64, new: &MediaFile, rate_hz: u32) -> Option<Clip> {
    if matches!(clip.channels, ChannelMap::Only(channel) if channel >= new.channels) {
        return None;
    }
    let ahead = new.frames_at(rate_hz).checked_sub(clip.offset).filter(|ahead| *ahead > 0)?;
    let whole = clip.offset == 0 && clip.length == old_frames;
    let length = if whole { ahead } else { clip.length.min(ahead) };
    let shortened = |fade: Fade, most: u64| Fade { frames: fade.frames.min(most), ..fade };
    let fade_out = shortened(clip.fade_out, length);
    let fade_in = shortened(clip.fade_in, length - fade_out.frames);
    Some(Clip { media: new.id, length, fade_in, fade_out, ..clip.clone() })
}

fn master_edits(song: &Song, old: MediaId, new: MediaId) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut change = |change| edits.push(Edit::Master { song: song.id, change });
    let swapped = |id: &MediaId| if *id == old { new } else { *id };
    match &song.master.input {
        MasterInput::File(id) if *id == old => change(MasterEdit::Input(MasterInput::File(new))),
        MasterInput::Stems(stems) if stems.contains(&old) => {
            let stems = stems.iter().map(swapped).collect();
            change(MasterEdit::Input(MasterInput::Stems(stems)));
        }
        MasterInput::NewestPrint
        | MasterInput::Print(_)
        | MasterInput::File(_)
        | MasterInput::Stems(_) => {}
    }
    if let Some(reference) = song.master.references.iter().find(|r| r.media == old) {
        change(MasterEdit::References(ListEdit::Remove(old)));
        let moved = Reference { media: new, ..reference.clone() };
        change(MasterEdit::References(ListEdit::add(moved)));
    }
    edits
}
