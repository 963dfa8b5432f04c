//! A file system in memory that can fail or lose power at every step.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;

use super::*;

/// Names and the files they mean.
type Names = BTreeMap<PathBuf, usize>;

#[derive(Debug, Clone, Default)]
struct Content {
    bytes: Vec<u8>,
    on_disk: bool,
}

#[derive(Debug, Clone, Default)]
struct State {
    names: Names,
    /// The names as they may be after a power cut: as at the last sync, and after every change since.
    possible: Vec<Names>,
    contents: Vec<Content>,
    /// How many steps were taken.
    steps: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    /// This step fails, the following ones do not.
    Fails(usize),
    /// From this step on, nothing happens any more.
    PowerCut(usize),
}

#[derive(Debug)]
struct Memory {
    state: RefCell<State>,
    fault: Fault,
}

impl Memory {
    fn new(names: &[(&str, &str)], fault: Fault) -> Self {
        let mut state = State::default();
        for (name, text) in names {
            let _none = state.names.insert(PathBuf::from(name), state.contents.len());
            state.contents.push(Content { bytes: text.as_bytes().to_vec(), on_disk: true });
        }
        state.possible = vec![state.names.clone()];
        Self { state: RefCell::new(state), fault }
    }

    fn step(&self, act: impl FnOnce(&mut State) -> io::Result<()>) -> io::Result<()> {
        let mut state = self.state.borrow_mut();
        let step = state.steps;
        state.steps += 1;
        let fails = match self.fault {
            Fault::None => false,
            Fault::Fails(at) => step == at,
            Fault::PowerCut(at) => step >= at,
        };
        if fails {
            return Err(io::Error::other("injected"));
        }
        act(&mut state)?;
        let names = state.names.clone();
        if state.possible.last() != Some(&names) {
            state.possible.push(names);
        }
        Ok(())
    }

    /// All texts that `name` may have after a power cut; `None` for no such file.
    fn after_power_cut(&self, name: &str) -> Vec<Option<Vec<u8>>> {
        let state = self.state.borrow();
        let texts = state.possible.iter().flat_map(|names| {
            let Some(&file) = names.get(Path::new(name)) else { return vec![None] };
            let Content { bytes, on_disk } = &state.contents[file];
            let torn = [Vec::new(), bytes[..bytes.len() / 2].to_vec()];
            let torn = torn.into_iter().filter(|_| !on_disk);
            torn.chain([bytes.clone()]).map(Some).collect()
        });
        texts.collect()
    }

    fn now(&self, name: &str) -> Option<Vec<u8>> {
        let state = self.state.borrow();
        state.names.get(Path::new(name)).map(|&file| state.contents[file].bytes.clone())
    }
}

fn missing() -> io::Error {
    io::ErrorKind::NotFound.into()
}

impl Fs for Memory {
    fn target(&self, path: &Path) -> io::Result<PathBuf> {
        self.step(|_| Ok(())).map(|()| path.to_owned())
    }

    fn read(&self, path: &Path, _most: u64) -> Result<Vec<u8>, FileFault> {
        self.step(|_| Ok(())).map_err(FileFault::Read)?;
        self.now(&path.to_string_lossy()).ok_or_else(|| FileFault::Read(missing()))
    }

    fn write_new(&self, path: &Path, _like: &Path, bytes: &[u8]) -> io::Result<()> {
        self.step(|state| {
            assert!(!state.names.contains_key(path), "a temporary file must be new");
            let _none = state.names.insert(path.to_owned(), state.contents.len());
            state.contents.push(Content::default());
            Ok(())
        })?;
        for part in [&bytes[..bytes.len() / 2], bytes] {
            self.step(|state| {
                state.contents.last_mut().unwrap().bytes = part.to_vec();
                Ok(())
            })?;
        }
        self.step(|state| {
            state.contents.last_mut().unwrap().on_disk = true;
            Ok(())
        })
    }

    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.step(|state| {
            let file = *state.names.get(from).ok_or_else(missing)?;
            let before = state.names.insert(to.to_owned(), file);
            assert_eq!(before, None);
            Ok(())
        })
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.step(|state| {
            let file = state.names.remove(from).ok_or_else(missing)?;
            let _replaced = state.names.insert(to.to_owned(), file);
            Ok(())
        })
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.step(|state| state.names.remove(path).map(|_| ()).ok_or_else(missing))
    }

    fn sync_folder(&self, _folder: &Path) -> io::Result<()> {
        self.step(|state| {
            state.possible = vec![state.names.clone()];
            Ok(())
        })
    }
}

const NAME: &str = "project.json";
const BACKUP: &str = "project.json.bak";

/// Saves over `old`, with `oldest` as the backup, under `fault`.
fn save_under(fault: Fault) -> (Memory, Result<String, FileError>, [String; 3]) {
    let (old, new) = two();
    let mut oldest = old.clone();
    "Oldest".clone_into(&mut oldest.name);
    let texts = [oldest, old, new.clone()].map(|project| to_json(&project).unwrap());
    let memory = Memory::new(&[(BACKUP, &texts[0]), (NAME, &texts[1])], fault);
    let result = save_to(&memory, Path::new(NAME), &new);
    (memory, result, texts)
}

fn steps() -> usize {
    let (memory, result, texts) = save_under(Fault::None);
    let _stamp = result.unwrap();
    assert_eq!(memory.now(NAME).unwrap(), texts[2].as_bytes());
    assert_eq!(memory.now(BACKUP).unwrap(), texts[1].as_bytes());
    assert_eq!(memory.state.borrow().names.len(), 2);
    assert_eq!(memory.after_power_cut(NAME), [Some(texts[2].clone().into_bytes())]);
    let steps = memory.state.borrow().steps;
    assert!(steps >= 12, "{steps} steps");
    steps
}

#[test]
fn r3_a_failure_at_any_step_leaves_the_old_file_or_says_that_the_new_one_is_there() {
    for step in 0..steps() {
        let (memory, result, [_, old, new]) = save_under(Fault::Fails(step));
        let now = memory.now(NAME).unwrap();
        match result {
            Ok(_) => assert_eq!(now, new.as_bytes(), "step {step}"),
            Err(FileError { fault: FileFault::Unconfirmed(_), .. }) => {
                assert_eq!(now, new.as_bytes(), "step {step}");
            }
            Err(error) => {
                assert_eq!(now, old.as_bytes(), "step {step}: {error}");
                assert!(error.to_string().contains("not saved"), "{error}");
            }
        }
        let backup = memory.now(BACKUP).unwrap();
        assert!(from_json(&backup).is_ok(), "step {step}: the backup is whole");
    }
}

#[test]
fn r2_a_power_cut_at_any_step_leaves_the_old_or_the_new_file_whole() {
    let steps = steps();
    let mut seen = [false; 2];
    for step in 0..=steps {
        let (memory, _result, [oldest, old, new]) = save_under(Fault::PowerCut(step));
        for text in memory.after_power_cut(NAME) {
            let text = text.unwrap_or_else(|| panic!("step {step}: no file"));
            let which = [old.as_bytes(), new.as_bytes()].iter().position(|whole| *whole == text);
            seen[which.unwrap_or_else(|| panic!("step {step}: a torn file"))] = true;
        }
        for text in memory.after_power_cut(BACKUP) {
            let text = text.unwrap_or_else(|| panic!("step {step}: no backup"));
            assert!([oldest.as_bytes(), old.as_bytes()].contains(&text.as_slice()), "step {step}");
        }
    }
    assert_eq!(seen, [true, true], "both were seen, so the cuts fell before and after");
}
