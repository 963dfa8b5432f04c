//! The curve in words: every band with what was measured there, and what was refused.

use twobus_dsp::Db;
use twobus_dsp::eq::prototype::{Setting, Shape};

use super::{Bound, DEEP_HZ, END_HZ, FINE_DB, FULL_HZ, Gap, LEAST_OVER_NOISE_DB, LOWS_END, MAX_DB};
use crate::matching::decision::{Area, Decision, change, hertz};
use crate::matching::grid::POINTS;

/// Least difference that a refusal is told of, in dB.
const WORTH_TELLING_DB: f64 = 1.0;
/// Difference between what a band does and what all of them do there together from which both are told, in dB.
const OVERLAP_DB: f64 = 0.5;

pub(super) fn decisions(bands: &[Setting], gaps: &[Gap; POINTS], amount: f64) -> Vec<Decision> {
    let of_band = |band| of_band(band, bands, gaps, amount);
    let mut all: Vec<Decision> = bands.iter().map(of_band).collect();
    if bands.is_empty() {
        let inside = gaps.iter().filter(|gap| FULL_HZ.contains(&gap.hz));
        let largest = inside.map(|gap| gap.wish.db.abs()).fold(0.0, f64::max);
        let text = if largest < FINE_DB {
            format!(
                "Left alone: at equal loudness every half octave from {} to {} lies within \
                 {largest:.1} dB of the reference, as far as it may be corrected.",
                hertz(FULL_HZ.start),
                hertz(FULL_HZ.end)
            )
        } else {
            format!(
                "Left alone: no band as wide as those of this equalizer would bring it nearer; single \
                 places differ by up to {largest:.1} dB."
            )
        };
        all.push(Decision::fine(Area::Tone, text));
    }
    all.extend(refusals(gaps));
    all
}

/// What `bands` without `band` do at `hz`, in dB.
fn others_db(band: &Setting, bands: &[Setting], hz: f64) -> f64 {
    bands.iter().filter(|other| *other != band).map(|other| other.prototype_db(hz)).sum()
}

fn of_band(band: &Setting, bands: &[Setting], gaps: &[Gap; POINTS], amount: f64) -> Decision {
    let kind = match band.shape {
        Shape::LowShelf => "low shelf",
        Shape::HighShelf => "high shelf",
        Shape::Tilt => "tilt",
        Shape::Bell | Shape::Notch | Shape::LowCut | Shape::HighCut => "bell",
    };
    // Where it does at least half of what it does.
    let half = 0.5 * band.gain_db.abs();
    let reached = |gap: &&Gap| {
        let is_above = band.shape != Shape::Tilt || gap.hz > band.frequency_hz;
        is_above && band.prototype_db(gap.hz).abs() >= half && FULL_HZ.contains(&gap.hz)
    };
    let reached: Vec<&Gap> =
        gaps.iter().filter(reached).filter(|gap| gap.measured_db.is_some()).collect();
    let (at, gain) = (hertz(band.frequency_hz), change(band.gain_db));
    let q = match band.shape {
        Shape::Tilt => String::new(),
        _ => format!(", Q {:.2}", band.q),
    };
    let what = format!("{gain} at {at} ({kind}{q})");
    if (band.frequency_hz, band.q) == LOWS_END {
        let text = format!(
            "{what}: ends below hearing what the curve does there at equal loudness, {} from {} to {}.",
            change(-band.gain_db),
            hertz(DEEP_HZ[0]),
            hertz(DEEP_HZ[1])
        );
        return Decision::done(Area::Tone, text);
    }
    let (Some(first), Some(last)) = (reached.first(), reached.last()) else {
        return Decision::done(Area::Tone, format!("{what}: {}.", nearest(band, bands, gaps)));
    };
    let sum: f64 = reached.iter().filter_map(|gap| gap.measured_db).sum();
    let mean = sum / reached.len() as f64;
    let side = if mean > 0.0 { "below" } else { "above" };
    let share =
        if amount < 1.0 { format!("; {:.0} % of it", 100.0 * amount) } else { String::new() };
    let place = span(first.hz, last.hz);
    let others = reached.iter().map(|gap| others_db(band, bands, gap.hz)).sum::<f64>()
        / reached.len() as f64;
    let own =
        reached.iter().map(|gap| band.prototype_db(gap.hz)).sum::<f64>() / reached.len() as f64;
    let together = match others.abs() >= OVERLAP_DB {
        true => format!("; with the other bands {} there", change(own + others)),
        false => String::new(),
    };
    // A band may hold back what its neighbours do: then its own sign is not that of the difference.
    let text = if mean * band.gain_db >= 0.0 {
        format!(
            "{what}: {place} the song lies {} dB {side} the reference at equal loudness{share}{together}.",
            Db(mean.abs())
        )
    } else {
        format!(
            "{what}: holds back what the other bands do {place}, {} where {} was measured.",
            change(others),
            change(mean)
        )
    };
    Decision::done(Area::Tone, text)
}

