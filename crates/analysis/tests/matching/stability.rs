//! What must not change the result: gain, silence, length.

use twobus_analysis::matching::tone::tone;
use twobus_analysis::matching::{Curve, Traits};

use crate::signals::*;

fn assert_alike(a: &Curve, b: &Curve, what: &str) {
    for hz in frequencies(20.0, 20_000.0) {
        let gap = a.db_at(hz) + a.output_db - b.db_at(hz) - b.output_db;
        assert!(gap.abs() <= 0.2, "{what}: {gap:.2} dB at {hz:.0} Hz between {a:?} and {b:?}");
    }
}

#[test]
fn m17c_gain_silence_and_length_of_a_reference_change_the_curve_by_at_most_0_2_db() {
    let (own, other) = (profile(&music(1)), music(2));
    let curve = |reference: &Stereo| tone(&own, &Traits::of(&profile(reference)), 1.0).0;
    let plain = curve(&other);
    assert!(!plain.is_flat());
    for db in [-10.0, 10.0] {
        assert_alike(&plain, &curve(&louder(&other, db)), &format!("{db} dB"));
    }
    let silence = vec![0.0; (3.3 * f64::from(RATE_HZ)) as usize];
    let late = other.clone().map(|side| [silence.clone(), side, silence.clone()].concat());
    assert_alike(&plain, &curve(&late), "silence around it");
    let twice = other.clone().map(|side| side.repeat(2));
    assert_alike(&plain, &curve(&twice), "twice as long");
}
