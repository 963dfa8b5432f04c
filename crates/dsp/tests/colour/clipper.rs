//! Clipper: S1, S2, S5, S6, and its ceiling.

use std::f64::consts::TAU;

use twobus_dsp::clipper::Knee;
use twobus_dsp::{Db, DeviceKind};

use crate::{
    RATE_HZ, Random, Stereo, db, device, integrated, programmes, run, settled, spectrum, thd_db,
    worst_alias,
};

fn clipper(settings: &[(&str, f64)]) -> Box<dyn twobus_dsp::Processor> {
    device(DeviceKind::Clipper, RATE_HZ, settings)
}

fn peak(signal: &Stereo) -> f64 {
    signal.iter().flatten().fold(0.0, |m, x| f64::max(m, f64::from(x.abs())))
}

#[test]
fn s1_a_hard_clipper_too_keeps_what_is_no_harmonic_below_minus_80_and_minus_110_dbc() {
    for (quality, bar) in [(0.0, -80.0), (1.0, -110.0)] {
        for knee in [0.0, 20.0, 100.0] {
            let mut worst = (f64::MIN, 0);
            for hz in [1200, 1201, 5000, 5003, 8000, 8009, 11_000, 10_993] {
                let settings = [("drive", 12.0), ("knee", knee), ("quality", quality)];
                let output = settled(&mut *clipper(&settings), hz, 0.5, 2);
                for channel in &output {
                    let alias = worst_alias(&spectrum(channel), hz as usize);
                    worst = if alias.0 > worst.0 { alias } else { worst };
                }
            }
            println!("knee {knee} %, quality {quality}: {:.1} dBc at {} Hz", worst.0, worst.1);
            assert!(worst.0 <= bar, "knee {knee} %, quality {quality}: {worst:?}");
        }
    }
}

#[test]
fn s2_below_the_knee_every_bit_passes() {
    let input = Random(2).noise(20_000, 0.01);
    for quality in [0.0, 1.0] {
        let mut device = clipper(&[("knee", 100.0), ("quality", quality)]);
        assert_eq!(run(&mut *device, &input), input);
    }
    let [left, _] = settled(&mut *clipper(&[("drive", 24.0), ("knee", 100.0)]), 1000, 1e-3, 1);
    let spectrum = spectrum(&left);
    assert!(db(spectrum[1000] / 1e-3).abs() <= 0.05 && thd_db(&spectrum, 1000) <= -100.0);
}

/// The dry signal lies exactly under the clipped one, so the mix is a plain sum of both.
#[test]
fn s2_no_mix_is_the_signal_bit_by_bit_and_half_of_it_is_half_of_each() {
    let input = Random(5).noise(20_000, 0.9);
    let at = |mix: f64| {
        let settings = [("drive", 12.0), ("ceiling", -6.0), ("mix", mix)];
        run(&mut *clipper(&settings), &input)
    };
    let (dry, half, wet) = (at(0.0), at(50.0), at(100.0));
    assert!(dry == input, "at a mix of 0 % every bit passes");
    for channel in 0..2 {
        let frames = dry[channel].iter().zip(&half[channel]).zip(&wet[channel]);
        let off = frames.map(|((dry, half), wet)| (0.5 * (dry + wet) - half).abs());
        assert!(off.fold(0.0, f32::max) < 1e-6);
    }
}

/// What is raised before the clipper and lowered behind it gives way first; below the knee all bits pass.
#[test]
fn s2_tone_lets_treble_or_bass_give_way_first() {
    let change_db = |tone: f64, hz: u32| {
        let settings = [("knee", 0.0), ("tone", tone), ("auto_level", 0.0)];
        let [left, _] = settled(&mut *clipper(&settings), hz, 0.9, 1);
        db(spectrum(&left)[hz as usize] / 0.9)
    };
    assert!(change_db(6.0, 5000) < -2.0 && change_db(6.0, 100).abs() < 1e-4);
    assert!(change_db(-6.0, 100) < -2.0 && change_db(-6.0, 5000).abs() < 1e-4);
    assert!(change_db(0.0, 100).abs() < 1e-4 && change_db(0.0, 5000).abs() < 1e-4);
    let input = Random(2).noise(20_000, 0.01);
    for tone in [-9.0, 9.0] {
        assert_eq!(run(&mut *clipper(&[("knee", 100.0), ("tone", tone)]), &input), input);
    }
    // Whatever the tone, Catch holds the ceiling.
    let loud = Random(3).noise(20_000, 1.0);
    for tone in [-9.0, 9.0] {
        let settings = [("drive", 12.0), ("tone", tone), ("catch", 1.0), ("auto_level", 0.0)];
        assert!(peak(&run(&mut *clipper(&settings), &loud)) <= 1.0);
    }
}

