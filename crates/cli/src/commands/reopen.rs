//! `reopen`: the mix of a print, or a draft, as the song's mix again.

use serde::Serialize;
use twobus_jobs::{Error, Folder, Result};
use twobus_session::Reopen;
use twobus_session::audible::changes_since;

use crate::args::songs::ReopenArgs;
use crate::commands::song;
use crate::outcome::Outcome;
use crate::show;

#[derive(Serialize)]
struct Json {
    reopened: String,
    /// What holds the mix that was replaced: a print or a draft.
    kept: Option<String>,
    /// What sets the song apart from the print even so: what is not the mix's.
    changes_since: Vec<String>,
}

pub(crate) fn run(args: &ReopenArgs) -> Result<Outcome> {
    let folder = Folder::new(&args.project);
    let (which, what) = match (args.print, args.draft) {
        (_, Some(draft)) => (Reopen::Draft(draft), format!("draft {draft}")),
        (print, None) => {
            let print = print.unwrap_or_default();
            (Reopen::Print(print), format!("print {print}"))
        }
    };
    let changed = folder.change(|project| {
        let id = song(project, args.song)?.id;
        let found = project.song(id).and_then(|song| song.reopen(which));
        let missing = || Error::Missing(format!("song {} has no {what}", args.song));
        let reopened = found.ok_or_else(missing)?;
        let _undo = project.apply(reopened.edit)?;
        let song = song(project, args.song)?;
        let print = song.prints.iter().find(|print| Some(print.number) == args.print);
        let changes = print.map_or_else(Vec::new, |print| changes_since(print, project, song));
        Ok((song.title.clone(), reopened.kept, changes))
    })?;
    let (title, kept, changes) = changed.value;
    let mut text = format!("The mix of \"{title}\" is that of {what} again.\n");
    if let Some(kept) = &kept {
        text.push_str(&format!("The mix that it replaces is kept as {kept}.\n"));
    }
    if !changes.is_empty() {
        let count = show::count(changes.len(), "change");
        text.push_str(&format!("It is {count} from the print even so:\n"));
        changes.iter().for_each(|change| text.push_str(&format!("  {change}\n")));
    }
    let json = Json { reopened: what, kept, changes_since: changes };
    Ok(Outcome::new(text, &json).with_warnings(changed.notes))
}
