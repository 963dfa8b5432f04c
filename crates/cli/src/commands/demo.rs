//! `demo`: stems, import, mix, print, masters, and one report of all of it.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;
use twobus_analysis::Report;
use twobus_dsp::units::signed;
use twobus_jobs::{
    Bounce, BounceOptions, Error, Folder, Format, Import, ImportOptions, MasterOptions, Mastered,
    Progress, Result, bounce, import, master,
};
use twobus_session::{Edit, ListEdit, MasterEdit, Project, Song, SongEdit, Target};

use crate::args::DemoArgs;
use crate::commands::import::{files, text as import_text, warnings};
use crate::outcome::Outcome;
use crate::show;

/// What the demo's masters are held to.
const TARGET: Target =
    Target { ceiling_dbtp: -1.0, loudness_lufs: Some(-14.0), max_reduction_db: 6.0 };
/// Name of the demo's project.
const NAME: &str = "Twobus demo";
/// Title of its song.
const TITLE: &str = "Multitrack demo";
/// Its masters: format and rate.
const MASTERS: [(Format, Option<u32>); 2] = [(Format::Wav24, None), (Format::Wav16, Some(44_100))];

#[derive(Serialize)]
struct Json {
    project: String,
    print: String,
    print_report: Option<Report>,
    masters: Vec<MasterJson>,
}

#[derive(Serialize)]
struct MasterJson {
    path: String,
    drive_db: f64,
    reduction_db: f64,
    capped: bool,
    report: Report,
}

/// Everything the demo made.
struct Made {
    folder: Folder,
    project: Project,
    imported: Import,
    edits: Vec<String>,
    bounced: Bounce,
    masters: Vec<Mastered>,
}

pub(crate) fn run(args: &DemoArgs, progress: &Progress) -> Result<Outcome> {
    let folder = Folder::new(&args.out);
    clear(&folder, args.force)?;
    let (mut project, imported) = imported(args, &folder, progress)?;
    let edits = mixed(args, &mut project)?;
    write(&folder, &project)?;
    let bounced = printed(&folder, &mut project, progress)?;
    let masters = mastered(&folder, &project, &bounced, progress)?;
    noted(&folder, &mut project, &bounced, &masters)?;
    let made = Made { folder, project, imported, edits, bounced, masters };
    let notes = made.masters.iter().flat_map(|master| master.notes.clone());
    let warnings = made.bounced.notes.iter().cloned().chain(notes).collect();
    Ok(Outcome::new(text(&made), &json(&made)).with_warnings(warnings))
}

/// Removes the files that an earlier demo made, and nothing else; a project that is not a demo's is left
/// alone.
fn clear(folder: &Folder, force: bool) -> Result<()> {
    if !folder.document().exists() {
        return Ok(());
    }
    let refused = |what: &str| {
        let place = folder.path().display();
        Err(Error::Missing(format!("{place}: {what}; choose another folder with --out")))
    };
    let earlier = folder.load()?;
    if earlier.name != NAME || earlier.songs.first().is_none_or(|song| song.title != TITLE) {
        return refused("there is a project that is not the demo's");
    }
    if !force {
        return refused("there is an earlier demo; replace it with --force, or");
    }
    let prints = earlier.songs[0].prints.iter().map(|print| folder.path().join(&print.file));
    let masters = folder.path().join("masters");
    let masters = MASTERS.map(|(format, rate_hz)| master_path(&masters, TITLE, format, rate_hz));
    let document = folder.document();
    for path in
        prints.chain(masters).chain([twobus_session::file::backup_path(&document), document])
    {
        let failed =
            |source| Error::Io { action: "removing the earlier demo", path: path.clone(), source };
        if path.exists() {
            fs::remove_file(&path).map_err(failed)?;
        }
    }
    Ok(())
}

fn imported(args: &DemoArgs, folder: &Folder, progress: &Progress) -> Result<(Project, Import)> {
    let mut project = Project::new(NAME);
    let song = Song::new(project.fresh_song_id(), TITLE);
    let _undo = project.apply(Edit::Songs(ListEdit::add(song)))?;
    folder.create(&project)?;
    let paths = files(&[args.source.join("stems")])?;
    let found =
        import(folder, &project, &project.songs[0], &paths, ImportOptions::default(), progress)?;
    let bad: Vec<String> = found
        .rows
        .iter()
        .filter_map(|row| row.outcome.as_ref().err())
        .map(ToString::to_string)
        .collect();
    if !bad.is_empty() {
        return Err(Error::Missing(bad.join("\n")));
    }
    let _undo = project.apply(found.edit.clone())?;
    Ok((project, found))
}

/// Writes the project as it is here.
fn write(folder: &Folder, project: &Project) -> Result<()> {
    let _written = folder.change(|now| {
        now.clone_from(project);
        Ok(())
    })?;
    Ok(())
}

