//! No input, no setting and no block length breaks the delay.

use super::RATE_HZ;
use crate::robust;
use twobus_dsp::DeviceKind;

const KIND: DeviceKind = DeviceKind::Delay;

#[test]
fn e3_any_block_lengths_give_the_same_bits_while_everything_glides() {
    robust::any_blocks(
        KIND,
        &[("time", 3.3), ("mod_depth", 0.7), ("character", 0.0), ("duck", 6.0)],
    );
    robust::any_blocks(KIND, &[("time", 20.77), ("feedback", 90.0), ("offset", -3.0)]);
}

#[test]
fn e3_reset_is_a_new_beginning_to_the_bit() {
    robust::reset_begins_anew(KIND, &[("feedback", 105.0), ("mod_depth", 1.0), ("time", 10.01)]);
}

#[test]
fn e5_the_latency_is_none() {
    robust::latency_is(KIND, 0);
}

#[test]
fn e8_after_noise_comes_silence_of_exact_zeros() {
    let settings = [("feedback", 60.0), ("time", 100.01), ("low_cut", 100.0), ("high_cut", 4e3)];
    robust::dies_away(KIND, RATE_HZ, &settings, 20.0);
}

#[test]
fn e9_specials_are_contained_and_reset_recovers_to_the_bit() {
    robust::contains_specials(KIND, &[("feedback", 100.0), ("mix", 50.0)]);
}

#[test]
fn e12_random_settings_never_break_the_delay() {
    // Dry and up to four turns of a loop at 100 %, widened.
    robust::random_settings(KIND, 100.0);
}
