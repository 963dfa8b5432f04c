//! What a program costs: time, processor time and peak memory.
//!
//! The system keeps processor time and peak memory of *all* children that have ended
//! (`getrusage(RUSAGE_CHILDREN)`), not of one. So each measured program is the only child of a small
//! process made for it, `cargo xtask bench-measure`, which prints the figures when it ends.

use std::fmt;
use std::process::{Command, Stdio};
use std::time::Instant;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;

use crate::command::{done, itself, start, stdout};
use crate::error::{Error, Result};
use crate::terminal::say;

/// Bytes in a unit of `ru_maxrss`.
const RSS_UNIT: u64 = if cfg!(target_os = "macos") { 1 } else { 1024 };

/// What one run of a program cost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Cost {
    /// Seconds from its start to its end.
    pub(crate) wall_s: f64,
    /// Processor seconds, its own and the system's for it, over all threads.
    pub(crate) cpu_s: f64,
    /// Most memory it held at once, in bytes.
    pub(crate) peak_bytes: u64,
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2} s ({:.2} s CPU)", self.wall_s, self.cpu_s)
    }
}

/// Runs `command` and returns what it cost.
///
/// # Errors
/// When it fails.
pub(crate) fn measured(command: &Command) -> Result<Cost> {
    let mut measuring = Command::new(itself()?);
    let measuring = measuring.args(["bench-measure", "--"]).arg(command.get_program());
    let line = stdout(measuring.args(command.get_args()))?;
    let line = String::from_utf8_lossy(&line);
    parse(&line).ok_or_else(|| Error::Unfit(format!("not a measurement: {line}")))
}

fn parse(line: &str) -> Option<Cost> {
    let mut words = line.split_whitespace();
    let mut number = || words.next()?.parse::<f64>().ok();
    let (wall_s, cpu_s, peak) = (number()?, number()?, number()?);
    Some(Cost { wall_s, cpu_s, peak_bytes: peak as u64 })
}

/// Runs a program, mute but for its errors, and prints what it cost.
///
/// # Errors
/// When it fails.
pub(crate) fn run(words: &[String]) -> Result<()> {
    let [program, args @ ..] = words else {
        return Err(Error::Unfit("name a program to measure".to_owned()));
    };
    let mut command = Command::new(program);
    let command = command.args(args).stdin(Stdio::null()).stdout(Stdio::null());
    let started = Instant::now();
    let status = command.status().map_err(start(command))?;
    let wall_s = started.elapsed().as_secs_f64();
    done(command, status)?;
    let used = getrusage(UsageWho::RUSAGE_CHILDREN)
        .map_err(|error| Error::Unfit(format!("the system does not tell the cost: {error}")))?;
    let cpu_us = (used.user_time() + used.system_time()).num_microseconds();
    let peak = u64::try_from(used.max_rss()).unwrap_or(0) * RSS_UNIT;
    say(format!("{wall_s} {} {peak}", cpu_us as f64 / 1e6));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_measurement_is_read_as_it_is_written() {
        let cost = Cost { wall_s: 1.25, cpu_s: 2.5, peak_bytes: 123_456_789 };
        assert_eq!(parse("1.25 2.5 123456789\n"), Some(cost));
        assert_eq!(parse("1.25 2.5"), None);
    }
}
