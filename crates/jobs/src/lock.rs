//! The lock beside a document: one program at a time may write it.
//!
//! The system's own lock on the file decides, and goes with the process however that ends. What the
//! file says is for people, and for machines that share the folder but not the system's locks.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// Longest lock file that is read, in bytes.
const MOST_BYTES: u64 = 4096;
/// Times that a lock file may vanish between being opened and being locked.
const TRIES: usize = 10;

/// Who holds a document.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Holder {
    /// Name of the program.
    pub program: String,
    /// Number of its process.
    pub pid: u32,
    /// Name of its machine.
    pub host: String,
    /// When it took the document, in seconds since 1970.
    pub since_unix_s: u64,
    /// True when it will let go in a moment.
    pub brief: bool,
}

/// "twobus (process 71 on studio)".
impl std::fmt::Display for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.pid {
            0 => f.write_str("another program"),
            pid => write!(f, "{} (process {pid} on {})", self.program, self.host),
        }
    }
}

/// The right to write a document; given back when dropped.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    file: File,
}

/// What came of asking for a lock.
#[derive(Debug)]
pub enum Attempt {
    /// It is ours.
    Held(Lock),
    /// Another program has it.
    Taken(Holder),
}

impl Lock {
    /// Where the lock of `document` lies: hidden, beside it.
    pub fn path(document: &Path) -> PathBuf {
        let name = document.file_name().unwrap_or_default().to_string_lossy();
        document.with_file_name(format!(".{name}.lock"))
    }

    /// Asks for the lock of `document`: for a moment if `brief`, else for as long as it is open.
    ///
    /// A lock that a killed process has left is taken over. One of another machine is not, since
    /// nobody here can know whether that still works.
    ///
    /// # Errors
    /// When the lock file cannot be made, as in a folder that may only be read.
    pub fn attempt(document: &Path, brief: bool) -> io::Result<Attempt> {
        let path = Self::path(document);
        for _ in 0..TRIES {
            let mut options = OpenOptions::new();
            let file = options.read(true).write(true).create(true).truncate(false).open(&path)?;
            match file.try_lock() {
                Ok(()) if !is_at(&file, &path) => continue,
                Ok(()) => {}
                // Some network drives know no locks; there, what the file says has to do.
                Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
                Err(TryLockError::WouldBlock) => return Ok(Attempt::Taken(holder(&file))),
                Err(TryLockError::Error(error)) => return Err(error),
            }
            let before = holder(&file);
            if before.pid != 0 && before.host != host() {
                return Ok(Attempt::Taken(before));
            }
            let lock = Self { path, file };
            lock.sign(brief)?;
            return Ok(Attempt::Held(lock));
        }
        Err(io::Error::other("the lock file changes all the time"))
    }

    fn sign(&self, brief: bool) -> io::Result<()> {
        let program = std::env::current_exe().ok();
        let program = program.as_deref().and_then(Path::file_stem).unwrap_or_default();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let holder = Holder {
            program: program.to_string_lossy().into_owned(),
            pid: std::process::id(),
            host: host(),
            since_unix_s: now.as_secs(),
            brief,
        };
        let mut text = serde_json::to_vec(&holder)?;
        text.push(b'\n');
        self.file.set_len(0)?;
        let mut file = &self.file;
        file.rewind()?;
        file.write_all(&text)
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // While it is still locked, so that nobody loses one that is theirs; the lock goes with the file.
        let _removed = std::fs::remove_file(&self.path);
    }
}

fn host() -> String {
    gethostname::gethostname().to_string_lossy().into_owned()
}

/// What the file says; nothing when it is being written just now.
fn holder(mut file: &File) -> Holder {
    let mut text = Vec::new();
    let read = file.rewind().and_then(|()| file.take(MOST_BYTES).read_to_end(&mut text));
    read.ok().and_then(|_| serde_json::from_slice(&text).ok()).unwrap_or_default()
}

/// True when `path` still leads to `file`: whoever held it before may have removed it.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let Ok((own, there)) = file.metadata().and_then(|own| Ok((own, path.metadata()?))) else {
        return false;
    };
    (own.dev(), own.ino()) == (there.dev(), there.ino())
}

/// An open file keeps its name here.
#[cfg(not(unix))]
fn is_at(_file: &File, path: &Path) -> bool {
    path.exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(document: &Path) -> Lock {
        match Lock::attempt(document, false).unwrap() {
            Attempt::Held(lock) => lock,
            Attempt::Taken(holder) => panic!("{holder}"),
        }
    }

    fn taken(document: &Path) -> Holder {
        match Lock::attempt(document, false).unwrap() {
            Attempt::Held(_) => panic!("nobody holds it"),
            Attempt::Taken(holder) => holder,
        }
    }

    #[test]
    fn r19_one_holds_it_and_the_others_are_told_who() {
        let folder = tempfile::tempdir().unwrap();
        let document = folder.path().join("project.json");
        let lock = held(&document);
        let holder = taken(&document);
        assert_eq!((holder.pid, holder.host.as_str()), (std::process::id(), &*host()));
        assert!(holder.since_unix_s > 1_700_000_000 && !holder.brief);
        drop(lock);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        let _again = held(&document);
    }

    #[test]
    fn r19_a_lock_of_this_machine_that_nobody_holds_is_stale_and_one_of_another_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let document = folder.path().join("project.json");
        let left = |host: String| {
            let holder = Holder { program: "twobus".to_owned(), pid: 1, host, ..Holder::default() };
            std::fs::write(Lock::path(&document), serde_json::to_vec(&holder).unwrap()).unwrap();
        };
        left(host());
        drop(held(&document));
        left("studio-b".to_owned());
        assert_eq!(taken(&document).to_string(), "twobus (process 1 on studio-b)");
        std::fs::write(Lock::path(&document), "\0\0\0").unwrap();
        drop(held(&document));
    }

    #[test]
    fn r19_of_many_at_once_one_holds_it_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let document = folder.path().join("project.json");
        let inside = std::sync::atomic::AtomicU32::new(0);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                let _thread = scope.spawn(|| {
                    let mut held = 0;
                    // Whoever holds it lets it go, so each gets it in the end.
                    while held < 50 {
                        let Ok(Attempt::Held(_lock)) = Lock::attempt(&document, true) else {
                            std::thread::yield_now();
                            continue;
                        };
                        use std::sync::atomic::Ordering::SeqCst;
                        assert_eq!(inside.fetch_add(1, SeqCst), 0);
                        std::thread::yield_now();
                        assert_eq!(inside.fetch_sub(1, SeqCst), 1);
                        held += 1;
                    }
                });
            }
        });
    }
}
