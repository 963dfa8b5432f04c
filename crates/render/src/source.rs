//! Where a track's samples come from.

use rtrb::Consumer;

use crate::BLOCK;

/// The samples of one track, read in order: 32-bit, at the song's rate, at the song's positions.
pub trait Source: Send {
    /// Fills both slices, of equal length, with the frames from `start` on.
    ///
    /// A mono track's source fills both alike. Calls follow each other without gaps, except after a
    /// [`seek`](Self::seek). Returns how many frames were missing (they are silent).
    ///
    /// Audio thread: no allocation, no lock, no system call.
    fn read(&mut self, start: u64, left: &mut [f32], right: &mut [f32]) -> usize;

    /// Prepares to be read from `frame` on.
    fn seek(&mut self, frame: u64);
}

/// Samples in memory, which begin at a frame of the song.
#[derive(Debug, Clone)]
pub struct MemorySource {
    left: Vec<f32>,
    right: Vec<f32>,
    position: u64,
}

impl MemorySource {
    /// A stereo signal whose first frame lies at `position`.
    ///
    /// The shorter channel ends in silence.
    pub fn stereo(left: Vec<f32>, right: Vec<f32>, position: u64) -> Self {
        Self { left, right, position }
    }

    /// A mono signal whose first frame lies at `position`.
    pub fn mono(samples: Vec<f32>, position: u64) -> Self {
        Self { right: samples.clone(), left: samples, position }
    }
}

impl Source for MemorySource {
    fn read(&mut self, start: u64, left: &mut [f32], right: &mut [f32]) -> usize {
        for (samples, out) in [(&self.left, left), (&self.right, right)] {
            for (frame, sample) in (start..).zip(out.iter_mut()) {
                let index = frame.checked_sub(self.position).and_then(|i| usize::try_from(i).ok());
                *sample = index.and_then(|i| samples.get(i)).copied().unwrap_or(0.0);
            }
        }
        0
    }

    fn seek(&mut self, _frame: u64) {}
}

/// Frames that are taken from a ring at a time: long enough for the processor to fetch ahead what
/// another core has written.
const TAKE_FRAMES: usize = 8 * BLOCK;

/// Samples that a reader thread, or the driver between two blocks, puts into rings.
///
/// The rings hold the track's frames in order from where the reader began. One ring serves both
/// channels of a mono track.
pub struct StreamSource {
    left: Channel,
    right: Option<Channel>,
}

impl StreamSource {
    /// A source fed by one ring (mono) or two (left and right).
    pub fn new(left: Consumer<f32>, right: Option<Consumer<f32>>) -> Self {
        Self { left: Channel::new(left), right: right.map(Channel::new) }
    }
}

impl Source for StreamSource {
    fn read(&mut self, _start: u64, left: &mut [f32], right: &mut [f32]) -> usize {
        let missing = self.left.take(left);
        match &mut self.right {
            Some(channel) => missing.max(channel.take(right)),
            None => {
                right.copy_from_slice(left);
                missing
            }
        }
    }

    /// A stream cannot be sought: its reader begins anew with fresh rings.
    fn seek(&mut self, _frame: u64) {}
}

/// One ring, and what was taken from it and not yet read.
struct Channel {
    ring: Consumer<f32>,
    taken: [f32; TAKE_FRAMES],
    next: usize,
    end: usize,
}

impl Channel {
    fn new(ring: Consumer<f32>) -> Self {
        Self { ring, taken: [0.0; TAKE_FRAMES], next: 0, end: 0 }
    }

    /// Fills `out` with what there is, the rest with silence, and returns how much that was.
    fn take(&mut self, out: &mut [f32]) -> usize {
        let mut done = 0;
        while done < out.len() {
            if self.next == self.end && !self.refill() {
                break;
            }
            let frames = (out.len() - done).min(self.end - self.next);
            let taken = &self.taken[self.next..self.next + frames];
            out[done..done + frames].copy_from_slice(taken);
            self.next += frames;
            done += frames;
        }
        out[done..].fill(0.0);
        out.len() - done
    }

    fn refill(&mut self) -> bool {
        let there = self.ring.slots().min(TAKE_FRAMES);
        let Ok(chunk) = self.ring.read_chunk(there) else { return false };
        let (first, second) = chunk.as_slices();
        self.taken[..first.len()].copy_from_slice(first);
        self.taken[first.len()..there].copy_from_slice(second);
        chunk.commit_all();
        (self.next, self.end) = (0, there);
        there > 0
    }
}
