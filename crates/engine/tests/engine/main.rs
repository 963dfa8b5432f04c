//! Playing on sound devices: made-up ones, and real ones where the machine can have them.

#[cfg(test)]
#[cfg(target_os = "linux")]
#[path = "../../../../tests/shared/capture.rs"]
mod capture;
#[cfg(test)]
#[cfg(target_os = "linux")]
mod captured;
#[cfg(test)]
#[path = "../../../../tests/shared/heap.rs"]
mod heap;
#[cfg(test)]
mod master;
#[cfg(test)]
mod output;
#[cfg(test)]
#[cfg(target_os = "linux")]
mod player;
#[cfg(test)]
mod playing;
#[cfg(test)]
#[cfg(target_os = "linux")]
mod program;
#[cfg(test)]
#[cfg(target_os = "linux")]
mod proof;
#[cfg(test)]
#[cfg(target_os = "linux")]
mod pulse;
#[cfg(test)]
mod realtime;
#[cfg(test)]
mod recording;
#[cfg(test)]
mod signals;
#[cfg(test)]
mod song;
