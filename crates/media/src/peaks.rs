//! Peak pyramids: what a waveform is drawn from, at any zoom, without reading the audio again.
//!
//! Each level divides the file into bins of equal length and keeps the lowest, the highest and the
//! root-mean-square sample of each. Numbers are kept as the upper 16 bits of an `f32`, the extremes
//! rounded outwards, so that a bin never hides a peak and is at most 1/128 too wide.

mod file;

use std::ops::Range;

/// Frames in a bin of each level, from fine to coarse.
pub const BIN_FRAMES: [usize; 3] = [64, 512, 4096];

/// The extremes and the root-mean-square of some frames of one channel, full scale being 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bin {
    /// Lowest sample, or a little below.
    pub min: f32,
    /// Highest sample, or a little above.
    pub max: f32,
    /// Root of the mean square.
    pub rms: f32,
}

impl Bin {
    /// The bin of silence, or of no frames at all.
    pub const SILENT: Self = Self { min: 0.0, max: 0.0, rms: 0.0 };
}

/// A [`Bin`] in six bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Packed {
    min: u16,
    max: u16,
    rms: u16,
}

/// The peak pyramid of a file; by default that of no audio at all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Peaks {
    frames: u64,
    /// By channel, then by level.
    channels: Vec<[Vec<Packed>; BIN_FRAMES.len()]>,
}

impl Peaks {
    /// Length of the file in frames.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// Channels of the file.
    pub fn channels(&self) -> usize {
        self.channels.len()
    }

    /// What lies in `frames` of a channel, for one column of a waveform.
    ///
    /// Every bin that the range touches counts, so that adjacent columns leave no gap; the level is
    /// chosen so that this is more by an eighth of the range at most on either side, or by less than
    /// the finest bin. To draw finer, read the samples. Outside the file, and for channels that do
    /// not exist, there is silence.
    pub fn over(&self, channel: usize, frames: Range<u64>) -> Bin {
        let Some(levels) = self.channels.get(channel) else { return Bin::SILENT };
        let length = frames.end.saturating_sub(frames.start);
        let level = BIN_FRAMES.iter().rposition(|&bin| bin as u64 * 8 <= length).unwrap_or(0);
        let bin_frames = BIN_FRAMES[level] as u64;
        let bins = &levels[level];
        let index = |bin: u64| bins.len().min(usize::try_from(bin).unwrap_or(usize::MAX));
        let first = index(frames.start / bin_frames);
        let last = index(frames.end.max(frames.start + 1).div_ceil(bin_frames));
        merge(&bins[first..last])
    }
}

fn merge(bins: &[Packed]) -> Bin {
    let Some(first) = bins.first() else { return Bin::SILENT };
    let (mut min, mut max, mut squares) = (unpack(first.min), unpack(first.max), 0.0_f64);
    for bin in bins {
        min = min.min(unpack(bin.min));
        max = max.max(unpack(bin.max));
        squares += f64::from(unpack(bin.rms)).powi(2);
    }
    Bin { min, max, rms: (squares / bins.len() as f64).sqrt() as f32 }
}

fn unpack(bits: u16) -> f32 {
    f32::from_bits(u32::from(bits) << 16)
}

/// Rounds away from zero when `outwards`, otherwise towards it; `value` must be finite.
fn pack(value: f32, outwards: bool) -> u16 {
    /// The largest finite number there is.
    const LARGEST: u16 = 0x7F7F;
    let bits = value.to_bits();
    let upper = (bits >> 16) as u16;
    let (sign, size) = (upper & 0x8000, upper & 0x7FFF);
    let up = u16::from(outwards && bits & 0xFFFF != 0);
    sign | (size + up).min(LARGEST)
}

/// Extremes and sum of squares while they are gathered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tally {
    pub(crate) min: f32,
    pub(crate) max: f32,
    pub(crate) squares: f64,
    pub(crate) frames: u64,
}

impl Tally {
    pub(crate) const EMPTY: Self =
        Self { min: f32::INFINITY, max: f32::NEG_INFINITY, squares: 0.0, frames: 0 };

    /// The tally of some samples.
    pub(crate) fn of(samples: &[f32]) -> Self {
        // Lanes that the compiler can keep in vector registers.
        const LANES: usize = 8;
        let (groups, rest) = samples.as_chunks::<LANES>();
        let mut low = [f32::INFINITY; LANES];
        let mut high = [f32::NEG_INFINITY; LANES];
        let mut squares = [0.0_f32; LANES];
        for group in groups {
            for lane in 0..LANES {
                let x = group[lane];
                low[lane] = if x < low[lane] { x } else { low[lane] };
                high[lane] = if x > high[lane] { x } else { high[lane] };
                squares[lane] += x * x;
            }
        }
        let mut tally = Self {
            min: low.into_iter().fold(f32::INFINITY, f32::min),
            max: high.into_iter().fold(f32::NEG_INFINITY, f32::max),
            squares: squares.into_iter().map(f64::from).sum(),
            frames: samples.len() as u64,
        };
        for &x in rest {
            tally.min = tally.min.min(x);
            tally.max = tally.max.max(x);
            tally.squares += f64::from(x * x);
        }
        tally
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        self.squares += other.squares;
        self.frames += other.frames;
    }

