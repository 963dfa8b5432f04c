//! What the limiter does to sound: nothing where it need not, and little where it must.

use std::f64::consts::TAU;

use twobus_dsp::Processor;

use crate::referee::{Kaiser, fft_peak, sample_peak};
use crate::signals::Random;
use crate::{Stereo, both, db, limiter, run};

const RATES_HZ: [f64; 5] = [44_100.0, 48_000.0, 88_200.0, 96_000.0, 192_000.0];

/// The default ceiling as a gain.
fn ceiling() -> f64 {
    10.0_f64.powf(-1.0 / 20.0)
}

/// Amplitude of the part of `signal` at `frequency` (in rates), which fits its length.
fn amplitude(signal: &[f32], frequency: f64) -> f64 {
    let (mut re, mut im) = (0.0, 0.0);
    for (i, x) in signal.iter().enumerate() {
        let (sin, cos) = (TAU * (frequency * i as f64).fract()).sin_cos();
        re += f64::from(*x) * cos;
        im += f64::from(*x) * sin;
    }
    2.0 * re.hypot(im) / signal.len() as f64
}

/// The last half second of 1.5 s of `input` limited with `settings`, and the reduction.
fn settled(rate_hz: f64, settings: &[(&str, f64)], input: impl Fn(f64) -> f64) -> (Vec<f32>, f32) {
    let half = (rate_hz / 2.0) as usize;
    let mut limiter = limiter(rate_hz, settings);
    let input = both((0..3 * half).map(|i| input(i as f64 / rate_hz)));
    let [output, _] = run(&mut limiter, &input);
    (output[2 * half..3 * half].to_vec(), limiter.max_gain_reduction_db())
}

/// Chords with attacks and decays, without content above 10 kHz.
fn music(rate_hz: f64, time_s: f64) -> Stereo {
    const BEAT_S: f64 = 0.25;
    let mut random = Random::new(3);
    let notes: Vec<(f64, f64, f64)> = (0..120)
        .map(|i| {
            let start = BEAT_S * f64::from(i / 6) * 0.5;
            let pitch = 55.0 * 2.0_f64.powf(random.below(60) as f64 / 12.0);
            (start, pitch, 0.15 + 0.25 * random.unit())
        })
        .collect();
    let note = |t: f64, (start, pitch, level): (f64, f64, f64)| {
        let since = t - start;
        if since <= 0.0 {
            return 0.0;
        }
        // A rise of 10 ms with a smooth start keeps the band.
        let rise = 0.5 - 0.5 * (TAU * (since / 0.02).min(0.5)).cos();
        let partials = (1..=3).map(|h| (TAU * pitch * f64::from(h) * since).sin() / f64::from(h));
        level * rise * (-3.0 * since).exp() * partials.sum::<f64>()
    };
    both((0..(time_s * rate_hz) as usize).map(|i| {
        let t = i as f64 / rate_hz;
        notes.iter().map(|n| note(t, *n)).sum()
    }))
}

fn rms(signal: &[f32]) -> f64 {
    (signal.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / signal.len() as f64).sqrt()
}

#[test]
fn t3_a_signal_below_the_ceiling_passes_bit_for_bit() {
    let kaiser = Kaiser::new();
    for rate_hz in RATES_HZ {
        let [mut signal, _] = music(rate_hz, 0.3);
        let scale = ceiling() * 0.999 / kaiser.peak(&signal).max(fft_peak(&signal));
        signal.iter_mut().for_each(|x| *x = (f64::from(*x) * scale) as f32);
        for (link, character) in [(0.0, 0.0), (37.7, 1.0), (100.0, 2.0)] {
            let mut limiter = limiter(rate_hz, &[("link", link), ("character", character)]);
            let latency = limiter.latency_frames();
            let [left, right] = run(&mut limiter, &[signal.clone(), signal.clone()]);
            assert!(left[..latency].iter().all(|x| *x == 0.0));
            assert_eq!(left[latency..], signal);
            assert_eq!(right[latency..], signal);
            assert_eq!(limiter.max_gain_reduction_db(), 0.0);
        }
    }
}

