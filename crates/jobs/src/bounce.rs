//! The bounce: a mix to a print, with its stems if wanted, measured while it is written.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use twobus_analysis::{Checked, Report};
use twobus_dsp::Db;
use twobus_dsp::dither::{Depth, Dither};
use twobus_media::ContentHash;
use twobus_render::compile::build_device;
use twobus_render::offline::{self, Span};
use twobus_render::source::MemorySource;
use twobus_render::{Context, Fault, Purpose, Renderer, Source, compile};
use twobus_session::audible::hash_under;
use twobus_session::strip::{PAN, WIDTH};
use twobus_session::{
    Clip, Conditions, LaneMode, Measurements, Mix, Print, PrintKind, Project, Song, Strip, StripId,
    Track, Version,
};

use crate::analyze::{listen, measurements};
use crate::error::{Error, Result};
use crate::feed::{Feed, with_feeds};
use crate::folder::Folder;
use crate::names::file_name;
use crate::output::{Chunk, Format};
use crate::playlist::{Playlist, finer};
use crate::progress::Progress;
use crate::room::check_room;
use crate::stems::{Silenced, check_still_there, silenced};

mod files;
mod silence;
mod tracks;

use files::Files;
pub(crate) use files::stems_folder;
use silence::{print_note, silence_note};
pub(crate) use tracks::{TracksJob, render_tracks};

/// A range may end this long after the song, in seconds: what lies further on is a slip of the keys.
const LATEST_AFTER_S: u64 = 3600;
/// Chunks that may wait to be measured.
const WAITING_CHUNKS: usize = 64;

/// What to bounce.
#[derive(Debug, Clone)]
pub struct BounceOptions {
    /// What the print is.
    pub kind: PrintKind,
    /// The version of the mix to bounce; `None` for the mix as it stands.
    pub version: Option<Version>,
    /// A note that stays with it.
    pub note: String,
    /// Its format: WAV, 24-bit or 32-bit float.
    pub format: Format,
    /// Frames of the song to bounce; `None` for all, with the tail.
    pub range: Option<(u64, u64)>,
    /// Length of the print from the song's start, in frames, instead of where its tail ends: that of another
    /// version, so that both lie side by side. Of no account with a range.
    pub length: Option<u64>,
    /// Whether to write what each strip gives to the mix bus as files of their own.
    pub stems: bool,
    /// Threads at work, at least 1; the samples are the same for any number.
    pub threads: usize,
    /// Whether to measure the print while it is written.
    pub measure: bool,
    /// Whether to dither an integer print.
    pub dither: bool,
    /// Whether tracks whose files are missing or changed are silent instead of stopping the bounce.
    pub allow_missing: bool,
}

impl Default for BounceOptions {
    fn default() -> Self {
        Self {
            kind: PrintKind::Main,
            version: None,
            note: String::new(),
            format: Format::Wav32f,
            range: None,
            length: None,
            stems: false,
            threads: thread::available_parallelism().map_or(1, usize::from),
            measure: true,
            dither: true,
            allow_missing: false,
        }
    }
}

/// A finished bounce.
#[derive(Debug, Clone)]
pub struct Bounce {
    /// The print, to be added to its song.
    pub print: Print,
    /// Its file.
    pub path: PathBuf,
    /// What it measures; `None` when that was not asked for.
    pub report: Option<Report>,
    /// Stems, in the order of the mix; empty unless asked for.
    pub stems: Vec<StemFile>,
    /// Largest difference of the print and the sum of its stems, in dBFS; `None` without stems, minus
    /// infinity when they are equal.
    pub residual_dbfs: Option<f64>,
    /// What a person should know, one sentence each.
    pub notes: Vec<String>,
}

/// A stem that was bounced.
#[derive(Debug, Clone)]
pub struct StemFile {
    /// The strip it came from.
    pub name: String,
    /// Its file: 32-bit float, as long as the print.
    pub path: PathBuf,
}

