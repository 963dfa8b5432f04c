//! Which parameters a face shows together.

use twobus_dsp::{DeviceKind, multiband};
use twobus_session::Device;

/// A few parameters that belong together, by their stored ids.
type Page = (&'static str, &'static [&'static str]);

const DETECTOR: &[&str] =
    &["sc_low_cut", "sc_high_cut", "sc_bell_frequency", "sc_bell_gain", "external", "listen"];

/// The pages of every kind but those of bands.
fn fixed(kind: DeviceKind) -> &'static [Page] {
    match kind {
        DeviceKind::Compressor => &[
            ("Main", &["threshold", "ratio", "attack", "release", "knee", "makeup", "mix"]),
            (
                "More",
                &[
                    "detection",
                    "infinite_ratio",
                    "auto_release",
                    "hold",
                    "range",
                    "link",
                    "auto_makeup",
                    "lookahead",
                ],
            ),
            ("Detector", DETECTOR),
        ],
        DeviceKind::Gate => &[
            ("Main", &["threshold", "hysteresis", "range", "attack", "hold", "release"]),
            ("More", &["ratio", "infinite_ratio", "lookahead"]),
            ("Detector", DETECTOR),
        ],
        DeviceKind::DeEsser => &[(
            "Main",
            &["threshold", "range", "frequency", "shape", "bandwidth", "link", "listen"],
        )],
        DeviceKind::Saturator => &[(
            "Main",
            &["curve", "drive", "asymmetry", "tone", "mix", "output", "auto_level", "quality"],
        )],
        DeviceKind::Clipper => &[(
            "Main",
            &["drive", "ceiling", "knee", "tone", "catch", "mix", "auto_level", "quality"],
        )],
        DeviceKind::Stereo => &[("Main", &["width", "mono", "mono_below", "balance"])],
        DeviceKind::Limiter => {
            &[("Main", &["drive", "ceiling", "release", "auto_release", "link", "character"])]
        }
        DeviceKind::Utility => &[("Main", &["gain", "invert_left", "invert_right", "swap"])],
        DeviceKind::Delay => &[
            ("Main", &["time", "sync", "feedback", "routing", "low_cut", "high_cut", "mix"]),
            (
                "Colour",
                &[
                    "character",
                    "saturation",
                    "mod_rate",
                    "mod_depth",
                    "offset",
                    "width",
                    "tempo_bpm",
                ],
            ),
            ("Ducking", &["duck", "duck_threshold", "duck_release"]),
        ],
        DeviceKind::Reverb => &[
            ("Main", &["space", "size", "decay", "pre_delay", "balance", "width", "mix"]),
            (
                "Tone",
                &[
                    "low_decay",
                    "low_crossover",
                    "high_decay",
                    "high_crossover",
                    "low_cut",
                    "high_cut",
                ],
            ),
            ("More", &["mod_rate", "mod_depth", "level", "freeze"]),
        ],
        DeviceKind::Multiband => {
            &[("All", &["bands", "mode", "knee", "range", "link", "mix", "output"])]
        }
        DeviceKind::Equalizer => &[],
    }
}

/// Number of bands of a multiband.
pub(super) fn bands(device: &Device) -> usize {
    device.values.get(multiband::BANDS).map_or(2, |choice| *choice as usize + 2)
}

/// The names of a device's pages. The pages of a multiband behind the first are its bands.
pub(super) fn names(device: &Device) -> Vec<String> {
    let names = fixed(device.kind).iter().map(|(name, _)| (*name).to_owned());
    match device.kind {
        DeviceKind::Multiband => {
            names.chain((1..=bands(device)).map(|band| format!("Band {band}"))).collect()
        }
        _ => names.collect(),
    }
}

/// The parameters of a page, by index.
pub(super) fn params(device: &Device, page: usize) -> Vec<usize> {
    let pages = fixed(device.kind);
    if let Some((_, ids)) = pages.get(page) {
        return ids.iter().filter_map(|id| device.kind.param(id)).collect();
    }
    match (device.kind, page.checked_sub(pages.len())) {
        (DeviceKind::Multiband, Some(band)) if band < multiband::MOST_BANDS => {
            let split = band.checked_sub(1).map(|below| multiband::SPLITS + below);
            let own = (0..multiband::BAND_PARAMS).map(|param| multiband::band_param(band, param));
            split.into_iter().chain(own).collect()
        }
        _ => params_of_first(device),
    }
}

/// A page that is no longer there shows the first one.
fn params_of_first(device: &Device) -> Vec<usize> {
    let first = fixed(device.kind).first();
    let ids = first.map_or(&[][..], |(_, ids)| ids);
    ids.iter().filter_map(|id| device.kind.param(id)).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use twobus_session::DeviceId;

    #[test]
    fn every_parameter_of_every_kind_has_one_place() {
        for kind in DeviceKind::ALL.into_iter().filter(|kind| *kind != DeviceKind::Equalizer) {
            let mut device = Device::new(DeviceId(1), kind);
            if kind == DeviceKind::Multiband {
                device.values[multiband::BANDS] = 3.0;
            }
            let pages = names(&device).len();
            let all: Vec<usize> = (0..pages).flat_map(|page| params(&device, page)).collect();
            let once: BTreeSet<usize> = all.iter().copied().collect();
            assert_eq!(once.len(), all.len(), "{kind:?} shows one twice");
            assert_eq!(once.len(), kind.specs().len(), "{kind:?} shows all");
        }
    }
}
