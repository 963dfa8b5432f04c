//! How the lines feed each other: matrices that are orthogonal at every frame, so that nothing is lost or
//! won by mixing.

use super::bank::Blocks;
use crate::block::{BLOCK, PLACES};

/// Lines of the network.
pub(super) const LINES: usize = 16;

/// A block of every line.
pub(super) type Lines = [[f64; BLOCK]; LINES];

/// What each line is multiplied with before [`hadamard`], so that this does not have to: signs, so that the
/// matrix' regular rows do not line up with the delays, and the quarter that makes it orthogonal. The
/// quarter is exact, so nothing is lost by rounding but the sums' last bits.
pub(super) const WEIGHTS: [f64; LINES] = {
    const MINUS: [usize; 7] = [1, 2, 6, 8, 12, 13, 15];
    let mut weights = [0.25; LINES];
    let mut at = 0;
    while at < MINUS.len() {
        weights[MINUS[at]] = -0.25;
        at += 1;
    }
    weights
};

/// One frame of every line, already [weighted](WEIGHTS), mixed by a Hadamard matrix: each output is the sum of
/// all inputs, and all have the same share of each. The fast Walsh-Hadamard transform.
#[inline(always)]
fn mix(frame: &mut [f64; LINES]) {
    stage::<4>(frame);
    stage::<8>(frame);
    stage::<1>(frame);
    stage::<2>(frame);
}

/// Sums and differences of what lies `APART`.
#[inline(always)]
fn stage<const APART: usize>(frame: &mut [f64; LINES]) {
    for low in 0..LINES {
        if low & APART == 0 {
            let (a, b) = (frame[low], frame[low + APART]);
            (frame[low], frame[low + APART]) = (a + b, a - b);
        }
    }
}

/// Sets `out` to all `lines`, [mixed](mix).
///
/// To another place, since the compiler takes several frames at a time only where nothing is overwritten that
/// it still needs.
#[inline(always)]
pub(super) fn hadamard(lines: &Lines, out: &mut Lines, frames: usize) {
    for frame in 0..frames.min(BLOCK) {
        let mut all = [0.0; LINES];
        for line in 0..LINES {
            all[line] = lines[line][frame];
        }
        mix(&mut all);
        for line in 0..LINES {
            out[line][frame] = all[line];
        }
    }
}

/// Sets `out` to what `blocks` hold, multiplied by `gains` and [mixed](mix), in one go.
#[inline(always)]
pub(super) fn scatter(blocks: Blocks<'_>, gains: &[f64; LINES], out: &mut Lines, frames: usize) {
    for frame in 0..frames.min(BLOCK) {
        let mut all = [0.0; LINES];
        for line in 0..LINES {
            all[line] = blocks[line][frame] * gains[line];
        }
        mix(&mut all);
        for line in 0..LINES {
            out[line][frame] = all[line];
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
        for (frame, place) in PLACES[from..from + frames].iter().enumerate() {
            let t = tangents[angle] + steps[angle] * place;
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

/// Fades each line to `other` by `share`.
#[inline(always)]
pub(super) fn fade(lines: &mut Lines, other: &Lines, share: &[f64; BLOCK], frames: usize) {
    for (line, other) in lines.iter_mut().zip(other) {
        for ((x, other), share) in line[..frames].iter_mut().zip(other).zip(share) {
            *x += share * (other - *x);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The matrix that one frame of mixing is, after `turn`.
    fn matrix(turn: impl Fn(&mut Lines)) -> [[f64; LINES]; LINES] {
        std::array::from_fn(|column| {
            let mut lines: Lines = [[0.0; BLOCK]; LINES];
            lines[column][0] = WEIGHTS[column];
            let mut out = lines;
            turn(&mut lines);
            hadamard(&lines, &mut out, 4);
            out.map(|line| line[0])
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
        assert!(far_from_orthogonal(&matrix(|_| {})) == 0.0);
        for step in -20..=20 {
            let t = f64::from(step) / 20.0;
            let both = matrix(|lines| {
                rotate(lines, &[t, -0.3 * t, t * t, 0.7 - t], &[0.01; ANGLES], 0, 4);
            });
            assert!(far_from_orthogonal(&both) <= 1e-12);
        }
    }

    #[test]
    fn every_line_feeds_every_other_by_the_same_share() {
        let columns = matrix(|_| {});
        assert!(columns.iter().flatten().all(|x| x.abs() == 0.25));
    }
}
