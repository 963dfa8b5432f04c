//! Where playback is, for who looks at it from another thread.

use std::sync::atomic::{AtomicU64, Ordering, fence};

/// Whether anything plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum State {
    /// Silent; it waits for a place to play from.
    #[default]
    Stopped,
    /// Silent, at its place: `play` sounds with the next block.
    Ready,
    /// Playing, or fading out.
    Playing,
}

/// Where playback is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Moment {
    /// Whether anything plays.
    pub state: State,
    /// Frames of the timeline rendered since the player was made: a clock that stands while it is stopped.
    pub clock: u64,
    /// Timeline position of the frame that is rendered next.
    pub position: u64,
    /// Timeline position of the frame that is handed out next: latency and what is carried taken away.
    pub playhead: u64,
    /// Frames of the tap that were dropped because nobody took them.
    pub untapped: u64,
}

/// A [`Moment`] in atomics: the writer never waits, a reader tries again when it was disturbed.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// Odd while it is written.
    version: AtomicU64,
    fields: [AtomicU64; 5],
}

impl Shared {
    /// Audio thread: no allocation, no lock, no system call.
    pub(super) fn write(&self, moment: Moment) {
        let Moment { state, clock, position, playhead, untapped } = moment;
        let state = match state {
            State::Stopped => 0,
            State::Ready => 1,
            State::Playing => 2,
        };
        let version = self.version.load(Ordering::Relaxed);
        self.version.store(version.wrapping_add(1), Ordering::Relaxed);
        fence(Ordering::Release);
        for (field, value) in self.fields.iter().zip([state, clock, position, playhead, untapped]) {
            field.store(value, Ordering::Relaxed);
        }
        self.version.store(version.wrapping_add(2), Ordering::Release);
    }

    pub(super) fn read(&self) -> Moment {
        loop {
            let before = self.version.load(Ordering::Acquire);
            let [state, clock, position, playhead, untapped] =
                self.fields.each_ref().map(|field| field.load(Ordering::Relaxed));
            fence(Ordering::Acquire);
            if before.is_multiple_of(2) && before == self.version.load(Ordering::Relaxed) {
                let state = match state {
                    0 => State::Stopped,
                    1 => State::Ready,
                    _ => State::Playing,
                };
                return Moment { state, clock, position, playhead, untapped };
            }
            std::hint::spin_loop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicBool;

    #[test]
    fn a_moment_is_never_read_half_written() {
        let (shared, done) = (Shared::default(), AtomicBool::new(false));
        std::thread::scope(|scope| {
            let _writer = scope.spawn(|| {
                for n in 0..200_000 {
                    let state = State::Playing;
                    shared.write(Moment { state, clock: n, position: n, playhead: n, untapped: n });
                }
                done.store(true, Ordering::Release);
            });
            while !done.load(Ordering::Acquire) {
                let Moment { clock, position, playhead, untapped, .. } = shared.read();
                assert_eq!([clock; 3], [position, playhead, untapped]);
            }
        });
    }
}
