//! Whole-program tests: the real `twobus-cli` as a child process, on small projects in temporary
//! folders. Each test carries the row it proves in its name.

#[cfg(test)]
mod archive;
#[cfg(test)]
mod bounce;
#[cfg(test)]
mod chains;
#[cfg(test)]
mod check;
#[cfg(test)]
mod cli;
#[cfg(test)]
mod deliver;
#[cfg(test)]
mod determinism;
#[cfg(test)]
mod devices;
#[cfg(test)]
#[cfg(target_os = "linux")]
mod document;
#[cfg(test)]
#[cfg(target_os = "linux")]
mod faults;
#[cfg(test)]
mod files;
#[cfg(test)]
mod formats;
#[cfg(test)]
mod import;
#[cfg(test)]
#[cfg(unix)]
mod interruption;
#[cfg(test)]
#[path = "../shared/loudness.rs"]
mod loudness_referee;
#[cfg(test)]
mod master;
#[cfg(test)]
mod matching;
#[cfg(test)]
mod prints;
#[cfg(test)]
#[path = "../shared/referee.rs"]
mod referee;
#[cfg(test)]
mod relink;
#[cfg(test)]
mod sums;
#[cfg(test)]
mod support;
