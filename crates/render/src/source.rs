//! Where a track's samples come from.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rtrb::{Consumer, Producer, RingBuffer};

/// The samples of one track, read in order: 32-bit, at the song's rate, at the song's positions.
pub trait Source: Send {
    /// Fills both slices, of equal length, with the frames from `start` on.
    ///
    /// A mono track's source fills both alike. Calls follow each other without gaps, from the frame the
    /// source was made for on. Returns how many frames were missing (they are silent).
    ///
    /// Audio thread: no allocation, no lock, no system call.
    fn read(&mut self, start: u64, left: &mut [f32], right: &mut [f32]) -> usize;

    /// Leaves out `frames` frames, which may lie further on than what is there by now. A source that goes
    /// by the position alone has nothing to do.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    fn skip(&mut self, _frames: u64) {}
}

/// No sound: where a source is still to come.
#[derive(Debug, Clone, Copy)]
pub struct Silence;

impl Source for Silence {
    fn read(&mut self, _start: u64, left: &mut [f32], right: &mut [f32]) -> usize {
        left.fill(0.0);
        right.fill(0.0);
        0
    }
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

/// Makes a stream: the end that a reader thread, or the driver between two blocks, fills, and the source
/// that is read. Each of its rings holds `frames` frames.
///
/// A stream holds a track's frames in order from where the reader began, so another place on the timeline
/// needs a fresh one.
pub fn stream(frames: usize, mono: bool) -> (StreamWriter, StreamSource) {
    let (left, left_end) = RingBuffer::new(frames);
    let (right, right_end) = (!mono).then(|| RingBuffer::new(frames)).unzip();
    let debt = Arc::new(AtomicU64::new(0));
    let writer = StreamWriter { left, right, frames, debt: Arc::clone(&debt) };
    (writer, StreamSource { left: left_end, right: right_end, debt })
}

/// The end of a stream that is filled.
pub struct StreamWriter {
    left: Producer<f32>,
    right: Option<Producer<f32>>,
    frames: usize,
    debt: Arc<AtomicU64>,
}

impl StreamWriter {
    /// True when one ring serves both channels.
    pub fn is_mono(&self) -> bool {
        self.right.is_none()
    }

    /// Frames there is room for.
    pub fn room(&self) -> usize {
        self.right.as_ref().map_or(usize::MAX, Producer::slots).min(self.left.slots())
    }

    /// Frames that wait to be read.
    pub fn waiting(&self) -> usize {
        self.frames - self.room()
    }

    /// True when the source is gone.
    pub fn is_abandoned(&self) -> bool {
        self.left.is_abandoned()
    }

    /// Frames that need not be written any more, because their time went by while the stream was empty.
    /// They count as written from now on.
    pub fn leap(&mut self) -> u64 {
        // Of an empty stream the other end takes nothing, so it can only add to what is owed.
        if self.waiting() == 0 { self.debt.swap(0, Ordering::AcqRel) } else { 0 }
    }

    /// Lets `fill` write `frames` frames, for which there must be room: left, and right unless mono. Those
    /// two slices may be shorter: the rings' ends. `fill` is then called again for the rest.
    ///
    /// # Errors
    /// The error of `fill`; what it was to write is then not part of the stream.
    pub fn write<E>(
        &mut self,
        frames: usize,
        mut fill: impl FnMut(usize, &mut [f32], &mut [f32]) -> Result<(), E>,
    ) -> Result<(), E> {
        let frames = frames.min(self.room());
        let mut done = 0;
        while done < frames {
            let Ok(mut left) = self.left.write_chunk(frames - done) else { return Ok(()) };
            let right = self.right.as_mut().map(|ring| ring.write_chunk(frames - done));
            let Ok(mut right) = right.transpose() else { return Ok(()) };
            let into_left = left.as_mut_slices().0;
            let into_right = right.as_mut().map_or(&mut [][..], |chunk| chunk.as_mut_slices().0);
            // Both rings are of one length and move together, so their ends lie at the same frames.
            fill(done, into_left, into_right)?;
            let written = into_left.len();
            left.commit(written);
            if let Some(chunk) = right {
                chunk.commit(written);
            }
            done += written;
        }
        Ok(())
    }
}

/// The end of a stream that is read.
///
/// What is not there in time is silent, and is left out when it comes: a stream stays in its place.
pub struct StreamSource {
    left: Consumer<f32>,
    right: Option<Consumer<f32>>,
    /// Frames whose time has gone by, still to come or to be taken.
    debt: Arc<AtomicU64>,
}

impl StreamSource {
    /// Frames that can be read.
    fn there(&self) -> usize {
        self.right.as_ref().map_or(usize::MAX, Consumer::slots).min(self.left.slots())
    }

