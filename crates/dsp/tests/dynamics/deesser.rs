//! The rows D1 to D4.

use std::f64::consts::TAU;

use realfft::RealFftPlanner;
use twobus_dsp::DeviceKind::DeEsser;
use twobus_dsp::Processor;
use twobus_dsp::svf::{Coefficients, Svf};

use crate::{Random, Stereo, assert_same, db, device, null, run};

const RATE_HZ: f64 = 48_000.0;

fn deesser(settings: &[(&str, f64)]) -> Box<dyn Processor> {
    device(DeEsser, RATE_HZ, settings)
}

/// What is heard when, in frames.
#[derive(Clone, Copy, PartialEq)]
enum Sound {
    Vowel,
    Sibilant,
    Pause,
}

/// A sentence: vowels and sibilants in turn, in 60 ms to 250 ms each, with pauses.
struct Sentence {
    signal: Stereo,
    marks: Vec<(Sound, std::ops::Range<usize>)>,
}

/// The formants of five vowels in Hz, after Peterson and Barney, JASA 24(2), 1952 (men), with a fourth.
const FORMANTS: [[f64; 4]; 5] = [
    [730.0, 1090.0, 2440.0, 3400.0],
    [270.0, 2290.0, 3010.0, 3500.0],
    [530.0, 1840.0, 2480.0, 3400.0],
    [570.0, 840.0, 2410.0, 3300.0],
    [300.0, 870.0, 2240.0, 3300.0],
];

impl Sentence {
    fn new(level: f64, seed: u64) -> Self {
        let mut random = Random::new(seed);
        let mut signal = Vec::new();
        let mut marks = Vec::new();
        for syllable in 0..24 {
            let parts = [
                (Sound::Vowel, 0.12 + 0.13 * random.unit()),
                (Sound::Sibilant, 0.07 + 0.08 * random.unit()),
                (Sound::Pause, if syllable % 6 == 5 { 0.3 } else { 0.02 }),
            ];
            for (sound, seconds) in parts {
                let frames = (seconds * RATE_HZ) as usize;
                let start = signal.len();
                match sound {
                    Sound::Vowel => {
                        vowel(&mut signal, frames, &FORMANTS[random.below(5)], &mut random);
                    }
                    Sound::Sibilant => sibilant(&mut signal, frames, &mut random),
                    Sound::Pause => signal.extend(std::iter::repeat_n(0.0, frames)),
                }
                marks.push((sound, start..start + frames));
            }
        }
        let left: Vec<f32> = signal.iter().map(|x| (level * x) as f32).collect();
        Self { signal: [left.clone(), left], marks }
    }

    fn of(&self, sound: Sound) -> impl Iterator<Item = std::ops::Range<usize>> {
        self.marks.iter().filter(move |(s, _)| *s == sound).map(|(_, range)| range.clone())
    }
}

/// Rises and falls within 12 ms.
fn envelope(n: usize, frames: usize) -> f64 {
    let edge = (0.012 * RATE_HZ) as usize;
    let inside = n.min(frames - 1 - n).min(edge) as f64 / edge as f64;
    0.5 - 0.5 * (0.5 * TAU * inside).cos()
}

/// Pulses of a voice with vibrato, through the formants.
fn vowel(signal: &mut Vec<f64>, frames: usize, formants: &[f64; 4], random: &mut Random) {
    let q = [7.0, 11.0, 15.0, 18.0];
    let gains = [1.0, 0.5, 0.2, 0.1];
    let filters: Vec<_> =
        (0..4).map(|i| Coefficients::band_pass(formants[i], q[i], RATE_HZ).solve()).collect();
    let (mut states, mut phase, mut flow) = ([Svf::default(); 4], 0.0, [0.0; 2]);
    let pitch = 105.0 + 30.0 * random.unit();
    for n in 0..frames {
        let vibrato = 1.0 + 0.02 * (TAU * 5.5 * n as f64 / RATE_HZ).sin();
        phase += pitch * vibrato / RATE_HZ;
        let pulse = if phase >= 1.0 { 1.0 } else { 0.0 };
        phase -= phase.floor();
        // The glottis falls by 12 dB an octave above some 200 Hz.
        flow[0] += 0.026 * (pulse - flow[0]);
        flow[1] += 0.026 * (flow[0] - flow[1]);
        let voice: f64 = (0..4).map(|i| gains[i] * states[i].tick(&filters[i], flow[1])).sum();
        signal.push(250.0 * voice * envelope(n, frames));
    }
}

