//! Where a track's samples come from.

use rtrb::Consumer;

/// The samples of one track, read in order: 32-bit, at the song's rate, at the song's positions.
pub trait Source: Send {
    /// Fills both slices, of equal length, with the frames from `start` on.
    ///
    /// A mono track's source fills both alike. Calls follow each other without gaps, from the frame the
    /// source was made for on. Returns how many frames were missing (they are silent).
    ///
    /// Audio thread: no allocation, no lock, no system call.
    fn read(&mut self, start: u64, left: &mut [f32], right: &mut [f32]) -> usize;
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
}

/// Samples that a reader thread, or the driver between two blocks, puts into rings.
///
/// The rings hold the track's frames in order from where the reader began, so another place on the
/// timeline needs fresh rings. One ring serves both channels of a mono track.
pub struct StreamSource {
    left: Consumer<f32>,
    right: Option<Consumer<f32>>,
}

impl StreamSource {
    /// A source fed by one ring (mono) or two (left and right).
    pub fn new(left: Consumer<f32>, right: Option<Consumer<f32>>) -> Self {
        Self { left, right }
    }
}

impl Source for StreamSource {
    fn read(&mut self, _start: u64, left: &mut [f32], right: &mut [f32]) -> usize {
        let missing = take(&mut self.left, left);
        match &mut self.right {
            Some(ring) => missing.max(take(ring, right)),
            None => {
                right.copy_from_slice(left);
                missing
            }
        }
    }
}

/// Takes what the ring holds, fills the rest with silence, and returns how much that was.
fn take(ring: &mut Consumer<f32>, out: &mut [f32]) -> usize {
    let there = ring.slots().min(out.len());
    let (filled, missing) = out.split_at_mut(there);
    if let Ok(chunk) = ring.read_chunk(there) {
        let (first, second) = chunk.as_slices();
        filled[..first.len()].copy_from_slice(first);
        filled[first.len()..].copy_from_slice(second);
        chunk.commit_all();
    }
    missing.fill(0.0);
    missing.len()
}
