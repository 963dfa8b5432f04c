//! A pass as one edit, and in words.

use super::{LaneMode, LaneTarget, Stretch, overwrite};
use crate::edit::{Edit, LaneEdit, StripEdit};
use crate::ids::{SongId, StripId};
use crate::mix::Mix;
use crate::project::Project;
use crate::readiness::bars::bar_beat;
use crate::strip::Strip;

/// What a pass has written into one lane.
#[derive(Debug, Clone, PartialEq)]
pub struct Pass {
    /// The strip.
    pub strip: StripId,
    /// The control that the lane drives.
    pub target: LaneTarget,
    /// The stretches that were heard, in the order of the timeline; they do not overlap.
    pub heard: Vec<Stretch>,
    /// The mode that the lane has from now on, where that is another one: after writing, touch.
    pub mode: Option<LaneMode>,
}

/// The one edit that writes what was heard of a song into its lanes, each on top of what `project` has
/// there; `None` when there is nothing to write. Lanes that are gone are left out.
pub fn pass_edit(project: &Project, song: SongId, passes: &[Pass]) -> Option<Edit> {
    let found = project.song(song)?;
    let mix = found.mix.as_ref()?;
    let (mut edits, mut there) = (Vec::new(), Vec::new());
    for pass in passes {
        let Some(changes) = mix.strip(pass.strip).and_then(|strip| changes(pass, strip)) else {
            continue;
        };
        there.push(pass);
        let edit = |change| {
            let change = StripEdit::Lane { target: pass.target, change };
            Edit::Strip { song, strip: pass.strip, change }
        };
        edits.extend(changes.into_iter().map(edit));
    }
    there.retain(|pass| !pass.heard.is_empty());
    let name = name(&there, mix, found.rate_hz);
    (!edits.is_empty()).then_some(Edit::Batch { name, edits })
}

fn changes(pass: &Pass, strip: &Strip) -> Option<Vec<LaneEdit>> {
    let mut lane = strip.lane(pass.target)?.clone();
    let control = strip.control(pass.target)?;
    let mut edits = Vec::new();
    for heard in &pass.heard {
        let edit = overwrite(&lane, control, heard);
        edits.push(edit.clone());
        let _before = edit.swap(&mut lane).ok()?;
    }
    edits.extend(pass.mode.filter(|mode| *mode != lane.mode).map(LaneEdit::Mode));
    Some(edits)
}

/// "Lead Vox fader: automation written, bars 5 to 9"
fn name(written: &[&Pass], mix: &Mix, rate_hz: u32) -> String {
    let what = match written {
        [] => return "Automation from write to touch".to_owned(),
        [one] => mix.strip(one.strip).map_or_else(String::new, |strip| {
            format!("{} {}: automation written", strip.name, strip.control_name(one.target))
        }),
        more => format!("Automation of {} controls written", more.len()),
    };
    let heard = || written.iter().flat_map(|pass| &pass.heard);
    let start = heard().map(|heard| heard.start).min().unwrap_or(0);
    let last = heard().map(|heard| heard.end - 1).max().unwrap_or(0);
    let bar = |frame| bar_beat(&mix.timeline, rate_hz, frame).map(|place| place.bar);
    match (bar(start), bar(last)) {
        (Some(first), Some(last)) if first == last => format!("{what}, bar {first}"),
        (Some(first), Some(last)) => format!("{what}, bars {first} to {last}"),
        _ => format!("{what}, {} to {}", time(start, rate_hz), time(last, rate_hz)),
    }
}

/// Minutes and seconds: "1:23.7".
fn time(frame: u64, rate_hz: u32) -> String {
    let tenths = frame.saturating_mul(10) / u64::from(rate_hz.max(1));
    format!("{}:{:02}.{}", tenths / 600, tenths / 10 % 60, tenths % 10)
}
