//! What the tail sounds like: dense, without ringing or flutter, and wide.

use twobus_dsp::impulse::{
    correlation, echo_density, flutter, mono_power_db, ringing, time_to_density,
};

use super::{RATE_HZ, SPACES, response, responses};

/// Seconds from one reading of the echo density to the next.
const STEP_S: f64 = 0.005;

/// The echo density of a space, the mean of all its responses: one alone is as random as noise, by 7 % in
/// a window of 20 ms.
fn density(space: usize) -> Vec<f64> {
    let heard = responses(&[("space", space as f64), ("decay", 2000.0)], 4, 1.5);
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
    for (space, soon_s) in [(0, 0.08), (1, 0.08), (2, 0.04)] {
        let density = density(space);
        let dense_s = time_to_density(&density, 0.9, STEP_S).unwrap();
        assert!(dense_s <= soon_s, "{}: {dense_s} s", SPACES[space]);
        let after = &density[(soon_s / STEP_S) as usize..];
        assert!(after.iter().all(|d| (0.9..=1.1).contains(d)), "{}: {after:.2?}", SPACES[space]);
    }
}

#[test]
fn r3_nothing_rings() {
    for (space, name) in SPACES.iter().enumerate() {
        for inputs in [[1.0, 0.0], [1.0, 1.0]] {
            let settings = [("space", space as f64), ("decay", 2000.0)];
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
    for (space, name) in SPACES.iter().enumerate() {
        for heard in responses(&[("space", space as f64), ("decay", 2000.0)], 2, 2.6) {
            let flutter = flutter(&heard, 0.3, 2.0, RATE_HZ);
            assert!(flutter <= 0.15, "{name}: {flutter}");
        }
    }
}

#[test]
fn r5_the_mono_sum_loses_nothing_and_the_sides_differ() {
    for (space, name) in SPACES.iter().enumerate() {
        for inputs in [[1.0, 1.0], [1.0, 0.0], [0.0, 1.0]] {
            let [left, right] = response(&[("space", space as f64)], inputs, 0, 2.6);
            let mono_db = mono_power_db([&left, &right]);
            assert!((mono_db + 3.01).abs() <= 1.0, "{name} {inputs:?}: {mono_db}");
            let tails = [&left[14_400..], &right[14_400..]];
            let above = correlation(tails, 300.0, 16_000.0, RATE_HZ);
            let below = correlation(tails, 30.0, 300.0, RATE_HZ);
            assert!(above.abs() <= 0.3 && below.abs() <= 0.6, "{name}: {above} {below}");
        }
    }
}
