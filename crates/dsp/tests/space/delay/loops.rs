//! What goes round and round.

use twobus_dsp::Processor;
use twobus_dsp::delay::{Delay, KNEE_DB, SPECS, reduction_db, saturate};

use super::{RATE_HZ, wet};
use crate::signals::{Random, impulse, noise, silence, sine};
use crate::{bits, db, peak, run, whole_grid};

/// Seconds that a loop without loss is watched: the ten minutes of the criterion, or their first.
fn long_s() -> usize {
    if whole_grid() { 600 } else { 60 }
}

/// The peak of each of the next `seconds` seconds.
fn peaks(delay: &mut dyn Processor, seconds: usize) -> Vec<f64> {
    (0..seconds).map(|_| peak(&run(delay, &silence(48_000)))).collect()
}

#[test]
fn l3_at_100_percent_the_repeats_never_grow() {
    let settings: [&[(&str, f64)]; 5] = [
        &[("time", 333.3)],
        &[("time", 0.313)],
        &[("time", 20.013), ("routing", 1.0), ("offset", 7.7)],
        &[("time", 100.1), ("low_cut", 300.0), ("high_cut", 3000.0), ("saturation", 50.0)],
        &[("time", 50.0), ("mod_depth", 1.0), ("mod_rate", 2.0), ("character", 0.0)],
    ];
    for settings in settings {
        let mut delay = wet(RATE_HZ, settings);
        delay.set(SPECS.iter().position(|spec| spec.id == "feedback").unwrap(), 100.0);
        delay.reset();
        let _ = run(delay.as_mut(), &impulse(24_000, [1.0, -0.7]));
        let later = peaks(delay.as_mut(), long_s());
        let loudest_db = db(later.iter().copied().fold(0.0, f64::max));
        assert!(loudest_db <= 0.1, "{settings:?}: {loudest_db} dB");
    }
}

#[test]
fn l3_at_100_percent_and_whole_frames_the_repeats_stay_to_the_bit() {
    let mut delay = wet(RATE_HZ, &[("time", 500.0), ("feedback", 100.0)]);
    let mut input = noise(24_000, 1.0, 6);
    let _ = run(delay.as_mut(), &input);
    for _ in 0..2 * long_s() {
        assert_eq!(bits(&run(delay.as_mut(), &silence(24_000))), bits(&input));
    }
    input[0].fill(0.0);
}

#[test]
fn l3_above_100_percent_the_loop_holds_below_6_dbfs_for_ever() {
    let mut random = Random::new(7);
    for round in 0..12 {
        let pick = |random: &mut Random, low: f64, high: f64| low + random.unit() * (high - low);
        let settings = [
            ("feedback", if round == 0 { 100.01 } else { pick(&mut random, 100.0, 110.0) }),
            ("time", [0.31, 5.0, 37.31, 250.0][round % 4]),
            ("low_cut", if round % 3 == 0 { 20.0 } else { pick(&mut random, 20.0, 2000.0) }),
            ("high_cut", if round % 3 == 1 { 20_000.0 } else { pick(&mut random, 500.0, 20e3) }),
            ("saturation", if round % 2 == 0 { 0.0 } else { pick(&mut random, 0.0, 100.0) }),
            ("routing", (round % 4) as f64),
            ("mod_depth", if round % 5 == 0 { 2.0 } else { 0.0 }),
        ];
        let mut delay = wet(RATE_HZ, &settings);
        let begun = run(delay.as_mut(), &noise(48_000, 1.0, round as u64));
        assert!(peak(&begun) <= 2.0, "{settings:?} {}", peak(&begun));
        let later = peaks(delay.as_mut(), if whole_grid() { 600 } else { 10 });
        assert!(later.iter().all(|&peak| peak <= 2.0), "{settings:?} {later:?}");
    }
}

