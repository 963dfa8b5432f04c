//! Conversion of the song's rate to the device's, within the callback.
//!
//! The filter is that of `twobus_media::Converter`: block by block through the spectrum of a windowed
//! sinc, in `f64`, by the crate `rubato`. What differs is the way there. The input of the next block is
//! gathered while the last one is played, a little for every frame played, so that the song is rendered
//! evenly however short the callbacks are; this costs one block of latency.

use audioadapter_buffers::direct::SequentialSliceOfVecs;
use rubato::{Fft, FixedSync, Resampler as _, WindowFunction};

use crate::device::Playback;

/// Frames of the filter at the lower of the two rates, at least, as for imported files.
const FILTER_FRAMES: u64 = 512;

/// Frames that are asked for at once, at most: the size of the buffers between song and device.
pub(crate) const PIECE: usize = 1024;

/// What is louder is no sound, and would overflow in the filter: 120 dB above full scale.
const LOUDEST: f64 = 1e6;

/// Fetches blocks from a [`Playback`] at the song's rate and delivers them at the device's.
pub(crate) struct RateEdge {
    /// `None` between equal rates, where blocks are handed through as they are.
    blocks: Option<Blocks>,
    piece: [Vec<f64>; 2],
    /// Samples so far that were no numbers and did not go into the filter, whose memory they would spoil.
    pub(crate) not_numbers: u64,
}

/// Two blocks of a converter: one that is filled by the song, and one that is played.
struct Blocks {
    fft: Fft<f64>,
    input: [Vec<f64>; 2],
    /// Frames of `input` that have arrived.
    filled: usize,
    output: [Vec<f64>; 2],
    /// Frames of `output` that were played.
    played: usize,
}

impl RateEdge {
    /// From `song_hz` to `device_hz`.
    ///
    /// # Panics
    /// When a rate is 0.
    pub(crate) fn new(song_hz: u32, device_hz: u32) -> Self {
        assert!(song_hz > 0 && device_hz > 0, "rates are above zero");
        let blocks = (song_hz != device_hz).then(|| Blocks::new(song_hz, device_hz));
        Self { blocks, piece: [vec![0.0; PIECE], vec![0.0; PIECE]], not_numbers: 0 }
    }

    /// How much later a frame leaves than it was asked of the song, in frames at the device's rate:
    /// the block that is gathered, and half a block of the filter. 0 between equal rates.
    pub(crate) fn latency_frames(&self) -> usize {
        self.blocks.as_ref().map_or(0, |blocks| {
            let block = blocks.output[0].len();
            block + block / 2
        })
    }

    /// The next `frames` frames at the device's rate, at most [`PIECE`]: left and right.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub(crate) fn pull(&mut self, playback: &mut dyn Playback, frames: usize) -> (&[f64], &[f64]) {
        debug_assert!(frames <= PIECE, "longer callbacks are cut into pieces");
        let frames = frames.min(PIECE);
        let [left, right] = &mut self.piece;
        let (left, right) = (&mut left[..frames], &mut right[..frames]);
        match &mut self.blocks {
            None => playback.fill(left, right),
            Some(blocks) => self.not_numbers += blocks.pull(playback, left, right),
        }
        (left, right)
    }
}

impl Blocks {
    fn new(song_hz: u32, device_hz: u32) -> Self {
        let divisor = gcd(u64::from(song_hz), u64::from(device_hz));
        let (from, to) = (u64::from(song_hz) / divisor, u64::from(device_hz) / divisor);
        // An even number of units, so that half a block is a whole frame at both rates.
        let units = FILTER_FRAMES.div_ceil(to.min(from)).next_multiple_of(2);
        let (block_in, block_out) = ((units * from) as usize, (units * to) as usize);
        let fft = Fft::new_custom(
            song_hz as usize,
            device_hz as usize,
            block_in,
            1,
            2,
            WindowFunction::BlackmanHarris2,
            FixedSync::Both,
        )
        .expect("rates and block are above zero");
        Self {
            fft,
            input: [vec![0.0; block_in], vec![0.0; block_in]],
            filled: 0,
            output: [vec![0.0; block_out], vec![0.0; block_out]],
            played: 0,
        }
    }

    /// Returns how many samples were no numbers.
    fn pull(&mut self, playback: &mut dyn Playback, left: &mut [f64], right: &mut [f64]) -> u64 {
        let mut not_numbers = 0;
        let block = self.output[0].len();
        let mut done = 0;
        while done < left.len() {
            let count = (left.len() - done).min(block - self.played);
            let from = self.played..self.played + count;
            left[done..done + count].copy_from_slice(&self.output[0][from.clone()]);
            right[done..done + count].copy_from_slice(&self.output[1][from]);
            done += count;
            self.played += count;
            not_numbers += self.gather(playback);
            if self.played == block {
                self.convert();
            }
        }
        not_numbers
    }

    /// Fetches as much of the next block as has been played of this one.
    fn gather(&mut self, playback: &mut dyn Playback) -> u64 {
        let [left, right] = &mut self.input;
        let due = (self.played * left.len()).div_ceil(self.output[0].len());
        let (left, right) = (&mut left[self.filled..due], &mut right[self.filled..due]);
        playback.fill(left, right);
        self.filled = due;
        clean(left) + clean(right)
    }

    fn convert(&mut self) {
        const FITS: &str = "the buffers have the block's size";
        let (block_in, block_out) = (self.input[0].len(), self.output[0].len());
        let input = SequentialSliceOfVecs::new(&self.input, 2, block_in).expect(FITS);
        let mut output =
            SequentialSliceOfVecs::new_mut(&mut self.output, 2, block_out).expect(FITS);
        let _sizes = self.fft.process_into_buffer(&input, &mut output, None).expect(FITS);
        self.filled = 0;
        self.played = 0;
    }
}

/// Makes numbers of all samples, and returns how many were none.
fn clean(samples: &mut [f64]) -> u64 {
    let mut not_numbers = 0;
    for sample in samples {
        if sample.is_nan() {
            *sample = 0.0;
            not_numbers += 1;
        }
        *sample = sample.clamp(-LOUDEST, LOUDEST);
    }
    not_numbers
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests;
