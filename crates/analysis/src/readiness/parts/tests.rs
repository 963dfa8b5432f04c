//! Mixes of which it is known who is to blame.

use std::f64::consts::TAU;

use twobus_session::readiness::{Cause, Check, Part, Readiness, Row, Verdict};
use twobus_session::{Role, StripId};

use super::super::{Checked, Checker, Coding, Material};
use super::{PartInfo, Parts};

const RATE_HZ: u32 = 48_000;
const SECONDS: f64 = 6.0;

type Stereo = [Vec<f64>; 2];

fn stereo(at: impl Fn(f64) -> [f64; 2]) -> Stereo {
    let frames = (SECONDS * f64::from(RATE_HZ)) as usize;
    let samples: Vec<[f64; 2]> = (0..frames).map(|n| at(n as f64 / f64::from(RATE_HZ))).collect();
    [0, 1].map(|channel: usize| samples.iter().map(|frame| frame[channel]).collect())
}

fn sine(hz: f64, level: f64) -> Stereo {
    stereo(|t| [10.0_f64.powf(level / 20.0) * (TAU * hz * t).sin(); 2])
}

fn add(to: &mut Stereo, more: &Stereo) {
    for (to, more) in to.iter_mut().zip(more) {
        to.iter_mut().zip(more).for_each(|(to, x)| *to += x);
    }
}

/// A mix of parts called A, B, C ...: its report with the causes, and its parts.
fn explained(parts: &[(Role, Stereo)]) -> (Readiness, Parts) {
    let name = |index: usize| char::from(b'A' + index as u8).to_string();
    let infos = parts.iter().enumerate().map(|(index, (role, _))| PartInfo {
        strip: StripId(index as u32 + 1),
        name: name(index),
        role: *role,
    });
    let mut meters = Parts::new(RATE_HZ, infos.collect());
    let mut sum = stereo(|_| [0.0; 2]);
    parts.iter().for_each(|(_, part)| add(&mut sum, part));
    let rounded = sum.map(|channel| channel.iter().map(|x| *x as f32).collect::<Vec<f32>>());
    let mut checker = Checker::new(Material { rate_hz: RATE_HZ, coding: Coding::Float });
    checker.push(&rounded[0], &rounded[1]);
    let Checked { mut readiness, .. } = checker.finish();
    // In runs that are no divisor of a hop.
    for start in (0..rounded[0].len()).step_by(1000) {
        let end = (start + 1000).min(rounded[0].len());
        for (index, (_, [left, right])) in parts.iter().enumerate() {
            meters.push(index, &left[start..end], &right[start..end]);
        }
        meters.advance();
    }
    meters.finish();
    meters.explain(&mut readiness);
    (readiness, meters)
}

/// The row of `check`, which must not be fine.
fn fault(readiness: &Readiness, check: Check) -> Row {
    let row = readiness.row(check).unwrap();
    assert_ne!(row.verdict, Verdict::Fine, "{row:?}");
    row.clone()
}

fn names(row: &Row) -> Vec<&str> {
    row.causes.iter().map(|cause| cause.name.as_str()).collect()
}

fn share(cause: &Cause) -> f64 {
    match cause.part {
        Part::ShareDb(share) => share,
        Part::Without(_) | Part::Alone(_) | Part::ClippedSamples(_) => panic!("{cause:?}"),
    }
}

#[test]
fn dsp19_causes_subsonic_energy_has_shares() {
    let clean = sine(440.0, -12.0);
    let mut rumble = sine(600.0, -12.0);
    add(&mut rumble, &sine(15.0, -20.0));
    // The other rumbles from 2 to 4 s, a third of the time with three times the power.
    let mut less = sine(700.0, -12.0);
    let at = |t: f64| if (2.0..4.0).contains(&t) { 3.0_f64.sqrt() * 0.05 } else { 0.0 };
    add(&mut less, &stereo(|t| [at(t) * (TAU * 17.5 * t).sin(); 2]));
    let (readiness, _) =
        explained(&[(Role::Keys, clean), (Role::Bass, rumble), (Role::Drums, less)]);
    let row = fault(&readiness, Check::Subsonic);
    // 4 to 1 in power.
    assert_eq!(names(&row), ["B", "C"]);
    assert!((share(&row.causes[0]) - 10.0 * 0.8_f64.log10()).abs() < 0.15, "{row:?}");
    assert!((share(&row.causes[1]) - 10.0 * 0.2_f64.log10()).abs() < 0.15, "{row:?}");
    let [place] = row.causes[1].places[..] else { panic!("{row:?}") };
    let seconds = [place.start, place.end].map(|frame| frame as f64 / f64::from(RATE_HZ));
    assert!((1.4..=2.2).contains(&seconds[0]) && (3.8..=4.4).contains(&seconds[1]), "{seconds:?}");
}

