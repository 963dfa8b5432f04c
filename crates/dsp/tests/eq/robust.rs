//! E5, E8, E9, E10 and E12: what every device must hold to. And auto gain.

use twobus_dsp::DeviceKind;
use twobus_dsp::eq::params::{AUTO_GAIN, BAND_PARAMS, Side, band};
use twobus_dsp::eq::prototype::{Setting, Shape};
use twobus_dsp::eq::{Equalizer, SPECS};
use twobus_dsp::meter::loudness::{LoudnessMeter, weights};
use twobus_dsp::processor::Processor;

use crate::support::{bell, db, is_full, noise, null, one_band, peak, run};

const RATE_HZ: f64 = 48_000.0;

#[test]
fn e12_any_settings_give_finite_sound() {
    let rounds = if is_full() { 100_000 } else { 3000 };
    let specials = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -0.0, 1e308, 5e-324];
    let mut eq = Equalizer::new(RATE_HZ, false);
    let random = noise(77, 4 * rounds);
    let mut random = random.iter().map(|x| f64::from(0.5 * (x + 1.0)));
    let mut next = || random.next().unwrap();
    for round in 0..rounds {
        let param = (next() * SPECS.len() as f64) as usize % SPECS.len();
        let spec = &SPECS[param];
        let value = match (next() * 8.0) as usize {
            0 => specials[round % specials.len()],
            1 => *spec.range.start(),
            2 => *spec.range.end(),
            _ => spec.from_travel(next()),
        };
        eq.glide(param, value, round % 100);
        let mut left = noise(round as u64, 32);
        let mut right = left.clone();
        eq.process(&mut left, &mut right);
        assert!(left.iter().chain(&right).all(|x| x.is_finite()), "round {round}");
    }
}

#[test]
fn e9_a_poisoned_equalizer_is_clean_after_a_reset() {
    let setting = bell(100.0, 12.0, 5.0);
    for poison in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX] {
        let mut eq = one_band(&setting, RATE_HZ);
        let mut block = [poison; 16];
        eq.process(&mut block.clone(), &mut block);
        eq.reset();
        let input = noise(1, 1000);
        let clean = run(&mut one_band(&setting, RATE_HZ), &input, &input);
        assert!(run(&mut eq, &input, &input) == clean);
    }
}

#[test]
fn e8_what_has_died_away_is_zero() {
    let setting = Setting { shape: Shape::LowCut, ..bell(20.0, 0.0, 10.0) };
    let mut eq = one_band(&setting, RATE_HZ);
    let _loud = run(&mut eq, &noise(1, 48_000), &noise(2, 48_000));
    let silence = vec![0.0; 60 * 48_000];
    let (left, _) = run(&mut eq, &silence, &silence);
    assert_eq!(peak(&left[50 * 48_000..]), 0.0);
    assert!(left.iter().all(|x| x.is_normal() || *x == 0.0));
}

#[test]
fn e10_nothing_clips_inside() {
    let input = noise(5, 20_000);
    let hot: Vec<f32> = input.iter().map(|x| x * 16.0).collect();
    let setting = bell(900.0, 18.0, 1.0);
    let (quiet, _) = run(&mut one_band(&setting, RATE_HZ), &input, &input);
    let (loud, _) = run(&mut one_band(&setting, RATE_HZ), &hot, &hot);
    let back: Vec<f32> = loud.iter().map(|x| x / 16.0).collect();
    assert!(db(null(&quiet, &back)) <= -130.0);
}

#[test]
fn e5_without_linear_phase_an_impulse_comes_out_at_once_at_every_rate() {
    for rate_hz in [44_100.0, 48_000.0, 88_200.0, 96_000.0, 176_400.0, 192_000.0] {
        let mut eq = one_band(&bell(5000.0, 6.0, 1.0), rate_hz);
        assert_eq!(eq.latency_frames(), 0);
        let response = crate::support::impulse_response(&mut eq, 64);
        assert!(response[0] > 0.5);
    }
    let built = DeviceKind::Equalizer.build(&[], RATE_HZ);
    assert!(built.is_linear() && built.latency_frames() == 0);
}

/// Pink noise: white noise through −10 dB a decade, made of a row of shelves.
fn pink(frames: usize) -> Vec<f32> {
    let mut eq = Equalizer::new(RATE_HZ, false);
    for (number, hz) in [30.0, 110.0, 400.0, 1450.0, 5300.0, 19_000.0].into_iter().enumerate() {
        let shelf = Setting { shape: Shape::HighShelf, ..bell(hz, -5.6, 0.35) };
        crate::support::set_band(&mut eq, number, &shelf);
    }
    eq.reset();
    let white = noise(8, frames);
    run(&mut eq, &white, &white).0
}

fn loudness(left: &[f32], right: &[f32]) -> f64 {
    let mut meter = LoudnessMeter::new(RATE_HZ, &weights(2));
    meter.push(&[left, right]);
    meter.loudness().integrated().0
}

#[test]
fn auto_gain_keeps_the_loudness_of_pink_noise() {
    let input = pink(10 * 48_000);
    let before = loudness(&input, &input);
    for settings in [
        vec![Setting { shape: Shape::HighShelf, ..bell(4000.0, 8.0, 0.7) }],
        vec![bell(1000.0, -9.0, 0.5)],
        vec![Setting { shape: Shape::LowCut, ..bell(200.0, 0.0, 0.7) }, bell(3000.0, 6.0, 1.0)],
    ] {
        let mut eq = Equalizer::new(RATE_HZ, false);
        for (number, setting) in settings.iter().enumerate() {
            crate::support::set_band(&mut eq, number, setting);
        }
        eq.set(AUTO_GAIN, 1.0);
        eq.reset();
        let (left, right) = run(&mut eq, &input, &input);
        let change = loudness(&left, &right) - before;
        assert!(change.abs() <= 0.5, "{settings:?}: {change:.2} LU");
    }
}

#[test]
fn auto_gain_hears_what_each_part_of_the_signal_has_of_a_band() {
    let setting = Setting { shape: Shape::HighShelf, ..bell(2000.0, 18.0, 0.7) };
    let mut eq = Equalizer::new(RATE_HZ, false);
    crate::support::set_band(&mut eq, 2, &setting);
    eq.set(AUTO_GAIN, 1.0);
    let input = pink(10 * 48_000);
    let before = loudness(&input, &input);
    let mut change = |side: Side| {
        eq.set(2 * BAND_PARAMS + band::SIDE, side as usize as f64);
        eq.reset();
        let (left, right) = run(&mut eq, &input, &input);
        loudness(&left, &right) - before
    };
    // Mono material has no sides, and all of the mid.
    for side in [Side::Side, Side::Mid, Side::Stereo] {
        let change = change(side);
        assert!(change.abs() <= 0.5, "{side:?}: {change:.2} LU");
    }
}
