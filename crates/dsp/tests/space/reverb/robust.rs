//! No input, no setting and no block length breaks the reverb.

use super::{KIND, RATE_HZ};
use crate::robust;

#[test]
fn e3_any_block_lengths_give_the_same_bits_while_everything_glides() {
    robust::any_blocks(KIND, &[("high_decay", 60.0)]);
    robust::any_blocks(KIND, &[("space", 2.0), ("decay", 10_000.0)]);
}

#[test]
fn e3_reset_is_a_new_beginning_to_the_bit() {
    robust::reset_begins_anew(KIND, &[("space", 0.0), ("high_decay", 30.0)]);
}

#[test]
fn e5_the_latency_is_none() {
    robust::latency_is(KIND, 0);
}

#[test]
fn r9_after_noise_comes_silence_of_exact_zeros() {
    let settings = [("decay", 1000.0), ("high_decay", 50.0), ("low_cut", 100.0)];
    robust::dies_away(KIND, RATE_HZ, &settings, 9.0);
}

#[test]
fn e9_specials_are_contained_and_reset_recovers_to_the_bit() {
    robust::contains_specials(KIND, &[("mix", 50.0)]);
}

#[test]
fn e12_random_settings_never_break_the_reverb() {
    robust::random_settings(KIND, 100.0);
}
