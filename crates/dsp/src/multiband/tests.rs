use std::f64::consts::TAU;

use realfft::RealFftPlanner;

use super::*;

mod one_band;

const RATE_HZ: f64 = 48_000.0;
const SHELVES_MODE: f64 = 0.0;
const BANDS_MODE: f64 = 1.0;

type Signal = [Vec<f32>; 2];

fn multiband(rate_hz: f64, settings: &[(usize, f64)]) -> Multiband {
    let mut multiband = Multiband::new(rate_hz);
    settings.iter().for_each(|(param, value)| multiband.set(*param, *value));
    multiband.reset();
    multiband
}

/// Settings for `bands`, with every band's `param` at `value`.
fn all(bands: usize, param: usize, value: f64) -> Vec<(usize, f64)> {
    let each = (0..MOST_BANDS).map(|band| (band_param(band, param), value));
    each.chain([(BANDS, bands as f64 - 2.0)]).collect()
}

fn run(multiband: &mut Multiband, input: &Signal) -> Signal {
    let mut output = input.clone();
    let [left, right] = &mut output;
    for (l, r) in left.chunks_mut(64).zip(right.chunks_mut(64)) {
        multiband.process(l, r);
    }
    output
}

struct Random(u64);

impl Random {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn noise(&mut self, frames: usize, level: f64) -> Signal {
        let mut channel =
            || (0..frames).map(|_| (level * (2.0 * self.unit() - 1.0)) as f32).collect();
        [channel(), channel()]
    }
}

fn tone(hz: f64, amplitude: f64, frames: usize) -> Signal {
    let sine = |i: usize| (amplitude * (TAU * hz * i as f64 / RATE_HZ).sin()) as f32;
    let sine: Vec<f32> = (0..frames).map(sine).collect();
    [sine.clone(), sine]
}

fn db(gain: f64) -> f64 {
    20.0 * gain.log10()
}

/// Magnitudes of the spectrum of a quarter of a second or more.
fn spectrum(signal: &[f32]) -> Vec<f64> {
    let fft = RealFftPlanner::<f64>::new().plan_fft_forward(signal.len());
    let mut time: Vec<f64> = signal.iter().map(|x| f64::from(*x)).collect();
    let mut bins = fft.make_output_vec();
    fft.process(&mut time, &mut bins).expect("the lengths fit");
    bins.iter().map(|bin| bin.norm()).collect()
}

/// Gains of `multiband` at the frequencies of an FFT of a long impulse response.
fn gains(multiband: &mut Multiband) -> Vec<f64> {
    let mut impulse = [vec![0.0_f32; 1 << 16], vec![0.0_f32; 1 << 16]];
    // Far below every threshold; and exact, as a power of two.
    impulse[0][0] = 1.0 / 1024.0;
    let [left, _] = run(multiband, &impulse);
    spectrum(&left).iter().map(|x| 1024.0 * x).collect()
}

/// Largest distance from 0 dB, from 10 Hz to 0.45 of the rate.
fn ripple_db(multiband: &mut Multiband, rate_hz: f64) -> f64 {
    let gains = gains(multiband);
    let bin_hz = rate_hz / (1 << 16) as f64;
    let (first, last) = ((10.0 / bin_hz).ceil() as usize, (0.45 * rate_hz / bin_hz) as usize);
    gains[first..last].iter().fold(0.0, |m: f64, gain| m.max(db(*gain).abs()))
}

fn random_splits(random: &mut Random) -> Vec<(usize, f64)> {
    let hz = |random: &mut Random| 30.0 * (16_000.0 / 30.0_f64).powf(random.unit());
    (0..MOST_BANDS - 1).map(|split| (SPLITS + split, hz(random))).collect()
}

fn whole_grid() -> bool {
    std::env::var_os("TWOBUS_FULL").is_some_and(|value| value == "1")
}

#[test]
fn x1_idle_bands_sum_flat_for_any_splits() {
    let mut random = Random(1);
    let mut worst = 0.0_f64;
    for round in 0..if whole_grid() { 500 } else { 40 } {
        let rate_hz = [44_100.0, 48_000.0, 96_000.0, 192_000.0][round % 4];
        let mut settings = random_splits(&mut random);
        settings.extend([(MODE, BANDS_MODE), (BANDS, (round % 4) as f64)]);
        let ripple = ripple_db(&mut multiband(rate_hz, &settings), rate_hz);
        worst = worst.max(ripple);
        assert!(ripple <= 0.01, "{ripple} dB: {settings:?} at {rate_hz}");
    }
    println!("worst {worst:.6} dB");
}

