//! How loud the reverb is, and what moves do to it.

use std::f64::consts::PI;

use realfft::RealFftPlanner;
use twobus_dsp::meter::loudness::{LoudnessMeter, STEREO};

use super::{KIND, RATE_HZ, SPACES, response, wet};
use crate::signals::{noise, pink, silence, sine};
use crate::{Stereo, bits, db, device, peak, run, set, whole_grid};

fn rms_db(signal: &Stereo) -> f64 {
    let frames = signal.iter().flatten();
    let power: f64 = frames.clone().map(|&x| f64::from(x).powi(2)).sum();
    db((power / frames.count() as f64).sqrt())
}

#[test]
fn r6_a_frozen_sound_stays_as_loud_as_it_is() {
    let seconds = if whole_grid() { 600 } else { 40 };
    for (space, name) in SPACES.iter().enumerate() {
        let mut reverb = wet(&[("space", space as f64), ("decay", 4000.0), ("high_decay", 50.0)]);
        let _ = run(reverb.as_mut(), &noise(2 * 48_000, 0.5, 1));
        set(reverb.as_mut(), KIND, &[("freeze", 1.0)]);
        // What comes in meanwhile is not heard.
        let _ = run(reverb.as_mut(), &noise(48_000, 0.5, 2));
        let first_db = rms_db(&run(reverb.as_mut(), &silence(4 * 48_000)));
        for _ in 0..seconds / 4 {
            let now_db = rms_db(&run(reverb.as_mut(), &noise(4 * 48_000, 0.5, 3)));
            assert!((now_db - first_db).abs() <= 0.5, "{name}: {now_db} of {first_db} dB");
        }
        set(reverb.as_mut(), KIND, &[("freeze", 0.0)]);
        let freed = run(reverb.as_mut(), &silence(6 * 48_000));
        let last = [freed[0][5 * 48_000..].to_vec(), freed[1][5 * 48_000..].to_vec()];
        assert!(rms_db(&last) < first_db - 50.0);
    }
}

#[test]
fn r6_thirty_seconds_of_decay_hold_full_scale_noise() {
    for space in 0..SPACES.len() {
        let mut reverb = wet(&[("space", space as f64), ("decay", 30_000.0)]);
        let heard = run(reverb.as_mut(), &noise(48_000 * 40, 1.0, 4));
        assert!(db(peak(&heard)) <= 12.0, "{}", db(peak(&heard)));
    }
}

/// Powers of a signal's spectrum, with Hann's window, a full-scale sine being 1.
fn powers(signal: &[f32]) -> Vec<f64> {
    let fft = RealFftPlanner::<f64>::new().plan_fft_forward(signal.len());
    let frames = signal.len() as f64;
    let window = |n: usize| (PI * n as f64 / frames).sin().powi(2);
    let windowed = signal.iter().enumerate().map(|(n, &x)| f64::from(x) * window(n));
    let (mut input, mut output) = (windowed.collect::<Vec<_>>(), fft.make_output_vec());
    fft.process(&mut input, &mut output).expect("the plan's own lengths");
    output.iter().map(|bin| bin.norm_sqr() * (4.0 / frames).powi(2)).collect()
}

/// Root mean square of the deviations of pitch, in cents, weighted by power: of the bins within 100 cents of
/// 1 kHz.
fn pitch_deviation_cents(powers: &[f64], bin_hz: f64) -> f64 {
    let (mut squares, mut all) = (0.0, 0.0);
    for (bin, power) in powers.iter().enumerate().skip(1) {
        let cents = 1200.0 * (bin as f64 * bin_hz / 1000.0).log2();
        if cents.abs() < 100.0 {
            (squares, all) = (squares + power * cents * cents, all + power);
        }
    }
    (squares / all).sqrt()
}

#[test]
fn r7_the_rms_deviation_of_pitch_stays_within_5_cents_and_no_grid_is_heard() {
    const WINDOW: usize = 4 * 48_000;
    for (space, name) in SPACES.iter().enumerate() {
        let mut reverb = wet(&[("space", space as f64)]);
        let heard = run(reverb.as_mut(), &sine(5 * WINDOW, 1000.0, 1.0, RATE_HZ));
        // Of both sides, at four places of the modulation's run, after the sound has built up.
        for window in heard.iter().flat_map(|side| side[WINDOW..].chunks_exact(WINDOW)) {
            let powers = powers(window);
            let deviation = pitch_deviation_cents(&powers, 0.25);
            assert!(deviation <= 5.0, "{name}: {deviation} cents");
            // The grid of 64 frames would be heard 750 Hz away from the tone.
            let far = [1..2500, 5500..powers.len()];
            let loudest =
                far.into_iter().flat_map(|range| &powers[range]).fold(0.0, |a, &b| f64::max(a, b));
            assert!(10.0 * loudest.log10() <= -100.0, "{name}: {} dB", 10.0 * loudest.log10());
        }
    }
}

