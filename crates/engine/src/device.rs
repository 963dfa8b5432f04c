//! Sound devices: finding, opening, feeding and losing them.

/// What is played: fills blocks of stereo at the song's rate, of whatever length is asked for.
///
/// It is moved into the audio thread when a device is opened, and handed back when that device is
/// closed or lost, so that it goes on at its position on another.
pub trait Playback: Send {
    /// Fills both slices, which are of the same length (any, also 0), with the next frames.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    fn fill(&mut self, left: &mut [f64], right: &mut [f64]);
}
