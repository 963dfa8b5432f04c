//! `twobus-play`: sound devices, without a window.
//!
//! Exit codes: 0 done, 1 failed, 2 wrong usage.

mod args;
mod devices;

use std::process::ExitCode;

use clap::Parser as _;
use serde_json::json;

use args::{Args, Command};

/// What a command says at its end, as text and as JSON.
struct Said {
    text: String,
    json: serde_json::Value,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let outcome = match args.command {
        Command::Devices => devices::run(),
    };
    match outcome {
        Ok(said) => {
            let text = if args.json { format!("{:#}", said.json) } else { said.text };
            line(&mut std::io::stdout(), text.trim_end());
            ExitCode::SUCCESS
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
