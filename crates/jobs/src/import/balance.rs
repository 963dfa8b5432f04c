//! The peak of the sum of all imported files, found without adding them up from start to end: the peak
//! pyramids bound the sum, and only where the bound is highest the samples are read.

use twobus_dsp::Db;
use twobus_dsp::pan::{self, PanLaw};
use twobus_media::{BIN_FRAMES, ContentHash, Peaks};
use twobus_session::ChannelMap;

use super::{Found, Imported, channel_maps};
use crate::audio;
use crate::error::Result;
use crate::progress::Progress;

/// The peak that proposed trims bring the sum to.
pub const TARGET_PEAK_DBFS: f64 = -6.0;
/// Trims are proposed in steps of this many dB.
const STEP_DB: f64 = 0.1;
/// Trims are not proposed beyond this.
const LARGEST_DB: f64 = 24.0;
/// Frames of a bin of the sum: those of the pyramid's middle level.
const BIN: u64 = BIN_FRAMES[1] as u64;
/// Bins whose samples are read at most. The highest bounds come first, so what is left out by this can
/// only be a little louder than what was read.
const MOST_BINS: usize = 4096;

/// The trim that brings a sum that peaks at `peak_dbfs` to the target, rounded down to a step.
pub(super) fn trim_for(peak_dbfs: f64) -> Db {
    let exact = (TARGET_PEAK_DBFS - peak_dbfs).clamp(-LARGEST_DB, LARGEST_DB);
    Db(((exact / STEP_DB).floor() * STEP_DB * 10.0).round() / 10.0)
}

/// A track of the sum: where it lies, what it can reach, and how much of it gets to each side.
struct Part<'a> {
    imported: &'a Imported,
    hash: ContentHash,
    map: ChannelMap,
    /// Channels of the file that get to the left and to the right.
    sides: [usize; 2],
    /// Gain of each channel: that of a centred mono track, or unity.
    gain: f64,
}

impl Part<'_> {
    /// Bins that the file touches, at its place on the timeline.
    fn bins(&self) -> std::ops::Range<u64> {
        let start = self.imported.position;
        start / BIN..(start + self.imported.frames).div_ceil(BIN)
    }

    /// Largest magnitude that `side` can have in `bin`, gain included.
    fn bound(&self, peaks: &Peaks, bin: u64, side: usize) -> f64 {
        let start = (bin * BIN).saturating_sub(self.imported.position);
        let end = ((bin + 1) * BIN).saturating_sub(self.imported.position);
        let bin = peaks.over(self.sides[side], start..end);
        f64::from(bin.max.max(-bin.min)) * self.gain
    }
}

/// The tracks that a file will have, each in the centre.
fn parts(imported: &Imported, hash: ContentHash, law: PanLaw) -> Vec<Part<'_>> {
    let channels = imported.media.channels;
    let part = |map| {
        let (sides, gain) = match map {
            ChannelMap::AsIs if channels == 2 => ([0, 1], 1.0),
            ChannelMap::AsIs => ([0, 0], pan::mono(law, 0.0).0),
            ChannelMap::Only(channel) => ([usize::from(channel); 2], pan::mono(law, 0.0).0),
        };
        Part { imported, hash, map, sides, gain }
    };
    channel_maps(channels).into_iter().map(part).collect()
}

/// Peak of the sum of all files on centred tracks, in dBFS; `None` when it is silent.
pub(super) fn sum_peak_dbfs(found: &Found<'_>, progress: &Progress) -> Result<Option<f64>> {
    let parts: Vec<Part<'_>> = found
        .rows
        .iter()
        .filter_map(|row| Some((row.outcome.as_ref().ok()?, row.scan.as_ref()?)))
        .flat_map(|(imported, scan)| parts(imported, scan.hash, found.pan_law))
        .collect();
    let mut bins = bounds(found, &parts)?;
    bins.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    let mut readers = Vec::new();
    for part in &parts {
        let file = &part.imported.media;
        readers.push(audio::open(found.folder, file, part.map, found.rate_hz, progress)?);
    }
    let mut peak = 0.0_f64;
    for (bound, bin) in bins.into_iter().take(MOST_BINS) {
        if bound <= peak {
            break;
        }
        peak = peak.max(peak_of_bin(&parts, &mut readers, bin)?);
        progress.advance(0)?;
    }
    Ok((peak > 0.0).then(|| Db::from_gain(peak).0))
}

/// Every bin with what the sum can reach there on the louder side.
fn bounds(found: &Found<'_>, parts: &[Part<'_>]) -> Result<Vec<(f64, u64)>> {
    let bins = parts.iter().map(|part| part.bins().end).max().unwrap_or(0);
    let mut sums = vec![[0.0_f64; 2]; usize::try_from(bins).unwrap_or(0)];
    for part in parts {
        let path = found.folder.peaks(&part.imported.media.hash, found.rate_hz)?;
        let peaks = Peaks::load(&path, part.hash)?;
        for bin in part.bins() {
            let Some(sum) = usize::try_from(bin).ok().and_then(|bin| sums.get_mut(bin)) else {
                continue;
            };
            sum[0] += part.bound(&peaks, bin, 0);
            sum[1] += part.bound(&peaks, bin, 1);
        }
    }
    let louder = sums.into_iter().zip(0..).map(|([left, right], bin)| (left.max(right), bin));
    Ok(louder.collect())
}

/// The real peak of the sum in `bin`.
fn peak_of_bin(
    parts: &[Part<'_>],
    readers: &mut [twobus_media::PcmReader],
    bin: u64,
) -> Result<f64> {
    const FRAMES: usize = BIN as usize;
    let (mut left, mut right) = ([0.0_f32; FRAMES], [0.0_f32; FRAMES]);
    let mut sums = [[0.0_f64; FRAMES]; 2];
    for (part, reader) in parts.iter().zip(readers).filter(|(part, _)| part.bins().contains(&bin)) {
        let (start, position) = (bin * BIN, part.imported.position);
        let late = usize::try_from(position.saturating_sub(start)).unwrap_or(FRAMES).min(FRAMES);
        let from = start.saturating_sub(position);
        let frames = if reader.channels() == 1 {
            let frames = reader.read(from, &mut [&mut left[late..]])?;
            right = left;
            frames
        } else {
            reader.read(from, &mut [&mut left[late..], &mut right[late..]])?
        };
        for (sum, samples) in sums.iter_mut().zip([&left, &right]) {
            let there = sum[late..late + frames].iter_mut().zip(&samples[late..]);
            there.for_each(|(sum, sample)| *sum += f64::from(*sample) * part.gain);
        }
    }
    Ok(sums.iter().flatten().fold(0.0_f64, |peak, sum| peak.max(sum.abs())))
}
