//! `twobus-play`: playing on sound devices, without a window.
//!
//! Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done with warnings.

mod args;
mod devices;
mod meter;
mod play;

use std::process::ExitCode;

use clap::Parser as _;
use serde_json::json;

use args::{Args, Command};

/// What a command says at its end, as text and as JSON.
struct Said {
    text: String,
    json: serde_json::Value,
    warnings: Vec<String>,
}

/// Done, but there is something to be known.
const WARNED: u8 = 3;

fn main() -> ExitCode {
    let args = Args::parse();
    let outcome = match &args.command {
        Command::Devices => devices::run().map_err(Into::into),
        Command::Play(play) => play::run(play, args.json),
    };
    match outcome {
        Ok(Said { text, mut json, warnings }) => {
            json["warnings"] = json!(warnings);
            let text = if args.json { format!("{json:#}") } else { text };
            line(&mut std::io::stdout(), text.trim_end());
            if warnings.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(WARNED) }
        }
        Err(error) => {
            if args.json {
                line(
                    &mut std::io::stdout(),
                    &format!("{:#}", json!({ "error": error.to_string() })),
                );
            } else {
                line(&mut std::io::stderr(), &format!("error: {error}"));
            }
            ExitCode::FAILURE
        }
    }
}

/// Prints one line; a reader that has gone away wants no more of it.
fn line(to: &mut impl std::io::Write, text: &str) {
    let _gone = writeln!(to, "{text}").and_then(|()| to.flush());
}
