//! The edit of an import, cut to what was chosen in the table.

use twobus_dsp::Db;
use twobus_jobs::Import;
use twobus_session::edit::ListEdit;
use twobus_session::{Edit, MediaId, SongEdit, StripEdit, StripId, Track};

use super::Row;

/// The edit that makes tracks of the rows that are taken, as they were changed.
pub(super) fn tailored(import: &Import, rows: &[Row], trims: bool) -> Edit {
    let Edit::Batch { edits, .. } = &import.edit else { return import.edit.clone() };
    let mut kept: Vec<Edit> = Vec::new();
    let mut alone: Vec<StripId> = Vec::new();
    for edit in edits {
        match edit {
            Edit::Song { song, change: SongEdit::Tracks(ListEdit::Add { item, .. }) } => {
                let Some(row) = row_of(rows, item) else { continue };
                if !row.taken || !row.grouped {
                    alone.push(item.strip.id);
                }
                if row.taken {
                    let track = dressed(item, row, trims);
                    let change = SongEdit::Tracks(ListEdit::add(track));
                    kept.push(Edit::Song { song: *song, change });
                }
            }
            Edit::Media(ListEdit::Add { item, .. }) => {
                if rows.iter().any(|row| row.taken && media(row) == Some(item.id)) {
                    kept.push(edit.clone());
                }
            }
            Edit::Strip { strip, change: StripEdit::Output(_), .. } if alone.contains(strip) => {}
            other => kept.push(other.clone()),
        }
    }
    drop_empty_groups(&mut kept);
    let count = rows.iter().filter(|row| row.taken).count();
    Edit::Batch { name: format!("Import {count} files"), edits: kept }
}

fn media(row: &Row) -> Option<MediaId> {
    row.found.as_ref().ok().map(|imported| imported.media.id)
}

fn row_of<'a>(rows: &'a [Row], track: &Track) -> Option<&'a Row> {
    let of = track.clips.first()?.media;
    rows.iter().find(|row| media(row) == Some(of))
}

/// The track with what was changed in its row. Of a file with more channels each keeps its number.
fn dressed(track: &Track, row: &Row, trims: bool) -> Track {
    let guessed = row.found.as_ref().map_or("", |imported| imported.guess.name.as_str());
    let number = track.strip.name.strip_prefix(guessed).unwrap_or("");
    let mut track = track.clone();
    track.strip.name = format!("{}{number}", row.name);
    (track.strip.role, track.strip.colour) = (row.role, row.colour);
    if !trims {
        track.strip.trim = Db::UNITY;
    }
    track
}

/// Leaves groups out that nothing goes out to.
fn drop_empty_groups(edits: &mut Vec<Edit>) {
    let goes_to = |edit: &Edit| match edit {
        Edit::Strip { change: StripEdit::Output(twobus_session::Output::Strip(to)), .. } => {
            Some(*to)
        }
        _ => None,
    };
    let used: Vec<StripId> = edits.iter().filter_map(goes_to).collect();
    edits.retain(|edit| match edit {
        Edit::Song { change: SongEdit::Buses(ListEdit::Add { item, .. }), .. } => {
            used.contains(&item.strip.id)
        }
        _ => true,
    });
}
