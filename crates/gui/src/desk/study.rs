//! What the open song's master measures: found on a thread of its own whenever chain, print, loop or
//! reference are others.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use twobus_analysis::Report;
use twobus_dsp::Db;
use twobus_jobs::compare::PART_S;
use twobus_jobs::survey::survey_reference;
use twobus_jobs::{Error, Progress, Survey, survey};
use twobus_session::{Device, MediaId};

use super::{Desk, Room};

/// What a study depends on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StudyKey {
    input: PathBuf,
    trim: Db,
    chain: Vec<Device>,
    part: Option<Range<u64>>,
    reference: Option<(MediaId, PathBuf)>,
}

/// What a study has found.
#[derive(Debug, Clone)]
pub(crate) struct Studied {
    /// What it depends on.
    pub(crate) key: StudyKey,
    /// What goes in.
    pub(crate) print: Arc<Survey>,
    /// What comes out.
    pub(crate) master: Arc<Survey>,
    /// What it is compared with, and the loudness of its loudest part, in LUFS.
    pub(crate) reference: Option<(Arc<Report>, f64)>,
}

impl StudyKey {
    /// Of the master of what is open; `None` outside of Master, or where there is nothing to master.
    pub(crate) fn of(desk: &Desk) -> Option<Self> {
        if desk.room() != Room::Master {
            return None;
        }
        let (project, song) = (desk.project(), desk.song());
        let (input, _) = twobus_jobs::master::input(desk.folder(), project, song).ok()?;
        let reference = song.master.references.first().and_then(|reference| {
            let file = project.media(reference.media)?;
            Some((file.id, desk.folder().resolve(file)))
        });
        let looped = desk.mix().timeline.loop_range.filter(|range| range.on);
        Some(Self {
            input,
            trim: song.master.trim,
            chain: song.master.chain.clone(),
            part: looped.map(|range| range.start..range.end),
            reference,
        })
    }

    /// Whether the same print was measured over the same part.
    fn same_print(&self, other: &Self) -> bool {
        self.input == other.input && self.part == other.part
    }

    /// Measures, taking over from `before` what is still so.
    ///
    /// # Errors
    /// When the print cannot be read, or it is told to stop.
    pub(crate) fn study(
        self,
        before: Option<Studied>,
        progress: &Progress,
    ) -> Result<Studied, Error> {
        let known = before.as_ref().filter(|before| before.key.same_print(&self));
        let print = match known {
            Some(before) => Arc::clone(&before.print),
            None => Arc::new(survey(&self.input, (Db::UNITY, &[]), self.part.clone(), progress)?),
        };
        let chain = (self.trim, self.chain.as_slice());
        let master = Arc::new(survey(&self.input, chain, self.part.clone(), progress)?);
        let same = |before: &&Studied| {
            before.key.reference == self.reference && before.key.part == self.part
        };
        let reference = match (&self.reference, before.as_ref().filter(same)) {
            (None, _) => None,
            (Some(_), Some(Studied { reference: Some(found), .. })) => Some(found.clone()),
            (Some((_, path)), _) => {
                let rate_hz = f64::from(print.report.rate_hz);
                let loop_s = |part: &Range<u64>| (part.end - part.start) as f64 / rate_hz;
                let length_s = self.part.as_ref().map_or(PART_S, loop_s);
                let (report, lufs) = survey_reference(path, length_s, progress)?;
                Some((Arc::new(report), lufs))
            }
        };
        Ok(Studied { key: self, print, master, reference })
    }
}

impl Studied {
    /// Loudness of the part that is listened to, of print, master and reference, in LUFS.
    pub(crate) fn part_lufs(&self) -> [Option<f64>; 3] {
        let reference = self.reference.as_ref().map(|(_, lufs)| *lufs);
        [self.print.part_lufs, self.master.part_lufs, reference]
    }

    /// The gains that make the three as loud as the quietest of them, in dB.
    pub(crate) fn gains_db(&self) -> [f64; 3] {
        let lufs = self.part_lufs();
        let quietest = lufs.into_iter().flatten().fold(f64::INFINITY, f64::min);
        lufs.map(|lufs| lufs.map_or(0.0, |lufs| quietest - lufs))
    }
}