#[test]
fn t3_after_a_loud_passage_the_signal_is_untouched_again() {
    let rate_hz = 48_000.0;
    let loud = (0..48_000).map(|i| 4.0 * (f64::from(i) * 0.05).sin());
    let soft = (0..12 * 48_000).map(|i| 0.5 * (f64::from(i) * 0.031).sin());
    let input = both(loud.chain(soft));
    let mut limiter = limiter(rate_hz, &[]);
    let latency = limiter.latency_frames();
    let [output, _] = run(&mut limiter, &input);
    let last = input[0].len() - 48_000;
    assert_eq!(output[latency + last..], input[0][last..]);
}

#[test]
fn t4_thd_of_tones_at_6_db_reduction() {
    // 50 Hz ≤ 0.3 % and 1 kHz ≤ 0.03 % are the bars; the hold makes all tones steady.
    for rate_hz in [44_100.0, 96_000.0] {
        for settings in [
            vec![],
            vec![("auto_release", 0.0)],
            vec![("auto_release", 0.0), ("release", 10.0)],
            vec![("character", 1.0)],
            vec![("character", 2.0)],
        ] {
            for hz in [20.0, 30.0, 50.0, 80.0, 110.0, 160.0, 234.0, 400.0, 1000.0, 3000.0] {
                let level = 2.0 * ceiling();
                let (output, reduction) =
                    settled(rate_hz, &settings, |t| level * (TAU * hz * t).sin());
                assert!((5.9..6.2).contains(&reduction), "{reduction} dB");
                let harmonic = |h: u32| amplitude(&output, f64::from(h) * hz / rate_hz);
                let sum: f64 = (2..=10)
                    .filter(|h| f64::from(*h) * hz < 0.5 * rate_hz)
                    .map(|h| harmonic(h).powi(2))
                    .sum();
                let thd_percent = 100.0 * sum.sqrt() / harmonic(1);
                println!("{rate_hz} Hz, {settings:?}, {hz} Hz: THD {thd_percent:.6} %");
                let bar = if hz < 250.0 { 0.3 } else { 0.03 };
                assert!(thd_percent <= bar, "{hz} Hz at {rate_hz}: {thd_percent} %");
            }
        }
    }
}

#[test]
fn t4_side_bands_of_30_hz_with_3_khz_at_6_db_reduction_are_below_minus_50_dbc() {
    for rate_hz in [44_100.0, 48_000.0, 96_000.0] {
        for settings in
            [("auto_release", 0.0), ("auto_release", 1.0), ("character", 1.0), ("character", 2.0)]
        {
            let level = 2.0 * ceiling();
            let (output, reduction) = settled(rate_hz, &[settings], |t| {
                level * (0.8 * (TAU * 30.0 * t).sin() + 0.2 * (TAU * 3000.0 * t).sin())
            });
            assert!((5.5..6.2).contains(&reduction), "{reduction} dB");
            let carrier = amplitude(&output, 3000.0 / rate_hz);
            let worst = (-20..=20)
                .filter(|k| *k != 0)
                .map(|k| amplitude(&output, (3000.0 + 30.0 * f64::from(k)) / rate_hz))
                .fold(0.0, f64::max);
            println!("{rate_hz} Hz, {settings:?}: {:.1} dBc", db(worst / carrier));
            assert!(db(worst / carrier) <= -50.0);
        }
    }
}

#[test]
fn t5_latency_is_where_an_impulse_comes_out_and_at_most_5_ms_whatever_the_settings() {
    for rate_hz in RATES_HZ {
        for (id, value) in [
            ("release", 1000.0),
            ("auto_release", 0.0),
            ("link", 0.0),
            ("character", 1.0),
            ("character", 2.0),
        ] {
            let mut limiter = limiter(rate_hz, &[(id, value)]);
            let mut input = both((0..100).map(|_| 0.0));
            input[0][10] = 0.5;
            input[1][20] = -0.5;
            let latency = limiter.latency_frames();
            let [left, right] = run(&mut limiter, &input);
            assert_eq!(left.iter().position(|x| *x == 0.5), Some(10 + latency));
            assert_eq!(right.iter().position(|x| *x == -0.5), Some(20 + latency));
            assert!(latency as f64 / rate_hz <= 0.005, "{latency} frames at {rate_hz}");
        }
    }
}

