//! The commands of the window's program that need no window.

use std::process::{Command, Output};

use serde_json::Value;

/// The program without a display and without any sound device.
fn twobus(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_twobus"));
    let _ = command.args(args).env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
    let _ = command.env("ALSA_CONFIG_PATH", "/nonexistent").env("XDG_RUNTIME_DIR", "/nonexistent");
    command.env("PULSE_SERVER", "/nonexistent").output().unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn devices_are_listed_and_a_song_that_is_not_there_is_named() {
    let devices = twobus(&["devices", "--json"]);
    assert_eq!(devices.status.code(), Some(0), "{devices:?}");
    assert!(json(&devices)["devices"].is_array());
    let play = twobus(&["play", "/nowhere/at all", "--json"]);
    assert_eq!(play.status.code(), Some(1), "{play:?}");
    assert!(json(&play)["error"].as_str().is_some_and(|error| error.contains("/nowhere/at all")));
}
