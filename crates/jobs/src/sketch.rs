//! What a bounce has written so far, for the eye: the wave and the figures that are known by then.

use std::time::{Duration, Instant};

use twobus_analysis::SoFar;

/// Frames of one column.
pub const COLUMN_FRAMES: u32 = 2048;
/// How often figures are renewed.
const RENEWAL: Duration = Duration::from_millis(60);

/// Both channels over [`COLUMN_FRAMES`], as samples.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Column {
    /// Lowest sample.
    pub min: f32,
    /// Highest sample.
    pub max: f32,
    /// RMS of the louder channel.
    pub rms: f32,
}

/// What has been written so far.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sketch {
    /// Sample rate, in Hz.
    pub rate_hz: u32,
    /// Frames so far.
    pub frames: u64,
    /// The wave, a column for every [`COLUMN_FRAMES`].
    pub columns: Vec<Column>,
    /// What is measured so far.
    pub so_far: SoFar,
}

/// Draws a sketch of what passes by.
#[derive(Debug)]
pub(crate) struct Sketcher {
    present: Column,
    squares: [f64; 2],
    count: u32,
    new: Vec<Column>,
    frames: u64,
    renewed: Option<Instant>,
}

impl Sketcher {
    pub(crate) fn new() -> Self {
        Self {
            present: Column::default(),
            squares: [0.0; 2],
            count: 0,
            new: Vec::new(),
            frames: 0,
            renewed: None,
        }
    }

    /// Takes the next block.
    pub(crate) fn push(&mut self, left: &[f32], right: &[f32]) {
        self.frames += left.len() as u64;
        for (&left, &right) in left.iter().zip(right) {
            self.present.min = self.present.min.min(left).min(right);
            self.present.max = self.present.max.max(left).max(right);
            self.squares[0] += f64::from(left).powi(2);
            self.squares[1] += f64::from(right).powi(2);
            self.count += 1;
            if self.count == COLUMN_FRAMES {
                self.end_column();
            }
        }
    }

    fn end_column(&mut self) {
        let mean = self.squares[0].max(self.squares[1]) / f64::from(self.count.max(1));
        let rms = mean.sqrt() as f32;
        self.new.push(Column { rms, ..std::mem::take(&mut self.present) });
        (self.squares, self.count) = ([0.0; 2], 0);
    }

    /// All columns, the last one as far as it came.
    pub(crate) fn columns(mut self) -> Vec<Column> {
        if self.count > 0 {
            self.end_column();
        }
        self.new
    }

    /// Brings `sketch` up to date, if it is time for that or everything has passed.
    pub(crate) fn renew(&mut self, sketch: &std::sync::Mutex<Sketch>, so_far: impl Fn() -> SoFar) {
        if self.renewed.is_some_and(|before| before.elapsed() < RENEWAL) {
            return;
        }
        self.renewed = Some(Instant::now());
        let so_far = so_far();
        if let Ok(mut sketch) = sketch.lock() {
            sketch.columns.append(&mut self.new);
            (sketch.frames, sketch.so_far) = (self.frames, so_far);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sketch_has_a_column_for_each_run_of_frames_and_the_louder_rms() {
        let mut sketcher = Sketcher::new();
        let sketch = std::sync::Mutex::default();
        let frames = COLUMN_FRAMES as usize;
        sketcher.push(&vec![0.5; frames], &vec![-0.25; frames]);
        sketcher.push(&[1.0; 8], &[1.0; 8]);
        sketcher.renew(&sketch, SoFar::default);
        let drawn = sketch.lock().unwrap();
        assert_eq!(drawn.frames, u64::from(COLUMN_FRAMES) + 8);
        assert_eq!(drawn.columns, [Column { min: -0.25, max: 0.5, rms: 0.5 }]);
    }
}