#[test]
fn t5_the_gain_is_lowest_where_the_peak_is() {
    for rate_hz in RATES_HZ {
        let mut input = both((0..20_000).map(|_| 0.1));
        input.iter_mut().for_each(|channel| channel[10_000] = 2.0);
        let mut limiter = limiter(rate_hz, &[]);
        let latency = limiter.latency_frames();
        let [output, _] = run(&mut limiter, &input);
        let reached = f64::from(output[latency + 10_000]);
        assert!(reached <= ceiling() && db(reached / ceiling()) > -0.01, "{reached}");
        // Long before the peak nothing has changed.
        let untouched = 10_000 - (0.0021 * rate_hz) as usize;
        assert!(output[latency..latency + untouched].iter().all(|x| *x == 0.1));
    }
}

#[test]
fn t6_full_link_keeps_the_image() {
    let tone = |i: usize, level: f64| (level * (i as f64 * 0.21).sin()) as f32;
    let channel = |level: f64| (0..24_000).map(|i| tone(i, level)).collect::<Vec<f32>>();
    let input = [channel(4.0), channel(0.5)];
    let [left, right] = run(&mut limiter(48_000.0, &[]), &input);
    for (l, r) in left.iter().zip(&right) {
        assert!((r - l / 8.0).abs() < 1e-7);
    }
}

#[test]
fn t6_without_link_the_channels_are_two_mono_limiters_to_the_bit() {
    let mut random = Random::new(8);
    let mut noise = |level: f64| -> Vec<f32> {
        (0..24_000).map(|_| (level * random.symmetric()) as f32).collect()
    };
    let (a, b) = (noise(3.0), noise(1.5));
    let unlinked = |input: &Stereo| run(&mut limiter(48_000.0, &[("link", 0.0)]), input);
    let [left, right] = unlinked(&[a.clone(), b.clone()]);
    assert_eq!(left, unlinked(&[a.clone(), a])[0]);
    assert_eq!(right, unlinked(&[b.clone(), b])[0]);
}

#[test]
fn t6_link_is_continuous_from_0_to_100_percent() {
    let tone = |level: f64| (0..12_000).map(move |i| (level * (f64::from(i) * 0.21).sin()) as f32);
    let input = [tone(3.0).collect(), tone(0.5).collect()];
    let level = |link: u32| {
        let [_, right] = run(&mut limiter(48_000.0, &[("link", f64::from(link))]), &input);
        db(rms(&right))
    };
    let levels: Vec<f64> = (0..=100).map(level).collect();
    assert!(levels.windows(2).all(|pair| pair[1] < pair[0] && pair[0] - pair[1] < 0.3));
    assert!(levels[0] - levels[100] > 9.0, "{levels:?}");
}

#[test]
fn t7_3_db_reduction_of_music_takes_3_db_of_peak_to_loudness_and_adds_nothing_out_of_band() {
    let rate_hz = 48_000.0;
    let [mut signal, _] = music(rate_hz, 2.0);
    let scale = ceiling() / sample_peak(&signal) * 10.0_f64.powf(3.0 / 20.0);
    signal.iter_mut().for_each(|x| *x = (f64::from(*x) * scale) as f32);
    let mut limiter = limiter(rate_hz, &[]);
    let latency = limiter.latency_frames();
    let [output, _] = run(&mut limiter, &[signal.clone(), signal.clone()]);
    let reduction = f64::from(limiter.max_gain_reduction_db());
    let crest = |signal: &[f32]| db(sample_peak(signal) / rms(signal));
    let lost = crest(&signal) - crest(&output[latency..]);
    println!("reduction {reduction:.2} dB, crest factor lower by {lost:.2} dB");
    assert!((2.9..3.3).contains(&reduction) && (lost - reduction).abs() <= 0.5);

    // Hann-windowed bins above the input's band, against the loudest bin of the residual.
    let residual: Vec<f32> = output[latency..]
        .iter()
        .zip(&signal)
        .enumerate()
        .map(|(i, (wet, dry))| {
            let window = 0.5 - 0.5 * (TAU * i as f64 / signal.len() as f64).cos();
            ((f64::from(*wet) - f64::from(*dry)) * window) as f32
        })
        .collect();
    let band = |hz: f64| amplitude(&residual, hz / rate_hz);
    let outside = (0..120).map(|k| band(12_000.0 + 100.0 * f64::from(k))).fold(0.0, f64::max);
    println!("outside the band: {:.1} dBFS", db(outside));
    assert!(db(outside) <= -60.0);
}

