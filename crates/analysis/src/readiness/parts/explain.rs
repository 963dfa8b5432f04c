//! From a row that is not fine to the strips behind it.

use std::ops::Range;

use twobus_dsp::Db;
use twobus_session::Readiness;
use twobus_session::readiness::{Cause, Check, Part, Place, Row, Verdict};

use super::super::clicks::clicks;
use super::super::holes::holes;
use super::super::limits::Limits;
use super::super::peaks::FLOOR_DBFS;
use super::super::sides::ALL_LOST_LU;
use super::super::spectra::{Frame, THIRDS, third_centre_hz};
use super::super::windows::PairSums;
use super::{PartMeter, Parts};

/// Most strips that a row names.
const MOST: usize = 3;
/// A strip with less of the power than this is not named.
const LEAST_SHARE: Db = Db(-10.0);
/// A strip whose level is so far below the highest is not named.
const NEAR: Db = Db(10.0);
/// A strip is named if the correlation rises by this without it.
const BETTER_CORRELATION: f64 = 0.05;
/// A strip is named if the fold-down loses so much less without it, in LU.
const BETTER_LOSS_LU: f64 = 0.5;
/// One side of a strip is dead so far below the other.
const DEAD: Db = Db(-40.0);
/// Bins on either side of the mains that belong to its line.
const LINE_BINS: usize = 1;

impl Parts {
    /// Names the strips behind every row that is not fine, as far as strips can be.
    pub fn explain(&self, readiness: &mut Readiness) {
        if let Some(row) = readiness.rows.iter_mut().find(|row| row.check == Check::CutTail) {
            self.tell_broken_off(row);
        }
        for row in readiness.rows.iter_mut().filter(|row| row.verdict != Verdict::Fine) {
            if row.causes.is_empty() {
                let causes = self.causes(row).into_iter();
                let placed = causes.map(|c| Cause { places: self.places(row, c.strip), ..c });
                row.causes = placed.collect();
            }
        }
    }

    fn causes(&self, row: &Row) -> Vec<Cause> {
        match row.check {
            Check::Subsonic => self.power_shares(&row.places, |frame| frame.subsonic),
            Check::TonalBalance => {
                let thirds = thirds_in(row.band_hz);
                self.power_shares(&row.places, move |f| f.thirds[thirds.clone()].iter().sum())
            }
            Check::Sibilance => self.power_shares(&row.places, |frame| frame.high),
            Check::NoiseFloor => self.power_shares(&row.places, |frame| frame.a_weighted),
            Check::Hum => self.hum(row),
            Check::LowEndPhase => {
                self.without(correlation(&self.low), &BETTER_CORRELATION, |part| {
                    correlation(&part.others_low)
                })
            }
            Check::Correlation => self.correlation(&[]),
            Check::OutOfPhase => self.correlation(&row.places),
            Check::MonoLoss => {
                // Less is better, so it is turned over twice.
                let loss = |hops: &[PairSums]| mono_loss_lu(hops).map(|loss| -loss);
                let causes =
                    self.without(loss(&self.sums), &BETTER_LOSS_LU, |part| loss(&part.others));
                causes.into_iter().map(turned).collect()
            }
            Check::ChannelBalance => self.shares(|part| surplus(part, row.value.unwrap_or(0.0))),
            Check::DeadChannel => self.shares(one_sided),
            Check::DcOffset => self.levels(|part| {
                let mean = |sum: f64| (sum / part.frames.max(1) as f64).abs();
                Db::from_gain(part.offset.map(mean).into_iter().fold(0.0, f64::max)).0
            }),
            Check::CutHead => self.levels(|p| p.peaks.first_dbfs().unwrap_or(FLOOR_DBFS)),
            Check::CutTail => {
                let end = row.places.first().map_or(0, |place| place.start);
                self.levels(|part| {
                    let there = part.peaks.end_frame() >= end;
                    part.peaks.end_dbfs().filter(|_| there).unwrap_or(FLOOR_DBFS)
                })
            }
            Check::Clicks => self.counts(row, |part| {
                clicks(&part.clicks).into_iter().map(|frame| (frame, frame + 1)).collect()
            }),
            Check::Dropouts => self.counts(row, |part| holes(&part.holes)),
            // What the mix bus does to all of them together, what the file is, or named elsewhere.
            Check::TruePeak
            | Check::ClippedRuns
            | Check::Loudness
            | Check::Plr
            | Check::FlatPeaks
            | Check::Psr
            | Check::LoudnessRange
            | Check::VocalLevel
            | Check::HeadSilence
            | Check::SampleRate
            | Check::BitDepth
            | Check::LossyFile
            | Check::IdleBits
            | Check::Bandwidth
            | Check::Shelf => Vec::new(),
        }
    }

