//! `pack` and `unpack`: a project with all its files as one archive.

use std::path::{Path, PathBuf};

use serde::Serialize;
use twobus_jobs::{Error, Folder, Progress, Result, pack, unpack};

use crate::args::{PackArgs, UnpackArgs};
use crate::outcome::Outcome;
use crate::show;

#[derive(Serialize)]
struct PackJson {
    path: String,
    files: usize,
    bytes: u64,
}

#[derive(Serialize)]
struct UnpackJson {
    project: String,
    files: usize,
}

pub(crate) fn run_pack(args: &PackArgs, progress: &Progress) -> Result<Outcome> {
    let folder = Folder::new(&args.project);
    let file = match &args.file {
        Some(file) => file.clone(),
        None => beside(folder.path())?,
    };
    let done = pack(&folder, &file, args.force, progress)?;
    let path = file.display().to_string();
    let text = format!("Packed {} into {path}", show::count(done.files, "file"));
    let json = PackJson { path, files: done.files, bytes: done.bytes };
    Ok(Outcome::new(text, &json).with_warnings(done.notes))
}

/// "Song.zip" beside the folder "Song".
fn beside(folder: &Path) -> Result<PathBuf> {
    let failed = |source| Error::Io { action: "finding it", path: folder.to_owned(), source };
    let folder = folder.canonicalize().map_err(failed)?;
    let mut name = folder.file_name().unwrap_or_default().to_owned();
    name.push(".zip");
    Ok(folder.with_file_name(name))
}

pub(crate) fn run_unpack(args: &UnpackArgs, progress: &Progress) -> Result<Outcome> {
    let folder = args.folder.clone().unwrap_or_else(|| args.file.with_extension(""));
    let files = unpack(&args.file, &folder, progress)?;
    let project = Folder::new(&folder).document().display().to_string();
    let text = format!("Unpacked {}: {project}", show::count(files, "file"));
    Ok(Outcome::new(text, &UnpackJson { project, files }))
}
