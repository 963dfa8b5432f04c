//! What a track's headers tell: format, depth, rate, length, and what of it is heard.

use symphonia::core::audio::Channels;
use symphonia::core::codecs::audio::well_known as codecs;
use symphonia::core::codecs::audio::{AudioCodecId, AudioCodecParameters};
use symphonia::core::formats::well_known as formats;
use symphonia::core::formats::{FormatId, Track};
use symphonia::core::units::TimeBase;

use crate::decode::gaps::Gaps;
use crate::decode::mp4::{self, Edit};
use crate::decode::tag;
use crate::error::{Error, ErrorKind, Result};
use crate::file::SourceFile;
use crate::info::{Depth, Format, Info};

/// What follows the packets of formats that give them no time.
pub(super) fn gaps(format: FormatId, mpeg: bool) -> Option<Gaps> {
    match format {
        formats::FORMAT_ID_ADTS => Some(Gaps::adts()),
        _ => mpeg.then(Gaps::mpeg),
    }
}

/// How many packets of so many frames an MPEG file had by its header.
pub(super) fn packets(track: &Track, packet_frames: Option<u64>) -> Option<u64> {
    let (delay, padding) = (u64::from(track.delay?), u64::from(track.padding.unwrap_or(0)));
    (track.num_frames? + delay + padding).checked_div(packet_frames?)
}

/// Frames in each packet of MPEG audio (ISO/IEC 11172-3, section 2.4.2.1; 13818-3 for low rates),
/// which Symphonia does not tell rightly of the first and the last.
pub(super) fn mpeg_packet(codec: AudioCodecId, rate_hz: u32) -> Option<u64> {
    match codec {
        codecs::CODEC_ID_MP1 => Some(384),
        codecs::CODEC_ID_MP2 => Some(1152),
        codecs::CODEC_ID_MP3 if rate_hz < 32_000 => Some(576),
        codecs::CODEC_ID_MP3 => Some(1152),
        _ => None,
    }
}

pub(super) fn is_mpeg(codec: AudioCodecId) -> bool {
    matches!(codec, codecs::CODEC_ID_MP1 | codecs::CODEC_ID_MP2 | codecs::CODEC_ID_MP3)
}

pub(super) fn info(file: &SourceFile, params: &AudioCodecParameters) -> Result<Info> {
    let broken = |what| Error::new(ErrorKind::Broken(what), file.path());
    let rate_hz = params.sample_rate.ok_or_else(|| broken("it does not tell its rate"))?;
    let channels = params.channels.as_ref().map(Channels::count);
    let channels = channels.ok_or_else(|| broken("it does not tell its channels"))?;
    let bits = params.bits_per_sample;
    let (format, depth) = match params.codec {
        codec if is_mpeg(codec) => (Format::Mp3, Depth::Lossy),
        codecs::CODEC_ID_VORBIS => (Format::Vorbis, Depth::Lossy),
        codecs::CODEC_ID_AAC => (Format::Aac, Depth::Lossy),
        codecs::CODEC_ID_ALAC => (Format::Alac, Depth::Int(alac_bits(params))),
        codecs::CODEC_ID_FLAC => (Format::Flac, Depth::Int(bits.unwrap_or(16))),
        codecs::CODEC_ID_PCM_F32LE | codecs::CODEC_ID_PCM_F32BE => (Format::Caf, Depth::Float(32)),
        codecs::CODEC_ID_PCM_F64LE | codecs::CODEC_ID_PCM_F64BE => (Format::Caf, Depth::Float(64)),
        _ => (Format::Caf, Depth::Int(bits.unwrap_or(16))),
    };
    Info { format, depth, rate_hz, channels, frames: None, start_frame: None }.check(file.path())
}

/// Bits of a sample, from the codec's own header, which the reader leaves to its caller.
fn alac_bits(params: &AudioCodecParameters) -> u32 {
    let header = params.extra_data.as_deref().unwrap_or_default();
    header.get(5).map_or(16, |&bits| u32::from(bits))
}

/// What of the decoded track is heard, as far as the file tells.
pub(super) fn edit(
    file: &SourceFile,
    format: FormatId,
    track: &Track,
    rate_hz: u32,
) -> Result<Option<Edit>> {
    if format == formats::FORMAT_ID_ISOMP4 {
        return mp4::edit(file, rate_hz);
    }
    let mpeg =
        track.codec_params.as_ref().and_then(|p| p.audio()).is_some_and(|p| is_mpeg(p.codec));
    // In Ogg, packets tell what to drop of them, and the decoder does it. A delay of 0 in an MP3 file
    // is that of a header by an encoder that does not tell it.
    let delay = track.delay.filter(|_| format != formats::FORMAT_ID_OGG);
    let delay = delay.filter(|&delay| !mpeg || delay > 0);
    if mpeg && delay.is_none() {
        return tag::of_mp3(file);
    }
    Ok(delay.map(|delay| Edit { delay: u64::from(delay), frames: None }))
}

/// The track's length in units of its time base, where the file tells it.
pub(super) fn known_frames(track: &Track, mpeg: bool) -> Option<u64> {
    // Without a delay there was no header, and the length is a guess from the bit rate.
    if mpeg && track.delay.is_none() {
        return None;
    }
    track.num_frames
}

/// The length of what is heard, by the track's length and its edit.
pub(super) fn heard_frames(all: Option<u64>, edit: Option<Edit>, format: FormatId) -> Option<u64> {
    let (delay, kept) = edit.map_or((0, None), |edit| (edit.delay, edit.frames));
    // Only MP4 counts its frames with the delay.
    let counted = if format == formats::FORMAT_ID_ISOMP4 { delay } else { 0 };
    let all = all.map(|all| all.saturating_sub(counted));
    all.map(|all| kept.map_or(all, |kept| kept.min(all))).or(kept)
}

/// `ticks` of `time_base` in frames, to the nearest.
pub(super) fn to_frames(ticks: u64, time_base: TimeBase, info: &Info) -> u64 {
    let (numerator, denominator) =
        (u128::from(time_base.numer.get()), u128::from(time_base.denom.get()));
    let exact = u128::from(ticks) * numerator * u128::from(info.rate_hz);
    u64::try_from((exact + denominator / 2) / denominator).unwrap_or(u64::MAX)
}
