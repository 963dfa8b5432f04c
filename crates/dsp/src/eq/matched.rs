//! From an analogue section to digital filters with the same magnitude up to 20 kHz.
//!
//! Poles and zeros are mapped by `z = e^{sT}`, which puts every resonance where it belongs. What remains
//! between the two magnitudes is smooth, since every mapped root brings a factor `(1 − e^d)/d` with
//! `d = root − jω`, whose nearest zero is a whole sample rate away: it is matched at a few frequencies by a
//! second section, a ratio of two polynomials in cos ω, which are split into minimum-phase factors in
//! closed form as in M. Vicanek, "Matched Second Order Digital Filters", 2016. Where the difference is
//! less than [`NEGLIGIBLE_DB`] there is no second section.

use std::f64::consts::PI;

use super::prototype::Section;
use crate::svf::{Coefficients, Polynomial};

/// Up to here the magnitude is matched, in Hz, if the rate allows it.
pub const MATCHED_TO_HZ: f64 = 20_000.0;

/// The same as a share of the rate's half, where that is lower.
const MATCHED_TO_SHARE: f64 = 0.93;

/// A difference that is left as it is, in dB.
pub const NEGLIGIBLE_DB: f64 = 0.003;

/// A difference for which two points suffice, in dB.
const SMALL_DB: f64 = 0.3;

/// An error that is good enough, in dB; where nothing is, the best is taken.
const GOOD_DB: f64 = 0.06;

/// Roots whose imaginary part is above this times half the rate get no digital counterpart. Which is best
/// depends on the other roots of resonant sections near half the rate, so these are tried in turn.
const HIGHEST_ROOTS: [f64; 3] = [0.99, 1.1, 0.96];

/// Where a small difference is matched, as shares of the range, and where a large one is; found so that
/// the error of a pure `sin(x)/x` is equal at all its maxima. Some resonant sections near half the rate
/// have no positive solution there, so the others are tried in turn. Those were found by trial: with them
/// none of 120,000 settings drawn over all ranges at 44.1, 48 and 96 kHz is off by more than 0.1 dB.
const TWO_POINTS: [f64; 2] = [0.728, 0.969];
const FOUR_POINTS: [[f64; 4]; 8] = [
    [0.243, 0.708, 0.908, 0.990],
    [0.214, 0.424, 0.872, 0.989],
    [0.4, 0.75, 0.92, 1.0],
    [0.7, 0.9, 0.97, 1.0],
    [0.5, 0.8, 0.95, 1.04],
    [0.8, 0.93, 0.98, 1.0],
    [0.2, 0.54, 0.62, 0.99],
    [0.05, 0.18, 0.69, 0.95],
];

/// Where the error of a match is looked at, as shares of the range.
const LOOKED_AT: [f64; 8] = [0.15, 0.3, 0.45, 0.6, 0.8, 0.87, 0.94, 1.0];

/// An analogue section made digital.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Matched {
    /// The section itself.
    pub main: Coefficients,
    /// What brings its magnitude in line; `None` where that is not needed.
    pub correction: Option<Coefficients>,
}

impl Matched {
    /// Lets everything through.
    pub const UNITY: Self = Self { main: Coefficients::UNITY, correction: None };

    /// The digital form of `section` around `frequency_hz`.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub fn new(section: &Section, frequency_hz: f64, rate_hz: f64) -> Self {
        if section.n == section.d {
            return Self::UNITY;
        }
        let omega = 2.0 * PI * frequency_hz / rate_hz;
        let range = (2.0 * PI * MATCHED_TO_HZ / rate_hz).min(MATCHED_TO_SHARE * PI);
        let (zeros, zero_gain) = Roots::new(section.n, omega);
        let (poles, pole_gain) = Roots::new(section.d, omega);
        let mut best = (f64::INFINITY, Self::UNITY);
        for highest in HIGHEST_ROOTS {
            let (zeros, poles) = (zeros.below(highest * PI), poles.below(highest * PI));
            let matched = Self::of_roots(zeros, poles, zero_gain / pole_gain, range);
            if matched.0 <= GOOD_DB {
                return matched.1;
            }
            if matched.0 < best.0 {
                best = matched;
            }
        }
        best.1
    }

    /// The digital form of an analogue section with such roots and so much gain at infinity, and its error
    /// up to `range`, in dB.
    fn of_roots(zeros: Roots, poles: Roots, gain: f64, range: f64) -> (f64, Self) {
        let difference = Difference { zeros, poles };
        let at_zero = difference.power(0.0);
        let gain = gain * at_zero.sqrt();
        let main = Coefficients::from_polynomials(&zeros.mapped(), &poles.mapped(), gain);
        let (error_db, correction) = correction(|omega| difference.power(omega) / at_zero, range);
        (error_db, Self { main, correction })
    }
}

