//! Saturator: S1 to S3, S6, and what its curve is.

use std::f64::consts::TAU;

use twobus_dsp::DeviceKind;
use twobus_dsp::saturator::{REFERENCE, curve};

use crate::{
    RATE_HZ, RATES_HZ, Random, Stereo, db, device, integrated, programmes, run, settled, spectrum,
    thd_db, whole_grid, worst_alias,
};

const CURVES: [(&str, f64); 3] = [("Tape", 0.0), ("Tube", 1.0), ("Transformer", 2.0)];

fn saturator(settings: &[(&str, f64)]) -> Box<dyn twobus_dsp::Processor> {
    device(DeviceKind::Saturator, RATE_HZ, settings)
}

/// The tones of S1; those beside them have no harmonic in common with a multiple of the rate, so that
/// nothing that aliases hides under a harmonic.
const TONES_HZ: [u32; 8] = [1200, 1201, 5000, 5003, 8000, 8009, 11_000, 10_993];

#[test]
fn s1_what_is_no_harmonic_is_below_minus_80_dbc_in_real_time_and_minus_110_dbc_offline() {
    for (name, model) in CURVES {
        for (quality, bar) in [(0.0, -80.0), (1.0, -110.0)] {
            let mut worst = (f64::MIN, 0);
            for hz in TONES_HZ {
                let settings = [("curve", model), ("drive", 12.0), ("quality", quality)];
                let output = settled(&mut *saturator(&settings), hz, 0.5, 2);
                for channel in &output {
                    let alias = worst_alias(&spectrum(channel), hz as usize);
                    worst = if alias.0 > worst.0 { alias } else { worst };
                }
            }
            println!("{name}, quality {quality}: {:.1} dBc at {} Hz", worst.0, worst.1);
            assert!(worst.0 <= bar, "{name}: {worst:?}");
        }
    }
}

#[test]
fn s2_a_soft_tone_keeps_its_level_and_stays_clean_at_every_drive() {
    for (name, model) in CURVES {
        for drive in [0.0, 12.0, 24.0] {
            for (hz, asymmetry) in [(100, 0.0), (1000, 0.0), (1000, 100.0), (10_000, 0.0)] {
                let settings = [("curve", model), ("drive", drive), ("asymmetry", asymmetry)];
                let [left, _] = settled(&mut *saturator(&settings), hz, 1e-3, 1);
                let spectrum = spectrum(&left);
                let (gain, thd) =
                    (db(spectrum[hz as usize] / 1e-3), thd_db(&spectrum, hz as usize));
                println!("{name}, {drive} dB, {hz} Hz: {gain:.5} dB, THD {thd:.1} dB");
                assert!(gain.abs() <= 0.05 && thd <= -100.0, "{name}, {drive} dB, {hz} Hz");
            }
        }
    }
}

#[test]
fn s2_at_a_mix_of_0_percent_every_bit_passes() {
    let input = Random(1).noise(20_000, 1.0);
    for (quality, rate_hz) in [(0.0, 44_100.0), (1.0, 44_100.0), (0.0, 192_000.0)] {
        let settings = [("mix", 0.0), ("drive", 24.0), ("curve", 1.0), ("quality", quality)];
        assert_eq!(run(&mut *device(DeviceKind::Saturator, rate_hz, &settings), &input), input);
    }
}

#[test]
fn s3_asymmetric_curves_make_no_dc() {
    for (settings, hz) in [
        ([("curve", 1.0), ("drive", 12.0), ("asymmetry", 100.0)], 40),
        ([("curve", 1.0), ("drive", 24.0), ("asymmetry", -100.0)], 1000),
        ([("curve", 2.0), ("drive", 24.0), ("asymmetry", 100.0)], 200),
    ] {
        let output = settled(&mut *saturator(&settings), hz, 0.9, 2);
        for channel in &output {
            let spectrum = spectrum(channel);
            println!(
                "{settings:?}: DC {:.1} dBFS, second {:.1} dBc",
                db(spectrum[0]),
                db(spectrum[2 * hz as usize] / spectrum[hz as usize])
            );
            assert!(db(spectrum[0]) <= -80.0);
            assert!(
                db(spectrum[2 * hz as usize] / spectrum[hz as usize]) > -45.0,
                "even harmonics"
            );
        }
    }
}

