//! Q6: linear phase, and minimum phase where there is no latency.

use std::f64::consts::PI;

use realfft::num_complex::Complex;
use twobus_dsp::eq::Equalizer;
use twobus_dsp::eq::curve::Curve;
use twobus_dsp::eq::linear::{latency_frames, taps};
use twobus_dsp::eq::params::{BAND_PARAMS, BANDS, PARAMS, PHASE, SPECS, band};
use twobus_dsp::eq::prototype::{Setting, Shape};
use twobus_dsp::param::Values;
use twobus_dsp::processor::Processor;

use crate::support::{bell, db, impulse_response, noise, null, one_band, run, set_band, spectrum};

fn linear(settings: &[Setting], rate_hz: f64) -> Equalizer {
    let mut eq = Equalizer::new(rate_hz, true);
    for (number, setting) in settings.iter().enumerate() {
        set_band(&mut eq, number, setting);
    }
    eq.reset();
    eq
}

fn curve() -> [Setting; 4] {
    let shape = |shape, setting| Setting { shape, ..setting };
    [
        shape(Shape::LowShelf, bell(90.0, 4.0, 0.7)),
        bell(400.0, -5.0, 1.5),
        bell(3000.0, 6.0, 3.0),
        shape(Shape::HighShelf, bell(9000.0, -6.0, 0.7)),
    ]
}

#[test]
fn q6_the_impulse_response_is_symmetric_about_its_latency_and_follows_the_curve() {
    for rate_hz in [44_100.0, 96_000.0] {
        let mut eq = linear(&curve(), rate_hz);
        let (latency, taps) = (latency_frames(rate_hz), taps(rate_hz));
        assert_eq!(eq.latency_frames(), latency);
        let response = impulse_response(&mut eq, 4 * taps);
        let asymmetry = (1..taps / 2).fold(0.0, |most: f64, d| {
            most.max(f64::from((response[latency + d] - response[latency - d]).abs()))
        });
        assert!(db(asymmetry) <= -140.0, "{:.1} dB", db(asymmetry));
        let spectrum = spectrum(&response);
        let hz_per_bin = rate_hz / (2 * (spectrum.len() - 1)) as f64;
        for (bin, gain) in spectrum.iter().enumerate() {
            let hz = bin as f64 * hz_per_bin;
            let wanted: f64 = curve().iter().map(|setting| setting.prototype_db(hz)).sum();
            let error = (db(gain.norm()) - wanted).abs();
            let allowed = if hz < 20.0 {
                f64::INFINITY
            } else if hz < 30.0 {
                0.5
            } else {
                0.1
            };
            assert!(error <= allowed || hz > 20_000.0, "{hz:.1} Hz: {error:.3} dB");
        }
    }
}

#[test]
fn q6_a_low_cut_at_30_hz_is_followed_too() {
    let cut = Setting { shape: Shape::LowCut, frequency_hz: 30.0, gain_db: 0.0, q: 0.7, poles: 4 };
    let mut eq = linear(&[cut], 48_000.0);
    let spectrum = spectrum(&impulse_response(&mut eq, 1 << 17));
    for (bin, gain) in spectrum.iter().enumerate().take(2000) {
        let hz = bin as f64 * 48_000.0 / (1 << 17) as f64;
        let error = (db(gain.norm()) - cut.prototype_db(hz)).abs();
        let allowed = if hz < 20.0 {
            f64::INFINITY
        } else if hz < 30.0 {
            0.5
        } else {
            0.1
        };
        assert!(error <= allowed, "{hz:.1} Hz: {error:.3} dB");
    }
}

#[test]
fn q2_a_neutral_one_is_a_delay_bit_for_bit_and_e5_its_latency_is_what_it_says() {
    for rate_hz in [44_100.0, 192_000.0] {
        let mut eq = linear(&[], rate_hz);
        let latency = eq.latency_frames();
        let input = noise(2, latency + 5000);
        let (output, _) = run(&mut eq, &input, &input);
        assert!(output[latency..] == input[..5000]);
        assert!(output[..latency].iter().all(|&x| x == 0.0));
        let mut eq = linear(&curve(), rate_hz);
        let response = impulse_response(&mut eq, 2 * latency);
        let loudest = (0..response.len()).max_by(|&a, &b| response[a].total_cmp(&response[b]));
        assert_eq!(loudest, Some(latency));
    }
}

/// Narrow, high, deep and low: what rings for long.
fn narrow() -> Vec<Setting> {
    let grid = [
        (30.0, 6.0, 10.0),
        (30.0, 12.0, 4.0),
        (30.0, 24.0, 3.0),
        (50.0, 12.0, 10.0),
        (60.0, 6.0, 2.0),
        (100.0, 24.0, 10.0),
        (200.0, 18.0, 10.0),
        (1000.0, 24.0, 40.0),
        (3000.0, -24.0, 40.0),
        (30.0, -12.0, 10.0),
    ];
    grid.map(|(hz, gain_db, q)| bell(hz, gain_db, q)).to_vec()
}

