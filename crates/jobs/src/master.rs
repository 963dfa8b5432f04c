//! The master of a print: trim and chain, conversion, the limiter driven to a target, and a file that is
//! verified between its samples, decoded again and measured.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;
use twobus_analysis::Report;
use twobus_dsp::dither::Dither;
use twobus_dsp::limiter::Sketch;
use twobus_dsp::units::signed;
use twobus_dsp::{Db, DeviceKind};
use twobus_media::{ContentHash, Converter, PcmReader, ScanJob, Tags, scan};
use twobus_session::master::{LOUDNESS, MAX_REDUCTION};
use twobus_session::{Delivery, Device, Master, Target};

use crate::analyze::{Analysis, analyze};
use crate::deliver::cure_db;
use crate::error::{Error, Result};
use crate::folder::Folder;
use crate::leftovers::SCRATCH;
use crate::output::{DitherKind, Format, Over};
use crate::progress::Progress;
use crate::room::check_room;

pub(crate) mod chain;
mod drive;
mod limit;
mod lossy;
mod pass;
mod rendered;
mod source;
mod spool;
mod stage;

use drive::Drive;
use limit::Deepest;
pub(crate) use lossy::to_loudness;
pub(crate) use rendered::{NewFile, Rendered, WrittenFile};
pub(crate) use source::Source;
use spool::Spool;
pub use stage::{input, print_of, staged};

/// What to make of a print.
#[derive(Debug, Clone)]
pub struct MasterOptions {
    /// Gain before the chain.
    pub trim: Db,
    /// Devices before the limiter.
    pub chain: Vec<Device>,
    /// The limiter; its drive and ceiling are set by the target.
    pub limiter: Device,
    /// What the file is held to.
    pub target: Target,
    /// Rate of the file in Hz; `None` for the print's.
    pub rate_hz: Option<u32>,
    /// Format of the file.
    pub format: Format,
    /// How an integer file is dithered, where it has to be.
    pub dither: DitherKind,
    /// Whether a file that is there may be replaced.
    pub overwrite: bool,
    /// What the file says of the song.
    pub tags: Tags,
}

impl MasterOptions {
    /// What a song's master asks for: its limiter at the end of the chain is the one that is driven, the rest
    /// runs before it.
    pub fn of(master: &Master) -> Self {
        let is_limiter = |device: &mut Device| device.kind == DeviceKind::Limiter && !device.bypass;
        let mut chain = master.chain.clone();
        let last = chain.pop_if(is_limiter);
        let options = Self::default();
        Self {
            trim: master.trim,
            chain,
            limiter: last.unwrap_or_else(|| options.limiter.clone()),
            target: master.target,
            ..options
        }
    }
}

impl Default for MasterOptions {
    fn default() -> Self {
        Self {
            trim: Db::UNITY,
            chain: Vec::new(),
            limiter: Device::new(twobus_session::DeviceId(0), DeviceKind::Limiter),
            target: Target::default(),
            rate_hz: None,
            format: Format::Wav24,
            dither: DitherKind::Tpdf,
            overwrite: false,
            tags: Tags::default(),
        }
    }
}

/// A finished master.
#[derive(Debug, Clone)]
pub struct Mastered {
    /// The file.
    pub path: PathBuf,
    /// What went in.
    pub before: Analysis,
    /// What the written file measures, decoded again.
    pub after: Report,
    /// Gain before the limiter, in dB.
    pub drive_db: f64,
    /// Largest gain reduction of the limiter, in dB.
    pub reduction_db: f64,
    /// Where that is, in seconds of the file.
    pub reduction_s: f64,
    /// Gain after the limiter that brought the verified true peak to the ceiling, in dB; 0 or below.
    pub verify_trim_db: f64,
    /// The dither of the file; none for a copy of samples that its format holds.
    pub dither: Dither,
    /// True when the target's loudness was out of reach under its cap on gain reduction.
    pub capped: bool,
    /// XXH3 (64-bit) of the bytes of what went in.
    pub input_hash: String,
    /// XXH3 (64-bit) of the bytes of the written file.
    pub file_hash: String,
    /// What a person should know, one sentence each.
    pub notes: Vec<String>,
}

