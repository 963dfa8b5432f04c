//! Drafts and the reopening of a mix: nothing that was mixed is lost when another mix takes its place.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::automation::LaneTarget;
use crate::edit::{Edit, ListEdit, SongEdit};
use crate::ids::DeviceId;
use crate::mix::{Mix, Monitor};
use crate::project::Song;

/// A mix of which there is no print, set aside when another one was reopened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// Number within the song, from 1.
    pub number: u32,
    /// Why it was set aside, for people.
    pub note: String,
    /// The mix.
    pub mix: Box<Mix>,
}

/// What is reopened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reopen {
    /// The mix of the print with this number.
    Print(u32),
    /// The draft with this number, which is a draft no longer.
    Draft(u32),
}

/// The way to an earlier mix.
#[derive(Debug, Clone, PartialEq)]
pub struct Reopened {
    /// One step to undo.
    pub edit: Edit,
    /// What keeps the mix that it replaces, in words; `None` where there was none.
    pub kept: Option<String>,
}

impl Song {
    /// The edit that makes an earlier mix the song's mix again; `None` when there is no such print or
    /// draft. The present mix is set aside as a draft, unless a print or a draft has all of it already.
    pub fn reopen(&self, which: Reopen) -> Option<Reopened> {
        let song = self.id;
        let (mix, what) = match which {
            Reopen::Print(number) => {
                let print = self.prints.iter().find(|print| print.number == number)?;
                (&print.mix, format!("print {number}"))
            }
            Reopen::Draft(number) => {
                let draft = self.drafts.iter().find(|draft| draft.number == number)?;
                (&draft.mix, format!("draft {number}"))
            }
        };
        let mut changes = Vec::new();
        let kept = self.mix.as_ref().map(|present| {
            self.keeper_of(present).unwrap_or_else(|| {
                let number = self.fresh_draft_number();
                let note = format!("the mix before {what} was reopened");
                let draft = Draft { number, note, mix: Box::new(present.clone()) };
                changes.push(SongEdit::Drafts(ListEdit::add(draft)));
                format!("draft {number}")
            })
        });
        changes.push(SongEdit::Mix(Some(Box::new(self.with_free_ids(mix)))));
        if let Reopen::Draft(number) = which {
            changes.push(SongEdit::Drafts(ListEdit::Remove(number)));
        }
        let name = format!("Reopen {what} of {}", self.title);
        let edits = changes.into_iter().map(|change| Edit::Song { song, change }).collect();
        Some(Reopened { edit: Edit::Batch { name, edits }, kept })
    }

    /// The print or draft whose mix is `mix`, but for the monitor.
    fn keeper_of(&self, mix: &Mix) -> Option<String> {
        let silent = |mix: &Mix| Mix { monitor: Monitor::default(), ..mix.clone() };
        let wanted = silent(mix);
        let print = self.prints.iter().rev().find(|print| silent(&print.mix) == wanted);
        let draft = || self.drafts.iter().find(|draft| silent(&draft.mix) == wanted);
        print
            .map(|print| format!("print {}", print.number))
            .or_else(|| draft().map(|draft| format!("draft {}", draft.number)))
    }

    /// `mix` with new ids for devices whose ids the master's chains have taken since.
    fn with_free_ids(&self, mix: &Mix) -> Mix {
        let chains = self.master.chain.iter().chain(self.master.alternative.iter().flatten());
        let taken: Vec<DeviceId> = chains.map(|device| device.id).collect();
        let mut mix = mix.clone();
        let inserts = mix.strips().flat_map(|strip| &strip.inserts);
        let own: Vec<DeviceId> = inserts.map(|device| device.id).collect();
        let highest = own.iter().chain(&taken).map(|id| id.0).max().unwrap_or(0);
        let clashes = own.into_iter().filter(|id| taken.contains(id));
        let fresh: BTreeMap<DeviceId, DeviceId> =
            clashes.zip((highest.saturating_add(1)..).map(DeviceId)).collect();
        for strip in mix.strips_mut() {
            for device in &mut strip.inserts {
                device.id = fresh.get(&device.id).copied().unwrap_or(device.id);
            }
            for lane in &mut strip.lanes {
                if let LaneTarget::Device { device, .. } = &mut lane.target {
                    *device = fresh.get(device).copied().unwrap_or(*device);
                }
            }
        }
        mix
    }
}

#[cfg(test)]
mod tests {
    use twobus_dsp::{Db, DeviceKind};

    use super::*;
    use crate::testing;
    use crate::*;

    fn fader(project: &mut Project, level: f64) {
        let change = StripEdit::Fader(Db(level));
        let edit = Edit::Strip { song: SongId(1), strip: StripId(1), change };
        let _undo = project.apply(edit).unwrap();
    }

    #[test]
    fn an_unprinted_mix_is_kept_and_comes_back() {
        let mut project = testing::project();
        fader(&mut project, -7.0);
        let changed = project.clone();
        let to_print = project.songs[0].reopen(Reopen::Print(1)).unwrap();
        assert_eq!(to_print.kept.as_deref(), Some("draft 1"));
        let undo = project.apply(to_print.edit).unwrap();
        let song = &project.songs[0];
        assert_eq!(*song.prints[0].mix, song.mix.clone().unwrap());
        assert_eq!(song.drafts[0].mix, changed.songs[0].mix.clone().map(Box::new).unwrap());
        let back = song.reopen(Reopen::Draft(1)).unwrap();
        // What is replaced is the mix of print 1, of which there is no need of a draft.
        assert_eq!(back.kept.as_deref(), Some("print 1"));
        let mut there = project.clone();
        let _undo = there.apply(back.edit).unwrap();
        assert_eq!(there, changed);
        let _redo = project.apply(undo).unwrap();
        assert_eq!(project, changed);
        assert_eq!(project.songs[0].reopen(Reopen::Print(9)), None);
    }

    #[test]
    fn devices_of_the_master_keep_their_ids() {
        let mut project = testing::project();
        let insert = Device::new(DeviceId(40), DeviceKind::Utility);
        let gain = ParamId::new("gain").unwrap();
        let target = LaneTarget::Device { device: DeviceId(40), param: gain };
        let mut mix = project.songs[0].mix.clone().unwrap();
        mix.tracks[0].strip.inserts.push(insert.clone());
        mix.tracks[0].strip.lanes.push(Lane { target, mode: LaneMode::Read, points: vec![] });
        *project.songs[0].prints[0].mix = mix;
        let change = MasterEdit::Chain(ListEdit::add(insert));
        let _undo = project.apply(Edit::Master { song: SongId(1), change }).unwrap();
        let reopened = project.songs[0].reopen(Reopen::Print(1)).unwrap();
        let _undo = project.apply(reopened.edit).unwrap();
        project.validate().unwrap();
        let strip = &project.songs[0].mix.as_ref().unwrap().tracks[0].strip;
        assert_eq!(strip.inserts.last().unwrap().id, DeviceId(41));
        let target = LaneTarget::Device { device: DeviceId(41), param: gain };
        assert_eq!(strip.lanes.last().unwrap().target, target);
    }
}
