//! From what was measured to rows.

use twobus_dsp::Db;
use twobus_session::Readiness;
use twobus_session::readiness::{Check, FLOAT_BITS, Place, Row, Verdict};

use super::clicks::clicks;
use super::holes::holes;
use super::noise::{self, Pauses};
use super::peaks::FLOOR_DBFS;
use super::places::{joined, stretches};
use super::sides::ALL_LOST_LU;
use super::spectra::Frame;
use super::windows::{PairSums, WINDOW, Windows};
use super::{Checker, Coding, FlatTops, Limits, shelf, tone};
use crate::report::Report;

/// Bits of a lossy file: what it is decoded to.
const LOSSY_BITS: f64 = 24.0;
/// The silent channel beside one that sounds is said to be so far below it, in dB.
const DEAD_DB: f64 = 144.0;
/// The low end has no phase where it is so far below everything.
const NO_LOW_END: Db = Db(-50.0);
/// Where lossy coders cut off; an edge elsewhere is that of a conversion.
const CUT_OFFS_HZ: std::ops::Range<f64> = 15_000.0..20_200.0;
/// Content counts as ending here where it does not end before.
const NO_END: f64 = 0.5;
/// Clipped runs less than this apart are one place, in seconds.
const APART_S: f64 = 1.0;
/// What holds less than this part of the mean has no part in it.
const PART_OF_MEAN: f64 = 0.1;
/// A row's values have three decimals, and are judged as they are shown.
const DECIMALS: f64 = 1000.0;

/// All that was measured.
pub(super) struct Measured<'a> {
    pub(super) checker: &'a Checker,
    pub(super) report: &'a Report,
}

/// The report, row by row.
pub(super) fn readiness(measured: &Measured<'_>) -> Readiness {
    let mut rows = level(measured);
    rows.extend(dynamics(measured));
    rows.extend(stereo(measured));
    rows.extend(tonal(measured));
    rows.extend(faults(measured));
    rows.extend(edges(measured));
    rows.extend(file(measured));
    Readiness {
        thresholds: Limits::shipped().dated.clone(),
        rate_hz: measured.checker.material.rate_hz,
        frames: measured.checker.frames,
        rows,
    }
}

/// A row, judged by the shipped thresholds; what cannot be measured is fine.
pub(crate) fn row(check: Check, value: Option<f64>) -> Row {
    let value = value.filter(|value| value.is_finite());
    let value = value.map(|value| (value * DECIMALS).round() / DECIMALS + 0.0);
    let judged = value.map(|value| Limits::shipped().judge(check, value));
    let (verdict, strong) = judged.unwrap_or((Verdict::Fine, false));
    Row {
        check,
        value,
        verdict,
        strong,
        band_hz: None,
        places: Vec::new(),
        causes: Vec::new(),
        longest: None,
    }
}

/// The row with its places, if it is not fine.
fn placed(row: Row, places: impl FnOnce() -> Vec<Place>) -> Row {
    if row.verdict == Verdict::Fine { row } else { Row { places: places(), ..row } }
}

impl Measured<'_> {
    fn frames_in(&self, seconds: f64) -> u64 {
        (seconds * f64::from(self.checker.material.rate_hz)).round() as u64
    }

    /// The stretch of `length_s` from `start_s` on.
    fn span(&self, start_s: f64, length_s: f64) -> Vec<Place> {
        let start = self.frames_in(start_s).min(self.checker.frames);
        let end = self.frames_in(start_s + length_s).min(self.checker.frames);
        vec![Place { start, end }]
    }

    /// Frames of the file from hop `first` on, `hops` long.
    fn hops(&self, first: usize, hops: usize) -> Vec<Place> {
        let frame = |hop: usize| (hop * self.checker.hop_frames) as u64;
        let end = frame(first + hops).min(self.checker.frames);
        vec![Place { start: frame(first).min(end), end }]
    }

    /// The stretches in which `holds` is true of windows of 3 s, one a hop.
    fn windows(&self, holds: impl Iterator<Item = bool>) -> Vec<Place> {
        let hop = self.checker.hop_frames as u64;
        stretches(holds, hop, hop * WINDOW as u64, self.checker.frames)
    }

    /// The windows of 3 s, one a hop, whose values are not fine for `check`; where none is by itself, the
    /// worst.
    fn beyond(&self, check: Check, values: impl Iterator<Item = Option<f64>>) -> Vec<Place> {
        let (low, high) = Limits::shipped().of(check).fine;
        let over = |value: f64| {
            let above = high.map_or(f64::NEG_INFINITY, |high| value - high);
            above.max(low.map_or(f64::NEG_INFINITY, |low| low - value))
        };
        let overs: Vec<Option<f64>> = values.map(|value| value.map(over)).collect();
        let worst = overs.iter().flatten().copied().fold(f64::NEG_INFINITY, f64::max);
        let least = worst.min(f64::MIN_POSITIVE);
        self.windows(overs.iter().map(|over| over.is_some_and(|over| over >= least)))
    }

    /// The loudest 3 s.
    fn loudest(&self) -> Vec<Place> {
        self.report.short_term_max.map_or_else(Vec::new, |max| self.span(max.time_s, 3.0))
    }

    fn spectra(&self) -> &[Frame] {
        &self.checker.spectra.frames
    }
}

