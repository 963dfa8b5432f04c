//! Clicks, dropouts, beginning and end.

use super::*;

#[test]
fn dsp19_clicks_one_to_three_and_more() {
    for (count, verdict) in [(0, FINE), (1, CONSIDER), (3, CONSIDER), (4, FIX)] {
        let mut samples = sine(220.0, -10.0, 0.0, 10.0);
        for click in 0..count {
            samples[frames(1.0) + click * frames(1.7) + 17] += 0.1;
        }
        let row = judged(Check::Clicks, &check(&samples, &sine(220.0, -10.0, 0.0, 10.0)), verdict);
        near(&row, count as f64, 0.0);
        let places = row.places.iter().map(|place| place.start);
        let expected: Vec<u64> =
            (0..count).map(|click| (frames(1.0) + click * frames(1.7) + 17) as u64).collect();
        assert_eq!(places.collect::<Vec<_>>(), expected);
    }
}

#[test]
fn dsp19_clicks_an_edit_without_a_fade_is_one() {
    // From one phase to another, 20 dB above the noise that covers it.
    let mut samples = sine(200.0, -10.0, 0.0, 4.0);
    samples.extend(sine(200.0, -10.0, 1.5, 4.0));
    let samples = sum(&samples, &scaled(&noise(2, samples.len()), -70.0));
    let row = judged(Check::Clicks, &check(&samples, &samples), CONSIDER);
    near(&row, 1.0, 0.0);
    assert!(row.places[0].start.abs_diff(frames(4.0) as u64) <= 1);
}

#[test]
fn dsp19_clicks_drums_saws_and_noise_are_none() {
    // Hits of 2, 10 and 50 ms that start at once, eight a second.
    for decay_s in [0.002, 0.01, 0.05] {
        let decay = decay_s * f64::from(RATE_HZ);
        let hit = noise(5, frames(0.125));
        let hits = (0..frames(8.0)).map(|n| {
            let at = n % hit.len();
            f64::from(hit[at]) * (-(at as f64) / decay).exp() * 0.5
        });
        let hits: Vec<f32> = hits.map(|x| x as f32).collect();
        near(&judged(Check::Clicks, &check(&hits, &hits), FINE), 0.0, 0.0);
    }
    // A saw wave without any band limit: one edge a period.
    for hz in [27.5, 55.0, 110.0, 440.0] {
        let saw = |n: usize| (0.5 - (hz * n as f64 / f64::from(RATE_HZ)).fract()) as f32 * 0.5;
        let saw: Vec<f32> = (0..frames(4.0)).map(saw).collect();
        near(&judged(Check::Clicks, &check(&saw, &saw), FINE), 0.0, 0.0);
    }
    let hiss = noise(9, frames(20.0));
    near(&judged(Check::Clicks, &check(&hiss, &hiss), FINE), 0.0, 0.0);
}

#[test]
fn dsp19_dropouts() {
    for (length_s, verdict) in [(0.0, FINE), (0.0005, FINE), (0.002, FIX), (0.3, FIX), (0.6, FINE)]
    {
        // A cosine is cut at its top.
        let mut samples = sine(480.0, -10.0, TAU / 4.0, 6.0);
        let at = frames(3.0);
        samples[at..at + frames(length_s)].fill(0.0);
        let row = judged(Check::Dropouts, &check(&samples, &samples), verdict);
        if verdict == FIX {
            let place = row.places[0];
            assert_eq!((place.start, place.end), (at as u64, (at + frames(length_s)) as u64));
        }
    }
    // A pause that is faded is none.
    let edge = frames(0.01) as f32;
    let mut faded = sine(480.0, -10.0, 0.0, 2.0);
    faded.iter_mut().rev().zip(0..480).for_each(|(x, n)| *x *= n as f32 / edge);
    let back: Vec<f32> = faded.iter().rev().copied().collect();
    let samples = [faded, silence(0.1), back].concat();
    let _row = judged(Check::Dropouts, &check(&samples, &samples), FINE);
}

#[test]
fn dsp19_head_silence() {
    let cases = [(0.0, CONSIDER), (0.05, CONSIDER), (0.15, FINE), (1.9, FINE), (2.1, CONSIDER)];
    for (length_s, verdict) in cases {
        let samples = [silence(length_s), sine(1000.0, -10.0, 0.0, 3.0)].concat();
        let row = judged(Check::HeadSilence, &check(&samples, &samples), verdict);
        near(&row, length_s, 0.002);
    }
}

#[test]
fn dsp19_head_that_starts_mid_wave() {
    for (level, verdict) in [(-61.0, FINE), (-59.0, FIX), (-6.0, FIX)] {
        let mut samples = sine(1000.0, -6.0, 0.0, 3.0);
        samples[0] = gain(level) as f32;
        near(&judged(Check::CutHead, &check(&silence(3.0), &samples), verdict), level, 0.01);
    }
}

#[test]
fn dsp19_tail_that_is_cut() {
    for (level, verdict) in [(-71.0, FINE), (-69.0, CONSIDER), (-51.0, CONSIDER), (-49.0, FIX)] {
        let samples = [sine(1000.0, -10.0, 0.0, 3.0), sine(1000.0, level, 0.0, 0.06)].concat();
        near(&judged(Check::CutTail, &check(&samples, &samples), verdict), level, 0.01);
    }
    let samples = [sine(1000.0, -10.0, 0.0, 3.0), silence(0.049)].concat();
    let _row = judged(Check::CutTail, &check(&samples, &samples), FIX);
    // A bounce adds silence; a tail that rings out into it is fine.
    let padded = [sine(1000.0, -20.0, 0.0, 3.0003), silence(0.5)].concat();
    let row = judged(Check::CutTail, &check(&padded, &padded), FIX);
    near(&row, -20.0, 0.01);
    assert_eq!(row.places[0].end, frames(3.0003) as u64);
    let mut rings = [sine(1000.0, -20.0, 0.0, 3.0), silence(0.5)].concat();
    let decay = |n: usize| (-6.91 * n as f64 / frames(0.5) as f64) as f32;
    rings.iter_mut().enumerate().for_each(|(n, x)| *x *= decay(n).exp());
    let _row = judged(Check::CutTail, &check(&rings, &rings), FINE);
    let fade = frames(0.2);
    let mut faded = [sine(1000.0, -8.0, 0.0, 3.0), silence(0.5)].concat();
    let (start, end) = (frames(3.0) - fade, frames(3.0));
    faded[start..end].iter_mut().rev().enumerate().for_each(|(n, x)| *x *= n as f32 / fade as f32);
    let _row = judged(Check::CutTail, &check(&faded, &faded), FINE);
}
