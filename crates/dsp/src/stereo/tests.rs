use std::f64::consts::TAU;

use super::*;

const RATE_HZ: f64 = 48_000.0;

type Signal = [Vec<f32>; 2];

fn stereo(settings: &[(usize, f64)]) -> Stereo {
    let mut stereo = Stereo::new(RATE_HZ);
    settings.iter().for_each(|(param, value)| stereo.set(*param, *value));
    stereo.reset();
    stereo
}

fn run(stereo: &mut Stereo, input: &Signal) -> Signal {
    let mut output = input.clone();
    let [left, right] = &mut output;
    stereo.process(left, right);
    output
}

fn noise(frames: usize) -> Signal {
    let mut state = 1_u64;
    let mut channel = || {
        (0..frames)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (state >> 40) as f32 / (1_u32 << 24) as f32 - 0.5
            })
            .collect()
    };
    [channel(), channel()]
}

fn loudest_difference(a: impl Iterator<Item = f64>, b: impl Iterator<Item = f64>) -> f64 {
    a.zip(b).fold(0.0, |m, (a, b)| f64::max(m, (a - b).abs()))
}

fn fold_down(signal: &Signal) -> impl Iterator<Item = f64> + '_ {
    signal[0].iter().zip(&signal[1]).map(|(l, r)| 0.5 * (f64::from(*l) + f64::from(*r)))
}

/// Amplitude and phase of the second half of a second of `channel` at `hz`.
fn phasor(channel: impl Iterator<Item = f64>, hz: f64) -> (f64, f64) {
    let half = RATE_HZ as usize / 2;
    let (mut re, mut im) = (0.0, 0.0);
    for (i, x) in channel.enumerate().skip(half).take(half) {
        let (sin, cos) = (TAU * hz * i as f64 / RATE_HZ).sin_cos();
        (re, im) = (re + x * sin, im + x * cos);
    }
    (2.0 * re.hypot(im) / half as f64, im.atan2(re).to_degrees())
}

/// Middle and side of a tone of `hz` that has 0.5 of both, as amplitude and phase.
fn middle_and_side(stereo: &mut Stereo, hz: f64) -> [(f64, f64); 2] {
    let tone: Vec<f32> =
        (0..RATE_HZ as usize).map(|i| (TAU * hz * i as f64 / RATE_HZ).sin() as f32).collect();
    // Only left: middle and side are equal.
    let output = run(stereo, &[tone.clone(), vec![0.0; tone.len()]]);
    let side = output[0].iter().zip(&output[1]).map(|(l, r)| 0.5 * f64::from(l - r));
    [phasor(fold_down(&output), hz), phasor(side, hz)]
}

#[test]
fn w2_a_width_of_100_percent_passes_every_bit_and_0_percent_is_mono() {
    let input = noise(5000);
    assert_eq!(run(&mut stereo(&[]), &input), input);
    let [left, right] = run(&mut stereo(&[(WIDTH, 0.0)]), &input);
    assert_eq!(left, right);
    // Values of very different sizes too.
    let far = [vec![1.0, 1e-12, 1e20, 1e-30], vec![1e-9, -3.0, 1e-9, 1e-38]];
    assert_eq!(run(&mut stereo(&[]), &far), far);
}

/// Left and right become middle and side and come back, in the order of the device's own code.
#[test]
fn w1_middle_and_side_give_back_left_and_right() {
    let input = noise(5000);
    // In f64, from samples of 32 bit, exact: sums of two need one bit more than either has.
    let mut lows = Lows::default();
    lows.aim(120.0, RATE_HZ);
    for (l, r) in input[0].iter().zip(&input[1]) {
        let frame = [f64::from(*l), f64::from(*r)];
        assert_eq!(lows.tick(frame, 0.0), frame);
    }
    // Through the whole device: what the width of 50 % and the side of 200 % leave is the input again.
    let narrow = run(&mut stereo(&[(WIDTH, 50.0)]), &input);
    let back = run(&mut stereo(&[(WIDTH, 200.0)]), &narrow);
    for (channel, own) in back.iter().zip(&input) {
        let wide = |signal: &[f32]| signal.iter().map(|x| f64::from(*x)).collect::<Vec<_>>();
        let null = loudest_difference(wide(channel).into_iter(), wide(own).into_iter());
        println!("{:.1} dBFS", 20.0 * null.log10());
        assert!(20.0 * null.log10() <= -140.0, "{null}");
    }
}

#[test]
fn w3_the_fold_down_stays_what_it_is_at_any_width() {
    let input = noise(5000);
    for width in [0.0, 30.0, 77.7, 150.0, 200.0] {
        let output = run(&mut stereo(&[(WIDTH, width)]), &input);
        let null = loudest_difference(fold_down(&output), fold_down(&input));
        println!("{width} %: {:.1} dBFS", 20.0 * null.log10());
        assert!(20.0 * null.log10() <= -140.0, "{width}: {null}");
    }
}

#[test]
fn w4_lows_are_mono_and_middle_and_side_never_part_in_phase() {
    for below_hz in [60.0, 120.0, 400.0] {
        let mut lows = stereo(&[(MONO, 1.0), (MONO_BELOW, below_hz)]);
        let mut at = |part: f64| {
            lows.reset();
            middle_and_side(&mut lows, (part * below_hz).round())
        };
        for part in [0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 4.0, 8.0] {
            let [(middle, middle_phase), (side, side_phase)] = at(part);
            // Of a signal of equal middle and side, as channels that have nothing in common are.
            let correlation = (middle * middle - side * side) / (middle * middle + side * side);
            let apart = (middle_phase - side_phase + 540.0).rem_euclid(360.0) - 180.0;
            let side_db = 20.0 * (side / 0.5).log10();
            println!("{below_hz} × {part}: side {side_db:.1} dB, {correlation:.5}, {apart:.3}°");
            assert!((20.0 * (middle / 0.5).log10()).abs() < 0.01, "the fold-down keeps its size");
            assert!(part > 1.0 || correlation >= 0.999, "{correlation} at {part}");
            assert!(part > 0.5 || side_db <= -24.0, "{side_db} dB at {part}");
            assert!(part < 0.5 || apart.abs() <= 5.0, "{apart}° at {part}");
            assert!(part < 2.0 || side_db > -1.6, "{side_db} dB at {part}");
        }
    }
}

