//! `save-as`: a project as another, in a new folder.

use serde::Serialize;
use twobus_jobs::{Folder, Result, save_as};

use crate::args::SaveAsArgs;
use crate::outcome::Outcome;

#[derive(Serialize)]
struct Json {
    project: String,
    prints: usize,
}

pub(crate) fn run(args: &SaveAsArgs) -> Result<Outcome> {
    let (from, to) = (Folder::new(&args.project), Folder::new(&args.folder));
    let done = save_as(&from, &to)?;
    let project = to.document().display().to_string();
    let text = format!("Saved as {project}");
    Ok(Outcome::new(text, &Json { project, prints: done.prints }).with_warnings(done.notes))
}