/// The balance: the edits in the demo's mix.json. Returns their names.
fn mixed(args: &DemoArgs, project: &mut Project) -> Result<Vec<String>> {
    let path = args.source.join("mix.json");
    let failed = |source| Error::Io { action: "reading the mix", path: path.clone(), source };
    let text = fs::read_to_string(&path).map_err(failed)?;
    let edits: Vec<Edit> = serde_json::from_str(&text)
        .map_err(|error| Error::Missing(format!("{}: {error}", path.display())))?;
    let mut names = Vec::new();
    for edit in edits {
        names.push(twobus_session::describe(&edit, project));
        let _undo = project.apply(edit)?;
    }
    Ok(names)
}

fn printed(folder: &Folder, project: &mut Project, progress: &Progress) -> Result<Bounce> {
    let options =
        BounceOptions { note: "The demo's balance".to_owned(), ..BounceOptions::default() };
    let song = project.songs[0].clone();
    let done = bounce(folder, project, &song, &options, progress)?;
    let change = SongEdit::AddPrint(Box::new(done.print.clone()));
    let _undo = project.apply(Edit::Song { song: song.id, change })?;
    write(folder, project)?;
    Ok(done)
}

fn mastered(
    folder: &Folder,
    project: &Project,
    bounced: &Bounce,
    progress: &Progress,
) -> Result<Vec<Mastered>> {
    let masters = folder.path().join("masters");
    let failed = |source| Error::Io { action: "making the folder", path: masters.clone(), source };
    fs::create_dir_all(&masters).map_err(failed)?;
    let mut done = Vec::new();
    for (format, rate_hz) in MASTERS {
        let options = MasterOptions { target: TARGET, format, rate_hz, ..MasterOptions::default() };
        let out = master_path(&masters, &project.songs[0].title, format, rate_hz);
        done.push(master(&bounced.path, &out, &options, progress)?);
    }
    Ok(done)
}

/// Notes in the project what was delivered, and from which print.
fn noted(
    folder: &Folder,
    project: &mut Project,
    bounced: &Bounce,
    masters: &[Mastered],
) -> Result<()> {
    for master in masters {
        let song = &project.songs[0];
        let delivery = master.delivery(folder, Some(bounced.print.number))?;
        let change = MasterEdit::Deliveries(song.master.delivered(delivery));
        let _undo = project.apply(Edit::Master { song: song.id, change })?;
    }
    write(folder, project)
}

fn master_path(masters: &Path, title: &str, format: Format, rate_hz: Option<u32>) -> PathBuf {
    let rate = rate_hz.map_or_else(String::new, |rate| format!(" {rate}"));
    masters.join(format!("{title}{rate} {}-bit.{}", format.samples().bits(), format.extension()))
}

/// The report: what came in, what was done, what came out, with the figures side by side.
fn text(made: &Made) -> String {
    let song = &made.project.songs[0];
    let mut text = String::from("IMPORT\n");
    text.push_str(&import_text(&made.imported, &song.title, made.imported.rows.len()));
    let remarks = warnings(&made.imported.rows);
    remarks.iter().for_each(|remark| text.push_str(&format!("{remark}\n")));
    text.push_str("\nMIX\n");
    made.edits.iter().for_each(|edit| text.push_str(&format!("{edit}\n")));
    text.push_str("\nPRINT AND MASTERS\n");
    let mut head = vec![String::new(), "print".to_owned()];
    head.extend(made.masters.iter().zip(MASTERS).map(|(_, (format, _))| format.to_string()));
    let mut reports: Vec<&Report> = made.bounced.report.iter().collect();
    reports.extend(made.masters.iter().map(|master| &master.after));
    let mut rows = vec![head];
    rows.extend(show::figures(&reports));
    let of_masters = |name: &str, cell: &dyn Fn(&Mastered) -> String| {
        let cells = made.masters.iter().map(cell);
        [name.to_owned(), "–".to_owned()].into_iter().chain(cells).collect::<Vec<_>>()
    };
    rows.push(of_masters("Drive", &|m| format!("{} dB", signed(m.drive_db, 2))));
    rows.push(of_masters("Largest reduction", &|m| format!("{} dB", signed(m.reduction_db, 1))));
    text.push_str(&show::table(&rows));
    let loudness = TARGET.loudness_lufs.unwrap_or(0.0);
    let (loudness, ceiling) = (signed(loudness, 0), signed(TARGET.ceiling_dbtp, 0));
    text.push_str(&format!(
        "Asked for {loudness} LUFS and at most {ceiling} dBTP; every figure is measured from the written file.\n"
    ));
    text.push_str("\nFILES\n");
    text.push_str(&format!("Project  {}\n", made.folder.document().display()));
    text.push_str(&format!("Print    {}\n", made.bounced.path.display()));
    made.masters
        .iter()
        .for_each(|master| text.push_str(&format!("Master   {}\n", master.path.display())));
    text
}

fn json(made: &Made) -> Json {
    let master = |master: &Mastered| MasterJson {
        path: master.path.display().to_string(),
        drive_db: master.drive_db,
        reduction_db: master.reduction_db,
        capped: master.capped,
        report: master.after.clone(),
    };
    Json {
        project: made.folder.document().display().to_string(),
        print: made.bounced.path.display().to_string(),
        print_report: made.bounced.report.clone(),
        masters: made.masters.iter().map(master).collect(),
    }
}
