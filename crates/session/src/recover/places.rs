//! Where documents have lain on this machine: what their relative paths meant before they were moved.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::{Store, place};

/// How many places of a document are remembered.
const PLACES: usize = 5;
/// Longest list of places that is read, in bytes.
const MOST_BYTES: usize = 64 << 10;

impl Store {
    /// Remembers that the document `id` lies at `path`. It is a help only: nothing is said when it fails.
    pub fn note_place(&self, id: &str, path: &Path) {
        let new = place(path);
        let mut places = self.noted(id);
        if places.first() == Some(&new) || new.contains('\n') {
            return;
        }
        places.retain(|old| *old != new);
        places.insert(0, new);
        places.truncate(PLACES);
        let folder = self.root.join("places");
        let write = || -> std::io::Result<()> {
            std::fs::create_dir_all(&folder)?;
            let mut file = tempfile::NamedTempFile::new_in(&folder)?;
            file.write_all(places.join("\n").as_bytes())?;
            let _file = file.persist(folder.join(id))?;
            Ok(())
        };
        let _noted = write();
    }

    /// The folders that the document `id` has lain in, the latest first.
    pub fn places(&self, id: &str) -> Vec<PathBuf> {
        let folder = |path: &String| Some(Path::new(path).parent()?.to_owned());
        self.noted(id).iter().filter_map(folder).collect()
    }

    fn noted(&self, id: &str) -> Vec<String> {
        let text = std::fs::read_to_string(self.root.join("places").join(id)).unwrap_or_default();
        let text = if text.len() > MOST_BYTES { "" } else { text.as_str() };
        text.lines().map(str::to_owned).collect()
    }
}
