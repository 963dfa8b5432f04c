//! What happens while a control moves.

use std::f64::consts::TAU;

use twobus_dsp::DeviceKind;
use twobus_dsp::delay::FASTEST;

use super::{RATE_HZ, wet};
use crate::signals::sine;
use crate::{Stereo, db, run, set};

/// The largest step that is not in the slope: of a sine at 100 Hz, −75 dB; of a jump by x, x.
fn roughest(signal: &[f32]) -> f64 {
    let bend = |w: &[f32]| f64::from(w[2]) - 2.0 * f64::from(w[1]) + f64::from(w[0]);
    signal.windows(3).map(|w| bend(w).abs()).fold(0.0, f64::max)
}

/// A sine of 100 Hz at −6 dBFS through a delay whose control `id` goes to each of `values` in turn.
fn moved(settings: &[(&str, f64)], id: &str, values: &[f64]) -> Stereo {
    let mut delay = wet(RATE_HZ, settings);
    let input = sine(48_000 * (values.len() + 1), 100.0, 0.5, RATE_HZ);
    let mut output = [vec![], vec![]];
    for (at, part) in input[0].chunks(48_000).enumerate() {
        if let Some(&value) = at.checked_sub(1).and_then(|at| values.get(at)) {
            set(delay.as_mut(), DeviceKind::Delay, &[(id, value)]);
        }
        let heard = run(delay.as_mut(), &[part.to_vec(), part.to_vec()]);
        output.iter_mut().zip(heard).for_each(|(all, heard)| all.extend(heard));
    }
    output
}

#[test]
fn l4_no_move_of_any_control_clicks() {
    let moves: [(&str, &[f64]); 14] = [
        ("time", &[350.0, 30.0, 1.0, 900.0, 0.3]),
        ("sync", &[11.0, 5.0, 0.0]),
        ("tempo_bpm", &[90.0, 91.0, 240.0]),
        ("offset", &[20.0, -20.0, 0.0]),
        ("routing", &[1.0, 2.0, 3.0, 0.0]),
        ("feedback", &[90.0, 0.0, 100.0]),
        ("low_cut", &[200.0, 2000.0, 20.0]),
        ("high_cut", &[500.0, 5000.0, 20_000.0]),
        ("saturation", &[100.0, 0.0]),
        ("mod_rate", &[5.0, 0.1]),
        ("mod_depth", &[5.0, 0.0]),
        ("duck", &[24.0, 0.0]),
        ("width", &[0.0, 200.0]),
        ("mix", &[0.0, 60.0, 100.0]),
    ];
    for character in [0.0, 1.0] {
        let settings = [("character", character), ("time", 42.5)];
        for (id, values) in moves {
            let synced = [("character", character), ("sync", 9.0)];
            let settings: &[_] = if id == "tempo_bpm" { &synced } else { &settings };
            let output = moved(settings, id, values);
            for channel in &output {
                let worst = db(roughest(channel));
                assert!(worst <= -60.0, "{id} in character {character}: {worst} dBFS");
            }
        }
    }
}

/// The frequency of a sine in each window of 1024 frames, from the zeros it crosses.
fn pitches(signal: &[f32]) -> Vec<f64> {
    let zeros: Vec<f64> = (1..signal.len())
        .filter(|&n| signal[n - 1] < 0.0 && signal[n] >= 0.0)
        .map(|n| n as f64 - f64::from(signal[n]) / f64::from(signal[n] - signal[n - 1]))
        .collect();
    zeros.windows(2).map(|w| RATE_HZ / (w[1] - w[0])).collect()
}

#[test]
fn l4_tape_sweeps_the_pitch_without_steps_and_digital_keeps_it() {
    for (to_ms, low, high) in [(160.0, 1.0 - FASTEST, 1.0), (20.0, 1.0, 1.0 + FASTEST)] {
        let mut delay = wet(RATE_HZ, &[("character", 0.0), ("time", 80.0)]);
        let [before, after] = [0..48_000, 48_000..192_000].map(|range| {
            let input = &sine(192_000, 1000.0, 0.5, RATE_HZ)[0][range];
            [input.to_vec(), input.to_vec()]
        });
        let _ = run(delay.as_mut(), &before);
        set(delay.as_mut(), DeviceKind::Delay, &[("time", to_ms)]);
        let heard = pitches(&run(delay.as_mut(), &after)[0]);
        let within = |pitch: f64| (1000.0 * low - 1.0..=1000.0 * high + 1.0).contains(&pitch);
        assert!(heard.iter().all(|&pitch| within(pitch)), "{to_ms}");
        // Without steps: neighbouring periods differ by little.
        assert!(heard.windows(2).all(|w| (w[1] / w[0]).ln().abs() < 0.06), "{to_ms}");
        assert!(heard.iter().any(|pitch| (pitch - 1000.0).abs() > 200.0));
        assert!((heard.last().unwrap() - 1000.0).abs() < 0.01);
    }
}

#[test]
fn modulation_detunes_by_its_rate_and_depth() {
    let (rate_hz, depth_ms) = (2.0, 0.5);
    let settings = [("time", 30.0), ("mod_rate", rate_hz), ("mod_depth", depth_ms)];
    let output = run(wet(RATE_HZ, &settings).as_mut(), &sine(96_000, 1000.0, 0.5, RATE_HZ));
    let deviation = TAU * rate_hz * depth_ms / 1000.0;
    for channel in &output {
        let heard = pitches(&channel[9600..]);
        let highest = heard.iter().copied().fold(0.0, f64::max) / 1000.0 - 1.0;
        let lowest = 1.0 - heard.iter().copied().fold(f64::MAX, f64::min) / 1000.0;
        assert!((highest / deviation - 1.0).abs() < 0.03, "{highest} for {deviation}");
        assert!((lowest / deviation - 1.0).abs() < 0.03, "{lowest} for {deviation}");
    }
}
