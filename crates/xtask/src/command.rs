//! Other programs: cargo above all, always run from the root of the workspace.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Output, Stdio};

use crate::error::{Error, Result};
use crate::terminal::say;

/// The root of the workspace.
///
/// # Errors
/// When this was not started by cargo.
pub(crate) fn root() -> Result<PathBuf> {
    let here = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let root = here.as_deref().and_then(Path::parent).and_then(Path::parent);
    let started_otherwise = || Error::Unfit("start it as `cargo xtask`".to_owned());
    root.map(Path::to_owned).ok_or_else(started_otherwise)
}

/// This program.
///
/// # Errors
/// When it cannot tell where it is.
pub(crate) fn itself() -> Result<PathBuf> {
    env::current_exe().map_err(Error::io("finding the program", "xtask"))
}

/// The folder of what cargo builds, and of what the chores make: that which this program lies in.
///
/// # Errors
/// When this program cannot tell where it is.
pub(crate) fn target() -> Result<PathBuf> {
    let program = itself()?;
    let target = program.parent().and_then(Path::parent).map(Path::to_owned);
    target.ok_or_else(|| Error::Unfit("start it as `cargo xtask`".to_owned()))
}

/// The cargo that started this program, at the root of the workspace, with `args`.
///
/// # Errors
/// When this was not started by cargo.
pub(crate) fn cargo(args: &[&str]) -> Result<Command> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    let _args = command.args(args).current_dir(root()?);
    Ok(command)
}

/// Says what is run, runs it and waits for it.
///
/// # Errors
/// When it does not start, or fails.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    say(format!("$ {}", shown(command)));
    let status = command.status().map_err(start(command))?;
    succeeded(command, status)
}

/// Runs it without a word and returns what it wrote to standard output.
///
/// # Errors
/// When it does not start, or fails; what it said then went to standard error.
pub(crate) fn stdout(command: &mut Command) -> Result<Vec<u8>> {
    let output = command.stderr(Stdio::inherit()).output().map_err(start(command))?;
    let Output { status, stdout, .. } = output;
    succeeded(command, status).map(|()| stdout)
}

/// Whether it starts and succeeds; it says nothing.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

/// The error of a program that did not start.
pub(crate) fn start(command: &Command) -> impl FnOnce(std::io::Error) -> Error + use<> {
    let program = command.get_program().to_string_lossy().into_owned();
    move |source| Error::Start { program, source }
}

/// An error unless `status` is success.
///
/// # Errors
/// When it is not.
pub(crate) fn succeeded(command: &Command, status: ExitStatus) -> Result<()> {
    if status.success() {
        return Ok(());
    }
    Err(Error::Failed { command: shown(command), status })
}

/// Exit code of `twobus-cli` for what is done, with warnings that were shown.
const DONE_WITH_WARNINGS: i32 = 3;

/// An error unless `twobus-cli` has done what it was told, with warnings or without.
///
/// # Errors
/// When it has not.
pub(crate) fn done(command: &Command, status: ExitStatus) -> Result<()> {
    if status.code() == Some(DONE_WITH_WARNINGS) {
        return Ok(());
    }
    succeeded(command, status)
}

/// The command line as one would type it: variables, the program's name, arguments.
pub(crate) fn shown(command: &Command) -> String {
    let quoted = |text: &OsStr| {
        let text = text.to_string_lossy();
        if text.contains(' ') { format!("\"{text}\"") } else { text.into_owned() }
    };
    let set = command.get_envs().filter_map(|(name, value)| Some((name, value?)));
    let variables = set.map(|(name, value)| format!("{}={}", name.display(), quoted(value)));
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args()).map(quoted);
    variables.chain(words).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_it_is_typed() {
        let mut command = Command::new("/usr/bin/cargo");
        let _command = command.args(["doc", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings");
        assert_eq!(shown(&command), "RUSTDOCFLAGS=\"-D warnings\" cargo doc --no-deps");
    }

    #[test]
    fn a_failing_program_is_an_error_that_names_it() {
        let mut command = Command::new("cargo");
        let status = command.arg("no-such-chore").stderr(Stdio::null()).status().unwrap();
        let failed = succeeded(&command, status).unwrap_err();
        assert!(failed.to_string().starts_with("cargo no-such-chore failed"), "{failed}");
        let absent = run(&mut Command::new("no-such-program-here")).unwrap_err();
        assert!(absent.to_string().starts_with("cannot start no-such-program-here"), "{absent}");
    }
}