/// Bounces the mix of `song` to a new print in `prints/`.
///
/// Solo and monitor are not part of a bounce; [`Bounce::notes`] says when one was on. The print has its
/// name only when it is complete.
///
/// # Errors
/// When a stem is missing or changed, before or while it is read, the disk has no room, the mix cannot run, a file cannot be written, or the job is
/// cancelled; then no file is left behind.
pub fn bounce(
    folder: &Folder,
    project: &Project,
    song: &Song,
    options: &BounceOptions,
    progress: &Progress,
) -> Result<Bounce> {
    let whole = song.mix.as_ref().ok_or_else(|| {
        Error::Missing(format!("\"{}\" has no mix; it arrived as a finished print", song.title))
    })?;
    let mix = &options.version.as_ref().map_or_else(|| whole.clone(), |version| version.of(whole));
    let span = span(mix, song, options)?;
    let _at_work = folder.at_work()?;
    let silenced = if options.allow_missing { silenced(folder, project, mix)? } else { Vec::new() };
    let work = Work { folder, project, song, mix, silenced: &silenced };
    let purpose = if options.stems { Purpose::Stems } else { Purpose::Bounce };
    let (mut renderer, feeds) = prepare(&work, purpose, options.threads, progress)?;
    let depth = feeds.iter().map(Feed::depth).fold(Depth::Fixed(0), finer);
    let dither = match options.dither {
        true => options.format.dither(depth, !only_adds(mix)),
        false => Dither::Off,
    };
    let number = song.fresh_print_number();
    let path = print_path(folder, song, number, options)?;
    let streams = 1 + if options.stems { renderer.plan().stem_names().len() } else { 0 };
    check_room(&path, bytes_ahead(span, options.format, streams))?;
    let (listener, measuring) = if options.measure {
        measure(song.rate_hz, options.format, progress)
    } else {
        (None, None)
    };
    let mut files = Files::create(&renderer, &path, song, options, dither, listener)?;
    progress.begin("Mixing", frames_ahead(mix, span));
    let frames = run(&mut renderer, feeds, span, song.rate_hz, options, &mut files, progress)?;
    let checked = files.finish_measuring(measuring)?;
    // A file that was cut short or written over meanwhile is in the print as silence or worse.
    check_still_there(folder, project, mix, &silenced)?;
    let mut notes = notes(mix, song.rate_hz, &renderer, &files, options);
    notes.extend(silence_note(&silenced));
    let (stems, residual_dbfs) = files.finish()?;
    let file_hash = ContentHash::of_file(&path)?.to_string();
    let (readiness, report) = checked.map(|checked| (checked.readiness, checked.report)).unzip();
    let print = Print {
        number,
        kind: options.kind,
        note: print_note(&options.note, &silenced),
        file: folder.relative(&path)?,
        file_hash,
        rate_hz: song.rate_hz,
        frames,
        range: options.range,
        measurements: report.as_ref().map_or_else(Measurements::default, measurements),
        audible_hash: work.audible_hash(options),
        mix: Box::new(whole.clone()),
        version: options.version.clone(),
        readiness,
        conditions: Some(work.conditions()),
    };
    Ok(Bounce { print, path, report, stems, residual_dbfs, notes })
}

/// What is bounced, and without which tracks.
struct Work<'a> {
    folder: &'a Folder,
    project: &'a Project,
    song: &'a Song,
    mix: &'a Mix,
    silenced: &'a [Silenced],
}

impl Work<'_> {
    fn is_silenced(&self, track: &Track) -> bool {
        self.silenced.iter().any(|gone| gone.strip == track.strip.id)
    }

    /// What the bounce depends on besides its mix, without the files of tracks that it lacks.
    fn conditions(&self) -> Conditions {
        let mut conditions = Conditions::of(self.project, self.mix);
        for track in self.mix.tracks.iter().filter(|track| self.is_silenced(track)) {
            for clip in &track.clips {
                let _hash = conditions.files.remove(&clip.media);
            }
        }
        conditions
    }

    /// The hash of what was heard: a print that lacks tracks is not a current one of the mix.
    fn audible_hash(&self, options: &BounceOptions) -> String {
        hash_under(&self.conditions(), self.song.rate_hz, self.mix, options.range)
    }
}

