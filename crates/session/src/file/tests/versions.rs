//! Documents of older and newer versions.

use serde_json::{Value, json};

use super::*;

/// The golden file of every version that was released or could have been saved.
const GOLDEN: [&[u8]; 1] = [include_bytes!("../../../tests/data/v1.json")];

fn tree() -> Value {
    serde_json::from_str(&to_json(&crate::testing::project()).unwrap()).unwrap()
}

fn newer(change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut tree = tree();
    tree["schema"] = (SCHEMA + 1).into();
    change(&mut tree);
    tree.to_string().into_bytes()
}

fn written(bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE_NAME);
    std::fs::write(&path, bytes).unwrap();
    (folder, path)
}

#[test]
fn r15_every_older_version_is_read_whole_and_kept_once_when_it_is_first_saved() {
    assert_eq!(GOLDEN.len() + 1, SCHEMA as usize, "a golden file is kept for each older version");
    for (version, golden) in (1..).zip(GOLDEN) {
        let expected = crate::testing::project();
        let project = from_json(golden).unwrap();
        assert_eq!(Project { id: expected.id.clone(), ..project.clone() }, expected);
        assert_eq!(from_json(golden).unwrap().id, project.id, "the same at every reading");

        let (folder, path) = written(golden);
        let mut document = Document::open(&path).unwrap();
        assert_eq!((document.version(), document.read_only()), (version, None));
        "Later".clone_into(&mut document.project.name);
        let kept = version_path(&path, version);
        assert_eq!(document.save().unwrap().old_version, Some(kept.clone()));
        assert_eq!(std::fs::read(&kept).unwrap(), golden);
        assert_eq!(load(&path).unwrap().version, SCHEMA);
        assert_eq!(document.save().unwrap().old_version, None);
        assert_eq!(std::fs::read(&kept).unwrap(), golden);
        let names = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(names, 3, "the document, its backup, and the old version");
    }
}

#[test]
fn r15_what_is_wrong_in_an_older_document_is_said_with_its_place() {
    let text = std::str::from_utf8(GOLDEN[0]).unwrap();
    for (from, to, words) in [
        ("\"mono\": true", "\"mono\": 7", "mono"),
        ("\"clips\": [", "\"clips\": [5,", "clips[0]"),
        ("\"mono\": true", "\"mono\": true, \"mono\": true", "mono"),
    ] {
        let line = text[..text.find(from).unwrap()].lines().count();
        let fault = from_json(text.replacen(from, to, 1).as_bytes()).unwrap_err();
        let FileFault::Json { line: found, ref message, .. } = fault else { panic!("{fault}") };
        assert_eq!(found, line, "{message}");
        assert!(message.contains(words), "{message}");
    }
}

#[test]
fn r14_a_newer_document_is_read_only_and_says_what_is_not_known() {
    let (_folder, path) = written(&newer(|tree| {
        tree["rooms"] = json!([1, 2]);
        tree["songs"][0]["mix"]["tracks"][0]["strip"]["tilt"] = json!(0.5);
        tree["songs"][0]["mix"]["tracks"][2]["strip"]["tilt"] = json!(-0.5);
    }));
    let before = std::fs::read(&path).unwrap();
    let mut document = Document::open(&path).unwrap();
    assert_eq!(document.project, crate::testing::project());
    let why = document.read_only().unwrap();
    for word in ["version 3", "rooms", "songs[].mix.tracks[].strip.tilt"] {
        assert!(why.contains(word), "{why}");
    }
    let error = document.save().unwrap_err();
    assert!(matches!(error.fault, FileFault::ReadOnly { .. }), "{error}");
    assert!(std::fs::read(&path).unwrap() == before);
}

#[test]
fn r14_what_is_not_known_is_kept_where_it_was_when_saved_as_something_else() {
    let (folder, path) = written(&newer(|tree| {
        tree["rooms"] = json!([1, {"a": 2}]);
        let tracks = &mut tree["songs"][0]["mix"]["tracks"];
        for (at, tilt) in [(0, 0.25), (1, 0.5), (3, 0.75)] {
            tracks[at]["strip"]["tilt"] = json!(tilt);
        }
    }));
    let mut document = Document::open(&path).unwrap();
    let tracks = &mut document.project.songs[0].mix.as_mut().unwrap().tracks;
    let _gone = tracks.remove(1);
    tracks.swap(0, 2);
    let other = folder.path().join("other.json");
    let _saved = document.save_as(&other).unwrap();
    let tree: Value = serde_json::from_slice(&std::fs::read(&other).unwrap()).unwrap();
    assert_eq!(tree["schema"], SCHEMA + 1);
    assert_eq!(tree["rooms"], json!([1, {"a": 2}]));
    let tilts: Vec<(u64, Option<f64>)> = tree["songs"][0]["mix"]["tracks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|track| (track["strip"]["id"].as_u64().unwrap(), track["strip"]["tilt"].as_f64()))
        .collect();
    assert_eq!(tilts, [(4, Some(0.75)), (3, None), (1, Some(0.25))]);
    // It is the user's own from now on.
    "Later".clone_into(&mut document.project.name);
    let _saved = document.save().unwrap();
    assert_eq!(Document::open(&other).unwrap().project, document.project);
}

#[test]
fn r14_a_newer_document_that_needs_what_is_new_is_refused_by_its_version() {
    for change in [
        |tree: &mut Value| tree["pan_law"] = json!("binaural"),
        |tree: &mut Value| tree["songs"] = json!(null),
        |tree: &mut Value| tree["songs"][0]["mix"]["tracks"][0]["strip"]["pan"] = json!(400.0),
        |tree: &mut Value| {
            (0..300).for_each(|key| tree["record"][format!("key{key}")] = json!(key));
        },
    ] {
        let fault = from_json(&newer(change)).unwrap_err();
        assert!(matches!(fault, FileFault::Newer { found: 3, .. }), "{fault}");
        assert!(fault.to_string().contains("version 3"), "{fault}");
    }
    assert!(from_json(&newer(|tree| tree["rooms"] = json!(1))).is_err(), "not whole");
    assert!(from_json(&newer(|_| {})).is_ok(), "nothing in it is new");
    assert!(from_json(b"{\"schema\": 0}").is_err());
}
