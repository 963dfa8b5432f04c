//! What was open lately, with a small wave of each, and what was not saved.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, SystemTime};

use iced::widget::image::Handle;
use twobus_dsp::Db;
use twobus_jobs::Folder;
use twobus_media::Peaks;
use twobus_session::recover::{Snapshot, Why};
use twobus_session::{Clip, Project, Song};

use super::files::Means;
use super::waves::draw_columns;
use super::{Colours, Desk, Wave, drafts};
use crate::grid::minutes;
use crate::theme;

/// How long a draft may be on its way to its first document.
const JUST_MADE: Duration = Duration::from_secs(60);

/// Width and height of a small wave, in pixels.
pub(crate) const SKETCH: (u32, u32) = (132, 52);

/// A project that was open lately.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Recent {
    /// Its document.
    pub(crate) path: PathBuf,
    /// Its name.
    pub(crate) name: String,
    /// What is in it, in a few words.
    pub(crate) about: String,
    /// What is to be known of it, and how good that is.
    pub(crate) state: (String, Standing),
    /// When it was saved, in a few words.
    pub(crate) when: String,
    /// Its wave, where it is known.
    pub(crate) wave: Option<Handle>,
}

/// How a project stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// There is nothing to say.
    Quiet,
    /// All is well.
    Good,
    /// There is something to do.
    Stale,
    /// It cannot be used as it is.
    Broken,
}

/// What the start screen offers.
#[derive(Debug, Default)]
pub(crate) struct Offer {
    /// Projects, the latest first.
    pub(crate) recent: Vec<Recent>,
    /// Of each document with unsaved work the newest state.
    pub(crate) snapshots: Vec<Snapshot>,
}

/// Looks for that on a thread of its own.
#[derive(Debug, Default)]
pub(crate) struct Lately(Option<Receiver<Offer>>);

impl Lately {
    /// Begins to look.
    pub(crate) fn look(means: &Means) -> Self {
        let (outbox, inbox) = channel();
        let means = means.clone();
        let work = move || {
            // The window may be gone by then.
            let _closed = outbox.send(Offer::now(&means));
        };
        let _thread = std::thread::Builder::new().name("recent".to_owned()).spawn(work);
        Self(Some(inbox))
    }

    /// What was found, once it is.
    pub(crate) fn arrived(&mut self) -> Option<Offer> {
        let found = self.0.as_ref()?.try_recv().ok()?;
        self.0 = None;
        Some(found)
    }

    /// Whether it still looks.
    pub(crate) fn is_looking(&self) -> bool {
        self.0.is_some()
    }
}

impl Offer {
    fn now(means: &Means) -> Self {
        drafts::sweep(means, JUST_MADE);
        let offer = means.store().offer().unwrap_or_default();
        let mut newest = BTreeMap::new();
        for snapshot in offer.snapshots.into_iter().filter(|one| one.about.why == Why::Edited) {
            let _older = newest.insert(snapshot.document.clone(), snapshot);
        }
        let recent = paths(&means.recent()).into_iter().map(|path| Recent::of(path, means));
        Self { recent: recent.collect(), snapshots: newest.into_values().collect() }
    }
}

impl Recent {
    /// How many are remembered.
    const KEPT: usize = 12;

    fn of(path: PathBuf, means: &Means) -> Self {
        let folder = path.parent().and_then(Path::file_name).unwrap_or_default();
        let name = folder.to_string_lossy().into_owned();
        let when = fs::metadata(&path).and_then(|about| about.modified()).map(ago);
        let when = when.unwrap_or_default();
        match twobus_session::load(&path) {
            Ok(loaded) => {
                let project = loaded.project;
                let (about, state) = (contents(&project), standing(&project, &path));
                let wave = Sketch::drawn(&project.id, means);
                Self { name: project.name, path, about, state, when, wave }
            }
            Err(_) => {
                let why = if path.exists() { "cannot be read" } else { "not there" };
                let state = (why.to_owned(), Standing::Broken);
                Self { path, name, about: String::new(), state, when, wave: None }
            }
        }
    }

    /// Remembers that the document at `path` was open. It is a help only: nothing is said when it fails.
    pub(super) fn note(path: &Path, means: &Means) {
        let (Ok(new), file) = (std::path::absolute(path), means.recent()) else { return };
        let mut all = paths(&file);
        all.retain(|old| *old != new);
        all.insert(0, new);
        all.truncate(Self::KEPT);
        let lines: Vec<&str> = all.iter().filter_map(|path| path.to_str()).collect();
        let _noted = crate::settings::replace(&file, lines.join("\n").as_bytes());
    }
}

fn paths(file: &Path) -> Vec<PathBuf> {
    let text = fs::read_to_string(file).unwrap_or_default();
    text.lines().filter(|line| !line.is_empty()).map(PathBuf::from).collect()
}

/// `5 tracks · 1:23`, or `8 songs`.
fn contents(project: &Project) -> String {
    match project.songs.as_slice() {
        [Song { mix: Some(mix), rate_hz, .. }] => {
            format!("{} tracks · {}", mix.tracks.len(), minutes(mix.end(), *rate_hz))
        }
        [_] => "stereo file".to_owned(),
        songs => format!("{} songs", songs.len()),
    }
}

