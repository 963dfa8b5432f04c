//! `changes`: what has changed in a mix since a print of it, in words.

use serde::Serialize;
use twobus_jobs::{Error, Folder, Result};
use twobus_session::Print;
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
    let wanted = |print: &&Print| match args.print {
        Some(number) => print.number == number,
        None => print.is_main(),
    };
    let print = song.prints.iter().rev().find(wanted).ok_or_else(|| {
        let title = &song.title;
        Error::Missing(match args.print {
            Some(number) => format!("\"{title}\" has no print {number}"),
            None => format!("\"{title}\" has no main print yet; bounce it first"),
        })
    })?;
    let changes = changes_since(print, project, song);
    let (number, kind) = (print.number, print.kind.name());
    let mut text = match changes.len() {
        0 => format!("Print {number} ({kind}) is current.\n"),
        some => format!("Print {number} ({kind}) is {} behind:\n", show::count(some, "change")),
    };
    changes.iter().for_each(|change| text.push_str(&format!("  {change}\n")));
    Ok(Outcome::new(text, &Json { print: number, kind, changes_since: changes }))
}
