//! `cargo xtask bench`: what the heavy jobs cost, against a plain loop over the same files.
//!
//! - **Job A**: `twobus-cli bounce --no-measure --format wav24` of a mix whose faders and pans all differ.
//! - **Job B**: job A with an equalizer of four bands and a compressor on every track.
//! - **Job C**: job B with a reverb and a delay on sends.
//! - **Import**: `twobus-cli import` into a new project: nothing copied, every peak to be made.
//! - **Loop**: [`plain_loop`], a single thread that adds the same files and writes a file of the same kind,
//!   and does not wait until the disk has it.
//!
//! - **Live**: the example `live` of `twobus-engine`: what playback costs on the audio thread, and how soon it
//!   begins.
//!
//! - **Window**: the real window on a display without a screen, while 32 tracks play.
//! - **Devices**: what each kind costs by itself.
//!
//! - **Mastering**: jobs D and E, check and match, against FFmpeg's meter: [`mod@mastering`].
//!
//! A ratio is the median of those of the pairs, each job beside the loop that ran just before it: what
//! else the machine is doing then weighs on both sides.

mod devices;
mod mastering;
mod measure;
mod plain_loop;
mod project;
mod report;
mod stems;
mod wav;
mod window;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Subcommand;

use self::measure::{Cost, measured};
use self::project::Project;
use self::report::{Job, Pairs, Report};
use self::stems::Stems;
use crate::command::{cargo, itself, run as run_command, target};
use crate::error::{Error, Result};
use crate::setup;
use crate::terminal::say;

/// The chores that belong to measuring.
#[derive(Debug, Subcommand)]
pub(crate) enum Chore {
    /// Measure import and bounce against a plain loop, and playback; prints Markdown tables.
    Bench {
        /// How many stems; several numbers show how the cost grows.
        #[arg(long, value_delimiter = ',', default_value = "32",
              value_parser = clap::value_parser!(u32).range(1..=1000))]
        stems: Vec<u32>,
        /// Only what playback costs.
        #[arg(long, conflicts_with = "stems")]
        live: bool,
        /// Only what each kind of device costs.
        #[arg(long, conflicts_with_all = ["stems", "live"])]
        devices: bool,
        /// Only how many frames the window draws while 32 tracks play, and what each costs.
        #[arg(long, conflicts_with_all = ["stems", "live", "devices"])]
        window: bool,
        /// Only what mastering costs, against FFmpeg's loudness meter.
        #[arg(long, conflicts_with_all = ["stems", "live", "devices"])]
        mastering: bool,
        /// A smoke test: few short stems and few runs, whose figures mean little.
        #[arg(long, conflicts_with = "stems")]
        quick: bool,
    },
    /// Add WAV files made by `bench` to one file: what `bench` compares with.
    #[command(hide = true)]
    BenchLoop {
        /// The file to write.
        out: PathBuf,
        /// The files to add.
        #[arg(required = true)]
        stems: Vec<PathBuf>,
    },
    /// Run a program and print what it cost: what `bench` measures with.
    #[command(hide = true)]
    BenchMeasure {
        /// The program and its arguments.
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
        command: Vec<String>,
    },
}

/// How much is measured.
struct Extent {
    stems: Vec<u32>,
    seconds: u32,
    runs: u32,
}

impl Extent {
    fn quick() -> Self {
        Self { stems: vec![8], seconds: 30, runs: 2 }
    }

    fn whole(stems: Vec<u32>) -> Self {
        Self { stems, seconds: 180, runs: 5 }
    }
}

/// Does the chore.
///
/// # Errors
/// When there is no room for the stems, or one of the programs fails. A bound that is missed is none.
pub(crate) fn run(chore: Chore) -> Result<()> {
    match chore {
        Chore::Bench { live: true, quick, .. } => live(quick),
        Chore::Bench { devices: true, .. } => {
            say(devices::table());
            Ok(())
        }
        Chore::Bench { window: true, .. } => window::run(),
        Chore::Bench { mastering: true, quick: true, .. } => mastering(&Extent::quick()),
        Chore::Bench { mastering: true, .. } => mastering(&Extent::whole(vec![16])),
        Chore::Bench { quick: true, .. } => bench(&Extent::quick()).and_then(|()| live(true)),
        Chore::Bench { stems, .. } => bench(&Extent::whole(stems)).and_then(|()| live(false)),
        Chore::BenchLoop { out, stems } => plain_loop::run(&stems, &out),
        Chore::BenchMeasure { command } => measure::run(&command),
    }
}

/// Runs the engine's own measurements, which print what they find.
fn live(quick: bool) -> Result<()> {
    setup::ensure(setup::BENCH)?;
    let args = ["run", "--release", "--locked", "--package", "twobus-engine", "--example", "live"];
    let quick: &[&str] = if quick { &["--", "--quick"] } else { &[] };
    run_command(&mut cargo(&[&args, quick].concat())?)
}

fn mastering(extent: &Extent) -> Result<()> {
    run_command(&mut cargo(&["build", "--release", "--locked", "--package", "twobus-cli"])?)?;
    let folder = target()?.join("bench");
    let most = extent.stems.iter().copied().max().unwrap_or(0);
    let stems = Stems::make(&folder, most, extent.seconds)?;
    say(mastering::table(&folder, stems.first(most), extent.runs)?);
    Ok(())
}

fn bench(extent: &Extent) -> Result<()> {
    run_command(&mut cargo(&["build", "--release", "--locked", "--package", "twobus-cli"])?)?;
    let folder = target()?.join("bench");
    let most = extent.stems.iter().copied().max().unwrap_or(0);
    let stems = Stems::make(&folder, most, extent.seconds)?;
    let mut report = Report::new(extent.seconds, extent.runs);
    for &count in &extent.stems {
        report.add(pairs(&folder, stems.first(count), extent.runs)?);
    }
    say(report.text());
    Ok(())
}

/// Runs the loop, the import and the bounces in turns.
fn pairs(folder: &Path, stems: &[PathBuf], runs: u32) -> Result<Pairs> {
    say(format!("{} stems: one loop to warm the page cache, then {runs} runs", stems.len()));
    let sum = folder.join("loop.wav");
    let _warm = looped(stems, &sum)?;
    let mut pairs = Pairs::new(stems.len());
    for number in 1..=runs {
        let before_import = looped(stems, &sum)?;
        let project = Project::new(&folder.join("project"))?;
        let import = project.import(stems)?;
        pairs.add(Job::Import, import, before_import);
        project.mix()?;
        let before_a = looped(stems, &sum)?;
        let job_a = project.bounce()?;
        pairs.add(Job::A, job_a, before_a);
        project.add_devices()?;
        let before_b = looped(stems, &sum)?;
        let job_b = project.bounce()?;
        pairs.add(Job::B, job_b, before_b);
        project.add_returns()?;
        let before_c = looped(stems, &sum)?;
        let job_c = project.bounce()?;
        pairs.add(Job::C, job_c, before_c);
        project.remove()?;
        let bounces = format!("job A {job_a}; job B {job_b}; job C {job_c}");
        say(format!("  {number}: loop {before_a}; import {import}; {bounces}"));
    }
    fs::remove_file(&sum).map_err(Error::io("removing", sum))?;
    Ok(pairs)
}

fn looped(stems: &[PathBuf], sum: &Path) -> Result<Cost> {
    let mut command = Command::new(itself()?);
    let _command = command.arg("bench-loop").arg(sum).args(stems);
    measured(&command)
}
