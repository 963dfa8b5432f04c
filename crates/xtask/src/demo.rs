//! `cargo xtask demo`: from stems to delivered files, command by command, as one would type them.

use std::process::Command;

use crate::command::{cargo, done, root, run as run_command, shown, start, target};
use crate::error::Result;
use crate::setup;
use crate::terminal::say;

const BUILD: [&str; 5] = ["build", "--release", "--locked", "--package", "twobus-cli"];

/// What is typed after the program's name, from the root of the workspace. The first takes what the user adds.
const STEPS: [&[&str]; 4] = [
    &["demo", "projects/mdn-multitrack", "--out", "out/demo", "--force"],
    &["check", "out/demo", "--html", "out/demo/ready.html", "--force"],
    &[
        "match",
        "out/demo",
        "--reference",
        "projects/reference/Lost Islands.mp3",
        "--tone=60",
        "--width=50",
        "--dynamics=0",
        "--loudness=0",
        "--apply",
    ],
    &[
        "deliver",
        "out/demo",
        "--format=wav24/-14,wav16@44100/-14,flac24/-14,vorbis8@48000/-14",
        "--codec-trim=-0.3",
        "--html=out/demo/delivery.html",
        "--force",
    ],
];

/// Sets up, builds and runs the demo; `args` are added to its first command line.
///
/// # Errors
/// When something needed is missing and cannot be installed, or a step fails.
pub(crate) fn run(args: &[String]) -> Result<()> {
    setup::ensure(setup::DEMO)?;
    run_command(&mut cargo(&BUILD)?)?;
    let program = target()?.join("release").join("twobus-cli");
    for (number, step) in STEPS.iter().enumerate() {
        let mut command = Command::new(&program);
        let _args = command.args(*step).current_dir(root()?);
        if number == 0 {
            let _args = command.args(args);
        }
        step_on(&mut command)?;
    }
    Ok(())
}

fn step_on(command: &mut Command) -> Result<()> {
    say(format!("\n$ {}", shown(command)));
    let status = command.status().map_err(start(command))?;
    done(command, status)
}
