//! What the tail sounds like: dense, without ringing or flutter, and wide.

use twobus_dsp::impulse::{
    correlation, echo_density, flutter, mono_power_db, ringing, time_to_density,
};

use super::{RATE_HZ, SPACES, response, responses};
use crate::whole_grid;

/// Seconds from one reading of the echo density to the next.
const STEP_S: f64 = 0.005;

/// Sizes in percent: the default and the ends of the range.
const SIZES: [f64; 3] = [50.0, 100.0, 120.0];

/// What takes long is measured at the default only, unless all is asked for.
fn some_sizes() -> &'static [f64] {
    if whole_grid() { &SIZES } else { &SIZES[1..2] }
}

/// Every space at some sizes: its name, and the settings.
fn rooms(sizes: &[f64]) -> impl Iterator<Item = (String, [(&'static str, f64); 3])> {
    let spaces = SPACES.iter().enumerate();
    spaces.flat_map(move |(space, name)| {
        sizes.iter().map(move |&size| {
            let settings = [("space", space as f64), ("size", size), ("decay", 2000.0)];
            (format!("{name} at {size} %"), settings)
        })
    })
}

/// The echo density of a space, the mean of all its responses: one alone is as random as noise, by 7 % in
/// a window of 20 ms.
fn density(settings: &[(&str, f64)]) -> Vec<f64> {
    let heard = responses(settings, 4, 1.5);
    let count = heard.len() as f64;
    let mut mean = vec![0.0; (1.5 / STEP_S) as usize];
    for response in &heard {
        let density = echo_density(response, STEP_S, RATE_HZ);
        mean.iter_mut().zip(density).for_each(|(mean, density)| *mean += density / count);
    }
    mean
}

#[test]
fn r2_the_sound_is_soon_dense_and_stays_so() {
    for (name, settings) in rooms(&SIZES) {
        let soon_s = if name.starts_with(SPACES[2]) { 0.04 } else { 0.08 };
        let density = density(&settings);
        let dense_s = time_to_density(&density, 0.9, STEP_S).unwrap();
        assert!(dense_s <= soon_s, "{name}: {dense_s} s");
        let after = &density[(soon_s / STEP_S) as usize..];
        assert!(after.iter().all(|d| (0.9..=1.1).contains(d)), "{name}: {after:.2?}");
    }
}

#[test]
fn r3_nothing_rings() {
    for (name, settings) in rooms(some_sizes()) {
        for inputs in [[1.0, 0.0], [1.0, 1.0]] {
            for heard in response(&settings, inputs, 0, 2.6) {
                let ringing = ringing(&heard, 0.3, 2.0, RATE_HZ);
                assert!((ringing.spread_db - 5.57).abs() <= 0.6, "{name} {ringing:?}");
                assert!(ringing.loudest_db <= 14.0, "{name} {ringing:?}");
                assert!(ringing.longest <= 1.3, "{name} {ringing:?}");
            }
        }
    }
}

#[test]
fn r4_nothing_flutters() {
    for (name, settings) in rooms(some_sizes()) {
        for heard in responses(&settings, 2, 2.6) {
            let flutter = flutter(&heard, 0.3, 2.0, RATE_HZ);
            assert!(flutter <= 0.15, "{name}: {flutter}");
        }
    }
}

#[test]
fn r5_the_mono_sum_loses_nothing_and_the_sides_differ() {
    for (name, settings) in rooms(some_sizes()) {
        for inputs in [[1.0, 1.0], [1.0, 0.0], [0.0, 1.0]] {
            let [left, right] = response(&settings, inputs, 0, 2.6);
            let mono_db = mono_power_db([&left, &right]);
            assert!((mono_db + 3.01).abs() <= 1.0, "{name} {inputs:?}: {mono_db}");
            let tails = [&left[14_400..], &right[14_400..]];
            let above = correlation(tails, 300.0, 16_000.0, RATE_HZ);
            let below = correlation(tails, 30.0, 300.0, RATE_HZ);
            assert!(above.abs() <= 0.3 && below.abs() <= 0.6, "{name}: {above} {below}");
        }
    }
}
