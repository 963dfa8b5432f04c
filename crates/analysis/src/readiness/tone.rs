//! Tonal balance and sibilance, from the bands of the spectra.
//!
//! Without a reference there is no right spectrum, so the song is held against its own: a parabola
//! over the logarithm of frequency, which long-term spectra of popular music follow (Elowsson and
//! Friberg, "Long-term average spectrum in popular music and its relation to the level of the
//! percussion", AES 142, 2017). An octave that stands above it is a bump.

use twobus_dsp::Db;

use super::spectra::{Frame, THIRDS, third_hz};

/// The thirds that the trend is fitted to: 63 Hz to 12.5 kHz.
const FITTED: std::ops::RangeInclusive<usize> = 4..=27;
/// A third this far below the highest holds nothing.
const EMPTY: Db = Db(-60.0);
/// Thirds that must hold something for there to be a spectrum.
const LEAST: usize = 20;
/// A third this far above the first trend is left out of the second one.
const OUTLIER: Db = Db(3.0);
/// Thirds in an octave.
const OCTAVE: usize = 3;
/// Frames this far below the loudest do not count.
const QUIET: Db = Db(-20.0);
/// Frames in 3 s.
pub(super) const WINDOW: usize = 15;

/// An octave that stands out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bump {
    /// Its mean level above the trend.
    pub(crate) excess_db: f64,
    /// Its first third.
    pub(crate) third: usize,
}

impl Bump {
    /// Its limits, in Hz.
    pub(crate) fn band_hz(self) -> (f64, f64) {
        (third_hz(self.third).0, third_hz(self.third + OCTAVE - 1).1)
    }
}

/// The octave that stands out most; `None` if there is too little of a spectrum.
pub(crate) fn bump(frames: &[Frame]) -> Option<Bump> {
    let levels = levels(frames);
    let highest = levels.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let fitted: Vec<(f64, f64)> = FITTED
        .filter(|&third| levels[third] > highest + EMPTY.0)
        .map(|third| (third as f64, levels[third]))
        .collect();
    if fitted.len() < LEAST {
        return None;
    }
    let first = parabola(&fitted)?;
    let inside = |(x, y): &&(f64, f64)| y - value(first, *x) < OUTLIER.0;
    let again: Vec<(f64, f64)> = fitted.iter().filter(inside).copied().collect();
    let trend = if again.len() > LEAST / 2 { parabola(&again)? } else { first };
    let excess = |third: usize| levels[third].max(highest + EMPTY.0) - value(trend, third as f64);
    let octaves = *FITTED.start()..=*FITTED.end() + 1 - OCTAVE;
    let bumps = octaves.map(|third| Bump {
        excess_db: (third..third + OCTAVE).map(excess).sum::<f64>() / OCTAVE as f64,
        third,
    });
    bumps.max_by(|a, b| a.excess_db.total_cmp(&b.excess_db))
}

/// Mean level of each third, in dB.
pub(super) fn levels(frames: &[Frame]) -> [f64; THIRDS] {
    std::array::from_fn(|third| {
        let sum: f64 = frames.iter().map(|frame| f64::from(frame.thirds[third])).sum();
        Db::from_power(sum / frames.len().max(1) as f64).0
    })
}

/// Where 5 to 10 kHz stand highest against 1 to 4 kHz over 3 s, in dB, and the first frame of it.
pub(crate) fn sibilance(frames: &[Frame]) -> Option<(f64, usize)> {
    let power = |frame: &Frame| f64::from(frame.total);
    highest_ratio(frames, |f| f64::from(f.high), |f| f64::from(f.mid), power)
}

/// Where the octave of `bump` has its largest part of all over 3 s: the first frame.
pub(crate) fn bump_window(frames: &[Frame], bump: Bump) -> Option<usize> {
    let octave = |frame: &Frame| {
        frame.thirds[bump.third..bump.third + OCTAVE].iter().copied().map(f64::from).sum()
    };
    let total = |frame: &Frame| f64::from(frame.total);
    highest_ratio(frames, octave, total, total).map(|(_, first)| first)
}

/// The window of 3 s with the highest ratio of two powers, in dB, and its first frame, among those
/// that are not quiet.
fn highest_ratio(
    frames: &[Frame],
    above: impl Fn(&Frame) -> f64,
    below: impl Fn(&Frame) -> f64,
    power: impl Fn(&Frame) -> f64,
) -> Option<(f64, usize)> {
    let windows = || frames.windows(WINDOW.min(frames.len()).max(1));
    let total = |window: &[Frame]| window.iter().map(&power).sum::<f64>();
    let loudest = windows().map(total).fold(0.0, f64::max);
    let floor = loudest * 10.0_f64.powf(QUIET.0 / 10.0);
    let ratio = |window: &[Frame]| {
        let (above, below): (f64, f64) =
            (window.iter().map(&above).sum(), window.iter().map(&below).sum());
        Db::from_power(above / below.max(MUTED * total(window))).0
    };
    let loud = windows().enumerate().filter(|(_, w)| total(w) > 0.0 && total(w) >= floor);
    let ratios = loud.map(|(first, window)| (ratio(window), first));
    let highest = ratios.max_by(|a, b| a.0.total_cmp(&b.0));
    highest.filter(|(ratio, _)| ratio.is_finite())
}

/// The least part of all that the denominator is taken to have: −60 dB.
const MUTED: f64 = 1e-6;

/// The parabola with the least squares: `c0 + c1·x + c2·x²`.
fn parabola(points: &[(f64, f64)]) -> Option<[f64; 3]> {
    // About the middle, so that the sums are of one size.
    let mut rows = [[0.0_f64; 4]; 3];
    for &(x, y) in points {
        let powers = [1.0, x - MIDDLE, (x - MIDDLE).powi(2)];
        for (row, p) in rows.iter_mut().zip(powers) {
            (0..3).for_each(|column| row[column] += p * powers[column]);
            row[3] += p * y;
        }
    }
    for pivot in 0..3 {
        let divisor = rows[pivot][pivot];
        if divisor.abs() < 1e-12 {
            return None;
        }
        rows[pivot] = rows[pivot].map(|x| x / divisor);
        let row = rows[pivot];
        for other in (0..3).filter(|other| *other != pivot) {
            let factor = rows[other][pivot];
            (0..4).for_each(|column| rows[other][column] -= factor * row[column]);
        }
    }
    Some(rows.map(|row| row[3]))
}

fn value([c0, c1, c2]: [f64; 3], x: f64) -> f64 {
    let x = x - MIDDLE;
    c0 + c1 * x + c2 * x * x
}

/// The middle of the thirds that are fitted.
const MIDDLE: f64 = 15.5;
