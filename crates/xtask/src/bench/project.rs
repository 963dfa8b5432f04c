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
        self.apply(mix)
    }

    /// Puts an equalizer and a compressor on every track.
    ///
    /// # Errors
    /// When twobus-cli fails.
    pub(crate) fn add_devices(&self) -> Result<()> {
        self.apply(devices)
    }

    /// Sends every track to a reverb and to a delay.
    ///
    /// # Errors
    /// When twobus-cli fails.
    pub(crate) fn add_returns(&self) -> Result<()> {
        self.apply(returns)
    }

    /// The file of the only print.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) fn print(&self) -> Result<PathBuf> {
        let folder = self.folder.join("prints");
        let first = fs::read_dir(&folder).map_err(Error::io("reading", &folder))?.next();
        let first = first.transpose().map_err(Error::io("reading", &folder))?;
        first
            .map(|entry| entry.path())
            .ok_or_else(|| Error::Unfit("nothing was printed".to_owned()))
    }

    /// Puts an equalizer and a compressor before the master's limiter.
    ///
    /// # Errors
    /// When twobus-cli fails.
    pub(crate) fn add_chain(&self) -> Result<()> {
        self.apply(chain)
    }

    /// Applies the edits that `make` makes of what `info` says.
    fn apply(&self, make: fn(&Value) -> Value) -> Result<()> {
        let info = stdout(self.command("info").arg("--json"))?;
        let info: Value = serde_json::from_slice(&info)
            .map_err(|error| Error::Unfit(format!("twobus-cli info: {error}")))?;
        let edits = self.folder.join("edits.json");
        fs::write(&edits, make(&info).to_string()).map_err(Error::io("writing", &edits))?;
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

    /// twobus-cli with a subcommand.
    pub(crate) fn program(&self, name: &str) -> Command {
        let mut command = Command::new(&self.cli);
        let _command = command.arg(name);
        command
    }

    /// As [`program`](Self::program), on this project.
    pub(crate) fn command(&self, name: &str) -> Command {
        let mut command = self.program(name);
        let _command = command.arg(&self.folder);
        command
    }
}

/// All strips but the mix bus.
fn tracks(info: &Value) -> impl Iterator<Item = &Value> {
    let strips = info["songs"][0]["strips"].as_array().map_or(&[][..], Vec::as_slice);
    strips.iter().filter(|strip| !strip["output"].is_null())
}

/// Four bands that all do something, each track's a little different, and a compressor that works.
fn devices(info: &Value) -> Value {
    let edits = tracks(info).zip(0_u32..).flat_map(|(strip, number)| {
        let moved = f64::from(number % 8);
        let bands = json!({
            "b2_freq": 90.0 + 5.0 * moved, "b2_gain": 2.0,
            "b3_freq": 280.0 + 20.0 * moved, "b3_gain": -3.0, "b3_q": 1.2,
            "b5_freq": 2500.0 + 150.0 * moved, "b5_gain": 2.5, "b5_q": 0.9,
            "b7_freq": 9000.0, "b7_gain": 1.5
        });
        let dynamics = json!({"threshold": -40.0, "ratio": 3.0, "attack": 10.0, "release": 120.0});
        [("equalizer", bands), ("compressor", dynamics)].into_iter().zip(1..).map(
            move |((kind, values), place)| {
                let id = 2 * number + place;
                let item = json!({"id": id, "kind": kind, "bypass": false, "values": values});
                let change = json!({"inserts": {"add": {"item": item}}});
                json!({"strip": {"song": 1, "strip": strip["id"], "change": change}})
            },
        )
    });
    edits.collect()
}

/// The devices of a track on the master.
fn chain(_: &Value) -> Value {
    let strip = json!({"songs": [{"strips": [{"id": 0, "output": "Mix"}]}]});
    let edits = devices(&strip);
    let items = edits.as_array().map_or(&[][..], Vec::as_slice).iter();
    let adds = items.map(|edit| {
        let mut item = edit["strip"]["change"]["inserts"].clone();
        item["add"]["item"]["id"] = (9000 + item["add"]["item"]["id"].as_u64().unwrap_or(0)).into();
        json!({"master": {"song": 1, "change": {"chain": item}}})
    });
    adds.collect()
}

/// Two effect returns, and a send of every track to each. Ids lie above those of the tracks.
fn returns(info: &Value) -> Value {
    let returns = [(5001_u32, "Hall", "reverb"), (5002, "Echo", "delay")];
    let buses = returns.map(|(id, name, kind)| {
        let device = json!({"id": id, "kind": kind, "bypass": false, "values": {"mix": 100}});
        let strip = json!({
            "id": id, "name": name, "role": "other", "colour": 0, "trim": 0, "invert": false,
            "inserts": [device], "sends": [], "pan": 0, "width": 100, "fader": -6, "mute": false,
            "solo": false, "solo_safe": true, "output": {"strip": 0}, "lanes": []
        });
        let bus = json!({"strip": strip, "kind": "return"});
        json!({"song": {"song": 1, "change": {"buses": {"add": {"item": bus}}}}})
    });
    let sends = tracks(info).zip(0_u32..).flat_map(|(strip, number)| {
        returns.into_iter().zip(1..).map(move |((to, ..), place)| {
            let item = json!({
                "id": 2 * number + place, "to": to, "level": -18, "tap": "post", "off": false
            });
            let change = json!({"sends": {"add": {"item": item}}});
            json!({"strip": {"song": 1, "strip": strip["id"], "change": change}})
        })
    });
    buses.into_iter().chain(sends).collect()
}

/// The edits: faders from −0.5 dB downwards, pans on alternating sides.
fn mix(info: &Value) -> Value {
    let edits = tracks(info).zip(1_i32..).flat_map(|(strip, number)| {
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
