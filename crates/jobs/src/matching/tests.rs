//! Files that are matched: what is proposed holds when it is heard, at every rate.

use std::path::Path;

use tempfile::TempDir;
use twobus_media::{AudioWriter, Container, Converter, SampleFormat, WriteSpec};

use super::*;
use crate::master::{MasterOptions, master};
use twobus_analysis::matching::Verdict;

mod crests;
mod loudnorm;

const RATE_HZ: u32 = 48_000;

/// Twelve seconds of a beat, a bass, a chord and air, with a chorus; `bright` is how much of the air is high.
fn music(bright: f64, kick: f64) -> [Vec<f32>; 2] {
    let mut state = 7_u64;
    let mut noise = move || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / (1_u64 << 30) as f64 - 1.0
    };
    let mut low = [0.0; 2];
    let mut song = [Vec::new(), Vec::new()];
    for frame in 0..12 * RATE_HZ {
        let t = f64::from(frame) / f64::from(RATE_HZ);
        let level = if t > 5.0 { 1.0 } else { 0.5 };
        let beat = (2.0 * t).fract() / 2.0;
        let sine = |hz: f64| (std::f64::consts::TAU * hz * t).sin();
        let middle = kick * (-20.0 * beat).exp() * (std::f64::consts::TAU * 55.0 * beat).sin()
            + 0.1 * sine(73.0)
            + 0.04 * sine(146.0)
            + 0.03 * sine(440.0)
            + 0.02 * sine(1330.0);
        for (channel, out) in song.iter_mut().enumerate() {
            let white = noise();
            low[channel] += 0.1 * (white - low[channel]);
            let air = 0.1 * low[channel] + 0.03 * bright * (white - low[channel]);
            out.push((level * (middle + air)) as f32);
        }
    }
    song
}

fn write(folder: &Path, name: &str, rate_hz: u32, song: &[Vec<f32>; 2]) -> PathBuf {
    let path = folder.join(name);
    let (container, format) = (Container::Wav, SampleFormat::Float32);
    let spec =
        WriteSpec { container, format, rate_hz, channels: 2, broadcast: None, overwrite: true };
    let mut writer = AudioWriter::create(&path, &spec).unwrap();
    writer.write_floats(&[&song[0], &song[1]]).unwrap();
    let _ = writer.finish().unwrap();
    path
}

/// A folder with "song.wav" and a brighter "reference.wav" with less kick, 6 dB louder.
fn folder() -> (TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let song = write(folder.path(), "song.wav", RATE_HZ, &music(0.5, 0.3));
    let louder = music(1.2, 0.2).map(|side| side.iter().map(|x| 2.0 * x).collect());
    let reference = write(folder.path(), "reference.wav", RATE_HZ, &louder);
    (folder, song, reference)
}

fn one(path: &Path) -> Vec<ReferenceFile> {
    vec![ReferenceFile { path: path.to_owned(), weight: 1.0 }]
}

fn matched(song: &Path, reference: &Path, options: &MatchOptions) -> Matched {
    match_reference(song, &one(reference), options, &Progress::new()).unwrap()
}

#[test]
fn m17c_another_rate_changes_the_curve_by_at_most_0_2_db() {
    let (folder, song, reference) = folder();
    let options = MatchOptions::default();
    let plain = matched(&song, &reference, &options).proposal.curve;
    assert!(!plain.is_flat());
    let converted = |rate_hz: u32, samples: &[Vec<f32>; 2], name: &str| {
        let mut converter = Converter::new(RATE_HZ, rate_hz, 2);
        let mut out = vec![Vec::new(), Vec::new()];
        converter.push(&[&samples[0], &samples[1]], &mut out);
        converter.finish(&mut out);
        let right = out.pop().unwrap();
        write(folder.path(), name, rate_hz, &[out.pop().unwrap(), right])
    };
    let louder = music(1.2, 0.2).map(|side| side.iter().map(|x| 2.0 * x).collect());
    for rate_hz in [44_100, 96_000] {
        let other = converted(rate_hz, &louder, "converted.wav");
        let own = converted(rate_hz, &music(0.5, 0.3), "own.wav");
        for found in [matched(&song, &other, &options), matched(&own, &reference, &options)] {
            let curve = found.proposal.curve;
            for step in 0..240 {
                let hz = 20.0 * (f64::from(step) / 24.0).exp2();
                let level =
                    |curve: &twobus_analysis::matching::Curve| curve.db_at(hz) + curve.output_db;
                let gap = level(&curve) - level(&plain);
                assert!(
                    gap.abs() <= 0.2,
                    "{rate_hz}: {gap:.2} dB at {hz:.0} Hz: {curve:?}, {plain:?}"
                );
            }
        }
    }
}

