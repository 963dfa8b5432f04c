//! RealtimeSanitizer over the tests of `render` and those of `engine` that call what the audio thread
//! calls: whatever blocks under a function marked
//! `#[rtsan_standalone::nonblocking]` (the heap, a lock, a system call) ends the test with a report.
//!
//! rustup's toolchains bring the library; only Linux and macOS have one.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::command::{cargo, run, shown, start, stdout, target};
use crate::error::{Error, Result};
use crate::terminal::say;

/// What the sanitizer's report says first.
const REPORT: &str = "RealtimeSanitizer: unsafe-library-call";

/// Tests of `engine` that need no device: its edge, the callback, and a song that plays and is changed.
const ENGINE: [&[&str]; 2] = [&["--lib"], &["--test", "engine", "--", "realtime::", "playing::"]];

/// Shows that the sanitizer catches an allocation, then runs the tests under it.
///
/// Returns why it was left out, if this system has no such library.
///
/// # Errors
/// When it does not catch what it must, or catches something in the tests.
pub(crate) fn check() -> Result<Option<&'static str>> {
    let Some(library) = library()? else {
        return Ok(Some("left out: no RealtimeSanitizer in this toolchain"));
    };
    let sanitized = |args: &[&str]| -> Result<Command> {
        let mut command = cargo(args)?;
        let _command = command
            .env("RTSAN_ENABLE", "1")
            .env("RTSAN_LIB_PATH", &library)
            .env("CARGO_TARGET_DIR", target()?.join("rtsan"));
        Ok(command)
    };
    let package = ["--package", "twobus-render", "--release", "--locked"];
    let example = [&package[..], &["--example", "violation"]].concat();
    run(&mut sanitized(&[&["build"], &example[..]].concat())?)?;
    must_catch(&mut sanitized(&[&["run"], &example[..]].concat())?)?;
    run(&mut sanitized(&[&["test"], &package[..]].concat())?)?;
    let package = ["--package", "twobus-engine", "--release", "--locked"];
    for tests in ENGINE {
        run(&mut sanitized(&[&["test"], &package[..], tests].concat())?)?;
    }
    Ok(None)
}

/// The library of this toolchain for this system, if there is one.
fn library() -> Result<Option<PathBuf>> {
    let folder = stdout(Command::new("rustc").args(["--print", "target-libdir"]))?;
    let folder = PathBuf::from(String::from_utf8_lossy(&folder).trim_end());
    let entries = folder.read_dir().map_err(Error::io("reading", &folder))?;
    let libraries = entries.filter_map(|entry| Some(entry.ok()?.path()));
    Ok(libraries.into_iter().find(|path| is_library(path)))
}

/// Whether it is named `librustc-stable_rt.rtsan.a`, or so for another channel or system.
fn is_library(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let middle = name.strip_prefix("librustc-").and_then(|name| name.rsplit_once("_rt.rtsan."));
    middle.is_some_and(|(_, ending)| ["a", "dylib"].contains(&ending))
}

fn must_catch(violation: &mut Command) -> Result<()> {
    say(format!("$ {}", shown(violation)));
    let output = violation.stdout(Stdio::inherit()).output().map_err(start(violation))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() && said.contains(REPORT) {
        say("An allocation where none may be was caught, as it must be.");
        return Ok(());
    }
    let fault = "the sanitizer did not catch an allocation where none may be; it said:";
    Err(Error::Unfit(format!("{fault}\n{said}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_library_is_known_by_its_name() {
        for name in ["librustc-stable_rt.rtsan.a", "librustc-nightly_rt.rtsan.dylib"] {
            assert!(is_library(&Path::new("/lib").join(name)), "{name}");
        }
        for name in ["librustc-stable_rt.asan.a", "libstd.rlib", "rtsan.a"] {
            assert!(!is_library(Path::new(name)), "{name}");
        }
    }
}
