//! The real window on a display without a screen, driven by mouse and keys, played on a real sound device.

#![cfg(target_os = "linux")]

#[cfg(test)]
#[path = "../../../../tests/shared/capture.rs"]
mod capture;
#[cfg(test)]
mod commands;
#[cfg(test)]
mod display;
#[cfg(test)]
mod journey;
#[cfg(test)]
mod picture;
#[cfg(test)]
mod session;
#[cfg(test)]
mod stems;
#[cfg(test)]
#[path = "../../../../tests/shared/tone.rs"]
mod tone;