impl Mastered {
    /// The master as the project in `folder` notes it, made of the print with the number `print`.
    ///
    /// # Errors
    /// When the file's path cannot be written down.
    pub fn delivery(&self, folder: &Folder, print: Option<u32>) -> Result<Delivery> {
        let (file_hash, input_hash) = (self.file_hash.clone(), self.input_hash.clone());
        Ok(Delivery { file: folder.relative(&self.path)?, file_hash, print, input_hash })
    }
}

/// How far from the target a delivered file may read without a word, in LU.
pub const LOUDNESS_TOLERANCE_LU: f64 = 0.1;

/// How far above the ceiling a delivered file may read, in dB.
pub const TOLERANCE_DB: f64 = 0.02;

/// Masters the file `input` to the file `out`.
///
/// The chain runs at the print's rate. The conversion comes before the limiter, which has the last word
/// on peaks; after it there is only a fixed gain, at most 0 dB, and the rounding.
///
/// # Errors
/// When the input cannot be read or is silent while a loudness is asked for, the output is the input or
/// cannot be written, or the job is cancelled; then nothing is left behind.
pub fn master(
    input: &Path,
    out: &Path,
    options: &MasterOptions,
    progress: &Progress,
) -> Result<Mastered> {
    check_target(&options.target)?;
    check_apart(input, out)?;
    let source = Source::open(input, out, progress)?;
    check_room(
        out,
        source.frames_at(options.rate_hz).saturating_mul(options.format.frame_bytes()),
    )?;
    progress.begin("Mastering", passes(options) * source.frames_at(None));
    let rate_hz = options.rate_hz.unwrap_or(source.info.rate_hz);
    let render = || {
        let processed = source.process(rate_hz, options, progress)?;
        let rendered = Rendered::new(&processed, options, progress)?;
        Ok((processed, rendered))
    };
    let (measured, rendered): (_, Result<_>) = rayon::join(|| source.measure(progress), render);
    let ((before, input_hash), (processed, rendered)) = (measured?, rendered?);
    let write = |rendered: &Rendered, options: &MasterOptions| {
        write_file(&source, rendered, out, options, progress)
    };
    let file = write(&rendered, options)?;
    let file = to_loudness(&processed, options, file, File::lufs, write, progress);
    let File { drive, deepest, .. } = file;
    let reduction_s = deepest.frame as f64 / f64::from(rate_hz);
    let notes = notes(&drive, reduction_s, &before, &file.after, file.over, options);
    Ok(Mastered {
        path: out.to_owned(),
        input_hash,
        file_hash: file.hash,
        before,
        after: file.after,
        drive_db: drive.db,
        reduction_db: deepest.db,
        reduction_s,
        verify_trim_db: file.trim_db,
        dither: file.dither,
        capped: drive.capped,
        notes,
    })
}

/// The file of a master, decoded again, and how it came about.
struct File {
    drive: Drive,
    deepest: Deepest,
    trim_db: f64,
    after: Report,
    /// XXH3 (64-bit) of its bytes.
    hash: String,
    dither: Dither,
    over: Option<Over>,
}

impl File {
    /// Its loudness, unless the cap on gain reduction decided on it.
    fn lufs(&self) -> Option<f64> {
        self.after.integrated_lufs.filter(|_| !self.drive.capped)
    }
}

