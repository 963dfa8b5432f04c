//! A mix taken apart into the values that can be heard.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};
use twobus_dsp::DeviceKind;
use twobus_dsp::param::ParamSpec;

use crate::automation::{Lane, LaneMode};
use crate::clip::{ChannelMap, Clip, Fade, FadeShape, GAIN};
use crate::describe::{output, pan, polarity, strip_name, switch};
use crate::ids::MediaId;
use crate::media_file::MediaFile;
use crate::mix::{Bus, Mix, Track};
use crate::print::Conditions;
use crate::strip::{AuxSend, Device, FADER, PAN, SEND, Strip, TRIM, Tap, WIDTH};

/// The leaf that follows from another: it is there only while a device listens to it.
pub(super) const TEMPO: &str = "tempo";

/// What a mix is heard under.
pub(super) struct Heard<'a> {
    pub(super) conditions: &'a Conditions,
    pub(super) rate_hz: u32,
    /// Files by their names, for words.
    pub(super) names: &'a [MediaFile],
}

impl Heard<'_> {
    fn file_name(&self, id: MediaId) -> &str {
        let is_there = self.conditions.files.contains_key(&id);
        let file = self.names.iter().find(|file| file.id == id).filter(|_| is_there);
        let name = file.and_then(|file| file.path.rsplit('/').next());
        name.unwrap_or(if is_there { "?" } else { "missing" })
    }
}

/// A thing with values of its own: a strip, a clip, a device, a send.
#[derive(Debug)]
pub(super) struct Leaves {
    /// What people call it.
    pub(super) name: String,
    /// The key of the strip it is on; `None` for strips.
    pub(super) owner: Option<String>,
    /// Its values.
    pub(super) leaves: BTreeMap<String, Leaf>,
}

/// One value.
#[derive(Debug)]
pub(super) struct Leaf {
    /// As it stands in the canonical JSON.
    pub(super) value: Value,
    /// As people see it.
    pub(super) shown: Shown,
}

