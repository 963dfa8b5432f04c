//! `cargo xtask test`: everything that must hold before a change is taken, the quickest first.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use crate::command::{cargo, run as run_command, shown, start, succeeded};
use crate::error::Result;
use crate::tally::Tally;
use crate::terminal::{columns, complain, say};
use crate::{fuzz, licences, sanitizer, setup};

/// A part of the check.
struct Part {
    name: &'static str,
    check: fn(&mut Findings) -> Result<()>,
}

/// What a part has found.
#[derive(Default)]
struct Findings {
    /// Whether the whole grids of the tests are run.
    full: bool,
    /// The tests counted.
    tally: Tally,
    /// A word for the closing table.
    note: String,
}

/// In this order; the first that fails is the last.
const PARTS: [Part; 8] = [
    Part { name: "set-up", check: |_| setup::ensure(setup::TEST) },
    Part { name: "format", check: format },
    Part { name: "licences", check: licences },
    Part { name: "clippy", check: clippy },
    Part { name: "docs", check: docs },
    Part { name: "tests", check: tests },
    Part { name: "sanitizer", check: sanitizer },
    Part { name: "fuzzing", check: fuzzing },
];

/// Runs all parts, or until one fails; says how long each took, and last, alone on a line, how many
/// tests passed and failed. A part that fails without a test counts as one failed.
///
/// With `full`, tests that take a seeded part of a large grid take all of it, and the fuzz targets run.
pub(crate) fn run(full: bool) -> ExitCode {
    let mut rows = Vec::new();
    let mut sum = Tally::default();
    let mut failing = None;
    for part in &PARTS {
        say(format!("\n== {} ==", part.name));
        let mut findings = Findings { full, ..Findings::default() };
        let started = Instant::now();
        let outcome = (part.check)(&mut findings);
        let verdict = if outcome.is_ok() { "passed" } else { "FAILED" };
        rows.push(row(part.name, verdict, started.elapsed(), findings.note));
        sum += findings.tally;
        if let Err(error) = outcome {
            complain(error);
            sum.failed = sum.failed.max(1);
            failing = Some(part.name);
            break;
        }
    }
    say(format!("\n{}", columns(&rows)));
    if let Some(name) = failing {
        say(format!("\nStopped at {name}."));
    }
    say(sum);
    if failing.is_some() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn row(name: &str, verdict: &str, took: Duration, note: String) -> Vec<String> {
    let seconds = took.as_secs();
    let time = format!("{:>2} min {:>2} s", seconds / 60, seconds % 60);
    vec![name.to_owned(), verdict.to_owned(), time, note]
}

fn format(_: &mut Findings) -> Result<()> {
    run_command(&mut cargo(&["fmt", "--all", "--check"])?)
}

fn licences(findings: &mut Findings) -> Result<()> {
    say("The licence of every package in the lock file against .deny.toml");
    findings.note = format!("{} packages", licences::check()?);
    Ok(())
}

fn clippy(_: &mut Findings) -> Result<()> {
    let args = ["clippy", "--workspace", "--all-targets", "--release", "--locked"];
    run_command(cargo(&args)?.args(["--", "-D", "warnings"]))
}

fn docs(_: &mut Findings) -> Result<()> {
    let args = ["doc", "--workspace", "--no-deps", "--release", "--locked"];
    run_command(cargo(&args)?.env("RUSTDOCFLAGS", "-D warnings"))
}

fn tests(findings: &mut Findings) -> Result<()> {
    let mut command = cargo(&["test", "--workspace", "--release", "--locked", "--no-fail-fast"])?;
    if findings.full {
        let _command = command.env("TWOBUS_FULL", "1");
    }
    let outcome = count(&mut command, &mut findings.tally);
    findings.note = findings.tally.to_string();
    outcome
}

/// Runs a `cargo test`, passes on what it says, and counts its tests.
fn count(command: &mut Command, tally: &mut Tally) -> Result<()> {
    say(format!("$ {}", shown(command)));
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(start(command))?;
    let output = child.stdout.take().expect("standard output was asked for just before");
    for line in BufReader::new(output).split(b'\n').map_while(std::result::Result::ok) {
        let line = String::from_utf8_lossy(&line);
        *tally += Tally::of_line(&line);
        say(line);
    }
    let status = child.wait().map_err(start(command))?;
    succeeded(command, status)
}

fn sanitizer(findings: &mut Findings) -> Result<()> {
    findings.note = sanitizer::check()?.unwrap_or_default().to_owned();
    Ok(())
}

fn fuzzing(findings: &mut Findings) -> Result<()> {
    findings.note = match findings.full {
        true => fuzz::check(fuzz::SECONDS)?,
        false => "left out: --full runs it".to_owned(),
    };
    say(&findings.note);
    Ok(())
}