    /// Puts strips that break off in the middle of a sound into the row on the ending, where the song
    /// itself rings out: others cover them, so it is no more than worth a look.
    fn tell_broken_off(&self, row: &mut Row) {
        if row.verdict != Verdict::Fine || row.value.is_none() {
            return;
        }
        let limits = Limits::shipped();
        let broken = |level: f64| limits.judge(Check::CutTail, level).1;
        row.causes = self.levels(|part| {
            part.peaks.end_dbfs().filter(|level| broken(*level)).unwrap_or(FLOOR_DBFS)
        });
        for cause in &mut row.causes {
            let meter = self.meters.iter().find(|meter| meter.info.strip == cause.strip);
            let end = meter.map_or(0, |meter| meter.peaks.end_frame());
            let start = end.saturating_sub(self.hop_frames as u64);
            cause.places = vec![Place { start, end }];
        }
        let Some(Part::Alone(level)) = row.causes.first().map(|cause| cause.part) else { return };
        (row.value, row.verdict, row.strong) = (Some(level), Verdict::Consider, true);
        row.places = row.causes.iter().flat_map(|cause| cause.places.clone()).collect();
    }

    /// Each strip's share of a power over `places`, or over everything.
    fn power_shares(&self, places: &[Place], power: impl Fn(&Frame) -> f32) -> Vec<Cause> {
        self.shares(|part| {
            let ranges = self.hops(places, part.spectra.frames.len());
            let frames = ranges.into_iter().flat_map(|range| &part.spectra.frames[range]);
            frames.map(|frame| f64::from(power(frame))).sum()
        })
    }

    /// The hops that begin in `places`; all of them without any.
    pub(super) fn hops(&self, places: &[Place], count: usize) -> Vec<Range<usize>> {
        if places.is_empty() {
            return std::iter::once(0..count).collect();
        }
        let hop = self.hop_frames as u64;
        let index = |frame: u64| usize::try_from(frame / hop).unwrap_or(usize::MAX).min(count);
        let ranges = places.iter().map(|place| {
            let first = index(place.start).min(count.saturating_sub(1));
            first..index(place.end).max(first + 1).min(count)
        });
        ranges.collect()
    }

    fn shares(&self, power: impl Fn(&PartMeter) -> f64) -> Vec<Cause> {
        let powers: Vec<f64> = self.meters.iter().map(power).collect();
        let all: f64 = powers.iter().sum();
        let shares = self.meters.iter().zip(powers).map(|(part, power)| {
            let share = Db::from_power(power / all.max(f64::MIN_POSITIVE)).0;
            (part, share)
        });
        named(shares.filter(|(_, share)| *share >= LEAST_SHARE.0), Part::ShareDb)
    }

    /// Strips whose own level is the highest, or near it.
    fn levels(&self, level: impl Fn(&PartMeter) -> f64) -> Vec<Cause> {
        let levels: Vec<_> = self.meters.iter().map(|part| (part, level(part))).collect();
        let highest = levels.iter().map(|(_, level)| *level).fold(FLOOR_DBFS, f64::max);
        let near = |(_, level): &(&PartMeter, f64)| *level > FLOOR_DBFS.max(highest - NEAR.0);
        named(levels.into_iter().filter(near), Part::Alone)
    }

    /// Strips that have something at the places of `row`, and how often.
    fn counts(&self, row: &Row, found: impl Fn(&PartMeter) -> Vec<(u64, u64)>) -> Vec<Cause> {
        let inside = |(start, end): &(u64, u64)| {
            row.places.iter().any(|place| *start <= place.end && *end >= place.start)
        };
        let counts = self.meters.iter().map(|part| {
            let there = found(part).iter().filter(|span| inside(span)).count();
            (part, there as f64)
        });
        named(counts.filter(|(_, count)| *count > 0.0), Part::Alone)
    }

