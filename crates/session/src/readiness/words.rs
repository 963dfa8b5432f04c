//! The report in plain words: what, why it matters, what to do.

mod causes;
mod rows;

use twobus_dsp::units::signed;

use super::bars::bar_beat;
use super::{Check, FLOAT_BITS, Place, Readiness, Row, Unit, Verdict};
use crate::timeline::Timeline;

pub use causes::{causes, causes_placed};

/// Most places that are named; the others are counted.
const NAMED_PLACES: usize = 3;

/// What a row says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sentence {
    /// What it is and why it matters; for a fine row, why it is fine.
    pub what: &'static str,
    /// What to do; empty where there is nothing to do.
    pub act: &'static str,
}

/// The sentences of `row`.
pub fn sentence(row: &Row) -> Sentence {
    rows::sentence(row)
}

/// The name of a check.
pub fn title(check: Check) -> &'static str {
    match check {
        Check::TruePeak => "Headroom",
        Check::ClippedRuns => "Clipping",
        Check::Loudness => "Loudness",
        Check::Plr => "Peak to loudness",
        Check::FlatPeaks => "Flattened peaks",
        Check::Psr => "Loudest 3 s",
        Check::LoudnessRange => "Loudness range",
        Check::Correlation => "Correlation",
        Check::OutOfPhase => "Out of phase",
        Check::MonoLoss => "Mono",
        Check::LowEndPhase => "Low end in stereo",
        Check::ChannelBalance => "Left and right",
        Check::DeadChannel => "Channels",
        Check::Subsonic => "Below 25 Hz",
        Check::TonalBalance => "Tonal balance",
        Check::Sibilance => "Sibilance",
        Check::VocalLevel => "Lead vocal",
        Check::DcOffset => "DC offset",
        Check::NoiseFloor => "Noise",
        Check::Hum => "Hum",
        Check::Clicks => "Clicks",
        Check::Dropouts => "Dropouts",
        Check::HeadSilence => "Before the music",
        Check::CutHead => "Beginning",
        Check::CutTail => "Ending",
        Check::SampleRate => "Sample rate",
        Check::BitDepth => "Bit depth",
        Check::LossyFile => "Codec",
        Check::IdleBits => "Unused bits",
        Check::Bandwidth => "Bandwidth",
        Check::Shelf => "Cut-off",
    }
}

/// The value of `row` with its unit; a dash where there was nothing to measure.
pub fn value(row: &Row, rate_hz: u32) -> String {
    let Some(value) = row.value else { return "–".to_owned() };
    match row.check.unit() {
        Unit::Db => format!("{} dB", plus(value, 1)),
        Unit::Dbfs => format!("{} dBFS", signed(value, 1)),
        Unit::Dbtp => format!("{} dBTP", signed(value, 1)),
        Unit::Lufs => format!("{} LUFS", signed(value, 1)),
        Unit::Lu => format!("{} LU", signed(value, 1)),
        Unit::Seconds => format!("{value:.1} s"),
        Unit::Hz => hz(value),
        Unit::Percent => format!("{value:.1} %"),
        Unit::Bits if row.check == Check::BitDepth && value == FLOAT_BITS => {
            "32-bit float".to_owned()
        }
        Unit::Bits => format!("{value:.0} bits"),
        Unit::OfRate if value >= NO_END => "whole".to_owned(),
        Unit::OfRate => format!("to {}", hz(value * f64::from(rate_hz))),
        Unit::YesNo if value > 0.0 => "lossy".to_owned(),
        Unit::YesNo => "lossless".to_owned(),
        Unit::Count => match row.longest {
            Some(longest) if value > 0.0 => format!("{value:.0}, longest {longest}"),
            _ => format!("{value:.0}"),
        },
        Unit::Number => plus(value, 2),
    }
}

/// The part of the sample rate at which content ends only because the file does.
const NO_END: f64 = 0.5;

/// A number with its sign, also when it is positive.
fn plus(value: f64, decimals: usize) -> String {
    let text = signed(value, decimals);
    let positive = value > 0.0 && text.bytes().any(|digit| (b'1'..=b'9').contains(&digit));
    if positive { format!("+{text}") } else { text }
}

/// A frequency: "250 Hz", "44.1 kHz".
pub fn hz(value: f64) -> String {
    if value < 1000.0 {
        return format!("{value:.0} Hz");
    }
    let text = format!("{:.3}", value / 1000.0);
    format!("{} kHz", text.trim_end_matches('0').trim_end_matches('.'))
}

/// The band that `row` is about: "200 Hz to 400 Hz"; empty where it is about all.
pub fn band(row: &Row) -> String {
    // Bands have no sharp limits: three digits say enough.
    let rounded =
        |value: f64| if value < 1000.0 { hz(value) } else { hz((value / 10.0).round() * 10.0) };
    match row.band_hz {
        None => String::new(),
        Some((low, high)) if low == high => rounded(low),
        Some((low, high)) => format!("{} to {}", rounded(low), rounded(high)),
    }
}

