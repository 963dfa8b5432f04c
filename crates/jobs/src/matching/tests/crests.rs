//! Dynamics by their sound: crests are measured again behind the chain.

use twobus_analysis::matching::Compression;
use twobus_dsp::DeviceKind;

use super::*;

const DYNAMICS: Amounts = Amounts { dynamics: 1.0, ..Amounts::NONE };

/// `song` through devices, block by block.
fn through(song: &[Vec<f32>; 2], chain: &[Device], rate_hz: u32) -> [Vec<f32>; 2] {
    let [mut left, mut right] = song.clone();
    for device in chain {
        let mut processor = device.kind.build(&device.values, f64::from(rate_hz));
        for (left, right) in left.chunks_mut(512).zip(right.chunks_mut(512)) {
            processor.process(left, right);
        }
    }
    [left, right]
}

/// `song` with its peaks held down: by a limiter of `drive_db`.
fn dense(song: &[Vec<f32>; 2], drive_db: f64) -> [Vec<f32>; 2] {
    let mut limiter = Device::new(twobus_session::DeviceId(1), DeviceKind::Limiter);
    for (id, value) in [("drive", drive_db), ("ceiling", -6.0)] {
        limiter.values[limiter.kind.param(id).unwrap()] = value;
    }
    through(song, &[limiter], RATE_HZ)
}

/// The differences of crests that are to be taken away, and what is left of them when the song that comes out is
/// matched again; and the first match.
fn gaps(
    song: &[Vec<f32>; 2],
    rate_hz: u32,
    reference: &Path,
    amounts: Amounts,
) -> (Vec<[f64; 2]>, Matched) {
    let folder = tempfile::tempdir().unwrap();
    let options = MatchOptions { amounts, ..MatchOptions::default() };
    let own = write(folder.path(), "own.wav", rate_hz, song);
    let first = matched(&own, reference, &options);
    let after = through(song, &first.chain, rate_hz);
    let behind = write(folder.path(), "behind.wav", rate_hz, &after);
    let second = matched(&behind, reference, &options);
    let wanted = first.reference.as_ref().unwrap().crest_db;
    let gap =
        |found: &Matched, band: usize| found.song.crest_db[band].unwrap() - wanted[band].unwrap();
    let both = |band: usize| [gap(&first, band), gap(&second, band)];
    println!("{:#?}", first.decisions.iter().map(|d| &d.text).collect::<Vec<_>>());
    let gaps = (0..wanted.len()).map(both).collect();
    println!("{gaps:.2?}");
    (gaps, first)
}

/// Asserts that every difference falls by half, or that it is told by how much it does.
fn assert_nearer(gaps: &[[f64; 2]], found: &Matched) {
    let refused = found
        .decisions
        .iter()
        .filter(|decision| decision.area == Area::Dynamics && decision.verdict == Verdict::Refused);
    let mut short = 0;
    for [before, after] in gaps.iter().filter(|[before, _]| *before >= 1.0) {
        assert!(after < before, "{before} dB became {after}");
        short += usize::from(*after > 0.5 * before);
        assert!(*after > -0.7, "too far: {before} dB became {after}");
    }
    assert!(short <= refused.count(), "{gaps:.2?}: {:#?}", found.decisions);
}

/// A dense reference: every band comes nearer, and where the cap leaves more than half, that is told.
#[test]
fn m17_dynamics_bring_crests_nearer_or_say_what_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let song = music(0.5, 0.5);
    let reference = write(folder.path(), "dense.wav", RATE_HZ, &dense(&song, 9.0));
    let (gaps, found) = gaps(&song, RATE_HZ, &reference, DYNAMICS);
    assert!(found.proposal.compression.is_some());
    assert_nearer(&gaps, &found);
}

#[test]
fn m17_no_compressor_of_a_match_takes_more_than_3_db() {
    let folder = tempfile::tempdir().unwrap();
    let song = music(0.5, 0.6);
    let reference = write(folder.path(), "dense.wav", RATE_HZ, &dense(&music(1.2, 0.3), 24.0));
    for amounts in [DYNAMICS, Amounts::FULL] {
        let (_, found) = gaps(&song, RATE_HZ, &reference, amounts);
        assert!(matches!(found.proposal.compression, Some(Compression::Bands { .. })));
        assert_at_most_3_db(&song, &found);
        // More is wanted than the cap allows, and that is said.
        let told = |d: &Decision| d.verdict == Verdict::Refused && d.text.contains("of crest");
        assert!(found.decisions.iter().any(told), "{:#?}", found.decisions);
    }
    // The assistant's compressor of everything.
    let own = write(folder.path(), "own.wav", RATE_HZ, &song);
    let loud = MatchOptions { loudness_lufs: Some(-9.0), assist: true, ..MatchOptions::default() };
    let found = match_reference(&own, &[], &loud, &Progress::new()).unwrap();
    assert!(matches!(found.proposal.compression, Some(Compression::Whole { .. })));
    assert_at_most_3_db(&song, &found);
}

/// Asserts what the compressors of a match take away, block by block.
fn assert_at_most_3_db(song: &[Vec<f32>; 2], found: &Matched) {
    let [mut left, mut right] = song.clone();
    let mut most = 0.0_f32;
    for device in &found.chain {
        let mut processor = device.kind.build(&device.values, f64::from(RATE_HZ));
        for (left, right) in left.chunks_mut(64).zip(right.chunks_mut(64)) {
            processor.process(left, right);
            most = most.max(processor.gain_reduction_db());
        }
    }
    println!("{most:.3} dB");
    assert!(most > 0.3 && f64::from(most) <= MAX_REDUCTION_DB + 0.001, "{most} dB");
}

#[test]
fn m17_dynamics_that_a_reference_has_more_of_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let song = music(0.5, 0.5);
    let own = write(folder.path(), "soft.wav", RATE_HZ, &music(0.5, 0.1));
    let reference = write(folder.path(), "song.wav", RATE_HZ, &song);
    let options = MatchOptions { amounts: DYNAMICS, ..MatchOptions::default() };
    let found = matched(&own, &reference, &options);
    assert_eq!(found.proposal.compression, None);
    let told = |d: &Decision| d.text.contains("nothing here brings back");
    assert!(found.decisions.iter().any(told), "{:#?}", found.decisions);
}

/// The demo's stems beside its reference.
#[test]
fn m17_dynamics_of_music_come_nearer() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../projects");
    let (song, rate_hz) = stems();
    let (gaps, found) = gaps(&song, rate_hz, &root.join("reference/Lost Islands.mp3"), DYNAMICS);
    assert!(found.proposal.compression.is_some());
    assert_nearer(&gaps, &found);
}
