//! Which rate, channels and format a device is opened with.

use cpal::traits::DeviceTrait as _;
use cpal::{HostId, SupportedBufferSize, SupportedStreamConfigRange};

use crate::device::{Error, ErrorKind, Period, SampleFormat};

use super::translate;

/// No sound card goes higher: a device that takes more converts rates itself.
const HIGHEST_HZ: u32 = 768_000;

/// What sound servers and ALSA's mixer run at unless told otherwise.
const USUAL_HZ: u32 = 48_000;

/// Rate, channels and format to open a device with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) rate_hz: u32,
    pub(crate) channels: u16,
    pub(crate) format: SampleFormat,
    /// The block lengths that the device takes, if it tells.
    limits: Option<(Period, Period)>,
}

impl Choice {
    pub(crate) fn of(device: &cpal::Device, song_hz: u32) -> Result<Self, Error> {
        let ranges = device.supported_output_configs().map_err(|error| translate(&error))?;
        let ranges: Vec<_> = ranges.collect();
        let wanted_hz = native(device, &ranges).unwrap_or(song_hz);
        Self::among(&ranges, wanted_hz).ok_or(Error::new(ErrorKind::Format))
    }

    /// The best of `ranges`, at the nearest rate.
    fn among(ranges: &[SupportedStreamConfigRange], wanted_hz: u32) -> Option<Self> {
        let best = ranges
            .iter()
            .filter_map(|range| Some((range, format(range.sample_format())?)))
            .min_by_key(|(range, format)| {
                let channels = channel_rank(range.channels());
                (channels, rate_rank(nearest(range, wanted_hz), wanted_hz), *format)
            })?;
        let (range, format) = best;
        let limits = match range.buffer_size() {
            SupportedBufferSize::Range { min, max } => Some((*min, *max)),
            SupportedBufferSize::Unknown => None,
        };
        let rate_hz = nearest(range, wanted_hz);
        Some(Self { rate_hz, channels: range.channels(), format, limits })
    }

    /// The block lengths to try: the one asked for, kept within the device's limits, then its neighbours
    /// by factors of two, nearest first.
    pub(crate) fn periods(&self, asked: Period) -> Vec<Period> {
        let (low, high) = self.limits.unwrap_or((1, Period::MAX));
        let first = asked.clamp(low.max(1), high.max(1));
        let mut periods = vec![first];
        for shift in 1..=4 {
            periods.extend([first.saturating_mul(1 << shift), first >> shift]);
        }
        periods.retain(|period| (low.max(1)..=high).contains(period));
        periods.dedup();
        periods
    }
}

/// The device's own rate, if it would convert any other to it, and worse than we do: a sound server's, and
/// of ALSA's plug-ins, which do not tell, the usual one. `None` if it is only what it says.
fn native(device: &cpal::Device, ranges: &[SupportedStreamConfigRange]) -> Option<u32> {
    if device.id().is_ok_and(|id| is_server(id.host())) {
        return device.default_output_config().ok().map(|config| config.sample_rate());
    }
    let any = ranges.iter().any(|range| range.max_sample_rate() > HIGHEST_HZ);
    any.then_some(USUAL_HZ)
}

#[cfg(target_os = "linux")]
fn is_server(host: HostId) -> bool {
    host == HostId::PulseAudio
}

#[cfg(not(target_os = "linux"))]
fn is_server(_: HostId) -> bool {
    false
}

/// Stereo, then the fewest channels above, then mono.
fn channel_rank(channels: u16) -> u16 {
    match channels {
        0 | 1 => u16::MAX,
        more => more,
    }
}

/// The song's rate, then the nearest above, then the nearest below.
fn rate_rank(rate_hz: u32, wanted_hz: u32) -> (bool, u32) {
    (rate_hz < wanted_hz, rate_hz.abs_diff(wanted_hz))
}

fn nearest(range: &SupportedStreamConfigRange, rate_hz: u32) -> u32 {
    rate_hz.clamp(range.min_sample_rate(), range.max_sample_rate())
}

/// The format in our words, if we write it.
pub(crate) fn format(format: cpal::SampleFormat) -> Option<SampleFormat> {
    Some(match format {
        cpal::SampleFormat::F32 => SampleFormat::F32,
        cpal::SampleFormat::I32 => SampleFormat::I32,
        cpal::SampleFormat::I24 => SampleFormat::I24,
        cpal::SampleFormat::I16 => SampleFormat::I16,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUFFER: SupportedBufferSize = SupportedBufferSize::Range { min: 32, max: 4096 };

    fn range(
        channels: u16,
        rates_hz: (u32, u32),
        format: cpal::SampleFormat,
    ) -> SupportedStreamConfigRange {
        SupportedStreamConfigRange::new(channels, rates_hz.0, rates_hz.1, BUFFER, format)
    }

    fn chosen(ranges: &[SupportedStreamConfigRange], song_hz: u32) -> (u32, u16, SampleFormat) {
        let choice = Choice::among(ranges, song_hz).unwrap();
        (choice.rate_hz, choice.channels, choice.format)
    }

    #[test]
    fn r36_the_songs_rate_is_taken_if_the_device_has_it_and_the_next_above_if_not() {
        let rates = [44_100, 48_000, 96_000].map(|hz| (hz, hz));
        let ranges = rates.map(|hz| range(2, hz, cpal::SampleFormat::F32));
        assert_eq!(chosen(&ranges, 44_100).0, 44_100);
        assert_eq!(chosen(&ranges, 88_200).0, 96_000);
        assert_eq!(chosen(&ranges, 192_000).0, 96_000);
        let continuous = [range(2, (8000, 192_000), cpal::SampleFormat::F32)];
        assert_eq!(chosen(&continuous, 88_200).0, 88_200);
    }

    #[test]
    fn stereo_is_preferred_then_few_channels_then_mono() {
        let of = |counts: &[u16]| -> u16 {
            let make = |&count: &u16| range(count, (48_000, 48_000), cpal::SampleFormat::I16);
            chosen(&counts.iter().map(make).collect::<Vec<_>>(), 48_000).1
        };
        assert_eq!(of(&[1, 2, 8]), 2);
        assert_eq!(of(&[1, 6, 8]), 6);
        assert_eq!(of(&[1]), 1);
    }

    #[test]
    fn the_finest_format_is_taken_and_those_that_are_not_written_are_not() {
        let of = |formats: &[cpal::SampleFormat]| {
            let make = |&format: &cpal::SampleFormat| range(2, (48_000, 48_000), format);
            let ranges: Vec<_> = formats.iter().map(make).collect();
            Choice::among(&ranges, 48_000).map(|choice| choice.format)
        };
        use cpal::SampleFormat::{F32, I16, I24, I32, U8};
        assert_eq!(of(&[I16, U8, F32, I32]), Some(SampleFormat::F32));
        assert_eq!(of(&[I16, I24, I32]), Some(SampleFormat::I32));
        assert_eq!(of(&[I16, I24]), Some(SampleFormat::I24));
        assert_eq!(of(&[U8]), None);
    }

    #[test]
    fn periods_are_kept_within_the_devices_limits_and_neighbours_follow() {
        let ranges = [range(2, (48_000, 48_000), cpal::SampleFormat::F32)];
        let choice = Choice::among(&ranges, 48_000).unwrap();
        assert_eq!(choice.periods(512)[..4], [512, 1024, 256, 2048]);
        assert_eq!(choice.periods(16)[0], 32);
        assert_eq!(choice.periods(100_000)[0], 4096);
        assert!(choice.periods(0).iter().all(|period| (32..=4096).contains(period)));
    }
}
