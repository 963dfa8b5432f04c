//! Row X4: each band by itself obeys rows C1 to C5, with a sine at its geometric centre.

use super::*;

const MODES: [f64; 2] = [BANDS_MODE, SHELVES_MODE];
const RATES_HZ: [f64; 2] = [44_100.0, 96_000.0];
/// Highest finite ratio that a band has.
const STEEPEST: f64 = 20.0;

/// One band that compresses; the others do not.
#[derive(Debug, Clone, Copy)]
struct Place {
    band: usize,
    splits_hz: &'static [f64],
    /// Its geometric centre, between 20 Hz and 20 kHz.
    centre_hz: f64,
}

/// The lowest, a middle and the highest band.
const PLACES: [Place; 3] = [
    Place { band: 0, splits_hz: &[2000.0], centre_hz: 200.0 },
    Place { band: 1, splits_hz: &[100.0, 6400.0], centre_hz: 800.0 },
    Place { band: 1, splits_hz: &[300.0], centre_hz: 2449.49 },
];

impl Place {
    /// The device in which this band alone compresses, by `settings` of the band.
    fn device(self, rate_hz: f64, mode: f64, knee: f64, settings: &[(usize, f64)]) -> Multiband {
        let bands = self.splits_hz.len() + 1;
        let mut all = vec![(BANDS, bands as f64 - 2.0), (MODE, mode), (KNEE, knee)];
        all.extend(self.splits_hz.iter().enumerate().map(|(split, hz)| (SPLITS + split, *hz)));
        all.extend((0..bands).map(|band| (band_param(band, ON), f64::from(band == self.band))));
        all.extend(settings.iter().map(|(param, value)| (band_param(self.band, *param), *value)));
        multiband(rate_hz, &all)
    }
}

fn tone_at(rate_hz: f64, hz: f64, amplitude: f64, seconds: f64) -> Vec<f32> {
    let at = |i: usize| (amplitude * (TAU * hz * i as f64 / rate_hz).sin()) as f32;
    (0..(seconds * rate_hz) as usize).map(at).collect()
}

#[test]
fn x4_c1_the_static_curve_of_a_band_is_the_formula() {
    let step_db = if whole_grid() { 0.5 } else { 6.0 };
    for (rate_hz, mode) in RATES_HZ.into_iter().flat_map(|rate| MODES.map(|mode| (rate, mode))) {
        let mut worst = 0.0_f64;
        for place in PLACES {
            let ratios = [1.5, 2.0, 4.0, 10.0, STEEPEST, f64::INFINITY];
            for (ratio, knee) in ratios.into_iter().zip([0.0, 6.0, 12.0, 0.0, 6.0, 6.0]) {
                let infinite = f64::from(u8::from(ratio.is_infinite()));
                let settings = [
                    (THRESHOLD, -20.0),
                    (RATIO, ratio.min(STEEPEST)),
                    (INFINITE_RATIO, infinite),
                    (RELEASE, 100.0),
                    (ATTACK, 5.0),
                ];
                let mut device = place.device(rate_hz, mode, knee, &settings);
                for level in (0..=(66.0 / step_db) as i32).map(|i| -60.0 + step_db * f64::from(i)) {
                    device.reset();
                    let peak = 10.0_f64.powf(level / 20.0);
                    let input = tone_at(rate_hz, place.centre_hz, peak, 0.7);
                    let settled = input.len() / 2..;
                    let [left, _] = run(&mut device, &[input.clone(), input]);
                    let measured =
                        db(amplitude_at(rate_hz, &left[settled], place.centre_hz)) - level;
                    let error = measured + computer(-20.0, knee, ratio, 60.0).reduction_db(level);
                    worst = worst.max(error.abs());
                    assert!(
                        error.abs() <= 0.3,
                        "{place:?} mode {mode}, {ratio}:1, {level} dB at {rate_hz}: {error} dB"
                    );
                }
            }
        }
        println!("mode {mode} at {rate_hz}: within {worst:.3} dB");
    }
}

/// Attacks and releases beside which neither the ringing of splits nor half a period of the tone counts.
const SLOW_MS: [(f64, f64); 2] = [(30.0, 120.0), (100.0, 300.0)];
/// Those of presets, and a band whose tone lies so far above its split that nothing of it rings.
const FAST_MS: [(f64, f64); 3] = [(3.0, 80.0), (10.0, 100.0), (20.0, 120.0)];
const FAR: Place = Place { band: 1, splits_hz: &[50.0], centre_hz: 8000.0 };

/// Time in ms in which the reduction of a band covers 63.2 % of a step from 10 dB below to 10 dB above
/// its threshold, and of the way back.
fn step_ms(place: Place, rate_hz: f64, mode: f64, attack_ms: f64, release_ms: f64) -> [f64; 2] {
    let settings = [(THRESHOLD, -20.0), (RATIO, 4.0), (ATTACK, attack_ms), (RELEASE, release_ms)];
    let mut device = place.device(rate_hz, mode, 0.0, &settings);
    // Whole periods, so that both steps fall where the tone is zero and hardly ring in the filters.
    let period = rate_hz / place.centre_hz;
    let seconds = (6.0 * attack_ms + 6.0 * release_ms) / 1000.0;
    let part = ((seconds * place.centre_hz).ceil() * period).round() as usize;
    let level = |n: usize| if (part..2 * part).contains(&n) { -10.0 } else { -30.0 };
    let at = |n: usize| 10.0_f64.powf(level(n) / 20.0) * (TAU * n as f64 / period).sin();
    let mut left: Vec<f32> = (0..3 * part).map(|n| at(n) as f32).collect();
    let mut right = left.clone();
    let mut reductions = Vec::with_capacity(3 * part);
    for (l, r) in left.iter_mut().zip(&mut right) {
        device.process(std::slice::from_mut(l), std::slice::from_mut(r));
        reductions.push(f64::from(device.band_reductions_db()[place.band]));
    }
    let most = reductions[2 * part - 1];
    assert!((most - 7.5).abs() < 0.3, "{place:?}: {most} dB");
    let rest = (-1.0_f64).exp();
    let up = reductions[part..].iter().position(|r| *r >= most * (1.0 - rest)).unwrap();
    let down = reductions[2 * part..].iter().position(|r| *r <= most * rest).unwrap();
    [up, down].map(|frames| (frames + 1) as f64 / rate_hz * 1000.0)
}

