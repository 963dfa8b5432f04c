//! Dynamic notches and cuts, and dynamic bands of all shapes in linear phase.

use std::f64::consts::FRAC_1_SQRT_2;

use twobus_dsp::eq::curve::Curve;
use twobus_dsp::eq::params::{BAND_PARAMS, BANDS, PARAMS, PHASE, band};
use twobus_dsp::eq::prototype::{Setting, Shape};
use twobus_dsp::eq::{Equalizer, SPECS};
use twobus_dsp::param::Values;
use twobus_dsp::processor::Processor;

use super::RATE_HZ;
use crate::support::{bell, db, noise, run, sine, spectrum};

/// The band that is set.
const NUMBER: usize = 3;

/// A band of `setting` with a threshold and a range in dB, a ratio of 20, and slow: attack and release make
/// no corner that could hide a step.
struct Case {
    setting: Setting,
    threshold_db: f64,
    range_db: f64,
}

impl Case {
    fn device(&self, is_linear_phase: bool) -> (Equalizer, Values<PARAMS>) {
        let Setting { shape, frequency_hz, gain_db, q, poles } = self.setting;
        let mut eq = Equalizer::new(RATE_HZ, is_linear_phase);
        let mut values = Values::<PARAMS>::new(SPECS);
        for (offset, value) in [
            (band::ON, 1.0),
            (band::SHAPE, shape as usize as f64),
            (band::FREQUENCY, frequency_hz),
            (band::GAIN, gain_db),
            (band::Q, q),
            (band::SLOPE, poles as f64 - 1.0),
            (band::DYNAMIC, 1.0),
            (band::THRESHOLD, self.threshold_db),
            (band::RATIO, 20.0),
            (band::RANGE, self.range_db),
            (band::ATTACK, 50.0),
            (band::RELEASE, 1000.0),
        ] {
            eq.set(BAND_PARAMS * NUMBER + offset, value);
            let _ = values.set(BAND_PARAMS * NUMBER + offset, value);
        }
        let _ = values.set(PHASE, f64::from(u8::from(is_linear_phase)));
        eq.reset();
        (eq, values)
    }
}

/// Notches, and low and high cuts of three slopes.
fn cuts() -> Vec<Setting> {
    let of = |shape, frequency_hz, q, poles| Setting { shape, poles, ..bell(frequency_hz, 9.0, q) };
    let mut all = vec![of(Shape::Notch, 1000.0, 2.0, 1)];
    for poles in [1, 2, 8] {
        all.push(of(Shape::LowCut, 400.0, FRAC_1_SQRT_2, poles));
        all.push(of(Shape::HighCut, 3000.0, FRAC_1_SQRT_2, poles));
    }
    all
}

#[test]
fn q7_below_its_threshold_a_dynamic_notch_or_cut_is_nothing_bit_for_bit() {
    let input: Vec<f32> = noise(3, 90_000).iter().map(|x| 0.05 * x).collect();
    for (setting, is_linear) in cuts().into_iter().flat_map(|s| [(s, false), (s, true)]) {
        let (mut eq, values) =
            Case { setting, threshold_db: 0.0, range_db: -24.0 }.device(is_linear);
        let latency = eq.latency_frames();
        let (output, _) = run(&mut eq, &input, &input);
        assert!(output[latency..] == input[..input.len() - latency], "{setting:?} {is_linear}");
        let curve = Curve::new(&values, &[0.0; BANDS], 0, RATE_HZ);
        assert!([20.0, 1000.0, 15_000.0].iter().all(|&hz| curve.db_at(hz).abs() < 1e-9));
    }
}

/// A loud tone that moves the band, and soft ones to measure with: input, output, and where the tones are.
/// All are whole numbers of Hz.
fn measured(eq: &mut Equalizer, loud_hz: f64, level_db: f64) -> (Vec<f64>, Vec<f64>) {
    let soft = [30.0, 110.0, 230.0, 410.0, 620.0, 1130.0, 1510.0, 2450.0, 4370.0, 8190.0, 15_730.0];
    let frames = 5 * 48_000;
    let mut input = sine(loud_hz, 10.0_f64.powf(level_db / 20.0), RATE_HZ, frames);
    for hz in soft {
        input.iter_mut().zip(sine(hz, 0.001, RATE_HZ, frames)).for_each(|(sum, x)| *sum += x);
    }
    let (output, _) = run(eq, &input, &input);
    let last = frames - 48_000;
    let (before, after) = (spectrum(&input[last..]), spectrum(&output[last..]));
    let tones = soft.into_iter().chain([loud_hz]);
    tones.map(|hz| (hz, db(after[hz as usize].norm() / before[hz as usize].norm()))).unzip()
}

#[test]
fn q7_q8_above_it_cuts_deepen_to_their_range_and_are_drawn_as_they_are_heard() {
    for setting in cuts() {
        let loud_hz = match setting.shape {
            Shape::LowCut => 20.0,
            Shape::HighCut => 19_000.0,
            _ => setting.frequency_hz,
        };
        for (range_db, is_linear) in [(-9.0, false), (9.0, false), (-24.0, false), (-9.0, true)] {
            let (mut eq, values) =
                Case { setting, threshold_db: -60.0, range_db }.device(is_linear);
            assert_eq!(eq.band_gains_db(), [0.0; 8]);
            let (tones, gains) = measured(&mut eq, loud_hz, -6.0);
            let what = format!("{setting:?}, range {range_db} dB, linear phase: {is_linear}");
            let moved = eq.band_gains_db();
            assert!((f64::from(moved[NUMBER]) + range_db.abs()).abs() < 0.01, "{what}: {moved:?}");
            assert!((eq.gain_reduction_db() - range_db.abs() as f32).abs() < 0.01, "{what}");
            let curve = Curve::new(&values, &moved.map(f64::from), 0, RATE_HZ);
            for (&hz, &gain) in tones.iter().zip(&gains) {
                let drawn = curve.db_at(hz);
                let is_near = (gain - drawn).abs() <= 0.1;
                assert!(is_near || drawn < -60.0, "{what}: {hz} Hz: {gain} {drawn}");
                if range_db == -24.0 {
                    // At the end of the range it is the whole cut.
                    let whole = setting.prototype_db(hz);
                    assert!((gain - whole).abs() <= 0.1 || whole < -60.0, "{what}: {hz}: {gain}");
                } else {
                    assert!(gain >= -9.1, "{what}: {hz} Hz: {gain}");
                }
            }
        }
    }
}

