//! A project made by twobus-cli, as a user's script would make it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::measure::{Cost, measured};
use crate::command::{stdout, target};
use crate::error::{Error, Result};

/// A project of one song.
pub(crate) struct Project {
    folder: PathBuf,
    cli: PathBuf,
}

impl Project {
    /// An empty project in `folder`; what was there is removed, peaks and all.
    ///
    /// # Errors
    /// When the folder cannot be emptied, or twobus-cli fails.
    pub(crate) fn new(folder: &Path) -> Result<Self> {
        let cli = target()?.join("release").join("twobus-cli");
        let project = Self { folder: folder.to_owned(), cli };
        if folder.exists() {
            project.remove()?;
        }
        let _said = stdout(&mut project.command("new"))?;
        Ok(project)
    }

    /// Removes the project.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub(crate) fn remove(&self) -> Result<()> {
        fs::remove_dir_all(&self.folder).map_err(Error::io("removing", &self.folder))
    }

    /// Imports `stems` where they are.
    ///
    /// # Errors
    /// When twobus-cli fails.
    pub(crate) fn import(&self, stems: &[PathBuf]) -> Result<Cost> {
        measured(self.command("import").args(stems))
    }

    /// Gives every track a fader and a pan of its own.
    ///
    /// # Errors
    /// When twobus-cli fails.
    pub(crate) fn mix(&self) -> Result<()> {
        let info = stdout(self.command("info").arg("--json"))?;
        let info: Value = serde_json::from_slice(&info)
            .map_err(|error| Error::Unfit(format!("twobus-cli info: {error}")))?;
        let edits = self.folder.join("mix.json");
        fs::write(&edits, mix(&info).to_string()).map_err(Error::io("writing", &edits))?;
        let _said = stdout(self.command("apply").arg(&edits))?;
        Ok(())
    }

    /// Bounces a 24-bit print, without measuring it.
    ///
    /// # Errors
    /// When twobus-cli fails.
    pub(crate) fn bounce(&self) -> Result<Cost> {
        measured(self.command("bounce").args(["--no-measure", "--format", "wav24"]))
    }

    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(&self.cli);
        let _command = command.arg(name).arg(&self.folder);
        command
    }
}

/// The edits: faders from −0.5 dB downwards, pans on alternating sides.
fn mix(info: &Value) -> Value {
    let strips = info["songs"][0]["strips"].as_array().map_or(&[][..], Vec::as_slice);
    let tracks = strips.iter().filter(|strip| !strip["output"].is_null());
    let edits = tracks.zip(1_i32..).flat_map(|(strip, number)| {
        let fader = -0.5 * f64::from(number % 24);
        let side = if number % 2 == 0 { 1 } else { -1 };
        let pan = side * (number * 7 % 100);
        let edit =
            |change: Value| json!({"strip": {"song": 1, "strip": strip["id"], "change": change}});
        [edit(json!({ "fader": fader })), edit(json!({ "pan": pan }))]
    });
    edits.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_track_gets_a_fader_and_a_pan_and_the_mix_bus_does_not() {
        let strip = |id: u32, output: Value| json!({"id": id, "output": output});
        let strips = [strip(1, Value::Null), strip(2, json!("Mix")), strip(3, json!("Mix"))];
        let edits = mix(&json!({"songs": [{"strips": strips}]}));
        let change = |strip: u32, change: Value| json!({"strip": {"song": 1, "strip": strip, "change": change}});
        let expected = json!([
            change(2, json!({"fader": -0.5})),
            change(2, json!({"pan": -7})),
            change(3, json!({"fader": -1.0})),
            change(3, json!({"pan": 14})),
        ]);
        assert_eq!(edits, expected);
    }
}
