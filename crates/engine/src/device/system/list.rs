//! Which devices there are.

use cpal::traits::{DeviceTrait as _, HostTrait as _};

use crate::device::{OutputId, OutputInfo, RateRange, Survey};

use super::{choice, find, hosts};

/// ALSA lists these wherever its library is; they are no devices but parts to build some from.
const PARTS: [&str; 10] = [
    "null",
    "lavrate",
    "samplerate",
    "speexrate",
    "speex",
    "upmix",
    "vdownmix",
    "usbstream",
    "jack",
    "oss",
];

/// Every device that can be opened for playing, or is busy; the default ones first.
pub(crate) fn outputs() -> Vec<OutputInfo> {
    let mut outputs: Vec<OutputInfo> = Vec::new();
    for host in hosts() {
        let default = host.default_output_device();
        let listed = host.devices().map(Vec::from_iter).unwrap_or_default();
        let default_id = default.as_ref().and_then(id);
        for device in default.into_iter().chain(listed) {
            let Some(id) = id(&device).filter(|id| may_play(&device, id)) else { continue };
            if outputs.iter().any(|known| known.id == id) {
                continue;
            }
            let is_default = default_id.as_ref() == Some(&id);
            outputs.extend(info(&device, id, host.id().name(), is_default));
        }
    }
    // Only the first default is the one that is opened when nothing is asked for.
    let first = outputs.iter().position(|output| output.default);
    for (index, output) in outputs.iter_mut().enumerate() {
        output.default = Some(index) == first;
    }
    outputs
}

/// The default device of the sound system that `playing` belongs to, or else of the first that has one, and
/// whether `wanted` is there.
pub(crate) fn survey(playing: Option<&OutputId>, wanted: Option<&OutputId>) -> Survey {
    let belongs = |host: &cpal::Host| {
        let id = playing.and_then(|playing| playing.as_str().parse::<cpal::DeviceId>().ok());
        id.is_none_or(|id| id.host() == host.id())
    };
    let default = |host: cpal::Host| host.default_output_device().as_ref().and_then(id);
    Survey {
        default: hosts().filter(belongs).find_map(default),
        wanted: wanted.is_some_and(|wanted| find(wanted).is_ok()),
    }
}

/// What people call a device.
pub(crate) fn name(device: &cpal::Device) -> String {
    let name = device.description().map(|description| description.name().to_owned());
    name.unwrap_or_else(|_| "Sound device".to_owned())
}

fn id(device: &cpal::Device) -> Option<OutputId> {
    Some(OutputId::new(device.id().ok()?.to_string()))
}

fn may_play(device: &cpal::Device, id: &OutputId) -> bool {
    let part = PARTS.iter().any(|part| id.as_str() == format!("alsa:{part}"));
    // Of the default device ALSA does not know beforehand what it can.
    let unknown = id.as_str() == "alsa:default";
    !part && (unknown || device.supports_output())
}

fn info(device: &cpal::Device, id: OutputId, host: &str, default: bool) -> Option<OutputInfo> {
    let mut info = OutputInfo {
        id,
        name: name(device),
        host: host.to_owned(),
        default,
        rates_hz: Vec::new(),
        channels: Vec::new(),
        formats: Vec::new(),
        busy: false,
    };
    match device.supported_output_configs() {
        Ok(ranges) => {
            for range in ranges {
                let Some(format) = choice::format(range.sample_format()) else { continue };
                let (from, to) = (range.min_sample_rate(), range.max_sample_rate());
                info.rates_hz.push(RateRange { from, to });
                info.channels.push(range.channels());
                info.formats.push(format);
            }
        }
        Err(error) if error.kind() == cpal::ErrorKind::DeviceBusy => info.busy = true,
        Err(_) => return None,
    }
    info.rates_hz.sort_unstable();
    info.rates_hz.dedup();
    info.channels.sort_unstable();
    info.channels.dedup();
    info.formats.sort_unstable();
    info.formats.dedup();
    (info.busy || !info.formats.is_empty()).then_some(info)
}