/// The static part is in the kernel, the moving one behind it: the drawn curve, within 0.1 dB.
#[test]
fn q7_q8_in_linear_phase_bands_move_too_and_are_drawn_as_they_are_heard() {
    for (shape, loud_hz) in [(Shape::Bell, 1000.0), (Shape::LowShelf, 60.0), (Shape::Tilt, 9000.0)]
    {
        let setting = Setting { shape, ..bell(1000.0, 5.0, 1.0) };
        let case = Case { setting, threshold_db: -40.0, range_db: -8.0 };
        let (mut eq, values) = case.device(true);
        assert!(!eq.is_linear());
        let (tones, gains) = measured(&mut eq, loud_hz, -10.0);
        let moved = eq.band_gains_db();
        assert!((moved[NUMBER] + 8.0).abs() < 0.01, "{moved:?}");
        let curve = Curve::new(&values, &moved.map(f64::from), 0, RATE_HZ);
        for (hz, gain) in tones.into_iter().zip(gains) {
            let drawn = curve.db_at(hz);
            assert!((gain - drawn).abs() <= 0.1, "{shape:?}: {hz} Hz: {gain} {drawn}");
        }
    }
}

#[test]
fn q7_in_linear_phase_a_band_moves_with_the_signal_and_not_before_it() {
    let setting = bell(1000.0, 5.0, 1.0);
    let mut input: Vec<f32> = noise(4, 120_000).iter().map(|x| 0.001 * x).collect();
    let hit = 60_000;
    input[hit..].iter_mut().zip(sine(1000.0, 0.8, RATE_HZ, 60_000)).for_each(|(x, y)| *x += y);
    let case = |range_db| Case { setting, threshold_db: -30.0, range_db };
    let render = |range_db| {
        let mut eq = case(range_db).device(true).0;
        let latency = eq.latency_frames();
        (run(&mut eq, &input, &input).0, latency)
    };
    let ((moving, latency), (still, _)) = (render(-12.0), render(0.0));
    assert!(moving[..hit + latency] == still[..hit + latency]);
    let [soon, still_soon] = [&moving, &still]
        .map(|output| crate::support::peak(&output[hit + latency + 9600..][..960]));
    assert!(db(soon / still_soon) < -6.0, "{soon} {still_soon}");
}

#[test]
fn e7_a_dynamic_cut_that_opens_and_closes_makes_no_step() {
    for setting in cuts() {
        for (is_linear, range) in [(false, -24.0), (false, -12.0), (true, -24.0)] {
            let case = Case { setting, threshold_db: -80.0, range_db: range };
            let mut eq = case.device(is_linear).0;
            // It hears this tone well above its threshold, whatever its shape.
            let (mut left, frames) = (sine(200.0, 0.5, RATE_HZ, 80_000), 80_000);
            let mut right = left.clone();
            for (number, (l, r)) in left.chunks_mut(100).zip(right.chunks_mut(100)).enumerate() {
                let at = BAND_PARAMS * NUMBER;
                match number {
                    400 => eq.set(at + band::THRESHOLD, 0.0),
                    500 => eq.glide(at + band::FREQUENCY, 1000.0, 2000),
                    600 => eq.set(at + band::THRESHOLD, -80.0),
                    700 => eq.set(at + band::RANGE, -6.0),
                    _ => {}
                }
                eq.process(l, r);
            }
            // A step is a jump of the second difference, of which a sine of 200 Hz has nearly none.
            let from = eq.latency_frames() + 4800;
            let bend =
                |x: &[f32]| (f64::from(x[0]) - 2.0 * f64::from(x[1]) + f64::from(x[2])).abs();
            let bends = left.windows(3).enumerate().skip(from.min(frames));
            let (at, worst) = bends
                .map(|(at, x)| (at, bend(x)))
                .fold((0, 0.0), |worst, next| if next.1 > worst.1 { next } else { worst });
            assert!(db(worst) <= -60.0, "{setting:?} {is_linear}: {:.1} dBFS at {at}", db(worst));
        }
    }
}

#[test]
fn e3_dynamic_cuts_do_not_depend_on_how_the_signal_is_cut() {
    let input = noise(9, 40_000);
    for (setting, is_linear) in cuts().into_iter().take(3).flat_map(|s| [(s, false), (s, true)]) {
        let render = |cut: &[usize]| {
            let case = Case { setting, threshold_db: -40.0, range_db: -24.0 };
            let mut eq = case.device(is_linear).0;
            let (mut left, mut right) = (input.clone(), input.clone());
            let (mut at, mut index) = (0, 0);
            while at < left.len() {
                let frames = cut[index % cut.len()].min(left.len() - at);
                eq.process(&mut left[at..at + frames], &mut right[at..at + frames]);
                (at, index) = (at + frames, index + 1);
            }
            left
        };
        let whole = render(&[1000]);
        for cut in [&[1][..], &[64], &[5, 64, 1, 30]] {
            assert!(render(cut) == whole, "{setting:?} {is_linear}: cut to {cut:?}");
        }
    }
}