/// What makes up for `relative` up to `range`, or nothing where that is little, and the error in dB.
fn correction(relative: impl Fn(f64) -> f64, range: f64) -> (f64, Option<Coefficients>) {
    let db = |power: f64| 10.0 * power.log10().abs();
    let points = (1..=4).map(|i| relative(range * f64::from(i) / 4.0));
    let largest_db = points.map(db).fold(0.0, f64::max);
    if largest_db < NEGLIGIBLE_DB {
        return (largest_db, None);
    }
    let with_error = |filter: Coefficients| {
        let error_at = |share: f64| {
            let (re, im) = filter.response(share * range);
            db((re * re + im * im) / relative(share * range))
        };
        (LOOKED_AT.map(error_at).into_iter().fold(0.0, f64::max), Some(filter))
    };
    let four = || FOUR_POINTS.iter().filter_map(|points| fit(&relative, range, points));
    let two = || fit(&relative, range, &TWO_POINTS).into_iter();
    if largest_db > SMALL_DB {
        first_good(four().chain(two()).map(with_error), largest_db)
    } else {
        first_good(two().chain(four()).map(with_error), largest_db)
    }
}

/// The first match that is good enough, or else the best; `none_db` is the error of none at all.
fn first_good(
    matches: impl Iterator<Item = (f64, Option<Coefficients>)>,
    none_db: f64,
) -> (f64, Option<Coefficients>) {
    let mut best = (none_db, None);
    for found in matches {
        if found.0 < best.0 {
            best = found;
        }
        if best.0 <= GOOD_DB {
            break;
        }
    }
    best
}

/// A section whose squared magnitude equals `relative` at 0 and at `points`, an even number of shares of
/// `range`; `None` when there is none of minimum phase.
///
/// With u = 1 − cos ω the squared magnitude is `(1 + p₁u + p₂u²)/(1 + q₁u + q₂u²)`.
fn fit<const N: usize>(
    relative: &impl Fn(f64) -> f64,
    range: f64,
    points: &[f64; N],
) -> Option<Coefficients> {
    let order = N / 2;
    let mut equations = [[0.0; 5]; 4];
    for (equation, point) in equations.iter_mut().zip(points) {
        let omega = point * range;
        let (power, u) = (relative(omega), 1.0 - omega.cos());
        for (term, factor) in [u, u * u].into_iter().take(order).enumerate() {
            equation[term] = factor;
            equation[order + term] = -power * factor;
        }
        equation[4] = power - 1.0;
    }
    let solution = solve(&mut equations, N)?;
    let (p, q) = match order {
        1 => ([solution[0], 0.0], [solution[1], 0.0]),
        _ => ([solution[0], solution[1]], [solution[2], solution[3]]),
    };
    let (numerator, denominator) = (minimum_phase(p)?, minimum_phase(q)?);
    Some(Coefficients::from_polynomials(&numerator, &denominator, 1.0))
}

/// Gauss's elimination with row pivots of `size` equations; the right sides are the last column.
fn solve(equations: &mut [[f64; 5]; 4], size: usize) -> Option<[f64; 4]> {
    for column in 0..size {
        let steepest = |a: &usize, b: &usize| {
            equations[*a][column].abs().total_cmp(&equations[*b][column].abs())
        };
        let pivot = (column..size).max_by(steepest)?;
        equations.swap(column, pivot);
        let row = equations[column];
        if row[column] == 0.0 {
            return None;
        }
        for (index, other) in equations.iter_mut().enumerate().take(size) {
            if index != column {
                let factor = other[column] / row[column];
                other.iter_mut().zip(row).for_each(|(x, y)| *x -= factor * y);
            }
        }
    }
    Some(std::array::from_fn(|i| if i < size { equations[i][4] / equations[i][i] } else { 0.0 }))
}

/// The polynomial in z⁻¹ whose squared magnitude is `1 + c₁u + c₂u²` with u = 1 − cos ω, all its roots
/// inside the unit circle; `None` where that is not positive everywhere. Vicanek, section 3.
fn minimum_phase([c1, c2]: [f64; 2]) -> Option<Polynomial> {
    /// Solutions closer to zero than this would ring for long.
    const LEAST: f64 = 1e-4;
    let at_half = 1.0 + 2.0 * c1 + 4.0 * c2;
    let vertex = -c1 / (2.0 * c2);
    let dips = c2 > 0.0 && (0.0..2.0).contains(&vertex);
    let dip = if dips { 1.0 - c1 * c1 / (4.0 * c2) } else { 1.0 };
    let is_positive = at_half > LEAST && dip > LEAST;
    if !is_positive {
        return None;
    }
    let half = at_half.sqrt();
    let w = 0.5 * (1.0 + half);
    let b0 = 0.5 * (w + (w * w - c2).max(0.0).sqrt());
    let b2 = c2 / (4.0 * b0);
    Some(Polynomial { zero: 1.0, half, outer: b0 - b2 })
}

