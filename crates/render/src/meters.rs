//! Levels on their way to the eye: written on the audio thread, read by a window when it draws.
//!
//! Nothing is lost between two looks, however far apart: peaks are the highest since the last look, and
//! power, overs and starved frames are sums that only grow.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use twobus_dsp::meter::level::FULL_SCALE;
use twobus_dsp::pan::Matrix;

use crate::stereo::{Stereo, through};

/// Most devices of a strip whose gain reduction is shown.
pub const SHOWN_SLOTS: usize = 16;

/// Points of a chain of devices whose levels are shown: before the first device, and after each.
pub const SHOWN_POINTS: usize = SHOWN_SLOTS + 1;

/// The levels of one strip after its fader, pan and mute, and along its chain while someone
/// [watches](StripMeter::watch).
#[derive(Debug, Default)]
pub struct StripMeter {
    output: Point,
    overs: AtomicU64,
    starved: AtomicU64,
    reductions: [AtomicU32; SHOWN_SLOTS],
    is_watched: AtomicBool,
    chain: [Point; SHOWN_POINTS],
}

/// What [`StripMeter::look`] shows.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Levels {
    /// Highest magnitude, left and right, since the last look.
    pub peaks: [f32; 2],
    /// Sums of the squares of all samples so far, left and right.
    pub squares: [f64; 2],
    /// Frames so far, of which those are the sums.
    pub frames: u64,
    /// Samples at or above full scale so far.
    pub overs: u64,
    /// Frames so far that the disk did not bring in time.
    pub starved: u64,
    /// Largest gain reduction of each device since the last look, in dB (0 or positive).
    pub reductions_db: [f32; SHOWN_SLOTS],
}

/// What [`StripMeter::look_along`] shows of one point.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct PointLevels {
    /// Highest magnitude, left and right, since the last look.
    pub peaks: [f32; 2],
    /// Sums of the squares of all samples so far, left and right.
    pub squares: [f64; 2],
    /// Frames so far, of which those are the sums.
    pub frames: u64,
}

impl PointLevels {
    /// Mean square of left and right since an `earlier` look; 0 when nothing was played since.
    pub fn power_since(&self, earlier: &Self) -> [f64; 2] {
        let frames = self.frames.saturating_sub(earlier.frames);
        let mean = |side: usize| {
            let grown = (self.squares[side] - earlier.squares[side]).max(0.0);
            if frames == 0 { 0.0 } else { grown / frames as f64 }
        };
        [mean(0), mean(1)]
    }
}

/// Peaks and power at one point of the signal's way, as atomics.
#[derive(Debug, Default)]
struct Point {
    peaks: [AtomicU32; 2],
    /// Sums of squares, as bits of an `f64`.
    squares: [AtomicU64; 2],
    frames: AtomicU64,
}

impl Point {
    /// Takes in a run of so many frames.
    fn add(&self, run: &Run, frames: usize) {
        for side in 0..2 {
            // Bits of magnitudes order as the magnitudes do.
            let peak = (run.peaks[side] as f32).to_bits();
            let _before = self.peaks[side].fetch_max(peak, Ordering::Relaxed);
            // Only this thread writes, so nothing is lost between reading and writing.
            let so_far = f64::from_bits(self.squares[side].load(Ordering::Relaxed));
            self.squares[side].store((so_far + run.squares[side]).to_bits(), Ordering::Relaxed);
        }
        let _before = self.frames.fetch_add(frames as u64, Ordering::Relaxed);
    }

    /// What happened; peaks begin anew.
    fn look(&self) -> PointLevels {
        let sum = |bits: &AtomicU64| f64::from_bits(bits.load(Ordering::Relaxed));
        PointLevels {
            peaks: self.peaks.each_ref().map(taken),
            squares: self.squares.each_ref().map(sum),
            frames: self.frames.load(Ordering::Relaxed),
        }
    }
}

/// A magnitude that begins anew.
fn taken(bits: &AtomicU32) -> f32 {
    f32::from_bits(bits.swap(0, Ordering::Relaxed))
}

impl Levels {
    /// Mean square of left and right since an `earlier` look; 0 when nothing was played since.
    pub fn power_since(&self, earlier: &Self) -> [f64; 2] {
        self.point().power_since(&earlier.point())
    }

    fn point(&self) -> PointLevels {
        PointLevels { peaks: self.peaks, squares: self.squares, frames: self.frames }
    }
}

