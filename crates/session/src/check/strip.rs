//! The rules of a strip, its devices, sends and lanes, and of a track's clips.

use twobus_dsp::Db;
use twobus_dsp::curve::{Breakpoint, MAX_BEND};

use super::{
    Files, MAX_FRAME, MAX_POINTS, count, each, in_order, level, name, rule, unique, value,
};
use crate::automation::{Control, Lane};
use crate::clip::{ChannelMap, Clip, GAIN};
use crate::error::{EditError, Problem, id_text};
use crate::mix::Track;
use crate::strip::{COLOURS, Device, FADER, PAN, SEND, Strip, TRIM, WIDTH};

pub(super) fn strip(strip: &Strip) -> Result<(), EditError> {
    name(&strip.name)?;
    if strip.colour >= COLOURS {
        return Err(rule("colour", "the palette has 12 colours, counted from 0"));
    }
    value(&TRIM, strip.trim.0)?;
    value(&PAN, strip.pan)?;
    value(&WIDTH, strip.width)?;
    level(&FADER, strip.fader)?;
    devices(&strip.inserts, "inserts")?;
    unique(&strip.sends, "sends")?;
    each(
        &strip.sends,
        "sends",
        |send| format!("send {}", send.id.0),
        |send| level(&SEND, send.level),
    )?;
    unique(&strip.lanes, "lanes")?;
    each(&strip.lanes, "lanes", |lane| strip.control_name(lane.target), |each| lane(strip, each))
}

/// A list of devices: each has a value in range for each of its parameters.
pub(super) fn devices(devices: &[Device], path: &'static str) -> Result<(), EditError> {
    unique(devices, path)?;
    each(
        devices,
        path,
        |device| device.kind.name().to_owned(),
        |device| {
            let specs = device.kind.specs();
            if device.values.len() != specs.len() {
                return Err(rule("values", "the device has another number of parameters"));
            }
            let mut values = specs.iter().zip(&device.values);
            values.try_for_each(|(spec, &v)| value(spec, v)).map_err(|e| e.within("values", ""))
        },
    )
}

fn lane(strip: &Strip, lane: &Lane) -> Result<(), EditError> {
    let Some(control) = strip.control(lane.target) else {
        let id = id_text(&lane.target);
        return Err(EditError::from(Problem::Missing { what: "control", id }).within("target", ""));
    };
    if !strip.can_move(lane.target) {
        const WHY: &str = "it stays as it is while a song plays (or follows the song's tempo); set its value instead";
        return Err(rule("target", WHY));
    }
    count(lane.points.len(), "points", MAX_POINTS)?;
    if lane.points.windows(2).any(|pair| pair[0].frame >= pair[1].frame) {
        return Err(rule("points", "the points are not in order, or two are at the same frame"));
    }
    lane.points.iter().enumerate().try_for_each(|(at, each)| {
        point(&control, each).map_err(|e| e.within(&format!("points[{at}]"), ""))
    })
}

fn point(control: &Control, point: &Breakpoint) -> Result<(), EditError> {
    if point.frame > MAX_FRAME {
        return Err(rule("frame", "the point lies too late"));
    }
    if !(-MAX_BEND..=MAX_BEND).contains(&point.bend) {
        return Err(rule("bend", "a segment is bent by −1 to 1"));
    }
    if control.is_level {
        level(control.spec, Db(point.value))
    } else {
        value(control.spec, point.value)
    }
    .map_err(|e| e.within("value", ""))
}

pub(super) fn track(track: &Track, files: Files<'_>) -> Result<(), EditError> {
    strip(&track.strip).map_err(|e| e.within("strip", ""))?;
    count(track.clips.len(), "clips", MAX_POINTS)?;
    in_order(&track.clips).map_err(|e| e.within("clips", "clips"))?;
    each(&track.clips, "clips", |each| format!("clip {}", each.id.0), |each| clip(each, files))
}

fn clip(clip: &Clip, files: Files<'_>) -> Result<(), EditError> {
    let file = files.find(clip.media).map_err(|e| e.within("media", ""))?;
    if files.rate_hz == 0 {
        return Err(rule("", "the song has no rate yet; set its rate before its first clip"));
    }
    if let ChannelMap::Only(channel) = clip.channels
        && channel >= file.channels
    {
        return Err(rule("channels", "the file has no such channel; channels count from 0"));
    }
    let in_file = clip.offset.checked_add(clip.length);
    if clip.length == 0 || in_file.is_none_or(|end| end > file.frames_at(files.rate_hz)) {
        return Err(rule("length", "the clip is empty or goes past the end of its file"));
    }
    if clip.position.checked_add(clip.length).is_none_or(|end| end > MAX_FRAME) {
        return Err(rule("position", "the clip lies too late"));
    }
    let fades = clip.fade_in.frames.checked_add(clip.fade_out.frames);
    if fades.is_none_or(|frames| frames > clip.length) {
        return Err(rule("fade_out", "its fades are longer than the clip"));
    }
    value(&GAIN, clip.gain.0)
}
