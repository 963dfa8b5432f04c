//! Paths as other systems spell them: composed or decomposed accents, capitals, `\` between parts.

use std::fs;
use std::path::{Component, Path, PathBuf};

use unicode_normalization::UnicodeNormalization as _;

/// The file that `text`, a path as a document holds it, means below `folder`: as it is written where
/// that is there, else as another system may have written it.
pub(super) fn find(folder: &Path, text: &str) -> PathBuf {
    let exact = folder.join(text);
    if exact.exists() {
        return exact;
    }
    let slashed = text.replace('\\', "/");
    spelled(folder, Path::new(&slashed)).unwrap_or(exact)
}

/// A name in the one form in which names are compared.
pub(crate) fn folded(name: &str) -> String {
    name.nfc().flat_map(char::to_lowercase).collect()
}

/// The last part of a path as a document holds it, whichever system wrote it.
pub(crate) fn last_part(text: &str) -> &str {
    text.rsplit(['/', '\\']).next().unwrap_or(text)
}

fn spelled(folder: &Path, path: &Path) -> Option<PathBuf> {
    let mut at = if path.is_absolute() { PathBuf::new() } else { folder.to_owned() };
    for part in path.components() {
        let next = at.join(part);
        at = match part {
            Component::Normal(name) if !next.exists() => alike(&at, name.to_str()?)?,
            _ => next,
        };
    }
    at.exists().then_some(at)
}

/// The entry of `folder` whose name differs from `name` in spelling only: first in the form of its
/// accents, then in capitals too.
fn alike(folder: &Path, name: &str) -> Option<PathBuf> {
    let entries = fs::read_dir(folder).ok()?;
    let names: Vec<String> =
        entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
    let composed: String = name.nfc().collect();
    let same = names.iter().find(|other| other.nfc().eq(composed.chars()));
    let similar = || names.iter().filter(|other| folded(other) == folded(name)).min();
    same.or_else(similar).map(|found| folder.join(found))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r18_names_are_found_however_another_system_spells_them() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("song");
        fs::create_dir_all(&folder).unwrap();
        fs::create_dir(place.path().join("Ste\u{301}ms")).unwrap();
        let file = place.path().join("Ste\u{301}ms").join("Ka\u{308}se.wav");
        fs::write(&file, "x").unwrap();
        let same = |text: &str| find(&folder, text).canonicalize().ok() == file.canonicalize().ok();
        for text in [
            "../Ste\u{301}ms/Ka\u{308}se.wav",
            "../St\u{e9}ms/K\u{e4}se.wav",
            "..\\St\u{e9}ms\\K\u{e4}se.wav",
            "../st\u{e9}ms/k\u{c4}se.WAV",
        ] {
            assert!(same(text), "{text}");
        }
        let absolute = place.path().join("St\u{e9}ms/K\u{e4}se.wav");
        assert!(same(absolute.to_str().unwrap()));
        for text in ["../stems/kase.wav", "C:\\St\u{e9}ms\\K\u{e4}se.wav", "D:/K\u{e4}se.wav"] {
            assert!(!find(&folder, text).exists(), "{text}");
        }
        assert_eq!(last_part("C:\\Stems\\Kick.wav"), "Kick.wav");
        assert_eq!(last_part("../stems/Kick.wav"), "Kick.wav");
    }
}
