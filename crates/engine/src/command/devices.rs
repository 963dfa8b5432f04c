//! The command `devices`.

use crate::device::{Backend as _, Error, OutputInfo, RateRange, System};
use serde_json::json;

use super::Said;

/// What is said when there are none.
const NONE: &str = "There is no sound device that can play.";

/// Rates that are named when a device takes whole ranges of them.
const COMMON_HZ: [u32; 6] = [44_100, 48_000, 88_200, 96_000, 176_400, 192_000];

pub(super) fn run() -> Result<Said, Error> {
    let outputs = System.outputs()?;
    let text = if outputs.is_empty() {
        NONE.to_owned()
    } else {
        outputs.iter().map(describe).collect::<Vec<_>>().join("\n")
    };
    Ok(Said { text, json: json!({ "devices": outputs }), warnings: Vec::new() })
}

/// Three lines: the name, the id, and what it takes.
fn describe(output: &OutputInfo) -> String {
    let default = if output.default { " (default)" } else { "" };
    let takes = if output.busy {
        "in use by another program".to_owned()
    } else {
        let formats: Vec<String> = output.formats.iter().map(ToString::to_string).collect();
        let (rates, channels) = (rates(&output.rates_hz), channels(&output.channels));
        format!("{rates} Hz; {channels}; {}", formats.join(", "))
    };
    let OutputInfo { id, name, host, .. } = output;
    format!("{name}{default}\n    {id}\n    {host}: {takes}")
}

/// `44100, 48000, 96000`: single rates, and the common ones within ranges.
fn rates(ranges: &[RateRange]) -> String {
    let single = ranges.iter().filter(|range| range.from == range.to).map(|range| range.from);
    let within = |hz: &u32| ranges.iter().any(|range| (range.from..=range.to).contains(hz));
    let mut rates: Vec<u32> = single.chain(COMMON_HZ.into_iter().filter(within)).collect();
    rates.sort_unstable();
    rates.dedup();
    rates.iter().map(u32::to_string).collect::<Vec<_>>().join(", ")
}

/// `mono, stereo, up to 8 channels`.
fn channels(counts: &[u16]) -> String {
    let name = |count: u16| match count {
        1 => "mono".to_owned(),
        2 => "stereo".to_owned(),
        more => format!("{more} channels"),
    };
    match counts {
        [] => String::new(),
        [first, .., last] if counts.len() > 2 => format!("{} to {}", name(*first), name(*last)),
        few => few.iter().map(|count| name(*count)).collect::<Vec<_>>().join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_told_by_the_common_rates_in_them() {
        let range = |from, to| RateRange { from, to };
        assert_eq!(rates(&[range(44_100, 44_100), range(37_800, 37_800)]), "37800, 44100");
        assert_eq!(rates(&[range(8000, 96_000)]), "44100, 48000, 88200, 96000");
    }

    #[test]
    fn channels_are_told_in_words() {
        assert_eq!(channels(&[2]), "stereo");
        assert_eq!(channels(&[1, 2]), "mono, stereo");
        assert_eq!(channels(&[1, 2, 3, 4]), "mono to 4 channels");
    }
}
