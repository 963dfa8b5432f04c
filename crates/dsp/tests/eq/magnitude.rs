//! Q1, Q2, Q5 and Q8: what the curve is, measured from impulse responses and sines.

use std::f64::consts::PI;

use twobus_dsp::eq::curve::Curve;
use twobus_dsp::eq::params::{BAND_PARAMS, BANDS, PARAMS, band};
use twobus_dsp::eq::prototype::{MAX_POLES, Section, Setting, Shape};
use twobus_dsp::eq::{Equalizer, SPECS};
use twobus_dsp::param::Values;
use twobus_dsp::processor::Processor;

use crate::support::{
    bell, db, impulse_response, is_full, noise, null, one_band, run, sine, spectrum,
};

const FREQUENCIES: [f64; 11] =
    [20.0, 50.0, 100.0, 500.0, 1e3, 5e3, 1e4, 1.6e4, 1.9e4, 2.2e4, 2.3e4];
const GAINS: [f64; 12] = [-24.0, -18.0, -12.0, -6.0, -3.0, -1.0, 1.0, 3.0, 6.0, 12.0, 18.0, 24.0];
const QS: [f64; 9] = [0.1, 0.3, 0.5, 0.71, 1.0, 2.0, 5.0, 10.0, 40.0];

/// All settings of the criterion's grid and of the ends of the parameters' ranges.
fn grid() -> Vec<Setting> {
    let mut grid = Vec::new();
    for shape in Shape::ALL {
        let cuts = matches!(shape, Shape::LowCut | Shape::HighCut);
        for frequency_hz in FREQUENCIES {
            for &gain_db in if shape.has_gain() { &GAINS[..] } else { &[0.0] } {
                for q in QS {
                    for poles in 1..=if cuts { MAX_POLES } else { 1 } {
                        grid.push(Setting { shape, frequency_hz, gain_db, q, poles });
                    }
                }
            }
        }
    }
    grid
}

/// Time in which the sharpest pole of a setting falls by 8.7 dB, in seconds.
fn ring_s(setting: &Setting) -> f64 {
    let slowest = |section: &Section| {
        let [d2, d1, d0] = section.d;
        if d2 == 0.0 {
            return d1 / d0;
        }
        // Real parts of the roots of d₂s² + d₁s + d₀; of two real ones, the slower.
        let root = (d1 * d1 - 4.0 * d2 * d0).max(0.0).sqrt();
        2.0 * d2 / (d1 - root)
    };
    let longest = setting.prototype().iter().map(slowest).fold(0.0, f64::max);
    longest / (2.0 * PI * setting.frequency_hz)
}

/// What rings for longer does not die away in a response that can be measured; its coefficients are held
/// to the prototype beside the code.
const LONGEST_RING_S: f64 = 0.5;

/// The response is measured until its sharpest pole has fallen by this many times 8.7 dB: what is cut off
/// there lies 100 dB below.
const RINGS: f64 = 12.0;

/// Shortest response, for the spectrum's bins to lie close below 20 Hz, in seconds.
const SHORTEST_S: f64 = 1.0;

/// Largest error of the impulse response's magnitude from 10 Hz to 20 kHz, in dB.
fn error(setting: &Setting, rate_hz: f64) -> f64 {
    let mut eq = one_band(setting, rate_hz);
    let frames = (RINGS * ring_s(setting)).max(SHORTEST_S) * rate_hz;
    let response = impulse_response(&mut eq, (frames as usize).next_power_of_two());
    let spectrum = spectrum(&response);
    let hz_per_bin = rate_hz / (2 * (spectrum.len() - 1)) as f64;
    let bins = (10.0 / hz_per_bin).ceil() as usize..=(20_000.0 / hz_per_bin) as usize;
    let error = |bin: usize| {
        let wanted = setting.prototype_db(bin as f64 * hz_per_bin);
        if wanted < -60.0 { 0.0 } else { (db(spectrum[bin].norm()) - wanted).abs() }
    };
    bins.map(error).fold(0.0, f64::max)
}

/// Rates in Hz, and of how many settings each is measured by default: one in so many.
const RATES: [(f64, usize); 5] =
    [(44_100.0, 43), (48_000.0, 211), (88_200.0, 223), (96_000.0, 227), (192_000.0, 431)];

