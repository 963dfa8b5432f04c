//! From what was measured to rows.

use twobus_dsp::Db;
use twobus_session::Readiness;
use twobus_session::readiness::{Check, FLOAT_BITS, Place, Row, Verdict};

use super::clicks::clicks;
use super::holes::holes;
use super::noise::{self, Pauses};
use super::peaks::FLOOR_DBFS;
use super::places::{joined, stretches};
use super::spectra::Frame;
use super::windows::{AGAINST, PairSums, WINDOW, Windows};
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
    Row { check, value, verdict, strong, band_hz: None, places: Vec::new(), causes: Vec::new() }
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

    fn spectra(&self) -> &[Frame] {
        &self.checker.spectra.frames
    }
}

fn level(m: &Measured<'_>) -> Vec<Row> {
    let peak = m.report.true_peak;
    let mut headroom = row(Check::TruePeak, peak.map(|peak| peak.value));
    if matches!(m.checker.material.coding, Coding::Float | Coding::Lossy) {
        // Nothing is lost above full scale.
        (headroom.verdict, headroom.strong) = (Verdict::Fine, false);
    }
    let loudest = || m.report.short_term_max.map_or_else(Vec::new, |max| m.span(max.time_s, 3.0));
    vec![
        placed(headroom, || peak.map_or_else(Vec::new, |peak| m.span(peak.time_s, 0.01))),
        clipping(m),
        placed(row(Check::Loudness, m.report.integrated_lufs), loudest),
    ]
}

/// Runs at the maximum of either channel; those that both have at one time are one.
fn clipping(m: &Measured<'_>) -> Row {
    let tops = &m.checker.tops;
    let mut runs: Vec<(u64, u64)> =
        tops.iter().flat_map(FlatTops::places).map(|(at, length)| (*at, at + length)).collect();
    runs.sort_unstable();
    let mut together = runs.clone();
    together.dedup_by(|next, last| {
        let touch = next.0 <= last.1;
        last.1 = if touch { last.1.max(next.1) } else { last.1 };
        touch
    });
    // Of very many runs not all places are known.
    let count = tops.iter().map(FlatTops::count).max().unwrap_or(0).max(together.len() as u64);
    let sounds = tops.iter().any(|top| top.highest() > 0.0);
    placed(row(Check::ClippedRuns, sounds.then_some(count as f64)), || {
        joined(together.into_iter(), m.frames_in(APART_S))
    })
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
        row(Check::Plr, m.report.plr_lu),
        placed(row(Check::FlatPeaks, peaks.flat_percent()), near),
        placed(row(Check::Psr, psr), || {
            loudest.map_or_else(Vec::new, |max| m.span(max.time_s, 3.0))
        }),
        row(Check::LoudnessRange, m.report.range_lu),
    ]
}

fn stereo(m: &Measured<'_>) -> Vec<Row> {
    let correlations = m.checker.windows.correlations();
    let mean = Windows::mean(&correlations);
    let against = mean.map(|_| Windows::longest_against_s(&correlations));
    let below = |limit: f64| {
        let correlations = &correlations;
        move || m.windows(correlations.iter().map(|c| c.is_some_and(|c| c < limit)))
    };
    vec![
        placed(row(Check::Correlation, mean), below(0.0)),
        placed(row(Check::OutOfPhase, against), below(AGAINST)),
        row(Check::MonoLoss, m.checker.sides.mono_loss_lu()),
        low_end(m),
        row(Check::ChannelBalance, m.checker.sides.balance_lu()),
        dead_channel(m),
    ]
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
    let floor = (low.left + low.right) / frames.len().max(1) as f64 * 0.1;
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
    let row = row(Check::DeadChannel, apart);
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
        row(Check::Subsonic, subsonic),
        balance,
        placed(row(Check::Sibilance, sibilance.map(|(ratio, _)| ratio)), || {
            sibilance.map_or_else(Vec::new, |(_, first)| m.hops(first, tone::WINDOW))
        }),
    ]
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
        row(Check::DcOffset, offset.filter(|_| sounds)),
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
    let row = row(Check::Hum, line.map(|line| line.over_db));
    let band = line.filter(|_| row.verdict != Verdict::Fine).map(|line| (line.hz, line.hz));
    Row { band_hz: band, ..row }
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
        let frames = m.checker.frames;
        vec![Place { start: frames.saturating_sub(m.frames_in(0.05)), end: frames }]
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
