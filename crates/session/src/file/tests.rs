use super::*;
use crate::SongId;
use crate::project::Song;

#[test]
fn r13_floats_read_back_exactly_and_nothing_else_is_a_float() {
    let mut project = Project::new("Record");
    let mut song = Song::new(SongId(1), "Song");
    for gap_ms in [0.1 + 0.2, f64::MIN_POSITIVE, 5e-324, -0.0, 59_999.999_999_999_99] {
        song.gap_ms = gap_ms;
        project.songs = vec![song.clone()];
        let read = from_json(to_json(&project).unwrap().as_bytes()).unwrap();
        assert_eq!(read.songs[0].gap_ms.to_bits(), gap_ms.to_bits());
    }
    for wrong in ["NaN", "null", "1e999", "\"1\"", "-1e999", "Infinity"] {
        let text = to_json(&project).unwrap().replace("59999.99999999999", wrong);
        let fault = from_json(text.as_bytes()).unwrap_err();
        let FileFault::Json { line, .. } = fault else { panic!("{wrong}: {fault}") };
        let expected = text.lines().position(|line| line.contains("gap_ms")).unwrap() + 1;
        assert_eq!(line, expected, "{wrong}");
    }
}

mod crash;
mod document;
mod hostile;
mod speed;
mod versions;

/// Two documents that differ.
fn two() -> (Project, Project) {
    let old = crate::testing::project();
    let mut new = old.clone();
    "Later".clone_into(&mut new.name);
    (old, new)
}

#[test]
fn r1_the_version_before_is_kept_and_offered() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE_NAME);
    let (old, new) = two();
    let missing = load(&path).unwrap_err();
    assert!(matches!(missing.fault, FileFault::Read(_)) && !missing.backup);
    let first = save(&path, &old).unwrap();
    assert!(!backup_path(&path).exists());
    let second = save(&path, &new).unwrap();
    assert_ne!(first, second);
    let loaded = |result: Result<Loaded, FileError>| {
        let loaded = result.unwrap();
        (loaded.project, loaded.stamp)
    };
    assert_eq!(loaded(load(&path)), (new.clone(), second));
    assert_eq!(loaded(load_backup(&path)), (old.clone(), first));

    std::fs::write(&path, "{\n  \"schema\": 1,\n  \"name\": ").unwrap();
    let damaged = load(&path).unwrap_err();
    assert!(damaged.backup);
    let words = damaged.to_string();
    assert!(words.contains("line 3 column 10") && words.contains("project.json.bak"), "{words}");
    // What is damaged does not become the backup.
    let _stamp = save(&path, &new).unwrap();
    assert_eq!(load_backup(&path).unwrap().project, old);
    let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(names.len(), 2, "nothing but the document and its backup is left: {names:?}");
}

#[test]
fn r13_schema_comes_first_and_keys_keep_their_order() {
    let text = to_json(&crate::testing::project()).unwrap();
    assert!(text.starts_with("{\n  \"schema\": 2,\n  \"id\": \"00000000000000a1\",\n"));
    assert_eq!(to_json(&from_json(text.as_bytes()).unwrap()).unwrap(), text);
}

#[test]
fn an_invalid_document_is_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE_NAME);
    let (old, mut bad) = two();
    let _stamp = save(&path, &old).unwrap();
    bad.songs[1].gap_ms = f64::NAN;
    let error = save(&path, &bad).unwrap_err();
    let FileFault::Unsavable { error: why } = &error.fault else { panic!("{error}") };
    assert_eq!(why.path(), "songs[1].gap_ms");
    assert_eq!(load(&path).unwrap().project, old);
}

#[cfg(unix)]
#[test]
fn r8_a_link_is_followed_once_and_stays_a_link() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = tempfile::tempdir().unwrap();
    let (real, link) = (folder.path().join("real"), folder.path().join("link"));
    for path in [&real, &link] {
        std::fs::create_dir(path).unwrap();
    }
    let (real, link) = (real.join("a.json"), link.join(FILE_NAME));
    let (old, new) = two();
    let _stamp = save(&real, &old).unwrap();
    std::fs::set_permissions(&real, PermissionsExt::from_mode(0o640)).unwrap();
    symlink("../real/a.json", &link).unwrap();
    let _stamp = save(&link, &new).unwrap();
    assert!(link.is_symlink());
    assert_eq!(load(&real).unwrap().project, new);
    assert_eq!(std::fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);

    let again = folder.path().join("again.json");
    symlink(&link, &again).unwrap();
    let error = save(&again, &old).unwrap_err();
    assert!(error.to_string().contains("another link"), "{error}");
    assert_eq!(load(&real).unwrap().project, new);
}

/// As after a save whose last step failed.
#[test]
fn a_backup_that_is_the_document_itself_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE_NAME);
    let (old, new) = two();
    let _stamp = save(&path, &old).unwrap();
    std::fs::hard_link(&path, backup_path(&path)).unwrap();
    let _stamp = save(&path, &new).unwrap();
    assert_eq!(load_backup(&path).unwrap().project, old);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn r1_leftovers_of_a_killed_program_are_found_and_others_are_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE_NAME);
    let _stamp = save(&path, &two().0).unwrap();
    for name in [".project.json.77.new.tmp", ".project.json.77.old.tmp", "mine.tmp"] {
        std::fs::write(folder.path().join(name), "half").unwrap();
    }
    assert_eq!(remove_leftovers(&path).unwrap(), 2);
    assert_eq!(remove_leftovers(&path).unwrap(), 0);
    assert!(folder.path().join("mine.tmp").exists() && path.exists());
}