#[test]
fn l3_the_gain_of_a_turn_is_shown_and_never_above_the_knob() {
    let set = |delay: &mut Delay, id: &str, value| {
        delay.set(SPECS.iter().position(|spec| spec.id == id).unwrap(), value);
    };
    let mut random = Random::new(8);
    let mut delay = Delay::new(RATE_HZ);
    for _ in 0..200 {
        let feedback = 110.0 * random.unit();
        set(&mut delay, "feedback", feedback);
        set(&mut delay, "low_cut", 20.0 * 100.0_f64.powf(random.unit()));
        set(&mut delay, "high_cut", 500.0 * 40.0_f64.powf(random.unit()));
        assert!(delay.largest_loop_gain() <= feedback / 100.0 + 1e-12);
    }
    set(&mut delay, "low_cut", 20.0);
    set(&mut delay, "high_cut", 20_000.0);
    set(&mut delay, "feedback", 70.0);
    assert_eq!(delay.largest_loop_gain(), 0.7);
    // What is shown is what is measured: at the cut-off, 3 dB less.
    set(&mut delay, "high_cut", 2000.0);
    assert!((db(delay.loop_gain(2000.0) / 0.7) + 3.01).abs() < 0.01);
    set(&mut delay, "time", 100.0);
    set(&mut delay, "mix", 100.0);
    delay.reset();
    let tone = run(&mut delay, &sine(48_000, 2000.0, 0.001, RATE_HZ));
    let ended = run(&mut delay, &silence(9600));
    let (first, second) = (&tone[0][40_000..], &ended[0][4900..9500]);
    let rms =
        |x: &[f32]| (x.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>() / x.len() as f64).sqrt();
    // In steady state, the repeats' sum is shorter than its first turn by what the turn loses.
    assert!(rms(second) < rms(first));
}

#[test]
fn saturation_leaves_small_signals_alone_and_never_adds() {
    for drive in [0.0, 0.5, 4.0] {
        assert!((saturate(1e-4, drive) / 1e-4 - 1.0).abs() < 1e-6);
        for x in [1e-9, 0.3, -1.0, 20.0, -1e6] {
            assert!(saturate(x, drive).abs() <= f64::abs(x));
            assert!(drive == 0.0 || saturate(x, drive).abs() <= 1.0 / drive);
        }
    }
    assert_eq!(saturate(0.123, 0.0), 0.123);
}

#[test]
fn l5_swapped_inputs_are_swapped_outputs_to_the_bit() {
    let input = noise(40_000, 1.0, 9);
    let swapped = [input[1].clone(), input[0].clone()];
    let settings = [
        ("time", 77.77),
        ("feedback", 80.0),
        ("low_cut", 150.0),
        ("high_cut", 5000.0),
        ("saturation", 40.0),
        ("duck", 6.0),
        ("width", 140.0),
        ("mix", 60.0),
    ];
    let through = |routing: f64, input| {
        let mut delay = wet(RATE_HZ, &settings);
        delay.set(SPECS.iter().position(|spec| spec.id == "routing").unwrap(), routing);
        delay.reset();
        run(delay.as_mut(), input)
    };
    for (routing, mirrored) in [(0.0, 0.0), (1.0, 1.0), (2.0, 3.0)] {
        let [left, right] = through(routing, &input);
        assert_eq!(bits(&through(mirrored, &swapped)), bits(&[right, left]), "routing {routing}");
    }
}

#[test]
fn l5_ping_pong_changes_sides_with_every_repeat() {
    for (routing, input, first) in
        [(1.0, [1.0, 0.0], 0), (2.0, [1.0, 1.0], 0), (3.0, [1.0, 1.0], 1)]
    {
        let settings = [("time", 100.0), ("routing", routing), ("feedback", 50.0)];
        let output = run(wet(RATE_HZ, &settings).as_mut(), &impulse(20_000, input));
        for repeat in 0..4 {
            let (at, side) = (4800 * (repeat + 1), (first + repeat) % 2);
            assert_eq!(output[side][at], 0.5_f32.powi(repeat as i32));
            assert_eq!(output[1 - side][at], 0.0);
        }
    }
}

#[test]
fn ducking_takes_away_what_it_says_and_gives_it_back() {
    assert_eq!(reduction_db(-40.0, -36.0, 12.0), 0.0);
    assert_eq!(reduction_db(-36.0 + KNEE_DB, -36.0, 12.0), 12.0);
    let settings = [("time", 1000.0), ("duck", 12.0), ("duck_release", 50.0)];
    let mut delay = wet(RATE_HZ, &settings);
    let input = sine(48_000, 500.0, 0.5, RATE_HZ);
    let _ = run(delay.as_mut(), &input);
    let ducked = run(delay.as_mut(), &input);
    assert!((db(peak(&[ducked[0][24_000..].to_vec(), vec![]]) / 0.5) + 12.0).abs() < 0.1);
    assert!((delay.gain_reduction_db() - 12.0).abs() < 0.1);
    let free = run(delay.as_mut(), &silence(48_000));
    assert!(db(peak(&[free[0][24_000..].to_vec(), vec![]]) / 0.5).abs() < 0.01);
    assert_eq!(delay.gain_reduction_db(), 0.0);
}