/// What is to be known of a project: files that are missing, a print that is older than its mix.
fn standing(project: &Project, path: &Path) -> (String, Standing) {
    let missing = twobus_jobs::offline(&Folder::new(path), project).len();
    if missing > 0 {
        return (format!("{missing} files missing: open to find them"), Standing::Broken);
    }
    let newest = |song: &Song| song.prints.iter().rev().find(|print| print.is_main()).cloned();
    let prints = project.songs.iter().filter_map(|song| Some((song, newest(song)?)));
    let prints: Vec<_> = prints.collect();
    let changed = prints.iter().find(|(song, print)| {
        song.mix.is_some()
            && !twobus_session::audible::changes_since(print, project, song).is_empty()
    });
    match (changed, prints.last()) {
        (Some((_, print)), _) => {
            (format!("mix changed since print {}", print.number), Standing::Stale)
        }
        (None, Some((_, print))) => (format!("print {} current", print.number), Standing::Good),
        (None, None) => ("no print yet".to_owned(), Standing::Quiet),
    }
}

/// When unsaved work was kept, as people tell it.
pub(crate) fn kept(snapshot: &Snapshot) -> String {
    ago(SystemTime::UNIX_EPOCH + Duration::from_secs(snapshot.about.unix_time_s))
}

/// `just now`, `12 minutes ago`, `3 hours ago`, `yesterday`.
fn ago(then: SystemTime) -> String {
    const HOUR_S: u64 = 3600;
    let seconds = SystemTime::now().duration_since(then).unwrap_or_default().as_secs();
    match seconds / HOUR_S {
        0 if seconds < 120 => "just now".to_owned(),
        0 => format!("{} minutes ago", seconds / 60),
        1 => "an hour ago".to_owned(),
        hours @ ..24 => format!("{hours} hours ago"),
        24..48 => "yesterday".to_owned(),
        hours => format!("{} days ago", hours / 24),
    }
}

/// What a small wave is made from: clips with what their files look like, and how loud each is heard.
pub(super) struct Sketch {
    id: String,
    clips: Vec<(Clip, Arc<Peaks>, f32)>,
    end: u64,
    colour: u8,
}

impl Desk {
    /// What the song's small wave is made from.
    pub(super) fn sketch(&self) -> Sketch {
        let mut clips = Vec::new();
        let mix = self.mix();
        for track in mix.tracks.iter().filter(|track| !track.strip.mute) {
            let level = track.strip.fader.0 + track.strip.trim.0;
            for clip in &track.clips {
                if let Some(Wave::Ready(peaks)) = self.waves.of(clip.media) {
                    let gain = Db(level + clip.gain.0).to_gain() as f32;
                    clips.push((clip.clone(), Arc::clone(peaks), gain));
                }
            }
        }
        let colour = mix.tracks.last().map_or(0, |track| track.strip.colour);
        Sketch { id: self.project().id.clone(), clips, end: mix.end(), colour }
    }
}

impl Sketch {
    fn file(id: &str, means: &Means) -> PathBuf {
        means.state.join("waves").join(id)
    }

    /// The same for the project that it was saved as.
    pub(super) fn of_another(self, id: &str) -> Self {
        Self { id: id.to_owned(), ..self }
    }

    /// Keeps it for the start screen: the colour, then height and body of each column. Without clips the one
    /// from before stays.
    pub(super) fn keep(self, means: &Means) {
        if self.clips.is_empty() || self.end == 0 {
            return;
        }
        let columns: Vec<(f32, f32)> = (0..SKETCH.0).map(|x| self.column(x)).collect();
        let highest = columns.iter().map(|column| column.0).fold(f32::MIN_POSITIVE, f32::max);
        let byte = |level: f32| (level / highest * 255.0).round() as u8;
        let mut bytes = vec![self.colour];
        bytes.extend(columns.into_iter().flat_map(|(peak, rms)| [byte(peak), byte(rms.min(peak))]));
        // A help only: nothing is said when it fails.
        let _kept = crate::settings::replace(&Self::file(&self.id, means), &bytes);
    }

    /// Highest peak and RMS of a column: tracks add up by their power.
    fn column(&self, x: u32) -> (f32, f32) {
        let at = |x: u32| u64::from(x) * self.end / u64::from(SKETCH.0);
        let (from, to) = (at(x), at(x + 1).max(at(x) + 1));
        let (mut peak, mut power) = (0.0_f32, 0.0_f32);
        for (clip, peaks, gain) in &self.clips {
            let (start, end) = (from.max(clip.position), to.min(clip.end()));
            if start >= end {
                continue;
            }
            let in_file = |frame: u64| frame - clip.position + clip.offset;
            for channel in 0..peaks.channels().min(2) {
                let bin = peaks.over(channel, in_file(start)..in_file(end));
                peak = peak.max(bin.max.max(-bin.min) * gain);
                power += (bin.rms * gain).powi(2) / 2.0;
            }
        }
        (peak, power.sqrt())
    }

    /// The picture of the one that was kept for a project.
    fn drawn(id: &str, means: &Means) -> Option<Handle> {
        let bytes = fs::read(Self::file(id, means)).ok()?;
        let (colour, columns) = bytes.split_first()?;
        if columns.len() != 2 * SKETCH.0 as usize {
            return None;
        }
        let body = theme::track(*colour);
        let colours = Colours { peak: theme::over(theme::bg::WELL, body, 0.6), body };
        let columns = columns.chunks_exact(2).map(|pair| (pair[0], pair[1]));
        Some(draw_columns(columns, SKETCH, colours))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_as_people_tell_them() {
        let hours = |hours: u64| ago(SystemTime::now() - Duration::from_secs(hours * 3600 + 60));
        let minutes = |minutes: u64| ago(SystemTime::now() - Duration::from_secs(minutes * 60 + 1));
        assert_eq!([minutes(1), minutes(40)], ["just now", "40 minutes ago"]);
        assert_eq!([hours(1), hours(5)], ["an hour ago", "5 hours ago"]);
        assert_eq!([hours(30), hours(50)], ["yesterday", "2 days ago"]);
    }
}
