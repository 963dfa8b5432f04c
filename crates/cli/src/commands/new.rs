//! `new`: a project with one empty song.

use serde::Serialize;
use twobus_jobs::{Error, Folder, Result};
use twobus_session::{Edit, ListEdit, Project, Song};

use crate::args::NewArgs;
use crate::outcome::Outcome;

#[derive(Serialize)]
struct Json {
    project: String,
    name: String,
    song: String,
}

pub(crate) fn run(args: &NewArgs) -> Result<Outcome> {
    let folder = Folder::new(&args.project);
    let of_folder = || {
        let name = args.project.file_name().and_then(|name| name.to_str()).map(str::to_owned);
        name.ok_or_else(|| Error::Missing("give the record a name with --name".to_owned()))
    };
    let name = args.name.clone().map_or_else(of_folder, Ok)?;
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
