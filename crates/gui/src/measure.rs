//! How many frames the window draws while a song plays: what `cargo xtask bench --window` asks for.

use std::io::Write as _;

use clap::ValueEnum;
use iced::time::Instant;

/// What the window shows while frames are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Subject {
    /// The whole Mix view.
    Mix,
    /// The mixer alone.
    Mixer,
    /// The devices of the first strip.
    Devices,
    /// The Master view.
    Master,
    /// The Mix view while lanes and strips are scrolled to and fro.
    Scroll,
}

/// Counts frames for a time, once playback has begun, and prints how many there were a second, and what
/// each cost the window's thread in milliseconds of processor time.
#[derive(Debug)]
pub(crate) struct Measure {
    seconds: f64,
    subject: Subject,
    /// What is measured is shown already.
    posed: bool,
    /// When it began, and processor time of the window's thread then, in seconds.
    since: Option<(Instant, f64)>,
    frames: u64,
}

impl Measure {
    pub(crate) fn new(seconds: f64, subject: Subject) -> Self {
        Self { seconds, subject, posed: false, since: None, frames: 0 }
    }

    /// What is to be shown, when that is first asked.
    pub(crate) fn pose(&mut self) -> Option<Subject> {
        (!std::mem::replace(&mut self.posed, true)).then_some(self.subject)
    }

    /// Lines of the wheel that come with this frame: half a second down, half a second up.
    pub(crate) fn lines(&self) -> Option<f32> {
        /// Frames of either way.
        const TURN: u64 = 30;
        let down = (self.frames / TURN).is_multiple_of(2);
        (self.subject == Subject::Scroll).then_some(if down { 0.5 } else { -0.5 })
    }

    /// Takes in a frame; true when the time is over, and then what was counted is printed.
    pub(crate) fn frame(&mut self, now: Instant) -> bool {
        let Some((since, before_s)) = self.since else {
            self.since = Some((now, processor_s()));
            return false;
        };
        self.frames += 1;
        let elapsed = now.saturating_duration_since(since).as_secs_f64();
        if elapsed < self.seconds {
            return false;
        }
        // A reader that has gone away wants no more of it.
        let cpu_ms = (processor_s() - before_s) * 1000.0 / self.frames as f64;
        let rate = self.frames as f64 / elapsed;
        let _gone = writeln!(std::io::stdout(), "{rate:.1} {cpu_ms:.2}");
        true
    }
}

/// Processor time of this thread so far, in seconds; 0 where the system does not tell.
fn processor_s() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = text.split(' ').next().and_then(|number| number.parse::<f64>().ok());
    nanoseconds.unwrap_or(0.0) / 1e9
}
