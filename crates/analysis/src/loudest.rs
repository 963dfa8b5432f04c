//! The loudest part of a programme: where it is compared, matched and listened to.

use serde::{Deserialize, Serialize};

use crate::report::{CURVE_STEP_S, Report};

/// Window of short-term loudness, in seconds.
const WINDOW_S: f64 = 3.0;

/// A part of a programme.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoudestPart {
    /// Its begin, in seconds from the first frame.
    pub start_s: f64,
    /// Its end.
    pub end_s: f64,
    /// Its loudness in LUFS, without gates: the power mean of the short-term loudness within it.
    pub lufs: f64,
}

impl Report {
    /// The loudest part of this length, which is at least the 3 s of short-term loudness, to 0.1 s; all
    /// of it where it is shorter. `None` for silence and below 3 s.
    ///
    /// ```text
    /// short-term loudness   ▁▂▂▅▅▇▇▇▇▅▃▁      a value belongs to the 3 s before it
    /// part                     └──────┘
    /// ```
    pub fn loudest_part(&self, length_s: f64) -> Option<LoudestPart> {
        let power =
            |lufs: &Option<f32>| lufs.map_or(0.0, |lufs| 10.0_f64.powf(f64::from(lufs) / 10.0));
        let steps = |time_s: f64| (time_s / CURVE_STEP_S).round() as usize;
        // Windows that lie wholly in the programme, by the step at which they begin.
        let windows: Vec<f64> =
            self.short_term_lufs.get(steps(WINDOW_S) - 1..)?.iter().map(power).collect();
        let inside = (steps(length_s.max(WINDOW_S)) - steps(WINDOW_S) + 1).min(windows.len());
        let mut sum: f64 = windows[..inside].iter().sum();
        let mut best = (sum, 0);
        for start in 1..=windows.len() - inside {
            sum += windows[start + inside - 1] - windows[start - 1];
            if sum > best.0 {
                best = (sum, start);
            }
        }
        let (sum, start) = best;
        let start_s = start as f64 * CURVE_STEP_S;
        let end_s = start_s + WINDOW_S + (inside - 1) as f64 * CURVE_STEP_S;
        (sum > 0.0).then(|| LoudestPart {
            start_s,
            end_s,
            lufs: 10.0 * (sum / inside as f64).log10(),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;
    use crate::Analyzer;

    /// Tones of these levels and lengths, in dBFS and s.
    fn report(parts: &[(f64, f64)]) -> Report {
        let mut analyzer = Analyzer::new(48_000, 2).without_true_peak();
        for (level, length_s) in parts {
            let gain = 10.0_f64.powf(level / 20.0);
            let tone: Vec<f32> = (0..(length_s * 48_000.0) as usize)
                .map(|n| (gain * (TAU * 1000.0 / 48_000.0 * n as f64).sin()) as f32)
                .collect();
            analyzer.push(&[&tone, &tone]);
        }
        analyzer.finish()
    }

    #[test]
    fn the_loudest_part_lies_where_the_programme_is_loudest() {
        let report = report(&[(-30.0, 20.0), (-20.0, 12.0), (-30.0, 20.0)]);
        for length_s in [3.0, 6.0, 12.0] {
            let part = report.loudest_part(length_s).unwrap();
            assert!((part.lufs + 20.0).abs() < 0.05, "{part:?}");
            assert!(part.start_s > 19.85 && part.end_s < 32.15, "{part:?}");
            assert!((part.end_s - part.start_s - length_s).abs() < 1e-9, "{part:?}");
        }
        // Twice as long, half of its power is missing at most.
        let part = report.loudest_part(24.0).unwrap();
        assert!(part.start_s < 20.0 && part.end_s > 32.0 && part.lufs > -23.1, "{part:?}");
    }

    #[test]
    fn what_is_shorter_is_taken_whole_and_silence_has_none() {
        let all = report(&[(-20.0, 5.0)]).loudest_part(30.0).unwrap();
        assert!(
            (all.start_s, all.end_s) == (0.0, 5.0) && (all.lufs + 20.0).abs() < 0.05,
            "{all:?}"
        );
        assert_eq!(report(&[(-20.0, 2.0)]).loudest_part(30.0), None);
        assert_eq!(report(&[(-200.0, 0.0)]).loudest_part(3.0), None);
        let mut silence = Analyzer::new(48_000, 2);
        silence.push(&[&[0.0; 480_000], &[0.0; 480_000]]);
        assert_eq!(silence.finish().loudest_part(3.0), None);
    }
}