fn level(m: &Measured<'_>) -> Vec<Row> {
    let peak = m.report.true_peak;
    let mut headroom = row(Check::TruePeak, peak.map(|peak| peak.value));
    if m.checker.material.coding == Coding::Float {
        // Nothing is lost above full scale.
        (headroom.verdict, headroom.strong) = (Verdict::Fine, false);
    }
    vec![
        placed(headroom, || peak.map_or_else(Vec::new, |peak| m.span(peak.time_s, 0.01))),
        clipping(m),
        placed(row(Check::Loudness, m.report.integrated_lufs), || m.loudest()),
    ]
}

/// Runs at the maximum of either channel; those that both have at one time are one.
fn clipping(m: &Measured<'_>) -> Row {
    let tops = m.checker.tops.each_ref().map(FlatTops::found);
    let runs = tops.iter().flat_map(|top| &top.runs).map(|(at, length)| (*at, at + length));
    let mut together: Vec<(u64, u64)> = runs.collect();
    together.sort_unstable();
    together.dedup_by(|next, last| {
        let touch = next.0 <= last.1;
        last.1 = if touch { last.1.max(next.1) } else { last.1 };
        touch
    });
    // Of very many runs not all are known one by one.
    let [left, right] = tops.each_ref().map(|top| top.count);
    let count = left.max(right).max(together.len() as u64);
    let sounds = m.checker.tops.iter().any(|top| top.highest() > 0.0);
    let row = placed(row(Check::ClippedRuns, sounds.then_some(count as f64)), || {
        let mut stretches: Vec<_> = tops.iter().flat_map(|top| &top.stretches).copied().collect();
        stretches.sort_unstable();
        joined(stretches.into_iter(), m.frames_in(APART_S))
    });
    let longest = tops.iter().map(|top| top.longest).max().filter(|longest| *longest > 0);
    Row { longest, ..row }
}

fn dynamics(m: &Measured<'_>) -> Vec<Row> {
    let peaks = &m.checker.peaks;
    let near = || {
        let steps = peaks.near().enumerate().filter(|(_, near)| *near);
        let spans = steps.map(|(step, _)| (peaks.frame(step), peaks.frame(step + 1)));
        joined(spans, m.frames_in(APART_S))
    };
    let loudest = m.report.short_term_max;
    let psr = loudest.and_then(|max| Some(peaks.loudest_dbfs(max.time_s)? - max.value));
    // Below 3 s there is no short-term loudness that the file fills.
    let psr = psr.filter(|_| m.report.range_lu.is_some());
    vec![
        placed(row(Check::Plr, m.report.plr_lu), || m.loudest()),
        placed(row(Check::FlatPeaks, peaks.flat_percent()), near),
        placed(row(Check::Psr, psr), || m.loudest()),
        // The distance of quiet and loud parts: of the whole song.
        row(Check::LoudnessRange, m.report.range_lu),
    ]
}

fn stereo(m: &Measured<'_>) -> Vec<Row> {
    let correlations = m.checker.windows.correlations();
    let mean = Windows::mean(&correlations);
    let opposed = Limits::shipped().counts(Check::OutOfPhase);
    let against = mean.map(|_| Windows::longest_below_s(&correlations, opposed));
    let below = |limit: f64| {
        let correlations = &correlations;
        move || m.windows(correlations.iter().map(|c| c.is_some_and(|c| c < limit)))
    };
    vec![
        placed(row(Check::Correlation, mean), below(0.0)),
        placed(row(Check::OutOfPhase, against), below(opposed)),
        placed(row(Check::MonoLoss, m.checker.sides.mono_loss_lu()), || {
            let windows = m.checker.windows.audible();
            m.beyond(Check::MonoLoss, windows.map(|window| window?.mono_loss_db(ALL_LOST_LU)))
        }),
        low_end(m),
        balance(m),
        dead_channel(m),
    ]
}

