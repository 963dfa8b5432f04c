//! A fixture on both sides of every threshold of DSP §19, computed in closed form where there is one.

mod clean;
mod file;
mod level;
mod stereo;
mod time;
mod tone;

use std::f64::consts::TAU;

use twobus_session::readiness::{Check, Row, Verdict};

use super::*;

const RATE_HZ: u32 = 48_000;
const FINE: (Verdict, bool) = (Verdict::Fine, false);
const CONSIDER: (Verdict, bool) = (Verdict::Consider, false);
const STRONG: (Verdict, bool) = (Verdict::Consider, true);
const FIX: (Verdict, bool) = (Verdict::Fix, true);

fn gain(db: f64) -> f64 {
    10.0_f64.powf(db / 20.0)
}

fn frames(seconds: f64) -> usize {
    (seconds * f64::from(RATE_HZ)).round() as usize
}

/// A sine with this peak level, in dBFS, and phase at its first sample.
fn sine(hz: f64, level: f64, phase: f64, seconds: f64) -> Vec<f32> {
    let at = |n: usize| (TAU * hz * n as f64 / f64::from(RATE_HZ) + phase).sin();
    (0..frames(seconds)).map(|n| (gain(level) * at(n)) as f32).collect()
}

fn silence(seconds: f64) -> Vec<f32> {
    vec![0.0; frames(seconds)]
}

/// White noise, −1 to 1.
fn noise(seed: u32, frames: usize) -> Vec<f32> {
    let mut state = seed.wrapping_mul(747_796_405).wrapping_add(1);
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 8_388_608.0 - 1.0
    };
    (0..frames).map(|_| next()).collect()
}

fn sum(a: &[f32], b: &[f32]) -> Vec<f32> {
    a.iter().zip(b).map(|(a, b)| a + b).collect()
}

fn scaled(samples: &[f32], db: f64) -> Vec<f32> {
    samples.iter().map(|x| (f64::from(*x) * gain(db)) as f32).collect()
}

fn check_as(material: Material, left: &[f32], right: &[f32]) -> Checked {
    let mut checker = Checker::new(material);
    checker.push(left, right);
    checker.finish()
}

fn check(left: &[f32], right: &[f32]) -> Checked {
    check_as(Material { rate_hz: RATE_HZ, coding: Coding::Integer(24) }, left, right)
}

fn row_of(checked: &Checked, check: Check) -> Row {
    checked.readiness.row(check).unwrap().clone()
}

/// Asserts how `check` judges a file, and returns its row.
fn judged(check: Check, checked: &Checked, expected: (Verdict, bool)) -> Row {
    let row = row_of(checked, check);
    assert_eq!((row.verdict, row.strong), expected, "{row:?}");
    row
}

fn near(row: &Row, value: f64, within: f64) {
    let measured = row.value.unwrap();
    assert!((measured - value).abs() <= within, "{measured}, not {value}: {row:?}");
}
