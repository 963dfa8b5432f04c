//! Left and right.

use super::*;

/// Two sines whose correlation is exactly this.
fn correlated(hz: f64, correlation: f64, seconds: f64) -> [Vec<f32>; 2] {
    [sine(hz, -18.0, 0.0, seconds), sine(hz, -18.0, f64::acos(correlation), seconds)]
}

#[test]
fn dsp19_correlation_mean() {
    for (value, verdict) in [(0.32, FINE), (0.28, CONSIDER), (0.02, CONSIDER), (-0.02, STRONG)] {
        let [left, right] = correlated(1000.0, value, 10.0);
        near(&judged(Check::Correlation, &check(&left, &right), verdict), value, 0.002);
    }
}

#[test]
fn dsp19_correlation_out_of_phase_for_more_than_3_s() {
    // A window of 3 s is below −0.2 when 1.8 s of it are turned: for all but 0.6 s of the stretch.
    for (length_s, verdict) in [(2.0, FINE), (3.4, FINE), (3.8, STRONG), (8.0, STRONG)] {
        let left = noise(1, frames(20.0));
        let mut right = left.clone();
        right[frames(6.0)..frames(6.0 + length_s)].iter_mut().for_each(|x| *x = -*x);
        let row = judged(Check::OutOfPhase, &check(&left, &right), verdict);
        near(&row, length_s - 0.6, 0.21);
        if verdict == STRONG {
            let place = row.places[0];
            let middle = (place.start + place.end) / 2;
            assert!(middle.abs_diff(frames(6.0 + length_s / 2.0) as u64) < 24_000, "{row:?}");
        }
    }
}

#[test]
fn dsp19_mono_fold_down_loss() {
    let cases = [(0.05, FINE), (-0.05, CONSIDER), (-0.45, CONSIDER), (-0.55, STRONG)];
    for (correlation, verdict) in cases {
        let [left, right] = correlated(1000.0, correlation, 10.0);
        let row = judged(Check::MonoLoss, &check(&left, &right), verdict);
        near(&row, -10.0 * ((1.0 + correlation) / 2.0).log10(), 0.02);
    }
    let [left, right] = correlated(1000.0, -1.0, 10.0);
    let row = judged(Check::MonoLoss, &check(&left, &right), STRONG);
    assert!(row.value.unwrap() >= 40.0);
}

#[test]
fn dsp19_a_part_that_cancels_wholly_counts_in_the_mono_fold_down_loss() {
    // A bar of two seconds out of eight is out of phase: a quarter of the power is lost.
    let left = sine(1000.0, -20.0, 0.0, 16.0);
    for (bars, verdict) in [(0, FINE), (2, FINE), (4, CONSIDER), (7, STRONG)] {
        let mut right = left.clone();
        right[..frames(2.0 * f64::from(bars))].iter_mut().for_each(|x| *x = -*x);
        let row = judged(Check::MonoLoss, &check(&left, &right), verdict);
        near(&row, -10.0 * (1.0 - f64::from(bars) / 8.0).log10(), 0.3);
    }
}

#[test]
fn dsp19_low_end_phase() {
    for (value, verdict) in [(0.82, FINE), (0.78, CONSIDER), (0.52, CONSIDER), (0.48, STRONG)] {
        let [left, right] = correlated(60.0, value, 10.0);
        // What lies above has another correlation, and no part in it.
        let high = sine(3000.0, -10.0, 0.0, 10.0);
        let turned: Vec<f32> = high.iter().map(|x| -x).collect();
        let row =
            judged(Check::LowEndPhase, &check(&sum(&left, &high), &sum(&right, &turned)), verdict);
        near(&row, value, 0.01);
        assert_eq!(row.places.is_empty(), verdict == FINE);
    }
    // Without a low end there is nothing to be out of phase.
    let [left, right] = correlated(1000.0, -0.9, 10.0);
    assert_eq!(judged(Check::LowEndPhase, &check(&left, &right), FINE).value, None);
}

#[test]
fn dsp19_channel_balance() {
    for (apart, verdict) in [(0.9, FINE), (1.1, CONSIDER), (2.9, CONSIDER), (3.1, STRONG)] {
        for sign in [1.0, -1.0] {
            let left = sine(1000.0, -20.0 + sign * apart, 0.0, 5.0);
            let right = sine(1000.0, -20.0, 0.0, 5.0);
            let row = judged(Check::ChannelBalance, &check(&left, &right), verdict);
            near(&row, sign * apart, 0.01);
        }
    }
}

#[test]
fn dsp19_channel_balance_is_told_where_it_leans() {
    let right = sine(1000.0, -20.0, 0.0, 24.0);
    for sign in [1.0, -1.0] {
        let mut left = right.clone();
        let other = scaled(&right, sign * 9.0);
        left[frames(10.0)..frames(16.0)].copy_from_slice(&other[frames(10.0)..frames(16.0)]);
        let row = row_of(&check(&left, &right), Check::ChannelBalance);
        assert_ne!(row.verdict, Verdict::Fine, "{row:?}");
        let [place] = row.places[..] else { panic!("{row:?}") };
        assert!((frames(7.0)..=frames(10.0)).contains(&(place.start as usize)), "{row:?}");
        assert!((frames(16.0)..=frames(19.0)).contains(&(place.end as usize)), "{row:?}");
    }
}

#[test]
fn dsp19_mono_fold_down_loss_is_told_where_it_is() {
    let left = sine(1000.0, -20.0, 0.0, 24.0);
    let mut right = left.clone();
    let apart = sine(1000.0, -20.0, f64::acos(-0.45), 24.0);
    right[frames(6.0)..].copy_from_slice(&apart[frames(6.0)..]);
    let row = row_of(&check(&left, &right), Check::MonoLoss);
    assert_ne!(row.verdict, Verdict::Fine, "{row:?}");
    let [place] = row.places[..] else { panic!("{row:?}") };
    assert!((frames(3.0)..=frames(6.0)).contains(&(place.start as usize)), "{row:?}");
    assert_eq!(place.end as usize, frames(24.0), "{row:?}");
}

#[test]
fn dsp19_dead_channel() {
    let left = sine(1000.0, -10.0, 0.0, 2.0);
    for (apart, verdict) in [(39.0, FINE), (41.0, FIX)] {
        let row = judged(Check::DeadChannel, &check(&left, &scaled(&left, -apart)), verdict);
        assert_eq!(row.places.is_empty(), verdict == FINE);
    }
    let _row = judged(Check::DeadChannel, &check(&left, &silence(2.0)), FIX);
    let _row = judged(Check::DeadChannel, &check(&silence(2.0), &left), FIX);
    let silent = judged(Check::DeadChannel, &check(&silence(2.0), &silence(2.0)), FIX);
    assert_eq!(silent.value, None);
}