fn balance(m: &Measured<'_>) -> Row {
    let balance = m.checker.sides.balance_lu();
    placed(row(Check::ChannelBalance, balance), || {
        let side = balance.unwrap_or(0.0).signum();
        let leans = m.checker.windows.audible().map(|window| window?.lean_db(DEAD_DB));
        // Where it leans to the other side is no part of it.
        m.beyond(Check::ChannelBalance, leans.map(|lean| lean.filter(|lean| lean * side > 0.0)))
    })
}

fn low_end(m: &Measured<'_>) -> Row {
    let frames = m.spectra();
    let sum = |frames: &[Frame]| {
        frames.iter().fold(PairSums::default(), |sums, frame| sums.plus(&frame.low))
    };
    let low = sum(frames);
    let total: f64 = frames.iter().map(|frame| f64::from(frame.total)).sum();
    let there = 2.0 * (low.left + low.right) > total * 10.0_f64.powf(NO_LOW_END.0 / 10.0);
    let row = row(Check::LowEndPhase, low.correlation().filter(|_| there));
    let limit = Limits::shipped().of(Check::LowEndPhase).fine.0.unwrap_or(0.0);
    let floor = (low.left + low.right) / frames.len().max(1) as f64 * PART_OF_MEAN;
    placed(row, || {
        m.windows(frames.windows(WINDOW.min(frames.len()).max(1)).map(|window| {
            let low = sum(window);
            let audible = (low.left + low.right) / window.len() as f64 > floor;
            audible && low.correlation().is_some_and(|c| c < limit)
        }))
    })
}

/// A file without any sound has no louder channel, and is no print of anything.
fn dead_channel(m: &Measured<'_>) -> Row {
    let levels = m.report.channels.iter().map(|channel| channel.rms_dbfs);
    let sounding: Vec<f64> = levels.flatten().collect();
    let apart = match sounding[..] {
        [] => None,
        [_] => Some(DEAD_DB),
        [first, second, ..] => Some((first - second).abs().min(DEAD_DB)),
    };
    let row = placed(row(Check::DeadChannel, apart), || {
        let apart = m.checker.windows.audible().map(|window| Some(window?.lean_db(DEAD_DB)?.abs()));
        m.beyond(Check::DeadChannel, apart)
    });
    match apart {
        None => Row { verdict: Verdict::Fix, strong: true, ..row },
        Some(_) => row,
    }
}

fn tonal(m: &Measured<'_>) -> Vec<Row> {
    let frames = m.spectra();
    let sum = |of: fn(&Frame) -> f32| frames.iter().map(|frame| f64::from(of(frame))).sum::<f64>();
    let (subsonic, total) = (sum(|f| f.subsonic), sum(|f| f.total));
    let subsonic = (total > 0.0).then(|| Db::from_power(subsonic / total).0.max(FLOOR_DBFS));
    let bump = tone::bump(frames);
    let mut balance = placed(row(Check::TonalBalance, bump.map(|b| b.excess_db)), || {
        let window = bump.and_then(|bump| tone::bump_window(frames, bump));
        window.map_or_else(Vec::new, |first| m.hops(first, tone::WINDOW))
    });
    balance.band_hz = bump.map(tone::Bump::band_hz);
    let sibilance = tone::sibilance(frames);
    vec![
        placed(row(Check::Subsonic, subsonic), || m.rumbling()),
        balance,
        placed(row(Check::Sibilance, sibilance.map(|(ratio, _)| ratio)), || {
            sibilance.map_or_else(Vec::new, |(_, first)| m.hops(first, tone::WINDOW))
        }),
    ]
}