#[test]
fn x2_idle_shelves_pass_every_bit() {
    let input = Random(2).noise(20_000, 0.05);
    for bands in 2..=MOST_BANDS {
        let settings = all(bands, THRESHOLD, -18.0);
        assert_eq!(run(&mut multiband(RATE_HZ, &settings), &input), input);
    }
}

#[test]
fn x3_no_mix_has_a_ripple() {
    for mix in [0.0, 25.0, 50.0, 75.0, 100.0] {
        let settings = [(MODE, BANDS_MODE), (BANDS, 3.0), (MIX, mix)];
        let idle = ripple_db(&mut multiband(RATE_HZ, &settings), RATE_HZ);
        // All bands 6 dB down, half of it mixed in: the sum is flat and as high as the gains say.
        let mut settings = all(5, GAIN, -6.0);
        settings.extend([(MODE, BANDS_MODE), (MIX, mix)]);
        let gains = gains(&mut multiband(RATE_HZ, &settings));
        let share = mix / 100.0;
        let expected = (1.0 - share) + share * 10.0_f64.powf(-6.0 / 20.0);
        let off = gains[20..28_000].iter().fold(0.0, |m: f64, g| m.max(db(g / expected).abs()));
        println!("mix {mix} %: {idle:.6} dB idle, {off:.6} dB at −6 dB");
        assert!(idle <= 0.05 && off <= 0.05);
    }
}

fn amplitude(signal: &[f32], hz: f64) -> f64 {
    amplitude_at(RATE_HZ, signal, hz)
}

fn amplitude_at(rate_hz: f64, signal: &[f32], hz: f64) -> f64 {
    let (mut re, mut im) = (0.0, 0.0);
    for (i, x) in signal.iter().enumerate() {
        let (sin, cos) = (TAU * hz * i as f64 / rate_hz).sin_cos();
        (re, im) = (re + f64::from(*x) * sin, im + f64::from(*x) * cos);
    }
    2.0 * re.hypot(im) / signal.len() as f64
}

/// The highest sample of what lies above `hz` in `signal`: behind four high-passes of second order, which leave
/// nothing of a tone two octaves below.
fn highest_above(signal: &[f32], hz: f64) -> f64 {
    use crate::svf::{Coefficients, Svf};
    let high_pass = Coefficients::high_pass(hz, std::f64::consts::FRAC_1_SQRT_2, RATE_HZ).solve();
    let mut filters = [Svf::default(); 4];
    // The begin of the tone is no click.
    signal.iter().enumerate().fold(0.0, |highest, (at, x)| {
        let above = filters.iter_mut().fold(f64::from(*x), |x, svf| svf.tick(&high_pass, x));
        if at < 8000 { highest } else { above.abs().max(highest) }
    })
}

/// A tone of 100 Hz at −6 dBFS while all splits are moved at random every 2000 frames, by hand or within `frames`.
fn tone_with_moves(device: &mut Multiband, frames: Option<usize>, seed: u64) -> Vec<f32> {
    let [mut left, mut right] = tone(100.0, 0.5, 60_000);
    let mut random = Random(seed);
    for (at, (l, r)) in left.chunks_mut(1000).zip(right.chunks_mut(1000)).enumerate() {
        for (param, hz) in random_splits(&mut random) {
            match frames {
                _ if at <= 8 || at % 2 == 1 => {}
                Some(frames) => device.glide(param, hz, frames),
                None => device.set(param, hz),
            }
        }
        device.process(l, r);
    }
    left
}

#[test]
fn x5_moving_splits_does_not_click() {
    for (mode, gain) in [(BANDS_MODE, 0.0), (SHELVES_MODE, 6.0), (BANDS_MODE, -6.0)] {
        for (frames, seed) in [None, Some(0), Some(240), Some(1000)].into_iter().zip(4..) {
            let mut settings = all(5, THRESHOLD, 0.0);
            settings.extend([(MODE, mode), (band_param(1, GAIN), gain)]);
            let mut device = multiband(RATE_HZ, &settings);
            let moved = tone_with_moves(&mut device, frames, seed);
            assert!(moved.iter().all(|x| x.is_finite()));
            for hz in [500.0, 1000.0, 2000.0, 5000.0, 12_000.0] {
                let click = db(highest_above(&moved, hz));
                println!("mode {mode}, {frames:?} frames: {click:.1} dBFS above {hz} Hz");
                assert!(click <= -60.0, "mode {mode}, {frames:?} frames: {click} dBFS above {hz}");
            }
        }
    }
}