fn write_file(
    source: &Source,
    rendered: &Rendered,
    path: &Path,
    options: &MasterOptions,
    progress: &Progress,
) -> Result<File> {
    let dither = rendered.dither(source, options.format, options);
    let file = NewFile { path, format: options.format, dither };
    let mut written = rendered.write(&[file], options, progress);
    let written = written.pop().expect("there is one outcome a file")?;
    // The file has its name now, so it is measured whoever wants to stop.
    let quietly = Progress::new();
    let (after, hash) = rayon::join(|| analyze(path, &quietly), || ContentHash::of_file(path));
    let (after, hash) = (after?.report, hash?.to_string());
    let (drive, limited) = (rendered.drive, &rendered.limited);
    let (deepest, trim_db) = (limited.deepest, limited.trim_db);
    Ok(File { drive, deepest, trim_db, after, hash, dither, over: written.over })
}

/// Refuses a target that lies outside of what its parameters and the limiter can do.
pub(crate) fn check_target(target: &Target) -> Result<()> {
    let ceiling = &DeviceKind::Limiter.specs()[limit::param("ceiling")];
    let values = [
        (ceiling, Some(target.ceiling_dbtp)),
        (&LOUDNESS, target.loudness_lufs),
        (&MAX_REDUCTION, Some(target.max_reduction_db)),
    ];
    for (spec, value) in values {
        if value.is_some_and(|value| !spec.range.contains(&value)) {
            let (name, low, high) = (spec.name, Db(*spec.range.start()), Db(*spec.range.end()));
            return Err(Error::Missing(format!(
                "the target's {name} must lie between {low} and {high}"
            )));
        }
    }
    Ok(())
}

/// A temporary folder on the disk that the master goes to, which has room for it or has not.
fn scratch_beside(out: &Path) -> Result<TempDir> {
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let made = tempfile::Builder::new().prefix(SCRATCH).tempdir_in(folder);
    made.map_err(Error::io("making a temporary folder in it", folder))
}

/// Refuses to put the master where its input is.
pub(crate) fn check_apart(input: &Path, out: &Path) -> Result<()> {
    if is_same_file(input, out) {
        let problem = "is what is mastered; name another file with --out";
        return Err(Error::Stem { path: out.to_owned(), problem });
    }
    Ok(())
}

/// True when both paths lead to one file.
pub fn is_same_file(a: &Path, b: &Path) -> bool {
    let place = |path: &Path| path.canonicalize().ok();
    place(a).is_some_and(|a| place(b) == Some(a))
}

/// Passes over the print that are expected, for progress.
fn passes(options: &MasterOptions) -> u64 {
    if options.target.loudness_lufs.is_some() { 4 } else { 3 }
}

/// A file that holds the input as PCM: itself, or what it is decoded to in the temporary folder.
pub(crate) fn pcm_path(input: &Path, scratch: &TempDir, progress: &Progress) -> Result<PathBuf> {
    let (path, reader) = match PcmReader::open(input) {
        Ok(reader) => (input.to_owned(), reader),
        Err(_) => {
            let decoded = scratch.path().join("decoded.wav");
            let bytes_done = std::sync::atomic::AtomicU64::new(0);
            let cancel = progress.cancel_flag();
            let job =
                ScanJob { rate_hz: None, converted: &decoded, bytes_done: &bytes_done, cancel };
            let _scan = scan(input, &job)?;
            let reader = PcmReader::open(&decoded)?;
            (decoded, reader)
        }
    };
    if reader.channels() > 2 {
        let problem = "has more than two channels; a master is made from a stereo or mono file";
        return Err(Error::Stem { path: input.to_owned(), problem });
    }
    Ok(path)
}

/// What lies before the limiter, at the rate of delivery.
#[derive(Debug, Clone)]
pub(crate) struct Processed {
    samples: Spool,
    rate_hz: u32,
    /// Integrated loudness, in LUFS; minus infinity for silence.
    loudness_lufs: f64,
    sketch: Arc<Sketch>,
}

impl Processed {
    /// Its rate, in Hz.
    pub(crate) fn rate_hz(&self) -> u32 {
        self.rate_hz
    }
}