/// Noise between 4.5 kHz and 9.5 kHz.
fn sibilant(signal: &mut Vec<f64>, frames: usize, random: &mut Random) {
    let high = Coefficients::high_pass(4500.0, 0.7, RATE_HZ).solve();
    let low = Coefficients::low_pass(9500.0, 0.7, RATE_HZ).solve();
    let mut states = [Svf::default(); 4];
    for n in 0..frames {
        let mut x = random.symmetric();
        for (state, filter) in states.iter_mut().zip([&high, &high, &low, &low]) {
            x = state.tick(filter, x);
        }
        signal.push(0.35 * x * envelope(n, frames));
    }
}

/// Energy of `signal` from `low` to `high` Hz.
fn band(signal: &[f32], [low, high]: [f64; 2]) -> f64 {
    let frames = signal.len();
    let fft = RealFftPlanner::<f64>::new().plan_fft_forward(frames);
    let window = |n: usize| 0.5 - 0.5 * (TAU * n as f64 / frames as f64).cos();
    let mut input: Vec<f64> =
        signal.iter().enumerate().map(|(n, x)| f64::from(*x) * window(n)).collect();
    let mut lines = fft.make_output_vec();
    fft.process(&mut input, &mut lines).expect("the lengths fit");
    let line = |hz: f64| (hz / RATE_HZ * frames as f64).round() as usize;
    lines[line(low)..=line(high)].iter().map(realfft::num_complex::Complex::norm_sqr).sum()
}

/// Change of a band's energy in all places of `sound`, and the largest in one of them, in dB.
fn change_db(sentence: &Sentence, output: &[f32], sound: Sound, range: [f64; 2]) -> [f64; 2] {
    let (mut before, mut after, mut most) = (0.0, 0.0, 0.0_f64);
    for place in sentence.of(sound) {
        let a = band(&sentence.signal[0][place.clone()], range);
        let b = band(&output[place], range);
        (before, after) = (before + a, after + b);
        most = most.max((0.5 * db(b / a)).abs());
    }
    [0.5 * db(after / before), most]
}

#[test]
fn d1_at_rest_it_is_the_input() {
    let mut sentence = Sentence::new(0.5, 1);
    for (sound, place) in sentence.marks.clone() {
        if sound == Sound::Sibilant {
            sentence.signal.iter_mut().for_each(|channel| channel[place.clone()].fill(0.0));
        }
    }
    for shape in [0.0, 1.0] {
        let settings = [("shape", shape), ("threshold", -12.0)];
        assert_same(&run(&mut *deesser(&settings), &sentence.signal), &sentence.signal);
        let settings = [("shape", shape), ("range", 0.0)];
        let noise = Random::new(1).noise(20_000, 0.5);
        assert_same(&run(&mut *deesser(&settings), &noise), &noise);
    }
}

