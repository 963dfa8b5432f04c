//! What is said about the parts of the panel.

use twobus_dsp::DeviceKind;
use twobus_dsp::eq::params::band;
use twobus_dsp::eq::prototype::Shape;
use twobus_dsp::units::signed;
use twobus_session::{Device, DeviceId};

use super::equalizer::{at, shape};
use super::layout::value;
use super::{Devices, Part, found};
use crate::desk::Desk;
use crate::meters::Meter;
use crate::widgets::Help;

pub(super) fn of(desk: &Desk, devices: &Devices, part: Part) -> Help {
    let device = super::layout::device_of(part).and_then(|id| found(desk, id));
    match (part, device) {
        (Part::Add, _) => Help::new("Add a device", "Behind the last one of the chain."),
        (Part::New(index), _) => {
            let name = DeviceKind::ALL.get(index).map_or("", |kind| kind.name());
            Help::new(name, DeviceKind::ALL.get(index).map_or("", |kind| about(*kind)))
        }
        (Part::BypassAll, _) => {
            Help::new("Bypass chain", "Lets the signal pass by all devices, or by none.")
        }
        (Part::Side(side), _) => Help::new(
            ["Setting A", "Setting B"][side.min(1)],
            "Two settings of the chosen device. Ctrl Shift A changes over.",
        ),
        (Part::CopySide, _) => Help::new("Copy", "Makes the other setting the one that is heard."),
        (Part::Close, _) => Help::new("Close the devices", "Key Esc."),
        (Part::Analyser(_), _) => {
            Help::new("Analyser", "The spectrum before and after, while it plays.")
        }
        (Part::Range(_), _) => Help::new("Range", "How many dB the graph reaches up and down."),
        (_, None) => Help::default(),
        (part, Some((_, device))) => of_device(desk, devices, part, device),
    }
}

fn of_device(desk: &Desk, devices: &Devices, part: Part, device: &Device) -> Help {
    let name = device.kind.name();
    match part {
        Part::Tab(_) => Help::new(
            name,
            "Click shows it; drag moves it along the chain; Delete removes it; B bypasses it.",
        ),
        Part::Power(_) => Help::at(
            name,
            if device.bypass { "bypassed" } else { "on" },
            "Bypasses it, at the same latency. Key B.",
        ),
        Part::Preset(_) => Help::new(format!("{name} presets"), "Settings with a purpose."),
        Part::Key(_) => Help::new(
            format!("{name} side-chain"),
            "What it listens to: its own signal, or what another strip puts out.",
        ),
        Part::Page(_, number) if device.kind == DeviceKind::Equalizer => {
            Help::new(format!("Band {}", number + 1), "Chooses the band. Alt and its number.")
        }
        Part::Page(..) => Help::new(format!("{name} page"), "More of its parameters."),
        Part::Param(_, param) | Part::Choice(_, param, _) => {
            let Some(spec) = device.kind.specs().get(param) else { return Help::default() };
            let value = spec.format(value(device, param));
            let name = format!("{name} {}", spec.name);
            Help::at(name, value, "Drag or wheel; Shift is finer; double-click resets; or type.")
        }
        Part::Graph(_) => Help::at(name, summary(device), "Double-click adds a band."),
        Part::Node(_, number) => Help::at(
            format!("Band {} {}", number + 1, Shape::NAMES[shape(device, number) as usize]),
            summary_of(device, number),
            "Drag: frequency and gain. Wheel: Q. Shift keeps an axis. Alt listens to it. Delete takes it away.",
        ),
        Part::Levels(id) => {
            let around = around(desk, id).map(|points| points.map(peak_db));
            let words = |db: f64| if db.is_finite() { signed(db, 1) } else { "−∞".to_owned() };
            let value = around.map_or_else(String::new, |[before, after]| {
                format!("in {}, out {} dB", words(before), words(after))
            });
            Help::at(format!("{name} levels"), value, "What goes in and what comes out.")
        }
        Part::Listen(_) => {
            let text =
                "The chosen band is heard alone, by you only; hold Alt on a node for the same.";
            Help::at("Listen", if devices.listens.is_some() { "on" } else { "off" }, text)
        }
        Part::Handle(_, param) => {
            let Some(spec) = device.kind.specs().get(param) else { return Help::default() };
            let value = spec.format(value(device, param));
            let text = "Drag it sideways; arrow keys step; Shift is finer; double-click resets.";
            Help::at(format!("{name} {}", spec.name), value, text)
        }
        Part::Picture(_) => {
            let seen = desk.live.seen().filter(|seen| seen.target.device == device.id);
            let reduction = seen.map_or(0.0, |seen| f64::from(seen.now.reduction_db));
            let value = match (device.kind.specs().len(), reduction > 0.05) {
                (_, true) => format!("{} dB", signed(-reduction, 1)),
                (_, false) => String::new(),
            };
            Help::at(name, value, about(device.kind))
        }
        _ => Help::default(),
    }
}

