//! What is done with sound devices by command line: `twobus-play`, and the same two commands of the window's
//! program.

mod args;
mod devices;
mod meter;
mod play;
mod version;

use std::process::ExitCode;

use serde_json::json;

pub use args::{Command, Play};

/// What a command says at its end, as text and as JSON.
struct Said {
    text: String,
    json: serde_json::Value,
    warnings: Vec<String>,
}

/// Done, but there is something to be known.
const WARNED: u8 = 3;

/// Does `command` and prints what came of it, as one JSON object if `as_json`.
///
/// The code is 0 when it is done, 1 when it failed, 3 when it is done with warnings.
pub fn run(command: &Command, as_json: bool) -> ExitCode {
    let outcome = match command {
        Command::Devices => devices::run().map_err(Into::into),
        Command::Play(play) => play::run(play, as_json),
    };
    match outcome {
        Ok(Said { text, mut json, warnings }) => {
            json["warnings"] = json!(warnings);
            let text = if as_json { format!("{json:#}") } else { text };
            line(&mut std::io::stdout(), text.trim_end());
            if warnings.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(WARNED) }
        }
        Err(error) => {
            let json = json!({ "error": error.to_string() });
            match as_json {
                true => line(&mut std::io::stdout(), &format!("{json:#}")),
                false => line(&mut std::io::stderr(), &format!("error: {error}")),
            }
            ExitCode::FAILURE
        }
    }
}

/// Prints one line; a reader that has gone away wants no more of it.
fn line(to: &mut impl std::io::Write, text: &str) {
    let _gone = writeln!(to, "{text}").and_then(|()| to.flush());
}