impl StripMeter {
    /// What happened, for the one who shows it: peaks and gain reductions begin anew with every look.
    pub fn look(&self) -> Levels {
        let PointLevels { peaks, squares, frames } = self.output.look();
        Levels {
            peaks,
            squares,
            frames,
            overs: self.overs.load(Ordering::Relaxed),
            starved: self.starved.load(Ordering::Relaxed),
            reductions_db: self.reductions.each_ref().map(taken),
        }
    }

    /// Whether levels along the chain are measured; at first they are not, and cost nothing.
    pub fn watch(&self, is_on: bool) {
        self.is_watched.store(is_on, Ordering::Relaxed);
    }

    /// The levels along the chain while it is [watched](Self::watch): the first is what goes into the first
    /// device, and each next one what comes out of a device and goes into the one after it.
    pub fn look_along(&self) -> [PointLevels; SHOWN_POINTS] {
        self.chain.each_ref().map(Point::look)
    }

    /// Frames so far that the disk did not bring in time.
    pub fn starved_frames(&self) -> u64 {
        self.starved.load(Ordering::Relaxed)
    }

    /// Takes in a run of `signal` after `matrix`.
    pub(crate) fn measure<T: Copy + Into<f64>>(
        &self,
        signal: &Stereo<T>,
        matrix: Matrix,
        frames: usize,
    ) {
        let run = Run::of(signal, matrix, frames);
        self.output.add(&run, frames);
        let full_scale = f64::from(FULL_SCALE);
        if run.peaks.iter().any(|&peak| peak >= full_scale) {
            let over = |i: &usize| {
                let (left, right) =
                    through(matrix, signal.left[*i].into(), signal.right[*i].into());
                left.abs() >= full_scale || right.abs() >= full_scale
            };
            let overs = (0..frames).filter(over).count();
            let _before = self.overs.fetch_add(overs as u64, Ordering::Relaxed);
        }
    }

    /// True when someone looks along the chain.
    pub(crate) fn is_watched(&self) -> bool {
        self.is_watched.load(Ordering::Relaxed)
    }

    /// Takes in what lies before the device with index `point`, or after the last one.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub(crate) fn measure_point(&self, point: usize, signal: &Stereo<f32>, frames: usize) {
        if let Some(shown) = self.chain.get(point) {
            shown.add(&Run::of(signal, Matrix::IDENTITY, frames), frames);
        }
    }

    /// Takes in the gain reduction of each device.
    pub(crate) fn reductions(&self, reductions_db: impl Iterator<Item = f32>) {
        for (shown, db) in self.reductions.iter().zip(reductions_db) {
            let _before = shown.fetch_max(db.max(0.0).to_bits(), Ordering::Relaxed);
        }
    }

    /// Counts frames that were not there in time.
    pub(crate) fn starved(&self, frames: u64) {
        let _before = self.starved.fetch_add(frames, Ordering::Relaxed);
    }
}

/// Peaks and sums of squares of one run.
struct Run {
    peaks: [f64; 2],
    squares: [f64; 2],
}

impl Run {
    fn of<T: Copy + Into<f64>>(signal: &Stereo<T>, matrix: Matrix, frames: usize) -> Self {
        let (left, right) = (&signal.left[..frames], &signal.right[..frames]);
        if matrix.rl == 0.0 && matrix.lr == 0.0 {
            let of_side = |samples: &[T], gain: f64| side(samples.iter().map(|&x| x.into() * gain));
            let ((left_peak, left_sum), (right_peak, right_sum)) =
                (of_side(left, matrix.ll), of_side(right, matrix.rr));
            return Self { peaks: [left_peak, right_peak], squares: [left_sum, right_sum] };
        }
        let frame = |(&l, &r): (&T, &T)| through(matrix, l.into(), r.into());
        let (left_peak, left_sum) = side(left.iter().zip(right).map(|pair| frame(pair).0));
        let (right_peak, right_sum) = side(left.iter().zip(right).map(|pair| frame(pair).1));
        Self { peaks: [left_peak, right_peak], squares: [left_sum, right_sum] }
    }
}

/// Peak and sum of squares.
fn side(samples: impl Iterator<Item = f64>) -> (f64, f64) {
    samples.fold((0.0, 0.0), |(peak, sum): (f64, f64), x| (peak.max(x.abs()), sum + x * x))
}
