//! What a mix without devices adds up to.

use twobus_dsp::{Db, DeviceKind};
use twobus_session::{
    AuxSend, Bus, BusKind, Device, DeviceId, Output, SendId, Strip, StripId, Tap,
};

use crate::support::{Random, Scene, null_db, sine};

#[test]
fn e1_64_tracks_of_noise_are_their_64_bit_sum_bit_for_bit() {
    const FRAMES: usize = 1000;
    let mut random = Random::new(1);
    let mut scene = Scene::default();
    let (mut left, mut right) = (vec![0.0_f64; FRAMES], vec![0.0_f64; FRAMES]);
    for id in 1..=64 {
        let (l, r) = (random.noise(FRAMES), random.noise(FRAMES));
        left.iter_mut().zip(&l).for_each(|(sum, x)| *sum += f64::from(*x));
        right.iter_mut().zip(&r).for_each(|(sum, x)| *sum += f64::from(*x));
        let _ = scene.track(id, l, r);
    }
    assert_eq!(scene.bounce(FRAMES as u64), (left, right));
}

#[test]
fn e2_64_tracks_whose_exact_sum_is_zero_are_silent() {
    let mut random = Random::new(2);
    let mut scene = Scene::default();
    for pair in 0..32 {
        let noise = random.noise(500);
        let inverted: Vec<f32> = noise.iter().map(|x| -x).collect();
        let _ = scene.track(2 * pair + 1, noise.clone(), noise);
        let _ = scene.track(2 * pair + 2, inverted.clone(), inverted);
    }
    // The pairs apart, so that the sum passes through large values on its way.
    scene.mix.tracks.sort_by_key(|track| (track.strip.id.0 % 2, track.strip.id.0 * 7 % 64));
    let (left, right) = scene.bounce(500);
    assert!(left.iter().chain(&right).all(|&x| x == 0.0));
}

#[test]
fn e10_24_db_up_and_24_db_down_is_nothing() {
    let noise = Random::new(3).noise(5000);
    let mut scene = Scene::default();
    let strip = scene.track(1, noise.clone(), noise.clone());
    strip.trim = Db(24.0);
    strip.inserts.push(Device::new(DeviceId(1), DeviceKind::Utility));
    let mut down = Device::new(DeviceId(2), DeviceKind::Utility);
    down.values[0] = -24.0;
    strip.inserts.push(down);
    let (left, _) = scene.bounce(5000);
    let dry: Vec<f64> = noise.iter().map(|&x| f64::from(x)).collect();
    assert!(null_db(&left, &dry) <= -130.0, "{}", null_db(&left, &dry));
}

#[test]
fn f6_polarity_is_exact_negation_and_mute_exact_silence() {
    let noise = Random::new(4).noise(1000);
    let mut scene = Scene::default();
    scene.track(1, noise.clone(), noise.clone()).invert = true;
    let (left, _) = scene.bounce(1000);
    assert!(left.iter().zip(&noise).all(|(y, x)| *y == -f64::from(*x)));
    scene.mix.tracks[0].strip.mute = true;
    let (left, _) = scene.bounce(1000);
    assert!(left.iter().all(|&x| x == 0.0));
}

// track ──► mix bus
//   └─ send ──► return (fader down; its pre-fader send) ──► nowhere
#[test]
fn f7_send_levels_are_exact_before_and_after_the_fader() {
    for (tap, fader) in [(Tap::Pre, Db(-7.3)), (Tap::Post, Db(-7.3)), (Tap::Pre, Db::SILENCE)] {
        let tone = sine(1000.0, 4800);
        let mut scene = Scene::default();
        let strip = scene.track(1, tone.clone(), tone.clone());
        strip.fader = fader;
        strip.output = Output::Nowhere;
        strip.sends.push(AuxSend {
            id: SendId(1),
            to: StripId(2),
            level: Db(-13.7),
            tap,
            off: false,
        });
        let bus = Bus { strip: Strip::new(StripId(2), "Plate"), kind: BusKind::Return };
        scene.mix.buses.push(bus);
        let (left, _) = scene.bounce(4800);
        let expected = Db(-13.7).0 + if tap == Tap::Post { fader.0 } else { 0.0 };
        let peak = left.iter().fold(0.0_f64, |peak, x| peak.max(x.abs()));
        let dry = tone.iter().fold(0.0_f64, |peak, x| peak.max(f64::from(x.abs())));
        assert!((Db::from_gain(peak / dry).0 - expected).abs() <= 0.001);
    }
}

#[test]
fn f2_a_panned_mono_track_obeys_the_law_in_the_mix() {
    let tone = sine(1000.0, 480);
    let mut scene = Scene::default();
    let _ = scene.track(1, tone.clone(), tone.clone());
    scene.mix.tracks[0].mono = true;
    scene.mix.tracks[0].strip.pan = -100.0;
    let (left, right) = scene.bounce(480);
    assert!(right.iter().all(|&x| x == 0.0));
    assert!(left.iter().zip(&tone).all(|(y, x)| *y == f64::from(*x)));
    scene.mix.tracks[0].strip.pan = 0.0;
    let (left, right) = scene.bounce(480);
    assert_eq!(left, right);
    assert!((Db::from_gain(left[12] / f64::from(tone[12])).0 + 3.0103).abs() < 0.01);
}

/// A slow sweep of a track's pan from left to right does not change its mono fold-down.
#[test]
fn f3_the_6_db_law_keeps_the_mono_sum_while_pink_noise_is_swept() {
    let frames = 96_000;
    let pink = pink_noise(frames);
    let mut scene = Scene::default();
    let _ = scene.track(1, pink.clone(), pink.clone());
    scene.mix.tracks[0].mono = true;
    scene.mix.tracks[0].strip.lanes.push(crate::automation::lane(
        twobus_session::LaneTarget::Pan,
        &[(0, -100.0), (frames as u64, 100.0)],
    ));
    let plan = scene.plan_with_law(twobus_dsp::pan::PanLaw::ConstantSum);
    let (left, right) =
        crate::support::bounce(&mut twobus_render::Renderer::new(plan), frames as u64);
    for window in 0..10 {
        let range = window * 9600..(window + 1) * 9600;
        let power = |samples: &mut dyn Iterator<Item = f64>| samples.map(|x| x * x).sum::<f64>();
        let folded =
            power(&mut left[range.clone()].iter().zip(&right[range.clone()]).map(|(l, r)| l + r));
        let dry = power(&mut pink[range].iter().map(|&x| f64::from(x)));
        assert!(Db::from_power(folded / dry).0.abs() <= 0.05);
    }
}

/// White noise through Paul Kellet's three-pole filter (musicdsp.org, "Pink noise filter", economy).
fn pink_noise(frames: usize) -> Vec<f32> {
    let mut random = Random::new(7);
    let mut poles = [0.0_f32; 3];
    let mut next = || {
        let white = random.sample() * 0.1;
        for (state, (pole, gain)) in
            poles.iter_mut().zip([(0.99765, 0.099_046), (0.963, 0.296_516_4), (0.57, 1.052_691_3)])
        {
            *state = pole * *state + white * gain;
        }
        poles.iter().sum::<f32>() + white * 0.1848
    };
    (0..frames).map(|_| next()).collect()
}
