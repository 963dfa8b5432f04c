//! Programmes of several types, made here: none has a pause at its begin.

use std::f64::consts::TAU;

use crate::{Random, Stereo, both};

pub(crate) const RATE_HZ: f64 = 48_000.0;

/// Name and signal of each type.
pub(crate) fn programmes(time_s: f64) -> [(&'static str, Stereo); 5] {
    [
        ("steady pink noise", pink(time_s)),
        ("drums", drums(time_s)),
        ("speech", speech(time_s)),
        ("chords that swell", chords(time_s)),
        ("a quiet verse, a loud chorus", song(time_s)),
    ]
}

fn times(time_s: f64) -> impl Iterator<Item = f64> {
    (0..(time_s * RATE_HZ) as usize).map(|n| n as f64 / RATE_HZ)
}

/// Pink noise by P. Kellet's sum of one-poles (musicdsp.org, 1999).
pub(crate) fn pink(time_s: f64) -> Stereo {
    let mut random = Random::new(1);
    let mut poles = [0.0; 3];
    both(times(time_s).map(move |_| {
        let white = random.symmetric();
        let (keep, go) = ([0.997_65, 0.963, 0.57], [0.099_046, 0.296_516_4, 1.052_691_3]);
        (0..3).for_each(|i| poles[i] = keep[i] * poles[i] + go[i] * white);
        0.08 * (poles.iter().sum::<f64>() + 0.1848 * white)
    }))
}

/// Kick and snare, two hits each second.
fn drums(time_s: f64) -> Stereo {
    let mut random = Random::new(2);
    both(times(time_s).map(move |t| {
        let (kick, snare) = (t % 1.0, (t + 0.5) % 1.0);
        let low = (TAU * (60.0 * kick - 3.0 * (-40.0 * kick).exp())).sin() * (-9.0 * kick).exp();
        let noise = random.symmetric() * (-18.0 * snare).exp();
        0.7 * low + 0.6 * noise + 0.15 * (TAU * 190.0 * snare).sin() * (-14.0 * snare).exp()
    }))
}

/// Syllables of a low voice in groups, with breaths between.
fn speech(time_s: f64) -> Stereo {
    both(times(time_s).map(|t| {
        let syllable = (TAU * 3.1 * t).sin().max(0.0).powf(0.6);
        let phrase = if t % 4.0 < 3.1 { 1.0 } else { 0.0 };
        let pitch = 118.0 + 9.0 * (TAU * 0.45 * t).sin();
        let partials = (1..20).map(|h| {
            let h = f64::from(h);
            (TAU * pitch * h * t).sin() / h
                * (1.0 + 2.0 * (-((h * pitch - 700.0) / 300.0).powi(2)).exp())
        });
        0.22 * syllable * phrase * partials.sum::<f64>()
    }))
}

fn chords(time_s: f64) -> Stereo {
    both(times(time_s).map(|t| {
        let swell = 0.1 + 0.9 * (0.5 - 0.5 * (TAU * t / 5.0).cos());
        let notes = [220.0, 277.2, 329.6, 440.0].map(|hz| (TAU * hz * t).sin());
        0.2 * swell * notes.iter().sum::<f64>()
    }))
}

/// The first half 14 dB below the second.
fn song(time_s: f64) -> Stereo {
    let [loud, _] = pink(time_s);
    let [beat, _] = drums(time_s);
    let half = loud.len() / 2;
    both((0..loud.len()).map(move |n| {
        let level = if n < half { 0.2 } else { 1.0 };
        level * f64::from(loud[n] + beat[n])
    }))
}
