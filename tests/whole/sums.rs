//! What the mix does to the samples: sums, trims, pans, and the rounding into a file.

use serde_json::json;
use twobus_media::SampleFormat::{Float32, Int24};

use crate::support::{FULL_24, Planar, Studio, assert_same, db, frames, padded, stereo_noise};

/// The f64 sum of `stems` in their order, one channel after the other.
fn sum(stems: &[Planar]) -> Vec<Vec<f64>> {
    let of_channel = |channel: usize| {
        let length = stems[0][channel].len();
        (0..length).map(|i| stems.iter().map(|stem| f64::from(stem[channel][i])).sum()).collect()
    };
    (0..stems[0].len()).map(of_channel).collect()
}

/// A tail of silence belongs to every print.
fn rounded(sum: &[Vec<f64>], like: &Planar, round: impl Fn(f64) -> f32) -> Planar {
    let channels = sum.iter().zip(like);
    let round = |x: &f64| round(*x);
    channels
        .map(|(sum, like)| padded(&sum.iter().map(round).collect::<Vec<_>>(), like.len()))
        .collect()
}

#[test]
fn e1_e2_64_tracks_of_noise_are_their_f64_sum_rounded_once_to_f32() {
    let stems: Vec<Planar> = (0..64).map(|seed| stereo_noise(seed, 0.9, frames(0.5))).collect();
    let studio = Studio::with_stems(Int24, &stems);
    let print = studio.print("--format wav32f");
    assert_same(&print, &rounded(&sum(&stems), &print, |x| x as f32));
}

#[test]
fn e1_64_tracks_of_noise_are_their_f64_sum_rounded_once_to_24_bit() {
    let quiet = |stem: Planar| -> Planar {
        stem.iter().map(|channel| channel.iter().map(|x| x / 64.0).collect()).collect()
    };
    let stems: Vec<Planar> =
        (0..64).map(|seed| quiet(stereo_noise(seed, 0.9, frames(0.5)))).collect();
    let studio = Studio::with_stems(Float32, &stems);
    let print = studio.print("--format wav24 --no-dither");
    let step = |x: f64| ((x * FULL_24 + 0.5).floor() / FULL_24) as f32;
    assert_same(&print, &rounded(&sum(&stems), &print, step));
}

#[test]
fn e2_noise_against_its_negative_in_32_pairs_is_exactly_silent() {
    let mut stems: Vec<Planar> = (0..32).map(|seed| stereo_noise(seed, 0.9, frames(0.2))).collect();
    let negative = |stem: &Planar| -> Planar {
        stem.iter().map(|channel| channel.iter().map(|x| -x).collect()).collect()
    };
    let negatives: Vec<Planar> = stems.iter().rev().map(negative).collect();
    stems.extend(negatives);
    let studio = Studio::with_stems(Int24, &stems);
    let print = studio.print("--format wav32f");
    assert!(print.iter().flatten().all(|x| *x == 0.0));
}

#[test]
fn e10_24_db_up_before_a_linear_device_and_down_after_it_null_below_minus_130_db() {
    let stem = stereo_noise(1, 0.9, frames(0.5));
    let studio = Studio::with_stems(Int24, std::slice::from_ref(&stem));
    let utility = json!({"id": 1, "kind": "utility", "bypass": false, "values": {}});
    studio.apply(&json!([
        {"strip": {"song": 1, "strip": 1, "change": {"trim": 24.0}}},
        {"strip": {"song": 1, "strip": 1, "change": {"inserts": {"add": {"item": utility}}}}},
        {"strip": {"song": 1, "strip": 1, "change": {"fader": -24.0}}},
    ]));
    let print = studio.print("--format wav32f");
    let difference = print.iter().zip(&stem).flat_map(|(out, x)| out.iter().zip(x));
    let largest = difference
        .fold(0.0_f64, |largest, (out, x)| largest.max((f64::from(*out) - f64::from(*x)).abs()));
    assert!(db(largest) <= -130.0, "{}", db(largest));
}

#[test]
fn f2_pan_laws_of_a_mono_file_hold_within_0_01_db() {
    let studio = Studio::with_stems(Float32, &[vec![vec![0.5; frames(0.1)]]]);
    let half = 0.5_f64.sqrt();
    let laws = [
        ("balance", 1.0),
        ("constant-power", half),
        ("compromise", half.powf(1.5)),
        ("constant-sum", 0.5),
    ];
    for (law, centre) in laws {
        for (pan, wanted) in [(0.0, [centre; 2]), (-100.0, [1.0, 0.0]), (100.0, [0.0, 1.0])] {
            studio.apply(&json!([
                {"project": {"pan-law": law}},
                {"strip": {"song": 1, "strip": 1, "change": {"pan": pan}}},
            ]));
            let print = studio.print("--format wav32f");
            for (channel, wanted) in wanted.into_iter().enumerate() {
                let gain = f64::from(print[channel][2000]) / 0.5;
                let close = gain == wanted || (db(gain) - db(wanted)).abs() <= 0.01;
                assert!(close, "{law} at {pan}: {gain}, not {wanted}");
            }
        }
    }
}