#[test]
fn m17e_a_master_of_the_match_has_its_loudness_and_true_peak() {
    let (folder, song, reference) = folder();
    let found = matched(
        &song,
        &reference,
        &MatchOptions { max_reduction_db: 12.0, ..MatchOptions::default() },
    );
    let target = found.target.unwrap();
    let options = MasterOptions { chain: found.chain.clone(), target, ..MasterOptions::default() };
    let out = folder.path().join("master.wav");
    let done = master(&song, &out, &options, &Progress::new()).unwrap();
    let goal = target.loudness_lufs.unwrap();
    let reached = done.after.integrated_lufs.unwrap();
    assert!((reached - goal).abs() <= 0.3, "{reached}, not {goal}");
    assert!(done.after.true_peak.unwrap().value <= target.ceiling_dbtp + 0.02);
}

#[test]
fn m17e_more_than_3_db_of_limiting_is_refused_and_said() {
    let (_folder, song, reference) = folder();
    let options = MatchOptions { loudness_lufs: Some(-6.0), ..MatchOptions::default() };
    let found = matched(&song, &reference, &options);
    assert_eq!(found.target.unwrap().max_reduction_db, MAX_REDUCTION_DB);
    let refused = found.decisions.iter().find(|decision| {
        decision.area == Area::Loudness
            && decision.verdict == twobus_analysis::matching::Verdict::Refused
    });
    assert!(refused.unwrap().text.contains("3.0 dB is the most"), "{refused:?}");
}

#[test]
fn m17h_the_chain_leaves_the_song_as_loud_as_it_was() {
    let (_folder, song, reference) = folder();
    let found = matched(&song, &reference, &MatchOptions::default());
    assert!(!found.chain.is_empty());
    let progress = Progress::new();
    let behind = through(&song, &found.chain, (Db::UNITY, 0), &progress).unwrap();
    let before = found.song.integrated_lufs;
    assert!((behind.integrated_lufs - before).abs() <= 0.1, "{behind:?}, {before} before");
    assert!((behind.integrated_lufs - found.chain_lufs).abs() < 0.01);
    assert!((behind.true_peak_dbtp - found.chain_peak_dbtp).abs() < 0.05);
    // The reference, at the gain it is listened to with.
    let audition = Db(found.references[0].audition_db);
    let heard = profile(&reference, audition, &progress).unwrap().report.integrated_lufs.unwrap();
    assert!((heard - before).abs() <= 0.1, "{heard}");
}

#[test]
fn m17f_the_same_files_give_the_same_result() {
    let (_folder, song, reference) = folder();
    let text = || {
        let found = matched(&song, &reference, &MatchOptions::default());
        format!("{:?} {:?} {:?} {:?}", found.chain, found.target, found.decisions, found.reference)
    };
    assert_eq!(text(), text());
}

#[test]
fn m17_references_count_by_their_weights() {
    let (_folder, song, reference) = folder();
    let both = |weight: f64| {
        let files = [
            ReferenceFile { path: song.clone(), weight: 1.0 },
            ReferenceFile { path: reference.clone(), weight },
        ];
        match_reference(&song, &files, &MatchOptions::default(), &Progress::new()).unwrap()
    };
    let alone = matched(&song, &reference, &MatchOptions::default());
    let (little, much) = (both(0.001), both(1000.0));
    assert!(little.proposal.curve.is_flat() && little.target.is_none(), "{:?}", little.proposal);
    let lufs = |found: &Matched| found.target.unwrap().loudness_lufs.unwrap();
    assert!((lufs(&much) - lufs(&alone)).abs() <= 0.1);
    let half = (lufs(&both(1.0)) - alone.song.integrated_lufs)
        / (lufs(&alone) - alone.song.integrated_lufs);
    assert!((half - 0.5).abs() < 0.05, "{half}");
}

/// Numbers in a text, without their signs.
fn numbers(text: &str) -> Vec<f64> {
    let parts = text.split(|c: char| !(c.is_ascii_digit() || c == '.'));
    parts.filter_map(|part| part.trim_end_matches('.').parse().ok()).collect()
}