/// The bytes that a bounce writes at least, without its tail.
fn bytes_ahead(span: Span, format: Format, streams: usize) -> u64 {
    let frames = match span {
        Span::WithTail { end } => end,
        Span::Exactly { start, end } => end - start,
    };
    let stems = (streams as u64 - 1) * Format::Wav32f.frame_bytes();
    frames.saturating_mul(format.frame_bytes() + stems)
}

fn span(mix: &Mix, song: &Song, options: &BounceOptions) -> Result<Span> {
    let latest = mix.end().saturating_add(LATEST_AFTER_S * u64::from(song.rate_hz));
    match options.range {
        Some((_, end)) if end > latest => {
            let seconds = latest / u64::from(song.rate_hz.max(1));
            Err(Error::Missing(format!(
                "the range to bounce ends long after the song; end it before {seconds} s"
            )))
        }
        Some((start, end)) if start < end => Ok(Span::Exactly { start, end }),
        Some(_) => Err(Error::Missing(
            "the range to bounce is empty; its end must lie after its start".to_owned(),
        )),
        None if mix.end() > 0 && options.length.is_some_and(|end| (1..=latest).contains(&end)) => {
            Ok(Span::Exactly { start: 0, end: options.length.unwrap_or_default() })
        }
        None if mix.end() == 0 => {
            Err(Error::Missing("the mix has no clips; import stems first".to_owned()))
        }
        None => Ok(Span::WithTail { end: mix.end() }),
    }
}

/// True when the mix adds its tracks' samples and does nothing else to them: whole steps of an integer
/// format stay whole steps.
fn only_adds(mix: &Mix) -> bool {
    let plain_clip = |clip: &Clip| {
        clip.gain == Db::UNITY && clip.fade_in.frames == 0 && clip.fade_out.frames == 0
    };
    let tracks = mix.tracks.iter();
    let plain = tracks.clone().all(|track| !track.mono && track.clips.iter().all(plain_clip));
    plain && mix.strips().all(is_neutral)
}

/// True when a strip lets its signal through as it is, apart from its sign.
fn is_neutral(strip: &Strip) -> bool {
    let unity = strip.trim == Db::UNITY && strip.fader == Db::UNITY;
    let centred = strip.pan == PAN.default && strip.width == WIDTH.default;
    let alone = strip.inserts.is_empty() && strip.sends.iter().all(|send| send.off);
    let still = strip.lanes.iter().all(|lane| lane.mode == LaneMode::Off);
    unity && centred && alone && still
}

fn frames_ahead(mix: &Mix, span: Span) -> u64 {
    match span {
        Span::WithTail { .. } => mix.end(),
        Span::Exactly { end, .. } => end,
    }
}

/// Compiles the mix and opens all its tracks.
fn prepare(
    work: &Work<'_>,
    purpose: Purpose,
    threads: usize,
    progress: &Progress,
) -> Result<(Renderer, Vec<Feed>)> {
    let Work { folder, project, song, mix, .. } = *work;
    let mut feeds = Vec::new();
    let mut failure = None;
    let silence = || Box::new(MemorySource::mono(Vec::new(), 0));
    let mut source = |track: &Track| -> Box<dyn Source> {
        if work.is_silenced(track) {
            return silence();
        }
        match Playlist::open(folder, project, track, song.rate_hz, progress) {
            Ok(playlist) => {
                let (feed, stream) = Feed::new(playlist);
                feeds.push(feed);
                Box::new(stream)
            }
            Err(error) => {
                failure = failure.take().or(Some(error));
                silence()
            }
        }
    };
    let plan = compile(
        mix,
        &mut Context {
            rate_hz: song.rate_hz,
            pan_law: project.pan_law,
            purpose,
            source: &mut source,
            device: &build_device,
        },
    )?;
    match failure {
        Some(error) => Err(error),
        None => {
            let mut renderer = Renderer::new(plan);
            renderer.set_threads(NonZeroUsize::new(threads).unwrap_or(NonZeroUsize::MIN));
            Ok((renderer, feeds))
        }
    }
}

