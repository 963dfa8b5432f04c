//! `cargo xtask demo`: from stems to masters with one command.

use crate::command::{cargo, run as run_command};
use crate::error::Result;
use crate::setup;

/// The command line of the demo; its paths are those of the root of the workspace.
const DEMO: [&str; 11] = [
    "run",
    "--release",
    "--locked",
    "--package",
    "twobus-cli",
    "--",
    "demo",
    "projects/mdn-multitrack",
    "--out",
    "out/demo",
    "--force",
];

/// Sets up, builds and runs the demo; `args` are added to its command line.
///
/// # Errors
/// When something needed is missing and cannot be installed, or the demo fails.
pub(crate) fn run(args: &[String]) -> Result<()> {
    setup::ensure(setup::DEMO)?;
    run_command(cargo(&DEMO)?.args(args))
}
