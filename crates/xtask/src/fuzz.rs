//! Fuzzing: libFuzzer feeds the readers of what comes from outside with what it makes of good files,
//! guided by which code each input reaches. Any panic, hang or use of too much memory is a failure,
//! and the input is kept.
//!
//! The flags by which rustc counts what is reached are stable; only sanitizers would need a nightly
//! toolchain, and there is no `unsafe` here for them to watch.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::command::{cargo, root, run, shown, start, stdout, succeeded, target};
use crate::error::{Error, Result};
use crate::setup;
use crate::terminal::say;

/// The programs of `fuzz/`, each with its good files in `fuzz/seeds/`.
const TARGETS: [&str; 2] = ["pcm", "project"];
/// How long each runs in `cargo xtask test --full`, in seconds.
pub(crate) const SECONDS: u32 = 60;
/// Longest time for one input, in seconds.
const TIMEOUT_S: u32 = 10;
/// Most memory, in MiB.
const MEMORY_MIB: u32 = 512;
/// Longest input, in bytes.
const LONGEST: u32 = 20_000;

/// Instrumentation for libFuzzer: a counter at every edge, and the operands of comparisons; and the
/// name by which code can know, as `cargo fuzz` sets it.
const COVERAGE: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
     -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
     -Cllvm-args=-sanitizer-coverage-pc-table \
     -Cllvm-args=-sanitizer-coverage-trace-compares \
     --cfg fuzzing";

/// Builds the targets and lets each run for so many seconds; returns how many inputs they tried.
///
/// # Errors
/// When they cannot be built, or one fails: the message names the input.
pub(crate) fn check(seconds: u32) -> Result<String> {
    if !cfg!(any(target_os = "linux", target_os = "macos")) {
        return Ok("left out: libFuzzer is built on Linux and macOS only".to_owned());
    }
    setup::ensure(setup::FUZZ)?;
    let host = stdout(Command::new("rustc").args(["--print", "host-tuple"]))?;
    let host = String::from_utf8_lossy(&host).trim().to_owned();
    let folder = target()?.join("fuzz");
    let mut build =
        cargo(&["build", "--release", "--locked", "--manifest-path", "fuzz/Cargo.toml"])?;
    // With a target named, build scripts and macros are not instrumented.
    let _build = build.args(["--target", &host, "--target-dir"]).arg(&folder);
    run(build.env("RUSTFLAGS", COVERAGE))?;
    let programs = folder.join(host).join("release");
    let mut tried = Vec::new();
    for name in TARGETS {
        tried
            .push(format!("{name} {} inputs", fuzz(name, &programs.join(name), &folder, seconds)?));
    }
    Ok(tried.join(", "))
}

/// Runs one target for so many seconds and returns how many inputs it tried. What it finds worth keeping stays in
/// `folder` for the next run.
fn fuzz(name: &str, program: &Path, folder: &Path, seconds: u32) -> Result<u64> {
    let corpus = folder.join("corpus").join(name);
    std::fs::create_dir_all(&corpus).map_err(Error::io("making the folder", &corpus))?;
    let mut command = Command::new(program);
    let _command = command
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-timeout={TIMEOUT_S}"))
        .arg(format!("-rss_limit_mb={MEMORY_MIB}"))
        .arg(format!("-max_len={LONGEST}"))
        .arg(format!("-artifact_prefix={}/{name}-", folder.display()))
        .args(["-print_final_stats=1"])
        .arg(&corpus)
        .arg(root()?.join("fuzz/seeds").join(name))
        .stdin(Stdio::null());
    say(format!("$ {}", shown(&command)));
    let output = command.output().map_err(start(&command))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        say(&said);
    }
    succeeded(&command, output.status)?;
    let none = || Error::Unfit(format!("the fuzz target {name} tried nothing; it said:\n{said}"));
    inputs(&said).filter(|&tried| tried > 0).ok_or_else(none)
}

/// How many inputs libFuzzer says it tried.
fn inputs(said: &str) -> Option<u64> {
    let line = said.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
    line?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_inputs_tried_are_read_from_the_closing_statistics() {
        let said = "Done 65408 runs in 26 second(s)\nstat::number_of_executed_units: 65408\n";
        assert_eq!(inputs(said), Some(65_408));
        assert_eq!(inputs("#2 INITED"), None);
    }

    #[test]
    fn every_target_has_its_good_files() {
        for name in TARGETS {
            let seeds = root().unwrap().join("fuzz/seeds").join(name);
            assert!(seeds.read_dir().unwrap().count() > 1, "{name}");
            assert!(root().unwrap().join("fuzz/src/bin").join(format!("{name}.rs")).is_file());
        }
    }
}
