//! How the lines feed each other: matrices that are orthogonal at every frame, so that nothing is lost or
//! won by mixing.

use crate::block::BLOCK;

/// Lines of the network.
pub(super) const LINES: usize = 16;

/// A block of every line.
pub(super) type Lines = [[f64; BLOCK]; LINES];

/// Frames that are mixed side by side.
const STRIDE: usize = 4;

/// Signs before the matrix, so that its even rows and columns do not line up with the delays.
const SIGNS: [f64; LINES] =
    [1.0, -1.0, -1.0, 1.0, 1.0, 1.0, -1.0, 1.0, -1.0, 1.0, 1.0, 1.0, -1.0, -1.0, 1.0, -1.0];

/// Mixes all lines by a Hadamard matrix with signs, a quarter of it: each output is the sum of all inputs,
/// and all have the same share of each. The quarter is exact, so nothing is lost by rounding but the sums'
/// last bits.
#[inline(always)]
pub(super) fn hadamard(lines: &mut Lines, frames: usize) {
    for at in (0..frames).step_by(STRIDE) {
        let mut x = [[0.0; STRIDE]; LINES];
        for ((x, line), sign) in x.iter_mut().zip(&*lines).zip(SIGNS) {
            x.iter_mut().zip(&line[at..]).for_each(|(x, sample)| *x = 0.25 * sign * sample);
        }
        butterflies::<8>(&mut x);
        butterflies::<4>(&mut x);
        butterflies::<2>(&mut x);
        butterflies::<1>(&mut x);
        for (line, x) in lines.iter_mut().zip(&x) {
            line[at..at + STRIDE].copy_from_slice(x);
        }
    }
}

/// One stage of the fast Walsh-Hadamard transform: sums and differences of lines `APART` from each other.
#[inline(always)]
fn butterflies<const APART: usize>(x: &mut [[f64; STRIDE]; LINES]) {
    for pair in 0..LINES / 2 {
        let first = pair / APART * 2 * APART + pair % APART;
        let (low, high) = x.split_at_mut(first + APART);
        for (a, b) in low[first].iter_mut().zip(&mut high[0]) {
            (*a, *b) = (*a + *b, *a - *b);
        }
    }
}

/// Angles that turn; each turns two pairs of lines, in opposite directions.
pub(super) const ANGLES: usize = 4;

/// Turns pairs of lines into each other, each by an angle that runs from frame to frame: `tangents` of half
/// the angle at the first frame of the grid's cell and their `steps`; the block begins `from` frames into it.
///
/// Cosine and sine come from the tangent of half the angle, (1 − t²)/(1 + t²) and 2t/(1 + t²), so that each
/// frame's matrix is orthogonal whatever the tangent is.
#[inline(always)]
pub(super) fn rotate(
    lines: &mut Lines,
    tangents: &[f64; ANGLES],
    steps: &[f64; ANGLES],
    from: usize,
    frames: usize,
) {
    for angle in 0..ANGLES {
        let (first, second) = (4 * angle, 4 * angle + 1);
        let (mut cosines, mut sines) = ([0.0; BLOCK], [0.0; BLOCK]);
        for frame in 0..frames {
            let t = tangents[angle] + steps[angle] * (from + frame) as f64;
            let scale = 1.0 / (1.0 + t * t);
            cosines[frame] = (1.0 - t * t) * scale;
            sines[frame] = 2.0 * t * scale;
        }
        for (first, sign) in [(first, 1.0), (second, -1.0)] {
            let (low, high) = lines.split_at_mut(first + 2);
            let (a, b) = (&mut low[first], &mut high[0]);
            for frame in 0..frames {
                let (cos, sin) = (cosines[frame], sign * sines[frame]);
                let (x, y) = (a[frame], b[frame]);
                (a[frame], b[frame]) = (cos * x - sin * y, sin * x + cos * y);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The matrix that one frame of mixing is.
    fn matrix(mix: impl Fn(&mut Lines)) -> [[f64; LINES]; LINES] {
        std::array::from_fn(|column| {
            let mut lines: Lines = [[0.0; BLOCK]; LINES];
            lines[column][0] = 1.0;
            mix(&mut lines);
            lines.map(|line| line[0])
        })
    }

    /// The largest difference of the columns' products from the identity.
    fn far_from_orthogonal(columns: &[[f64; LINES]; LINES]) -> f64 {
        let mut worst = 0.0_f64;
        for (i, a) in columns.iter().enumerate() {
            for (j, b) in columns.iter().enumerate() {
                let product: f64 = a.iter().zip(b).map(|(x, y)| x * y).sum();
                worst = worst.max((product - if i == j { 1.0 } else { 0.0 }).abs());
            }
        }
        worst
    }

    #[test]
    fn r6_the_feedback_matrix_is_orthogonal_at_every_angle() {
        assert!(far_from_orthogonal(&matrix(|lines| hadamard(lines, 4))) == 0.0);
        for step in -20..=20 {
            let t = f64::from(step) / 20.0;
            let both = matrix(|lines| {
                rotate(lines, &[t, -0.3 * t, t * t, 0.7 - t], &[0.01; ANGLES], 0, 4);
                hadamard(lines, 4);
            });
            assert!(far_from_orthogonal(&both) <= 1e-12);
        }
    }

    #[test]
    fn every_line_feeds_every_other_by_the_same_share() {
        let columns = matrix(|lines| hadamard(lines, 1));
        assert!(columns.iter().flatten().all(|x| x.abs() == 0.25));
    }
}