    /// Largest magnitude.
    pub(crate) fn peak(&self) -> f32 {
        self.max.max(-self.min).max(0.0)
    }

    /// Mean square.
    pub(crate) fn power(&self) -> f64 {
        if self.frames == 0 { 0.0 } else { self.squares / self.frames as f64 }
    }

    fn pack(&self) -> Packed {
        Packed {
            min: pack(self.min, self.min < 0.0),
            max: pack(self.max, self.max > 0.0),
            rms: pack(self.power().sqrt() as f32, false),
        }
    }
}

/// Gathers the pyramid of one channel from the tallies of its finest bins.
#[derive(Debug)]
pub(crate) struct PeaksBuilder {
    levels: [Vec<Packed>; BIN_FRAMES.len()],
    /// The coarser bins that are not full yet.
    open: [Tally; BIN_FRAMES.len()],
}

impl PeaksBuilder {
    pub(crate) fn new() -> Self {
        Self { levels: std::array::from_fn(|_| Vec::new()), open: [Tally::EMPTY; BIN_FRAMES.len()] }
    }

    /// Takes the next bin of the finest level; only the last of a file may be shorter than that.
    pub(crate) fn push(&mut self, bin: &Tally) {
        for ((level, open), frames) in self.levels.iter_mut().zip(&mut self.open).zip(BIN_FRAMES) {
            open.add(bin);
            if open.frames == frames as u64 {
                level.push(open.pack());
                *open = Tally::EMPTY;
            }
        }
    }

    fn finish(mut self) -> [Vec<Packed>; BIN_FRAMES.len()] {
        for (level, open) in self.levels.iter_mut().zip(self.open) {
            if open.frames > 0 {
                level.push(open.pack());
            }
            level.shrink_to_fit();
        }
        self.levels
    }
}

/// The pyramid of a file of `frames` frames.
pub(crate) fn build(frames: u64, channels: Vec<PeaksBuilder>) -> Peaks {
    Peaks { frames, channels: channels.into_iter().map(PeaksBuilder::finish).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peaks_of(samples: &[f32]) -> Peaks {
        let mut builder = PeaksBuilder::new();
        samples.chunks(BIN_FRAMES[0]).for_each(|bin| builder.push(&Tally::of(bin)));
        build(samples.len() as u64, vec![builder])
    }

    #[test]
    fn a_bin_encloses_its_samples_and_is_hardly_wider() {
        let samples: Vec<f32> =
            (0..20_000).map(|n| (n as f32 * 0.37).sin() * (n as f32 / 9000.0)).collect();
        let peaks = peaks_of(&samples);
        for length in [64_u64, 512, 1000, 4096, 20_000] {
            for start in (0..20_000).step_by(640) {
                let range = start..(start + length).min(20_000);
                let slice = &samples[range.start as usize..range.end as usize];
                let bin = peaks.over(0, range.clone());
                let exact = Tally::of(slice);
                assert!(bin.min <= exact.min && bin.max >= exact.max, "{range:?}");
            }
        }
        let bin = peaks.over(0, 512..1024);
        let exact = Tally::of(&samples[512..1024]);
        assert!((bin.max / exact.max - 1.0).abs() <= 1.0 / 128.0);
        assert!((f64::from(bin.rms) / exact.power().sqrt() - 1.0).abs() <= 1.0 / 128.0);
    }

    #[test]
    fn one_loud_sample_is_seen_at_every_zoom_and_only_where_it_is() {
        let mut samples = vec![0.0_f32; 100_000];
        samples[70_001] = -1.5;
        let peaks = peaks_of(&samples);
        for length in [1_u64, 64, 700, 5000, 100_000] {
            let column = 70_001 / length * length;
            assert_eq!(peaks.over(0, column..column + length).min, -1.5, "{length}");
        }
        assert_eq!(peaks.over(0, 0..65_536), Bin::SILENT);
        assert_eq!(peaks.over(0, 100_000..200_000), Bin::SILENT);
        assert_eq!(peaks.over(3, 0..1), Bin::SILENT);
    }

    #[test]
    fn extremes_keep_their_sign_and_never_become_infinite() {
        for value in [f32::MAX, -f32::MAX, 1e-40, -1e-40, 0.1, -0.1, 0.0] {
            let packed = unpack(pack(value, value != 0.0));
            assert!(packed.is_finite());
            assert!(packed == 0.0 || packed.signum() == value.signum());
            assert!(value.abs() > 3e38 || packed.abs() >= value.abs());
        }
    }
}