#[test]
fn s5_overshoot_is_what_the_documentation_says_and_catch_takes_it_all() {
    let square = |i: usize| if (i / 50).is_multiple_of(2) { 0.9_f32 } else { -0.9 };
    let square: Vec<f32> = (0..44_100).map(square).collect();
    let tone = |hz: f64| -> Stereo {
        let sine = |i: usize| (TAU * hz * i as f64 / RATE_HZ).sin() as f32;
        let sine: Vec<f32> = (0..44_100).map(sine).collect();
        [sine.clone(), sine]
    };
    let mut inputs: Vec<(&str, Stereo)> = programmes(RATE_HZ, 3.0).into();
    inputs.push(("white noise", Random(3).noise(44_100, 1.0)));
    inputs.push(("square", [square.clone(), square]));
    inputs.push(("1 kHz", tone(1000.0)));
    inputs.push(("8 kHz", tone(8000.0)));
    for (name, input) in inputs {
        for drive in [6.0, 12.0] {
            let mut overshoot = [0.0; 2];
            for (catch, overshoot) in overshoot.iter_mut().enumerate() {
                let settings = [
                    ("drive", drive),
                    ("ceiling", -1.0),
                    ("knee", 0.0),
                    ("catch", catch as f64),
                    ("auto_level", 0.0),
                ];
                let output = run(&mut *clipper(&settings), &input);
                *overshoot = db(peak(&output)) + 1.0;
            }
            println!("{name}, {drive} dB: {:+.2} dB, caught {:+.6} dB", overshoot[0], overshoot[1]);
            assert!(overshoot[1] <= 1e-6, "{name}: {overshoot:?}");
            // What the documentation says of 6 dB.
            let said = match name {
                "1 kHz" | "bass" => 0.1,
                "8 kHz" => 2.0,
                "drums" | "voice" | "square" => 1.0,
                "white noise" => 4.3,
                _ => continue,
            };
            assert!(drive > 6.0 || overshoot[0] <= said + 0.05, "{name}: {overshoot:?}");
        }
    }
}

#[test]
fn s6_a_driven_clipper_is_as_loud_as_its_input_and_never_above_its_ceiling() {
    for (programme, input) in programmes(RATE_HZ, 8.0) {
        let before = integrated(&input, RATE_HZ).0;
        for drive in [0.0, 6.0, 12.0, 18.0, 24.0] {
            let output = run(&mut *clipper(&[("drive", drive), ("catch", 1.0)]), &input);
            let error = integrated(&output, RATE_HZ).0 - before;
            println!("{programme}, {drive} dB: {error:+.2} LU");
            assert!(error.abs() <= 0.5 && peak(&output) <= 1.0, "{programme}, {drive} dB: {error}");
        }
    }
}

#[test]
fn s1_the_wave_is_that_of_the_curve_that_a_window_draws() {
    for (knee, drive) in [(0.0, 6.0), (40.0, 12.0), (100.0, 3.0)] {
        let settings = [("drive", drive), ("ceiling", -3.0), ("knee", knee), ("auto_level", 0.0)];
        let [left, _] = settled(&mut *clipper(&settings), 100, 0.9, 1);
        let (curve, ceiling) = (Knee::new(knee / 100.0), Db(-3.0).to_gain());
        let scale = Db(drive).to_gain() / ceiling;
        let worst = (0..RATE_HZ as usize)
            .map(|i| {
                let x = 0.9 * (TAU * 100.0 * i as f64 / RATE_HZ).sin();
                (f64::from(left[i]) - ceiling * curve.at(scale * x)).abs()
            })
            .fold(0.0, f64::max);
        println!("knee {knee} %: within {:.1} dBFS", db(worst));
        assert!(db(worst) < -50.0);
    }
}

#[test]
fn s5_the_reduction_that_a_meter_shows_is_that_of_the_peaks() {
    let mut device = clipper(&[("drive", 6.0), ("auto_level", 0.0)]);
    let tone: Vec<f32> = (0..10_000).map(|i| (0.05 * i as f32).sin()).collect();
    let mut output = [tone.clone(), tone];
    let [left, right] = &mut output;
    device.process(left, right);
    assert!((device.gain_reduction_db() - 6.0).abs() < 0.05, "{}", device.gain_reduction_db());
    device.process(&mut [0.0; 64], &mut [0.0; 64]);
    device.reset();
    device.process(&mut [0.0; 64], &mut [0.0; 64]);
    assert_eq!(device.gain_reduction_db(), 0.0);
}
