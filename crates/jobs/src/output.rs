//! From 64-bit samples to a file: rounded once, dithered where depth is lost, and measured as written.

use std::path::Path;
use std::sync::mpsc::SyncSender;

use twobus_dsp::dither::{Depth, Dither, Quantizer};
use twobus_media::{
    AudioWriter, Broadcast, Container, Field, Info, SampleFormat, SampleHash, Tags, WriteSpec,
    Written,
};

use crate::error::Result;
use overs::Overs;

mod overs;

pub(crate) use overs::Over;

/// Frames that are written at a time.
const CHUNK_FRAMES: usize = 4096;
/// The dither of every file that is dithered: the same bytes for the same samples.
const SEED: u64 = 0x7477_6f62_7573;
const DITHER: Dither = Dither::Tpdf { seed: SEED };

/// How a master's samples are rounded to integers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DitherKind {
    /// Plainly.
    None,
    /// With white noise.
    #[default]
    Tpdf,
    /// With noise that lies where it is heard least.
    Shaped,
}

impl DitherKind {
    /// The dither of a file at `rate_hz`.
    pub fn at(self, rate_hz: u32) -> Dither {
        match self {
            Self::None => Dither::Off,
            Self::Tpdf => DITHER,
            Self::Shaped => Dither::Shaped { seed: SEED, rate_hz },
        }
    }
}

/// File formats that are delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// WAV, 16-bit.
    Wav16,
    /// WAV, 24-bit.
    Wav24,
    /// WAV, 32-bit float.
    Wav32f,
    /// FLAC, 16-bit.
    Flac16,
    /// FLAC, 24-bit.
    Flac24,
    /// Ogg Vorbis of this quality, −1 to 10.
    Vorbis(i8),
}

impl Format {
    /// Quality of Ogg Vorbis where none is named: about 192 kbit/s in stereo at 44.1 kHz.
    pub const VORBIS_QUALITY: i8 = 6;

    /// Every format with the name the command line knows it by.
    pub const NAMES: [(&'static str, Self); 6] = [
        ("wav16", Self::Wav16),
        ("wav24", Self::Wav24),
        ("wav32f", Self::Wav32f),
        ("flac16", Self::Flac16),
        ("flac24", Self::Flac24),
        ("vorbis", Self::Vorbis(Self::VORBIS_QUALITY)),
    ];

    /// Container of the file.
    pub fn container(self) -> Container {
        match self {
            Self::Wav16 | Self::Wav24 | Self::Wav32f => Container::Wav,
            Self::Flac16 | Self::Flac24 => Container::Flac,
            Self::Vorbis(quality) => Container::Vorbis { quality },
        }
    }

    /// Format of its samples.
    pub fn samples(self) -> SampleFormat {
        match self {
            Self::Wav16 | Self::Flac16 => SampleFormat::Int16,
            Self::Wav24 | Self::Flac24 => SampleFormat::Int24,
            Self::Wav32f | Self::Vorbis(_) => SampleFormat::Float32,
        }
    }

    /// True when the file holds other samples than it was given.
    pub fn is_lossy(self) -> bool {
        matches!(self, Self::Vorbis(_))
    }

    /// Bytes that a stereo frame takes at least; what is compressed may get by with any number.
    pub(crate) fn frame_bytes(self) -> u64 {
        match self.container() {
            Container::Wav => 2 * self.samples().bytes() as u64,
            Container::Flac | Container::Vorbis { .. } => 0,
        }
    }

    /// Ending of the file's name, without the dot.
    pub fn extension(self) -> &'static str {
        match self.container() {
            Container::Wav => "wav",
            Container::Flac => "flac",
            Container::Vorbis { .. } => "ogg",
        }
    }

    /// True when samples are rounded to integers.
    pub fn is_integer(self) -> bool {
        self.samples() != SampleFormat::Float32
    }

    /// The white dither of such a file of audio that came in `source` and was `processed` since or not.
    pub(crate) fn dither(self, source: Depth, processed: bool) -> Dither {
        self.dither_as(DITHER, source, processed)
    }

    /// The same with the dither that is `wanted`.
    pub(crate) fn dither_as(self, wanted: Dither, source: Depth, processed: bool) -> Dither {
        let target = match self.samples() {
            SampleFormat::Float32 => Depth::Float,
            SampleFormat::Int16 | SampleFormat::Int24 => Depth::Fixed(self.samples().bits()),
        };
        wanted.for_target(target, source, processed)
    }
}

/// As people write it: "WAV 24-bit".
impl std::fmt::Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Self::Vorbis(quality) = self {
            return write!(f, "Ogg Vorbis q{quality}");
        }
        f.write_str(match self {
            Self::Vorbis(_) => "Ogg Vorbis",
            Self::Wav16 => "WAV 16-bit",
            Self::Wav24 => "WAV 24-bit",
            Self::Wav32f => "WAV 32-bit float",
            Self::Flac16 => "FLAC 16-bit",
            Self::Flac24 => "FLAC 24-bit",
        })
    }
}

/// The depth of a file's samples, as dither sees it: a lossy codec has none, as floating point.
pub(crate) fn depth(info: &Info) -> Depth {
    match info.depth {
        twobus_media::Depth::Int(bits) => Depth::Fixed(bits),
        twobus_media::Depth::Float(_) | twobus_media::Depth::Lossy => Depth::Float,
    }
}