fn run(
    renderer: &mut Renderer,
    feeds: Vec<Feed>,
    span: Span,
    rate_hz: u32,
    options: &BounceOptions,
    files: &mut Files,
    progress: &Progress,
) -> Result<u64> {
    with_feeds(feeds, options.threads, progress, |supply| {
        offline::run(renderer, span, rate_hz, supply, |piece| files.push(piece))
    })
}

/// Measures what is sent, on a thread of its own, until the sender is dropped.
fn measure(
    rate_hz: u32,
    format: Format,
    progress: &Progress,
) -> (Option<SyncSender<Chunk>>, Option<JoinHandle<Checked>>) {
    let (sender, receiver) = sync_channel(WAITING_CHUNKS);
    let sketch = progress.sketch();
    (Some(sender), Some(thread::spawn(move || listen(rate_hz, format, &receiver, &sketch))))
}

/// The name of a print's file, free to use: "Song 003 instrumental.wav"; a version gives it its own name.
fn print_path(
    folder: &Folder,
    song: &Song,
    number: u32,
    options: &BounceOptions,
) -> Result<PathBuf> {
    let suffix = match (&options.version, options.kind) {
        (Some(version), _) => format!(" {}", file_name(&version.name)),
        (None, PrintKind::Main) => String::new(),
        (None, kind) => format!(" {}", kind.name()),
    };
    let title = file_name(&song.title);
    let extension = options.format.extension();
    let folder = folder.sub("prints")?;
    // A file of an earlier print that the document no longer knows is not overwritten either.
    let names = (0_u32..).map(|copy| match copy {
        0 => format!("{title} {number:03}{suffix}.{extension}"),
        n => format!("{title} {number:03}{suffix} ({n}).{extension}"),
    });
    let is_free = |path: &PathBuf| !path.exists() && !stems_folder(path).exists();
    let free = names.map(|name| folder.join(name)).find(is_free);
    Ok(free.expect("a folder cannot hold every number"))
}

/// What a person should know about this bounce.
fn notes(
    mix: &Mix,
    rate_hz: u32,
    renderer: &Renderer,
    files: &Files,
    options: &BounceOptions,
) -> Vec<String> {
    let mut notes = Vec::new();
    let soloed = mix.strips().filter(|strip| strip.solo).map(|strip| strip.name.as_str());
    let soloed: Vec<&str> = soloed.collect();
    if !soloed.is_empty() {
        notes.push(format!("Solo was on ({}); a bounce ignores solo.", soloed.join(", ")));
    }
    if mix.monitor.is_altering() {
        notes.push(
            "A monitor switch was on (dim, mono, side or reference); no bounce contains it."
                .to_owned(),
        );
    }
    let plan = renderer.plan();
    notes.extend(plan.faults().map(|fault| fault_note(mix, fault)));
    if plan.missing_frames() > 0 {
        notes.push(format!(
            "{} frames could not be read in time and are silent.",
            plan.missing_frames()
        ));
    }
    if options.stems && !plan.stems_pass_inserts() {
        let text = "The mix bus has devices that are not linear; the stems leave before them, so \
                    their sum is not the print.";
        notes.push(text.to_owned());
    }
    if let Some(over) = files.over() {
        let sentence = over.sentence(rate_hz);
        let advice = "Lower the mix bus fader, or bounce to wav32f, which keeps them.";
        notes.push(format!("{sentence}. {advice} ({})", options.format));
    }
    notes
}

fn fault_note(mix: &Mix, fault: Fault) -> String {
    let name = |id: StripId| mix.strip(id).map_or("?", |strip| strip.name.as_str());
    let strip = mix.strip(fault.strip);
    let device = strip.and_then(|s| s.inserts.iter().find(|d| Some(d.id) == fault.device));
    let place = match device {
        Some(device) => format!("{} on \"{}\"", device.kind.name(), name(fault.strip)),
        None => format!("\"{}\"", name(fault.strip)),
    };
    format!(
        "{place} put out something that is not a number; {} blocks were silenced.",
        fault.blocks
    )
}