fn notes(
    drive: &Drive,
    reduction_s: f64,
    before: &Analysis,
    after: &Report,
    over: Option<Over>,
    options: &MasterOptions,
) -> Vec<String> {
    let mut notes = Vec::new();
    let target = &options.target;
    let reached = after.integrated_lufs.unwrap_or(f64::NEG_INFINITY);
    if let (false, Some(asked)) = (drive.capped, target.loudness_lufs)
        && (reached - asked).abs() > LOUDNESS_TOLERANCE_LU
    {
        notes.push(format!(
            "The file measures {reached:.2} LUFS; {} was asked for and not reached.",
            Db(asked)
        ));
    }
    if before.info.channels == 1 {
        let text =
            "The input is mono; the master carries it on both channels, which reads 3 LU louder.";
        notes.push(text.to_owned());
    }
    notes.extend(capped_note(drive, reduction_s, after, target));
    let peak = after.true_peak.map_or(f64::NEG_INFINITY, |peak| peak.value);
    if peak > target.ceiling_dbtp + TOLERANCE_DB {
        let ceiling = Db(target.ceiling_dbtp);
        let why = if options.format.is_lossy() {
            let cure_db = cure_db(peak, target.ceiling_dbtp);
            let lower = target.ceiling_dbtp + cure_db;
            format!(
                ": the encoder overshoots; --ceiling {lower:.1} cures it, or \"deliver\" with --codec-trim \
                 {cure_db:.1}"
            )
        } else {
            String::new()
        };
        notes.push(format!(
            "The file's true peak is {} dBTP, above the ceiling of {ceiling}{why}.",
            signed(peak, 2)
        ));
    }
    if let Some(over) = over {
        notes.push(format!("{}.", over.sentence(after.rate_hz)));
    }
    notes
}

/// What is said of a target that was out of reach under its cap on gain reduction.
fn capped_note(drive: &Drive, reduction_s: f64, after: &Report, target: &Target) -> Option<String> {
    let asked = target.loudness_lufs.filter(|_| drive.capped)?;
    let reached = after.integrated_lufs.unwrap_or(f64::NEG_INFINITY);
    let (minutes, seconds) = ((reduction_s / 60.0).floor(), reduction_s % 60.0);
    Some(format!(
        "{} LUFS would take more than {} dB of gain reduction; the master stops at {} LUFS, {} LU \
         short. What decides is the peak at {minutes:.0}:{seconds:04.1}: lower such peaks in the mix, \
         or allow more with --max-reduction.",
        Db(asked),
        Db(target.max_reduction_db),
        Db(reached),
        Db(asked - reached)
    ))
}

/// Converts `left` and `right` on their way to a file, where the rates differ.
pub(crate) struct Conversion {
    converter: Option<Converter>,
    out: [Vec<f32>; 2],
}

impl Conversion {
    pub(crate) fn new(from_hz: u32, to_hz: u32) -> Self {
        let converter = (from_hz != to_hz).then(|| Converter::new(from_hz, to_hz, 2));
        Self { converter, out: Default::default() }
    }

    /// Takes a block and hands on what is converted so far.
    pub(crate) fn push(
        &mut self,
        left: &[f32],
        right: &[f32],
        mut sink: impl FnMut(&[f32], &[f32]) -> Result<()>,
    ) -> Result<()> {
        let Some(converter) = &mut self.converter else { return sink(left, right) };
        self.out.iter_mut().for_each(Vec::clear);
        converter.push(&[left, right], &mut self.out);
        sink(&self.out[0], &self.out[1])
    }

    /// Hands on what is left.
    pub(crate) fn finish(
        mut self,
        mut sink: impl FnMut(&[f32], &[f32]) -> Result<()>,
    ) -> Result<()> {
        let Some(converter) = self.converter else { return Ok(()) };
        self.out.iter_mut().for_each(Vec::clear);
        converter.finish(&mut self.out);
        sink(&self.out[0], &self.out[1])
    }
}