#[test]
fn x4_c2_attack_and_release_of_a_band_take_their_time() {
    let slow = PLACES.into_iter().flat_map(|place| SLOW_MS.map(|times| (place, times)));
    let all: Vec<_> = slow.chain(FAST_MS.map(|times| (FAR, times))).collect();
    for (rate_hz, mode) in RATES_HZ.into_iter().flat_map(|rate| MODES.map(|mode| (rate, mode))) {
        for (place, (attack_ms, release_ms)) in &all {
            let times = step_ms(*place, rate_hz, mode, *attack_ms, *release_ms);
            println!("{place:?} at {rate_hz}: {attack_ms}, {release_ms} ms: {times:.2?} ms");
            for (time_ms, asked_ms) in times.into_iter().zip([attack_ms, release_ms]) {
                let off_ms = (time_ms - asked_ms).abs();
                assert!(off_ms <= 0.05 * asked_ms, "{place:?} at {rate_hz}: {times:.2?} ms");
            }
        }
    }
}

#[test]
fn x4_c3_a_band_distorts_little() {
    // Bands of two octaves to either side of their tone.
    let of = |band, splits_hz, centre_hz| Place { band, splits_hz, centre_hz };
    let places = [
        (of(1, &[30.0, 400.0], 100.0), 0.1),
        (of(0, &[1000.0], 100.0), 0.1),
        (of(1, &[250.0, 4000.0], 1000.0), 0.005),
        (of(0, &[4000.0], 1000.0), 0.005),
        (of(1, &[250.0], 1000.0), 0.005),
    ];
    for (rate_hz, mode) in [48_000.0, 96_000.0].into_iter().flat_map(|r| MODES.map(|m| (r, m))) {
        for (place, bar) in places {
            let settings = [(THRESHOLD, -20.0), (RATIO, 4.0), (ATTACK, 10.0), (RELEASE, 100.0)];
            let mut device = place.device(rate_hz, mode, 6.0, &settings);
            let input = tone_at(rate_hz, place.centre_hz, 1.0, 2.0);
            let [left, _] = run(&mut device, &[input.clone(), input]);
            let settled = &left[rate_hz as usize..];
            let level = |harmonic: u32| {
                amplitude_at(rate_hz, settled, place.centre_hz * f64::from(harmonic))
            };
            let thd = (2..20).map(|h| level(h).powi(2)).sum::<f64>().sqrt() / level(1);
            let reduction = device.gain_reduction_db();
            println!("{place:?} mode {mode}: {:.4} %, {reduction:.2} dB", 100.0 * thd);
            assert!(100.0 * thd <= bar && reduction > 14.0, "{place:?} mode {mode} at {rate_hz}");
        }
    }
}

/// Bands are an all-pass even where nothing is reduced (x1), so only shelves can pass every bit.
#[test]
fn x4_c4_shelves_that_reduce_nothing_pass_every_bit() {
    let (loud, soft) = (Random(11).noise(20_000, 1.0), Random(12).noise(20_000, 0.05));
    for rate_hz in RATES_HZ {
        for bands in 2..=MOST_BANDS {
            let with = |param, value| {
                let mut settings = all(bands, param, value);
                settings.push((MODE, SHELVES_MODE));
                multiband(rate_hz, &settings)
            };
            assert!(bits(&run(&mut with(RATIO, 1.0), &loud)) == bits(&loud));
            assert!(bits(&run(&mut with(ON, 0.0), &loud)) == bits(&loud));
            // Bands of this noise stay below the knee of 18 dB under full scale.
            assert!(bits(&run(&mut with(THRESHOLD, -18.0), &soft)) == bits(&soft));
        }
    }
}

#[test]
fn x4_c5_linked_channels_get_one_gain_and_others_are_two_mono_runs() {
    for mode in [BANDS_MODE, SHELVES_MODE] {
        let mut random = Random(3);
        let [loud, soft] = [1.0, 0.1].map(|level| random.noise(20_000, level)[0].clone());
        let [left, right] = {
            let settings = all(4, THRESHOLD, -40.0);
            let mut device = multiband(RATE_HZ, &settings);
            device.set(MODE, mode);
            let quarter: Vec<f32> = loud.iter().map(|x| 0.25 * x).collect();
            run(&mut device, &[loud.clone(), quarter])
        };
        assert!(left.iter().zip(&right).all(|(l, r)| (0.25 * l - r).abs() < 1e-7));
        let unlinked = |input: &Signal| {
            let mut settings = all(4, THRESHOLD, -40.0);
            settings.extend([(MODE, mode), (LINK, 0.0)]);
            run(&mut multiband(RATE_HZ, &settings), input)
        };
        let [left, right] = unlinked(&[loud.clone(), soft.clone()]);
        assert_eq!(left, unlinked(&[loud.clone(), loud])[0]);
        assert_eq!(right, unlinked(&[soft.clone(), soft])[1]);
    }
}
