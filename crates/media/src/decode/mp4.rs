//! The part of an MP4 file's audio that is meant to be heard, which Symphonia does not tell.
//!
//! Source: ISO/IEC 14496-12, sections 8.6.5 and 8.6.6 (edit lists).

use super::tag;
use crate::error::Result;
use crate::file::SourceFile;

/// The frames of the decoded track that are heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Edit {
    /// Frames to drop at the start.
    pub(super) delay: u64,
    /// Frames to keep from there; `None` for all.
    pub(super) frames: Option<u64>,
}

/// Boxes looked at in one file; hostile files have millions.
const MOST_BOXES: usize = 100_000;
/// Levels of boxes within boxes.
const DEEPEST: usize = 12;
/// Bytes of an iTunSMPB comment that are of interest.
const COMMENT_BYTES: u64 = 256;

/// A box: where its content lies.
#[derive(Debug, Clone, Copy)]
struct Atom {
    id: [u8; 4],
    start: u64,
    end: u64,
}

/// What the walk over the boxes gathers about the first track with sound.
#[derive(Debug, Default)]
struct Found {
    boxes: usize,
    movie_ticks_hz: u64,
    track: Track,
    sound: Option<Track>,
    comment: Option<Edit>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Track {
    is_sound: bool,
    media_ticks_hz: u64,
    /// Start in media ticks, and duration in movie ticks.
    edit: Option<(u64, u64)>,
}

/// The edit of the first track with sound, at `rate_hz`: from its edit list, or from Apple's
/// comment; `None` when the file has neither.
pub(super) fn edit(file: &SourceFile, rate_hz: u32) -> Result<Option<Edit>> {
    let mut found = Found::default();
    walk(file, (0, file.bytes()), DEEPEST, &mut found)?;
    let listed = found.sound.and_then(|track| from_list(&track, found.movie_ticks_hz, rate_hz));
    // A list that starts at 0 says nothing about the encoder; the comment does.
    Ok(match listed {
        Some(edit) if edit.delay > 0 => Some(edit),
        _ => found.comment.or(listed),
    })
}

/// True when the file has no index (moov), so that its audio cannot be found.
pub(super) fn lacks_index(file: &SourceFile) -> Result<bool> {
    let mut at = 0;
    for _ in 0..MOST_BOXES {
        let Some(atom) = atom_at(file, at, file.bytes())? else { break };
        if &atom.id == b"moov" {
            return Ok(false);
        }
        at = atom.end;
    }
    Ok(true)
}

fn from_list(track: &Track, movie_ticks_hz: u64, rate_hz: u32) -> Option<Edit> {
    let (start, duration) = track.edit?;
    let frames = |ticks: u64, ticks_hz: u64| {
        let exact = u128::from(ticks) * u128::from(rate_hz) * 2 + u128::from(ticks_hz);
        u64::try_from(exact.checked_div(u128::from(ticks_hz) * 2)?).ok()
    };
    let delay = frames(start, track.media_ticks_hz)?;
    // Movie ticks are often milliseconds; a length so coarse would cut or keep a few frames wrongly,
    // and a length of 0 stands for "all".
    let exact = movie_ticks_hz >= u64::from(rate_hz);
    let length = if exact { frames(duration, movie_ticks_hz) } else { None };
    Some(Edit { delay, frames: length.filter(|&frames| frames > 0) })
}

fn walk(
    file: &SourceFile,
    (mut at, end): (u64, u64),
    depth: usize,
    found: &mut Found,
) -> Result<()> {
    while depth > 0 && found.boxes < MOST_BOXES {
        found.boxes += 1;
        let Some(atom) = atom_at(file, at, end)? else { return Ok(()) };
        visit(file, atom, depth, found)?;
        at = atom.end;
    }
    Ok(())
}

fn visit(file: &SourceFile, atom: Atom, depth: usize, found: &mut Found) -> Result<()> {
    let inside = (atom.start, atom.end);
    match &atom.id {
        b"moov" | b"edts" | b"mdia" | b"udta" | b"ilst" => {
            walk(file, inside, depth - 1, found)?;
        }
        // A version and flags come first.
        b"meta" => walk(file, (atom.start + 4, atom.end), depth - 1, found)?,
        b"trak" => {
            found.track = Track::default();
            walk(file, inside, depth - 1, found)?;
            let track = found.track;
            found.sound = found.sound.or_else(|| track.is_sound.then_some(track));
        }
        b"mvhd" => found.movie_ticks_hz = ticks_hz(file, atom)?,
        b"mdhd" => found.track.media_ticks_hz = ticks_hz(file, atom)?,
        b"hdlr" => found.track.is_sound |= file.array_at(atom.start + 8)? == Some(*b"soun"),
        b"elst" => found.track.edit = list(file, atom)?,
        b"----" => found.comment = found.comment.or(comment(file, atom)?),
        _ => {}
    }
    Ok(())
}

/// The box at `at`, if it lies before `end`.
fn atom_at(file: &SourceFile, at: u64, end: u64) -> Result<Option<Atom>> {
    if at.saturating_add(8) > end {
        return Ok(None);
    }
    let Some([a, b, c, d, i, j, k, l]) = file.array_at(at)? else { return Ok(None) };
    let (header, size) = match u32::from_be_bytes([a, b, c, d]) {
        0 => (8, end - at),
        1 => (16, file.array_at(at + 8)?.map_or(0, u64::from_be_bytes)),
        size => (8, u64::from(size)),
    };
    if size < header {
        return Ok(None);
    }
    Ok(Some(Atom { id: [i, j, k, l], start: at + header, end: at.saturating_add(size).min(end) }))
}

/// The time scale in an mvhd or mdhd box, behind two times of 4 bytes, or 8 in version 1.
fn ticks_hz(file: &SourceFile, atom: Atom) -> Result<u64> {
    let at = if version(file, atom)? == 1 { 20 } else { 12 };
    Ok(file.array_at(atom.start + at)?.map_or(0, |bytes| u64::from(u32::from_be_bytes(bytes))))
}

fn version(file: &SourceFile, atom: Atom) -> Result<u8> {
    Ok(file.array_at(atom.start)?.map_or(0, |[version]| version))
}

/// The only entry of an edit list, as start and duration. Several entries, or an empty one that
/// delays the track, are not what encoders use to tell their delay.
fn list(file: &SourceFile, atom: Atom) -> Result<Option<(u64, u64)>> {
    let count = file.array_at(atom.start + 4)?.map_or(0, u32::from_be_bytes);
    if count != 1 {
        return Ok(None);
    }
    let at = atom.start + 8;
    let (duration, start) = if version(file, atom)? == 1 {
        let field = |at| Ok(file.array_at(at)?.map(i64::from_be_bytes));
        (field(at)?, field(at + 8)?)
    } else {
        let field = |at| Ok(file.array_at(at)?.map(|b| i64::from(i32::from_be_bytes(b))));
        (field(at)?, field(at + 4)?)
    };
    let positive = |value: Option<i64>| value.and_then(|value| u64::try_from(value).ok());
    Ok(positive(start).zip(positive(duration)))
}

/// The edit in a free-form tag, if it is iTunSMPB.
fn comment(file: &SourceFile, atom: Atom) -> Result<Option<Edit>> {
    let size = (atom.end - atom.start).min(COMMENT_BYTES) as usize;
    let mut bytes = vec![0; size];
    let count = file.read_at(atom.start, &mut bytes)?;
    Ok(tag::edit(&bytes[..count]))
}