/// What an output file is.
pub(crate) struct OutputSpec<'a> {
    pub(crate) path: &'a Path,
    pub(crate) format: Format,
    pub(crate) rate_hz: u32,
    pub(crate) dither: Dither,
    pub(crate) overwrite: bool,
    /// Place of the first frame in the song: what a file holds of a song is dithered as in the whole.
    pub(crate) start_frame: u64,
    /// What the file says of its content.
    pub(crate) tags: &'a Tags,
}

/// What a Broadcast Wave says of a song: "Artist - Title"; nothing for a file without tags.
fn description(tags: &Tags) -> String {
    let said = [Field::Artist, Field::Title].into_iter().filter_map(|field| tags.get(field));
    said.collect::<Vec<_>>().join(" - ")
}

/// A chunk of a file's samples as they were written, left and right.
pub(crate) type Chunk = [Vec<f32>; 2];

/// A stereo file that is being written.
pub(crate) struct Output {
    writer: AudioWriter,
    quantizer: Option<Quantizer>,
    overs: Overs,
    /// Value of one step of an integer format.
    step: f64,
    /// Place of the next frame in the song.
    frame: u64,
    gathered: [Vec<f64>; 2],
    codes: [Vec<i32>; 2],
    /// The samples as they were written.
    samples: SampleHash,
    /// Takes the samples as they were written.
    listener: Option<SyncSender<Chunk>>,
}

impl Output {
    pub(crate) fn create(
        spec: &OutputSpec<'_>,
        listener: Option<SyncSender<Chunk>>,
    ) -> Result<Self> {
        let broadcast = (spec.format.container() == Container::Wav).then(|| Broadcast {
            description: description(spec.tags),
            originator: "Twobus".to_owned(),
            start_frame: spec.start_frame,
            ..Broadcast::default()
        });
        let write = WriteSpec {
            container: spec.format.container(),
            format: spec.format.samples(),
            rate_hz: spec.rate_hz,
            channels: 2,
            broadcast,
            overwrite: spec.overwrite,
        };
        let writer = AudioWriter::create_tagged(spec.path, &write, spec.tags)?;
        let bits = spec.format.samples().bits();
        let quantizer = spec.format.is_integer().then(|| Quantizer::new(bits, spec.dither));
        let empty = || Vec::with_capacity(2 * CHUNK_FRAMES);
        Ok(Self {
            writer,
            quantizer,
            overs: Overs::new(),
            step: 1.0 / f64::from(1_u32 << (bits - 1)),
            frame: spec.start_frame,
            gathered: [empty(), empty()],
            codes: [Vec::new(), Vec::new()],
            samples: SampleHash::new(2),
            listener,
        })
    }

    /// Appends samples; both slices have the same length.
    pub(crate) fn push(&mut self, left: &[f64], right: &[f64]) -> Result<()> {
        self.gathered[0].extend_from_slice(left);
        self.gathered[1].extend_from_slice(right);
        if self.gathered[0].len() >= CHUNK_FRAMES { self.flush() } else { Ok(()) }
    }

    /// Writes what was gathered.
    pub(crate) fn flush(&mut self) -> Result<()> {
        let frames = self.gathered[0].len();
        let written: Chunk = match &mut self.quantizer {
            Some(quantizer) => {
                let before = quantizer.clamped();
                let channels = self.gathered.iter().zip(&mut self.codes).enumerate();
                for (channel, (samples, codes)) in channels {
                    codes.resize(frames, 0);
                    quantizer.quantize(channel, self.frame, samples, codes);
                }
                self.overs.see(self.frame, &self.gathered, quantizer.clamped() > before);
                self.writer.write_codes(&[&self.codes[0], &self.codes[1]])?;
                let sample = |&code: &i32| (f64::from(code) * self.step) as f32;
                [0, 1].map(|channel| self.codes[channel].iter().map(sample).collect())
            }
            None => {
                let rounded = [0, 1].map(|channel: usize| {
                    self.gathered[channel].iter().map(|&x| x as f32).collect::<Vec<f32>>()
                });
                self.writer.write_floats(&[&rounded[0], &rounded[1]])?;
                rounded
            }
        };
        self.samples.push(&[&written[0], &written[1]]);
        self.frame += frames as u64;
        self.gathered.iter_mut().for_each(Vec::clear);
        if let Some(listener) = &self.listener {
            // A listener that has gone has reported why elsewhere.
            let _gone = listener.send(written);
        }
        Ok(())
    }

    /// Tells the listener that nothing more comes.
    pub(crate) fn stop_listening(&mut self) {
        self.listener = None;
    }

    /// What lay beyond full scale so far and was clamped.
    pub(crate) fn over(&self) -> Option<Over> {
        self.overs.over(self.quantizer.as_ref().map_or(0, Quantizer::clamped))
    }

    /// The samples that were written so far.
    pub(crate) fn samples(&self) -> &SampleHash {
        &self.samples
    }

    /// Completes the file.
    pub(crate) fn finish(mut self) -> Result<Written> {
        self.flush()?;
        Ok(self.writer.finish()?)
    }
}
