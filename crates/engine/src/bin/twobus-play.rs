//! `twobus-play`: playing on sound devices, without a window.

use std::process::ExitCode;

use clap::Parser;
use twobus_engine::command::{Command, run};

/// Play Twobus projects on a sound device.
///
/// Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done with warnings.
#[derive(Debug, Parser)]
#[command(name = "twobus-play", version, about, long_about)]
struct Args {
    /// Print one JSON object instead of text; errors too. Its shape is in docs/cli-json.md.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

fn main() -> ExitCode {
    let args = Args::parse();
    run(&args.command, args.json)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        use clap::CommandFactory as _;
        Args::command().debug_assert();
    }
}
