//! Q7: dynamic bands.

use twobus_dsp::eq::Equalizer;
use twobus_dsp::eq::params::{BAND_PARAMS, band};
use twobus_dsp::processor::Processor;

use crate::support::{bell, db, noise, null, one_band, run, sine};

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

#[test]
fn q7_above_it_the_gain_follows_the_curve_of_a_compressor() {
    for (level_db, ratio, range_db) in
        [(-10.0, 2.0, -24.0), (-6.0, 4.0, -24.0), (-4.0, 20.0, -3.0), (-10.0, 2.0, 9.0)]
    {
        let mut eq = dynamic_bell(0.0, -20.0, ratio, range_db);
        let moved = (level_db + 20.0) * (1.0 - 1.0 / ratio);
        let wanted = moved.min(range_db.abs()) * range_db.signum();
        let gain = settled_gain_db(&mut eq, level_db);
        // The ripple of a peak detector with this attack and release is 0.2 dB.
        assert!((gain - wanted).abs() <= 0.25, "{level_db} dBFS {ratio}:1: {gain} not {wanted}");
        assert!((eq.dynamic_gains_db()[3] - wanted).abs() <= 0.25);
    }
}

#[test]
fn q7_what_is_loud_elsewhere_does_not_move_it() {
    let mut eq = dynamic_bell(0.0, -30.0, 4.0, -12.0);
    let input = sine(50.0, 0.5, RATE_HZ, 48_000);
    let (output, _) = run(&mut eq, &input, &input);
    // 50 Hz is 26 dB down in the detector of a bell at 1 kHz with a Q of 1.
    assert!(db(null(&output, &input)) <= -100.0 || eq.dynamic_gains_db()[3] > -1.0);
}