#[test]
fn q6_narrow_bells_keep_their_height_and_q8_are_drawn_as_they_are() {
    let too_narrow = [bell(30.0, 24.0, 40.0), bell(80.0, 18.0, 40.0), bell(30.0, -24.0, 10.0)];
    for rate_hz in [44_100.0, 48_000.0] {
        let follows = |setting: &Setting| !too_narrow.contains(setting);
        for setting in narrow().into_iter().chain(too_narrow) {
            let mut eq = linear(&[setting], rate_hz);
            let spectrum = spectrum(&impulse_response(&mut eq, 1 << 18));
            let mut values = Values::<PARAMS>::new(SPECS);
            let _ = values.set(PHASE, 1.0);
            let [on, kind, hz, gain_db, q] =
                [band::ON, band::SHAPE, band::FREQUENCY, band::GAIN, band::Q];
            let bell = [(on, 1.0), (kind, 0.0), (hz, setting.frequency_hz)];
            for (param, value) in
                bell.into_iter().chain([(gain_db, setting.gain_db), (q, setting.q)])
            {
                let _ = values.set(BAND_PARAMS * 2 + param, value);
            }
            let drawn = Curve::new(&values, &[0.0; BANDS], 0, rate_hz);
            let hz_per_bin = rate_hz / (2 * (spectrum.len() - 1)) as f64;
            for (bin, gain) in spectrum.iter().enumerate() {
                let hz = bin as f64 * hz_per_bin;
                if !(30.0..=20_000.0).contains(&hz) {
                    continue;
                }
                let measured = db(gain.norm());
                let error = (measured - setting.prototype_db(hz)).abs();
                assert!(
                    error <= 0.1 || !follows(&setting),
                    "{setting:?}, {hz:.1} Hz: {error:.3} dB"
                );
                let lie = (measured - drawn.db_at(hz)).abs();
                assert!(lie <= 0.1, "{setting:?}, {hz:.1} Hz is drawn {lie:.3} dB off");
            }
        }
    }
}

#[test]
fn q6_mid_and_side_are_filtered_apart() {
    let rate_hz = 48_000.0;
    let mut eq = linear(&curve(), rate_hz);
    for number in 0..4 {
        eq.set(BAND_PARAMS * number + band::SIDE, 2.0);
    }
    eq.reset();
    let input = noise(2, 60_000);
    let latency = eq.latency_frames();
    let (left, right) = run(&mut eq, &input, &input);
    // What both channels have in common passes.
    assert!(db(null(&left[latency..], &input)) <= -120.0 && db(null(&left, &right)) <= -120.0);
    let opposite: Vec<f32> = input.iter().map(|x| -x).collect();
    let mut both = linear(&curve(), rate_hz);
    eq.reset();
    let (side, _) = run(&mut eq, &input, &opposite);
    let (wanted, _) = run(&mut both, &input, &input);
    assert!(db(null(&side, &wanted)) <= -120.0);
}

#[test]
fn e7_a_change_of_the_curve_fades_in() {
    let mut eq = linear(&[bell(1000.0, 0.0, 1.0)], 48_000.0);
    let input = crate::support::sine(200.0, 0.5, 48_000.0, 200_000);
    let (mut left, mut right) = (input.clone(), input);
    for (index, (left, right)) in left.chunks_mut(64).zip(right.chunks_mut(64)).enumerate() {
        if index == 1000 {
            eq.set(band::GAIN, 12.0);
        }
        eq.process(left, right);
    }
    let worst = left[40_000..].windows(5).fold(0.0, |worst: f64, x| {
        let x: Vec<f64> = x.iter().map(|&x| f64::from(x)).collect();
        worst.max((x[0] - 4.0 * x[1] + 6.0 * x[2] - 4.0 * x[3] + x[4]).abs())
    });
    assert!(db(worst) <= -80.0, "{:.1} dBFS", db(worst));
}

/// Phase of a filter of minimum phase with the given log magnitude, on a grid from 0 to the rate: the
/// Hilbert transform, by folding the cepstrum.
fn minimum_phase(log_magnitude: &[f64]) -> Vec<f64> {
    let bins = log_magnitude.len() - 1;
    let size = 2 * bins;
    let mut planner = realfft::RealFftPlanner::new();
    let (backward, forward) = (planner.plan_fft_inverse(size), planner.plan_fft_forward(size));
    let mut spectrum: Vec<Complex<f64>> =
        log_magnitude.iter().map(|&x| Complex::new(x, 0.0)).collect();
    let mut cepstrum = vec![0.0; size];
    backward.process(&mut spectrum, &mut cepstrum).expect("lengths come from the plan");
    cepstrum.iter_mut().for_each(|x| *x /= size as f64);
    cepstrum[1..bins].iter_mut().for_each(|x| *x *= 2.0);
    cepstrum[bins + 1..].fill(0.0);
    let mut folded = forward.make_output_vec();
    forward.process(&mut cepstrum, &mut folded).expect("lengths come from the plan");
    folded.iter().map(|x| x.im).collect()
}

#[test]
fn q6_without_latency_the_phase_is_minimal() {
    let rate_hz = 48_000.0;
    for setting in curve() {
        let mut eq = one_band(&setting, rate_hz);
        let spectrum = spectrum(&impulse_response(&mut eq, 1 << 17));
        let log: Vec<f64> = spectrum.iter().map(|bin| bin.norm().max(1e-9).ln()).collect();
        let minimal = minimum_phase(&log);
        let hz_per_bin = rate_hz / (2 * (spectrum.len() - 1)) as f64;
        for bin in (20.0 / hz_per_bin) as usize..(18_000.0 / hz_per_bin) as usize {
            let excess = (spectrum[bin].arg() - minimal[bin] + PI).rem_euclid(2.0 * PI) - PI;
            assert!(
                excess.to_degrees().abs() <= 1.0,
                "{setting:?}: {} Hz",
                bin as f64 * hz_per_bin
            );
        }
    }
}
