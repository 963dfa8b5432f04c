//! The decoder of everything but WAV and AIFF: Symphonia, with what it leaves to its caller.
//!
//! Symphonia keeps no time where packets are missing, does not apply the edit lists of MP4, and
//! guesses the length of MP3 files without a header; all this is done here. It does not panic on any
//! file known, but a panic in it would only end this file's decoding.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use symphonia::core::audio::Channels;
use symphonia::core::codecs::audio::well_known as codecs;
use symphonia::core::codecs::audio::{
    AudioCodecId, AudioCodecParameters, AudioDecoder, AudioDecoderOptions,
};
use symphonia::core::errors::Error as CodecError;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::well_known as formats;
use symphonia::core::formats::{FormatId, FormatOptions, FormatReader, Track, TrackType};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;
use symphonia::core::packet::Packet;
use symphonia::core::units::TimeBase;

use super::mp4::{self, Edit};
use super::source::{SharedHasher, Source};
use crate::error::{Error, ErrorKind, Result};
use crate::file::SourceFile;
use crate::info::{Depth, Format, Info, Warning};
use crate::sniff;

/// Most silence put in the place of lost audio in one file, in seconds: a file that claims to have
/// lost more has wrong time stamps.
const MOST_SILENCE_S: u64 = 60;

/// Most frames of silence delivered at a time.
const SILENCE_BLOCK_FRAMES: u64 = 4096;

/// The decoder of one file.
pub(super) struct CodecDecoder {
    file: Arc<SourceFile>,
    format: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    track: u32,
    time_base: TimeBase,
    info: Info,
    delay_known: bool,
    /// Frames still to drop: the encoder's delay.
    drop: u64,
    /// Frames still to deliver: all before the encoder's padding.
    left: u64,
    /// Time at which the next packet should begin, in units of the time base.
    next_time: Option<i64>,
    /// The packet to decode after the silence.
    waiting: Option<Packet>,
    /// Frames of silence to deliver.
    silence: u64,
    delivered: u64,
    lost_packets: u64,
    lost_frames: u64,
    checksum_failed: bool,
    ended: bool,
}

impl CodecDecoder {
    pub(super) fn new(file: Arc<SourceFile>, hasher: SharedHasher) -> Result<Self> {
        let format = open_format(&file, hasher)?;
        let id = format.format_info().format;
        let unknown = || Error::new(ErrorKind::NotAudio(sniff::content(&file)), file.path());
        let track = format.default_track(TrackType::Audio).ok_or_else(unknown)?.clone();
        let params = track.codec_params.as_ref().and_then(|p| p.audio()).ok_or_else(unknown)?;
        let mpeg = is_mpeg(params.codec);
        // What to drop of an MPEG file is known here only where its header tells; without one its
        // length would be guessed, and what lies behind the guess dropped.
        let options = AudioDecoderOptions::default().gapless(!mpeg).verify(true);
        let decoder =
            guard(&file, || symphonia::default::get_codecs().make_audio_decoder(params, &options))?;
        let decoder = decoder.map_err(|error| codec_error(&file, error))?;
        let mut info = info(&file, decoder.codec_params())?;
        let time_base = track.time_base.or_else(|| TimeBase::try_from_recip(info.rate_hz));
        let time_base = time_base.unwrap_or_default();
        let edit = edit(&file, id, &track, info.rate_hz)?;
        let all = known_frames(&track, mpeg).map(|ticks| to_frames(ticks, time_base, &info));
        info.frames = heard_frames(all, edit, id);
        let trims = edit.is_some();
        Ok(Self {
            delay_known: trims || info.depth != Depth::Lossy || info.format == Format::Vorbis,
            drop: edit.map_or(0, |edit| edit.delay),
            left: info.frames.filter(|_| trims).unwrap_or(u64::MAX),
            file,
            format,
            decoder,
            track: track.id,
            time_base,
            // FLAC begins at 0 by definition; elsewhere the first packet tells.
            next_time: (info.format == Format::Flac).then_some(0),
            waiting: None,
            silence: 0,
            delivered: 0,
            lost_packets: 0,
            lost_frames: 0,
            checksum_failed: false,
            ended: false,
            info,
        })
    }

    pub(super) fn info(&self) -> &Info {
        &self.info
    }

