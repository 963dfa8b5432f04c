//! Everything an import needs to know about a file, in one pass over it: its hash, its peaks, its
//! levels, what is odd about it; and its audio at the song's rate, where it cannot be read in place.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::convert::{Converter, converted_frames};
use crate::decode::Decoder;
use crate::error::{Error, ErrorKind, Result};
use crate::hash::ContentHash;
use crate::info::{Info, Warning};
use crate::peaks::{self, BIN_FRAMES, Peaks, PeaksBuilder, Tally};
use crate::write::{AudioWriter, Container, SampleFormat, WriteSpec};

/// One step of 16 bits. What never leaves ±1 step is silence, dither included; two channels that
/// are never further apart are the same signal.
const STEP: f32 = 1.0 / 32_768.0;

/// Memory that one conversion may take.
const MOST_CONVERTER_BYTES: u64 = 1 << 29;

/// What to do with the file, and the two ends of the work that the caller holds.
#[derive(Debug, Clone, Copy)]
pub struct ScanJob<'a> {
    /// The song's rate; `None` to keep the file's.
    pub rate_hz: Option<u32>,
    /// Where the audio goes, as a 32-bit float WAV, when it cannot be read in place; an existing
    /// file is replaced. Its folder must exist.
    pub converted: &'a Path,
    /// Counts the bytes of the file that have been read; what was in it stays in the count, so
    /// that several scans can share one.
    pub bytes_done: &'a AtomicU64,
    /// Ends the scan soon after it becomes true.
    pub cancel: &'a AtomicBool,
}

/// What a scan found.
#[derive(Debug, Clone)]
pub struct Scan {
    /// The file itself: its own rate and length.
    pub info: Info,
    /// Identity of the file's content.
    pub hash: ContentHash,
    /// Rate of the audio to play.
    pub rate_hz: u32,
    /// Frames of the audio to play, at `rate_hz`.
    pub frames: u64,
    /// Place of the first frame on the timeline of its recording, in frames at `rate_hz`.
    pub start_frame: Option<u64>,
    /// True when the audio to play is the one that was written to [`ScanJob::converted`], false
    /// when it is the file itself.
    pub converted: bool,
    /// Peak pyramid of the audio to play.
    pub peaks: Peaks,
    /// Level of each channel of the audio to play.
    pub levels: Vec<Level>,
    /// True when there is nothing but silence, or dither of 16 bits.
    pub silent: bool,
    /// True for two channels that carry one signal, to within a step of 16 bits, and are not silent.
    pub dual_mono: bool,
    /// What a person should know.
    pub warnings: Vec<Warning>,
}

/// The level of one channel, full scale being 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    /// Largest magnitude of a sample.
    pub peak: f64,
    /// Root of the mean square over the whole length.
    pub rms: f64,
}

/// Scans the file at `path`.
///
/// PCM in WAV, RF64, BW64 or AIFF at the song's rate is left where it is, to be read by
/// [`PcmReader`](crate::PcmReader); everything else is decoded and converted to
/// [`ScanJob::converted`]. The file is read once, only the index of an MP4 or Ogg file twice.
///
/// # Errors
/// As [`Decoder`]; when the converted audio cannot be written; when cancelled, and then nothing is
/// left behind.
pub fn scan(path: &Path, job: &ScanJob<'_>) -> Result<Scan> {
    let mut decoder = Decoder::open(path)?;
    let rate_hz = job.rate_hz.unwrap_or(decoder.info().rate_hz);
    let in_place = decoder.is_pcm() && rate_hz == decoder.info().rate_hz;
    let mut progress = Progress { job, path, told: 0 };
    let mut survey = Survey::new(decoder.info().channels);
    if in_place {
        let mut block = Vec::new();
        while decoder.next(&mut block)? > 0 {
            survey.take(&block);
            progress.tell(&decoder)?;
        }
    } else {
        convert(&mut decoder, rate_hz, &mut survey, &mut progress)?;
    }
    let hash = loop {
        progress.tell(&decoder)?;
        if let Some(hash) = decoder.finish_hash()? {
            break hash;
        }
    };
    progress.tell(&decoder)?;
    Ok(survey.finish(&decoder, hash, rate_hz, !in_place))
}

/// Decodes to [`ScanJob::converted`] at `rate_hz`.
fn convert(
    decoder: &mut Decoder,
    rate_hz: u32,
    survey: &mut Survey,
    progress: &mut Progress<'_>,
) -> Result<()> {
    let channels = decoder.info().channels;
    let spec = WriteSpec {
        container: Container::Wav,
        format: SampleFormat::Float32,
        rate_hz,
        channels,
        broadcast: None,
        overwrite: true,
    };
    let from_hz = decoder.info().rate_hz;
    if Converter::memory_bytes(from_hz, rate_hz, channels) > MOST_CONVERTER_BYTES {
        return Err(Error::new(ErrorKind::Conversion(channels), progress.path));
    }
    let mut writer = AudioWriter::create(progress.job.converted, &spec)?;
    let mut converter = Converter::new(from_hz, rate_hz, channels);
    let (mut block, mut converted) = (Vec::new(), vec![Vec::new(); channels]);
    while decoder.next(&mut block)? > 0 {
        converter.push(&slices(&block), &mut converted);
        deliver(&mut converted, &mut writer, survey)?;
        progress.tell(decoder)?;
    }
    converter.finish(&mut converted);
    deliver(&mut converted, &mut writer, survey)?;
    let _written = writer.finish()?;
    Ok(())
}

