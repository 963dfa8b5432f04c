//! The rows G1 to G6.

use twobus_dsp::DeviceKind::Gate;
use twobus_dsp::Processor;

use crate::{
    RATES_HZ, Random, Stereo, assert_same, both, db, device, gain, lines, rms, run, run_keyed,
    sine, wide,
};

const RATE_HZ: f64 = 48_000.0;

fn gate(settings: &[(&str, f64)]) -> Box<dyn Processor> {
    device(Gate, RATE_HZ, settings)
}

/// Reduction of the end of a sine of `level_db`, in dB.
fn settled_reduction(settings: &[(&str, f64)], level_db: f64) -> f64 {
    let input = sine(RATE_HZ, 1000.0, level_db, 2.0);
    let [output, _] = run(&mut *gate(settings), &input);
    let last = input[0].len() - 24_000;
    db(rms(&input[0][last..]) / rms(&output[last..]))
}

#[test]
fn g1_the_floor_is_reached() {
    for range in [6.0, 20.0, 40.0, 80.0] {
        let reduction = settled_reduction(&[("threshold", -30.0), ("range", range)], -60.0);
        assert!((reduction - range).abs() <= 0.1, "{range}: {reduction}");
    }
}

#[test]
fn g1_an_expander_follows_its_ratio_down_to_its_range() {
    for (ratio, level, wanted) in [(2.0, -45.0, 15.0), (3.0, -40.0, 20.0), (4.0, -50.0, 50.0)] {
        let settings =
            [("threshold", -30.0), ("ratio", ratio), ("infinite_ratio", 0.0), ("range", 50.0)];
        let reduction = settled_reduction(&settings, level);
        assert!((reduction - wanted).abs() <= 0.1, "{ratio}: {reduction}");
    }
}

/// How often the reduction passes the middle of its range on the way up, and down.
fn turns(settings: &[(&str, f64)], input: &Stereo) -> [usize; 2] {
    let mut gate = gate(settings);
    let [mut left, mut right] = input.clone();
    let mut closed = Vec::new();
    for (left, right) in left.chunks_mut(16).zip(right.chunks_mut(16)) {
        gate.process(left, right);
        closed.push(gate.gain_reduction_db() > 20.0);
    }
    let count = |from: bool| closed.windows(2).filter(|w| w[0] == from && w[1] != from).count();
    [count(false), count(true)]
}

#[test]
fn g2_a_noisy_decay_closes_it_once() {
    let fast = [("attack", 0.1), ("release", 5.0), ("threshold", -40.0)];
    let decay = |seed: u64| {
        let (mut random, mut burst) = (Random::new(seed), 1.0);
        both((0..96_000).map(move |n| {
            // Every 10 ms it is louder or softer.
            burst = if n % 480 == 0 { 0.6 + 0.8 * random.unit() } else { burst };
            (-f64::from(n) / 12_000.0).exp() * burst * random.symmetric()
        }))
    };
    for seed in 0..20 {
        let settings = [&fast[..], &[("hysteresis", 6.0), ("hold", 30.0)]].concat();
        assert_eq!(turns(&settings, &decay(seed)), [1, 0], "{seed}");
    }
    // With neither, it chatters.
    let settings = [&fast[..], &[("hysteresis", 0.0), ("hold", 0.0)]].concat();
    let closed: usize = (0..20).map(|seed| turns(&settings, &decay(seed))[0]).sum();
    assert!(closed > 40, "{closed}");
}

#[test]
fn g3_look_ahead_keeps_the_first_millisecond_of_a_hit() {
    let hit = both((0..48_000).map(|n| {
        let t = (f64::from(n) - 24_000.0) / RATE_HZ;
        if t < 0.0 { 0.0 } else { 0.8 * (-20.0 * t).exp() * (1256.6 * t + 1.0).sin() }
    }));
    // No attack is so long that it would open too late; the second one is the default.
    let loss = |lookahead: f64, attack: f64, range: f64| {
        let settings = [
            ("lookahead", lookahead),
            ("attack", attack),
            ("range", range),
            ("hold", 0.0),
            ("release", 20.0),
        ];
        let [output, _] = run(&mut *gate(&settings), &hit);
        db(rms(&hit[0][24_000..24_048]) / rms(&output[24_000..24_048]))
    };
    for (lookahead, attack, range) in (1..5).flat_map(|choice| {
        [0.02, 1.0, 250.0].into_iter().flat_map(move |ms| [40.0, 80.0].map(|db| (choice, ms, db)))
    }) {
        let lost = loss(lookahead.into(), attack, range);
        let what = format!("look-ahead {lookahead}, attack {attack} ms, range {range} dB");
        assert!(lost <= 1.0, "{what}: {lost} dB");
    }
    assert!(loss(0.0, 1.0, 40.0) > 10.0);
}

#[test]
fn g4_the_open_gate_passes_every_bit() {
    let input = Random::new(1).noise(48_000, 0.5);
    for lookahead in 0..5 {
        let settings = [("lookahead", f64::from(lookahead))];
        assert_same(&run(&mut *gate(&settings), &input), &input);
    }
    // Also after it was closed.
    let mut gate = gate(&[]);
    let silence = [vec![0.0; 48_000], vec![0.0; 48_000]];
    let _ = run(&mut *gate, &silence);
    assert!(gate.gain_reduction_db() > 39.0);
    let output = run(&mut *gate, &input);
    assert!(output[0][4_800..] == input[0][4_800..]);
    assert!(output[0][..48] != input[0][..48]);
}

