//! `save-as`: a project as another, in a new folder.

use serde::Serialize;
use twobus_jobs::{Folder, Result, save_as};

use crate::args::SaveAsArgs;
use crate::outcome::Outcome;

#[derive(Serialize)]
struct Json {
    project: String,
    prints: usize,
    masters: usize,
}

pub(crate) fn run(args: &SaveAsArgs) -> Result<Outcome> {
    let (from, to) = (Folder::new(&args.project), Folder::new(&args.folder));
    let done = save_as(&from, &to)?;
    let project = to.document().display().to_string();
    let text = format!("Saved as {project}");
    let json = Json { project, prints: done.prints, masters: done.masters };
    Ok(Outcome::new(text, &json).with_warnings(done.notes))
}