/// Passes `block` on and empties it.
fn deliver(block: &mut [Vec<f32>], writer: &mut AudioWriter, survey: &mut Survey) -> Result<()> {
    writer.write_floats(&slices(block))?;
    survey.take(block);
    block.iter_mut().for_each(Vec::clear);
    Ok(())
}

fn slices(planar: &[Vec<f32>]) -> Vec<&[f32]> {
    planar.iter().map(Vec::as_slice).collect()
}

/// Tells the caller how far the scan is, and hears whether it should end.
struct Progress<'a> {
    job: &'a ScanJob<'a>,
    path: &'a Path,
    told: u64,
}

impl Progress<'_> {
    fn tell(&mut self, decoder: &Decoder) -> Result<()> {
        let read = decoder.bytes_read();
        let _before = self.job.bytes_done.fetch_add(read - self.told, Ordering::Relaxed);
        self.told = read;
        if self.job.cancel.load(Ordering::Relaxed) {
            return Err(Error::new(ErrorKind::Cancelled, self.path));
        }
        Ok(())
    }
}

/// Gathers peaks and levels, the same whatever the lengths of the pieces.
struct Survey {
    channels: Vec<ChannelSurvey>,
    frames: u64,
    /// Largest distance between two channels.
    apart: f32,
}

struct ChannelSurvey {
    peaks: PeaksBuilder,
    total: Tally,
    /// Less than a bin of the finest level.
    waiting: Vec<f32>,
}

impl Survey {
    fn new(channels: usize) -> Self {
        let channel = |_| ChannelSurvey {
            peaks: PeaksBuilder::new(),
            total: Tally::EMPTY,
            waiting: Vec::with_capacity(BIN_FRAMES[0]),
        };
        Self { channels: (0..channels).map(channel).collect(), frames: 0, apart: 0.0 }
    }

    fn take(&mut self, planar: &[Vec<f32>]) {
        self.frames += planar.first().map_or(0, Vec::len) as u64;
        self.channels.iter_mut().zip(planar).for_each(|(survey, samples)| survey.take(samples));
        if let [left, right] = planar {
            self.apart = self.apart.max(distance(left, right));
        }
    }

    fn finish(
        mut self,
        decoder: &Decoder,
        hash: ContentHash,
        rate_hz: u32,
        converted: bool,
    ) -> Scan {
        self.channels.iter_mut().for_each(ChannelSurvey::close);
        let level = |channel: &ChannelSurvey| Level {
            peak: f64::from(channel.total.peak()),
            rms: channel.total.power().sqrt(),
        };
        let levels: Vec<_> = self.channels.iter().map(level).collect();
        let silent = levels.iter().all(|level| level.peak <= f64::from(STEP));
        let info = decoder.info().clone();
        let at_rate = |frame| converted_frames(frame, info.rate_hz, rate_hz);
        Scan {
            hash,
            rate_hz,
            frames: self.frames,
            start_frame: info.start_frame.map(at_rate),
            converted,
            silent,
            dual_mono: levels.len() == 2 && !silent && self.apart <= STEP,
            warnings: decoder.warnings(),
            peaks: peaks::build(
                self.frames,
                self.channels.into_iter().map(|channel| channel.peaks).collect(),
            ),
            levels,
            info,
        }
    }
}

impl ChannelSurvey {
    fn take(&mut self, mut samples: &[f32]) {
        if !self.waiting.is_empty() {
            let missing = (BIN_FRAMES[0] - self.waiting.len()).min(samples.len());
            let (head, rest) = samples.split_at(missing);
            self.waiting.extend_from_slice(head);
            samples = rest;
            if self.waiting.len() == BIN_FRAMES[0] {
                self.close();
            }
        }
        let (bins, rest) = samples.as_chunks::<{ BIN_FRAMES[0] }>();
        for bin in bins {
            self.count(&Tally::of(bin));
        }
        self.waiting.extend_from_slice(rest);
    }

    /// Counts what is waiting as a bin.
    fn close(&mut self) {
        if !self.waiting.is_empty() {
            self.count(&Tally::of(&self.waiting));
            self.waiting.clear();
        }
    }

    fn count(&mut self, bin: &Tally) {
        self.total.add(bin);
        self.peaks.push(bin);
    }
}

/// Largest distance between the samples of two channels.
fn distance(left: &[f32], right: &[f32]) -> f32 {
    const LANES: usize = 8;
    let mut most = [0.0_f32; LANES];
    let (left, left_rest) = left.as_chunks::<LANES>();
    let (right, right_rest) = right.as_chunks::<LANES>();
    for (left, right) in left.iter().zip(right) {
        for lane in 0..LANES {
            let apart = (left[lane] - right[lane]).abs();
            most[lane] = if apart > most[lane] { apart } else { most[lane] };
        }
    }
    let rest = left_rest.iter().zip(right_rest).map(|(left, right)| (left - right).abs());
    most.into_iter().chain(rest).fold(0.0, f32::max)
}