/// Levels before and after a device, while its strip is looked at.
pub(super) fn around(desk: &Desk, id: DeviceId) -> Option<[&Meter; 2]> {
    let (strip, device) = found(desk, id)?;
    let looked_at = desk.live.seen().is_some_and(|seen| seen.target.strip == strip.id);
    let slot = strip.inserts.iter().position(|other| other.id == device.id)?;
    desk.live.around(slot).filter(|_| looked_at)
}

/// The higher of both sides.
fn peak_db(meter: &Meter) -> f64 {
    meter.bars[0].peak_db.max(meter.bars[1].peak_db)
}

/// A graph in a line: how many bands, and the largest gain.
fn summary(device: &Device) -> String {
    let on = |number: &usize| value(device, at(*number, band::ON)) >= 0.5;
    let bands: Vec<usize> = (0..twobus_dsp::eq::params::BANDS).filter(on).collect();
    let gain = |number: &&usize| value(device, at(**number, band::GAIN)).abs();
    let largest = bands.iter().max_by(|a, b| gain(a).total_cmp(&gain(b)));
    let largest = largest.map_or_else(String::new, |number| {
        let specs = device.kind.specs();
        let words =
            |offset: usize| specs[at(*number, offset)].format(value(device, at(*number, offset)));
        format!(", largest {} at {}", words(band::GAIN), words(band::FREQUENCY))
    });
    format!("{} bands{largest}", bands.len())
}

fn summary_of(device: &Device, number: usize) -> String {
    let specs = device.kind.specs();
    let offsets = match shape(device, number).has_gain() {
        true => [band::FREQUENCY, band::GAIN, band::Q],
        false => [band::FREQUENCY, band::SLOPE, band::Q],
    };
    let words = offsets.map(|offset| {
        let param = at(number, offset);
        specs[param].format(value(device, param))
    });
    words.join("  ")
}

/// What a kind of device does, in a sentence.
fn about(kind: DeviceKind) -> &'static str {
    match kind {
        DeviceKind::Utility => "Gain, polarity of each side, and both sides exchanged.",
        DeviceKind::Equalizer => "Eight bands that raise and lower ranges of frequencies.",
        DeviceKind::Compressor => "Turns down what is above a threshold: curve, now, and of late.",
        DeviceKind::Gate => "Turns down what is below a threshold, as bleed between hits.",
        DeviceKind::DeEsser => "Turns the sibilant range down while it is loud.",
        DeviceKind::Saturator => "Bends peaks softly, which adds harmonics: output over input.",
        DeviceKind::Clipper => "Cuts peaks at a ceiling: output over input.",
        DeviceKind::Multiband => "A compressor for each range of frequencies.",
        DeviceKind::Stereo => "Width by frequency: what differs between left and right.",
        DeviceKind::Limiter => "Lets no peak pass the ceiling, also between the samples.",
        DeviceKind::Delay => "Repeats over time: left above the line, right below.",
        DeviceKind::Reverb => "How the room dies away: low, middle and high frequencies.",
    }
}
