//! What playback costs; `cargo xtask bench` runs it and shows what it prints.
//!
//! Times are those of the processor that the audio thread used: on a machine that does other things as
//! well, how long it had to wait for one says nothing about the program.

mod budget;
mod devices;
mod project;
mod start;

use std::error::Error;
use std::io::Write as _;

fn main() -> Result<(), Box<dyn Error>> {
    let quick = std::env::args().any(|word| word == "--quick");
    let (budget, devices) = (budget::measure(quick)?, devices::measure(quick)?);
    let text = format!("{budget}\n{devices}\n{}", start::measure(quick)?);
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(())
}