/// The loudest line an octave above a sine of 100 Hz or higher, relative to it, while a key opens and
/// closes the gate once in 8 s.
fn splatter_dbc(attack: f64, release: f64) -> f64 {
    let input = sine(RATE_HZ, 100.0, -6.0, 16.0);
    let pattern = |n: usize| if (96_000..288_000).contains(&(n % 384_000)) { 0.5 } else { 0.0 };
    let key = both((0..input[0].len()).map(pattern));
    let settings = [
        ("external", 1.0),
        ("attack", attack),
        ("release", release),
        ("hold", 3.0),
        ("range", 80.0),
    ];
    let [output, _] = run_keyed(&mut *gate(&settings), &input, &key);
    // The second time the pattern runs, which joins its own begin.
    let lines = lines(&wide(&output[384_000..]));
    db(lines[1600..].iter().fold(0.0, |a: f64, b| a.max(*b)) / lines[800])
}

#[test]
fn g5_opening_and_closing_do_not_splatter() {
    for (attack, release) in [(1.0, 5.0), (1.0, 150.0), (10.0, 100.0)] {
        let splatter = splatter_dbc(attack, release);
        println!("attack {attack} ms, release {release} ms: {splatter:.1} dBc");
        assert!(splatter <= -60.0, "{attack} {release}: {splatter}");
    }
}

#[test]
fn g6_a_range_of_none_is_the_input() {
    let input = Random::new(2).noise(20_000, gain(-70.0));
    for lookahead in 0..5 {
        let settings = [("range", 0.0), ("lookahead", f64::from(lookahead)), ("hold", 0.0)];
        assert_same(&run(&mut *gate(&settings), &input), &input);
    }
}

#[test]
fn attack_and_release_take_their_time_at_every_rate() {
    for rate_hz in RATES_HZ {
        for (attack, release) in [(0.1, 20.0), (5.0, 50.0), (50.0, 60.0), (50.0, 20.0)] {
            let part = ((10.0 * attack + 8.0 * release) / 1000.0 * rate_hz) as usize + 20;
            let key = both((0..3 * part).map(|n| if n / part == 1 { 1.0 } else { 0.0 }));
            let settings = [
                ("external", 1.0),
                ("attack", attack),
                ("release", release),
                ("hold", 0.0),
                ("range", 40.0),
            ];
            let input = both((0..3 * part).map(|_| 0.5));
            let mut gate = device(Gate, rate_hz, &settings);
            let [output, _] = run_keyed(&mut *gate, &input, &key);
            let reduction: Vec<f64> = output.iter().map(|y| db(0.5 / f64::from(*y))).collect();
            assert!((reduction[part - 1] - 40.0).abs() < 0.5, "{}", reduction[part - 1]);
            let left = reduction[part - 1] / std::f64::consts::E;
            let opened = reduction[part..].iter().position(|r| *r <= left).unwrap() + 1;
            // The key falls at once, but the level that is looked at takes its time to the threshold.
            let shut = reduction[2 * part..].iter().position(|r| *r > 1e-3).unwrap();
            let closed =
                reduction[2 * part + shut..].iter().position(|r| *r >= 40.0 - 14.715).unwrap();
            for (frames, ms) in [(opened, attack), (closed, release)] {
                let wanted = ms / 1000.0 * rate_hz;
                let off = (frames as f64 - wanted).abs();
                assert!(off <= 2.0 + 0.02 * wanted, "{rate_hz}: {ms} ms are {frames} frames");
            }
        }
    }
}

#[test]
fn both_channels_have_one_gain() {
    let mut random = Random::new(4);
    let input = [random.noise(24_000, 0.5)[0].clone(), random.noise(24_000, 1e-4)[0].clone()];
    let output = run(&mut *gate(&[]), &input);
    assert_same(&output, &input);
}

/// Once it is closed and the key is silent it rests; what passes is then turned down by exactly the range, and
/// it comes to rest without a step. The samples do not depend on the blocks.
#[test]
fn e8_a_closed_gate_comes_to_rest_without_a_step() {
    let frames = 96_000;
    let input = both((0..frames).map(|_| 0.5));
    let key = both((0..frames).map(|n| if n < 4800 { 1.0 } else { 0.0 }));
    for range in [6.0, 40.0, 80.0] {
        let settings = [("external", 1.0), ("hold", 5.0), ("release", 20.0), ("range", range)];
        let [output, _] = run_keyed(&mut *gate(&settings), &input, &key);
        let last = f64::from(output[frames - 1]);
        assert!((db(0.5 / last) - range).abs() < 1e-4, "{range}: {last}");
        // Of 32-bit samples near the end none differs by more than its rounding.
        let rest = &output[frames / 2..];
        assert!(rest.iter().all(|y| (f64::from(*y) / last - 1.0).abs() < 2e-7), "{range}");
        let step = |pair: &[f32]| (f64::from(pair[1]) - f64::from(pair[0])).abs();
        assert!(output[24_000..].windows(2).all(|pair| step(pair) <= 1e-6 * last), "{range}");
        let mut whole = gate(&settings);
        let [mut left, mut right] = input.clone();
        for (n, block) in [1, 63, 7, 64, 200]
            .into_iter()
            .cycle()
            .scan(0, |at, size| {
                *at += size;
                Some((*at - size, size))
            })
            .take_while(|(at, size)| at + size <= frames)
        {
            let part = n..n + block;
            whole.process_keyed(
                &mut left[part.clone()],
                &mut right[part.clone()],
                [&key[0][part.clone()], &key[1][part]],
            );
        }
        assert!(left[..frames - 200] == output[..frames - 200], "{range}");
    }
}