/// Whether a decision that was made names all of `figures`, and something measured besides.
fn is_told(found: &Matched, figures: &[f64]) -> bool {
    found.decisions.iter().filter(|d| d.verdict == Verdict::Done).any(|decision| {
        let mut there = numbers(&decision.text);
        let named = figures.iter().all(|figure| {
            let at =
                there.iter().position(|n| (n - figure.abs()).abs() <= 0.06 * figure.abs().max(1.0));
            at.map(|at| there.swap_remove(at)).is_some()
        });
        named && !there.is_empty()
    })
}

/// The values of `device` that are not as it begins, by the ids of their parameters.
fn set_values(device: &Device) -> Vec<(&'static str, f64)> {
    let values = device.kind.specs().iter().zip(device.values.iter());
    let changed = values.filter(|(spec, value)| spec.default != **value);
    changed.map(|(spec, value)| (spec.id, *value)).collect()
}

/// A folder with a song of hard hits and a narrow side, and a reference of soft ones and a wide side.
fn unlike() -> (TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let song = write(folder.path(), "song.wav", RATE_HZ, &music(0.5, 0.6));
    let [left, right] = music(0.8, 0.1);
    let sides = |sign: f32| -> Vec<f32> {
        let frames = left.iter().zip(&right);
        frames.map(|(l, r)| 0.5 * (l + r) + sign * 0.65 * (l - r)).collect()
    };
    let reference = write(folder.path(), "reference.wav", RATE_HZ, &[sides(1.0), sides(-1.0)]);
    (folder, song, reference)
}

/// Asserts that every setting of a match is told, and returns how many there are besides the bands.
fn all_told(found: &Matched) -> usize {
    let hertz = |hz: f64| if hz < 995.0 { hz } else { hz / 1000.0 };
    for band in &found.proposal.curve.bands {
        let figures = [band.gain_db, hertz(band.frequency_hz)];
        assert!(is_told(found, &figures), "{band:?}: {:#?}", found.decisions);
    }
    let (mut told, mut gain_db) = (0, 0.0);
    for device in &found.chain {
        for (id, value) in set_values(device) {
            let is_band = device.kind == twobus_dsp::DeviceKind::Equalizer && id.starts_with('b');
            // A switch says that a device has something to do, which its other values tell.
            let is_switch = ["on_", "auto_"].iter().any(|start| id.starts_with(start));
            if ["output", "makeup", "gain"].contains(&id) {
                gain_db += value;
            } else if !is_band && !is_switch {
                assert!(is_told(found, &[value]), "{id} {value}: {:#?}", found.decisions);
                told += 1;
            }
        }
    }
    assert!(gain_db.abs() < LEAST_TOLD_DB || is_told(found, &[gain_db]), "{gain_db} dB");
    told
}

#[test]
fn m17g_every_setting_has_a_decision_with_its_figure_and_a_measured_one() {
    let (_unlike, song, reference) = unlike();
    assert!(all_told(&matched(&song, &reference, &MatchOptions::default())) >= 2);
    let (_folder, song, reference) = folder();
    let found = matched(&song, &reference, &MatchOptions::default());
    let _others = all_told(&found);
    assert!(!found.proposal.curve.is_flat());
    for area in [Area::Tone, Area::Dynamics, Area::Width, Area::Loudness] {
        let mut of_area = found.decisions.iter().filter(|decision| decision.area == area);
        assert!(of_area.clone().count() > 0, "{area:?}");
        assert!(of_area.all(|d| d.text.ends_with('.') && !numbers(&d.text).is_empty()), "{area:?}");
    }
}

#[test]
fn m17_the_assistant_leaves_fine_material_alone_and_mends_what_is_not() {
    let (folder, song, _) = folder();
    let options = MatchOptions { assist: true, ..MatchOptions::default() };
    let alone = match_reference(&song, &[], &options, &Progress::new()).unwrap();
    assert!(alone.is_nothing(), "{:?}", alone.decisions);
    // Rumble, and a bass that is out of phase.
    let mut bad = music(0.5, 0.3);
    for frame in 0..bad[0].len() {
        let sine = |hz: f64| (std::f64::consts::TAU * hz * frame as f64 / f64::from(RATE_HZ)).sin();
        let (rumble, bass) = (0.3 * sine(23.0), 0.3 * sine(80.0));
        bad[0][frame] += (rumble + bass) as f32;
        bad[1][frame] += (rumble - bass) as f32;
    }
    let bad = write(folder.path(), "bad.wav", RATE_HZ, &bad);
    let mended = match_reference(&bad, &[], &options, &Progress::new()).unwrap();
    assert_eq!(mended.proposal.low_cut_hz, Some(25.0), "{:#?}", mended.decisions);
    assert_eq!(mended.proposal.mono_below_hz, Some(120.0));
    // A loudness that the limiter may not reach by itself.
    let loud = MatchOptions { loudness_lufs: Some(-12.0), ..options };
    let found = match_reference(&song, &[], &loud, &Progress::new()).unwrap();
    assert!(found.proposal.compression.is_some(), "{:#?}", found.decisions);
}

