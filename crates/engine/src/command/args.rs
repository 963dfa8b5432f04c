//! What may be said on the command line.

use std::path::PathBuf;

use clap::Subcommand;

use crate::device::PERIOD_FRAMES;

/// A command.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the sound devices that can play, with their ids.
    Devices,
    /// Play a song of a project through its mix, or its master.
    ///
    /// On a terminal a line shows the place and the levels of the mix. It ends with the song's tail, after
    /// --seconds, or by Ctrl-C, with a short fade.
    Play(Play),
}

/// What is played, where and how long.
#[derive(Debug, clap::Args)]
pub struct Play {
    /// The project's folder, or its project.json.
    pub(super) project: PathBuf,
    /// Number of the song.
    #[arg(long, default_value_t = 1)]
    pub(super) song: u32,
    /// Play the master: the print, or the file from elsewhere, through trim and chain. A song without a mix
    /// is always played so.
    #[arg(long)]
    pub(super) master: bool,
    /// Which version of the master: its chain, the other chain of the comparison, or what goes in without any.
    #[arg(long, value_enum, default_value_t = Chain::A, requires = "master")]
    pub(super) chain: Chain,
    /// Bypass the device with this id, as `twobus-cli info` lists it.
    #[arg(long, value_name = "ID", requires = "master")]
    pub(super) bypass: Option<u32>,
    /// Play all versions equally loud, each as loud as the softest, and a chain with a bypassed device as
    /// without: over --loop, the project's loop, or the loudest 15 s.
    #[arg(long, requires = "master")]
    pub(super) matched: bool,
    /// Id of the sound device, as the command `devices` lists it; the default device if not given.
    #[arg(long, value_name = "ID")]
    pub(super) device: Option<String>,
    /// End after this time.
    #[arg(long, value_parser = seconds)]
    pub(super) seconds: Option<f64>,
    /// Begin at this time of the song, in seconds.
    #[arg(long, value_name = "SECONDS", default_value = "0", value_parser = seconds)]
    pub(super) from: f64,
    /// Repeat what lies between these times of the song, in seconds; it then plays until it is stopped.
    #[arg(long = "loop", num_args = 2, value_names = ["START", "END"], value_parser = seconds)]
    pub(super) repeat: Vec<f64>,
    /// Frames that the device asks for at a time: fewer react sooner, more are safer.
    #[arg(long, value_name = "FRAMES", default_value_t = PERIOD_FRAMES,
          value_parser = clap::value_parser!(u32).range(16..=8192))]
    pub(super) period: u32,
}

/// A version of a master.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Chain {
    /// The chain that is delivered.
    A,
    /// The other one.
    B,
    /// What goes in, through the trim alone.
    Print,
}

/// Longest time that may be given, in seconds: a week.
const MAX_S: f64 = 604_800.0;

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if (0.0..=MAX_S).contains(&seconds) => Ok(seconds),
        _ => Err(format!("give a time in seconds, from 0 to {MAX_S}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_numbers_of_seconds() {
        assert_eq!(seconds("1.5"), Ok(1.5));
        for wrong in ["-1", "NaN", "inf", "1:30", ""] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }
}