    pub(super) fn warnings(&self) -> Vec<Warning> {
        let mut warnings = Vec::new();
        let found = self.delivered;
        if let Some(promised) = self.info.frames.filter(|&frames| self.ended && frames > found) {
            warnings.push(Warning::Truncated { promised, found });
        }
        if self.lost_packets > 0 {
            warnings.push(Warning::Lost { packets: self.lost_packets, frames: self.lost_frames });
        }
        if warnings.is_empty() && self.checksum_failed {
            warnings.push(Warning::Checksum);
        }
        if !self.delay_known {
            warnings.push(Warning::DelayUnknown);
        }
        warnings
    }

    /// Replaces `out` by the next frames and returns their number: 0 at the end only.
    pub(super) fn next(&mut self, out: &mut Vec<Vec<f32>>) -> Result<usize> {
        while self.left > 0 {
            if self.silence > 0 {
                self.fill_silence(out);
            } else if let Some(packet) = self.next_packet()? {
                self.decode(packet, out)?;
            } else {
                break;
            }
            let frames = self.trim(out);
            if frames > 0 {
                return Ok(frames);
            }
        }
        self.end();
        out.iter_mut().for_each(Vec::clear);
        Ok(0)
    }

    /// The next packet of the track, after silence for what is missing before it was asked for.
    fn next_packet(&mut self) -> Result<Option<Packet>> {
        if let Some(packet) = self.waiting.take() {
            return Ok(Some(packet));
        }
        while !self.ended {
            let packet = match guard(&self.file, || self.format.next_packet())? {
                Ok(Some(packet)) => packet,
                Ok(None) => return Ok(None),
                // What was decoded stays; the missing rest is told by its length.
                Err(error) if self.delivered == 0 => return Err(codec_error(&self.file, error)),
                Err(_) => return Ok(None),
            };
            if packet.track_id == self.track {
                return Ok(Some(packet));
            }
        }
        Ok(None)
    }

    /// Decodes `packet` to `out`, or asks for silence in its place.
    fn decode(&mut self, packet: Packet, out: &mut Vec<Vec<f32>>) -> Result<()> {
        out.iter_mut().for_each(Vec::clear);
        let begins = packet.pts.get();
        let missing = self.next_time.map_or(0, |time| begins.saturating_sub(time));
        self.next_time = Some(begins);
        if let Ok(ticks @ 1..) = u64::try_from(missing) {
            self.lose(ticks)?;
            self.waiting = Some(packet);
            return Ok(());
        }
        let ticks = i64::try_from(packet.block_dur().get()).unwrap_or(i64::MAX);
        self.next_time = begins.checked_add(ticks);
        let (channels, rate_hz) = (self.info.channels, self.info.rate_hz);
        let decoded = guard(&self.file, || {
            self.decoder.decode(&packet).is_ok_and(|audio| {
                let spec = audio.spec();
                let fits = spec.rate() == rate_hz && spec.channels().count() == channels;
                if fits {
                    audio.copy_to_vecs_planar(out);
                }
                fits
            })
        })?;
        if decoded { Ok(()) } else { self.lose(packet.dur.get()) }
    }

    /// Notes that `ticks` of audio are lost, and asks for silence in their place.
    fn lose(&mut self, ticks: u64) -> Result<()> {
        let frames = to_frames(ticks, self.time_base, &self.info);
        self.lost_packets += 1;
        self.lost_frames = self.lost_frames.saturating_add(frames);
        self.silence = frames;
        if self.lost_frames > MOST_SILENCE_S * u64::from(self.info.rate_hz) {
            let kind = ErrorKind::Broken("its packets are not where their times say");
            return Err(Error::new(kind, self.file.path()));
        }
        Ok(())
    }

    fn fill_silence(&mut self, out: &mut Vec<Vec<f32>>) {
        let frames = self.silence.min(SILENCE_BLOCK_FRAMES);
        self.silence -= frames;
        out.resize_with(self.info.channels, Vec::new);
        for channel in out {
            channel.clear();
            channel.resize(frames as usize, 0.0);
        }
    }

    /// Takes the encoder's delay and padding off `out`; the frames that remain.
    fn trim(&mut self, out: &mut [Vec<f32>]) -> usize {
        let frames = out.first().map_or(0, Vec::len);
        let dropped = self.drop.min(frames as u64) as usize;
        let kept = self.left.min((frames - dropped) as u64) as usize;
        for channel in out {
            channel.truncate(dropped + kept);
            let _dropped = channel.drain(..dropped);
        }
        self.drop -= dropped as u64;
        self.left -= kept as u64;
        self.delivered += kept as u64;
        kept
    }

