//! `relink`: stems that have moved, or that were exported again.

use serde::Serialize;
use twobus_jobs::{Folder, Found, Progress, RelinkOptions, Relinked, Result, StemState, relink};

use crate::args::RelinkArgs;
use crate::outcome::Outcome;
use crate::show;

#[derive(Serialize)]
struct Json {
    linked: usize,
    files: Vec<RowJson>,
}

#[derive(Serialize)]
struct RowJson {
    path: String,
    state: &'static str,
    found: &'static str,
    new_path: Option<String>,
}

pub(crate) fn run(args: &RelinkArgs, progress: &Progress) -> Result<Outcome> {
    let folder = Folder::new(&args.project);
    folder.check_writable()?;
    let project = folder.load()?;
    let options = RelinkOptions { search: args.folder.clone(), replace: args.replace };
    let done = relink(&folder, &project, &options, progress)?;
    let mut warnings: Vec<String> = done.rows.iter().flat_map(|row| warnings(row, args)).collect();
    let linked = done.rows.iter().filter(|row| is_linked(row)).count();
    if linked > 0 {
        let changed = folder.change(|project| Ok(project.apply(done.edit.clone())?))?;
        warnings.extend(changed.notes);
    }
    let text = match done.rows.len() {
        0 => "Every file is there, and is what it was.".to_owned(),
        _ => format!("{}{} linked.", table(&done.rows), show::count(linked, "file")),
    };
    let json = Json { linked, files: done.rows.iter().map(row).collect() };
    Ok(Outcome::new(text, &json).with_warnings(warnings))
}

fn is_linked(row: &Relinked) -> bool {
    matches!(row.found, Found::Moved(_) | Found::Replaced(..))
}

fn table(rows: &[Relinked]) -> String {
    let mut cells = vec![["File", "Was", "Found", ""].map(str::to_owned).to_vec()];
    cells.extend(rows.iter().map(|each| {
        let RowJson { path, state, found, new_path } = row(each);
        vec![path, state.to_owned(), found.to_owned(), new_path.unwrap_or_default()]
    }));
    show::table(&cells)
}

fn row(row: &Relinked) -> RowJson {
    let (found, path) = match &row.found {
        Found::Moved(path) => ("moved", Some(path)),
        Found::Replaced(path, _) => ("replaced", Some(path)),
        Found::Candidate(path) => ("other content", Some(path)),
        Found::Nothing => ("nothing", None),
    };
    RowJson {
        path: row.file.path.clone(),
        state: state(row.state),
        found,
        new_path: path.map(|path| path.display().to_string()),
    }
}

/// A state in a word.
pub(crate) fn state(state: StemState) -> &'static str {
    match state {
        StemState::Present => "present",
        StemState::Missing => "missing",
        StemState::Changed => "changed",
    }
}

fn warnings(row: &Relinked, args: &RelinkArgs) -> Vec<String> {
    let (path, state) = (&row.file.path, state(row.state));
    match &row.found {
        Found::Moved(_) => Vec::new(),
        Found::Replaced(_, notes) => notes.iter().map(|note| format!("{path}: {note}")).collect(),
        Found::Candidate(other) => vec![format!(
            "{path}: {state}; {} has its name, but another content: take it with --replace, or bring \
             the old one back",
            other.display()
        )],
        Found::Nothing => {
            let given = if args.folder.is_some() { " or the one given" } else { "" };
            vec![format!(
                "{path}: {state}, and not found in the project, the folders beside it{given}; name \
                 the folder it lies in"
            )]
        }
    }
}