/// The gain around a hit of 2 in a tone of 0.5, for each character: from 5 ms before it on.
fn gains_around_a_hit(character: f64) -> Vec<f64> {
    let rate_hz = 48_000.0;
    let mut input = both((0..96_000).map(|_| 0.5));
    input.iter_mut().for_each(|channel| channel[48_000] = 2.0);
    let mut limiter = limiter(rate_hz, &[("character", character)]);
    let latency = limiter.latency_frames();
    let [output, _] = run(&mut limiter, &input);
    (47_760..90_000).map(|i| f64::from(output[latency + i] / input[0][i])).collect()
}

#[test]
fn punchy_leaves_the_front_of_a_hit_longer_and_safe_holds_the_gain_after_it() {
    let [transparent, punchy, safe] = [0.0, 1.0, 2.0].map(gains_around_a_hit);
    let first_below = |gains: &[f64]| gains.iter().position(|gain| *gain < 0.999).unwrap();
    // The hit is 240 frames in; the attack ends 0.5 ms before it.
    let (long, short) = (240 - first_below(&transparent), 240 - first_below(&punchy));
    println!("the gain falls {long} and {short} frames before the hit");
    assert!(long > 80 && short < 60, "{long}, {short}");
    assert_eq!(first_below(&safe), first_below(&transparent));
    for gains in [&transparent, &punchy, &safe] {
        assert!((gains[240] * 2.0 - ceiling()).abs() < 1e-3);
    }
    let back = |gains: &[f64]| gains[240..].iter().position(|gain| *gain > 0.9).unwrap();
    let (transparent, safe) = (back(&transparent), back(&safe));
    println!("back after {transparent} and {safe} frames");
    assert!(safe > transparent + 1200, "the hold is 30 ms");
}

#[test]
fn characters_differ_in_loudness_as_they_say() {
    let [signal, _] = music(48_000.0, 2.0);
    let scale = 4.0 * ceiling() / sample_peak(&signal);
    let hot: Vec<f32> = signal.iter().map(|x| (f64::from(*x) * scale) as f32).collect();
    let level = |character: f64| {
        let mut limiter = limiter(48_000.0, &[("character", character)]);
        db(rms(&run(&mut limiter, &[hot.clone(), hot.clone()])[0]))
    };
    let [transparent, punchy, safe] = [0.0, 1.0, 2.0].map(level);
    println!("transparent {transparent:.2}, punchy {punchy:.2}, safe {safe:.2} dBFS");
    assert!(punchy > transparent && transparent > safe);
}

#[test]
fn a_change_of_the_character_keeps_the_ceiling_and_does_not_click() {
    let rate_hz = 48_000.0;
    let input = both((0..96_000).map(|i| 3.0 * (TAU * 200.0 * f64::from(i) / rate_hz).sin()));
    let mut limiter = limiter(rate_hz, &[]);
    let character = twobus_dsp::limiter::SPECS.iter().position(|s| s.id == "character").unwrap();
    let mut output = input.clone();
    let [left, right] = &mut output;
    for (block, (l, r)) in left.chunks_mut(4800).zip(right.chunks_mut(4800)).enumerate() {
        limiter.set(character, (block % 3) as f64);
        limiter.process(l, r);
    }
    assert!(sample_peak(&output[0]) <= ceiling());
    // A tone of 200 Hz at the ceiling moves by 2.7 % of it from frame to frame; a click would add to that.
    let steps = output[0][4800..].windows(2).map(|pair| f64::from((pair[1] - pair[0]).abs()));
    let largest = steps.fold(0.0, f64::max) / ceiling();
    assert!(largest < TAU * 200.0 / rate_hz * 1.02, "{largest}");
}
