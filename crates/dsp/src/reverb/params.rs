//! The parameters of a [`Reverb`](super::Reverb) and their places.

use crate::param::{ParamSpec, Unit};

pub(super) const SPACE: usize = 0;
pub(super) const SIZE: usize = 1;
pub(super) const DECAY: usize = 2;
pub(super) const FREEZE: usize = 3;
pub(super) const PRE_DELAY: usize = 4;
pub(super) const LOW_DECAY: usize = 5;
pub(super) const LOW_CROSSOVER: usize = 6;
pub(super) const HIGH_DECAY: usize = 7;
pub(super) const HIGH_CROSSOVER: usize = 8;
pub(super) const MOD_RATE: usize = 9;
pub(super) const MOD_DEPTH: usize = 10;
pub(super) const BALANCE: usize = 11;
pub(super) const WIDTH: usize = 12;
pub(super) const LOW_CUT: usize = 13;
pub(super) const HIGH_CUT: usize = 14;
pub(super) const LEVEL: usize = 15;
pub(super) const MIX: usize = 16;

/// Parameters that move on the grid.
pub(super) const ON_GRID: [usize; 9] = [
    SIZE,
    DECAY,
    PRE_DELAY,
    LOW_DECAY,
    LOW_CROSSOVER,
    HIGH_DECAY,
    HIGH_CROSSOVER,
    MOD_RATE,
    MOD_DEPTH,
];

/// Parameters of a [`Reverb`](super::Reverb), in order.
///
/// The cuts filter what goes in and are off at the open ends of their ranges; `balance` goes from early (0 %)
/// to late (100 %), with both in full at 50 %.
pub const SPECS: &[ParamSpec] = &[
    ParamSpec::choice("space", "Space", &["Room", "Hall", "Plate"], 1),
    ParamSpec::linear("size", "Size", Unit::Percent, (50.0, 120.0), 100.0),
    ParamSpec::log("decay", "Decay", Unit::Ms, (100.0, 30_000.0), 2000.0),
    ParamSpec::switch("freeze", "Freeze", false),
    ParamSpec::linear("pre_delay", "Pre-delay", Unit::Ms, (0.0, 500.0), 10.0),
    ParamSpec::linear("low_decay", "Low decay", Unit::Percent, (20.0, 200.0), 100.0),
    ParamSpec::log("low_crossover", "Low crossover", Unit::Hz, (50.0, 1000.0), 250.0),
    ParamSpec::linear("high_decay", "High decay", Unit::Percent, (10.0, 150.0), 100.0),
    ParamSpec::log("high_crossover", "High crossover", Unit::Hz, (1000.0, 16_000.0), 4000.0),
    ParamSpec::log("mod_rate", "Mod rate", Unit::Hz, (0.05, 3.0), 1.2),
    ParamSpec::linear("mod_depth", "Mod depth", Unit::Percent, (0.0, 100.0), 60.0),
    ParamSpec::linear("balance", "Early and late", Unit::Percent, (0.0, 100.0), 50.0),
    ParamSpec::linear("width", "Width", Unit::Percent, (0.0, 150.0), 100.0),
    ParamSpec::log("low_cut", "Low cut", Unit::Hz, (20.0, 1000.0), 20.0),
    ParamSpec::log("high_cut", "High cut", Unit::Hz, (1000.0, 20_000.0), 20_000.0),
    ParamSpec::linear("level", "Level", Unit::Db, (-24.0, 12.0), 0.0),
    ParamSpec::linear("mix", "Mix", Unit::Percent, (0.0, 100.0), 30.0),
];
