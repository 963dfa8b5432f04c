//! `apply`: a JSON list of edits, all of them or none.

use std::io::Read as _;

use serde::Serialize;
use twobus_jobs::{Error, Folder, Result};
use twobus_session::{Edit, History};

use crate::args::ApplyArgs;
use crate::outcome::Outcome;

/// Longest list of edits that is read, in bytes.
const MOST_BYTES: u64 = 64 << 20;

#[derive(Serialize)]
struct Json {
    applied: Vec<String>,
}

pub(crate) fn run(args: &ApplyArgs) -> Result<Outcome> {
    let folder = Folder::new(&args.project);
    // Who types edits may take their time.
    let mut open = if is_typed(args) { folder.open()? } else { folder.open_briefly()? };
    open.check_writable()?;
    let edits = read(args)?;
    let mut history = History::default();
    let mut applied = Vec::new();
    for (number, edit) in (1..).zip(edits) {
        let name = history.apply(&mut open.document.project, edit);
        let name = name.map_err(|error| {
            Error::Missing(format!("edit {number}: {error}; nothing was changed"))
        })?;
        applied.push(name.to_owned());
    }
    let notes = open.save()?;
    let text = applied.join("\n");
    Ok(Outcome::new(text, &Json { applied }).with_warnings(notes))
}

fn is_typed(args: &ApplyArgs) -> bool {
    args.edits.as_os_str() == "-"
}

fn read(args: &ApplyArgs) -> Result<Vec<Edit>> {
    let path = &args.edits;
    let failed = |source| Error::Io { action: "reading the edits", path: path.clone(), source };
    let mut text = String::new();
    let _bytes = if is_typed(args) {
        std::io::stdin().take(MOST_BYTES).read_to_string(&mut text).map_err(failed)?
    } else {
        let file = std::fs::File::open(path).map_err(failed)?;
        file.take(MOST_BYTES).read_to_string(&mut text).map_err(failed)?
    };
    serde_json::from_str(&text).map_err(|error| {
        Error::Missing(format!("{}: not a list of edits: {error}", path.display()))
    })
}