/// A value as people see it.
#[derive(Debug)]
pub(super) enum Shown {
    /// The value of a parameter.
    Number(&'static ParamSpec, f64),
    /// What it is, and its value.
    Text(&'static str, String),
    /// The automation of what is named.
    Lane(String),
    /// The order of what is named, by ids.
    Order(&'static str, Vec<u32>),
}

impl Leaves {
    fn new(name: String, owner: Option<&str>) -> Self {
        Self { name, owner: owner.map(str::to_owned), leaves: BTreeMap::new() }
    }

    fn put(&mut self, key: impl Into<String>, value: impl Serialize, shown: Shown) {
        let value = serde_json::to_value(value).unwrap_or_default();
        let _first = self.leaves.insert(key.into(), Leaf { value, shown });
    }

    fn number(&mut self, spec: &'static ParamSpec, value: f64) {
        let stored = if value.is_finite() { json!(value + 0.0) } else { json!("-inf") };
        self.put(spec.id, stored, Shown::Number(spec, value));
    }

    fn text(&mut self, key: &'static str, value: impl Serialize, shown: impl Into<String>) {
        self.put(key, value, Shown::Text(key, shown.into()));
    }

    fn order(&mut self, what: &'static str, ids: Vec<u32>) {
        self.put(what, &ids, Shown::Order(what, ids.clone()));
    }
}

/// Everything in `mix` that can be heard, by keys that stay the same while a mix is edited.
pub(super) fn parts(heard: &Heard<'_>, mix: &Mix) -> BTreeMap<String, Leaves> {
    let Mix { tracks, buses, bus, timeline, monitor: _, versions: _ } = mix;
    let mut parts = BTreeMap::new();
    let mut whole = Leaves::new("Mix".to_owned(), None);
    whole.order("tracks", tracks.iter().map(|track| track.strip.id.0).collect());
    whole.order("buses", buses.iter().map(|bus| bus.strip.id.0).collect());
    // Notes of a delay follow the tempo; nothing else that is heard does.
    if mix.strips().flat_map(|strip| &strip.inserts).any(|device| device.kind == DeviceKind::Delay)
    {
        let tempo: Vec<_> =
            timeline.tempo.iter().map(|change| (change.frame, change.bpm)).collect();
        let shown = tempo.iter().map(|(_, bpm)| format!("{bpm} BPM")).collect::<Vec<_>>();
        whole.text(TEMPO, &tempo, shown.join(", "));
    }
    let _first = parts.insert("mix".to_owned(), whole);
    for Track { strip, mono, clips } in tracks {
        let key = self::strip(strip, mix, &mut parts);
        if let Some(leaves) = parts.get_mut(&key) {
            leaves.text("channels", mono, if *mono { "mono" } else { "stereo" });
        }
        for clip in clips {
            self::clip(clip, strip, &key, heard, &mut parts);
        }
    }
    for Bus { strip, kind: _ } in buses {
        let _key = self::strip(strip, mix, &mut parts);
    }
    let _key = strip(bus, mix, &mut parts);
    parts
}

fn strip(strip: &Strip, mix: &Mix, parts: &mut BTreeMap<String, Leaves>) -> String {
    let Strip {
        id,
        name,
        role: _,
        colour: _,
        trim,
        invert,
        inserts,
        sends,
        pan: position,
        width,
        fader,
        mute,
        solo: _,
        solo_safe: _,
        output: to,
        lanes,
    } = strip;
    let key = format!("strip {}", id.0);
    let mut leaves = Leaves::new(name.clone(), None);
    leaves.number(&TRIM, trim.0);
    leaves.text("polarity", invert, polarity(*invert));
    leaves.put(PAN.id, position + 0.0, Shown::Text(PAN.name, pan(*position)));
    leaves.number(&WIDTH, *width);
    leaves.number(&FADER, fader.0);
    leaves.text("mute", mute, switch(*mute));
    leaves.text("output", to, output(*to, mix));
    leaves.order("inserts", inserts.iter().map(|device| device.id.0).collect());
    leaves.order("sends", sends.iter().map(|send| send.id.0).collect());
    lanes.iter().for_each(|lane| self::lane(lane, strip, &mut leaves));
    let _first = parts.insert(key.clone(), leaves);
    inserts.iter().for_each(|device| self::device(device, name, &key, mix, parts));
    sends.iter().for_each(|send| self::send(send, name, &key, mix, parts));
    key
}

/// A lane that is played; one that is off cannot be heard.
fn lane(lane: &Lane, strip: &Strip, leaves: &mut Leaves) {
    let Lane { target, mode, points } = lane;
    if *mode != LaneMode::Off && !points.is_empty() {
        let name = strip.control_name(*target);
        leaves.put(format!("{name} automation"), (target, points), Shown::Lane(name));
    }
}

fn device(
    device: &Device,
    strip: &str,
    owner: &str,
    mix: &Mix,
    parts: &mut BTreeMap<String, Leaves>,
) {
    let Device { id, kind, bypass, values, key } = device;
    let mut leaves = Leaves::new(format!("{strip} {}", kind.name()), Some(owner));
    leaves.text("kind", kind, kind.name());
    leaves.text("bypass", bypass, switch(*bypass));
    if let Some(key) = key {
        leaves.text("side-chain", key, strip_name(*key, mix));
    }
    for (spec, &value) in kind.specs().iter().zip(values) {
        // Apart from the two above, whatever a parameter may be called.
        let stored = json!(value + 0.0);
        leaves.put(format!("value {}", spec.id), stored, Shown::Number(spec, value));
    }
    let _first = parts.insert(format!("{owner} device {}", id.0), leaves);
}

fn send(send: &AuxSend, strip: &str, owner: &str, mix: &Mix, parts: &mut BTreeMap<String, Leaves>) {
    let AuxSend { id, to, level, tap, off } = send;
    let mut leaves = Leaves::new(format!("{strip} send to {}", strip_name(*to, mix)), Some(owner));
    leaves.text("destination", to, strip_name(*to, mix));
    leaves.number(&SEND, level.0);
    leaves.text(
        "tap",
        tap,
        match tap {
            Tap::Pre => "pre",
            Tap::Post => "post",
        },
    );
    leaves.text("switch", off, switch(!off));
    let _first = parts.insert(format!("{owner} send {}", id.0), leaves);
}

fn clip(
    clip: &Clip,
    strip: &Strip,
    owner: &str,
    heard: &Heard<'_>,
    parts: &mut BTreeMap<String, Leaves>,
) {
    let Clip { id, media, channels, position, offset, length, gain, fade_in, fade_out } = clip;
    let hash = heard.conditions.files.get(media);
    let time = |frames: u64| time(frames, heard.rate_hz);
    let fade = |fade: &Fade| match fade.frames {
        0 => "none".to_owned(),
        frames => format!("{} {}", time(frames), shape(fade.shape)),
    };
    let mut leaves = Leaves::new(format!("{} clip {}", strip.name, id.0), Some(owner));
    leaves.text("file", hash, heard.file_name(*media));
    leaves.text(
        "source channels",
        channels,
        match channels {
            ChannelMap::AsIs => "all".to_owned(),
            ChannelMap::Only(channel) => format!("{} only", u32::from(*channel) + 1),
        },
    );
    leaves.text("position", position, time(*position));
    leaves.text("offset", offset, time(*offset));
    leaves.text("length", length, time(*length));
    leaves.number(&GAIN, gain.0);
    leaves.text("fade in", fade_in, fade(fade_in));
    leaves.text("fade out", fade_out, fade(fade_out));
    let _first = parts.insert(format!("{owner} clip {}", id.0), leaves);
}

/// Minutes and seconds, as a position or a length: "1:31.800".
fn time(frames: u64, rate_hz: u32) -> String {
    let milliseconds = u128::from(frames) * 1000 / u128::from(rate_hz.max(1));
    let (minutes, rest) = (milliseconds / 60_000, milliseconds % 60_000);
    format!("{minutes}:{:02}.{:03}", rest / 1000, rest % 1000)
}

fn shape(shape: FadeShape) -> &'static str {
    match shape {
        FadeShape::Linear => "linear",
        FadeShape::EqualPower => "equal power",
        FadeShape::Smooth => "smooth",
    }
}
