//! `cargo xtask screenshots`: every screen of the window as a picture, without a display.

use crate::command::{cargo, run as run_command, target};
use crate::error::{Error, Result};
use crate::terminal::say;

/// The test that draws them.
const TEST: [&str; 9] = [
    "test",
    "--release",
    "--locked",
    "--quiet",
    "--package",
    "twobus-gui",
    "--bin",
    "twobus",
    "every_screen_is_drawn",
];

/// Draws them anew, at twice their size.
///
/// # Errors
/// When the folder cannot be written, or a screen is not drawn.
pub(crate) fn run() -> Result<()> {
    let folder = target()?.join("screenshots");
    if folder.exists() {
        std::fs::remove_dir_all(&folder).map_err(Error::io("clearing", &folder))?;
    }
    run_command(cargo(&TEST)?.env("TWOBUS_SCREENSHOTS", &folder))?;
    say(format!("The pictures are in {}.", folder.display()));
    Ok(())
}