impl Measured<'_> {
    /// Where there is much below hearing, in places that hold their part of all of it.
    fn rumbling(&self) -> Vec<Place> {
        let frames = self.spectra();
        let mean = |frames: &[Frame], of: fn(&Frame) -> f32| {
            frames.iter().map(|frame| f64::from(of(frame))).sum::<f64>() / frames.len() as f64
        };
        let least = mean(frames, |frame| frame.subsonic) * PART_OF_MEAN;
        let windows = frames.windows(WINDOW.min(frames.len()).max(1));
        self.beyond(
            Check::Subsonic,
            windows.map(|window| {
                let (low, all) = (mean(window, |f| f.subsonic), mean(window, |f| f.total));
                (low > least).then(|| Db::from_power(low / all).0)
            }),
        )
    }
}

fn faults(m: &Measured<'_>) -> Vec<Row> {
    let offset = m.report.channels.iter().map(|c| c.dc_offset.abs()).reduce(f64::max);
    let offset = offset.map(|offset| Db::from_gain(offset).0.max(FLOOR_DBFS));
    let pauses = noise::pauses(m.spectra());
    let floor = noise::floor_dbfs(m.spectra(), &pauses);
    let sounds = m.report.sample_peak.is_some();
    let near = m.frames_in(0.1);
    let clicks = clicks(&m.checker.clicks);
    let holes = holes(&m.checker.holes);
    let count = |count: usize| sounds.then_some(count as f64);
    vec![
        placed(row(Check::DcOffset, offset.filter(|_| sounds)), || {
            m.beyond(Check::DcOffset, m.checker.windows.offsets_dbfs())
        }),
        placed(row(Check::NoiseFloor, floor.as_ref().map(|(level, _)| *level)), || {
            floor.as_ref().map_or_else(Vec::new, |(_, pause)| m.hops(pause.start, pause.len() + 1))
        }),
        hum(m, &pauses),
        placed(row(Check::Clicks, count(clicks.len())), || {
            joined(clicks.iter().map(|&frame| (frame, frame + 1)), near)
        }),
        placed(row(Check::Dropouts, count(holes.len())), || joined(holes.iter().copied(), near)),
    ]
}

fn hum(m: &Measured<'_>, pauses: &Pauses) -> Row {
    let line = noise::hum(&m.checker.spectra, pauses);
    let row = row(Check::Hum, line.as_ref().map(|line| line.over_db));
    let Some(line) = line.filter(|_| row.verdict != Verdict::Fine) else { return row };
    let places = m.hops(line.pause.start, line.pause.len() + 1);
    Row { band_hz: Some((line.hz, line.hz)), places, ..row }
}

fn edges(m: &Measured<'_>) -> Vec<Row> {
    let peaks = &m.checker.peaks;
    let seconds = |frame: u64| frame as f64 / f64::from(m.checker.material.rate_hz.max(1));
    let start = || m.span(0.0, 0.1);
    let silence = placed(row(Check::HeadSilence, peaks.first_sound().map(seconds)), || {
        m.span(0.0, peaks.first_sound().map_or(0.0, seconds))
    });
    let sounds = peaks.first_sound().is_some();
    let end = || {
        let end = peaks.end_frame();
        vec![Place { start: end.saturating_sub(m.frames_in(0.05)), end }]
    };
    vec![
        silence,
        placed(row(Check::CutHead, peaks.first_dbfs().filter(|_| sounds)), start),
        placed(row(Check::CutTail, peaks.end_dbfs().filter(|_| sounds)), end),
    ]
}

fn file(m: &Measured<'_>) -> Vec<Row> {
    let material = m.checker.material;
    let (bits, lossy) = match material.coding {
        Coding::Integer(bits) => (f64::from(bits), 0.0),
        Coding::Float => (FLOAT_BITS, 0.0),
        Coding::Lossy => (LOSSY_BITS, 1.0),
    };
    let spectra = &m.checker.spectra;
    let edge = shelf::edge_hz(&spectra.mean(), spectra.bin_hz());
    let cut_off = edge.filter(|hz| CUT_OFFS_HZ.contains(hz));
    let sounds = m.report.sample_peak.is_some();
    let end = edge.filter(|_| cut_off.is_none()).map(|hz| hz / f64::from(material.rate_hz));
    vec![
        row(Check::SampleRate, Some(f64::from(material.rate_hz))),
        row(Check::BitDepth, Some(bits)),
        row(Check::LossyFile, Some(lossy)),
        row(Check::IdleBits, m.checker.grain.idle_bits().map(f64::from)),
        row(Check::Bandwidth, sounds.then(|| end.unwrap_or(NO_END))),
        row(Check::Shelf, cut_off),
    ]
}