#[test]
fn d2_sibilants_are_down_by_the_range_and_vowels_stay() {
    for range in [4.0, 8.0, 12.0] {
        let sentence = Sentence::new(0.5, 2);
        let [output, _] = run(&mut *deesser(&[("range", range)]), &sentence.signal);
        let change = |sound, range| change_db(&sentence, &output, sound, range);
        let [sibilants, _] = change(Sound::Sibilant, [4000.0, 10_000.0]);
        let mut middle = [0.0; 2];
        for (sum, signal) in middle.iter_mut().zip([&sentence.signal[0], &output]) {
            *sum = band(signal, [200.0, 2000.0]);
        }
        let middle = 0.5 * db(middle[1] / middle[0]);
        let thirds = (0..18).map(|third| 200.0 * 2.0_f64.powf(f64::from(third) / 3.0));
        let vowels = thirds.map(|hz| change(Sound::Vowel, [hz, hz * 1.26])[1]).fold(0.0, f64::max);
        println!(
            "range {range} dB: sibilants {sibilants:.2} dB, 200 Hz to 2 kHz {middle:.3} dB, vowels \
             at most {vowels:.3} dB in a third"
        );
        assert!((sibilants + range).abs() <= 1.0, "{sibilants}");
        assert!(middle.abs() <= 0.2 && vowels <= 0.3, "{middle} {vowels}");
    }
}

#[test]
fn d2_a_bell_takes_its_band() {
    let sentence = Sentence::new(0.5, 3);
    let settings = [("shape", 1.0), ("frequency", 6500.0), ("bandwidth", 1.5), ("range", 8.0)];
    let [output, _] = run(&mut *deesser(&settings), &sentence.signal);
    let [centre, _] = change_db(&sentence, &output, Sound::Sibilant, [6000.0, 7000.0]);
    let [vowels, _] = change_db(&sentence, &output, Sound::Vowel, [200.0, 12_000.0]);
    println!("bell: {centre:.2} dB at its centre, vowels {vowels:.3} dB");
    assert!((centre + 8.0).abs() <= 1.0 && vowels.abs() <= 0.3);
}

#[test]
fn d3_the_level_of_the_take_does_not_matter() {
    let reduction = |level: f64| {
        let sentence = Sentence::new(level, 4);
        let [output, _] = run(&mut *deesser(&[]), &sentence.signal);
        let per_place: Vec<f64> = sentence
            .of(Sound::Sibilant)
            .map(|place| {
                let range = [4000.0, 10_000.0];
                let before = band(&sentence.signal[0][place.clone()], range);
                0.5 * db(before / band(&output[place], range))
            })
            .collect();
        per_place
    };
    let (loud, soft) = (reduction(0.6), reduction(0.15));
    let most = loud.iter().zip(&soft).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    println!("12 dB of level: at most {most:.3} dB of reduction");
    assert!(most <= 1.0 && loud.iter().all(|&db| db > 5.0), "{most} {loud:?}");
}

#[test]
fn d4_to_listen_is_input_minus_output() {
    let sentence = Sentence::new(0.5, 5);
    for shape in [0.0, 1.0] {
        let [output, _] = run(&mut *deesser(&[("shape", shape)]), &sentence.signal);
        let [removed, _] =
            run(&mut *deesser(&[("shape", shape), ("listen", 1.0)]), &sentence.signal);
        let difference: Vec<f32> =
            sentence.signal[0].iter().zip(&output).map(|(x, y)| x - y).collect();
        assert!(removed.iter().any(|x| x.abs() > 0.01));
        assert!(db(null(&removed, &difference)) <= -140.0);
    }
}

#[test]
fn linked_channels_are_reduced_alike_and_free_ones_by_themselves() {
    let sentence = Sentence::new(0.5, 6);
    let dull = vec![0.0; sentence.signal[0].len()];
    let input = [sentence.signal[0].clone(), dull.clone()];
    let [alone, other] = run(&mut *deesser(&[("link", 0.0)]), &input);
    assert!(alone == run(&mut *deesser(&[("link", 0.0)]), &sentence.signal)[0]);
    assert!(other == dull);
    let half: Vec<f32> = sentence.signal[0].iter().map(|x| 0.5 * x).collect();
    let [left, right] = run(&mut *deesser(&[]), &[sentence.signal[0].clone(), half]);
    let doubled: Vec<f32> = right.iter().map(|x| 2.0 * x).collect();
    assert!(db(null(&left, &doubled)) < -120.0);
}
