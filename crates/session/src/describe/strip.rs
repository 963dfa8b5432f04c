//! Changes of strips, sends, lanes, clips and devices in words.

use super::words::{Words, arrow, pan, switch};
use crate::automation::Lane;
use crate::clip::{Clip, GAIN};
use crate::edit::{DeviceEdit, LaneEdit, ListEdit, SendEdit, StripEdit, TrackEdit};
use crate::ids::StripId;
use crate::mix::{Mix, Track};
use crate::strip::{AuxSend, Device, FADER, Output, Role, SEND, Strip, TRIM, Tap, WIDTH};

pub(super) fn strip(change: &StripEdit, strip: &Strip, mix: &Mix) -> String {
    let name = &strip.name;
    match change {
        StripEdit::Name(new) => format!("Rename {name} → {new}"),
        StripEdit::Role(new) => format!("{name} role {} → {}", role(strip.role), role(*new)),
        StripEdit::Colour(new) => format!("{name} colour {} → {new}", strip.colour),
        StripEdit::Trim(new) => format!("{name} trim {}", arrow(&TRIM, strip.trim.0, new.0)),
        StripEdit::Invert(on) => format!("{name} polarity {}", polarity(*on)),
        StripEdit::Pan(new) => format!("{name} pan {} → {}", pan(strip.pan), pan(*new)),
        StripEdit::Width(new) => format!("{name} width {}", arrow(&WIDTH, strip.width, *new)),
        StripEdit::Fader(new) => format!("{name} fader {}", arrow(&FADER, strip.fader.0, new.0)),
        StripEdit::Mute(on) => format!("{name} mute {}", switch(*on)),
        StripEdit::Solo(on) => format!("{name} solo {}", switch(*on)),
        StripEdit::SoloSafe(on) => format!("{name} solo-safe {}", switch(*on)),
        StripEdit::Output(new) => {
            format!("{name} output {} → {}", output(strip.output, mix), output(*new, mix))
        }
        StripEdit::Inserts(change) => {
            let kind = |device: &Device| device.kind.name().to_owned();
            format!("{name}: {}", change.lower_words(&strip.inserts, kind))
        }
        StripEdit::Sends(change) => {
            let to = |send: &AuxSend| format!("to {}", strip_name(send.to, mix));
            format!("{name}: {}", change.lower_words(&strip.sends, to))
        }
        StripEdit::Send { send, change } => {
            let found = strip.sends.iter().find(|other| other.id == *send);
            let words = found.map(|found| self::send(change, found, mix));
            format!("{name} {}", words.unwrap_or_else(|| format!("send {}", send.0)))
        }
        StripEdit::Lanes(change) => {
            let control = |lane: &Lane| strip.control_name(lane.target);
            format!("{name}: {}", change.lower_words(&strip.lanes, control))
        }
        StripEdit::Lane { target, change } => {
            format!("{name} {} {}", strip.control_name(*target), lane(change))
        }
    }
}

fn send(change: &SendEdit, send: &AuxSend, mix: &Mix) -> String {
    let to = strip_name(send.to, mix);
    match change {
        SendEdit::To(new) => format!("send {to} → {}", strip_name(*new, mix)),
        SendEdit::Level(new) => format!("send to {to} {}", arrow(&SEND, send.level.0, new.0)),
        SendEdit::Tap(Tap::Pre) => format!("send to {to} pre-fader"),
        SendEdit::Tap(Tap::Post) => format!("send to {to} post-fader"),
        SendEdit::Off(off) => format!("send to {to} {}", switch(!off)),
    }
}

fn lane(change: &LaneEdit) -> String {
    match change {
        LaneEdit::Mode(mode) => format!("automation {}", mode.name()),
        LaneEdit::Points { .. } => "automation".to_owned(),
    }
}

pub(super) fn track(change: &TrackEdit, track: &Track) -> String {
    let name = &track.strip.name;
    match change {
        TrackEdit::Mono(true) => format!("{name} mono"),
        TrackEdit::Mono(false) => format!("{name} stereo"),
        TrackEdit::Clips(ListEdit::Change(new)) => {
            let old = track.clips.iter().find(|clip| clip.id == new.id);
            format!("{name}: {}", old.map_or("change clip".to_owned(), |old| clip(old, new)))
        }
        TrackEdit::Clips(change) => {
            format!("{name}: {}", change.lower_words(&track.clips, |clip| clip.id.0.to_string()))
        }
    }
}

fn clip(old: &Clip, new: &Clip) -> String {
    let piece = |clip: &Clip| (clip.offset, clip.length);
    if piece(old) != piece(new) {
        "trim clip".to_owned()
    } else if old.position != new.position {
        "move clip".to_owned()
    } else if old.gain != new.gain {
        format!("clip gain {}", arrow(&GAIN, old.gain.0, new.gain.0))
    } else if (old.fade_in, old.fade_out) != (new.fade_in, new.fade_out) {
        "fade clip".to_owned()
    } else {
        "change clip".to_owned()
    }
}

pub(super) fn device(change: &DeviceEdit, device: &Device, mix: Option<&Mix>) -> String {
    let kind = device.kind.name();
    match change {
        DeviceEdit::Bypass(true) => format!("{kind} bypassed"),
        DeviceEdit::Bypass(false) => format!("{kind} on"),
        DeviceEdit::Param { id, value } => {
            let at = device.kind.param(id.as_str());
            let found = at.and_then(|at| Some((&device.kind.specs()[at], device.values.get(at)?)));
            match found {
                Some((spec, old)) => format!("{kind} {} {}", spec.name, arrow(spec, *old, *value)),
                None => format!("{kind} {}", id.as_str()),
            }
        }
        DeviceEdit::Preset(name) => format!("{kind} preset {name}"),
        DeviceEdit::Values(_) => format!("{kind} settings"),
        DeviceEdit::Key(None) => format!("{kind} listens to its own input"),
        DeviceEdit::Key(Some(key)) => {
            let name = mix.map_or_else(|| format!("strip {}", key.0), |mix| strip_name(*key, mix));
            let external = device.kind.param("external").and_then(|at| device.values.get(at));
            let on =
                if external == Some(&0.0) { ", once its External side-chain is on" } else { "" };
            format!("{kind} listens to {name}{on}")
        }
    }
}

/// The name of the strip `id`, or its number when there is none.
pub(crate) fn strip_name(id: StripId, mix: &Mix) -> String {
    mix.strip(id).map_or_else(|| format!("strip {}", id.0), |strip| strip.name.clone())
}

/// Where an output goes, by name.
pub(crate) fn output(output: Output, mix: &Mix) -> String {
    match output {
        Output::Strip(id) => strip_name(id, mix),
        Output::Nowhere => "nowhere".to_owned(),
    }
}

/// A polarity in words.
pub(crate) fn polarity(invert: bool) -> &'static str {
    if invert { "inverted" } else { "normal" }
}

fn role(role: Role) -> &'static str {
    match role {
        Role::Drums => "drums",
        Role::Percussion => "percussion",
        Role::Bass => "bass",
        Role::Guitar => "guitar",
        Role::Keys => "keys",
        Role::Synth => "synth",
        Role::Strings => "strings",
        Role::Winds => "winds",
        Role::LeadVocal => "lead vocal",
        Role::BackingVocal => "backing vocal",
        Role::Effects => "effects",
        Role::Other => "other",
    }
}
