//! `collect`: every stem into the project.

use serde::Serialize;
use twobus_jobs::{Folder, Progress, Result, collect};
use twobus_session::Edit;

use crate::args::CollectArgs;
use crate::outcome::Outcome;

#[derive(Serialize)]
struct Json {
    copied: usize,
}

pub(crate) fn run(args: &CollectArgs, progress: &Progress) -> Result<Outcome> {
    let folder = Folder::new(&args.project);
    folder.check_writable()?;
    let project = folder.load()?;
    let edits = collect(&folder, &project, progress)?;
    let copied = edits.len();
    let mut notes = Vec::new();
    if copied > 0 {
        let collected = Edit::Batch { name: "Collect".to_owned(), edits };
        notes = folder.change(|project| Ok(project.apply(collected)?))?.notes;
    }
    let text = match copied {
        0 => "Every stem lies in the project already.".to_owned(),
        n => format!("Copied {n} files into {}", folder.path().join("audio").display()),
    };
    Ok(Outcome::new(text, &Json { copied }).with_warnings(notes))
}
