//! `new`: a project with one song, empty or made of a finished print.

use std::path::Path;

use serde::Serialize;
use twobus_jobs::import::{arrive, check_print};
use twobus_jobs::{Error, Folder, Progress, Result};
use twobus_session::{Edit, ListEdit, Project, Song};

use crate::args::NewArgs;
use crate::commands::add_song::{outcome, title_of};
use crate::outcome::Outcome;

#[derive(Serialize)]
struct Json {
    project: String,
    name: String,
    song: String,
}

pub(crate) fn run(args: &NewArgs, progress: &Progress) -> Result<Outcome> {
    let folder = Folder::new(&args.project);
    let of_folder = || {
        let name = args.project.file_name().and_then(|name| name.to_str()).map(str::to_owned);
        name.ok_or_else(|| Error::Missing("give the record a name with --name".to_owned()))
    };
    let name = args.name.clone().map_or_else(of_folder, Ok)?;
    if let Some(print) = &args.print {
        return of_print(args, &folder, &name, print, progress);
    }
    let title = args.song.clone().unwrap_or_else(|| name.clone());
    let mut project = Project::new(&name);
    let mut song = Song::new(project.fresh_song_id(), &title);
    song.rate_hz = args.rate.unwrap_or(0);
    let _undo = project.apply(Edit::Songs(ListEdit::add(song)))?;
    folder.create(&project)?;
    let document = folder.document().display().to_string();
    let text = format!("Made \"{name}\" with the song \"{title}\": {document}");
    Ok(Outcome::new(text, &Json { project: document, name, song: title }))
}

/// A project whose song arrived as the file `print`.
fn of_print(
    args: &NewArgs,
    folder: &Folder,
    name: &str,
    print: &Path,
    progress: &Progress,
) -> Result<Outcome> {
    // Before there is a folder that would have to go again.
    let _info = check_print(print)?;
    let title = args.song.clone().unwrap_or_else(|| title_of(print));
    folder.create(&Project::new(name))?;
    let arrived = arrive(folder, &folder.load()?, print, &title, args.copy, progress)?;
    let changed = folder.change(|project| Ok(project.apply(arrived.edit.clone())?))?;
    Ok(outcome(1, title, &arrived).with_more_warnings(changed.notes))
}
