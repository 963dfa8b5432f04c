//! Q7: dynamic bands.

mod cuts;

use twobus_dsp::eq::params::{BAND_PARAMS, band};
use twobus_dsp::eq::{CONTROL, Equalizer};
use twobus_dsp::processor::Processor;

use crate::support::{bell, noise, one_band, run, sine};

const RATE_HZ: f64 = 48_000.0;
const BAND: usize = 3 * BAND_PARAMS;

fn dynamic_bell(gain_db: f64, threshold_db: f64, ratio: f64, range_db: f64) -> Equalizer {
    let mut eq = one_band(&bell(1000.0, gain_db, 1.0), RATE_HZ);
    eq.set(BAND + band::DYNAMIC, 1.0);
    eq.set(BAND + band::THRESHOLD, threshold_db);
    eq.set(BAND + band::RATIO, ratio);
    eq.set(BAND + band::RANGE, range_db);
    eq.reset();
    eq
}

/// Gain of a 1 kHz sine of `level_db` once everything has settled.
fn settled_gain_db(eq: &mut Equalizer, level_db: f64) -> f64 {
    let input = sine(1000.0, 10.0_f64.powf(level_db / 20.0), RATE_HZ, 96_000);
    let (output, _) = run(eq, &input, &input);
    let power =
        |signal: &[f32]| signal[72_000..].iter().map(|&x| f64::from(x).powi(2)).sum::<f64>();
    10.0 * (power(&output) / power(&input)).log10()
}

#[test]
fn q7_below_the_threshold_it_is_the_static_band_bit_for_bit() {
    let input: Vec<f32> = noise(3, 48_000).iter().map(|x| 0.05 * x).collect();
    let still = run(&mut one_band(&bell(1000.0, 4.0, 1.0), RATE_HZ), &input, &input).0;
    let moving = run(&mut dynamic_bell(4.0, -6.0, 4.0, -12.0), &input, &input).0;
    assert!(moving == still);
    let nothing = run(&mut dynamic_bell(0.0, -6.0, 4.0, -12.0), &input, &input).0;
    assert!(nothing == input);
}

/// Level, ratio and range of bells with a threshold of −20 dBFS, and how far they move.
const MOVES: [(f64, f64, f64, f64); 4] = [
    (-10.0, 2.0, -24.0, -5.0),
    (-6.0, 4.0, -24.0, -10.5),
    (-4.0, 20.0, -3.0, -3.0),
    (-10.0, 2.0, 9.0, 5.0),
];

#[test]
fn q7_above_it_the_gain_follows_the_curve_of_a_compressor() {
    for (level_db, ratio, range_db, moved_db) in MOVES {
        let mut eq = dynamic_bell(0.0, -20.0, ratio, range_db);
        eq.set(BAND + band::RELEASE, 400.0);
        let gain = settled_gain_db(&mut eq, level_db);
        assert!((gain - moved_db).abs() <= 0.1, "{level_db} dBFS {ratio}:1: {gain} not {moved_db}");
    }
}

#[test]
fn q7_the_meters_show_what_the_bands_do() {
    for (level_db, ratio, range_db, moved_db) in MOVES {
        let mut eq = dynamic_bell(6.0, -20.0, ratio, range_db);
        assert_eq!(eq.gain_reduction_db(), 0.0);
        eq.set(BAND + band::RELEASE, 400.0);
        let gain = settled_gain_db(&mut eq, level_db);
        let shown = eq.band_gains_db();
        assert!((f64::from(shown[3]) - (gain - 6.0)).abs() <= 0.1, "{shown:?} {gain}");
        assert!((0..8).all(|number| number == 3 || shown[number] == 0.0), "{shown:?}");
        let reduction = f64::from(eq.gain_reduction_db());
        assert!((reduction - (-moved_db).max(0.0)).abs() <= 0.1, "{reduction} {moved_db}");
        eq.reset();
        assert_eq!((eq.gain_reduction_db(), eq.band_gains_db()), (0.0, [0.0; 8]));
    }
    // Between two looks, the largest is shown: here of a burst that is over.
    let mut eq = dynamic_bell(0.0, -20.0, 4.0, -24.0);
    eq.set(BAND + band::RELEASE, 20.0);
    let mut burst = sine(1000.0, 1.0, RATE_HZ, 24_000);
    burst[12_000..].fill(0.0);
    eq.process(&mut burst.clone(), &mut burst);
    assert!(eq.gain_reduction_db() > 10.0 && eq.band_gains_db()[3].abs() < 0.01);
}

#[test]
fn q7_what_is_loud_elsewhere_does_not_move_it() {
    let mut eq = dynamic_bell(0.0, -30.0, 4.0, -12.0);
    // 50 Hz is 26 dB down in the detector of a bell at 1 kHz with a Q of 1, so 2 dB below the threshold.
    let input = sine(50.0, 0.5, RATE_HZ, 48_000);
    let (output, _) = run(&mut eq, &input, &input);
    assert!(output == input);
}

/// Frames after `from` until `reached` holds for the gain of the band.
fn frames_until(
    eq: &mut Equalizer,
    input: &[f32],
    from: usize,
    reached: impl Fn(f64) -> bool,
) -> usize {
    let mut frames = 0;
    for block in input[from..].chunks(CONTROL) {
        if reached(eq.band_gains_db()[3].into()) {
            return frames;
        }
        let _heard = run(eq, block, block);
        frames += block.len();
    }
    panic!("the gain does not arrive");
}

#[test]
fn q7_attack_and_release_are_the_times_to_63_percent() {
    for rate_hz in [44_100.0, 96_000.0] {
        for (attack_ms, release_ms) in [(20.0, 400.0), (100.0, 1000.0)] {
            // The filter in front of the detector takes 0.1 ms of its own.
            let mut eq = one_band(&bell(4000.0, 0.0, 1.0), rate_hz);
            let settings = [
                (band::DYNAMIC, 1.0),
                (band::THRESHOLD, -20.0),
                (band::RATIO, 2.0),
                (band::RANGE, -24.0),
                (band::ATTACK, attack_ms),
                (band::RELEASE, release_ms),
            ];
            settings.iter().for_each(|&(offset, value)| eq.set(BAND + offset, value));
            eq.reset();
            // From 10 dB under the threshold to 10 dB over it, and back.
            let second = rate_hz as usize / CONTROL * CONTROL;
            let frames = 12 * second;
            let mut input = sine(4000.0, 0.1_f64.sqrt(), rate_hz, frames);
            let soft = |n: usize| n < second || n >= 4 * second;
            (0..frames).filter(|&n| soft(n)).for_each(|n| input[n] *= 0.1);
            let _before = run(&mut eq, &input[..second], &input[..second]);
            let share = 1.0 - (-1.0_f64).exp();
            let attack = frames_until(&mut eq, &input, second, |db| db <= -5.0 * share);
            let from = second + attack;
            let _loud = run(&mut eq, &input[from..4 * second], &input[from..4 * second]);
            let full = f64::from(eq.band_gains_db()[3]);
            assert!((full + 5.0).abs() <= 0.1, "{full}");
            let left = full * (1.0 - share);
            let release = frames_until(&mut eq, &input, 4 * second, |db| db >= left);
            for (frames, ms) in [(attack, attack_ms), (release, release_ms)] {
                let off = frames as f64 / rate_hz * 1000.0 / ms - 1.0;
                assert!(off.abs() <= 0.05, "{ms} ms at {rate_hz} Hz: {:+.1} %", 100.0 * off);
            }
        }
    }
}
