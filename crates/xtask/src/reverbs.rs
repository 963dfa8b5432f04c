//! `cargo xtask reverbs`: the reverb's figures beside those of other open reverbs that are installed.
//!
//! Every reverb gets the same two impulses, one on each side, and gives four responses, wet only and with as
//! even a decay as its settings allow, of about two seconds. All are judged by the same measures,
//! `twobus_dsp::impulse`, which know nothing of who made a response.

mod subjects;

use twobus_dsp::impulse::{
    OCTAVES_HZ, correlation, decay_in_octave, echo_density, flutter, mono_power_db, ringing,
    time_to_density,
};

use self::subjects::{RATE_HZ, SUBJECTS, Subject};
use crate::error::Result;
use crate::terminal::{columns, say};

/// Seconds from one reading of the echo density to the next.
const STEP_S: f64 = 0.005;

/// Measures them all and prints a Markdown table.
///
/// # Errors
/// When a program that is installed fails.
pub(crate) fn run() -> Result<()> {
    let head = [
        "Reverb",
        "T30 at 1 kHz",
        "Octaves off",
        "r² at least",
        "Dense after",
        "Density later",
        "Spread",
        "Loudest line",
        "Longest band",
        "Flutter",
        "Correlation",
        "Mono",
    ];
    let rule = head.map(|cell| "-".repeat(cell.chars().count()));
    let mut rows = vec![head.map(str::to_owned).to_vec(), rule.to_vec()];
    for subject in &SUBJECTS {
        match subject.responses()? {
            Some(heard) => rows.push(figures(subject, &heard)),
            None => say(format!("{}: not installed ({})", subject.name, subject.package)),
        }
    }
    let cells =
        rows.iter().map(|row| row.iter().map(|cell| format!("| {cell}")).collect::<Vec<_>>());
    say(columns(&cells.collect::<Vec<_>>()).replace('\n', " |\n") + " |");
    Ok(())
}

/// One row of the table from the responses left and right to each impulse.
fn figures(subject: &Subject, heard: &[Vec<f64>]) -> Vec<String> {
    let octaves = OCTAVES_HZ.map(|octave_hz| decay_in_octave(heard, octave_hz, RATE_HZ));
    let time_s = octaves[3].map_or(f64::NAN, |decay| decay.t30_s);
    let off = octaves.iter().map(|decay| decay.map_or(f64::NAN, |d| d.t30_s / time_s - 1.0));
    let off = off.fold(0.0, |worst: f64, off| if off.abs() > worst.abs() { off } else { worst });
    let straight = octaves.iter().flatten().map(|decay| decay.straightness).fold(1.0, f64::min);
    let density = density(heard);
    let later = &density[(0.1 / STEP_S) as usize..];
    let dense = time_to_density(&density, 0.9, STEP_S);
    let rings: Vec<_> = heard.iter().map(|x| ringing(x, 0.3, time_s, RATE_HZ)).collect();
    let spread = rings.iter().map(|ringing| ringing.spread_db).sum::<f64>() / rings.len() as f64;
    let most = |values: &mut dyn Iterator<Item = f64>| values.fold(f64::NEG_INFINITY, f64::max);
    let flutter = most(&mut heard.iter().map(|x| flutter(x, 0.3, time_s, RATE_HZ)));
    let tail = |x: &Vec<f64>| x[(0.3 * RATE_HZ) as usize..].to_vec();
    let sides = || heard.chunks_exact(2).map(|pair| [tail(&pair[0]), tail(&pair[1])]);
    let alike = sides().map(|[l, r]| correlation([&l, &r], 300.0, 16_000.0, RATE_HZ).abs());
    let mono = sides().map(|[l, r]| mono_power_db([&l, &r])).sum::<f64>() / 2.0;
    vec![
        subject.name.to_owned(),
        format!("{time_s:.2} s"),
        format!("{:+.0} %", 100.0 * off),
        format!("{straight:.4}"),
        dense.map_or("never".to_owned(), |s| format!("{:.0} ms", 1000.0 * s)),
        format!(
            "{:.2} to {:.2}",
            later.iter().copied().fold(f64::MAX, f64::min),
            most(&mut later.iter().copied())
        ),
        format!("{spread:.2} dB"),
        format!("{:.1} dB", most(&mut rings.iter().map(|ringing| ringing.loudest_db))),
        format!("{:.2}", most(&mut rings.iter().map(|ringing| ringing.longest))),
        format!("{flutter:.2}"),
        format!("{:.2}", most(&mut alike.into_iter())),
        format!("{mono:.1} dB"),
    ]
}

/// The echo density of all responses together, from the first sound on, for one second.
fn density(heard: &[Vec<f64>]) -> Vec<f64> {
    let mut mean = vec![0.0; (1.0 / STEP_S) as usize];
    for response in heard {
        let peak = response.iter().fold(0.0, |peak: f64, x| peak.max(x.abs()));
        let onset = response.iter().position(|x| x.abs() > 0.001 * peak).unwrap_or(0);
        let density = echo_density(&response[onset..], STEP_S, RATE_HZ);
        for (mean, density) in mean.iter_mut().zip(density) {
            *mean += density / heard.len() as f64;
        }
    }
    mean
}
