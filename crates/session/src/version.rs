//! Versions of a mix: the mix with some of its strips muted or moved, such as an instrumental.

use serde::{Deserialize, Serialize};
use twobus_dsp::Db;
use twobus_dsp::param::{ParamSpec, Unit};

use crate::automation::LaneTarget;
use crate::ids::{StripId, VersionId};
use crate::mix::Mix;
use crate::print::PrintKind;
use crate::strip::{FADER, Role, Strip, control};

/// How far a version moves a fader.
pub const SHIFT: ParamSpec = control("by", "shift", Unit::Db, -24.0, 24.0, 0.0);

/// How far the lead vocal is moved in [`PrintKind::VocalUp`] and [`PrintKind::VocalDown`].
pub const VOCAL_SHIFT: Db = Db(1.0);

/// A version of a mix: what is muted or moved in it and nowhere else. Strips that the mix does not have
/// are passed over, so that a track may go without the versions that named it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Version {
    /// Identity within the mix.
    pub id: VersionId,
    /// Shown to people, and taken by the command line.
    pub name: String,
    /// What its prints are.
    pub kind: PrintKind,
    /// Strips that are muted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mute: Vec<StripId>,
    /// Tracks that stay, all others being muted; without any, all stay.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<StripId>,
    /// Strips whose faders are moved.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shift: Vec<Shift>,
}

/// A strip whose fader a version moves, its automation included.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shift {
    /// Which strip.
    pub strip: StripId,
    /// By how much: [`SHIFT`].
    pub by: Db,
}

impl Version {
    /// The usual versions that the roles of a mix's tracks allow: instrumental and a cappella where there
    /// is a voice and something else, TV where lead and backing vocals are told apart, vocal up and down
    /// where there is a lead vocal.
    pub fn usual(mix: &Mix) -> Vec<Self> {
        let of = |wanted: &[Role]| -> Vec<StripId> {
            let strips = mix.tracks.iter().map(|track| &track.strip);
            strips.filter(|strip| wanted.contains(&strip.role)).map(|strip| strip.id).collect()
        };
        let (lead, backing) = (of(&[Role::LeadVocal]), of(&[Role::BackingVocal]));
        let voices = of(&[Role::LeadVocal, Role::BackingVocal]);
        let has_band = voices.len() < mix.tracks.len();
        let mut found = Vec::new();
        let mut add = |kind: PrintKind, mute: &[StripId], only: &[StripId], by: Option<Db>| {
            let shifted = by.map(|by| lead.iter().map(move |&strip| Shift { strip, by }));
            found.push(Self {
                id: VersionId(found.len() as u32 + 1),
                name: kind.name().to_owned(),
                kind,
                mute: mute.to_vec(),
                only: only.to_vec(),
                shift: shifted.into_iter().flatten().collect(),
            });
        };
        if !voices.is_empty() && has_band {
            add(PrintKind::Instrumental, &voices, &[], None);
        }
        if !lead.is_empty() && !backing.is_empty() {
            add(PrintKind::Tv, &lead, &[], None);
        }
        if !voices.is_empty() && has_band {
            add(PrintKind::ACappella, &[], &voices, None);
        }
        if !lead.is_empty() && lead.len() < mix.tracks.len() {
            add(PrintKind::VocalUp, &[], &[], Some(VOCAL_SHIFT));
            add(PrintKind::VocalDown, &[], &[], Some(Db(-VOCAL_SHIFT.0)));
        }
        found
    }

    /// The mix as this version has it.
    #[must_use]
    pub fn of(&self, mix: &Mix) -> Mix {
        let mut mix = mix.clone();
        for track in &mut mix.tracks {
            let id = track.strip.id;
            if !self.only.is_empty() && !self.only.contains(&id) {
                mute(&mut track.strip);
            }
        }
        for strip in mix.strips_mut() {
            if self.mute.contains(&strip.id) {
                mute(strip);
            }
            let id = strip.id;
            let shifts = self.shift.iter().filter(|shift| shift.strip == id);
            shifts.for_each(|shift| move_fader(strip, shift.by));
        }
        mix
    }
}

/// Mutes a strip from start to end, whatever its automation says.
fn mute(strip: &mut Strip) {
    strip.mute = true;
    strip.lanes.retain(|lane| lane.target != LaneTarget::Mute);
}

/// Moves a fader and its automation, up to the end of its travel.
fn move_fader(strip: &mut Strip, by: Db) {
    let moved = |level: f64| (level + by.0).min(*FADER.range.end());
    strip.fader = Db(moved(strip.fader.0));
    for lane in strip.lanes.iter_mut().filter(|lane| lane.target == LaneTarget::Fader) {
        lane.points.iter_mut().for_each(|point| point.value = moved(point.value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn sung() -> Mix {
        let mut mix = testing::project().songs[0].mix.clone().unwrap();
        mix.tracks[0].strip.role = Role::LeadVocal;
        mix.tracks[1].strip.role = Role::BackingVocal;
        mix
    }

    #[test]
    fn the_usual_versions_follow_from_roles() {
        let versions = Version::usual(&sung());
        let kinds: Vec<&str> = versions.iter().map(|version| version.kind.name()).collect();
        assert_eq!(kinds, ["instrumental", "TV", "a cappella", "vocal up", "vocal down"]);
        let muted = |version: &Version| -> Vec<u32> {
            let mix = version.of(&sung());
            mix.strips().filter(|strip| strip.mute).map(|strip| strip.id.0).collect()
        };
        let all: Vec<Vec<u32>> = versions.iter().map(muted).collect();
        assert_eq!(all, [vec![1, 2], vec![1], vec![3, 4], vec![], vec![]]);
        assert!(Version::usual(&testing::project().songs[0].mix.clone().unwrap()).is_empty());
    }

    #[test]
    fn a_shift_moves_fader_and_automation_and_stops_at_the_top() {
        let mut mix = sung();
        mix.tracks[0].strip.fader = Db(9.5);
        let up = &Version::usual(&mix)[3];
        let strip = &up.of(&mix).tracks[0].strip;
        assert_eq!(strip.fader, Db(10.0));
        let levels: Vec<f64> = strip.lanes[0].points.iter().map(|point| point.value).collect();
        assert_eq!(levels, [-2.0, f64::NEG_INFINITY]);
    }
}