    /// Strips without which a value that is better when it is higher rises by `least`.
    fn without(
        &self,
        with: Option<f64>,
        least: &f64,
        value: impl Fn(&PartMeter) -> Option<f64>,
    ) -> Vec<Cause> {
        let Some(with) = with else { return Vec::new() };
        let values = self.meters.iter().filter_map(|part| Some((part, value(part)?)));
        named(values.filter(|(_, value)| value - with >= *least), Part::Without)
    }

    fn correlation(&self, places: &[Place]) -> Vec<Cause> {
        let of = |hops: &[PairSums]| {
            let ranges = self.hops(places, hops.len());
            correlation(&ranges.into_iter().flat_map(|r| &hops[r]).copied().collect::<Vec<_>>())
        };
        self.without(of(&self.sums), &BETTER_CORRELATION, |part| of(&part.others))
    }

    fn hum(&self, row: &Row) -> Vec<Cause> {
        let Some((hz, _)) = row.band_hz else { return Vec::new() };
        self.shares(|part| {
            let at = (hz / part.spectra.bin_hz()).round() as usize;
            let line = at.saturating_sub(LINE_BINS)..at + LINE_BINS + 1;
            let pauses = part.spectra.head.iter().chain(&part.spectra.tail);
            // The quietest spectrum is the one with the least music.
            let powers = pauses.map(|bins| bins.get(line.clone()).map_or(0.0, |b| b.iter().sum()));
            let quietest = powers.fold(f32::INFINITY, f32::min);
            if quietest.is_finite() { f64::from(quietest) } else { 0.0 }
        })
    }
}

/// The strips with the highest values, highest first.
fn named<'a>(
    values: impl Iterator<Item = (&'a PartMeter, f64)>,
    part: impl Fn(f64) -> Part,
) -> Vec<Cause> {
    let mut values: Vec<_> = values.filter(|(_, value)| value.is_finite()).collect();
    values.sort_by(|a, b| b.1.total_cmp(&a.1));
    let cause = |(meter, value): (&PartMeter, f64)| Cause {
        strip: meter.info.strip,
        name: meter.info.name.clone(),
        part: part((value * 1000.0).round() / 1000.0 + 0.0),
        places: Vec::new(),
    };
    values.into_iter().take(MOST).map(cause).collect()
}

fn turned(cause: Cause) -> Cause {
    match cause.part {
        Part::Without(value) => Cause { part: Part::Without(0.0 - value), ..cause },
        Part::ShareDb(_) | Part::Alone(_) | Part::ClippedSamples(_) => cause,
    }
}

fn correlation(hops: &[PairSums]) -> Option<f64> {
    hops.iter().fold(PairSums::default(), PairSums::plus).correlation()
}

/// What the fold-down costs, by power.
fn mono_loss_lu(hops: &[PairSums]) -> Option<f64> {
    hops.iter().fold(PairSums::default(), PairSums::plus).mono_loss_db(ALL_LOST_LU)
}

/// Power by which a strip is louder on the side that leads.
fn surplus(part: &PartMeter, balance_lu: f64) -> f64 {
    let sums = part.sums.iter().fold(PairSums::default(), PairSums::plus);
    let left_leads = sums.left - sums.right;
    (if balance_lu > 0.0 { left_leads } else { -left_leads }).max(0.0)
}

/// Power of a strip of which one side is dead.
fn one_sided(part: &PartMeter) -> f64 {
    let sums = part.sums.iter().fold(PairSums::default(), PairSums::plus);
    let (louder, quieter) = (sums.left.max(sums.right), sums.left.min(sums.right));
    if quieter < louder * 10.0_f64.powf(DEAD.0 / 10.0) { louder } else { 0.0 }
}

/// The thirds whose centres lie in a band.
pub(super) fn thirds_in(band_hz: Option<(f64, f64)>) -> Range<usize> {
    let (low, high) = band_hz.unwrap_or((0.0, f64::INFINITY));
    let first = (0..THIRDS).find(|&third| third_centre_hz(third) > low).unwrap_or(0);
    let last = (0..THIRDS).rfind(|&third| third_centre_hz(third) < high).unwrap_or(first);
    first..last.max(first) + 1
}