    /// Leaves out what came too late.
    fn settle(&mut self) {
        // In this order: the other end leaps only while nothing is there, so what is owed cannot shrink
        // between its reading and its settling.
        let there = self.there();
        let late = self.debt.load(Ordering::Acquire).min(there as u64);
        if late == 0 {
            return;
        }
        let _before = self.debt.fetch_sub(late, Ordering::AcqRel);
        let late = usize::try_from(late).unwrap_or(there);
        drop_frames(&mut self.left, late);
        if let Some(ring) = &mut self.right {
            drop_frames(ring, late);
        }
    }
}

impl Source for StreamSource {
    fn read(&mut self, _start: u64, left: &mut [f32], right: &mut [f32]) -> usize {
        self.settle();
        let in_time = self.debt.load(Ordering::Acquire) == 0;
        let there = if in_time { self.there().min(left.len()) } else { 0 };
        take(&mut self.left, left, there);
        match &mut self.right {
            Some(ring) => take(ring, right, there),
            None => right.copy_from_slice(left),
        }
        let missing = left.len() - there;
        if missing > 0 {
            let _before = self.debt.fetch_add(missing as u64, Ordering::AcqRel);
        }
        missing
    }

    fn skip(&mut self, frames: u64) {
        let _before = self.debt.fetch_add(frames, Ordering::AcqRel);
        self.settle();
    }
}

/// Takes `there` frames and fills the rest with silence.
fn take(ring: &mut Consumer<f32>, out: &mut [f32], there: usize) {
    let (filled, missing) = out.split_at_mut(there);
    if let Ok(chunk) = ring.read_chunk(there) {
        let (first, second) = chunk.as_slices();
        filled[..first.len()].copy_from_slice(first);
        filled[first.len()..].copy_from_slice(second);
        chunk.commit_all();
    }
    missing.fill(0.0);
}

fn drop_frames(ring: &mut Consumer<f32>, frames: usize) {
    if let Ok(chunk) = ring.read_chunk(frames) {
        chunk.commit_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes the frames from `at` on as their own numbers.
    fn count(writer: &mut StreamWriter, at: &mut usize, frames: usize) {
        let written = writer.write(frames, |done, left, right| {
            for (i, (l, r)) in left.iter_mut().zip(right).enumerate() {
                (*l, *r) = ((*at + done + i) as f32, -((*at + done + i) as f32));
            }
            Ok::<(), ()>(())
        });
        assert_eq!(written, Ok(()));
        *at += frames;
    }

    #[test]
    fn r46_a_stream_that_ran_empty_comes_back_in_its_place() {
        let (mut writer, mut source) = stream(100, false);
        let (mut left, mut right) = ([0.0; 30], [0.0; 30]);
        let mut at = 0;
        count(&mut writer, &mut at, 40);
        assert_eq!(source.read(0, &mut left, &mut right), 0);
        assert_eq!((left[29], right[29]), (29.0, -29.0));
        // Ten of thirty are there, then none, then five of the next that come are too late.
        assert_eq!(source.read(30, &mut left, &mut right), 20);
        assert_eq!((left[9], left[10]), (39.0, 0.0));
        assert_eq!(source.read(60, &mut left, &mut right), 30);
        count(&mut writer, &mut at, 90);
        assert_eq!(source.read(90, &mut left, &mut right), 0);
        assert_eq!((left[0], right[29]), (90.0, -119.0));
    }

    #[test]
    fn r46_a_reader_far_behind_leaps_to_where_the_stream_is() {
        let (mut writer, mut source) = stream(50, false);
        let (mut left, mut right) = ([0.0; 40], [0.0; 40]);
        for start in (0..1000).step_by(40) {
            assert_eq!(source.read(start, &mut left, &mut right), 40);
        }
        assert_eq!(writer.leap(), 1000);
        let mut at = 1000;
        count(&mut writer, &mut at, 40);
        assert_eq!(source.read(1000, &mut left, &mut right), 0);
        assert_eq!((left[0], left[39]), (1000.0, 1039.0));
    }

    #[test]
    fn a_skip_reaches_into_what_is_still_to_come() {
        let (mut writer, mut source) = stream(64, true);
        let (mut left, mut right) = ([0.0; 8], [0.0; 8]);
        let number = |writer: &mut StreamWriter, from: usize| {
            let filled = writer.write(32, |done, left, _| {
                left.iter_mut().zip(from + done..).for_each(|(x, i)| *x = i as f32);
                Ok::<(), ()>(())
            });
            assert_eq!(filled, Ok(()));
        };
        number(&mut writer, 0);
        source.skip(50);
        number(&mut writer, 32);
        assert_eq!(source.read(0, &mut left, &mut right), 0);
        assert_eq!((left[0], right[7]), (50.0, 57.0));
    }
}
