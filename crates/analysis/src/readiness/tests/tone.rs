//! Bands, offset, noise and hum.

use super::*;
use crate::readiness::spectra::third_hz;

#[test]
fn dsp19_subsonic_energy() {
    for (level, verdict) in [(-31.0, FINE), (-29.0, CONSIDER), (-21.0, CONSIDER), (-19.0, STRONG)] {
        let samples = sum(&sine(1000.0, -10.0, 0.0, 10.0), &sine(15.0, -10.0 + level, 0.0, 10.0));
        near(&judged(Check::Subsonic, &check(&samples, &samples), verdict), level, 0.1);
    }
    // An offset is none, nor is a low bass.
    let samples: Vec<f32> = sine(41.2, -10.0, 0.0, 10.0).iter().map(|x| x + 0.05).collect();
    let _row = judged(Check::Subsonic, &check(&samples, &samples), FINE);
}

#[test]
fn dsp19_subsonic_energy_is_told_where_it_is() {
    let mut rumble = silence(10.0);
    rumble.extend(sine(15.0, -30.0, 0.0, 6.0));
    rumble.extend(silence(8.0));
    let samples = sum(&sine(1000.0, -10.0, 0.0, 24.0), &rumble);
    let row = judged(Check::Subsonic, &check(&samples, &samples), CONSIDER);
    // A window of 3 s is found as soon as a tenth of it rumbles.
    let [place] = row.places[..] else { panic!("{row:?}") };
    assert!((frames(7.0)..=frames(10.0)).contains(&(place.start as usize)), "{row:?}");
    assert!((frames(16.0)..=frames(19.0)).contains(&(place.end as usize)), "{row:?}");
}

/// A spectrum that falls by 3 dB an octave, 8 lines a third, with `octave_db` on the three thirds
/// from `first` on.
fn tilted(first: usize, octave_db: f64) -> Vec<f32> {
    let mut samples = silence(2.0);
    for third in 0..spectra::THIRDS - 1 {
        let (low, high) = third_hz(third);
        let bump = if (first..first + 3).contains(&third) { octave_db } else { 0.0 };
        for line in 0..8 {
            let hz = low * (high / low).powf((f64::from(line) + 0.5) / 8.0);
            let phase = f64::from(line * line) * 1.7 + third as f64;
            samples = sum(&samples, &sine(hz, -42.0 + bump, phase, 2.0));
        }
    }
    samples
}

#[test]
fn dsp19_tonal_balance_an_octave_that_stands_out() {
    // Thirds 10 to 12 are 224 to 447 Hz.
    let cases = [(9, 5.5, FINE), (10, 6.5, CONSIDER), (10, 8.5, CONSIDER), (10, 9.5, STRONG)];
    for (first, octave_db, verdict) in cases {
        let samples = tilted(first, octave_db);
        let row = judged(Check::TonalBalance, &check(&samples, &samples), verdict);
        near(&row, octave_db, 0.4);
        let band = row.band_hz.unwrap();
        assert!((band.0 / third_hz(first).0 - 1.0).abs() < 1e-9, "{row:?}");
    }
    // One tone has no balance.
    let samples = sine(1000.0, -10.0, 0.0, 2.0);
    assert_eq!(row_of(&check(&samples, &samples), Check::TonalBalance).value, None);
}

#[test]
fn dsp19_sibilance() {
    for (level, verdict) in [(-3.2, FINE), (-2.8, CONSIDER), (0.8, CONSIDER), (1.2, STRONG)] {
        // Where it hisses, and before that without.
        let voice = sine(2000.0, -20.0, 0.0, 12.0);
        let mut hiss = silence(6.0);
        hiss.extend(sine(7000.0, -20.0 + level, 0.0, 6.0));
        let samples = sum(&voice, &hiss);
        let row = judged(Check::Sibilance, &check(&samples, &samples), verdict);
        near(&row, level, 0.05);
        assert!(row.places.iter().all(|place| place.start >= frames(5.8) as u64), "{row:?}");
    }
}

#[test]
fn dsp19_dc_offset() {
    for (level, verdict) in [(-60.2, FINE), (-59.8, CONSIDER), (-46.2, CONSIDER), (-45.8, STRONG)] {
        let clean = sine(1000.0, -12.0, 0.0, 4.0);
        let offset: Vec<f32> = clean.iter().map(|x| x - gain(level) as f32).collect();
        let row = judged(Check::DcOffset, &check(&clean, &offset), verdict);
        near(&row, level, 0.05);
        assert_eq!(row.places.is_empty(), verdict == FINE);
    }
}

/// Music between two pauses of 3 s.
fn between(pause: &[f32]) -> Vec<f32> {
    let music = sine(1000.0, -12.0, 0.0, 6.0);
    [pause, &music, pause].concat()
}

#[test]
fn dsp19_noise_floor() {
    for (level, verdict) in [(-70.5, FINE), (-69.5, CONSIDER), (-55.5, CONSIDER), (-54.5, STRONG)] {
        // A sine of 1 kHz passes the A-weighting unchanged; its RMS is 3 dB below its peak.
        let samples = between(&sine(1000.0, level + 3.01, 0.0, 3.0));
        near(&judged(Check::NoiseFloor, &check(&samples, &samples), verdict), level, 0.1);
    }
}

#[test]
fn dsp19_noise_floor_needs_a_pause_with_something_steady() {
    let music = sine(1000.0, -12.0, 0.0, 6.0);
    assert_eq!(judged(Check::NoiseFloor, &check(&music, &music), FINE).value, None);
    // A tail that rings out over 6 s is none.
    let ringing: Vec<f32> = sine(1000.0, -12.0, 0.0, 6.0)
        .iter()
        .enumerate()
        .map(|(n, x)| x * gain(-60.0 * n as f64 / frames(3.0) as f64) as f32)
        .collect();
    let samples = [music, ringing].concat();
    let _row = judged(Check::NoiseFloor, &check(&samples, &samples), FINE);
}

#[test]
fn dsp19_noise_floor_hum_lines() {
    // White noise of −60 dBFS has 2.5/24000 of its power in each bin.
    let floor_dbfs = -60.0 - 10.0 * (24_000.0_f64 / 2.5).log10();
    for hz in [50.0, 60.0, 150.0] {
        for (over_db, verdict) in [(-100.0, FINE), (15.0, FINE), (25.0, STRONG)] {
            let noise = scaled(&noise(3, frames(3.0)), -60.0 + 4.77);
            let line = sine(hz, floor_dbfs + over_db + 3.01, 0.0, 3.0);
            let samples = between(&sum(&noise, &line));
            let row = judged(Check::Hum, &check(&samples, &samples), verdict);
            assert_eq!(row.band_hz.is_some(), verdict == STRONG);
            // In the pause before the music, or in that after it.
            let pauses = [(0, frames(3.4)), (frames(8.6), frames(12.0))];
            let within = |(from, to): (usize, usize)| {
                row.places.iter().all(|p| p.start as usize >= from && p.end as usize <= to)
            };
            assert!(pauses.into_iter().any(within), "{row:?}");
            assert_eq!(row.places.is_empty(), verdict == FINE);
            if verdict == STRONG {
                assert_eq!(row.band_hz, Some((hz, hz)));
                near(&row, over_db, 4.0);
            }
        }
    }
}
