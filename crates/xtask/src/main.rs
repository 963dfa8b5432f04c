//! Set-up and chores of the workspace: `cargo xtask demo | test | fuzz | bench | screenshots`.

#[cfg(unix)]
mod bench;
mod command;
mod demo;
mod error;
mod fuzz;
mod licences;
mod reverbs;
mod sanitizer;
mod screenshots;
mod setup;
mod tally;
mod terminal;
mod test;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::error::Result;

/// Chores of the Twobus workspace.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version, about)]
struct Args {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Debug, Subcommand)]
enum Chore {
    /// Go from the demo's stems to a mix, a print, its check, a match to a reference and delivered files, in out/demo.
    Demo {
        /// What else to tell `twobus-cli demo`, after "--".
        #[arg(last = true)]
        args: Vec<String>,
    },
    /// Check everything: format, lints, docs, tests, licences, real-time safety.
    Test {
        /// Run the whole grids of the tests, not a seeded part of them.
        #[arg(long)]
        full: bool,
    },
    /// Feed the readers of files with damaged ones, guided by what they reach.
    Fuzz {
        /// How long each target runs, in seconds.
        #[arg(long, default_value_t = fuzz::SECONDS)]
        seconds: u32,
    },
    /// Measure the reverb beside others that are installed; prints a Markdown table.
    Reverbs,
    /// Draw every screen of the window into target/screenshots.
    Screenshots {
        /// Put those that README shows into docs/pictures, anew.
        #[arg(long)]
        readme: bool,
    },
    #[cfg(unix)]
    #[command(flatten)]
    Bench(bench::Chore),
}

fn main() -> ExitCode {
    let done = match Args::parse().chore {
        Chore::Demo { args } => demo::run(&args),
        Chore::Fuzz { seconds } => fuzz::check(seconds).map(terminal::say),
        Chore::Test { full } => return test::run(full),
        Chore::Reverbs => reverbs::run(),
        Chore::Screenshots { readme } => screenshots::run(readme),
        #[cfg(unix)]
        Chore::Bench(chore) => bench::run(chore),
    };
    report(done)
}

fn report(done: Result<()>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            terminal::complain(&error);
            ExitCode::FAILURE
        }
    }
}
