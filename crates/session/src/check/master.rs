//! The rules of a song's master and of its prints.

use super::{Files, MAX_FRAME, MAX_ITEMS, count, each, hash, rule, strip, text, unique, value};
use crate::error::{EditError, Problem, id_text};
use crate::ids::MediaId;
use crate::master::{
    CEILING, Delivery, LOUDNESS, MAX_REDUCTION, Master, MasterInput, Target, WEIGHT,
};
use crate::print::{Measurements, Print};
use crate::project::Song;
use crate::strip::TRIM;

pub(super) fn master(song: &Song, files: Files<'_>) -> Result<(), EditError> {
    let master = &song.master;
    input(song, files).map_err(|e| e.within("input", "input"))?;
    value(&TRIM, master.trim.0)?;
    strip::devices(&master.chain, "chain")?;
    let mut all = master.chain.iter().chain(master.alternative.iter().flatten());
    if all.any(|device| device.key.is_some()) {
        return Err(rule("chain", "a master's devices listen to their own input only"));
    }
    if let Some(alternative) = &master.alternative {
        strip::devices(alternative, "alternative")?;
    }
    target(&master.target).map_err(|e| e.within("target", "target"))?;
    count(master.deliveries.len(), "deliveries", MAX_ITEMS)?;
    each(&master.deliveries, "deliveries", |done| super::quoted(&done.file), delivery)?;
    unique(&master.references, "references")?;
    each(
        &master.references,
        "references",
        |r| format!("reference {}", r.media.0),
        |reference| {
            let _file = files.find(reference.media)?;
            value(&WEIGHT, reference.weight)
        },
    )
}

fn delivery(done: &Delivery) -> Result<(), EditError> {
    super::path(&done.file)?;
    hash(&done.file_hash).map_err(|e| e.within("file_hash", ""))?;
    hash(&done.input_hash).map_err(|e| e.within("input_hash", ""))
}

/// True when `master` refers to the file `id`.
pub(super) fn uses(master: &Master, id: MediaId) -> bool {
    let input = match &master.input {
        MasterInput::NewestPrint | MasterInput::Print(_) => false,
        MasterInput::File(file) => *file == id,
        MasterInput::Stems(stems) => stems.contains(&id),
    };
    input || master.references.iter().any(|reference| reference.media == id)
}

fn input(song: &Song, files: Files<'_>) -> Result<(), EditError> {
    match &song.master.input {
        MasterInput::NewestPrint => Ok(()),
        MasterInput::Print(number) => {
            if song.prints.iter().any(|print| print.number == *number) {
                return Ok(());
            }
            Err(Problem::Missing { what: "print", id: id_text(number) }.into())
        }
        MasterInput::File(file) => files.find(*file).map(|_| ()),
        MasterInput::Stems(stems) => {
            let twice = |(at, id): (usize, &MediaId)| stems[..at].contains(id);
            if !MasterInput::STEMS.contains(&stems.len()) || stems.iter().enumerate().any(twice) {
                return Err(rule("", "stems are two to eight different files"));
            }
            stems.iter().try_for_each(|stem| files.find(*stem).map(|_| ()))
        }
    }
}

fn target(target: &Target) -> Result<(), EditError> {
    value(&CEILING, target.ceiling_dbtp)?;
    target.loudness_lufs.map_or(Ok(()), |lufs| value(&LOUDNESS, lufs))?;
    value(&MAX_REDUCTION, target.max_reduction_db)
}

/// A print without its mix.
pub(super) fn print(print: &Print) -> Result<(), EditError> {
    text(&print.note).map_err(|e| e.within("note", "note"))?;
    if !is_inside(&print.file) {
        return Err(rule("file", "the file of a print lies inside the project's folder"));
    }
    count(print.file.len(), "characters", super::MAX_NAME)?;
    hash(&print.file_hash).map_err(|e| e.within("file_hash", ""))?;
    if let Some(version) = &print.version {
        super::mix::version(version).map_err(|e| e.within("version", "version"))?;
    }
    if let Some(conditions) = &print.conditions {
        let mut hashes = conditions.files.values();
        hashes.try_for_each(|file| hash(file)).map_err(|e| e.within("conditions.files", "file"))?;
    }
    hash(&print.audible_hash).map_err(|e| e.within("audible_hash", ""))?;
    if !(Song::MIN_RATE_HZ..=Song::MAX_RATE_HZ).contains(&print.rate_hz) {
        return Err(rule("rate_hz", "prints have rates of 44.1 kHz to 192 kHz"));
    }
    if print.frames > MAX_FRAME || print.range.is_some_and(|(start, end)| start >= end) {
        return Err(rule("range", "the range is empty or too long"));
    }
    let Measurements {
        integrated_lufs,
        short_term_max_lufs,
        momentary_max_lufs,
        range_lu,
        true_peak_dbtp,
        peak_dbfs,
    } = print.measurements;
    let loudness = [integrated_lufs, short_term_max_lufs, momentary_max_lufs, range_lu];
    let mut all = loudness.into_iter().chain([true_peak_dbtp, peak_dbfs]).flatten();
    if all.all(f64::is_finite) {
        Ok(())
    } else {
        Err(rule("measurements", "a figure is not finite"))
    }
}

/// True for a relative path, with `/` between its parts, that stays below where it starts.
fn is_inside(path: &str) -> bool {
    let part = |part: &str| !matches!(part, "" | "." | "..");
    path.split('/').all(part) && !path.contains(['\\', ':', '\0'])
}
