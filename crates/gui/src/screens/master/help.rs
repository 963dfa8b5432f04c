//! What is said about each control.

use twobus_render::live::Speaker;
use twobus_session::Device;

use super::params::{found, value};
use super::side::target_words;
use super::{MasterScene, Part};
use crate::desk::Source;
use crate::widgets::Help;

pub(super) fn help(scene: &MasterScene<'_>, part: Part) -> Help {
    let master = &scene.desk.song().master;
    let name = |id| found(scene.desk, id).map_or("", |device: &Device| device.kind.name());
    match part {
        Part::Wave => Help::new("Song", "Click to go there; drag to loop. Loudness is short-term."),
        Part::Show(0) => Help::new("Show the print", "The wave and loudness of what goes in."),
        Part::Show(_) => Help::new("Show the master", "The wave and loudness of what comes out."),
        Part::Update => update_help(scene),
        Part::Readiness => Help::new("Readiness", "What the check of this print has found."),
        Part::Trim => Help::at(
            "Input trim",
            format!("{} dB", master.trim),
            "Level before the chain; a newer print gets the one that keeps its drive.",
        ),
        Part::Chip(id) => Help::new(name(id), "Click for presets, place and removal."),
        Part::Power(id) => {
            Help::new(name(id), "Switches the device off and on, at its place in time.")
        }
        Part::Add => Help::new("Add a device", "At the end of the chain, before its limiter."),
        Part::Compare => Help::new(
            "A/B",
            "The other chain takes its place; without one, B becomes a copy. Ctrl Shift A.",
        ),
        Part::Presets => Help::new("Chains", "Whole chains with a purpose, as one step."),
        Part::Bypass => Help::new(
            "Bypass chain",
            "All devices off, or on. Print / Master compares at equal loudness.",
        ),
        Part::New(panel) => Help::new(panel.kind().name(), "Adds one at its usual place."),
        Part::Param(id, param) => param_help(scene, id, param),
        Part::Graph => Help::new(
            "Equalizer",
            "Double-click to add a band; drag nodes; wheel over a node turns its Q.",
        ),
        Part::Node(number) => Help::new(
            format!("Band {}", number + 1),
            "Drag for frequency and gain; wheel for Q; double-click resets; Delete removes.",
        ),
        Part::Band(number) => {
            Help::new(format!("Band {}", number + 1), "Click to choose it; again to switch it.")
        }
        Part::Source(index) => source_help(scene, index),
        Part::Matched => Help::new(
            "Same loudness",
            "Louder seems better: all three are brought to the quietest of them. Heard only.",
        ),
        Part::Reference => Help::at(
            "Reference",
            scene.reference_name().unwrap_or_else(|| "none".to_owned()),
            "A track to compare with. Click to choose a file.",
        ),
        Part::Match => Help::new(
            "Match reference",
            "Proposes a chain, with its reasons, by the amounts below.",
        ),
        Part::Assistant => Help::new(
            "Assistant",
            "Looks for rumble, wide lows and peaks in the way of the target.",
        ),
        Part::Amount(index) => Help::new(
            super::side::AMOUNTS[index.min(3)],
            "How much of the difference to the reference is made up for.",
        ),
        Part::Target => Help::at(
            "Target",
            target_words(&master.target),
            "A loudness to reach, or none: then only the ceiling counts.",
        ),
        Part::Meters => Help::new(
            "Loudness",
            "Columns: as it plays. Numbers: the whole song, measured anew after every change.",
        ),
        Part::Place(index) => place_help(scene, index),
        Part::Check(index) => check_help(index),
    }
}

fn check_help(index: usize) -> Help {
    let speaker = |name, speaker: Speaker, text| {
        let (low_hz, high_hz) = speaker.band_hz();
        Help::at(name, format!("{low_hz:.0} Hz to {:.0} kHz", high_hz / 1000.0), text)
    };
    match index {
        0 => Help::new("Mono", "Both sides summed, as in a phone or a club. Hold key 4."),
        1 => Help::new("Side", "Only what differs between left and right. Hold key 5."),
        2 => speaker(
            "Phone",
            Speaker::Phone,
            "Both sides summed, with the band of so small a speaker. Hold key 6.",
        ),
        _ => speaker(
            "Laptop",
            Speaker::Laptop,
            "In stereo, with the band of so small a speaker. Hold key 7.",
        ),
    }
}

fn update_help(scene: &MasterScene<'_>) -> Help {
    let changes = &scene.master.changes;
    match changes.first() {
        None => Help::new("Print", "It is that of the mix as it stands."),
        Some(_) => {
            let most = changes.iter().take(3).cloned().collect::<Vec<_>>().join("; ");
            Help::at("The mix has changed", most, "Click to bounce it again.")
        }
    }
}

fn param_help(scene: &MasterScene<'_>, id: twobus_session::DeviceId, param: usize) -> Help {
    let Some(device) = found(scene.desk, id) else { return Help::default() };
    let Some(spec) = device.kind.specs().get(param) else { return Help::default() };
    let name = format!("{} {}", device.kind.name(), spec.name.to_lowercase());
    let text = match spec.id {
        "drive" => {
            "Pushes the song against the ceiling; more than about 4 dB of reduction flattens drums."
        }
        "ceiling" => "Nothing passes it, between the samples either.",
        _ => "Drag, wheel or type; double-click resets.",
    };
    Help::at(name, spec.format(value(device, param)), text)
}

fn source_help(scene: &MasterScene<'_>, index: usize) -> Help {
    let source = Source::ALL[index.min(2)];
    let text = match source {
        Source::Print => "What goes into the chain. Key 1.",
        Source::Master => "What comes out of it, and is delivered. Key 2.",
        Source::Reference => "What it is compared with. Key 3.",
    };
    let gain = scene.desk.listening().gain_db(source);
    let value = format!("{} dB", twobus_dsp::units::signed(gain, 1));
    Help::at(super::draw::source_name(source), value, text)
}

fn place_help(scene: &MasterScene<'_>, index: usize) -> Help {
    let played = scene.played();
    let Some(place) = played.get(index) else { return Help::default() };
    let said = place.warnings.iter().chain(&place.remarks).cloned().collect::<Vec<_>>().join(" ");
    let said = match said.is_empty() {
        true => format!("Heard at {} LUFS.", twobus_dsp::Db(place.loudness_lufs)),
        false => said,
    };
    Help::at(place.name.clone(), said, "")
}
