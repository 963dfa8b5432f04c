//! What may be said on the command line.

use clap::{Parser, Subcommand};

/// Play Twobus projects on a sound device.
///
/// Exit codes: 0 done, 1 failed, 2 wrong usage.
#[derive(Debug, Parser)]
#[command(name = "twobus-play", version, about, long_about)]
pub(crate) struct Args {
    /// Print one JSON object instead of text; errors too. Its shape is in docs/cli-json.md.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the sound devices that can play, with their ids.
    Devices,
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