/// Why a band is there that does most where nothing could be measured: what the others do at the nearest place
/// that could.
fn nearest(band: &Setting, bands: &[Setting], gaps: &[Gap; POINTS]) -> String {
    let away = |gap: &Gap| (gap.hz / band.frequency_hz).ln().abs();
    let measured = gaps.iter().filter_map(|gap| Some((gap, gap.measured_db?)));
    let near = measured.min_by(|(a, _), (b, _)| away(a).total_cmp(&away(b)));
    near.map_or_else(
        || "nothing was measured near it".to_owned(),
        |(gap, db)| {
            let others = change(others_db(band, bands, gap.hz));
            let at = hertz(gap.hz);
            format!("at {at} the other bands do {others}, where {} was measured", change(db))
        },
    )
}

/// What was measured and is not corrected, told once for each stretch of frequencies.
fn refusals(gaps: &[Gap; POINTS]) -> Vec<Decision> {
    let mut all = Vec::new();
    let mut rest = gaps.as_slice();
    while let Some(start) = rest.iter().position(|gap| gap.bound.is_some()) {
        rest = &rest[start..];
        let bound = rest[0].bound;
        let length = rest.iter().position(|gap| gap.bound != bound).unwrap_or(rest.len());
        let (stretch, after) = rest.split_at(length);
        rest = after;
        all.extend(bound.and_then(|bound| refusal(bound, stretch)));
    }
    all
}

/// Where something is, in words.
fn span(low_hz: f64, high_hz: f64) -> String {
    match (hertz(low_hz), hertz(high_hz)) {
        (low, high) if low == high => format!("at {low}"),
        (low, high) => format!("from {low} to {high}"),
    }
}

fn refusal(bound: Bound, stretch: &[Gap]) -> Option<Decision> {
    let measured = stretch.iter().filter_map(|gap| gap.measured_db);
    let wanted = measured.max_by(|a, b| a.abs().total_cmp(&b.abs()))?;
    let (first, last) = (stretch.first()?, stretch.last()?);
    if wanted.abs() < WORTH_TELLING_DB || last.hz < END_HZ.0 {
        return None;
    }
    let place = span(first.hz, last.hz);
    let wanted_text = change(wanted);
    let text = match bound {
        Bound::Cap => {
            format!(
                "Only {MAX_DB:.0} dB {place}, where {wanted_text} was measured: more belongs in the mix."
            )
        }
        Bound::Noise => format!(
            "No boost {place}, where {wanted_text} was measured: there the song is less than \
             {LEAST_OVER_NOISE_DB:.0} dB above its own noise."
        ),
        Bound::End(hz) => format!(
            "No boost {place}, where {wanted_text} was measured: the song ends at {}.",
            hertz(hz)
        ),
    };
    Some(Decision::refused(Area::Tone, text))
}
