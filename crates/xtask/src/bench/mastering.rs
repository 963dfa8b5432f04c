//! What mastering costs, against FFmpeg's loudness meter on the same print.
//!
//! - **Meter**: `ffmpeg -af ebur128=peak=true`, which measures loudness, range and true peak; decoding and
//!   measuring are all it does.
//! - **Job D**: `twobus-cli master` with an equalizer of four bands and a compressor before the limiter, driven
//!   to a loudness, into a 24-bit file.
//! - **Job E**: `twobus-cli analyze`.
//! - **Check** and **match**: the subcommands of these names.
//!
//! The print is a bounce of stems made for `bench`; the target lies [`LOUDER_LU`] above its loudness.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::measure::{Cost, measured};
use super::project::Project;
use super::report::{load, median};
use crate::command::stdout;
use crate::error::{Error, Result};
use crate::terminal::say;

/// Stems in the print.
const STEMS: usize = 16;
/// How much louder the master is to be.
const LOUDER_LU: f64 = 6.0;

/// A job beside the meter.
struct Row {
    name: &'static str,
    /// Most wall time, in times of the meter's.
    most: f64,
    command: Command,
    /// The job, and the meter just before it, if there is one.
    runs: Vec<(Cost, Option<Cost>)>,
}

/// Measures all jobs `runs` times, and returns a Markdown table and whether the bounds hold.
///
/// # Errors
/// When a program fails. A bound that is missed is none, and neither is a machine without FFmpeg.
pub(super) fn table(folder: &Path, stems: &[PathBuf], runs: u32) -> Result<String> {
    let project = Project::new(&folder.join("master"))?;
    let _import = project.import(&stems[..STEMS.min(stems.len())])?;
    let _bounce = project.bounce()?;
    let print = project.print()?;
    project.add_chain()?;
    let target = loudness(&project, &print)? + LOUDER_LU;
    let meter = meter(&print);
    if meter.is_none() {
        say("There is no ffmpeg here, so that there are no ratios.");
    }
    let mut rows = rows(&project, &print, &stems[0], target);
    for number in 1..=runs {
        for row in &mut rows {
            let before = meter.as_ref().map(measured).transpose()?;
            row.runs.push((measured(&row.command)?, before));
        }
        say(format!("  {number} of {runs}"));
    }
    project.remove()?;
    Ok(text(&rows, meter.is_some()))
}

/// The jobs that this twobus-cli can do.
fn rows(project: &Project, print: &Path, reference: &Path, target: f64) -> Vec<Row> {
    let mut master = project.command("master");
    let target = format!("{target:.1}");
    let _args = master.args(["--target", &target, "--max-reduction", "20", "--force"]);
    let mut analyze = project.program("analyze");
    let _args = analyze.arg(print);
    let mut check = project.program("check");
    let _args = check.arg(print);
    let mut compare = project.program("match");
    let _args = compare.arg(print).arg("--reference").arg(reference);
    let rows = [
        ("job D", 1.2, master),
        ("job E", 0.25, analyze),
        ("check", 1.0, check),
        ("match", 3.0, compare),
    ];
    let rows = rows.map(|(name, most, command)| Row { name, most, command, runs: Vec::new() });
    let known = |row: &Row| {
        let name = row.command.get_args().next().unwrap_or_default();
        stdout(Command::new(row.command.get_program()).arg(name).arg("--help")).is_ok()
    };
    rows.into_iter().filter(known).collect()
}

/// FFmpeg's meter on `print`; `None` where there is no FFmpeg.
fn meter(print: &Path) -> Option<Command> {
    let _version = stdout(Command::new("ffmpeg").arg("-version")).ok()?;
    let mut command = Command::new("ffmpeg");
    let quietly = ["-nostdin", "-hide_banner", "-nostats", "-v", "error", "-i"];
    let _command =
        command.args(quietly).arg(print).args(["-af", "ebur128=peak=true", "-f", "null", "-"]);
    Some(command)
}

/// The integrated loudness of a file.
fn loudness(project: &Project, print: &Path) -> Result<f64> {
    let said = stdout(project.program("analyze").arg("--json").arg(print))?;
    let said: Value = serde_json::from_slice(&said)
        .map_err(|error| Error::Unfit(format!("twobus-cli analyze: {error}")))?;
    let found = said["files"][0]["report"]["integrated_lufs"].as_f64();
    found.ok_or_else(|| Error::Unfit("the print has no loudness".to_owned()))
}

fn text(rows: &[Row], has_meter: bool) -> String {
    let mut text = "\n| Job | Wall | CPU | Peak memory | Wall ÷ meter | CPU ÷ meter |\n\
                    |---|---:|---:|---:|---:|---:|\n"
        .to_owned();
    if has_meter {
        let meters: Vec<Cost> = rows.iter().flat_map(Row::meters).collect();
        text.push_str(&line("FFmpeg's meter", &meters, ["1".to_owned(), "1".to_owned()]));
    }
    let mut verdicts = String::new();
    for row in rows {
        let costs: Vec<Cost> = row.runs.iter().map(|(cost, _)| *cost).collect();
        let (wall, cpu) = (row.ratio(|cost| cost.wall_s), row.ratio(|cost| cost.cpu_s));
        let shown = |ratio: f64| if has_meter { format!("{ratio:.2}") } else { "–".to_owned() };
        text.push_str(&line(row.name, &costs, [shown(wall), shown(cpu)]));
        if has_meter {
            let word = if wall <= row.most { "pass" } else { "MISS" };
            let Row { name, most, .. } = row;
            verdicts.push_str(&format!("{word}  {name}: {wall:.2} × meter, at most {most}\n"));
        }
    }
    format!("{text}\nLoad average {} afterwards.\n\n{verdicts}", load())
}

fn line(name: &str, costs: &[Cost], [wall_ratio, cpu_ratio]: [String; 2]) -> String {
    let wall = median(costs.iter().map(|cost| cost.wall_s));
    let cpu = median(costs.iter().map(|cost| cost.cpu_s));
    let mib = costs.iter().map(|cost| cost.peak_bytes).max().unwrap_or(0) >> 20;
    format!("| {name} | {wall:.2} s | {cpu:.2} s | {mib} MiB | {wall_ratio} | {cpu_ratio} |\n")
}

impl Row {
    fn meters(&self) -> impl Iterator<Item = Cost> {
        self.runs.iter().filter_map(|(_, meter)| *meter)
    }

    fn ratio(&self, pick: fn(&Cost) -> f64) -> f64 {
        let pairs = self.runs.iter();
        median(pairs.filter_map(|(cost, meter)| Some(pick(cost) / pick(meter.as_ref()?))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_that_of_a_job_and_the_meter_before_it() {
        let cost = |wall_s| Cost { wall_s, cpu_s: 1.0, peak_bytes: 3 << 20 };
        let command = Command::new("none");
        let runs = vec![(cost(1.0), Some(cost(2.0))), (cost(9.0), Some(cost(6.0)))];
        let row = Row { name: "job D", most: 1.2, command, runs };
        assert_eq!(row.ratio(|cost| cost.wall_s), 1.0);
        let text = text(&[row], true);
        assert!(text.contains("| job D | 5.00 s | 1.00 s | 3 MiB | 1.00 | 1.00 |"), "{text}");
        assert!(text.contains("pass  job D: 1.00 × meter, at most 1.2"), "{text}");
    }
}
