//! `changes`: what has changed in a mix since a print of it, in words.

use serde::Serialize;
use twobus_jobs::master::print_of;
use twobus_jobs::{Folder, Result};
use twobus_session::audible::changes_since;

use crate::args::songs::ChangesArgs;
use crate::commands::song;
use crate::outcome::Outcome;
use crate::show;

#[derive(Serialize)]
struct Json {
    print: u32,
    kind: &'static str,
    changes_since: Vec<String>,
}

pub(crate) fn run(args: &ChangesArgs) -> Result<Outcome> {
    let folder = Folder::new(&args.project);
    let document = folder.look()?;
    let project = &document.project;
    let song = song(project, args.song)?;
    let print = match args.print {
        None => song.followed_print(),
        Some(number) => song.prints.iter().find(|print| print.number == number),
    };
    let print = print.map_or_else(|| print_of(song, args.print), Ok)?;
    let changes = changes_since(print, project, song);
    let (number, kind) = (print.number, print.kind.name());
    let mut text = match changes.len() {
        0 => format!("Print {number} ({kind}) is current.\n"),
        some => format!("Print {number} ({kind}) is {} behind:\n", show::count(some, "change")),
    };
    changes.iter().for_each(|change| text.push_str(&format!("  {change}\n")));
    Ok(Outcome::new(text, &Json { print: number, kind, changes_since: changes }))
}
