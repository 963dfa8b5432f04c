//! The machine's own sound devices, through `cpal`.
//!
//! Of several sound systems the first whose default device opens is taken: ALSA (which reaches PipeWire
//! and PulseAudio through its own plug-ins, keeps the block length and tells of xruns), then the others.

mod choice;
mod list;

use cpal::traits::{DeviceTrait as _, HostTrait as _, StreamTrait as _};
use cpal::{BufferSize, HostId, StreamConfig};

use crate::device::{
    Alarm, Backend, Config, Error, ErrorKind, Fault, Feed, Outlet, OutputId, OutputInfo, Period,
    SampleFormat, Stream, Survey, Wish,
};
use crate::edge::DeviceSample;

use choice::Choice;

/// The sound systems of this machine.
#[derive(Debug, Default, Clone, Copy)]
pub struct System;

impl Backend for System {
    fn outputs(&self) -> Result<Vec<OutputInfo>, Error> {
        Ok(quietly(list::outputs))
    }

    fn survey(
        &self,
        playing: Option<&OutputId>,
        wanted: Option<&OutputId>,
    ) -> Result<Survey, Error> {
        Ok(quietly(|| list::survey(playing, wanted)))
    }

    fn open(&self, wish: &Wish, outlet: &Outlet) -> Result<Box<dyn Stream>, Error> {
        quietly(|| match &wish.output {
            Some(id) => open(&find(id)?, wish, outlet),
            None => open_default(wish, outlet),
        })
    }
}

/// Keeps ALSA's library from writing to standard error while `act` runs on this thread.
fn quietly<T>(act: impl FnOnce() -> T) -> T {
    #[cfg(target_os = "linux")]
    let _words = alsa::Output::local_error_handler();
    act()
}

/// The sound systems that are there, in the order in which they are tried; each is connected to when its
/// turn comes.
fn hosts() -> impl Iterator<Item = cpal::Host> {
    let ids = in_order(cpal::available_hosts());
    ids.into_iter().filter_map(|id| cpal::host_from_id(id).ok())
}

#[cfg(target_os = "linux")]
fn in_order(mut ids: Vec<HostId>) -> Vec<HostId> {
    ids.sort_by_key(|id| *id != HostId::Alsa);
    ids
}

#[cfg(not(target_os = "linux"))]
fn in_order(ids: Vec<HostId>) -> Vec<HostId> {
    ids
}

fn find(id: &OutputId) -> Result<cpal::Device, Error> {
    let missing = || Error::new(ErrorKind::Missing).of(id);
    let cpal_id: cpal::DeviceId = id.as_str().parse().map_err(|_| missing())?;
    let host = cpal::host_from_id(cpal_id.host()).map_err(|error| missing().saying(error))?;
    let listed = host.device_by_id(&cpal_id);
    let default =
        || host.default_output_device().filter(|device| device.id().ok() == Some(cpal_id));
    listed.or_else(default).ok_or_else(missing)
}

fn open_default(wish: &Wish, outlet: &Outlet) -> Result<Box<dyn Stream>, Error> {
    let mut telling = None;
    for device in hosts().filter_map(|host| host.default_output_device()) {
        match open(&device, wish, outlet) {
            Ok(stream) => return Ok(stream),
            // A default device that is not there tells nothing; that it is busy does.
            Err(error) if error.kind() == ErrorKind::Missing => {}
            Err(error) => telling = telling.or(Some(error)),
        }
    }
    Err(telling.unwrap_or_else(|| Error::new(ErrorKind::NoOutput)))
}

fn open(device: &cpal::Device, wish: &Wish, outlet: &Outlet) -> Result<Box<dyn Stream>, Error> {
    let id = device.id().map_err(|error| translate(&error))?;
    let id = OutputId::new(id.to_string());
    let choice = Choice::of(device, outlet.song_hz()).map_err(|error| error.of(&id))?;
    let mut last_error = None;
    for period in choice.periods(wish.period_frames) {
        let (feed, alarm) = outlet.feed(choice.rate_hz, choice.channels)?;
        match build(device, choice, period, feed, alarm) {
            Ok(stream) => {
                let period_frames = stream.buffer_size().unwrap_or(period);
                let config = Config {
                    output: id,
                    name: list::name(device),
                    rate_hz: choice.rate_hz,
                    channels: choice.channels,
                    format: choice.format,
                    period_frames,
                };
                return Ok(Box::new(Open { stream, config }));
            }
            Err(error) if error.kind() == cpal::ErrorKind::UnsupportedConfig => {
                last_error = Some(error);
            }
            Err(error) => return Err(translate(&error).of(&id)),
        }
    }
    let error = Error::new(ErrorKind::Format).of(&id);
    Err(last_error.map_or(error.clone(), |last| error.saying(last)))
}

fn build(
    device: &cpal::Device,
    choice: Choice,
    period: Period,
    feed: Feed,
    alarm: Alarm,
) -> Result<cpal::Stream, cpal::Error> {
    let config = StreamConfig {
        channels: choice.channels,
        sample_rate: choice.rate_hz,
        buffer_size: BufferSize::Fixed(period),
    };
    match choice.format {
        SampleFormat::F32 => build_as::<f32>(device, config, feed, alarm),
        SampleFormat::I32 => build_as::<i32>(device, config, feed, alarm),
        SampleFormat::I24 => build_as::<cpal::I24>(device, config, feed, alarm),
        SampleFormat::I16 => build_as::<i16>(device, config, feed, alarm),
    }
}

fn build_as<S: DeviceSample + cpal::SizedSample>(
    device: &cpal::Device,
    config: StreamConfig,
    mut feed: Feed,
    alarm: Alarm,
) -> Result<cpal::Stream, cpal::Error> {
    let on_sound = move |out: &mut [S], info: &cpal::OutputCallbackInfo| {
        let times = info.timestamp();
        feed.call(out, times.playback.duration_since(times.callback));
    };
    // What cpal puts into an error is allocated and freed by it; here it is only counted.
    let on_error = move |error: cpal::Error| alarm.raise(fault(error.kind()));
    device.build_output_stream(config, on_sound, on_error, None)
}

fn fault(kind: cpal::ErrorKind) -> Fault {
    match kind {
        cpal::ErrorKind::Xrun => Fault::Xrun,
        cpal::ErrorKind::DeviceNotAvailable | cpal::ErrorKind::HostUnavailable => Fault::Gone,
        cpal::ErrorKind::StreamInvalidated => Fault::Invalidated,
        cpal::ErrorKind::DeviceChanged => Fault::Rerouted,
        cpal::ErrorKind::RealtimeDenied => Fault::RealtimeDenied,
        _ => Fault::Unknown,
    }
}

fn translate(error: &cpal::Error) -> Error {
    let kind = match error.kind() {
        cpal::ErrorKind::DeviceNotAvailable | cpal::ErrorKind::HostUnavailable => {
            ErrorKind::Missing
        }
        cpal::ErrorKind::DeviceBusy => ErrorKind::Busy,
        cpal::ErrorKind::PermissionDenied => ErrorKind::Denied,
        cpal::ErrorKind::UnsupportedConfig | cpal::ErrorKind::UnsupportedOperation => {
            ErrorKind::Format
        }
        _ => ErrorKind::System,
    };
    Error::new(kind).saying(error)
}

/// A stream of `cpal`.
struct Open {
    stream: cpal::Stream,
    config: Config,
}

impl Stream for Open {
    fn config(&self) -> &Config {
        &self.config
    }

    fn start(&mut self) -> Result<(), Error> {
        self.stream.play().map_err(|error| translate(&error).of(&self.config.output))
    }
}
