use std::f64::consts::TAU;

use super::*;

const GRADES: [Grade; 4] = [
    Grade { factor: 2, attenuation_db: 110.0, steep: false },
    Grade { factor: 4, attenuation_db: 110.0, steep: false },
    Grade { factor: 8, attenuation_db: 120.0, steep: true },
    Grade { factor: 32, attenuation_db: 120.0, steep: true },
];

const RATES_HZ: [f64; 5] = [44_100.0, 48_000.0, 88_200.0, 96_000.0, 192_000.0];

/// Replaces `block` by what `shape` makes of it at the multiple of its rate.
fn process(oversampler: &mut Oversampler, block: &mut [f64], shape: impl FnOnce(&mut [f64])) {
    shape(oversampler.up(block));
    oversampler.down(block);
}

/// `input` (left; right is its negative) through an oversampler in blocks of `length`.
fn run(grade: &Grade, rate_hz: f64, input: &[f64], length: usize) -> (Vec<f64>, usize) {
    let mut oversampler = Oversampler::new(grade, rate_hz, 0);
    let mut block: Vec<f64> = input.iter().flat_map(|x| [*x, -x]).collect();
    block.chunks_mut(2 * length).for_each(|block| process(&mut oversampler, block, |_| {}));
    assert!(block.chunks(2).all(|frame| frame[0] == -frame[1]), "the channels do not mix");
    (block.into_iter().step_by(2).collect(), oversampler.latency_frames())
}

fn db(gain: f64) -> f64 {
    20.0 * gain.log10()
}

/// Gain at `part` of the rate of an impulse response.
fn gain(impulse: &[f64], part: f64) -> f64 {
    let (re, im) = impulse.iter().enumerate().fold((0.0, 0.0), |(re, im), (i, h)| {
        let (sin, cos) = (TAU * part * i as f64).sin_cos();
        (re + h * cos, im + h * sin)
    });
    f64::hypot(re, im)
}

#[test]
fn s4_in_and_out_is_flat_to_20_khz_and_as_late_as_it_says() {
    for (grade, rate_hz) in GRADES.iter().flat_map(|g| RATES_HZ.map(|rate| (g, rate))) {
        let impulse: Vec<f64> = (0..1000).map(|i| f64::from(u8::from(i == 0))).collect();
        let (response, latency) = run(grade, rate_hz, &impulse, MAX_FRAMES);
        let ripple = (0..=200)
            .map(|i| db(gain(&response, f64::from(i) * 100.0 / rate_hz)).abs())
            .fold(0.0, f64::max);
        println!("{grade:?} at {rate_hz}: latency {latency}, ripple {ripple:.6} dB");
        assert!(ripple <= 0.05, "{ripple} dB, {grade:?} at {rate_hz}");
        // Linear phase about a whole frame: the response is symmetric about it.
        for i in 0..=latency {
            assert!((response[latency - i] - response[latency + i]).abs() < 1e-12);
        }
    }
}

#[test]
fn s4_images_and_aliases_are_below_minus_100_db() {
    let rate_hz = 44_100.0;
    for grade in &GRADES {
        let mut oversampler = Oversampler::new(grade, rate_hz, 0);
        let factor = oversampler.factor();
        let (mut up, mut down) = (Vec::new(), Vec::new());
        for i in 0..40 {
            let mut impulse = vec![0.0; 2 * MAX_FRAMES];
            impulse[0] = f64::from(u8::from(i == 0));
            process(&mut oversampler, &mut impulse, |top| {
                up.extend(top.iter().step_by(2).copied());
            });
        }
        // The gain for what `shape` adds at the higher rate, from impulses at each of its phases.
        oversampler.reset();
        for phase in 0..factor {
            for i in 0..20 {
                let mut block = vec![0.0; 2 * MAX_FRAMES];
                process(&mut oversampler, &mut block, |top| {
                    top[2 * phase] += f64::from(u8::from(i == 0));
                });
                down.extend(block.iter().step_by(2).copied());
            }
        }
        let image = |hz: f64| db(gain(&up, hz / (factor as f64 * rate_hz)) / factor as f64);
        let alias = |hz: f64| {
            let part = hz / rate_hz;
            let (re, im) = down.chunks(20 * MAX_FRAMES).enumerate().fold(
                (0.0, 0.0),
                |(re, im), (phase, response)| {
                    let turn = TAU * part * phase as f64 / factor as f64;
                    let (sin, cos) = response.iter().enumerate().fold((0.0, 0.0), |sum, (i, h)| {
                        let angle = TAU * part * i as f64 - turn;
                        (sum.0 + h * angle.sin(), sum.1 + h * angle.cos())
                    });
                    (re + cos, im + sin)
                },
            );
            db(re.hypot(im))
        };
        let (mut images, mut aliases) = (f64::MIN, f64::MIN);
        for hz in (0..=200).map(|i| 100.0 * f64::from(i)) {
            for multiple in 1..=factor / 2 {
                let centre = multiple as f64 * rate_hz;
                for outside in [centre - hz, centre + hz] {
                    images = images.max(image(outside));
                    aliases = aliases.max(alias(outside));
                }
            }
        }
        println!("{grade:?}: images {images:.1} dB, aliases {aliases:.1} dB");
        assert!((image(1000.0)).abs() < 0.01 && alias(1000.0).abs() < 0.01);
        assert!(images <= -100.0 && aliases <= -100.0, "{images}, {aliases}: {grade:?}");
    }
}

#[test]
fn e3_any_block_lengths_give_the_same_bits() {
    let input: Vec<f64> = (0..500).map(|i| (f64::from(i * i) * 0.37).sin()).collect();
    for grade in &GRADES {
        let (whole, _) = run(grade, 48_000.0, &input, MAX_FRAMES);
        for length in [1, 3, 17, 63] {
            assert_eq!(run(grade, 48_000.0, &input, length).0, whole, "{length}");
        }
    }
}

#[test]
fn s4_everything_above_half_the_rate_is_removed_when_steep() {
    let filter = Filter::low_pass([PASS_PART, 0.5], 120.0);
    let side: Vec<f64> = filter.even.iter().zip(&filter.odd).flat_map(|(e, o)| [*e, *o]).collect();
    let last = &filter.even[filter.odd.len()..];
    let half: Vec<f64> = side.iter().chain(last).copied().collect();
    assert_eq!(half.len(), filter.centre());
    let taps: Vec<f64> =
        half.iter().copied().chain([filter.middle]).chain(half.iter().rev().copied()).collect();
    let loudest = (0..500).map(|i| gain(&taps, 0.25 + 0.0005 * f64::from(i))).fold(0.0, f64::max);
    println!("{} taps, {:.1} dB", taps.len(), db(loudest));
    assert!(db(loudest) <= -118.0);
}
