//! The line that moves while a song plays.

use std::io::Write as _;

use crate::Status;
use twobus_dsp::Db;
use twobus_render::live::State;

/// Cells of a bar.
const CELLS: usize = 24;
/// Level of its lowest cell, in dBFS.
const LOWEST_DB: f64 = -48.0;
/// Fall of a bar between two looks, in dB: 20 dB in 1.7 s, as a peak programme meter's.
const FALL_DB: f64 = 0.24;

/// A line on a terminal: place, levels of the mix, troubles.
pub(super) struct Meter {
    rate_hz: u32,
    length: u64,
    shown_db: [f64; 2],
}

impl Meter {
    pub(super) fn new(rate_hz: u32, length: u64) -> Self {
        Self { rate_hz, length, shown_db: [LOWEST_DB; 2] }
    }

    /// Draws it anew; `peaks` are those since the last time.
    pub(super) fn draw(&mut self, status: &Status, peaks: [f32; 2]) {
        for (shown, peak) in self.shown_db.iter_mut().zip(peaks) {
            *shown = Db::from_gain(f64::from(peak)).0.max(*shown - FALL_DB).max(LOWEST_DB);
        }
        let [left, right] = self.shown_db;
        let sign = if status.state == State::Playing { "▶" } else { "■" };
        let (place, length) = (self.time(status.heard), self.time(self.length));
        let text = format!(
            "{sign} {place} / {length}  L {} {left:6.1}  R {} {right:6.1} dBFS  xruns {}",
            bar(left),
            bar(right),
            status.device.xruns
        );
        write(&format!("\r\x1b[K{text}"));
    }

    /// Takes it away, for other text.
    pub(super) fn clear(&mut self) {
        write("\r\x1b[K");
    }

    /// Minutes, seconds and tenths.
    fn time(&self, frame: u64) -> String {
        let tenths = frame * 10 / u64::from(self.rate_hz.max(1));
        format!("{}:{:02}.{}", tenths / 600, tenths / 10 % 60, tenths % 10)
    }
}

fn bar(db: f64) -> String {
    let lit = (CELLS as f64 * (1.0 - db / LOWEST_DB)).round().clamp(0.0, CELLS as f64) as usize;
    format!("{}{}", "█".repeat(lit), "·".repeat(CELLS - lit))
}

fn write(text: &str) {
    let mut out = std::io::stderr();
    // A terminal that has gone away wants no more of it.
    let _gone = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_and_times_are_drawn_to_their_width() {
        assert_eq!(bar(0.0), "█".repeat(CELLS));
        assert_eq!(bar(LOWEST_DB), "·".repeat(CELLS));
        assert_eq!(bar(12.0), "█".repeat(CELLS));
        assert_eq!(bar(-24.0).chars().filter(|cell| *cell == '█').count(), CELLS / 2);
        assert_eq!(Meter::new(48_000, 0).time(48_000 * 83 + 24_000), "1:23.5");
    }
}
