//! How long the sound lasts.

use twobus_dsp::Processor;
use twobus_dsp::impulse::{OCTAVES_HZ, decay_in_octave};
use twobus_dsp::reverb::{Reverb, SPECS};

use super::{RATE_HZ, SPACES, responses, wet_at};
use crate::signals::impulse;
use crate::{run, whole_grid};

/// Impulses in a row that give enough responses for the octave of 125 Hz.
fn count(time_s: f64) -> usize {
    if time_s < 0.5 { 32 } else { (8.0 / time_s).ceil() as usize }
}

/// Responses of both outputs to each input: of impulses so far apart that the reverb has fallen by 66 dB and
/// more in between, at as many moments of the modulation.
fn in_a_row(settings: &[(&str, f64)], rate_hz: f64, time_s: f64) -> Vec<Vec<f64>> {
    let frames = ((1.1 * time_s + 0.3) * rate_hz) as usize;
    let mut responses = Vec::new();
    for inputs in [[1.0, 0.0], [0.0, 1.0]] {
        let mut reverb = wet_at(rate_hz, settings);
        for _ in 0..count(time_s) {
            let heard = run(reverb.as_mut(), &impulse(frames, inputs));
            responses.extend(heard.map(|channel| channel.into_iter().map(f64::from).collect()));
        }
    }
    responses
}

#[test]
fn r1_the_decay_is_the_one_set_in_every_octave_and_straight() {
    let times_s: &[f64] = if whole_grid() { &[0.3, 0.5, 1.0, 2.0, 4.0, 10.0] } else { &[0.3, 2.0] };
    let sizes = [50.0, 100.0, 120.0];
    let rooms = (0..SPACES.len()).flat_map(|space| sizes.map(|size| (space, size)));
    for (space, size) in rooms {
        for (rate_hz, &time_s) in [44_100.0, 96_000.0]
            .into_iter()
            .flat_map(|rate_hz| times_s.iter().map(move |time_s| (rate_hz, time_s)))
        {
            let settings = [("space", space as f64), ("size", size), ("decay", 1000.0 * time_s)];
            let heard = in_a_row(&settings, rate_hz, time_s);
            for octave_hz in OCTAVES_HZ {
                let decay = decay_in_octave(&heard, octave_hz, rate_hz).unwrap();
                let what = format!(
                    "{} of {size} %, {time_s} s, {octave_hz} Hz at {rate_hz} Hz: {decay:?}",
                    SPACES[space]
                );
                assert!((decay.t30_s / time_s - 1.0).abs() <= 0.05, "{what}");
                assert!((decay.t20_s / decay.t30_s - 1.0).abs() <= 0.05, "{what}");
                assert!(decay.straightness >= 0.99, "{what}");
            }
        }
    }
}

/// Below the 0.3 s of R1 the space shrinks with the decay. The octaves below are no measure, since their filters
/// ring as long.
#[test]
fn r1_a_space_of_a_tenth_of_a_second_is_one() {
    let time_s = 0.1;
    let spaces = if whole_grid() { &SPACES[..] } else { &SPACES[..1] };
    for (space, name) in spaces.iter().enumerate() {
        let settings = [("space", space as f64), ("decay", 1000.0 * time_s)];
        let heard = in_a_row(&settings, RATE_HZ, time_s);
        for octave_hz in OCTAVES_HZ.into_iter().filter(|&octave_hz| octave_hz >= 500.0) {
            let decay = decay_in_octave(&heard, octave_hz, RATE_HZ).unwrap();
            let what = format!("{name}, {octave_hz} Hz: {decay:?}");
            assert!((decay.t30_s / time_s - 1.0).abs() <= 0.05, "{what}");
            assert!((decay.t20_s / decay.t30_s - 1.0).abs() <= 0.05, "{what}");
            assert!(decay.straightness >= 0.99, "{what}");
        }
    }
}

#[test]
fn r7_modulation_at_its_widest_leaves_the_decay_as_it_is() {
    let settings = [("decay", 2000.0), ("mod_depth", 100.0), ("mod_rate", 3.0)];
    let heard = responses(&settings, 4, 2.5);
    for octave_hz in OCTAVES_HZ {
        let decay = decay_in_octave(&heard, octave_hz, RATE_HZ).unwrap();
        assert!((decay.t30_s / 2.0 - 1.0).abs() <= 0.1, "{octave_hz} {decay:?}");
    }
}

#[test]
fn r1_damping_makes_the_decay_that_is_drawn() {
    let settings = [
        ("decay", 2000.0),
        ("low_decay", 150.0),
        ("low_crossover", 300.0),
        ("high_decay", 40.0),
        ("high_crossover", 3000.0),
    ];
    let mut reverb = Reverb::new(RATE_HZ);
    for (id, value) in settings {
        reverb.set(SPECS.iter().position(|spec| spec.id == id).unwrap(), value);
    }
    assert!((reverb.decay_s(20.0) / 3.0 - 1.0).abs() < 0.03);
    assert!((reverb.decay_s(20_000.0) / 0.8 - 1.0).abs() < 0.25);
    let heard = responses(&settings, 4, 3.5);
    for octave_hz in OCTAVES_HZ {
        let drawn = reverb.decay_s(octave_hz);
        let decay = decay_in_octave(&heard, octave_hz, RATE_HZ).unwrap();
        // Within an octave where the decay changes, its slowest part comes to the fore.
        assert!((decay.t30_s / drawn - 1.0).abs() <= 0.1, "{octave_hz} {decay:?} {drawn}");
    }
}