/// A split that jumps clicks: the measure of [`x5_moving_splits_does_not_click`] sees it.
#[test]
fn x5_the_measure_sees_a_click() {
    let mut settings = all(5, THRESHOLD, 0.0);
    settings.push((MODE, BANDS_MODE));
    let mut device = multiband(RATE_HZ, &settings);
    let [mut left, mut right] = tone(100.0, 0.5, 20_000);
    for (at, (l, r)) in left.chunks_mut(1000).zip(right.chunks_mut(1000)).enumerate() {
        if at == 12 {
            device.crossover.aim([100.0, 200.0, 400.0, 800.0], RATE_HZ);
        }
        device.process(l, r);
    }
    for hz in [500.0, 1000.0, 2000.0] {
        assert!(db(highest_above(&left, hz)) > -60.0, "{hz} Hz");
    }
}

#[test]
fn c1_no_band_takes_more_than_the_range() {
    let input = Random(15).noise(20_000, 1.0);
    for mode in [BANDS_MODE, SHELVES_MODE] {
        let mut settings = all(4, THRESHOLD, -50.0);
        settings.extend([(MODE, mode), (RANGE, 3.0)]);
        settings.extend((0..4).map(|band| (band_param(band, ATTACK), 0.1)));
        let mut device = multiband(RATE_HZ, &settings);
        let _out = run(&mut device, &input);
        let largest = device.gain_reduction_db();
        assert!((2.9..=3.001).contains(&largest), "{largest} dB");
    }
}

#[test]
fn x6_soloed_bands_sum_to_the_whole() {
    let input = Random(5).noise(20_000, 0.5);
    for (mode, bands) in [BANDS_MODE, SHELVES_MODE]
        .into_iter()
        .flat_map(|mode| (2..=MOST_BANDS).map(move |bands| (mode, bands)))
    {
        let mut settings = all(bands, THRESHOLD, -30.0);
        settings.extend([(MODE, mode), (band_param(1, GAIN), 4.0), (band_param(0, GAIN), -3.0)]);
        let whole = run(&mut multiband(RATE_HZ, &settings), &input);
        let mut sum = vec![0.0; 20_000];
        for band in 0..bands {
            let solo = [settings.as_slice(), &[(band_param(band, SOLO), 1.0)]].concat();
            let [left, _] = run(&mut multiband(RATE_HZ, &solo), &input);
            sum.iter_mut().zip(&left).for_each(|(sum, x)| *sum += f64::from(*x));
        }
        let residual = sum.iter().zip(&whole[0]).map(|(a, b)| (a - f64::from(*b)).abs());
        let residual = db(residual.fold(0.0, f64::max));
        println!("mode {mode}, {bands} bands: {residual:.1} dBFS");
        assert!(residual <= -120.0);
    }
}

#[test]
fn x6_a_soloed_band_of_shelves_is_what_lies_in_it() {
    // Splits at 120, 600 and 3000 Hz; the third band is heard.
    for (hz, least, most) in [(1342.0, 0.0, 3.5), (60.0, -60.0, -25.0), (12_000.0, -60.0, -12.0)] {
        let solo = [(BANDS, 2.0), (MODE, SHELVES_MODE), (band_param(2, SOLO), 1.0)];
        let [left, _] = run(&mut multiband(RATE_HZ, &solo), &tone(hz, 0.05, 48_000));
        let level = db(amplitude(&left[24_000..], hz) / 0.05);
        println!("{hz} Hz: {level:.1} dB");
        assert!((least..=most).contains(&level), "{hz} Hz: {level}");
    }
}

#[test]
fn x2_shelves_have_the_gain_that_a_window_draws() {
    let mut settings = all(4, GAIN, 0.0);
    let gains_db = [6.0, -4.0, 2.0, -3.0];
    settings.extend((0..4).map(|band| (band_param(band, GAIN), gains_db[band])));
    let mut device = multiband(RATE_HZ, &settings);
    let measured = gains(&mut device);
    let splits: Vec<f64> = (0..3).map(|split| SPECS[SPLITS + split].default).collect();
    for bin in (10..29_000).step_by(97) {
        let omega = TAU * bin as f64 / f64::from(1 << 16);
        let mut drawn = 10.0_f64.powf(gains_db[3] / 20.0);
        for (split, hz) in splits.iter().enumerate() {
            let g = (std::f64::consts::PI * hz / RATE_HZ).tan();
            let level = from_db(gains_db[split] - gains_db[split + 1]);
            let (re, im) = shelves::shelf(g, level).response(omega);
            drawn *= re.hypot(im);
        }
        assert!(db(measured[bin] / drawn).abs() < 0.01, "bin {bin}");
    }
    // In the middle of the bands the gains are near what was asked for.
    for (hz, gain) in [(30.0, 6.0), (268.0, -4.0), (1342.0, 2.0), (14_000.0, -3.0)] {
        let at = (hz / RATE_HZ * f64::from(1 << 16)).round() as usize;
        println!("{hz} Hz: {:.2} of {gain} dB", db(measured[at]));
        assert!((db(measured[at]) - gain).abs() < 1.2, "{hz}");
    }
}

