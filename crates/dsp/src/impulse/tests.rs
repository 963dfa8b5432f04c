//! The measures, on responses whose figures are known.

use super::*;

const RATE_HZ: f64 = 48_000.0;

/// Gaussian noise that falls by 60 dB in `time_s`: an ideal diffuse tail.
fn ideal(time_s: f64, seconds: f64, seed: u64) -> Vec<f64> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut uniform = || {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        (state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11) as f64 / (1_u64 << 53) as f64
    };
    (0..(seconds * RATE_HZ) as usize)
        .map(|n| {
            let gauss = (0..12).map(|_| uniform()).sum::<f64>() - 6.0;
            gauss * 10.0_f64.powf(-3.0 * n as f64 / (time_s * RATE_HZ))
        })
        .collect()
}

#[test]
fn r1_the_decay_of_falling_noise_is_its_own_in_every_octave() {
    let responses: Vec<Vec<f64>> = (0..8).map(|seed| ideal(1.5, 2.5, 10 + seed)).collect();
    for octave_hz in OCTAVES_HZ {
        let decay = decay_in_octave(&responses, octave_hz, RATE_HZ).unwrap();
        assert!((decay.t30_s / 1.5 - 1.0).abs() < 0.03, "{octave_hz} {decay:?}");
        assert!((decay.t20_s / decay.t30_s - 1.0).abs() < 0.05 && decay.straightness > 0.99);
    }
    assert_eq!(decay(&[], RATE_HZ), None);
    assert_eq!(decay(&[vec![0.0; 100]], RATE_HZ), None);
}

#[test]
fn r2_noise_is_dense_and_a_few_echoes_are_not() {
    let density = echo_density(&ideal(2.0, 1.0, 2), 0.005, RATE_HZ);
    assert!(density[4..].iter().all(|d| (0.85..1.15).contains(d)));
    let mut sparse = vec![0.0; 48_000];
    (0..48_000).step_by(480).for_each(|n| sparse[n] = 1.0);
    let density = echo_density(&sparse, 0.005, RATE_HZ);
    assert!(density.iter().all(|&d| d < 0.05));
    assert_eq!(time_to_density(&density, 0.9, 0.005), None);
    assert_eq!(time_to_density(&[0.2, 0.5, 0.95], 0.9, 0.005), Some(0.01));
}

#[test]
fn r3_noise_does_not_ring_and_a_long_tone_does() {
    let response = ideal(2.0, 3.0, 3);
    let diffuse = ringing(&response, 0.3, 2.0, RATE_HZ);
    assert!((diffuse.spread_db - 5.57).abs() < 0.3 && diffuse.loudest_db < 12.0, "{diffuse:?}");
    assert!(diffuse.longest < 1.3, "{diffuse:?}");
    let with_tone = |level: f64| {
        let rings = |(n, x): (usize, &f64)| {
            let fall = 10.0_f64.powf(-3.0 * n as f64 / (4.0 * RATE_HZ));
            x + level * fall * (n as f64 * std::f64::consts::TAU * 975.0 / RATE_HZ).sin()
        };
        let response: Vec<f64> = response.iter().enumerate().map(rings).collect();
        ringing(&response, 0.3, 2.0, RATE_HZ)
    };
    assert!(with_tone(0.1).loudest_db > 14.0, "{:?}", with_tone(0.1));
    // A weaker one does not make its whole octave longer.
    assert!(with_tone(0.03).longest > 1.3, "{:?}", with_tone(0.03));
}

#[test]
fn r4_noise_does_not_flutter_and_a_repeated_tail_does() {
    let response = ideal(2.0, 2.5, 4);
    assert!(flutter(&response, 0.3, 2.0, RATE_HZ) < 0.15);
    let twice: Vec<f64> =
        (0..response.len()).map(|n| response[n] + response[n.saturating_sub(2400)]).collect();
    // A quarter of the power's variance comes back after 50 ms.
    assert!((flutter(&twice, 0.3, 2.0, RATE_HZ) - 0.25).abs() < 0.07);
}

#[test]
fn r5_sides_that_differ_and_sides_that_are_the_same() {
    let (a, b) = (ideal(2.0, 2.0, 5), ideal(2.0, 2.0, 6));
    assert!((mono_power_db([&a, &b]) + 3.01).abs() < 0.2);
    assert!(mono_power_db([&a, &a]).abs() < 1e-9);
    assert!(correlation([&a, &b], 300.0, 8000.0, RATE_HZ).abs() < 0.1);
    assert!((correlation([&a, &a], 300.0, 8000.0, RATE_HZ) - 1.0).abs() < 1e-9);
}
