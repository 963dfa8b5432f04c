use std::f64::consts::TAU;

use super::*;

/// A tone: left a sine, right its cosine, at `hz` of `rate_hz`.
struct Tone {
    step: f64,
    frame: u64,
    longest: usize,
}

impl Tone {
    fn new(hz: f64, rate_hz: u32) -> Self {
        Self { step: hz / f64::from(rate_hz), frame: 0, longest: 0 }
    }
}

impl Playback for Tone {
    fn fill(&mut self, left: &mut [f64], right: &mut [f64]) {
        self.longest = self.longest.max(left.len());
        for (left, right) in left.iter_mut().zip(right) {
            (*left, *right) = (TAU * (self.step * self.frame as f64).fract()).sin_cos();
            self.frame += 1;
        }
    }
}

/// An impulse at frame 0.
struct Impulse(bool);

impl Playback for Impulse {
    fn fill(&mut self, left: &mut [f64], right: &mut [f64]) {
        left.fill(0.0);
        right.fill(0.0);
        if let Some(first) = left.first_mut().filter(|_| !std::mem::replace(&mut self.0, true)) {
            *first = 1.0;
        }
    }
}

const RATES: [(u32, u32); 8] = [
    (44_100, 48_000),
    (48_000, 44_100),
    (44_100, 96_000),
    (96_000, 48_000),
    (88_200, 48_000),
    (192_000, 44_100),
    (44_100, 44_056),
    (48_000, 47_952),
];

fn play(edge: &mut RateEdge, playback: &mut dyn Playback, frames: usize) -> [Vec<f64>; 2] {
    let mut out = [Vec::new(), Vec::new()];
    // Callbacks of every length, as sound servers bring them.
    let mut lengths = [64, 1, 341, PIECE, 0, 529, 17].into_iter().cycle();
    while out[0].len() < frames {
        let length = lengths.next().expect("it cycles").min(frames - out[0].len());
        let (left, right) = edge.pull(playback, length);
        out[0].extend_from_slice(left);
        out[1].extend_from_slice(right);
    }
    out
}

#[test]
fn equal_rates_are_handed_through_bit_by_bit() {
    let mut edge = RateEdge::new(44_100, 44_100);
    let out = play(&mut edge, &mut Tone::new(997.0, 44_100), 10_000);
    let mut whole = [vec![0.0; 10_000], vec![0.0; 10_000]];
    let [left, right] = &mut whole;
    Tone::new(997.0, 44_100).fill(left, right);
    assert_eq!(out, whole);
    assert_eq!(edge.latency_frames(), 0);
}

/// The stated latency is where the impulse's peak comes out.
#[test]
fn r36_latency_is_what_is_stated() {
    for (song_hz, device_hz) in RATES {
        let mut edge = RateEdge::new(song_hz, device_hz);
        let latency = edge.latency_frames();
        let [left, _] = play(&mut edge, &mut Impulse(false), latency * 2 + 10);
        let peak = (0..left.len()).max_by(|&a, &b| left[a].abs().total_cmp(&left[b].abs()));
        assert_eq!(peak, Some(latency), "{song_hz} to {device_hz}");
    }
}

/// A 997 Hz sine comes out as that sine at the device's rate, within −120 dB, both channels in phase.
#[test]
fn r36_pitch_level_and_channels_are_those_of_the_song() {
    for (song_hz, device_hz) in RATES {
        let mut edge = RateEdge::new(song_hz, device_hz);
        let latency = edge.latency_frames();
        let frames = latency * 2 + device_hz as usize;
        let [left, right] = play(&mut edge, &mut Tone::new(997.0, song_hz), frames);
        let mut worst: f64 = 0.0;
        for frame in latency * 2..frames {
            let phase = TAU * 997.0 * (frame - latency) as f64 / f64::from(device_hz);
            worst = worst.max((left[frame] - phase.sin()).abs());
            worst = worst.max((right[frame] - phase.cos()).abs());
        }
        assert!(worst < 1e-6, "{song_hz} to {device_hz}: {worst:e}");
    }
}

/// What callbacks of one length ask of the song never exceeds their share by more than one frame.
#[test]
fn r38_the_song_is_rendered_evenly_however_short_the_callbacks() {
    let mut edge = RateEdge::new(44_100, 48_000);
    let mut tone = Tone::new(997.0, 44_100);
    for _ in 0..2000 {
        let _ = edge.pull(&mut tone, 64);
    }
    let share = 64 * 441 / 480;
    assert!((share..=share + 2).contains(&tone.longest), "{} frames at once", tone.longest);
}

#[test]
fn any_lengths_of_callbacks_give_the_same_samples() {
    let frames = 20_000;
    let odd = play(&mut RateEdge::new(44_100, 48_000), &mut Tone::new(997.0, 44_100), frames);
    let mut edge = RateEdge::new(44_100, 48_000);
    let mut tone = Tone::new(997.0, 44_100);
    let mut even = [Vec::new(), Vec::new()];
    while even[0].len() < frames {
        let (left, right) = edge.pull(&mut tone, 250);
        even[0].extend_from_slice(left);
        even[1].extend_from_slice(right);
    }
    assert!(odd == even);
}

#[test]
fn r31_what_is_no_number_is_counted_and_leaves_no_trace() {
    struct Spoilt(Tone);
    impl Playback for Spoilt {
        fn fill(&mut self, left: &mut [f64], right: &mut [f64]) {
            let first = self.0.frame == 0;
            self.0.fill(left, right);
            if let Some(sample) = left.first_mut().filter(|_| first) {
                *sample = f64::NAN;
            }
            if let Some(sample) = right.first_mut().filter(|_| first) {
                *sample = f64::NEG_INFINITY;
            }
        }
    }
    let mut edge = RateEdge::new(44_100, 48_000);
    let spoilt = play(&mut edge, &mut Spoilt(Tone::new(997.0, 44_100)), 10_000);
    assert_eq!(edge.not_numbers, 1);
    let mut edge = RateEdge::new(44_100, 48_000);
    let clean = play(&mut edge, &mut Tone::new(997.0, 44_100), 10_000);
    let last = edge.latency_frames() * 2;
    let differ = |channel: usize| {
        let pairs = spoilt[channel][last..].iter().zip(&clean[channel][last..]);
        pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
    };
    assert!(differ(0) < 1e-9 && differ(1) < 1e-9, "{} {}", differ(0), differ(1));
}
