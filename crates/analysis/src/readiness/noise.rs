//! Noise and hum in the pauses before and after the music.

use twobus_dsp::Db;

use super::peaks::FLOOR_DBFS;
use super::spectra::{Frame, Spectra};

/// The music is what lies above this, from its mean level on, A-weighted.
const MUSIC: Db = Db(-20.0);
/// Frames of a pause that are looked at: 5 s.
const LONGEST: usize = 25;
/// Noise is steady: so many frames lie within `STEADY` above the quiet part of the pause.
const LEAST: usize = 3;
const STEADY: Db = Db(6.0);
/// The part of a pause that is its quiet part.
const QUIET_PART: f64 = 0.1;
/// What a pause begins and ends with, and may hold music: frames that overlap it.
const OVERLAP: usize = 2;
/// Mains frequencies, and how many of their harmonics are looked at.
const MAINS_HZ: [f64; 2] = [50.0, 60.0];
const HARMONICS: u32 = 4;
/// What lies beside a line, in bins on either side.
const BESIDE: std::ops::RangeInclusive<usize> = 3..=8;
/// A line below this is not heard.
const AUDIBLE_LINE: Db = Db(-85.0);

/// Frames before and after the music, as ranges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pauses {
    pub(crate) head: std::ops::Range<usize>,
    pub(crate) tail: std::ops::Range<usize>,
}

/// Finds the pauses.
pub(crate) fn pauses(frames: &[Frame]) -> Pauses {
    let whole = frames.iter().take_while(|frame| frame.whole).count();
    let frames = &frames[..whole];
    let sum: f64 = frames.iter().map(|frame| f64::from(frame.a_weighted)).sum();
    let music = sum / whole.max(1) as f64 * 10.0_f64.powf(MUSIC.0 / 10.0);
    let loud = |frame: &Frame| f64::from(frame.a_weighted) > music;
    let first = frames.iter().position(loud).unwrap_or(0).saturating_sub(OVERLAP);
    let last = frames.iter().rposition(loud).map_or(whole, |last| last + 1 + OVERLAP);
    Pauses { head: 0..first.min(LONGEST), tail: last.max(whole.saturating_sub(LONGEST))..whole }
}

/// A-weighted level of the noise in the louder of both pauses, in dBFS, and where that pause is;
/// `None` where there is no pause in which something steady is heard.
pub(crate) fn floor_dbfs(
    frames: &[Frame],
    pauses: &Pauses,
) -> Option<(f64, std::ops::Range<usize>)> {
    let found = [&pauses.head, &pauses.tail].map(|pause| {
        let mut levels: Vec<f64> = frames.get(pause.clone())?.iter().map(level).collect();
        levels.sort_unstable_by(f64::total_cmp);
        let quiet = *levels.get((QUIET_PART * levels.len() as f64) as usize)?;
        let steady = levels.iter().filter(|level| (quiet..=quiet + STEADY.0).contains(*level));
        (steady.count() >= LEAST).then(|| (quiet, pause.clone()))
    });
    found.into_iter().flatten().max_by(|a, b| a.0.total_cmp(&b.0))
}

fn level(frame: &Frame) -> f64 {
    Db::from_power(f64::from(frame.a_weighted)).0.max(FLOOR_DBFS)
}

/// A line of the mains.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Line {
    /// Its level above what is beside it.
    pub(crate) over_db: f64,
    /// Its frequency.
    pub(crate) hz: f64,
    /// The pause that it was found in.
    pub(crate) pause: std::ops::Range<usize>,
}

/// The line that stands out most in the pauses; `None` without a pause, 0 dB without a line.
pub(crate) fn hum(spectra: &Spectra, pauses: &Pauses) -> Option<Line> {
    let tail_first = spectra.frames.iter().filter(|f| f.whole).count() - spectra.tail.len();
    let head: Vec<&[f32]> =
        spectra.head[..pauses.head.end.min(spectra.head.len())].iter().map(|f| &**f).collect();
    let tail = pauses.tail.start.saturating_sub(tail_first).min(spectra.tail.len());
    let tail: Vec<&[f32]> = spectra.tail.iter().skip(tail).map(|f| &**f).collect();
    let both = [(head, &pauses.head), (tail, &pauses.tail)];
    let lines = both.into_iter().filter(|(frames, _)| frames.len() >= LEAST);
    let lines = lines.map(|(frames, pause)| strongest(&frames, spectra.bin_hz(), pause));
    lines.max_by(|a, b| a.over_db.total_cmp(&b.over_db))
}

fn strongest(frames: &[&[f32]], bin_hz: f64, pause: &std::ops::Range<usize>) -> Line {
    let harmonics =
        MAINS_HZ.into_iter().flat_map(|hz| (1..=HARMONICS).map(move |n| hz * f64::from(n)));
    let lines = harmonics.map(|hz| {
        let over_db = over(frames, hz, bin_hz);
        Line { over_db, hz, pause: pause.clone() }
    });
    let none = Line { over_db: 0.0, hz: MAINS_HZ[0], pause: pause.clone() };
    lines.fold(none, |best, line| if line.over_db > best.over_db { line } else { best })
}

/// How far a line at `hz` stands above what is beside it, in dB; 0 if it is not steady.
fn over(frames: &[&[f32]], hz: f64, bin_hz: f64) -> f64 {
    let at = (hz / bin_hz).round() as usize;
    let line = |frame: &[f32]| frame.get(at - 1..=at + 1).map_or(0.0, |bins| bins.iter().sum());
    let lines: Vec<f32> = frames.iter().map(|frame| line(frame)).collect();
    let (low, high) =
        lines.iter().fold((f32::MAX, 0.0_f32), |(low, high), x| (low.min(*x), high.max(*x)));
    let ratio = f64::from(high) / f64::from(low.max(f32::MIN_POSITIVE));
    // Both channels together, each half of it.
    let audible = Db::from_power(f64::from(low) / 2.0).0 > AUDIBLE_LINE.0;
    if !audible || Db::from_power(ratio).0 > STEADY.0 {
        return 0.0;
    }
    let beside = BESIDE.flat_map(|away| [at.checked_sub(away), Some(at + away)]).flatten();
    let mut beside: Vec<f32> = beside
        .flat_map(|bin| frames.iter().filter_map(move |frame| frame.get(bin)))
        .copied()
        .collect();
    beside.sort_unstable_by(f32::total_cmp);
    let floor = beside.get(beside.len() / 2).copied().unwrap_or(0.0).max(f32::MIN_POSITIVE);
    Db::from_power(f64::from(low) / f64::from(floor)).0.max(0.0)
}
