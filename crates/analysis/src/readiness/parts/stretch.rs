//! Where in the song a strip has its part in a row.

use twobus_dsp::Db;
use twobus_session::StripId;
use twobus_session::readiness::{Check, Place, Row};

use super::super::clicks::clicks;
use super::super::holes::holes;
use super::super::places::joined;
use super::explain::thirds_in;
use super::{PartMeter, Parts};

/// A strip has its part where it is at most so far below its own loudest.
const PART: Db = Db(-20.0);
/// Hops that may lie between two stretches that are one: 1 s.
const APART: u64 = 5;

impl Parts {
    /// Where `strip` has its part in `row`; empty where that is not known any better than of the row.
    pub(super) fn places(&self, row: &Row, strip: StripId) -> Vec<Place> {
        let meter = self.meters.iter().find(|meter| meter.info.strip == strip);
        let Some(meter) = meter else { return Vec::new() };
        let found: Vec<(u64, u64)> = if row.check == Check::Clicks {
            clicks(&meter.clicks).into_iter().map(|at| (at, at + 1)).collect()
        } else if row.check == Check::Dropouts {
            holes(&meter.holes)
        } else {
            return self.stretches(meter, row);
        };
        let inside = |(start, end): &(u64, u64)| {
            row.places.iter().any(|place| *start <= place.end && *end >= place.start)
        };
        joined(found.into_iter().filter(inside), self.hop_frames as u64)
    }

    /// The stretches of `row` in which what it is about is near its highest in a strip.
    fn stretches(&self, meter: &PartMeter, row: &Row) -> Vec<Place> {
        let powers = powers(meter, row);
        let mut hops: Vec<usize> =
            self.hops(&row.places, powers.len()).into_iter().flatten().collect();
        hops.sort_unstable();
        let loudest = hops.iter().map(|hop| powers[*hop]).fold(0.0, f64::max);
        let floor = loudest * 10.0_f64.powf(PART.0 / 10.0);
        let hop_frames = self.hop_frames as u64;
        let loud = hops.into_iter().filter(|hop| loudest > 0.0 && powers[*hop] >= floor);
        let spans = loud.map(|hop| {
            let start = hop as u64 * hop_frames;
            (start, (start + hop_frames).min(meter.frames.max(start)))
        });
        joined(spans, APART * hop_frames)
    }
}

/// What `row` is about in a strip, each hop; nothing where that has no power.
fn powers(meter: &PartMeter, row: &Row) -> Vec<f64> {
    let frames = || meter.spectra.frames.iter();
    match row.check {
        Check::Subsonic => frames().map(|frame| f64::from(frame.subsonic)).collect(),
        Check::Sibilance => frames().map(|frame| f64::from(frame.high)).collect(),
        Check::NoiseFloor => frames().map(|frame| f64::from(frame.a_weighted)).collect(),
        Check::LowEndPhase => frames().map(|frame| frame.low.left + frame.low.right).collect(),
        Check::TonalBalance => {
            let thirds = thirds_in(row.band_hz);
            frames()
                .map(|f| f.thirds[thirds.clone()].iter().copied().map(f64::from).sum())
                .collect()
        }
        Check::Correlation
        | Check::OutOfPhase
        | Check::MonoLoss
        | Check::ChannelBalance
        | Check::DeadChannel
        | Check::DcOffset => meter.sums.iter().map(|hop| hop.left + hop.right).collect(),
        Check::TruePeak
        | Check::ClippedRuns
        | Check::Loudness
        | Check::Plr
        | Check::FlatPeaks
        | Check::Psr
        | Check::LoudnessRange
        | Check::VocalLevel
        | Check::Hum
        | Check::Clicks
        | Check::Dropouts
        | Check::HeadSilence
        | Check::CutHead
        | Check::CutTail
        | Check::SampleRate
        | Check::BitDepth
        | Check::LossyFile
        | Check::IdleBits
        | Check::Bandwidth
        | Check::Shelf => Vec::new(),
    }
}
