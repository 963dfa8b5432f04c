//! What each track gives to a print, and what is wrong with it.

use twobus_analysis::Checker;
use twobus_analysis::readiness::{PartInfo, Parts};
use twobus_session::readiness::{Check, Row};
use twobus_session::{Mix, Project, Readiness, Song, StripId};

use super::source::{Sources, sources, tell};
use crate::bounce::{TracksJob, render_tracks};
use crate::error::Result;
use crate::folder::Folder;
use crate::progress::Progress;
use crate::stems::{Silenced, silenced};

/// Most tracks that a note names.
const MOST_NAMES: usize = 4;

/// What was found of the tracks of a mix.
pub(super) struct Traced {
    parts: Parts,
    sources: Sources,
    silenced: Vec<Silenced>,
    devices_left_out: bool,
}

impl Traced {
    /// Names the tracks behind the rows, and adds the row that only tracks tell.
    pub(super) fn explain(&self, readiness: &mut Readiness) {
        tell(&self.sources.clipped, readiness);
        self.parts.explain(readiness);
        if let Some(row) = self.parts.vocal_level() {
            let at = readiness.rows.iter().position(|other| other.check > Check::VocalLevel);
            readiness.rows.insert(at.unwrap_or(readiness.rows.len()), row);
        }
    }

    /// What could not be looked at.
    pub(super) fn note(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let names: Vec<&str> = self.silenced.iter().map(|gone| gone.name.as_str()).collect();
        if !names.is_empty() {
            notes.push(format!(
                "Not looked at, since a file of theirs is missing or changed: {}. Relink them.",
                names.join(", ")
            ));
        }
        if !self.sources.lossy.is_empty() {
            notes.push(lossy_stems(&self.sources.lossy));
        }
        if self.devices_left_out {
            notes.push(
                "Tracks were measured before compressors and the like of their groups and the mix bus."
                    .to_owned(),
            );
        }
        notes
    }
}

/// Names tracks with lossy stems.
fn lossy_stems(names: &[String]) -> String {
    let named = names[..names.len().min(MOST_NAMES)].join(", ");
    let more = match names.len().saturating_sub(MOST_NAMES) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!(
        "Lossy stems, whose coder has taken something already: {named}{more}. Ask for their WAVs."
    )
}

/// Renders `mix` and measures what each track and return gives; the sum of all goes to `checker`.
pub(super) fn trace(
    folder: &Folder,
    project: &Project,
    song: &Song,
    mix: &Mix,
    mut checker: Option<&mut Checker>,
    progress: &Progress,
) -> Result<Traced> {
    let silenced = silenced(folder, project, mix)?;
    let sources = sources(folder, project, song.rate_hz, mix, &silenced, progress)?;
    let mut parts: Option<Parts> = None;
    let job = TracksJob { folder, project, song, mix, silenced: &silenced };
    render_tracks(&job, progress, |strips, piece| {
        let parts = parts.get_or_insert_with(|| Parts::new(song.rate_hz, infos(mix, strips)));
        for index in 0..strips.len() {
            let (left, right) = piece.output(index + 1);
            parts.push(index, left, right);
        }
        parts.advance();
        if let Some(checker) = &mut checker {
            let (left, right) = piece.output(0);
            let rounded = |samples: &[f64]| samples.iter().map(|x| *x as f32).collect::<Vec<f32>>();
            checker.push(&rounded(left), &rounded(right));
        }
    })?;
    let mut parts = parts.unwrap_or_else(|| Parts::new(song.rate_hz, Vec::new()));
    parts.finish();
    let devices_left_out = mix
        .buses
        .iter()
        .map(|bus| &bus.strip)
        .chain([&mix.bus])
        .any(|strip| strip.inserts.iter().any(|device| !device.bypass));
    Ok(Traced { parts, sources, silenced, devices_left_out })
}

fn infos(mix: &Mix, strips: &[StripId]) -> Vec<PartInfo> {
    let found = strips.iter().filter_map(|id| mix.strip(*id));
    let info = |strip: &twobus_session::Strip| PartInfo {
        strip: strip.id,
        name: strip.name.clone(),
        role: strip.role,
    };
    found.map(info).collect()
}

/// The row of `check`, to be changed.
pub(super) fn row_mut(readiness: &mut Readiness, check: Check) -> Option<&mut Row> {
    readiness.rows.iter_mut().find(|row| row.check == check)
}