/// Nothing here decorrelates: a fold-down has no ripple, whatever is set.
#[test]
fn w5_the_fold_down_has_no_ripple() {
    for hz in [30.0, 100.0, 191.0, 250.0, 1000.0, 10_000.0] {
        let mut wide = stereo(&[(WIDTH, 200.0), (MONO, 1.0), (MONO_BELOW, 120.0)]);
        let [(middle, _), _] = middle_and_side(&mut wide, hz);
        assert!((20.0 * (middle / 0.5).log10()).abs() < 0.01, "{hz}");
    }
}

#[test]
fn f2_balance_fades_the_far_side_and_hard_is_exactly_silent() {
    let input = noise(1000);
    let [left, right] = run(&mut stereo(&[(BALANCE, 100.0)]), &input);
    assert!(left.iter().all(|x| *x == 0.0) && right == input[1]);
    let [left, right] = run(&mut stereo(&[(BALANCE, -50.0)]), &input);
    assert!(left == input[0] && right.iter().zip(&input[1]).all(|(y, x)| *y == 0.5 * x));
}

#[test]
fn e3_any_block_lengths_give_the_same_bits_while_everything_moves() {
    let input = noise(4 * 2991);
    let moved = |length: usize| {
        let (mut stereo, mut output) = (Stereo::new(RATE_HZ), input.clone());
        let [left, right] = &mut output;
        for (part, (left, right)) in left.chunks_mut(2991).zip(right.chunks_mut(2991)).enumerate() {
            for (param, spec) in SPECS.iter().enumerate() {
                let (low, high) = (*spec.range.start(), *spec.range.end());
                let value = if (part + param) % 2 == 0 { high } else { low };
                if part % 2 == 0 {
                    stereo.set(param, value);
                } else {
                    stereo.glide(param, value, 1500);
                }
            }
            for (l, r) in left.chunks_mut(length).zip(right.chunks_mut(length)) {
                stereo.process(l, r);
            }
        }
        output
    };
    let whole = moved(2991);
    for length in [1, 3, 64, 997] {
        assert!(moved(length) == whole, "{length}");
    }
}

/// Where clicks are looked for, in Hz: beside a tone of 76 Hz.
const ABOVE_HZ: [f64; 4] = [500.0, 1000.0, 3000.0, 10_000.0];

/// The highest sample of what lies above `hz`, behind four high-passes of second order.
fn highest_above(signal: &[f32], hz: f64) -> f64 {
    let high_pass = Coefficients::high_pass(hz, std::f64::consts::FRAC_1_SQRT_2, RATE_HZ).solve();
    let mut filters = [Svf::default(); 4];
    // What the begin of the signal makes of them is no click.
    let settled = RATE_HZ as usize / 20;
    signal.iter().enumerate().fold(0.0, |highest, (at, x)| {
        let above = filters.iter_mut().fold(f64::from(*x), |x, svf| svf.tick(&high_pass, x));
        if at < settled { highest } else { above.abs().max(highest) }
    })
}

#[test]
fn e7_switching_and_moving_the_mono_lows_does_not_click() {
    let tone: Vec<f32> = (0..40_000).map(|i| 0.5 * (0.01 * i as f32).sin()).collect();
    let mut lows = Stereo::new(RATE_HZ);
    let mut output = [tone, vec![0.0; 40_000]];
    let [left, right] = &mut output;
    let moves = [(MONO, 1.0), (MONO_BELOW, 500.0), (MONO_BELOW, 30.0), (WIDTH, 200.0), (MONO, 0.0)];
    for (at, (l, r)) in left.chunks_mut(6000).zip(right.chunks_mut(6000)).enumerate() {
        moves.get(at.wrapping_sub(1)).into_iter().for_each(|(param, x)| lows.set(*param, *x));
        lows.process(l, r);
    }
    for (channel, hz) in output.iter().flat_map(|channel| ABOVE_HZ.map(|hz| (channel, hz))) {
        let click = 20.0 * highest_above(&channel[1000..], hz).log10();
        println!("{click:.1} dBFS above {hz} Hz");
        assert!(click <= -60.0, "{click} dBFS above {hz} Hz");
    }
}

#[test]
fn e8_e12_silence_ends_in_zeros_and_no_value_breaks_it() {
    let mut lows = stereo(&[(MONO, 1.0), (MONO_BELOW, 30.0)]);
    let _ = run(&mut lows, &noise(10_000));
    let [left, right] = run(&mut lows, &[vec![0.0; 96_000], vec![0.0; 96_000]]);
    assert!(left[90_000..].iter().chain(&right[90_000..]).all(|x| *x == 0.0));
    for (param, spec) in SPECS.iter().enumerate() {
        for value in [f64::NAN, f64::INFINITY, -1e300, *spec.range.start(), *spec.range.end()] {
            lows.set(param, value);
            lows.glide(param, value, 100);
            let output = run(&mut lows, &noise(300));
            assert!(output.iter().flatten().all(|x| x.abs() < 10.0));
        }
    }
}