#[test]
fn r8_without_mix_the_output_is_the_input_to_the_bit() {
    let mut input = noise(5000, 1.0, 5);
    input[0][100] = -0.0;
    let mut reverb = device(KIND, RATE_HZ, &[("mix", 0.0)]);
    assert_eq!(bits(&run(reverb.as_mut(), &input)), bits(&input));
}

#[test]
fn r8_the_pre_delay_is_exact_to_the_frame() {
    for space in 0..SPACES.len() {
        let at = |pre_delay_ms: f64| {
            response(&[("space", space as f64), ("pre_delay", pre_delay_ms)], [1.0, 0.5], 0, 0.8)
        };
        let none = at(0.0);
        for (pre_delay_ms, frames) in [(1.0, 48), (37.5, 1800), (500.0, 24_000)] {
            // The modulation does not wait, so only what has not gone round yet is the same.
            for (late, none) in at(pre_delay_ms).iter().zip(&none) {
                assert!(late[..frames].iter().all(|&x| x == 0.0));
                assert_eq!(late[frames..frames + 900], none[..900], "{pre_delay_ms} ms");
            }
        }
    }
}

#[test]
fn r8_the_wet_sound_is_as_loud_whatever_the_decay() {
    // Half a second of noise, every two seconds: as loud as a phrase of music.
    let mut input = noise(48_000 * 16, 0.3, 6);
    for channel in &mut input {
        channel.iter_mut().enumerate().for_each(|(n, x)| *x *= f32::from(n % 96_000 < 24_000));
    }
    for (space, name) in SPACES.iter().enumerate() {
        let loudness = |decay_ms: f64| {
            let mut reverb = wet(&[("space", space as f64), ("decay", decay_ms)]);
            rms_db(&run(reverb.as_mut(), &input))
        };
        let [short, middle, long] = [1000.0, 2000.0, 4000.0].map(loudness);
        assert!((long - short).abs() <= 1.0, "{name}: {short} {middle} {long}");
        assert!((middle - rms_db(&input)).abs() <= 1.0, "{name}: {middle}");
    }
}

#[test]
fn r8_the_loudness_of_steady_pink_noise_does_not_depend_on_the_decay() {
    let input = pink(48_000 * 24, 0.1, 7);
    let loudness = |signal: &Stereo| {
        let mut meter = LoudnessMeter::new(RATE_HZ, STEREO);
        // After the longest decay has built up.
        meter.push(&[&signal[0][48_000 * 8..], &signal[1][48_000 * 8..]]);
        meter.finish();
        meter.loudness().integrated().0
    };
    let dry = loudness(&input);
    for (space, name) in SPACES.iter().enumerate() {
        let wet = [1000.0, 1500.0, 2000.0, 3000.0, 4000.0].map(|decay_ms| {
            let mut reverb = wet(&[("space", space as f64), ("decay", decay_ms)]);
            loudness(&run(reverb.as_mut(), &input)) - dry
        });
        let lowest = wet.iter().copied().fold(f64::MAX, f64::min);
        let highest = wet.iter().copied().fold(f64::MIN, f64::max);
        println!("{name}: {wet:.2?} LU");
        assert!(highest - lowest <= 1.0, "{name}: {wet:?} LU");
    }
}

#[test]
fn no_move_of_any_control_clicks() {
    let moves = [
        ("size", 60.0),
        ("decay", 500.0),
        ("pre_delay", 80.0),
        ("space", 2.0),
        ("high_decay", 20.0),
        ("low_cut", 500.0),
        ("high_cut", 2000.0),
        ("mod_rate", 3.0),
        ("mod_depth", 0.0),
        ("balance", 0.0),
        ("width", 0.0),
        ("level", -12.0),
        ("freeze", 1.0),
        ("mix", 60.0),
        ("mix", 0.0),
    ];
    for (id, value) in moves {
        let mut reverb = wet(&[]);
        let tone = sine(48_000 * 4, 100.0, 0.5, RATE_HZ);
        let part = |range: std::ops::Range<usize>| tone.clone().map(|x| x[range.clone()].to_vec());
        let _ = run(reverb.as_mut(), &part(0..96_000));
        set(reverb.as_mut(), KIND, &[(id, value)]);
        for heard in run(reverb.as_mut(), &part(96_000..192_000)) {
            let bend = |w: &[f32]| f64::from(w[2]) - 2.0 * f64::from(w[1]) + f64::from(w[0]);
            let worst = heard.windows(3).map(|w| bend(w).abs()).fold(0.0, f64::max);
            assert!(db(worst) <= -60.0, "{id}: {} dB", db(worst));
        }
    }
}
