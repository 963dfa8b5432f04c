//! How long the delay is, and what reading between the frames does to the sound.

use std::f64::consts::TAU;

use twobus_dsp::DeviceKind;

use super::{RATE_HZ, wet};
use crate::signals::{Random, impulse, noise};
use crate::{RATES_HZ, bits, db, device, run, set};

/// Gain in dB and delay in frames of an impulse response at `frequency` (1 is the rate).
fn response(impulse: &[f32], frequency: f64, about: f64) -> (f64, f64) {
    let (mut re, mut im) = (0.0, 0.0);
    for (n, &x) in impulse.iter().enumerate() {
        // Turned back by the delay expected, so that the phase left is small.
        let angle = TAU * frequency * (n as f64 - about);
        re += f64::from(x) * angle.cos();
        im -= f64::from(x) * angle.sin();
    }
    (db(f64::hypot(re, im)), about - im.atan2(re) / (TAU * frequency))
}

#[test]
fn l1_whole_frames_are_exact_to_the_bit() {
    let input = noise(6000, 1.0, 1);
    for frames in [15.0, 16.0, 75.0, 76.0, 480.0, 4800.0] {
        let mut delay = wet(RATE_HZ, &[("time", frames / 48.0)]);
        let output = run(delay.as_mut(), &input);
        let frames = frames as usize;
        for (output, input) in output.iter().zip(&input) {
            assert!(output[..frames].iter().all(|&x| x == 0.0));
            assert_eq!(output[frames..], input[..input.len() - frames], "{frames} frames");
        }
    }
}

#[test]
fn l1_between_frames_the_delay_is_right_within_a_two_hundredth_of_a_frame() {
    let mut random = Random::new(2);
    for rate_hz in RATES_HZ {
        let shortest = 0.0003 * rate_hz;
        let lengths = (0..24).map(|i| shortest + 0.37 * f64::from(i) + 60.0 * random.unit());
        for length in lengths.chain([shortest, 100.5, 100.25, 100.999]) {
            let mut delay = wet(rate_hz, &[("time", 1000.0 * length / rate_hz)]);
            let output = run(delay.as_mut(), &impulse(400, [1.0, 1.0]));
            for step in 1..=80 {
                let frequency = 0.4 * f64::from(step) / 80.0;
                let (_, measured) = response(&output[0], frequency, length);
                let error = (measured - length).abs();
                assert!(error <= 0.005, "{length} frames at {frequency}: off by {error}");
            }
        }
    }
}

#[test]
fn l2_between_frames_the_gain_is_right_within_a_tenth_of_a_decibel_to_16_khz() {
    for rate_hz in RATES_HZ {
        for eighth in 0..8 {
            let length = 200.0 + f64::from(eighth) / 8.0;
            let mut delay = wet(rate_hz, &[("time", 1000.0 * length / rate_hz)]);
            let output = run(delay.as_mut(), &impulse(400, [1.0, 1.0]));
            for step in 1..=100 {
                let frequency = 160.0 * f64::from(step) / rate_hz;
                let (gain_db, _) = response(&output[0], frequency, length);
                assert!(gain_db.abs() <= 0.1, "{rate_hz} Hz, {length} frames: {gain_db} dB");
            }
        }
    }
}

/// The choice of `sync` with this name.
fn note(name: &str) -> f64 {
    let spec = DeviceKind::Delay.specs().iter().find(|spec| spec.id == "sync");
    spec.and_then(|spec| spec.parse(name).ok()).expect("a note")
}

#[test]
fn l1_notes_are_exact_in_frames() {
    for (name, tempo_bpm, frames) in
        [("1/8", 120.0, 12_000), ("1/4 dotted", 96.0, 45_000), ("1/16 triplet", 125.0, 3840)]
    {
        let settings = [("sync", note(name)), ("tempo_bpm", tempo_bpm)];
        let output = run(wet(RATE_HZ, &settings).as_mut(), &impulse(50_000, [1.0, 0.5]));
        for (channel, level) in output.iter().zip([1.0, 0.5]) {
            assert_eq!(channel.iter().position(|&x| x != 0.0), Some(frames), "{name}");
            assert_eq!(channel[frames], level);
        }
    }
}

#[test]
fn l1_notes_follow_the_songs_tempo() {
    let tempo = DeviceKind::Delay.param("tempo_bpm").unwrap();
    let mut delay = wet(RATE_HZ, &[("sync", note("1/8"))]);
    // The song goes from 120 to 150 BPM within a second, as the renderer tells it.
    for block in 0..750 {
        delay.glide(tempo, 120.0 + 30.0 * f64::from(block + 1) / 750.0, 64);
        delay.process(&mut [0.0; 64], &mut [0.0; 64]);
    }
    let _ = run(delay.as_mut(), &noise(2000, 0.0, 1));
    let output = run(delay.as_mut(), &impulse(12_000, [1.0, 1.0]));
    let heard: Vec<usize> = (0..12_000).filter(|&n| output[0][n] != 0.0).collect();
    assert_eq!(heard, [9600]);
}

#[test]
fn r8_without_mix_the_output_is_the_input_to_the_bit() {
    let mut input = noise(5000, 1.0, 4);
    input[0][100] = -0.0;
    let mut delay = device(DeviceKind::Delay, RATE_HZ, &[("mix", 0.0), ("feedback", 90.0)]);
    assert_eq!(bits(&run(delay.as_mut(), &input)), bits(&input));
    set(delay.as_mut(), DeviceKind::Delay, &[("mix", 50.0)]);
    assert_ne!(bits(&run(delay.as_mut(), &input)), bits(&input));
}