#[test]
fn s3_a_bass_note_keeps_the_wave_that_the_curve_gives_it() {
    // Ten times above the filter against DC; no asymmetry, so that there is none to take away.
    let settings = [("curve", 1.0), ("asymmetry", -66.7), ("drive", 12.0), ("auto_level", 0.0)];
    let [left, _] = settled(&mut *saturator(&settings), 40, 0.5, 1);
    let measured = spectrum(&left);
    let drawn = drawn(1, -66.7, 12.0, 0.5);
    for harmonic in [1, 3, 5] {
        let error = db(measured[40 * harmonic] / drawn[harmonic]);
        println!("harmonic {harmonic}: {error:.3} dB");
        assert!(error.abs() < 0.1, "{harmonic}: {error}");
    }
}

/// Amplitudes of the harmonics of a sine of `amplitude` through the curve that a window draws.
fn drawn(model: usize, asymmetry: f64, drive_db: f64, amplitude: f64) -> Vec<f64> {
    let scale = REFERENCE * 10.0_f64.powf(drive_db / 20.0);
    let curve = curve(model, asymmetry);
    let points = 4096;
    let wave: Vec<f32> = (0..points)
        .map(|i| amplitude * (TAU * f64::from(i) / f64::from(points)).sin())
        .map(|x| (curve.at(scale * x) / scale) as f32)
        .collect();
    spectrum(&wave)
}

#[test]
fn s1_the_harmonics_are_those_of_the_curve_that_a_window_draws() {
    for (name, model) in CURVES {
        for (drive, asymmetry) in [(0.0, 0.0), (12.0, 50.0), (24.0, -100.0)] {
            // At the pivot of the emphasis; the tone brings the emphasis of all three to none.
            let tone = [-3.0, 0.0, 3.0][model as usize];
            let settings = [
                ("curve", model),
                ("drive", drive),
                ("asymmetry", asymmetry),
                ("tone", tone),
                ("auto_level", 0.0),
            ];
            let [left, _] = settled(&mut *saturator(&settings), 1000, 0.9, 1);
            let (measured, drawn) = (spectrum(&left), drawn(model as usize, asymmetry, drive, 0.9));
            for harmonic in 1..=6 {
                let difference = (measured[1000 * harmonic] - drawn[harmonic]).abs();
                assert!(db(difference) < -50.0, "{name} {drive} {harmonic}: {difference}");
            }
            println!("{name}, {drive} dB: third {:.1} dBc", db(measured[3000] / measured[1000]));
        }
    }
}

#[test]
fn s1_the_three_curves_are_three() {
    let harmonics = |model: f64, hz: u32, settings: &[(&str, f64)]| {
        let settings = [&[("curve", model), ("drive", 6.0)], settings].concat();
        let [left, _] = settled(&mut *saturator(&settings), hz, 0.9, 1);
        let spectrum = spectrum(&left);
        let level = |n: usize| db(spectrum[n * hz as usize] / spectrum[hz as usize]);
        [level(2), level(3), level(5)]
    };
    for (name, model) in CURVES {
        for hz in [100, 1000, 4000] {
            println!("{name} at {hz} Hz: 2nd, 3rd, 5th {:.1?} dBc", harmonics(model, hz, &[]));
        }
    }
    // 2 % for full scale is −34 dB, and third harmonics grow twice as fast as the tone.
    let third = harmonics(0.0, 1000, &[("drive", 0.0)])[1];
    assert!((-36.0..-35.0).contains(&third), "{third}");
    assert!(harmonics(1.0, 1000, &[])[0] > -35.0 && harmonics(0.0, 1000, &[])[0] < -100.0);
    // Tape gives way in the highs first, Transformer in the lows.
    assert!(harmonics(0.0, 4000, &[("tone", 0.0)])[1] > harmonics(0.0, 100, &[])[1]);
    assert!(harmonics(2.0, 100, &[])[1] > harmonics(2.0, 4000, &[])[1] + 6.0);
}

