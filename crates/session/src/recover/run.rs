//! Which programs still run, and what they are trying: files whose locks go with their process.

use std::fs::{self, File, TryLockError};
use std::hash::{BuildHasher as _, RandomState};
use std::io;
use std::path::{Path, PathBuf};

/// A file that a living process holds.
#[derive(Debug)]
pub(super) struct Mark {
    path: PathBuf,
    _file: File,
}

impl Mark {
    pub(super) fn make(path: &Path) -> io::Result<Self> {
        let file = make(path)?;
        match file.try_lock().map_err(io::Error::from) {
            // Where the system knows no locks, no mark is ever held.
            Err(error) if error.kind() != io::ErrorKind::Unsupported => return Err(error),
            Ok(()) | Err(_) => {}
        }
        Ok(Self { path: path.to_owned(), _file: file })
    }

    /// True while the process that made the mark runs.
    pub(super) fn is_held(path: &Path) -> bool {
        let held = |file: File| matches!(file.try_lock(), Err(TryLockError::WouldBlock));
        File::options().write(true).open(path).is_ok_and(held)
    }

    pub(super) fn remove(self) {
        // One that stays is held by nobody.
        let _removed = fs::remove_file(&self.path);
    }
}

/// This run of the program, as its snapshots name it.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) name: String,
    mark: Option<Mark>,
}

impl Run {
    pub(super) fn begin(root: &Path) -> io::Result<Self> {
        let name = format!("{:016x}", RandomState::new().hash_one(std::process::id()));
        let mark = Mark::make(&path(root, &name))?;
        Ok(Self { name, mark: Some(mark) })
    }

    pub(super) fn is_running(root: &Path, name: &str) -> bool {
        let path = path(root, name);
        let running = Mark::is_held(&path);
        if !running {
            // Left by a program that was killed.
            let _removed = fs::remove_file(path);
        }
        running
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        self.mark.take().into_iter().for_each(Mark::remove);
    }
}

/// A name of 16 hexadecimal digits; whatever else a damaged file says leads nowhere.
fn path(root: &Path, name: &str) -> PathBuf {
    let is_name = name.len() == 16 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    root.join("runs").join(if is_name { name } else { "none" })
}

/// Makes an empty file, and the folder it lies in.
fn make(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    File::options().write(true).create(true).truncate(false).open(path)
}