#[test]
fn dsp19_causes_low_mids_are_those_of_one_track() {
    // A spectrum that falls by 3 dB an octave, without and with what one track has too much of.
    let lines = |from: f64, to: f64, level: f64| {
        stereo(|t| {
            let count = ((to / from).log2() * 36.0) as i32;
            let line = |k: i32| {
                (TAU * from * 2.0_f64.powf(f64::from(k) / 36.0) * t + f64::from(k * k)).sin()
            };
            [10.0_f64.powf(level / 20.0) * (0..count).map(line).sum::<f64>(); 2]
        })
    };
    let everything = lines(25.0, 19_000.0, -50.0);
    let muddy = lines(224.0, 440.0, -42.0);
    let bright = lines(4000.0, 12_000.0, -55.0);
    let (readiness, _) =
        explained(&[(Role::Keys, everything), (Role::Guitar, muddy), (Role::Synth, bright)]);
    let row = fault(&readiness, Check::TonalBalance);
    let (low_hz, high_hz) = row.band_hz.unwrap();
    assert!(low_hz > 170.0 && high_hz < 580.0, "{row:?}");
    assert_eq!(names(&row)[0], "B");
    assert!(!names(&row).contains(&"C"), "{row:?}");
}

#[test]
fn dsp19_causes_who_is_out_of_phase_below_120_hz() {
    let kick = sine(60.0, -20.0);
    let bass = stereo(|t| [0.2 * (TAU * 80.0 * t).sin(), -0.15 * (TAU * 80.0 * t).sin()]);
    let keys = stereo(|t| [0.1 * (TAU * 900.0 * t).sin(), -0.1 * (TAU * 900.0 * t).sin()]);
    let (readiness, _) = explained(&[(Role::Drums, kick), (Role::Bass, bass), (Role::Keys, keys)]);
    let row = fault(&readiness, Check::LowEndPhase);
    assert_eq!(names(&row), ["B"]);
    let Part::Without(value) = row.causes[0].part else { panic!("{row:?}") };
    assert!((value - 1.0).abs() < 1e-3, "{row:?}");
}

#[test]
fn dsp19_causes_who_makes_the_correlation_fall() {
    let voice = sine(300.0, -20.0);
    let turned = stereo(|t| [0.3 * (TAU * 700.0 * t).sin(), -0.3 * (TAU * 700.0 * t).sin()]);
    let wide = stereo(|t| [0.05 * (TAU * 1100.0 * t).sin(), 0.05 * (TAU * 1200.0 * t).sin()]);
    let parts = [(Role::LeadVocal, voice), (Role::Synth, turned), (Role::Guitar, wide)];
    let (readiness, _) = explained(&parts);
    for check in [Check::Correlation, Check::OutOfPhase, Check::MonoLoss] {
        let row = fault(&readiness, check);
        assert_eq!(names(&row), ["B"], "{row:?}");
    }
    let mono = fault(&readiness, Check::MonoLoss);
    let Part::Without(loss) = mono.causes[0].part else { panic!("{mono:?}") };
    assert!((0.0..1.5).contains(&loss), "{mono:?}");
}

#[test]
fn dsp19_causes_offset_clicks_and_dropouts() {
    let clean = sine(220.0, -16.0);
    let offset = stereo(|t| [0.01 + 0.1 * (TAU * 330.0 * t).sin(); 2]);
    let mut clicking = sine(165.0, -18.0);
    for click in 0..5 {
        clicking[0][48_000 + click * 40_000] += 0.3;
    }
    let parts = [(Role::Keys, clean), (Role::Synth, offset), (Role::Bass, clicking)];
    let (readiness, _) = explained(&parts);
    let row = fault(&readiness, Check::DcOffset);
    assert_eq!(names(&row), ["B"]);
    assert_eq!(row.causes[0].part, Part::Alone(-40.0));
    let row = fault(&readiness, Check::Clicks);
    assert_eq!(names(&row), ["C"]);
    assert_eq!(row.causes[0].part, Part::Alone(5.0));
}

#[test]
fn dsp19_causes_who_ends_mid_tail_or_begins_mid_wave() {
    let ended = stereo(|t| [if t < 5.0 { 0.2 * (TAU * 220.0 * t).sin() } else { 0.0 }; 2]);
    let cut = stereo(|t| [0.1 * (TAU * 330.0 * t).cos(); 2]);
    let (readiness, _) = explained(&[(Role::Keys, ended), (Role::Strings, cut)]);
    assert_eq!(names(&fault(&readiness, Check::CutTail)), ["B"]);
    assert_eq!(names(&fault(&readiness, Check::CutHead)), ["B"]);
}

