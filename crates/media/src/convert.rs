//! Sample-rate conversion: once per file, offline, without delay.
//!
//! A block of the input is transformed, its spectrum multiplied by that of a windowed sinc, cut or
//! extended to the other rate, and transformed back (overlap-add, in `f64`). The window is a squared
//! Blackman-Harris, whose side lobes lie far below what 32-bit float can hold. Rates without a large
//! common divisor need longer blocks and so get a sharper filter, which rings longer, but only at the
//! lower Nyquist frequency. Source: R. Crochiere & L. Rabiner, "Multirate Digital Signal Processing",
//! 1983, section 7; the work is done by the crate `rubato`.

use audioadapter_buffers::direct::SequentialSliceOfVecs;
use rubato::{Fft, FixedSync, Resampler, WindowFunction};

/// Frames of the filter at the lower of the two rates, at least: long enough to be flat up to 0.93
/// of the lower Nyquist frequency, no longer because it rings as long as that.
const FILTER_FRAMES: u64 = 512;

/// Converts a planar signal from one rate to another, piece by piece: the pieces' lengths do not
/// matter, to the last bit. Linear phase; output frame k lies at the time of input frame k / ratio.
///
/// The length becomes that of [`converted_frames`].
pub struct Converter {
    from_hz: u32,
    to_hz: u32,
    /// `None` between equal rates, where everything is copied as it is.
    fft: Option<Fft<f64>>,
    /// One block of input, and how much of it has arrived.
    input: Vec<Vec<f64>>,
    filled: usize,
    output: Vec<Vec<f64>>,
    /// Frames of the filter's delay still to drop.
    delay: usize,
    pushed: u64,
    delivered: u64,
}

impl Converter {
    /// Bytes that a converter of so many channels between these rates takes, roughly: much where the
    /// rates have no common divisor.
    pub fn memory_bytes(from_hz: u32, to_hz: u32, channels: usize) -> u64 {
        let (block_in, block_out) = blocks(from_hz, to_hz);
        // Input, output, what overlaps, and what the transforms work in.
        (3 * block_in as u64 + 4 * block_out as u64) * 8 * channels as u64
    }

    /// A converter of `channels` channels from `from_hz` to `to_hz`.
    ///
    /// # Panics
    /// When a rate or the number of channels is 0.
    pub fn new(from_hz: u32, to_hz: u32, channels: usize) -> Self {
        assert!(from_hz > 0 && to_hz > 0 && channels > 0, "rates and channels are above zero");
        let (block_in, block_out) = blocks(from_hz, to_hz);
        let fft = (to_hz != from_hz).then(|| {
            Fft::new_custom(
                from_hz as usize,
                to_hz as usize,
                block_in,
                1,
                channels,
                WindowFunction::BlackmanHarris2,
                FixedSync::Both,
            )
            .expect("rates and block are above zero")
        });
        Self {
            from_hz,
            to_hz,
            fft,
            input: vec![vec![0.0; block_in]; channels],
            filled: 0,
            output: vec![vec![0.0; block_out]; channels],
            delay: block_out / 2,
            pushed: 0,
            delivered: 0,
        }
    }

    /// Takes the next piece of the input, one slice per channel and all of one length, and appends
    /// to `out` what can be told of the output by now.
    ///
    /// # Panics
    /// When `planar` or `out` has not one element for each channel.
    pub fn push(&mut self, planar: &[&[f32]], out: &mut [Vec<f32>]) {
        assert_eq!(planar.len(), self.input.len(), "one slice for each channel");
        assert_eq!(out.len(), self.input.len(), "one vector for each channel");
        let frames = planar[0].len();
        self.pushed += frames as u64;
        if self.fft.is_none() {
            out.iter_mut().zip(planar).for_each(|(out, piece)| out.extend_from_slice(piece));
            return;
        }
        let mut taken = 0;
        while taken < frames {
            let count = (frames - taken).min(self.input[0].len() - self.filled);
            for (block, piece) in self.input.iter_mut().zip(planar) {
                let block = &mut block[self.filled..self.filled + count];
                let piece = &piece[taken..taken + count];
                block.iter_mut().zip(piece).for_each(|(to, &from)| *to = f64::from(from));
            }
            taken += count;
            self.filled += count;
            if self.filled == self.input[0].len() {
                self.convert(u64::MAX, out);
            }
        }
    }

    /// Appends the rest of the output to `out`.
    ///
    /// # Panics
    /// When `out` has not one vector for each channel.
    pub fn finish(mut self, out: &mut [Vec<f32>]) {
        assert_eq!(out.len(), self.input.len(), "one vector for each channel");
        let frames = converted_frames(self.pushed, self.from_hz, self.to_hz);
        while self.fft.is_some() && self.delivered < frames {
            for block in &mut self.input {
                block[self.filled..].fill(0.0);
            }
            self.convert(frames - self.delivered, out);
        }
    }

    /// Converts the block of input and appends the result without the delay, `most` frames of it at
    /// most.
    fn convert(&mut self, most: u64, out: &mut [Vec<f32>]) {
        const FITS: &str = "the buffers have the block's size";
        let Some(fft) = &mut self.fft else { return };
        let channels = self.input.len();
        let (block_in, block_out) = (self.input[0].len(), self.output[0].len());
        let input = SequentialSliceOfVecs::new(&self.input, channels, block_in).expect(FITS);
        let mut output =
            SequentialSliceOfVecs::new_mut(&mut self.output, channels, block_out).expect(FITS);
        let _sizes = fft.process_into_buffer(&input, &mut output, None).expect(FITS);
        let start = self.delay.min(block_out);
        let count = most.min((block_out - start) as u64) as usize;
        for (out, block) in out.iter_mut().zip(&self.output) {
            out.extend(block[start..start + count].iter().map(|&sample| sample as f32));
        }
        self.delay -= start;
        self.delivered += count as u64;
        self.filled = 0;
    }
}

impl std::fmt::Debug for Converter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Converter")
            .field("from_hz", &self.from_hz)
            .field("to_hz", &self.to_hz)
            .finish_non_exhaustive()
    }
}

/// The length of `frames` at `from_hz` when converted to `to_hz`: rounded to the nearest, half up.
///
/// # Panics
/// When `from_hz` is 0.
pub fn converted_frames(frames: u64, from_hz: u32, to_hz: u32) -> u64 {
    let (to, from) = (u128::from(to_hz), u128::from(from_hz));
    let exact = (u128::from(frames) * to * 2 + from) / (from * 2);
    u64::try_from(exact).unwrap_or(u64::MAX)
}

/// Frames of a block at both rates.
fn blocks(from_hz: u32, to_hz: u32) -> (usize, usize) {
    let divisor = gcd(u64::from(from_hz), u64::from(to_hz)).max(1);
    let (to, from) = (u64::from(to_hz) / divisor, u64::from(from_hz) / divisor);
    // An even number of units, so that half a block is a whole frame at both rates.
    let units = FILTER_FRAMES.div_ceil(to.min(from).max(1)).next_multiple_of(2);
    ((units * from) as usize, (units * to) as usize)
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}
