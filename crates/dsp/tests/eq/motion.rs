//! Q3 and Q4: bands that move, and what every device does while it moves.

use twobus_dsp::eq::Equalizer;
use twobus_dsp::eq::params::{BAND_PARAMS, OUTPUT, band};
use twobus_dsp::eq::prototype::{Setting, Shape};
use twobus_dsp::processor::Processor;

use crate::support::{bell, db, noise, null, one_band, peak, run, sine, spectrum};

const RATE_HZ: f64 = 48_000.0;
/// The band that [`one_band`] sets.
const BAND: usize = 3 * BAND_PARAMS;

/// Lets the frequency run there and back, both ways in `frames` frames each.
fn sweep(eq: &mut Equalizer, block: &mut [f32], to_hz: f64, back_hz: f64) {
    let half = block.len() / 2;
    let (there, back) = block.split_at_mut(half);
    for (part, hz) in [(there, to_hz), (back, back_hz)] {
        eq.glide(BAND + band::FREQUENCY, hz, part.len());
        let mut right = part.to_vec();
        for (left, right) in part.chunks_mut(64).zip(right.chunks_mut(64)) {
            eq.process(left, right);
        }
    }
}

#[test]
fn q3_the_wildest_sweep_stays_in_bounds_and_settles_to_the_static_filter() {
    let setting = bell(20.0, 18.0, 10.0);
    let mut eq = one_band(&setting, RATE_HZ);
    let frames = (0.01 * RATE_HZ) as usize;
    let mut loudest = 0.0_f64;
    for round in 0..100 {
        let mut block = noise(round, frames);
        sweep(&mut eq, &mut block, 20_000.0, 20.0);
        assert!(block.iter().all(|x| x.is_finite()));
        loudest = loudest.max(peak(&block));
    }
    // The static worst case: the sum of the impulse response's magnitudes.
    let worst_case = [20.0, 1000.0, 20_000.0].map(|hz| {
        let mut eq = one_band(&bell(hz, 18.0, 10.0), RATE_HZ);
        let mut impulse = vec![0.0; 1 << 18];
        impulse[0] = 1.0;
        let response = run(&mut eq, &impulse, &impulse).0;
        response.iter().map(|x| f64::from(x.abs())).sum::<f64>()
    });
    let bound = worst_case.into_iter().fold(0.0, f64::max);
    assert!(db(loudest) <= db(bound) + 6.0, "{} dB above", db(loudest) - db(bound));
    // A second and more after the sweep it is the static filter: at 1 kHz, where that settles in time.
    let mut moved = one_band(&bell(20.0, 18.0, 10.0), RATE_HZ);
    let mut block = noise(1, frames);
    sweep(&mut moved, &mut block, 20_000.0, 1000.0);
    let mut still = one_band(&bell(1000.0, 18.0, 10.0), RATE_HZ);
    let after = noise(2, 2 * RATE_HZ as usize);
    let (a, _) = run(&mut moved, &after, &after);
    let (b, _) = run(&mut still, &after, &after);
    let residual = db(null(&a[RATE_HZ as usize..], &b[RATE_HZ as usize..]));
    assert!(residual <= -120.0, "{residual:.1} dB");
}

/// The reference: a filter designed anew at every frame.
#[test]
fn q4_a_moving_bell_follows_the_one_that_is_computed_at_every_frame() {
    // A whole number of the renderer's blocks, which are cut where a move ends.
    let frames = 2432;
    let input = sine(1000.0, 1.0, RATE_HZ, 4 * frames);
    let mut eq = one_band(&bell(1000.0, 12.0, 1.0), RATE_HZ);
    let mut reference = one_band(&bell(1000.0, 12.0, 1.0), RATE_HZ);
    let settle = run(&mut eq, &input[..2 * frames], &input[..2 * frames]).0;
    let same = run(&mut reference, &input[..2 * frames], &input[..2 * frames]).0;
    assert!(settle == same);
    let mut moved = input[2 * frames..].to_vec();
    let mut right = moved.clone();
    // As the renderer does it: straight from one line of its grid to the next.
    for (index, (left, right)) in moved.chunks_mut(64).zip(right.chunks_mut(64)).enumerate() {
        let at = ((index * 64 + left.len()) as f64 / frames as f64).min(1.0);
        eq.glide(BAND + band::FREQUENCY, 1000.0 * 2.0_f64.powf(at), left.len());
        eq.process(left, right);
    }
    let mut wanted = input[2 * frames..].to_vec();
    let mut right = wanted.clone();
    for (index, (left, right)) in wanted.chunks_mut(1).zip(right.chunks_mut(1)).enumerate() {
        let at = ((index + 1) as f64 / frames as f64).min(1.0);
        reference.glide(BAND + band::FREQUENCY, 1000.0 * 2.0_f64.powf(at), 1);
        reference.process(left, right);
    }
    let residual = db(null(&moved, &wanted));
    assert!(residual <= -90.0, "{residual:.1} dBFS");
}