/// A bounce adds silence behind the last clip: what is cut is found all the same.
#[test]
fn dsp19_causes_who_breaks_off_though_silence_follows() {
    let until = |end_s: f64, hz: f64| {
        stereo(move |t| [if t < end_s { 0.1 * (TAU * hz * t).sin() } else { 0.0 }; 2])
    };
    let rings = stereo(|t| [0.2 * (-3.0 * t).exp() * (TAU * 220.0 * t).sin(); 2]);
    let parts = [(Role::Keys, rings), (Role::Strings, until(5.4107, 331.0))];
    let (readiness, _) = explained(&parts);
    let row = fault(&readiness, Check::CutTail);
    assert_eq!((row.verdict, names(&row)), (Verdict::Fix, vec!["B"]));
    let end = row.places[0].end as f64 / f64::from(RATE_HZ);
    assert!((end - 5.4107).abs() < 1e-3, "{end}");
    // Where others go on, it is worth a look.
    let [rings, _] = parts;
    let slow = stereo(|t| [0.2 * (-2.2 * t).exp() * (TAU * 220.0 * t).sin(); 2]);
    let (readiness, _) =
        explained(&[rings, (Role::Strings, until(3.0307, 331.0)), (Role::Synth, slow)]);
    let row = fault(&readiness, Check::CutTail);
    assert_eq!((row.verdict, names(&row)), (Verdict::Consider, vec!["B"]));
    assert!(row.value.is_some_and(|level| (level + 20.0).abs() < 3.0), "{row:?}");
    let place = row.causes[0].places[0];
    assert!((place.end as f64 / f64::from(RATE_HZ) - 3.0307).abs() < 1e-3, "{place:?}");
}

#[test]
fn dsp19_causes_noise_and_hum_in_the_pauses() {
    let song = |hz: f64| {
        stereo(move |t| [if (2.0..4.0).contains(&t) { 0.3 * (TAU * hz * t).sin() } else { 0.0 }; 2])
    };
    let mut humming = song(440.0);
    add(&mut humming, &sine(50.0, -50.0));
    let mut hissing = song(550.0);
    add(&mut hissing, &sine(3000.0, -62.0));
    let parts = [(Role::Keys, song(330.0)), (Role::Bass, humming), (Role::Guitar, hissing)];
    let (readiness, _) = explained(&parts);
    assert_eq!(names(&fault(&readiness, Check::NoiseFloor))[0], "C");
    assert_eq!(names(&fault(&readiness, Check::Hum)), ["B"]);
}

#[test]
fn dsp19_causes_who_hisses_and_who_leans() {
    let voice = sine(1500.0, -20.0);
    let mut sibilant = sine(2000.0, -24.0);
    add(&mut sibilant, &sine(7000.0, -14.0));
    let left = stereo(|t| [0.3 * (TAU * 1200.0 * t).sin(), 0.0]);
    let parts = [(Role::Keys, voice), (Role::LeadVocal, sibilant), (Role::Guitar, left)];
    let (readiness, _) = explained(&parts);
    // With the guitar there is enough in the middle.
    let (without_guitar, _) = explained(&parts[..2]);
    assert_eq!(names(&fault(&without_guitar, Check::Sibilance)), ["B"]);
    assert_eq!(names(&fault(&readiness, Check::ChannelBalance)), ["C"]);
}

#[test]
fn dsp19_causes_who_has_one_side_only() {
    let right = |hz: f64, level: f64| stereo(move |t| [0.0, level * (TAU * hz * t).sin()]);
    let mut both = sine(900.0, -70.0);
    both[1].fill(0.0);
    let parts =
        [(Role::Keys, right(300.0, 0.2)), (Role::Synth, right(500.0, 0.1)), (Role::Other, both)];
    let (readiness, _) = explained(&parts);
    let row = fault(&readiness, Check::DeadChannel);
    assert_eq!((row.verdict, names(&row)), (Verdict::Fix, vec!["A", "B"]));
}

#[test]
fn dsp19_causes_a_vocal_under_the_band_and_where() {
    // In the verse the voice is 2 dB above, in the chorus 8 dB under the band.
    let at = |level: f64| 10.0_f64.powf(level / 20.0);
    let voice = stereo(|t| [at(-20.0) * (TAU * 1000.0 * t).sin(); 2]);
    let band = stereo(|t| [at(if t < 3.0 { -22.0 } else { -12.0 }) * (TAU * 1000.0 * t).cos(); 2]);
    for (role, expected) in [(Role::LeadVocal, true), (Role::Keys, false)] {
        let parts = [(role, voice.clone()), (Role::Guitar, band.clone())];
        let (_, meters) = explained(&parts);
        let row = meters.vocal_level();
        assert_eq!(row.is_some(), expected);
        let Some(row) = row else { continue };
        assert_eq!(row.verdict, Verdict::Consider);
        assert_eq!(names(&row), ["A"]);
        // A window of 3 s that reaches 0.7 s into the chorus is under already.
        assert!(row.places[0].end >= 5 * 48_000 && row.places[0].start >= 33_600, "{row:?}");
    }
    let alone = explained(&[(Role::LeadVocal, voice)]).1;
    assert_eq!(alone.vocal_level(), None);
}
