//! What an open document may do to files.

use super::*;

fn saved() -> (tempfile::TempDir, Document) {
    let folder = tempfile::tempdir().unwrap();
    let mut document = Document::new(folder.path().join(FILE_NAME), two().0);
    let _saved = document.save().unwrap();
    (folder, document)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn r12_a_read_only_document_is_saved_under_another_name_only() {
    let (folder, mut document) = saved();
    let path = document.path().to_owned();
    let before = std::fs::read(&path).unwrap();
    "Later".clone_into(&mut document.project.name);
    document.make_read_only("it did not load completely");
    let error = document.save().unwrap_err();
    assert!(error.to_string().contains("it did not load completely; save it under"), "{error}");
    assert!(document.save_as(&path).is_err(), "its own name is taken");
    assert!(document.read_only().is_some());
    let other = folder.path().join("other.json");
    let _saved = document.save_as(&other).unwrap();
    assert_eq!((document.path(), document.read_only()), (other.as_path(), None));
    let _saved = document.save().unwrap();
    assert_eq!(load(&other).unwrap().project, document.project);
    assert!(std::fs::read(&path).unwrap() == before);
}

#[test]
fn r12_a_document_without_a_file_never_replaces_one() {
    let (_folder, document) = saved();
    let before = std::fs::read(document.path()).unwrap();
    let error = Document::new(document.path(), two().1).save().unwrap_err();
    assert!(matches!(error.fault, FileFault::Exists), "{error}");
    assert!(std::fs::read(document.path()).unwrap() == before);
}

#[test]
fn r20_a_file_that_was_changed_meanwhile_is_left_alone_and_the_document_lies_beside_it() {
    let (folder, mut document) = saved();
    let path = document.path().to_owned();
    let theirs = to_json(&two().1).unwrap();
    for (number, name) in
        ["project (conflict).json", "project (conflict 2).json"].iter().enumerate()
    {
        std::fs::write(&path, &theirs).unwrap();
        document.project.name = format!("Mine {number}");
        let error = document.save().unwrap_err();
        let FileFault::Conflict { saved_as } = &error.fault else { panic!("{error}") };
        assert_eq!(saved_as, &folder.path().join(name));
        assert!(error.to_string().contains(name), "{error}");
        assert_eq!(load(saved_as).unwrap().project, document.project);
        assert!(std::fs::read(&path).unwrap() == theirs.as_bytes());
    }
    // Half a file, as a synchroniser may leave it, is a change too.
    std::fs::write(&path, &theirs[..theirs.len() / 2]).unwrap();
    assert!(matches!(document.save().unwrap_err().fault, FileFault::Conflict { .. }));
}

#[test]
fn r20_a_file_that_was_touched_or_removed_is_saved() {
    let (folder, mut document) = saved();
    let file = std::fs::File::options().write(true).open(document.path()).unwrap();
    file.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    let _saved = document.save().unwrap();
    std::fs::remove_file(document.path()).unwrap();
    let _saved = document.save().unwrap();
    assert_eq!(names(folder.path()), ["project.json", "project.json.bak"]);
}

#[cfg(unix)]
#[test]
fn r8_another_name_of_the_file_keeps_the_old_document_and_modes_and_owner_stay() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let (folder, mut document) = saved();
    let (path, other) = (document.path().to_owned(), folder.path().join("other.json"));
    std::fs::hard_link(&path, &other).unwrap();
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o640)).unwrap();
    // Only root may give a file away; for others the owner is the same anyway.
    let given = std::os::unix::fs::chown(&path, Some(12_345), Some(54_321)).is_ok();
    let before = std::fs::read(&other).unwrap();
    "Later".clone_into(&mut document.project.name);
    let _saved = document.save().unwrap();
    assert!(std::fs::read(&other).unwrap() == before);
    let about = std::fs::metadata(&path).unwrap();
    assert_eq!(about.mode() & 0o777, 0o640);
    if given {
        assert_eq!((about.uid(), about.gid()), (12_345, 54_321));
    }
}