/// The roots of an analogue polynomial, in radians per frame.
#[derive(Debug, Clone, Copy)]
enum Roots {
    None,
    One(f64),
    Real(f64, f64),
    /// Real and imaginary part of a conjugate pair.
    Pair(f64, f64),
    /// The same of a pair that gets no digital counterpart.
    Lone(f64, f64),
}

impl Roots {
    /// The roots of `c₂s² + c₁s + c₀` with s in units of `omega`, and the leading coefficient.
    fn new([c2, c1, c0]: [f64; 3], omega: f64) -> (Self, f64) {
        if c2 == 0.0 {
            return match c1 {
                0.0 => (Self::None, c0),
                _ => (Self::One(-c0 / c1 * omega), c1 / omega),
            };
        }
        let (middle, product) = (-0.5 * c1 / c2, c0 / c2);
        let inside = middle * middle - product;
        let lead = c2 / (omega * omega);
        if inside < 0.0 {
            return (Self::Pair(middle * omega, (-inside).sqrt() * omega), lead);
        }
        // The larger root first; the other from their product, which keeps its digits.
        let large = middle - inside.sqrt();
        let small = if large == 0.0 { 0.0 } else { product / large };
        (Self::Real(large * omega, small * omega), lead)
    }

    /// The same, without a digital counterpart where the imaginary part is above `highest`.
    fn below(self, highest: f64) -> Self {
        match self {
            Self::Pair(re, im) if im > highest => Self::Lone(re, im),
            roots => roots,
        }
    }

    /// The polynomial in z⁻¹ with the mapped roots.
    fn mapped(&self) -> Polynomial {
        let one =
            |root: f64| Polynomial { zero: -root.exp_m1(), half: 1.0 + root.exp(), outer: 1.0 };
        match *self {
            Self::None | Self::Lone(..) => Polynomial::ONE,
            Self::One(root) => one(root),
            Self::Real(a, b) => {
                let (first, second) = (one(a), one(b));
                Polynomial {
                    zero: first.zero * second.zero,
                    half: first.half * second.half,
                    outer: -(a + b).exp_m1(),
                }
            }
            Self::Pair(re, im) => {
                let (radius, angle) = (re.exp(), im.min(PI));
                let across = 4.0 * radius * (0.5 * angle).sin().powi(2);
                Polynomial {
                    zero: re.exp_m1().powi(2) + across,
                    half: (1.0 + radius).powi(2) - across,
                    outer: -(2.0 * re).exp_m1(),
                }
            }
        }
    }

    /// Squared magnitude at `omega` of the mapped polynomial over that of the analogue one.
    fn ratio(&self, omega: f64) -> f64 {
        match *self {
            Self::None => 1.0,
            Self::One(root) => factor(root, 0.0, omega),
            Self::Real(a, b) => factor(a, 0.0, omega) * factor(b, 0.0, omega),
            Self::Pair(re, im) => factor(re, im, omega) * factor(re, im, -omega),
            Self::Lone(re, im) => {
                let distance = |omega: f64| re * re + (im - omega).powi(2);
                1.0 / (distance(omega) * distance(-omega))
            }
        }
    }
}

/// |1 − e^d|²/|d|² with d = `re` + j(`im` − `omega`).
fn factor(re: f64, im: f64, omega: f64) -> f64 {
    let distance = re * re + (im - omega).powi(2);
    if distance < 1e-12 {
        return 1.0;
    }
    let radius = re.exp();
    let across = 4.0 * radius * (0.5 * (im.min(PI) - omega)).sin().powi(2);
    (re.exp_m1().powi(2) + across) / distance
}

/// What the mapping has changed.
struct Difference {
    zeros: Roots,
    poles: Roots,
}

