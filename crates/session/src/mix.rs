//! A mix: tracks, groups, effect returns, the mix bus, and what lies along the song.

use serde::{Deserialize, Serialize};
use twobus_dsp::Db;
use twobus_dsp::param::{ParamSpec, Unit};

use crate::clip::Clip;
use crate::ids::StripId;
use crate::strip::{Strip, control};
use crate::timeline::Timeline;
use crate::version::Version;

/// Listening level.
pub const MONITOR_LEVEL: ParamSpec =
    control("level", "level", Unit::Db, f64::NEG_INFINITY, 0.0, 0.0);

/// A mix of a song.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mix {
    /// Tracks, in document order: the order in which they are summed.
    pub tracks: Vec<Track>,
    /// Groups and effect returns, in document order.
    pub buses: Vec<Bus>,
    /// The mix bus; its id is [`StripId::MIX_BUS`], its output nowhere.
    pub bus: Strip,
    /// Markers, sections, loop, tempo.
    pub timeline: Timeline,
    /// What the listener hears of it; never part of a bounce.
    pub monitor: Monitor,
    /// Versions of it that are printed together; empty for the [usual ones](Version::usual).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<Version>,
}

impl Default for Mix {
    fn default() -> Self {
        Self {
            tracks: Vec::new(),
            buses: Vec::new(),
            bus: Strip::new(StripId::MIX_BUS, "Mix bus"),
            timeline: Timeline::default(),
            monitor: Monitor::default(),
            versions: Vec::new(),
        }
    }
}

impl Mix {
    /// All strips: tracks, then buses, then the mix bus.
    pub fn strips(&self) -> impl Iterator<Item = &Strip> {
        let tracks = self.tracks.iter().map(|track| &track.strip);
        tracks.chain(self.buses.iter().map(|bus| &bus.strip)).chain(std::iter::once(&self.bus))
    }

    /// All strips, to be changed; in the order of [`strips`](Self::strips).
    pub(crate) fn strips_mut(&mut self) -> impl Iterator<Item = &mut Strip> {
        let tracks = self.tracks.iter_mut().map(|track| &mut track.strip);
        let buses = self.buses.iter_mut().map(|bus| &mut bus.strip);
        tracks.chain(buses).chain(std::iter::once(&mut self.bus))
    }

    /// The strip called `id`.
    pub fn strip(&self, id: StripId) -> Option<&Strip> {
        self.strips().find(|strip| strip.id == id)
    }

    /// First frame after the last clip; 0 when there is none.
    pub fn end(&self) -> u64 {
        self.tracks.iter().flat_map(|track| &track.clips).map(Clip::end).max().unwrap_or(0)
    }
}

/// A track: a strip that plays clips.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Track {
    /// Its strip.
    pub strip: Strip,
    /// True when it carries one channel, which is panned; false for two, which are balanced.
    pub mono: bool,
    /// Clips, in order of position, then of id. Where they overlap, they are summed.
    pub clips: Vec<Clip>,
}

/// A group or an effect return: a strip that others feed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bus {
    /// Its strip.
    pub strip: Strip,
    /// What it is for.
    pub kind: BusKind,
}

impl Bus {
    /// A group.
    pub fn group(strip: Strip) -> Self {
        Self { strip, kind: BusKind::Group }
    }

    /// An effect return, which is solo-safe: what is soloed keeps its reverb.
    pub fn effect_return(strip: Strip) -> Self {
        Self { strip: Strip { solo_safe: true, ..strip }, kind: BusKind::Return }
    }
}

/// What a bus is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BusKind {
    /// A sub-mix that tracks go out to.
    Group,
    /// An effect that strips send to: [`Bus::effect_return`].
    Return,
}

/// What the listener hears, after the mix bus or the master chain.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Monitor {
    /// Listening level: [`MONITOR_LEVEL`].
    pub level: Db,
    /// Quieter by a fixed amount.
    pub dim: bool,
    /// Left and right summed.
    pub mono: bool,
    /// The difference of left and right only.
    pub side: bool,
    /// The reference instead of the song.
    pub reference: bool,
}

impl Default for Monitor {
    fn default() -> Self {
        Self { level: Db::UNITY, dim: false, mono: false, side: false, reference: false }
    }
}

impl Monitor {
    /// True when it changes what is heard in more than level.
    pub fn is_altering(&self) -> bool {
        self.dim || self.mono || self.side || self.reference
    }
}
