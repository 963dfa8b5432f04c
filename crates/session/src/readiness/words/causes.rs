//! Which tracks are behind a row, in words.

use twobus_dsp::units::signed;

use super::super::{Cause, Part, Row, Unit};
use super::{place, some_of};
use crate::timeline::Timeline;

/// Most places of a strip that are named; the others are counted.
const NAMED_PLACES: usize = 2;

/// The strips behind `row`: "Bass 76 % (−1.2 dB), Guitar 20 % (−7.0 dB)"; empty where none is known.
pub fn causes(row: &Row) -> String {
    let unit = row.check.unit();
    row.causes.iter().map(|cause| of(cause, unit)).collect::<Vec<_>>().join(", ")
}

/// The strips behind `row` and where each has its part, where that is not all of the row:
/// "Bass 76 % (−1.2 dB) at 0:10.0–0:16.0 (bars 6–9), Guitar 20 % (−7.0 dB)".
pub fn causes_placed(row: &Row, rate_hz: u32, timeline: Option<&Timeline>) -> String {
    let unit = row.check.unit();
    let placed = row.causes.iter().map(|cause| {
        let what = of(cause, unit);
        if cause.places.is_empty() || cause.places == row.places {
            return what;
        }
        let texts = cause.places.iter().map(|each| place(*each, rate_hz, timeline));
        format!("{what} at {}", some_of(texts, cause.places.len(), NAMED_PLACES))
    });
    placed.collect::<Vec<_>>().join(", ")
}

fn of(cause: &Cause, unit: Unit) -> String {
    let name = &cause.name;
    match cause.part {
        // Shares are powers: 10^(dB/10) of all.
        Part::ShareDb(share) => {
            format!("{name} {:.0} % ({} dB)", 100.0 * 10.0_f64.powf(share / 10.0), signed(share, 1))
        }
        Part::Without(value) => format!("{name} (without it {})", number(value, unit)),
        Part::Alone(value) => format!("{name} (alone {})", number(value, unit)),
        Part::ClippedSamples(1) => format!("{name} (1 sample at full scale)"),
        Part::ClippedSamples(count) => format!("{name} ({count} samples at full scale)"),
    }
}

fn number(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Number => signed(value, 2),
        Unit::Count | Unit::Bits | Unit::YesNo => signed(value, 0),
        Unit::Db => format!("{} dB", signed(value, 1)),
        Unit::Dbfs => format!("{} dBFS", signed(value, 1)),
        Unit::Dbtp => format!("{} dBTP", signed(value, 1)),
        Unit::Lufs => format!("{} LUFS", signed(value, 1)),
        Unit::Lu => format!("{} LU", signed(value, 1)),
        Unit::Seconds => format!("{} s", signed(value, 1)),
        Unit::Hz => format!("{} Hz", signed(value, 0)),
        Unit::Percent => format!("{} %", signed(value, 1)),
        Unit::OfRate => signed(value, 3),
    }
}