#[test]
fn s6_the_output_is_as_loud_as_the_input_within_half_a_lu() {
    let mut worst: f64 = 0.0;
    for (programme, input) in programmes(RATE_HZ, 8.0) {
        let before = integrated(&input, RATE_HZ).0;
        for (name, model) in CURVES {
            let drives =
                if whole_grid() { vec![0.0, 6.0, 12.0, 18.0, 24.0] } else { vec![6.0, 18.0] };
            for drive in drives {
                let mut device = saturator(&[("curve", model), ("drive", drive)]);
                let error = integrated(&run(&mut *device, &input), RATE_HZ).0 - before;
                println!("{programme}, {name}, {drive} dB: {error:+.2} LU");
                worst = worst.max(error.abs());
            }
        }
    }
    assert!(worst <= 0.5, "{worst} LU");
}

/// The curve's part lies in time with the signal beside it: a curve without memory turns no phase.
#[test]
fn e5_the_fundamental_is_in_phase_at_every_rate_and_quality() {
    for rate_hz in RATES_HZ {
        for quality in [0.0, 1.0] {
            for hz in [1000.0, 10_000.0] {
                let settings = [
                    ("curve", 1.0),
                    ("asymmetry", -66.7),
                    ("drive", 18.0),
                    ("quality", quality),
                    ("auto_level", 0.0),
                ];
                let mut device = device(DeviceKind::Saturator, rate_hz, &settings);
                let frames = rate_hz as usize / 2;
                let angle = |i: usize| TAU * hz * i as f64 / rate_hz;
                let tone: Vec<f32> = (0..frames).map(|i| (0.5 * angle(i).sin()) as f32).collect();
                let [left, _] = run(&mut *device, &[tone.clone(), tone]);
                let last = frames - rate_hz as usize / 10..frames;
                let (re, im) = last.fold((0.0, 0.0), |(re, im), i| {
                    let x = f64::from(left[i]);
                    (re + x * angle(i).sin(), im + x * angle(i).cos())
                });
                let degrees = im.atan2(re).to_degrees();
                println!(
                    "{rate_hz} Hz, quality {quality}, {hz} Hz: {degrees:.4}°, latency {}",
                    device.latency_frames()
                );
                // The filter against DC turns what the curve adds by 0.23° at 1 kHz.
                assert!(degrees.abs() < 0.25 && (re / 0.25).abs() > 1.0);
            }
        }
    }
}

#[test]
fn e3_a_glide_arrives_after_exactly_its_frames_and_runs_straight_in_db() {
    // With neither drive nor curve in the way, the output's glide is the signal's.
    let mut device = saturator(&[("mix", 0.0), ("auto_level", 0.0)]);
    let latency = device.latency_frames();
    let input: Stereo = [vec![0.5; 2000], vec![0.5; 2000]];
    let mut output = input.clone();
    let [left, right] = &mut output;
    device.process(&mut left[..500], &mut right[..500]);
    device.glide(DeviceKind::Saturator.param("output").unwrap(), -12.0, 640);
    device.process(&mut left[500..], &mut right[500..]);
    for (i, x) in left[latency..].iter().enumerate() {
        let moved = (i as f64 - 499.0).clamp(0.0, 640.0) / 640.0;
        let expected = 0.5 * 10.0_f64.powf(-12.0 * moved / 20.0);
        assert!((f64::from(*x) - expected).abs() < 1e-7, "frame {i}: {x} {expected}");
    }
}
