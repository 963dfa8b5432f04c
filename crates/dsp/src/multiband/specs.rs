//! The parameters: a few of the whole, then the same few of each band.

use super::MOST_BANDS;
use crate::param::{ParamSpec, Unit};

/// Index of the number of bands.
pub const BANDS: usize = 0;
/// Index of the choice between bands and shelves.
pub const MODE: usize = 1;
/// Index of the lowest split; the others follow it.
pub const SPLITS: usize = 2;
/// Index of the knee of all bands.
pub const KNEE: usize = SPLITS + MOST_BANDS - 1;
/// Index of the stereo link.
pub const LINK: usize = KNEE + 1;
/// Index of the mix.
pub const MIX: usize = LINK + 1;
/// Index of the output gain.
pub const OUTPUT: usize = MIX + 1;
/// Index of the largest reduction of every band.
pub const RANGE: usize = OUTPUT + 1;
/// Index of the first parameter of the lowest band.
const FIRST: usize = RANGE + 1;

/// Place of the threshold among the parameters of a band.
pub const THRESHOLD: usize = 0;
/// Place of the ratio.
pub const RATIO: usize = 1;
/// Place of the attack.
pub const ATTACK: usize = 2;
/// Place of the release.
pub const RELEASE: usize = 3;
/// Place of the gain.
pub const GAIN: usize = 4;
/// Place of the switch that lets the band compress.
pub const ON: usize = 5;
/// Place of the solo switch.
pub const SOLO: usize = 6;
/// Place of the switch that makes the ratio infinite.
pub const INFINITE_RATIO: usize = 7;
/// Number of parameters of a band.
pub const BAND_PARAMS: usize = 8;

/// Index of a band's parameter, with `param` one of the places above.
pub const fn band_param(band: usize, param: usize) -> usize {
    FIRST + BAND_PARAMS * band + param
}

/// Parameters of a [`Multiband`](super::Multiband), in order.
pub const SPECS: &[ParamSpec] = &[
    ParamSpec::choice("bands", "Bands", &["2", "3", "4", "5"], 2),
    ParamSpec::choice("mode", "Mode", &["Shelves", "Bands"], 0),
    split("split_1", "Split 1", 120.0),
    split("split_2", "Split 2", 600.0),
    split("split_3", "Split 3", 3000.0),
    split("split_4", "Split 4", 9000.0),
    ParamSpec::linear("knee", "Knee", Unit::Db, (0.0, 24.0), 6.0),
    ParamSpec::linear("link", "Stereo link", Unit::Percent, (0.0, 100.0), 100.0),
    ParamSpec::linear("mix", "Mix", Unit::Percent, (0.0, 100.0), 100.0),
    ParamSpec::linear("output", "Output", Unit::Db, (-12.0, 12.0), 0.0),
    ParamSpec::linear("range", "Range", Unit::Db, (0.0, 60.0), 60.0),
    threshold("threshold_1", "Threshold 1"),
    ratio("ratio_1", "Ratio 1"),
    attack("attack_1", "Attack 1", 30.0),
    release("release_1", "Release 1", 250.0),
    gain("gain_1", "Gain 1"),
    ParamSpec::switch("on_1", "On 1", true),
    ParamSpec::switch("solo_1", "Solo 1", false),
    ParamSpec::switch("infinite_ratio_1", "Infinite ratio 1", false),
    threshold("threshold_2", "Threshold 2"),
    ratio("ratio_2", "Ratio 2"),
    attack("attack_2", "Attack 2", 20.0),
    release("release_2", "Release 2", 200.0),
    gain("gain_2", "Gain 2"),
    ParamSpec::switch("on_2", "On 2", true),
    ParamSpec::switch("solo_2", "Solo 2", false),
    ParamSpec::switch("infinite_ratio_2", "Infinite ratio 2", false),
    threshold("threshold_3", "Threshold 3"),
    ratio("ratio_3", "Ratio 3"),
    attack("attack_3", "Attack 3", 10.0),
    release("release_3", "Release 3", 150.0),
    gain("gain_3", "Gain 3"),
    ParamSpec::switch("on_3", "On 3", true),
    ParamSpec::switch("solo_3", "Solo 3", false),
    ParamSpec::switch("infinite_ratio_3", "Infinite ratio 3", false),
    threshold("threshold_4", "Threshold 4"),
    ratio("ratio_4", "Ratio 4"),
    attack("attack_4", "Attack 4", 5.0),
    release("release_4", "Release 4", 100.0),
    gain("gain_4", "Gain 4"),
    ParamSpec::switch("on_4", "On 4", true),
    ParamSpec::switch("solo_4", "Solo 4", false),
    ParamSpec::switch("infinite_ratio_4", "Infinite ratio 4", false),
    threshold("threshold_5", "Threshold 5"),
    ratio("ratio_5", "Ratio 5"),
    attack("attack_5", "Attack 5", 3.0),
    release("release_5", "Release 5", 80.0),
    gain("gain_5", "Gain 5"),
    ParamSpec::switch("on_5", "On 5", true),
    ParamSpec::switch("solo_5", "Solo 5", false),
    ParamSpec::switch("infinite_ratio_5", "Infinite ratio 5", false),
];

const _: () = assert!(SPECS.len() == band_param(MOST_BANDS, 0), "the indices fit the list");

const fn split(id: &'static str, name: &'static str, default: f64) -> ParamSpec {
    ParamSpec::log(id, name, Unit::Hz, (30.0, 16_000.0), default)
}

const fn threshold(id: &'static str, name: &'static str) -> ParamSpec {
    ParamSpec::linear(id, name, Unit::Db, (-60.0, 0.0), -18.0)
}

const fn ratio(id: &'static str, name: &'static str) -> ParamSpec {
    ParamSpec::log(id, name, Unit::Ratio, (1.0, 20.0), 2.0)
}

const fn attack(id: &'static str, name: &'static str, default: f64) -> ParamSpec {
    ParamSpec::log(id, name, Unit::Ms, (0.02, 250.0), default)
}

const fn release(id: &'static str, name: &'static str, default: f64) -> ParamSpec {
    ParamSpec::log(id, name, Unit::Ms, (5.0, 5000.0), default)
}

const fn gain(id: &'static str, name: &'static str) -> ParamSpec {
    ParamSpec::linear(id, name, Unit::Db, (-12.0, 12.0), 0.0)
}
