//! "Ready for mastering?" of a print, a mix or any stereo file: measured, judged, and traced back to the
//! tracks that cause what is not fine.

mod html;
mod source;
mod tracks;

use std::path::Path;

use twobus_analysis::readiness::Pictures;
use twobus_analysis::{Checked, Checker, Coding, Material, Report};
use twobus_media::{Decoder, Depth, Info};
use twobus_session::readiness::words;
use twobus_session::{Mix, Print, Project, Readiness, Song, Timeline};

use crate::error::{Error, Result};
use crate::folder::Folder;
use crate::progress::Progress;
use tracks::Traced;

pub use html::report_page;

/// What a check has found.
#[derive(Debug, Clone)]
pub struct Examination {
    /// What was checked.
    pub subject: Subject,
    /// The report, row by row.
    pub readiness: Readiness,
    /// What else was measured.
    pub report: Report,
    /// Curves to draw.
    pub pictures: Pictures,
    /// The song's timeline, which says where bars are.
    pub timeline: Option<Timeline>,
    /// What a person should know, one sentence each.
    pub notes: Vec<String>,
}

/// What was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The title of the song, or the name of the file.
    pub title: String,
    /// What of it: "print 4 (main)", "the mix as it is", or the path.
    pub what: String,
    /// How its samples are stored: "WAV 24-bit".
    pub format: String,
}

/// Checks the file at `path` by itself.
///
/// # Errors
/// When it cannot be read, has more than two channels, or the job is cancelled.
pub fn check_file(path: &Path, progress: &Progress) -> Result<Examination> {
    let (info, checked, notes) = measure(path, progress)?;
    let name = path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let format = format!("{} {}", info.format, info.depth);
    let subject = Subject { title: name, what: path.display().to_string(), format };
    Ok(Examination::new(subject, checked, None, notes))
}

/// Checks a print: its file, and with `tracks` the mix that it came from, whose tracks are named where they
/// cause what is not fine.
///
/// # Errors
/// As [`check_file`]; when a stem is unreadable, or the mix cannot run. Tracks of which a file is missing or
/// changed are left out, and [`Examination::notes`] says so.
pub fn check_print(
    folder: &Folder,
    project: &Project,
    song: &Song,
    print: &Print,
    tracks: bool,
    progress: &Progress,
) -> Result<Examination> {
    let path = folder.path().join(&print.file);
    let (info, checked, notes) = measure(&path, progress)?;
    let subject = Subject {
        title: song.title.clone(),
        what: format!("print {} ({})", print.number, print.kind.name()),
        format: format!("{} {}", info.format, info.depth),
    };
    let timeline = Some(print.mix.timeline.clone());
    let mut examined = Examination::new(subject, checked, timeline, notes);
    if tracks && print.range.is_none() {
        let heard = print.heard();
        examined.trace(&tracks::trace(folder, project, song, &heard, None, progress)?);
    }
    Ok(examined)
}

/// Checks the mix of `song` as it is now, without making a print.
///
/// # Errors
/// As a bounce: when the mix cannot run, has no clips, or a stem is unreadable.
pub fn check_mix(
    folder: &Folder,
    project: &Project,
    song: &Song,
    progress: &Progress,
) -> Result<Examination> {
    let mix = song.mix.as_ref().filter(|mix| mix.end() > 0).ok_or_else(|| no_mix(song))?;
    let material = Material { rate_hz: song.rate_hz, coding: Coding::Float };
    let mut checker = Checker::new(material);
    let traced = tracks::trace(folder, project, song, mix, Some(&mut checker), progress)?;
    let subject = Subject {
        title: song.title.clone(),
        what: "the mix as it is".to_owned(),
        format: "32-bit float".to_owned(),
    };
    let timeline = Some(mix.timeline.clone());
    let mut examined = Examination::new(subject, checker.finish(), timeline, Vec::new());
    examined.trace(&traced);
    Ok(examined)
}

impl Examination {
    fn new(
        subject: Subject,
        checked: Checked,
        timeline: Option<Timeline>,
        notes: Vec<String>,
    ) -> Self {
        let Checked { readiness, report, pictures } = checked;
        Self { subject, readiness, report, pictures, timeline, notes }
    }

    /// Takes in what was found of the tracks.
    fn trace(&mut self, traced: &Traced) {
        traced.explain(&mut self.readiness);
        self.notes.extend(traced.note());
    }

    /// The verdict in one line: "Almost. Fix one thing, look at three."
    pub fn headline(&self) -> String {
        words::headline(&self.readiness)
    }
}

/// How a file of this depth is stored.
pub(crate) fn coding(depth: Depth) -> Coding {
    match depth {
        Depth::Int(bits) => Coding::Integer(bits),
        Depth::Float(_) => Coding::Float,
        Depth::Lossy => Coding::Lossy,
    }
}

/// Decodes and checks a file; a mono one is played on both sides.
fn measure(path: &Path, progress: &Progress) -> Result<(Info, Checked, Vec<String>)> {
    let mut decoder = Decoder::open(path)?;
    let info = decoder.info().clone();
    if info.channels > 2 {
        return Err(Error::Missing(format!(
            "{} has {} channels, and a print has two; fold it to stereo first",
            path.display(),
            info.channels
        )));
    }
    progress.begin("Measuring", std::fs::metadata(path).map_or(0, |file| file.len()));
    let material = Material { rate_hz: info.rate_hz, coding: coding(info.depth) };
    let mut checker = Checker::new(material);
    let (mut block, mut told) = (Vec::new(), 0);
    while decoder.next(&mut block)? > 0 {
        if let [left, .., right] | [left @ right] = block.as_slice() {
            checker.push(left, right);
        }
        let read = decoder.bytes_read();
        progress.advance(read - told)?;
        told = read;
    }
    let notes = decoder.warnings().iter().map(ToString::to_string).collect();
    Ok((info, checker.finish(), notes))
}

fn no_mix(song: &Song) -> Error {
    let text = match song.mix.as_ref().map(Mix::end) {
        None => "has no mix; it arrived as a finished print",
        Some(_) => "has no clips in its mix; import stems first",
    };
    Error::Missing(format!("\"{}\" {text}", song.title))
}