#[test]
fn splits_keep_their_order_and_distance() {
    let acting = splits_hz([500.0, 100.0, 510.0, 9000.0]);
    assert_eq!(acting, [500.0, 500.0 * CLOSEST, 500.0 * CLOSEST * CLOSEST, 9000.0]);
}

fn bits(signal: &Signal) -> Vec<u32> {
    signal.iter().flatten().map(|x| x.to_bits()).collect()
}

#[test]
fn e3_any_block_lengths_give_the_same_bits_while_everything_moves() {
    let input = Random(6).noise(4 * 1997, 1.0);
    for mode in [BANDS_MODE, SHELVES_MODE] {
        let moved = |length: usize| {
            let mut device = multiband(RATE_HZ, &[(MODE, mode), (BANDS, 3.0)]);
            let mut output = input.clone();
            let [left, right] = &mut output;
            for (part, (l, r)) in left.chunks_mut(1997).zip(right.chunks_mut(1997)).enumerate() {
                for (param, spec) in SPECS.iter().enumerate().skip(SPLITS) {
                    let value = spec.from_travel(((part * 7 + param * 3) % 10) as f64 / 10.0);
                    if part % 2 == 0 {
                        device.set(param, value);
                    } else {
                        device.glide(param, value, 900);
                    }
                }
                for (l, r) in l.chunks_mut(length).zip(r.chunks_mut(length)) {
                    device.process(l, r);
                }
            }
            bits(&output)
        };
        let whole = moved(1997);
        for length in [1, 3, 64, 997] {
            assert!(moved(length) == whole, "{length}");
        }
    }
}

#[test]
fn e8_after_noise_comes_silence_of_exact_zeros() {
    for mode in [BANDS_MODE, SHELVES_MODE] {
        let mut settings = all(5, THRESHOLD, -40.0);
        settings.push((MODE, mode));
        let mut device = multiband(RATE_HZ, &settings);
        let _ = run(&mut device, &Random(7).noise(48_000, 1.0));
        let output = run(&mut device, &[vec![0.0; 480_000], vec![0.0; 480_000]]);
        assert!(output.iter().all(|channel| channel[240_000..].iter().all(|x| *x == 0.0)));
        assert_eq!(device.gain_reduction_db(), 0.0);
    }
}

#[test]
fn e9_specials_are_contained_and_forgotten() {
    let input = Random(8).noise(4000, 1.0);
    for mode in [BANDS_MODE, SHELVES_MODE] {
        let settings = [(MODE, mode)];
        let expected = bits(&run(&mut multiband(RATE_HZ, &settings), &input));
        for special in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, -1e38, 1e-45] {
            let mut device = multiband(RATE_HZ, &settings);
            let mut poisoned = input.clone();
            poisoned[0][2000] = special;
            assert!(run(&mut device, &poisoned).iter().flatten().all(|x| x.is_finite()));
            device.reset();
            assert!(bits(&run(&mut device, &input)) == expected, "{special}");
        }
    }
}

#[test]
fn e12_random_settings_give_finite_output() {
    let mut random = Random(9);
    let mut device = Multiband::new(RATE_HZ);
    for round in 0..if whole_grid() { 100_000 } else { 4000 } {
        let param = (random.unit() * (SPECS.len() + 1) as f64) as usize;
        let (low, high) =
            SPECS.get(param).map_or((0.0, 1.0), |s| (*s.range.start(), *s.range.end()));
        let value = match (random.unit() * 5.0) as usize {
            0 => f64::NAN,
            1 => f64::INFINITY,
            2 => low,
            3 => high,
            _ => low + random.unit() * (high - low),
        };
        if round % 2 == 0 {
            device.set(param, value);
        } else {
            device.glide(param, value, (random.unit() * 300.0) as usize);
        }
        let (length, level) =
            ((random.unit() * 100.0) as usize, 10.0_f64.powf(6.0 * random.unit() - 3.0));
        let output = run(&mut device, &random.noise(length, level));
        assert!(output.iter().flatten().all(|x| x.abs() < 1e6), "round {round}");
        assert!(device.band_reductions_db().iter().all(|x| *x >= 0.0));
    }
}
