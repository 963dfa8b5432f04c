//! What a track plays, read from disk.

use twobus_jobs::Playlist;

/// Samples that can be read from any position, at the song's rate.
pub(crate) trait Tape: Send {
    /// True when one channel is delivered, in the left slice.
    fn is_mono(&self) -> bool;

    /// Fills both slices (one, if mono; the other is then empty) with the frames from `start` on. It may
    /// take as long as a disk takes.
    ///
    /// # Errors
    /// When they cannot be read.
    fn read(
        &mut self,
        start: u64,
        left: &mut [f32],
        right: &mut [f32],
    ) -> Result<(), twobus_jobs::Error>;
}

impl Tape for Playlist {
    fn is_mono(&self) -> bool {
        Playlist::is_mono(self)
    }

    fn read(
        &mut self,
        start: u64,
        left: &mut [f32],
        right: &mut [f32],
    ) -> Result<(), twobus_jobs::Error> {
        Playlist::read(self, start, left, right)
    }
}