    fn end(&mut self) {
        if !self.ended {
            self.ended = true;
            self.checksum_failed = self.decoder.finalize().verify_ok == Some(false);
        }
    }
}

impl fmt::Debug for CodecDecoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CodecDecoder").field("info", &self.info).finish_non_exhaustive()
    }
}

/// Runs the foreign code `work`; a panic in it becomes an error of the file.
fn guard<T>(file: &SourceFile, work: impl FnOnce() -> T) -> Result<T> {
    let kind = ErrorKind::Broken("its content confuses the decoder");
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| Error::new(kind, file.path()))
}

fn codec_error(file: &SourceFile, error: CodecError) -> Error {
    let kind = match &error {
        CodecError::IoError(io) if io.kind() == std::io::ErrorKind::UnexpectedEof => {
            ErrorKind::Broken("it ends before its audio begins")
        }
        CodecError::IoError(_) => ErrorKind::Read,
        CodecError::Unsupported(_) => ErrorKind::Unsupported("a codec or a variant of one"),
        _ => ErrorKind::Broken("its audio cannot be decoded"),
    };
    Error::new(kind, file.path()).with_source(error)
}

fn open_format(file: &Arc<SourceFile>, hasher: SharedHasher) -> Result<Box<dyn FormatReader>> {
    let source = Source { file: Arc::clone(file), hasher, position: 0 };
    let stream = MediaSourceStream::new(Box::new(source), MediaSourceStreamOptions::default());
    let opened = guard(file, || {
        symphonia::default::get_probe().probe(
            &Hint::new(),
            stream,
            FormatOptions::default(),
            MetadataOptions::default(),
        )
    })?;
    opened.map_err(|error| {
        let content = sniff::content(file);
        if content == sniff::Content::Unknown && sniff::promises_audio(file) {
            codec_error(file, error)
        } else {
            Error::new(ErrorKind::NotAudio(content), file.path()).with_source(error)
        }
    })
}

fn is_mpeg(codec: AudioCodecId) -> bool {
    matches!(codec, codecs::CODEC_ID_MP1 | codecs::CODEC_ID_MP2 | codecs::CODEC_ID_MP3)
}

fn info(file: &SourceFile, params: &AudioCodecParameters) -> Result<Info> {
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
fn edit(file: &SourceFile, format: FormatId, track: &Track, rate_hz: u32) -> Result<Option<Edit>> {
    if format == formats::FORMAT_ID_ISOMP4 {
        return mp4::edit(file, rate_hz);
    }
    // In Ogg, packets tell what to drop of them, and the decoder does it.
    let delay = track.delay.filter(|_| format != formats::FORMAT_ID_OGG);
    Ok(delay.map(|delay| Edit { delay: u64::from(delay), frames: None }))
}

/// The track's length in units of its time base, where the file tells it.
fn known_frames(track: &Track, mpeg: bool) -> Option<u64> {
    // Without a delay there was no header, and the length is a guess from the bit rate.
    if mpeg && track.delay.is_none() {
        return None;
    }
    track.num_frames
}

/// The length of what is heard, by the track's length and its edit.
fn heard_frames(all: Option<u64>, edit: Option<Edit>, format: FormatId) -> Option<u64> {
    let (delay, kept) = edit.map_or((0, None), |edit| (edit.delay, edit.frames));
    // Only MP4 counts its frames with the delay.
    let counted = if format == formats::FORMAT_ID_ISOMP4 { delay } else { 0 };
    let all = all.map(|all| all.saturating_sub(counted));
    all.map(|all| kept.map_or(all, |kept| kept.min(all))).or(kept)
}

/// `ticks` of `time_base` in frames, to the nearest.
fn to_frames(ticks: u64, time_base: TimeBase, info: &Info) -> u64 {
    let (numerator, denominator) =
        (u128::from(time_base.numer.get()), u128::from(time_base.denom.get()));
    let exact = u128::from(ticks) * numerator * u128::from(info.rate_hz);
    u64::try_from((exact + denominator / 2) / denominator).unwrap_or(u64::MAX)
}