#[test]
fn m17_bad_references_are_refused_by_name() {
    let (folder, song, _) = folder();
    let silent =
        write(folder.path(), "silent.wav", RATE_HZ, &[vec![0.0; 48_000], vec![0.0; 48_000]]);
    let text = folder.path().join("notes.txt");
    std::fs::write(&text, "not audio").unwrap();
    let fails = |path: &Path, weight: f64| {
        let files = [ReferenceFile { path: path.to_owned(), weight }];
        let failed = match_reference(&song, &files, &MatchOptions::default(), &Progress::new());
        failed.unwrap_err().to_string()
    };
    assert!(fails(&silent, 1.0).contains("silent.wav: is silent"), "{}", fails(&silent, 1.0));
    assert!(fails(&text, 1.0).contains("notes.txt"));
    assert!(fails(&song, 0.0).contains("weight must be above 0"));
    let none = match_reference(&song, &[], &MatchOptions::default(), &Progress::new());
    assert!(none.unwrap_err().to_string().contains("--reference"));
}

/// The demo's stems as they are, added up, from 20 s on for 40 s; and their rate.
fn stems() -> ([Vec<f32>; 2], u32) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../projects/mdn-multitrack/stems");
    let (mut sum, mut rate_hz) = ([Vec::new(), Vec::new()], 0);
    for name in ["bassguitar", "clav", "drums", "horns", "leadguitar"] {
        let mut decoder = twobus_media::Decoder::open(&folder.join(format!("{name}.mp3"))).unwrap();
        rate_hz = decoder.info().rate_hz;
        let (from, end) = (20 * rate_hz as usize, 60 * rate_hz as usize);
        let (mut block, mut at) = (Vec::new(), 0);
        while at < end && decoder.next(&mut block).unwrap() > 0 {
            let frames = block[0].len();
            for (channel, sum) in sum.iter_mut().enumerate() {
                sum.resize(end - from, 0.0);
                let stem = block.get(channel).unwrap_or(&block[0]);
                let inside =
                    stem.iter().enumerate().filter(|(n, _)| (from..end).contains(&(at + n)));
                inside.for_each(|(n, x)| sum[at + n - from] += 0.3 * x);
            }
            at += frames;
        }
    }
    (sum, rate_hz)
}

#[test]
fn m17b_a_known_curve_is_found_on_the_demos_stems() {
    let (song, rate_hz) = stems();
    let folder = tempfile::tempdir().unwrap();
    let own = write(folder.path(), "stems.wav", rate_hz, &song);
    let mut equalizer = Device::new(twobus_session::DeviceId(1), twobus_dsp::DeviceKind::Equalizer);
    // Low shelf, bell, high shelf; the others are at rest.
    for (id, value) in [
        ("b2_freq", 110.0),
        ("b2_gain", 3.5),
        ("b5_freq", 1800.0),
        ("b5_gain", -4.0),
        ("b7_gain", 5.0),
    ] {
        let param = equalizer.kind.param(id).unwrap();
        equalizer.values[param] = value;
    }
    let [mut left, mut right] = song;
    let mut processor = equalizer.kind.build(&equalizer.values, f64::from(rate_hz));
    processor.process(&mut left, &mut right);
    let reference = write(folder.path(), "reference.wav", rate_hz, &[left, right]);
    let found = matched(&own, &reference, &MatchOptions::default());
    let mut values = twobus_dsp::param::Values::new(twobus_dsp::eq::SPECS);
    for (param, value) in equalizer.values.iter().enumerate() {
        let _changed = values.set(param, *value);
    }
    let known = twobus_dsp::eq::curve::Curve::new(&values, &[0.0; 8], 0, f64::from(rate_hz));
    let louder = found.references[0].traits.integrated_lufs - found.song.integrated_lufs;
    let curve = &found.proposal.curve;
    // To 14 kHz: the stems are MP3s, which end at 16 kHz, and what ends is not boosted there.
    for step in 0..=203 {
        let hz = 40.0 * (f64::from(step) / 24.0).exp2();
        let gap = curve.db_at(hz) + curve.output_db - known.db_at(hz) + louder;
        assert!(gap.abs() <= 0.5, "{gap:.2} dB off at {hz:.0} Hz: {curve:?}");
    }
}