#[test]
fn f4_output_gain_moves_without_zipper() {
    let mut eq = Equalizer::new(RATE_HZ, false);
    let frames = 48_000;
    let input = sine(1000.0, 1.0, RATE_HZ, frames);
    eq.glide(OUTPUT, -20.0, frames / 10);
    let (output, _) = run(&mut eq, &input, &input);
    let ideal: Vec<f32> = input
        .iter()
        .enumerate()
        .map(|(n, &x)| {
            let share = ((n + 1) as f64 / (frames / 10) as f64).min(1.0);
            (f64::from(x) * 10.0_f64.powf(-share)) as f32
        })
        .collect();
    let residual: Vec<f32> = output.iter().zip(&ideal).map(|(a, b)| a - b).collect();
    let line = spectrum(&residual).iter().fold(0.0, |most: f64, bin| most.max(bin.norm()));
    assert!(db(2.0 * line / frames as f64) <= -100.0);
}

#[test]
fn e7_a_band_of_another_kind_comes_in_without_a_click() {
    let input = sine(100.0, 0.5, RATE_HZ, 24_000);
    let mut eq = one_band(&bell(100.0, 6.0, 1.0), RATE_HZ);
    let (mut left, mut right) = (input.clone(), input.clone());
    for (index, (left, right)) in left.chunks_mut(64).zip(right.chunks_mut(64)).enumerate() {
        match index {
            100 => eq.set(BAND + band::SHAPE, Shape::Notch as usize as f64),
            150 => eq.set(BAND + band::SHAPE, Shape::HighCut as usize as f64),
            // In the middle of a fade.
            155 => eq.set(BAND + band::SIDE, 1.0),
            200 => eq.set(BAND + band::ON, 0.0),
            _ => {}
        }
        eq.process(left, right);
    }
    // A step is a jump of the second difference, of which a sine of 100 Hz has nearly none.
    let worst = left.windows(3).fold(0.0, |worst: f64, x| {
        let [a, b, c] = [x[0], x[1], x[2]].map(f64::from);
        worst.max((a - 2.0 * b + c).abs())
    });
    assert!(db(worst) <= -60.0, "{:.1} dBFS", db(worst));
}

#[test]
fn e3_the_samples_do_not_depend_on_how_the_signal_is_cut() {
    let input = noise(9, 6000);
    let render = |cut: &[usize]| {
        let mut eq = one_band(&bell(300.0, 5.0, 2.0), RATE_HZ);
        eq.set(BAND + band::DYNAMIC, 1.0);
        eq.reset();
        let (mut left, mut right) = (input.clone(), input.clone());
        let (mut at, mut index) = (0, 0);
        while at < left.len() {
            // Changes come at fixed places.
            match at {
                1000 => eq.glide(BAND + band::FREQUENCY, 2000.0, 1500),
                2000 => eq.set(BAND + band::GAIN, -7.0),
                3000 => eq.set(BAND + BAND_PARAMS + band::SHAPE, Shape::LowCut as usize as f64),
                4000 => eq.glide(BAND + band::Q, 8.0, 333),
                _ => {}
            }
            let to_change = 1000 - at % 1000;
            let frames = cut[index % cut.len()].min(to_change);
            eq.process(&mut left[at..at + frames], &mut right[at..at + frames]);
            at += frames;
            index += 1;
        }
        left
    };
    let whole = render(&[1000]);
    for cut in [&[1][..], &[3], &[64], &[997], &[5, 64, 1, 30]] {
        assert!(render(cut) == whole, "cut to {cut:?}");
    }
}

#[test]
fn settings_of_sides_leave_the_other_side_alone() {
    let (left, right) = (noise(4, 20_000), noise(5, 20_000));
    let setting = Setting { shape: Shape::HighShelf, ..bell(3000.0, 9.0, 0.7) };
    for (side, sign) in [(1.0, -1.0), (2.0, 1.0)] {
        let mut eq = one_band(&setting, RATE_HZ);
        eq.set(BAND + band::SIDE, side);
        eq.reset();
        let (l, r) = run(&mut eq, &left, &right);
        // A mid band leaves L − R as it is, a side band L + R.
        let part = |l: &[f32], r: &[f32]| -> Vec<f32> {
            l.iter().zip(r).map(|(l, r)| l + sign * r).collect()
        };
        assert!(db(null(&part(&l, &r), &part(&left, &right))) <= -120.0);
        assert!(null(&l, &left) > 0.1);
    }
}
