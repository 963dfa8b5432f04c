//! The faults of one-pass loudness normalisers, none of which a master has: a gain that moves with the music without a
//! word, another rate, and material of a small loudness range that is refused.

use super::*;
use crate::output::Format;

/// Noise and a tone of one level from start to end: its loudness range is 0.
fn steady() -> [Vec<f32>; 2] {
    let [left, right] = music(0.5, 0.0);
    // The louder half of it, twice.
    let loud = |side: Vec<f32>| side[6 * RATE_HZ as usize..].repeat(2);
    [loud(left), loud(right)]
}

fn mastered(song: &[Vec<f32>; 2], loudness_lufs: f64) -> (crate::master::Mastered, [Vec<f32>; 2]) {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), "song.wav", RATE_HZ, song);
    let target = Target { loudness_lufs: Some(loudness_lufs), ..Target::default() };
    let options = MasterOptions { target, format: Format::Wav32f, ..MasterOptions::default() };
    let out = folder.path().join("master.wav");
    let done = master(&path, &out, &options, &Progress::new()).unwrap();
    let mut decoder = twobus_media::Decoder::open(&out).unwrap();
    assert_eq!(decoder.info().rate_hz, RATE_HZ, "the rate stays");
    let (mut block, mut samples) = (Vec::new(), [Vec::new(), Vec::new()]);
    while decoder.next(&mut block).unwrap() > 0 {
        samples.iter_mut().zip(&block).for_each(|(all, side)| all.extend_from_slice(side));
    }
    (done, samples)
}

#[test]
fn m17_loudnorm_a_master_is_one_static_gain_where_nothing_is_limited() {
    for song in [music(0.5, 0.3), steady()] {
        // A little quieter than it is, so that the limiter has nothing to do.
        let folder = tempfile::tempdir().unwrap();
        let path = write(folder.path(), "song.wav", RATE_HZ, &song);
        let own = crate::analyze::analyze(&path, &Progress::new()).unwrap().report;
        let goal = own.integrated_lufs.unwrap() - 1.0;
        let (done, samples) = mastered(&song, goal);
        let range = own.range_lu.unwrap();
        println!("range {range:.2} LU, reduction {:.3} dB", done.reduction_db);
        assert!((done.after.integrated_lufs.unwrap() - goal).abs() <= 0.1);
        assert!(done.reduction_db == 0.0 && !done.capped);
        let gain = Db(done.drive_db + done.verify_trim_db).to_gain();
        assert_eq!(samples[0].len(), song[0].len());
        for (after, before) in samples.iter().flatten().zip(song.iter().flatten()) {
            let off = f64::from(*after) - gain * f64::from(*before);
            assert!(off.abs() <= 1e-6, "{off} beside one gain");
        }
    }
}

#[test]
fn m17_loudnorm_a_range_below_1_lu_is_as_good_as_any() {
    let song = steady();
    let (done, _) = mastered(&song, -20.0);
    assert!(done.after.range_lu.unwrap() < 1.0);
    assert!((done.after.integrated_lufs.unwrap() + 20.0).abs() <= 0.1);
}

#[test]
fn m17_loudnorm_what_one_gain_cannot_do_is_said_and_no_other_mode_takes_its_place() {
    let song = music(0.5, 0.6);
    let (done, _) = mastered(&song, -6.0);
    assert!(done.capped && done.reduction_db <= Target::default().max_reduction_db + 0.05);
    assert!(done.after.integrated_lufs.unwrap() < -6.5, "it stops where the cap is");
    assert!(done.notes.iter().any(|note| note.contains("reduction")), "{:?}", done.notes);
}
