//! What must go before something else can: the references to what is removed.

use super::{DeviceEdit, Edit, ListEdit, SongEdit, StripEdit};
use crate::automation::LaneTarget;
use crate::ids::{DeviceId, SendId, SongId, StripId};
use crate::mix::Mix;
use crate::project::Project;
use crate::strip::{Output, Strip};

/// The edits that must come before `edit` so that nothing refers to what it removes; none for most.
pub(super) fn of(project: &Project, edit: &Edit) -> Vec<Edit> {
    let mix_of = |song| project.song(song).and_then(|song| song.mix.as_ref());
    match edit {
        Edit::Song { song, change: SongEdit::Buses(ListEdit::Remove(bus)) } => mix_of(*song)
            .map_or_else(Vec::new, |mix| {
                let mut edits = detach_bus(*song, mix, *bus);
                edits.extend(drop_keys(*song, mix, *bus));
                edits
            }),
        Edit::Song { song, change: SongEdit::Tracks(ListEdit::Remove(track)) } => {
            mix_of(*song).map_or_else(Vec::new, |mix| drop_keys(*song, mix, *track))
        }
        Edit::Strip { song, strip, change } => {
            let found = mix_of(*song).and_then(|mix| mix.strip(*strip));
            found.map_or_else(Vec::new, |found| {
                if let StripEdit::Inserts(ListEdit::Remove(device)) = change {
                    drop_device(*song, found, *device)
                } else if let StripEdit::Sends(ListEdit::Remove(send)) = change {
                    drop_send(*song, found, *send)
                } else {
                    Vec::new()
                }
            })
        }
        Edit::Batch { .. }
        | Edit::Project(_)
        | Edit::Media(_)
        | Edit::Songs(_)
        | Edit::Song { .. }
        | Edit::Timeline { .. }
        | Edit::Track { .. }
        | Edit::Device { .. }
        | Edit::Master { .. } => Vec::new(),
    }
}

/// Sends everything that goes into `bus` on to where the bus itself goes, and removes the sends to it.
fn detach_bus(song: SongId, mix: &Mix, bus: StripId) -> Vec<Edit> {
    let Some(removed) = mix.strip(bus) else { return Vec::new() };
    let mut edits = Vec::new();
    for strip in mix.strips() {
        let mut change = |change| edits.push(Edit::Strip { song, strip: strip.id, change });
        for send in strip.sends.iter().filter(|send| send.to == bus) {
            change(StripEdit::Sends(ListEdit::Remove(send.id)));
        }
        if strip.output == Output::Strip(bus) {
            change(StripEdit::Output(removed.output));
        }
    }
    edits
}

/// Lets devices of other strips that listen to `strip` listen to their own input.
fn drop_keys(song: SongId, mix: &Mix, strip: StripId) -> Vec<Edit> {
    let others = mix.strips().filter(|other| other.id != strip);
    let heard = others.flat_map(|other| &other.inserts).filter(|device| device.key == Some(strip));
    let change = DeviceEdit::Key(None);
    heard.map(|device| Edit::Device { song, device: device.id, change: change.clone() }).collect()
}

fn drop_device(song: SongId, strip: &Strip, id: DeviceId) -> Vec<Edit> {
    drop_lanes(
        song,
        strip,
        |target| matches!(target, LaneTarget::Device { device, .. } if device == id),
    )
}

fn drop_send(song: SongId, strip: &Strip, id: SendId) -> Vec<Edit> {
    drop_lanes(song, strip, |target| target == LaneTarget::Send(id))
}

fn drop_lanes(song: SongId, strip: &Strip, goes: impl Fn(LaneTarget) -> bool) -> Vec<Edit> {
    let targets = strip.lanes.iter().map(|lane| lane.target).filter(|target| goes(*target));
    let remove = |target| StripEdit::Lanes(ListEdit::Remove(target));
    targets.map(|target| Edit::Strip { song, strip: strip.id, change: remove(target) }).collect()
}