impl Difference {
    /// Squared magnitude of the analogue section over the mapped one's, apart from a constant.
    fn power(&self, omega: f64) -> f64 {
        self.poles.ratio(omega) / self.zeros.ratio(omega)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eq::prototype::{MAX_POLES, Part, Setting, Shape};

    fn digital_db(part: &Part, rate_hz: f64, frequency_hz: f64) -> f64 {
        let omega = 2.0 * PI * frequency_hz / rate_hz;
        let sections = part.prototype();
        let matched = sections.iter().map(|s| Matched::new(s, part.setting.frequency_hz, rate_hz));
        let filters = matched.flat_map(|m| [Some(m.main), m.correction]).flatten();
        let power = |filter: Coefficients| {
            let (re, im) = filter.response(omega);
            10.0 * (re * re + im * im).log10()
        };
        filters.map(power).sum()
    }

    fn worst(part: &Part, rate_hz: f64) -> f64 {
        let highest = 20_000.0_f64.min(0.93 * rate_hz / 2.0);
        let frequencies = (0..=200).map(|i| 10.0 * (highest / 10.0).powf(f64::from(i) / 200.0));
        let error = |hz: f64| {
            let wanted = part.prototype_db(hz);
            if wanted < -60.0 { 0.0 } else { (digital_db(part, rate_hz, hz) - wanted).abs() }
        };
        frequencies.map(error).fold(0.0, f64::max)
    }

    /// Over all ranges that the parameters have, drawn at random with the same seed every time.
    #[test]
    fn q1_any_setting_matches_the_prototype_to_20_khz() {
        let mut state = 1_u32;
        let mut draw = |low: f64, high: f64| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            low + (high - low) * f64::from(state) / f64::from(u32::MAX)
        };
        for drawn in 0..4000 {
            let shape = Shape::ALL[drawn % Shape::ALL.len()];
            // Half of them where it is hardest.
            let lowest = if drawn % 2 == 0 { 10.0_f64 } else { 19_000.0 };
            let setting = Setting {
                shape,
                frequency_hz: draw(lowest.ln(), 24_000.0_f64.ln()).exp(),
                gain_db: if shape.has_gain() { draw(-24.0, 24.0) } else { 0.0 },
                q: draw(0.1_f64.ln(), 40.0_f64.ln()).exp(),
                poles: draw(1.0, MAX_POLES as f64).round() as usize,
            };
            let rate_hz = if drawn % 3 == 0 { 48_000.0 } else { 44_100.0 };
            let error = worst(&Part::whole(setting), rate_hz);
            assert!(error <= 0.1, "{error:.3} dB at {rate_hz} Hz: {setting:?}");
        }
    }

    /// The same for notches and cuts on their way from nothing to the whole.
    #[test]
    fn q1_q7_any_part_of_a_notch_or_cut_matches_its_prototype() {
        let mut state = 7_u32;
        let mut draw = |low: f64, high: f64| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            low + (high - low) * f64::from(state) / f64::from(u32::MAX)
        };
        let mut worst_of_all = (0.0, None);
        for drawn in 0..3000 {
            let setting = Setting {
                shape: [Shape::Notch, Shape::LowCut, Shape::HighCut][drawn % 3],
                frequency_hz: draw(10.0_f64.ln(), 24_000.0_f64.ln()).exp(),
                gain_db: 0.0,
                q: draw(0.1_f64.ln(), 40.0_f64.ln()).exp(),
                poles: draw(1.0, MAX_POLES as f64).round() as usize,
            };
            let depth_db = draw(0.0, 24.0);
            let part = Part::of_depth(setting, depth_db, f64::from(drawn as u32 % 2));
            let rate_hz = if drawn % 5 == 0 { 48_000.0 } else { 44_100.0 };
            let error = worst(&part, rate_hz);
            if error > worst_of_all.0 {
                worst_of_all = (error, Some((part, rate_hz)));
            }
        }
        println!("{worst_of_all:?}");
        assert!(worst_of_all.0 <= 0.1, "{worst_of_all:?}");
    }

    /// What the criterion asks for at its hardest rate, on the coefficients; the sound is measured elsewhere.
    #[test]
    fn q1_magnitudes_match_the_prototype_to_20_khz() {
        for shape in Shape::ALL {
            let gains: &[f64] = if shape.has_gain() { &[-18.0, -1.0, 6.0, 18.0] } else { &[0.0] };
            let cuts = matches!(shape, Shape::LowCut | Shape::HighCut);
            let slopes = if cuts { 1..=MAX_POLES } else { 1..=1 };
            for (frequency_hz, poles) in [20.0, 500.0, 5e3, 1e4, 1.6e4, 1.9e4]
                .into_iter()
                .flat_map(|f| slopes.clone().map(move |p| (f, p)))
            {
                for (&gain_db, q) in
                    gains.iter().flat_map(|g| [0.3, 0.71, 2.0, 10.0].map(|q| (g, q)))
                {
                    let setting = Setting { shape, frequency_hz, gain_db, q, poles };
                    let error = worst(&Part::whole(setting), 44_100.0);
                    assert!(error <= 0.1, "{error:.3} dB: {setting:?}");
                }
            }
        }
    }
}
