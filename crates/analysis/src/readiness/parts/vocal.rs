//! Whether the lead vocal holds its place, where roles are known.
//!
//! Measured is the power of the lead vocals against that of all else while they sing, A-weighted so
//! that a bass does not decide it (after Gerdes and Siedenburg, "Lead-vocal level in recordings of
//! popular music 1946–2020", JASA Express Letters 3, 2023, who measure it of separated recordings).

use twobus_dsp::Db;
use twobus_session::Role;
use twobus_session::readiness::{Cause, Check, Part, Row, Verdict};

use super::super::Limits;
use super::super::places::stretches;
use super::super::rows::row;
use super::super::tone::WINDOW;
use super::Parts;

/// A vocal sings where it is at most so far below its loud part.
const SINGS: Db = Db(-20.0);
/// The loud part: this share of the hops is quieter.
const LOUD_PART: f64 = 0.95;
/// Part of a window that must be sung.
const SUNG: usize = WINDOW / 2;

impl Parts {
    /// The row on the lead vocal; `None` without a lead vocal, or with nothing beside it.
    pub fn vocal_level(&self) -> Option<Row> {
        let is_lead = |role: Role| role == Role::LeadVocal;
        let powers = |lead: bool| {
            let count = self.meters.first().map_or(0, |first| first.spectra.frames.len());
            let parts = self.meters.iter().filter(|part| is_lead(part.info.role) == lead);
            parts.fold(vec![0.0_f64; count], |mut sums, part| {
                let frames = part.spectra.frames.iter().map(|f| f64::from(f.a_weighted));
                sums.iter_mut().zip(frames).for_each(|(sum, power)| *sum += power);
                sums
            })
        };
        let (lead, rest) = (powers(true), powers(false));
        let mut sorted = lead.clone();
        sorted.sort_unstable_by(f64::total_cmp);
        let loud = *sorted.get((LOUD_PART * sorted.len() as f64) as usize)?;
        let floor = loud * 10.0_f64.powf(SINGS.0 / 10.0);
        let sings = |power: &f64| loud > 0.0 && *power >= floor;
        let sung: Vec<(f64, f64)> = lead
            .iter()
            .zip(&rest)
            .map(|(l, r)| if sings(l) { (*l, *r) } else { (0.0, 0.0) })
            .collect();
        let row = row(Check::VocalLevel, ratio_db(&sung));
        if row.value.is_none() || row.verdict == Verdict::Fine {
            return row.value.map(|_| row);
        }
        let limit = Limits::shipped().of(Check::VocalLevel).fine.0.unwrap_or(0.0);
        let under = sung.windows(WINDOW.min(sung.len()).max(1)).map(|window| {
            let enough = window.iter().filter(|(lead, _)| *lead > 0.0).count() >= SUNG;
            enough && ratio_db(window).is_some_and(|ratio| ratio < limit)
        });
        let (hop, frames) = (self.hop_frames as u64, self.meters.first()?.frames);
        let places = stretches(under, hop, hop * WINDOW as u64, frames);
        let cause = |part: &super::PartMeter| Cause {
            strip: part.info.strip,
            name: part.info.name.clone(),
            part: Part::Alone(row.value.unwrap_or(0.0)),
            places: places.clone(),
        };
        let causes = self.meters.iter().filter(|part| is_lead(part.info.role)).map(cause).collect();
        Some(Row { places, causes, ..row })
    }
}

/// Lead vocal above all else, in dB.
fn ratio_db(hops: &[(f64, f64)]) -> Option<f64> {
    let (lead, rest) = hops.iter().fold((0.0, 0.0), |(l, r), (lead, rest)| (l + lead, r + rest));
    (lead > 0.0 && rest > 0.0).then(|| Db::from_power(lead / rest).0)
}
