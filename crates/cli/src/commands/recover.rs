//! `recover`: unsaved work that a crash, or a discarded change, has left.

use serde::Serialize;
use twobus_jobs::recovery::{self, Restored};
use twobus_jobs::{Error, Folder, Result};
use twobus_session::recover::{Offer, Snapshot};

use crate::args::RecoverArgs;
use crate::outcome::Outcome;
use crate::show;

#[derive(Serialize, Default)]
struct Json {
    snapshots: Vec<SnapshotJson>,
    restored: Option<String>,
    discarded: usize,
}

#[derive(Serialize)]
struct SnapshotJson {
    name: String,
    project: String,
    path: Option<String>,
    why: &'static str,
    unix_time_s: u64,
    file: String,
}

pub(crate) fn run(args: &RecoverArgs) -> Result<Outcome> {
    let folder = args.project.as_deref().map(Folder::new);
    let offer = recovery::offer(folder.as_ref())?;
    let warnings = offer.set_aside.iter().map(|file| {
        let file = file.display();
        format!("{file}: a snapshot that is damaged, or that ended the program, was set aside")
    });
    let warnings = warnings.collect();
    let outcome = match (&args.restore, &args.discard) {
        (Some(name), _) => restore(args, folder.as_ref(), find(&offer, name)?)?,
        (None, Some(name)) => discard(&offer, name)?,
        (None, None) => list(&offer),
    };
    Ok(outcome.with_more_warnings(warnings))
}

/// The snapshot called `name`: as it is listed, or by its number alone where that says enough.
fn find<'a>(offer: &'a Offer, name: &str) -> Result<&'a Snapshot> {
    let is_it =
        |snapshot: &&Snapshot| snapshot.name() == name || name.parse() == Ok(snapshot.number);
    let found: Vec<&Snapshot> = offer.snapshots.iter().filter(is_it).collect();
    match found[..] {
        [one] => Ok(one),
        [] => Err(Error::Missing(format!("there is no snapshot {name}; list them with --list"))),
        _ => Err(Error::Missing(format!(
            "several projects have a snapshot {name}; name the project, or use the whole name"
        ))),
    }
}

fn list(offer: &Offer) -> Outcome {
    let mut rows = vec![["Snapshot", "Project", "Why", "Made", "Of"].map(str::to_owned).to_vec()];
    rows.extend(offer.snapshots.iter().map(|snapshot| {
        let about = &snapshot.about;
        let of = about.path.clone().unwrap_or_else(|| "never saved".to_owned());
        let made = show::ago(about.unix_time_s);
        vec![snapshot.name(), about.name.clone(), about.why.words().to_owned(), made, of]
    }));
    let text = match offer.snapshots.len() {
        0 => "There is no unsaved work.".to_owned(),
        _ => show::table(&rows),
    };
    let snapshots = offer.snapshots.iter().map(|snapshot| SnapshotJson {
        name: snapshot.name(),
        project: snapshot.about.name.clone(),
        path: snapshot.about.path.clone(),
        why: snapshot.about.why.words(),
        unix_time_s: snapshot.about.unix_time_s,
        file: snapshot.file().display().to_string(),
    });
    Outcome::new(text, &Json { snapshots: snapshots.collect(), ..Json::default() })
}

fn restore(args: &RecoverArgs, folder: Option<&Folder>, snapshot: &Snapshot) -> Result<Outcome> {
    let Restored { document, notes } = match &args.to {
        Some(to) => recovery::restore_to(snapshot, &Folder::new(to))?,
        None => recovery::restore(snapshot, folder)?,
    };
    let document = document.display().to_string();
    let text = format!("Restored snapshot {} as {document}", snapshot.name());
    let json = Json { restored: Some(document), ..Json::default() };
    Ok(Outcome::new(text, &json).with_warnings(notes))
}

fn discard(offer: &Offer, name: &str) -> Result<Outcome> {
    let chosen: Vec<&Snapshot> = match name {
        "all" => offer.snapshots.iter().collect(),
        name => vec![find(offer, name)?],
    };
    recovery::discard(&chosen)?;
    let discarded = chosen.len();
    let text = format!("Discarded {}.", show::count(discarded, "snapshot"));
    Ok(Outcome::new(text, &Json { discarded, ..Json::default() }))
}