#[test]
fn q1_the_sound_matches_the_analogue_prototype_to_20_khz() {
    let mut grid = grid();
    grid.retain(|setting| ring_s(setting) <= LONGEST_RING_S);
    for (rate_hz, nth) in RATES {
        let nth = if is_full() { 1 } else { nth };
        let settings = grid.iter().step_by(nth);
        let worst = settings.map(|setting| (error(setting, rate_hz), setting));
        let (worst, setting) = worst.max_by(|a, b| a.0.total_cmp(&b.0)).unwrap();
        assert!(worst <= 0.1, "{worst:.3} dB: {setting:?} at {rate_hz} Hz");
    }
}

#[test]
fn q2_a_cut_undoes_the_boost_and_0_db_is_nothing() {
    let input = noise(1, 48_000);
    for shape in [Shape::Bell, Shape::LowShelf, Shape::HighShelf, Shape::Tilt] {
        for frequency_hz in [60.0, 1000.0, 9000.0] {
            let setting = Setting { shape, frequency_hz, gain_db: 9.0, q: 1.4, poles: 1 };
            let mut both = Equalizer::new(48_000.0, false);
            crate::support::set_band(&mut both, 0, &setting);
            crate::support::set_band(&mut both, 5, &Setting { gain_db: -9.0, ..setting });
            both.reset();
            let (output, _) = run(&mut both, &input, &input);
            let residual = db(null(&input, &output));
            assert!(residual <= -120.0, "{setting:?}: {residual:.1} dB");
        }
    }
    let right = noise(2, 48_000);
    for shape in Shape::ALL.into_iter().filter(|shape| shape.has_gain()) {
        for (side, frequency_hz, q) in [(0.0, 60.0, 0.3), (1.0, 1000.0, 3.0), (2.0, 16_000.0, 10.0)]
        {
            let setting = Setting { shape, frequency_hz, gain_db: 0.0, q, poles: 1 };
            let mut nothing = one_band(&setting, 48_000.0);
            nothing.set(3 * BAND_PARAMS + band::SIDE, side);
            nothing.reset();
            assert!(run(&mut nothing, &input, &right) == (input.clone(), right.clone()));
        }
    }
}

#[test]
fn q5_low_filters_at_high_rates_are_quiet() {
    let rate_hz = 192_000.0;
    let low_cut =
        Setting { shape: Shape::LowCut, frequency_hz: 20.0, gain_db: 0.0, q: 0.7, poles: 2 };
    for setting in [low_cut, bell(30.0, 6.0, 10.0)] {
        let mut eq = one_band(&setting, rate_hz);
        // A whole number of periods in a power of two, after the filter has settled.
        let frames = 1 << 18;
        let frequency_hz = 1365.0 * rate_hz / frames as f64;
        let input = sine(frequency_hz, 0.1, rate_hz, 4 * frames);
        let (output, _) = run(&mut eq, &input, &input);
        let power: Vec<f64> = spectrum(&output[3 * frames..])
            .iter()
            .map(|bin| (bin.norm() / frames as f64).powi(2) * 2.0)
            .collect();
        let noise: f64 =
            power.iter().enumerate().filter(|(bin, _)| *bin != 1365).map(|b| b.1).sum();
        // The rounding of input and output to 32 bit is part of what is heard, and all that is.
        let noise_db = 10.0 * noise.log10();
        assert!(noise_db <= -140.0, "{setting:?}: {noise_db:.1} dBFS");
    }
}

/// An equalizer and its values: band number, offset and value.
fn drawn(rate_hz: f64, settings: &[(usize, usize, f64)]) -> (Equalizer, Values<PARAMS>) {
    let mut eq = Equalizer::new(rate_hz, false);
    let mut values = Values::<PARAMS>::new(SPECS);
    for &(number, offset, value) in settings {
        let _ = values.set(BAND_PARAMS * number + offset, value);
        eq.set(BAND_PARAMS * number + offset, value);
    }
    eq.reset();
    (eq, values)
}

