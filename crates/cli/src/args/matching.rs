//! What `match` and `assist` take.

use std::path::PathBuf;

use clap::Args as ClapArgs;
use twobus_session::master::MAX_REDUCTION;

use super::{FileFormat, Goal, goal, limiter, within};

/// What both `match` and `assist` take.
#[derive(Debug, ClapArgs)]
pub(crate) struct MatchInput {
    /// Folder of a project, or a stereo audio file.
    pub(crate) input: PathBuf,
    /// A song to compare with, and its weight among several (1 if not given); may be given more than once.
    /// Those that the project notes if none is given.
    #[arg(long = "reference", value_name = "FILE[:WEIGHT]")]
    pub(crate) references: Vec<String>,
    /// Number of the song.
    #[arg(long, default_value_t = 1)]
    pub(crate) song: u32,
    /// Number of the print; the newest main print if not given.
    #[arg(long)]
    pub(crate) print: Option<u32>,
    /// Highest true peak, in dBTP.
    #[arg(long, allow_negative_numbers = true, value_parser = within(limiter("ceiling")))]
    pub(crate) ceiling: Option<f64>,
    /// Most gain reduction of the limiter, in dB; 3 if not given.
    #[arg(long, allow_negative_numbers = true, value_parser = within(&MAX_REDUCTION))]
    pub(crate) max_reduction: Option<f64>,
    /// Put the chain into the project, as one step; the chain before it stays as the other one.
    #[arg(long)]
    pub(crate) apply: bool,
    /// Write a master through the chain to this file.
    #[arg(long)]
    pub(crate) out: Option<PathBuf>,
    /// Format of that file.
    #[arg(long, value_enum, default_value_t = FileFormat::Wav24)]
    pub(crate) format: FileFormat,
    /// Replace the file if it is there.
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct MatchArgs {
    #[command(flatten)]
    pub(crate) input: MatchInput,
    /// How much of the difference in tone is made up for, in percent.
    #[arg(long, default_value_t = 100.0, value_parser = percent)]
    pub(crate) tone: f64,
    /// The same for loudness.
    #[arg(long, default_value_t = 100.0, value_parser = percent)]
    pub(crate) loudness: f64,
    /// The same for width.
    #[arg(long, default_value_t = 100.0, value_parser = percent)]
    pub(crate) width: f64,
    /// The same for dynamics.
    #[arg(long, default_value_t = 100.0, value_parser = percent)]
    pub(crate) dynamics: f64,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct AssistArgs {
    #[command(flatten)]
    pub(crate) input: MatchInput,
    /// Integrated loudness to reach, in LUFS, or a place as of `master`, which has a ceiling too and may have a
    /// loudness; that of the references if not given.
    #[arg(long, value_name = "PLACE|LUFS", allow_negative_numbers = true, value_parser = goal)]
    pub(crate) target: Option<Goal>,
    /// How much of what differs from the references is made up for, in percent.
    #[arg(long, default_value_t = 50.0, value_parser = percent)]
    pub(crate) amount: f64,
}

/// Takes 0 to 100.
fn percent(text: &str) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if (0.0..=100.0).contains(&value) { Ok(value) } else { Err("0 to 100".to_owned()) }
}
