use std::collections::{BTreeMap, BTreeSet};

use proptest::test_runner::{Config, RngSeed, TestRunner};
use twobus_dsp::Db;

use super::*;
use crate::file::{from_json, to_json};
use crate::testing::{self, Chance};
use crate::{SongId, StripEdit, StripId};

fn runner(cases: u32) -> TestRunner {
    let full = std::env::var_os("TWOBUS_FULL").is_some();
    let cases = if full { cases * 20 } else { cases };
    TestRunner::new(Config {
        cases,
        rng_seed: RngSeed::Fixed(48),
        failure_persistence: None,
        ..Config::default()
    })
}

fn bytes(project: &Project) -> String {
    to_json(project).expect("edits keep a document valid")
}

/// Does `steps` random edits and returns how many were accepted. A refused one changes nothing.
fn wander(seed: u64, steps: u32, project: &mut Project, history: &mut History) -> u32 {
    let mut chance = Chance::new(seed);
    let mut done = 0;
    for _ in 0..steps {
        let edit = testing::edit(&mut chance, project);
        let before = project.clone();
        let result = if chance.yes(30) {
            history.merge(project, edit.clone()).map(str::len)
        } else {
            history.apply(project, edit.clone()).map(str::len)
        };
        match result {
            Ok(name) => {
                assert!(name > 0, "a step without a name: {edit:?}");
                done += 1;
                let saved = bytes(project);
                assert_eq!(from_json(saved.as_bytes()).as_ref().ok(), Some(&*project));
                let written = serde_json::to_string(&edit).unwrap();
                assert_eq!(serde_json::from_str::<Edit>(&written).unwrap(), edit, "{written}");
            }
            Err(error) => {
                assert_eq!(bytes(project), bytes(&before), "refused: {error}");
                assert!(!error.to_string().is_empty());
            }
        }
    }
    done
}

#[test]
fn r48_undo_gives_the_first_bytes_back_and_redo_the_last() {
    let accepted = std::cell::Cell::new(0);
    let run = runner(60).run(&(0..u64::MAX, 1..400_u32), |(seed, steps)| {
        let mut project = testing::project();
        let mut history = History::default();
        let first = bytes(&project);
        accepted.set(accepted.get() + wander(seed, steps, &mut project, &mut history));
        let last = bytes(&project);
        let mut undone = 0;
        while history.undo(&mut project).expect("a step can be taken back").is_some() {
            undone += 1;
            let _valid = bytes(&project);
        }
        assert_eq!(bytes(&project), first, "after {undone} undone");
        assert!(!history.is_dirty() || undone == 0);
        while history.redo(&mut project).expect("a step can be done again").is_some() {}
        assert_eq!(bytes(&project), last);
        Ok(())
    });
    run.unwrap();
    let accepted = accepted.get();
    assert!(accepted > 4_000, "only {accepted} edits were accepted");
}

#[test]
fn every_kind_of_edit_is_accepted_and_refused_at_times() {
    let mut project = testing::project();
    let mut chance = Chance::new(1);
    let mut accepted = BTreeSet::new();
    let mut refused = 0;
    for step in 0..40_000 {
        if step % 200 == 0 {
            project = testing::project();
        }
        let edit = testing::edit(&mut chance, &project);
        match project.apply(edit.clone()) {
            Ok(_) => _ = accepted.insert(kind(&edit)),
            Err(_) => refused += 1,
        }
    }
    assert!((5_000..35_000).contains(&refused), "{refused} refused");
    let mut areas = BTreeMap::new();
    accepted.iter().for_each(|(area, _)| *areas.entry(area.as_str()).or_insert(0) += 1);
    let expected = [
        ("batch", 1),
        ("device", 5),
        ("master", 11),
        ("media", 4),
        ("project", 5),
        ("song", 13),
        ("songs", 4),
        ("strip", 17),
        ("timeline", 4),
        ("track", 2),
    ];
    assert_eq!(areas, BTreeMap::from(expected), "{accepted:?}");
}

/// The keys of an edit's JSON: its area, and what changes.
fn kind(edit: &Edit) -> (String, String) {
    let value = serde_json::to_value(edit).unwrap();
    let (area, inner) = value.as_object().unwrap().iter().next().unwrap();
    let change = inner.get("change").unwrap_or(inner);
    let what = match change.as_object() {
        Some(map) => map.keys().next().unwrap().clone(),
        None => change.to_string(),
    };
    (area.clone(), what)
}

fn fader(level: f64) -> Edit {
    Edit::Strip { song: SongId(1), strip: StripId(1), change: StripEdit::Fader(Db(level)) }
}

#[test]
fn a_gesture_is_one_step_named_from_its_start_to_its_end() {
    let mut project = testing::project();
    let mut history = History::default();
    assert_eq!(history.apply(&mut project, fader(-2.0)).unwrap(), "Track 1 fader 0.0 → −2.0 dB");
    let name = history.apply(&mut project, fader(-1.9)).unwrap();
    assert_eq!(name, "Track 1 fader −2.0 → −1.9 dB");
    assert_eq!(history.merge(&mut project, fader(-1.5)).unwrap(), "Track 1 fader −2.0 → −1.5 dB");
    assert!(history.merge(&mut project, fader(99.0)).is_err());
    assert_eq!(project.songs[0].mix.as_ref().unwrap().tracks[0].strip.fader, Db(-1.5));
    assert_eq!(history.undo(&mut project).unwrap(), Some("Track 1 fader −2.0 → −1.5 dB"));
    assert_eq!(project.songs[0].mix.as_ref().unwrap().tracks[0].strip.fader, Db(-2.0));
    assert_eq!(history.undo_name(), Some("Track 1 fader 0.0 → −2.0 dB"));
    // After an undo, a gesture begins anew.
    let _name = history.merge(&mut project, fader(-7.0)).unwrap();
    assert_eq!(history.undo(&mut project).unwrap(), Some("Track 1 fader −2.0 → −7.0 dB"));
}

#[test]
fn a_thousand_steps_and_more_can_be_undone() {
    let mut project = testing::project();
    let mut history = History::default();
    for step in 0..STEPS + 100 {
        let _name = history.apply(&mut project, fader(-(step as f64) / 1000.0)).unwrap();
    }
    let mut undone = 0;
    while history.undo(&mut project).unwrap().is_some() {
        undone += 1;
    }
    const { assert!(STEPS >= 1000) };
    assert_eq!(undone, STEPS);
    assert!(history.is_dirty(), "the first hundred steps cannot be taken back");
}

#[test]
fn dirty_means_different_from_what_was_saved() {
    let mut project = testing::project();
    let mut history = History::default();
    assert!(!history.is_dirty());
    let _name = history.apply(&mut project, fader(-1.0)).unwrap();
    assert!(history.is_dirty());
    history.mark_saved();
    assert!(!history.is_dirty());
    let _name = history.merge(&mut project, fader(-2.0)).unwrap();
    assert!(history.is_dirty(), "a merge changes the state without a new step");
    history.mark_saved();
    let _name = history.undo(&mut project).unwrap();
    assert!(history.is_dirty());
    let _name = history.redo(&mut project).unwrap();
    assert!(!history.is_dirty());
    let _name = history.undo(&mut project).unwrap();
    let _name = history.apply(&mut project, fader(-3.0)).unwrap();
    let _name = history.undo(&mut project).unwrap();
    assert!(history.is_dirty(), "the saved state cannot be reached any more");
}
