//! Levels as logarithms to base 2, and back, over whole slices.
//!
//! Our own polynomials instead of the system's functions: the same bits on every machine, and many
//! values at a time.

use std::f64::consts::LN_2;

/// Decibels in one unit of level, a factor of two: 6.02.
pub const DB_PER_LEVEL: f64 = 6.020_599_913_279_624;

/// Bits of √½ as an `f32`: mantissas are taken from there to √2, so that logarithms of values around 1
/// have no exponent to cancel.
const SQRT_HALF_BITS: u32 = 0x3f35_04f3;

/// Terms of the series of the inverse hyperbolic tangent; the first one left out is below 5e-8.
const LOG_TERMS: [f32; 4] = {
    let two_over_ln2 = 2.0 / LN_2;
    [
        two_over_ln2 as f32,
        (two_over_ln2 / 3.0) as f32,
        (two_over_ln2 / 5.0) as f32,
        (two_over_ln2 / 7.0) as f32,
    ]
};

/// Terms of the exponential series of `2^x`; the first one left out is below 6e-9 for |x| ≤ ½.
const EXP_TERMS: [f64; 8] = {
    let mut terms = [1.0; 8];
    let mut n = 1;
    while n < 8 {
        terms[n] = terms[n - 1] * LN_2 / n as f64;
        n += 1;
    }
    terms
};

/// 1.5 · 2⁵²: added to a number below 2⁵¹ and taken away again, it rounds to a whole one, which stands in
/// the low bits of the sum meanwhile.
const ROUNDER: f64 = 6_755_399_441_055_744.0;

/// Logarithm to base 2 of a normal, positive `x`; error below 3e-7, and relative to the result around 1.
///
/// `ln m = 2 artanh((m − 1)/(m + 1))`, for the mantissa m from √½ to √2.
#[inline(always)]
pub fn log2_of(x: f32) -> f32 {
    let exponent = (x.to_bits().wrapping_sub(SQRT_HALF_BITS) as i32) >> 23;
    let mantissa = f32::from_bits(x.to_bits().wrapping_sub((exponent << 23) as u32));
    let s = (mantissa - 1.0) / (mantissa + 1.0);
    let s2 = s * s;
    let [a, b, c, d] = LOG_TERMS;
    exponent as f32 + s * (a + s2 * (b + s2 * (c + s2 * d)))
}

/// `2^x` for |x| up to 1000, with a relative error below 1e-8; exactly 1 for 0.
#[inline(always)]
pub fn exp2_of(x: f64) -> f64 {
    let rounded = x + ROUNDER;
    let rest = x - (rounded - ROUNDER);
    let [a, b, c, d, e, f, g, h] = EXP_TERMS;
    let power =
        a + rest * (b + rest * (c + rest * (d + rest * (e + rest * (f + rest * (g + rest * h))))));
    // The whole part goes to the exponent.
    f64::from_bits(power.to_bits().wrapping_add(rounded.to_bits() << 52))
}

/// Replaces normal, positive values by their logarithms to base 2: [`log2_of`].
///
/// Audio thread: no allocation, no lock, no system call.
#[inline(always)]
pub fn log2(values: &mut [f32]) {
    values.iter_mut().for_each(|x| *x = log2_of(*x));
}

/// Replaces values by powers of 2: [`exp2_of`].
///
/// Audio thread: no allocation, no lock, no system call.
#[inline(always)]
pub fn exp2(values: &mut [f64]) {
    values.iter_mut().for_each(|x| *x = exp2_of(*x));
}

/// The largest of values that are 0 or positive; 0 of none.
///
/// In eight lanes: compilers keep the order of comparisons, and so do not take several at a time.
///
/// Audio thread: no allocation, no lock, no system call.
#[inline(always)]
pub fn largest(values: &[f64]) -> f64 {
    let larger = |a: f64, b: f64| if a > b { a } else { b };
    let (eights, rest) = values.as_chunks::<8>();
    let lanes = eights.iter().fold([0.0; 8], |lanes: [f64; 8], eight| {
        std::array::from_fn(|i| larger(eight[i], lanes[i]))
    });
    lanes.iter().chain(rest).fold(0.0, |a, b| larger(*b, a))
}

/// Decibels as a level.
#[inline(always)]
pub fn from_db(db: f64) -> f64 {
    db * (1.0 / DB_PER_LEVEL)
}

/// A level in decibels.
#[inline(always)]
pub fn to_db(level: f64) -> f64 {
    level * DB_PER_LEVEL
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithms_are_exact_at_powers_of_two_and_good_between() {
        (-126..127).for_each(|n| assert_eq!(log2_of(2.0_f32.powi(n)), n as f32));
        let mut worst = 0.0_f64;
        for step in 0..2_000_000_u32 {
            let x = f32::from_bits(0x3000_0000 + step * 300);
            let exact = f64::from(x).log2();
            let scale = exact.abs().max(1.0);
            worst = worst.max((f64::from(log2_of(x)) - exact).abs() / scale);
        }
        println!("log2: {worst:e}");
        assert!(worst < 3e-7, "{worst:e}");
    }

    #[test]
    fn powers_are_exact_at_whole_numbers_and_good_between() {
        (-1000..1000).for_each(|n| assert_eq!(exp2_of(f64::from(n)), 2.0_f64.powi(n)));
        let error = |x: f64| (exp2_of(x) / x.exp2() - 1.0).abs();
        let worst = (-200_000..200_000).map(|n| error(f64::from(n) * 1.7e-4)).fold(0.0, f64::max);
        println!("exp2: {worst:e}");
        assert!(worst < 1e-8, "{worst:e}");
    }

    #[test]
    fn the_largest_is_found_wherever_it_is() {
        for place in 0..19 {
            let mut values: Vec<f64> = (0..19).map(|n| f64::from(n % 5)).collect();
            values[place] = 7.5;
            assert_eq!(largest(&values), 7.5);
        }
        assert_eq!(largest(&[]), 0.0);
    }

    /// What a gain computed from a level can be off by.
    #[test]
    fn a_gain_through_both_is_within_a_millionth() {
        let error = |x: f32| (exp2_of(f64::from(log2_of(x))) / f64::from(x) - 1.0).abs();
        let gains = (0..1_000_000).map(|n| 1e-3 + n as f32 * 2e-6);
        let worst = gains.map(error).fold(0.0, f64::max);
        println!("both ways: {worst:e}");
        assert!(worst < 1e-6, "{worst:e}");
    }
}
