//! The decoder of everything but WAV and AIFF: Symphonia, with what it leaves to its caller.
//!
//! Symphonia keeps no time where packets are missing, does not apply the edit lists of MP4, and
//! guesses the length of MP3 files without a header; all this is done here. It does not panic on any
//! file known, but a panic in it would only end this file's decoding; and it gets no more of a file at
//! a time than [`MOST_BYTES_AT_ONCE`](super::source::MOST_BYTES_AT_ONCE).

mod open;
mod track;

use std::fmt;
use std::sync::Arc;

use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error as CodecError;
use symphonia::core::formats::well_known as formats;
use symphonia::core::formats::{FormatReader, TrackType};
use symphonia::core::packet::Packet;
use symphonia::core::units::TimeBase;

use super::ending::{self, LastPage};
use super::gaps::{AllGaps, Gaps};
use super::source::{Allowance, SharedHasher};
use crate::error::{Error, ErrorKind, Result};
use crate::file::SourceFile;
use crate::info::{Depth, Format, Info, Warning};
use crate::sniff;
use open::{codec_error, guard, open_format};
use track::{
    edit, gaps, heard_frames, info, is_mpeg, known_frames, mpeg_packet, packets, to_frames,
};

/// Most silence put in the place of lost audio in one file, in seconds: a file that claims to have
/// lost more has wrong time stamps.
const MOST_SILENCE_S: u64 = 60;

/// Most damaged places, or packets of other tracks, passed over to find the next packet.
const MOST_FAILURES: usize = 10_000;

/// Most frames in a packet: those of FLAC can be the longest.
const MOST_PACKET_FRAMES: usize = 1 << 16;

/// Most frames of silence delivered at a time.
const SILENCE_BLOCK_FRAMES: u64 = 4096;

/// The decoder of one file.
pub(super) struct CodecDecoder {
    file: Arc<SourceFile>,
    format: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    track: u32,
    time_base: TimeBase,
    /// Frames of every packet, where all have as many.
    packet_frames: Option<u64>,
    info: Info,
    delay_known: bool,
    /// Frames still to drop: the encoder's delay.
    drop: u64,
    /// Frames still to deliver: all before the encoder's padding.
    left: u64,
    /// Time at which the next packet should begin, in units of the time base.
    next_time: Option<i64>,
    /// What is missing between packets that carry no time.
    gaps: Option<Gaps>,
    /// Packets by the file's header, where it tells them, and then, once there is damage, what is
    /// missing in all of it.
    packets: Option<u64>,
    all_gaps: Option<AllGaps>,
    /// What the reader may still read for the next packet.
    allowance: Allowance,
    /// The packet to decode after the silence.
    waiting: Option<Packet>,
    /// Frames of silence to deliver.
    silence: u64,
    delivered: u64,
    lost_packets: u64,
    lost_frames: u64,
    checksum_failed: bool,
    /// Frames that may be missing at the end without being lost.
    slack: u64,
    /// True when the next packet is the first after a loss.
    after_loss: bool,
    /// True when its writer did not come to its end.
    unfinished: bool,
    /// The last page of an Ogg file.
    last_page: Option<LastPage>,
    /// True when the first packet is the beginning of its stream.
    from_zero: bool,
    ended: bool,
}