/// Cuts at both ends, a shelf each, bells, a notch and a tilt; of the last three, one works on mid only
/// and one on side only.
fn every_shape() -> Vec<(usize, usize, f64)> {
    let shape = |number, shape: Shape| (number, band::SHAPE, shape as usize as f64);
    let mut settings = vec![
        (0, band::ON, 1.0),
        (1, band::GAIN, -4.0),
        (3, band::GAIN, 7.0),
        shape(2, Shape::Notch),
        (2, band::SIDE, 2.0),
        shape(4, Shape::Tilt),
        (4, band::GAIN, 5.0),
        (5, band::GAIN, -3.0),
        (5, band::SIDE, 1.0),
        (6, band::GAIN, 5.0),
        (7, band::ON, 1.0),
    ];
    settings.extend((0..BANDS).map(|number| (number, band::SLOPE, number as f64)));
    settings
}

#[test]
fn q8_the_drawn_curve_is_the_measured_one() {
    for rate_hz in [44_100.0, 96_000.0] {
        // What both channels have in common, and in what they differ.
        for (channel, sign) in [(0, 1.0), (1, -1.0)] {
            let (mut eq, values) = drawn(rate_hz, &every_shape());
            let curve = Curve::new(&values, &[0.0; BANDS], channel, rate_hz);
            let mut impulse = vec![0.0; 1 << 16];
            impulse[0] = 1.0;
            let right: Vec<f32> = impulse.iter().map(|x| sign * x).collect();
            let spectrum = spectrum(&run(&mut eq, &impulse, &right).0);
            let hz_per_bin = rate_hz / (2 * (spectrum.len() - 1)) as f64;
            for hz in (1..400).map(|i| 20.0 * 10.0_f64.powf(f64::from(i) / 133.4)) {
                let bin = (hz / hz_per_bin).round();
                let (measured, drawn) =
                    (db(spectrum[bin as usize].norm()), curve.db_at(bin * hz_per_bin));
                assert!(
                    (measured - drawn).abs() <= 0.1 || drawn < -90.0,
                    "{channel}: {hz:.0} Hz: {measured} {drawn}"
                );
            }
        }
    }
}

#[test]
fn q8_the_live_curve_is_the_one_that_is_heard_while_bands_move() {
    let rate_hz = 48_000.0;
    let mut settings = vec![(3, band::FREQUENCY, 1000.0), (6, band::GAIN, 6.0)];
    for (number, range_db) in [(3, -12.0), (6, -12.0), (1, 12.0)] {
        settings.extend([
            (number, band::DYNAMIC, 1.0),
            (number, band::THRESHOLD, -40.0),
            (number, band::RANGE, range_db),
            (number, band::RATIO, 1.5),
            (number, band::RELEASE, 2000.0),
        ]);
    }
    let (mut eq, values) = drawn(rate_hz, &settings);
    // A loud tone for each of the three bands, and soft ones to measure with, where no tone's distortion
    // by the ripple of the gains falls.
    let loud = [(100.0, 0.1), (1000.0, 0.2), (12_000.0, 0.1)];
    let soft = [30.0, 230.0, 520.0, 760.0, 1430.0, 2070.0, 4370.0, 8190.0, 15_730.0];
    let tones = loud.into_iter().chain(soft.map(|hz| (hz, 0.001)));
    let frames = 4 * 48_000;
    let mut input = vec![0.0_f32; frames];
    for (hz, amplitude) in tones.clone() {
        input.iter_mut().zip(sine(hz, amplitude, rate_hz, frames)).for_each(|(sum, x)| *sum += x);
    }
    let (output, _) = run(&mut eq, &input, &input);
    let moved = eq.band_gains_db();
    assert!(moved[3] < -6.0 && moved[6] < -2.0 && moved[1] > 2.0, "{moved:?}");
    let curve = Curve::new(&values, &moved.map(f64::from), 0, rate_hz);
    let last = frames - 48_000;
    let (before, after) = (spectrum(&input[last..]), spectrum(&output[last..]));
    for (hz, _) in tones {
        let (bin, drawn) = (hz as usize, curve.db_at(hz));
        let measured = db(after[bin].norm() / before[bin].norm());
        assert!((measured - drawn).abs() <= 0.1, "{hz} Hz: {measured} {drawn}");
    }
}