/// Where `row` lies: "0:12.3–0:14.0 (bars 7–8), 1:02.0 and 3 more", or "the whole song".
pub fn places(row: &Row, rate_hz: u32, timeline: Option<&Timeline>) -> String {
    if row.places.is_empty() {
        return "the whole song".to_owned();
    }
    let texts = row.places.iter().map(|each| place(*each, rate_hz, timeline));
    some_of(texts, row.places.len(), NAMED_PLACES)
}

/// The first `most` of `count` places, and how many more there are.
fn some_of(places: impl Iterator<Item = String>, count: usize, most: usize) -> String {
    let text = places.take(most).collect::<Vec<_>>().join(", ");
    match count.saturating_sub(most) {
        0 => text,
        more => format!("{text} and {more} more"),
    }
}

/// A stretch as a time, with its bars where there is a tempo.
pub fn place(place: Place, rate_hz: u32, timeline: Option<&Timeline>) -> String {
    let last = place.end.saturating_sub(1).max(place.start);
    let (start, end) = (time(place.start, rate_hz), time(place.end.max(place.start), rate_hz));
    let span = if start == end { start } else { format!("{start}–{end}") };
    let bar = |frame| timeline.and_then(|t| bar_beat(t, rate_hz, frame)).map(|at| at.bar);
    match (bar(place.start), bar(last)) {
        (Some(first), Some(last)) if first == last => format!("{span} (bar {first})"),
        (Some(first), Some(last)) => format!("{span} (bars {first}–{last})"),
        _ => span,
    }
}

/// Minutes, seconds and tenths: "1:02.5".
pub fn time(frame: u64, rate_hz: u32) -> String {
    let tenths = (frame as f64 * 10.0 / f64::from(rate_hz.max(1))).round() as u64;
    format!("{}:{:02}.{}", tenths / 600, tenths / 10 % 60, tenths % 10)
}

/// The verdict on the whole, in one line: "Almost. Fix one thing, look at three."
pub fn headline(report: &Readiness) -> String {
    match (report.count(Verdict::Fix), report.count(Verdict::Consider)) {
        (0, 0) => "Ready. Nothing stands in the way of a master.".to_owned(),
        (0, look) => format!("Ready. Look at {}.", things(look)),
        (fix, 0) => format!("Almost. Fix {}.", things(fix)),
        (fix, look) => format!("Almost. Fix {}, look at {}.", things(fix), number(look)),
    }
}

fn things(count: usize) -> String {
    if count == 1 { "one thing".to_owned() } else { format!("{} things", number(count)) }
}

/// A count in words, as far as words are short.
fn number(count: usize) -> String {
    const WORDS: [&str; 13] = [
        "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
        "eleven", "twelve",
    ];
    WORDS.get(count).map_or_else(|| count.to_string(), |word| (*word).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(check: Check, value: Option<f64>, verdict: Verdict) -> Row {
        Row {
            check,
            value,
            verdict,
            strong: false,
            band_hz: None,
            places: Vec::new(),
            causes: Vec::new(),
            longest: None,
        }
    }

    #[test]
    fn dsp19_every_row_says_what_and_every_fault_what_to_do() {
        for check in Check::ALL {
            assert!(!title(check).is_empty());
            for verdict in [Verdict::Fine, Verdict::Consider, Verdict::Fix] {
                for value in [None, Some(-40.0), Some(0.0), Some(40.0)] {
                    let said = sentence(&row(check, value, verdict));
                    let whole = |text: &str| text.ends_with('.') && !text.contains('!');
                    assert!(whole(said.what), "{check:?}: {}", said.what);
                    let to_do = verdict != Verdict::Fine;
                    assert_eq!(to_do, !said.act.is_empty(), "{check:?} {verdict:?}");
                    assert!(said.act.is_empty() || whole(said.act), "{check:?}: {}", said.act);
                }
            }
        }
    }

    #[test]
    fn dsp19_places_are_times_and_bars() {
        let mut row = row(Check::Clicks, Some(4.0), Verdict::Fix);
        row.places =
            (0..5).map(|i| Place { start: i * 48_000, end: i * 48_000 + 24_000 }).collect();
        let text = places(&row, 48_000, None);
        assert_eq!(text, "0:00.0–0:00.5, 0:01.0–0:01.5, 0:02.0–0:02.5 and 2 more");
        assert_eq!(time(48_000 * 61 + 4800, 48_000), "1:01.1");
    }

    #[test]
    fn dsp19_values_have_their_units() {
        let text = |check, value| super::value(&row(check, Some(value), Verdict::Fine), 48_000);
        assert_eq!(text(Check::TruePeak, -3.0), "−3.0 dBTP");
        assert_eq!(text(Check::SampleRate, 44_100.0), "44.1 kHz");
        assert_eq!(text(Check::Correlation, 0.5), "+0.50");
        assert_eq!(text(Check::Bandwidth, 0.5), "whole");
        assert_eq!(text(Check::Bandwidth, 0.25), "to 12 kHz");
        assert_eq!(super::value(&row(Check::Hum, None, Verdict::Fine), 48_000), "–");
    }
}
