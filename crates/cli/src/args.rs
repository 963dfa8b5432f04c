//! What may be said on the command line.

pub(crate) mod deliver;
pub(crate) mod matching;
pub(crate) mod songs;
mod values;

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand};
use twobus_session::PrintKind;
use twobus_session::master::{LOUDNESS, MAX_REDUCTION};
use twobus_session::presets::ChainPreset;
use twobus_session::strip::TRIM;

use self::deliver::DeliverArgs;
use self::matching::{AssistArgs, MatchArgs};
use self::songs::{AddSongArgs, ChangesArgs, ReopenArgs, TagArgs};
pub(crate) use self::values::{
    Chain, DitherArg, FileFormat, Goal, LimiterCharacter, Position, PrintFormat,
};
use self::values::{goal, kind, limiter, preset, within};

/// From stems to finished masters, without a window.
///
/// A project is a folder with a project.json. Songs are named by their number, from 1. No command asks
/// anything, and none overwrites a file unless --force is given.
///
/// Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done with warnings.
#[derive(Debug, Parser)]
#[command(name = "twobus-cli", version, about, long_about)]
pub(crate) struct Args {
    /// Print one JSON object instead of text; errors too. Its shape is in docs/cli-json.md.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a project with one song: empty, or made of a finished print.
    New(NewArgs),
    /// Add a song to a project: empty, or made of a finished print.
    AddSong(AddSongArgs),
    /// Bring stems into a song: one track a file.
    Import(ImportArgs),
    /// Apply a list of edits, as one step: all of them or none.
    Apply(ApplyArgs),
    /// Show what a project holds.
    Info(InfoArgs),
    /// Show what has changed in a mix since a print of it, in words.
    Changes(ChangesArgs),
    /// Make the mix of a print, or a draft, the song's mix again; the present one is kept.
    Reopen(ReopenArgs),
    /// Show or set what delivered files say of a song and its record.
    Tag(Box<TagArgs>),
    /// List the devices, or one with its parameters and presets.
    Devices(DevicesArgs),
    /// Copy every stem that lies elsewhere into the project.
    Collect(CollectArgs),
    /// Find stems that have moved, or take changed ones in their place.
    Relink(RelinkArgs),
    /// Save a project as another: a new folder with its document and its prints.
    SaveAs(SaveAsArgs),
    /// Show, restore or discard unsaved work that a crash or a discarded change has left.
    Recover(RecoverArgs),
    /// Pack a project with all its files into one archive.
    Pack(PackArgs),
    /// Unpack an archive into a new folder.
    Unpack(UnpackArgs),
    /// Bounce a song's mix to a new print.
    Bounce(BounceArgs),
    /// Master a print, or any stereo file, to a delivered file.
    Master(MasterArgs),
    /// Ask whether a print, a mix or a stereo file is ready for mastering.
    Check(CheckArgs),
    /// Compare a song with references, and propose what brings it there.
    Match(MatchArgs),
    /// Propose a master's chain for a loudness, a reference, or neither.
    Assist(AssistArgs),
    /// Compare the chains of a master, its devices and the print at equal loudness.
    Compare(CompareArgs),
    /// Deliver a print, or every song, as several files in one go, and verify each of them.
    Deliver(Box<DeliverArgs>),
    /// Measure audio files, and tell what each place of playback will do with them.
    Analyze(AnalyzeArgs),
    /// Go from a folder of stems to a mix, a print and two masters, with a report.
    Demo(DemoArgs),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct DevicesArgs {
    /// A kind of device, as it stands in documents: "equalizer".
    pub(crate) kind: Option<String>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct NewArgs {
    /// Folder of the project; it must not hold one yet.
    pub(crate) project: PathBuf,
    /// Name of the record; the folder's name if not given.
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Title of the song; the record's name if not given.
    #[arg(long)]
    pub(crate) song: Option<String>,
    /// Sample rate of the song in Hz; that of most imported files if not given.
    #[arg(long, value_parser = clap::value_parser!(u32).range(44_100..=192_000))]
    pub(crate) rate: Option<u32>,
    /// A finished print, mono or stereo, that the song begins with, at the file's own rate.
    #[arg(long, value_name = "FILE", conflicts_with = "rate")]
    pub(crate) print: Option<PathBuf>,
    /// Copy the print into the project.
    #[arg(long, requires = "print")]
    pub(crate) copy: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ImportArgs {
    /// Folder of the project.
    pub(crate) project: PathBuf,
    /// Audio files, or folders of them.
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Number of the song.
    #[arg(long, default_value_t = 1)]
    pub(crate) song: u32,
    /// Copy the files into the project.
    #[arg(long)]
    pub(crate) copy: bool,
    /// Leave all trims at 0 dB instead of bringing the sum's peak to −6 dBFS.
    #[arg(long)]
    pub(crate) no_trims: bool,
    /// Split files with more than two channels into mono tracks; without this they are refused.
    #[arg(long)]
    pub(crate) split: bool,
    /// Make groups of what belongs together, such as the pieces of a drum kit.
    #[arg(long)]
    pub(crate) groups: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ApplyArgs {
    /// Folder of the project.
    pub(crate) project: PathBuf,
    /// File with a JSON list of edits; "-" reads it from standard input.
    pub(crate) edits: PathBuf,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct InfoArgs {
    /// Folder of the project.
    pub(crate) project: PathBuf,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct CollectArgs {
    /// Folder of the project.
    pub(crate) project: PathBuf,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct RelinkArgs {
    /// Folder of the project.
    pub(crate) project: PathBuf,
    /// Folder to search too, besides the project's own and those beside it.
    pub(crate) folder: Option<PathBuf>,
    /// Take a file of the same name with another content in place of the one that was imported.
    #[arg(long)]
    pub(crate) replace: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct SaveAsArgs {
    /// Folder of the project, or one of its documents.
    pub(crate) project: PathBuf,
    /// Folder of the new project; it must not hold one yet.
    pub(crate) folder: PathBuf,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct RecoverArgs {
    /// Folder of the project; unsaved work of every project, those never saved included, if not given.
    pub(crate) project: Option<PathBuf>,
    /// List the snapshots, which is also done when nothing else is asked for.
    #[arg(long, conflicts_with_all = ["restore", "discard"])]
    pub(crate) list: bool,
    /// Restore the snapshot of this name: into the project it is of, or into --to.
    #[arg(long, value_name = "SNAPSHOT", conflicts_with = "discard")]
    pub(crate) restore: Option<String>,
    /// Folder for a restored project; it must not hold one yet.
    #[arg(long, value_name = "FOLDER", requires = "restore")]
    pub(crate) to: Option<PathBuf>,
    /// Remove the snapshot of this name for good; "all" removes every one that is listed.
    #[arg(long, value_name = "SNAPSHOT")]
    pub(crate) discard: Option<String>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct PackArgs {
    /// Folder of the project.
    pub(crate) project: PathBuf,
    /// The archive; beside the project's folder if not given.
    pub(crate) file: Option<PathBuf>,
    /// Replace the file if it is there.
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct UnpackArgs {
    /// The archive.
    pub(crate) file: PathBuf,
    /// The new folder; beside the archive, with its name, if not given.
    pub(crate) folder: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct BounceArgs {
    /// Folder of the project.
    pub(crate) project: PathBuf,
    /// Number of the song.
    #[arg(long, default_value_t = 1)]
    pub(crate) song: u32,
    /// What the print is.
    #[arg(long, value_parser = kind, default_value = "main")]
    pub(crate) kind: PrintKind,
    /// A note that stays with the print.
    #[arg(long, default_value = "")]
    pub(crate) note: String,
    /// Format of the print.
    #[arg(long, value_enum, default_value_t = PrintFormat::Wav32f)]
    pub(crate) format: PrintFormat,
    /// Begin here: "1:31.8", "91.8" (seconds) or "4406400f" (frames).
    #[arg(long)]
    pub(crate) from: Option<Position>,
    /// End here; a range has no tail. The end of the last clip if only --from is given.
    #[arg(long)]
    pub(crate) to: Option<Position>,
    /// Make the usual versions besides the main print, each a print of its own: those that the mix has, or
    /// instrumental, TV and a cappella by the tracks' roles. With names, just these: "--versions=tv,main".
    #[arg(
        long,
        value_name = "NAMES",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "",
        conflicts_with = "kind"
    )]
    pub(crate) versions: Option<String>,
    /// Where a new main print is louder or quieter than the one before, set the master's input trim so that
    /// its chain gets the level it had.
    #[arg(long, conflicts_with = "no_measure")]
    pub(crate) hold_drive: bool,
    /// Also write what each track, group and return gives to the mix bus.
    #[arg(long)]
    pub(crate) stems: bool,
    /// Threads at work; the file is the same for any number.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) threads: Option<u16>,
    /// Do not measure the print.
    #[arg(long)]
    pub(crate) no_measure: bool,
    /// Round a 24-bit print without dither.
    #[arg(long)]
    pub(crate) no_dither: bool,
    /// Bounce although files are missing or changed: their tracks are silent, and the print says so.
    #[arg(long)]
    pub(crate) allow_missing: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct MasterArgs {
    /// Folder of a project, or a stereo audio file.
    pub(crate) input: PathBuf,
    /// Number of the song.
    #[arg(long, default_value_t = 1)]
    pub(crate) song: u32,
    /// Number of the print; the newest main print if not given.
    #[arg(long)]
    pub(crate) print: Option<u32>,
    /// The file to write; in the project's masters/ if not given.
    #[arg(long)]
    pub(crate) out: Option<PathBuf>,
    /// Where it goes, such as spotify, cd, ebu-r128 or vinyl: its ceiling, and its loudness if it asks for
    /// one. Or the integrated loudness to reach, in LUFS, such as -14; without one the level is left alone.
    #[arg(long, value_name = "PLACE|LUFS", allow_negative_numbers = true, value_parser = goal)]
    pub(crate) target: Option<Goal>,
    /// Integrated loudness to reach at that place, in LUFS, such as -11.
    #[arg(long, allow_negative_numbers = true, value_parser = within(&LOUDNESS))]
    pub(crate) reach: Option<f64>,
    /// Chain of the project: a, the one that is heard, or b, its alternative.
    #[arg(long, value_enum, default_value_t = Chain::A)]
    pub(crate) chain: Chain,
    /// Chain that is shipped with the program, in place of the project's, such as "Gentle polish".
    #[arg(long, value_parser = preset, conflicts_with = "chain")]
    pub(crate) preset: Option<&'static ChainPreset>,
    /// Highest true peak, in dBTP.
    #[arg(long, allow_negative_numbers = true, value_parser = within(limiter("ceiling")))]
    pub(crate) ceiling: Option<f64>,
    /// Most gain reduction to reach the target, in dB.
    #[arg(long, allow_negative_numbers = true, value_parser = within(&MAX_REDUCTION))]
    pub(crate) max_reduction: Option<f64>,
    /// Gain before the chain, in dB.
    #[arg(long, allow_negative_numbers = true, value_parser = within(&TRIM))]
    pub(crate) trim: Option<f64>,
    /// Release of the limiter, in ms; automatic if not given.
    #[arg(long, value_parser = within(limiter("release")))]
    pub(crate) release: Option<f64>,
    /// Character of the limiter; the chain's if not given.
    #[arg(long, value_enum)]
    pub(crate) limiter: Option<LimiterCharacter>,
    /// Sample rate of the file in Hz; the print's if not given.
    #[arg(long, value_parser = clap::value_parser!(u32).range(44_100..=192_000))]
    pub(crate) rate: Option<u32>,
    /// Format of the file.
    #[arg(long, value_enum, default_value_t = FileFormat::Wav24)]
    pub(crate) format: FileFormat,
    /// How a file of integers is dithered, where it has to be.
    #[arg(long, value_enum, default_value_t = DitherArg::Tpdf)]
    pub(crate) dither: DitherArg,
    /// Keep the drive that was found, and the ceiling, in the limiter at the end of the project's chain,
    /// so that playback is as loud.
    #[arg(long, conflicts_with = "preset")]
    pub(crate) keep: bool,
    /// Replace the file if it is there.
    #[arg(long)]
    pub(crate) force: bool,
}

/// Ends with exit code 3 when there is something to fix, and with 0 when there is nothing, or only something
/// to consider.
#[derive(Debug, ClapArgs)]
pub(crate) struct CheckArgs {
    /// Folder of a project, or a stereo file.
    pub(crate) input: PathBuf,
    /// Number of the song.
    #[arg(long, default_value_t = 1)]
    pub(crate) song: u32,
    /// Number of the print; the newest main one if not given.
    #[arg(long, conflicts_with = "mix")]
    pub(crate) print: Option<u32>,
    /// Check the mix as it is now, without making a print.
    #[arg(long)]
    pub(crate) mix: bool,
    /// Leave out the tracks: measure the print only, without saying which tracks cause what.
    #[arg(long, conflicts_with = "mix")]
    pub(crate) no_tracks: bool,
    /// Write the report as a page with pictures too.
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Replace the page if it is there.
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct CompareArgs {
    /// Folder of the project.
    pub(crate) project: PathBuf,
    /// Number of the song.
    #[arg(long, default_value_t = 1)]
    pub(crate) song: u32,
    /// Number of the print; the newest main print if not given.
    #[arg(long)]
    pub(crate) print: Option<u32>,
    /// Compare from here on: "1:31.8", "91.8" (seconds) or "4406400f" (frames); over the loop of the song,
    /// else over the loudest 15 s, if not given.
    #[arg(long, requires = "to")]
    pub(crate) from: Option<Position>,
    /// Compare up to here.
    #[arg(long, requires = "from")]
    pub(crate) to: Option<Position>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct AnalyzeArgs {
    /// Audio files.
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct DemoArgs {
    /// Folder of the demo project: its stems/, and the edits of its mix in mix.json.
    #[arg(default_value = "projects/mdn-multitrack")]
    pub(crate) source: PathBuf,
    /// Folder for the new project.
    #[arg(long, default_value = "out/demo")]
    pub(crate) out: PathBuf,
    /// Replace what an earlier demo left in that folder.
    #[arg(long)]
    pub(crate) force: bool,
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