impl CodecDecoder {
    pub(super) fn new(file: Arc<SourceFile>, hasher: SharedHasher) -> Result<Self> {
        let (format, allowance) = open_format(&file, hasher)?;
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
        // Some writers of CAF count whole packets only.
        let slack = match id {
            formats::FORMAT_ID_CAF => params.max_frames_per_packet.unwrap_or(0),
            _ => 0,
        };
        let trims = edit.is_some();
        let last_page = if id == formats::FORMAT_ID_OGG { ending::last_page(&file)? } else { None };
        let unfinished = match id {
            formats::FORMAT_ID_OGG => !last_page.is_some_and(|page| page.ends_stream),
            formats::FORMAT_ID_FLAC => info.frames.is_none(),
            _ => false,
        };
        Ok(Self {
            delay_known: trims || info.depth != Depth::Lossy || info.format == Format::Vorbis,
            drop: edit.map_or(0, |edit| edit.delay),
            left: info.frames.filter(|_| trims).unwrap_or(u64::MAX),
            file,
            format,
            decoder,
            track: track.id,
            time_base,
            packet_frames: mpeg_packet(params.codec, info.rate_hz),
            // FLAC begins at 0 by definition; elsewhere the first packet tells.
            next_time: (info.format == Format::Flac).then_some(0),
            gaps: gaps(id, mpeg),
            packets: packets(&track, mpeg_packet(params.codec, info.rate_hz)),
            all_gaps: None,
            allowance,
            waiting: None,
            silence: 0,
            delivered: 0,
            lost_packets: 0,
            lost_frames: 0,
            checksum_failed: false,
            slack,
            after_loss: false,
            unfinished,
            last_page,
            from_zero: false,
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
        // The reader does not tell the length of a file whose end is damaged.
        let last = self.last_page.filter(|page| self.from_zero && page.stream == self.track);
        let last = last.map(|page| page.end);
        let promised =
            last.max(self.info.frames).filter(|&frames| self.ended && frames > found + self.slack);
        if let Some(promised) = promised {
            warnings.push(Warning::Truncated { promised, found });
        } else if self.ended && self.unfinished {
            warnings.push(Warning::Unfinished { found });
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
            out.iter_mut().for_each(Vec::clear);
            if self.silence > 0 {
                self.fill_silence(out);
            } else if let Some(packet) = self.waiting.take() {
                self.decode(&packet, out)?;
            } else if let Some(packet) = self.read_packet()? {
                match self.lost_before(&packet)? {
                    0 => self.decode(&packet, out)?,
                    ticks => {
                        self.lose(ticks);
                        self.waiting = Some(packet);
                    }
                }
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

    /// The next packet of the track.
    fn read_packet(&mut self) -> Result<Option<Packet>> {
        for _ in 0..MOST_FAILURES {
            self.allowance.renew();
            let packet = match guard(&self.file, || self.format.next_packet())? {
                Ok(Some(packet)) => packet,
                Ok(None) => return Ok(None),
                // Damage: the reader goes on behind it. Where it comes first, time begins at 0.
                Err(CodecError::DecodeError(_)) => {
                    self.next_time = self.next_time.or(Some(0));
                    continue;
                }
                // What was decoded stays; the missing rest is told by its length.
                Err(error) if self.delivered == 0 => return Err(codec_error(&self.file, error)),
                Err(_) => return Ok(None),
            };
            let real = self.gaps.as_mut().is_none_or(|gaps| gaps.is_packet(&packet.data));
            if packet.track_id == self.track && real {
                return Ok(Some(packet));
            }
        }
        Ok(None)
    }

    /// How much is missing before `packet`, in units of the time base: by its time, or where packets
    /// carry none, by what lies in the file between it and the last.
    fn lost_before(&mut self, packet: &Packet) -> Result<u64> {
        if let Some(gaps) = &mut self.gaps {
            let gap = gaps.before(&self.file, &packet.data)?;
            return if gap > 0 { self.lost_in(gap, packet) } else { Ok(0) };
        }
        let begins = packet.pts.get();
        self.from_zero |= self.next_time.is_none() && begins <= 0;
        let late = self.next_time.map_or(0, |time| begins.saturating_sub(time));
        let ticks = i64::try_from(packet.block_dur().get()).unwrap_or(i64::MAX);
        self.next_time = begins.checked_add(ticks);
        let late = u64::try_from(late).unwrap_or(0);
        let all = self.lost_frames.saturating_add(to_frames(late, self.time_base, &self.info));
        if late > 0 && all > MOST_SILENCE_S * u64::from(self.info.rate_hz) {
            let kind = ErrorKind::Broken("its packets are not where their times say");
            return Err(Error::new(kind, self.file.path()));
        }
        Ok(late)
    }

    /// What is lost in `gap` bytes before `packet`.
    fn lost_in(&mut self, gap: u64, packet: &Packet) -> Result<u64> {
        if self.all_gaps.is_none() {
            self.all_gaps = self.packets.map(|packets| self.survey(packets)).transpose()?;
        }
        let packets = self.gaps.as_ref().map_or(0, |gaps| gaps.packets_in(gap, self.all_gaps));
        Ok(packets.saturating_mul(self.packet_frames.unwrap_or(packet.dur.get())))
    }

    /// All gaps of a file that tells how many `packets` it had: they are counted without decoding.
    fn survey(&self, packets: u64) -> Result<AllGaps> {
        let (mut format, allowance) = open_format(&self.file, SharedHasher::new())?;
        let mut gaps = Gaps::mpeg();
        let mut bytes = 0;
        while let Ok(Some(packet)) = guard(&self.file, || format.next_packet())? {
            allowance.renew();
            if packet.track_id == self.track && gaps.is_packet(&packet.data) {
                bytes += gaps.before(&self.file, &packet.data)?;
            }
        }
        Ok(AllGaps { bytes, missing: packets.saturating_sub(gaps.packets()) })
    }

    /// Decodes `packet` to `out`, or asks for silence in its place.
    fn decode(&mut self, packet: &Packet, out: &mut Vec<Vec<f32>>) -> Result<()> {
        let (channels, rate_hz) = (self.info.channels, self.info.rate_hz);
        let decoded = guard(&self.file, || {
            self.decoder.decode(packet).is_ok_and(|audio| {
                let spec = audio.spec();
                let fits = spec.rate() == rate_hz && spec.channels().count() == channels;
                if fits {
                    audio.copy_to_vecs_planar(out);
                }
                fits
            })
        })?;
        // MPEG is trimmed here, the others by their decoders.
        let due = self.packet_frames.unwrap_or(packet.dur.get());
        if !decoded {
            self.lose(due);
        } else if std::mem::take(&mut self.after_loss) {
            self.complete(out, to_frames(due, self.time_base, &self.info));
        }
        Ok(())
    }

    /// Puts silence before the frames in `out` up to `frames`: what a decoder could not make of a
    /// packet because the one before is lost.
    fn complete(&mut self, out: &mut Vec<Vec<f32>>, frames: u64) {
        let there = out.first().map_or(0, Vec::len);
        let missing = (frames as usize).saturating_sub(there).min(MOST_PACKET_FRAMES);
        self.lost_frames += missing as u64;
        out.resize_with(self.info.channels, Vec::new);
        for channel in out {
            let _none = channel.splice(..0, std::iter::repeat_n(0.0, missing));
        }
    }

    /// Notes that `ticks` of audio are lost, and asks for silence in their place.
    fn lose(&mut self, ticks: u64) {
        let frames = to_frames(ticks, self.time_base, &self.info);
        self.lost_packets += 1;
        self.lost_frames = self.lost_frames.saturating_add(frames);
        self.silence = frames;
        self.after_loss = true;
        // What follows must not be decoded with what came before.
        if self.info.depth == Depth::Lossy {
            self.decoder.reset();
        }
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
