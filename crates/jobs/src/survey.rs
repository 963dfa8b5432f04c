//! What goes into a master and what comes out of it, measured over the whole song: what the window shows
//! beside a chain while one works on it.

use std::ops::Range;
use std::path::Path;

use twobus_analysis::{Analyzer, Report};
use twobus_dsp::Db;
use twobus_dsp::DeviceKind;
use twobus_dsp::meter::loudness::{LoudnessMeter, weights};
use twobus_media::PcmReader;
use twobus_session::{Device, DeviceId, Edit, Master, MasterEdit, Song, Target};

use crate::analyze::analyze_as_heard;
use crate::compare::PART_S;
use crate::error::{Error, Result};
use crate::master::{MasterOptions, chain, master, pcm_path};
use crate::output::Format;
use crate::progress::Progress;
use crate::sketch::{Column, Sketcher};

/// What one version of a song measures, and its wave.
#[derive(Debug, Clone, PartialEq)]
pub struct Survey {
    /// What it measures.
    pub report: Report,
    /// Loudness of the part that is listened to, in LUFS: the loop, or its own loudest part.
    pub part_lufs: Option<f64>,
    /// Its wave, a column for every [`COLUMN_FRAMES`](crate::sketch::COLUMN_FRAMES).
    pub columns: Vec<Column>,
}

/// Measures `input` through `trim` and `chain`; `part` is the loop that is listened to, in frames.
///
/// # Errors
/// When the input cannot be read, has more than two channels, or the job is cancelled.
pub fn survey(
    input: &Path,
    (trim, chain): (Db, &[Device]),
    part: Option<Range<u64>>,
    progress: &Progress,
) -> Result<Survey> {
    let scratch = tempfile::tempdir()
        .map_err(Error::io("making a temporary folder in it", std::env::temp_dir()))?;
    let print = PcmReader::open(&pcm_path(input, &scratch, progress)?)?;
    let (rate_hz, frames) = (print.info().rate_hz, print.frames());
    progress.begin("Measuring", frames);
    let mut analyzer = Analyzer::new(rate_hz, 2);
    let mut meter = LoudnessMeter::new(f64::from(rate_hz), &weights(2));
    let mut sketcher = Sketcher::new();
    let mut at = 0;
    chain::render(print, (trim, chain), 0..frames, progress, |left, right| {
        analyzer.push(&[left, right]);
        sketcher.push(left, right);
        if let Some(part) = &part {
            let end = at + left.len() as u64;
            let cut = |frame: u64| (frame.clamp(at, end) - at) as usize;
            let inside = cut(part.start)..cut(part.end);
            meter.push(&[&left[inside.clone()], &right[inside]]);
        }
        at += left.len() as u64;
        Ok(())
    })?;
    let report = analyzer.finish();
    let part_lufs = match part {
        Some(_) => Some(meter.loudness().integrated().0).filter(|lufs| lufs.is_finite()),
        None => loudest_lufs(&report, PART_S),
    };
    Ok(Survey { report, part_lufs, columns: sketcher.columns() })
}

/// Loudness of the loudest part of this length, in LUFS; of all of it where it is short.
pub fn loudest_lufs(report: &Report, length_s: f64) -> Option<f64> {
    report.loudest_part(length_s).map(|part| part.lufs).or(report.integrated_lufs)
}

/// What a target takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Reached {
    /// Gain before the limiter, in dB.
    pub drive_db: f64,
    /// Largest gain reduction of the limiter, in dB.
    pub reduction_db: f64,
    /// What the master measures with it.
    pub report: Report,
    /// What a person should know, one sentence each.
    pub notes: Vec<String>,
}

/// Finds the drive of `of`'s limiter that brings `input` to `target`.
///
/// # Errors
/// As [`master()`]; nothing is kept of the file that is rendered for it.
pub fn reach(input: &Path, of: &Master, target: Target, progress: &Progress) -> Result<Reached> {
    let scratch = tempfile::tempdir()
        .map_err(Error::io("making a temporary folder in it", std::env::temp_dir()))?;
    let options = MasterOptions { target, format: Format::Wav32f, ..MasterOptions::of(of) };
    let done = master(input, &scratch.path().join("reached.wav"), &options, progress)?;
    Ok(Reached {
        drive_db: done.drive_db,
        reduction_db: done.reduction_db,
        report: done.after,
        notes: done.notes,
    })
}

impl Reached {
    /// The step that sets the limiter of `song` so, adding one at the end of the chain where there is none,
    /// and notes the target. A limiter only drives up: what has to come down does so in a utility before it.
    pub fn edit(&self, song: &Song, target: Target) -> Edit {
        let of = |change| Edit::Master { song: song.id, change };
        let mut chain = song.master.chain.clone();
        let mut fresh = song.fresh_device_id();
        let mut new = |kind| {
            let device = Device::new(fresh, kind);
            fresh = DeviceId(fresh.0 + 1);
            device
        };
        if chain.last().is_none_or(|d| d.kind != DeviceKind::Limiter || d.bypass) {
            chain.push(new(DeviceKind::Limiter));
        }
        let last = chain.len() - 1;
        put(&mut chain[last], "drive", self.drive_db.max(0.0));
        put(&mut chain[last], "ceiling", target.ceiling_dbtp);
        if self.drive_db < 0.0 {
            let is_utility = |d: &Device| d.kind == DeviceKind::Utility && !d.bypass;
            if last == 0 || !is_utility(&chain[last - 1]) {
                chain.insert(last, new(DeviceKind::Utility));
            }
            let at = chain.len() - 2;
            let gain = DeviceKind::Utility.param("gain").map_or(0.0, |p| chain[at].values[p]);
            put(&mut chain[at], "gain", gain + self.drive_db);
        }
        let name = match target.loudness_lufs {
            Some(lufs) => format!("Reach {} LUFS", Db(lufs)),
            None => format!("Ceiling {} dBTP", Db(target.ceiling_dbtp)),
        };
        let edits = vec![of(MasterEdit::Devices(chain)), of(MasterEdit::Target(target))];
        Edit::Batch { name, edits }
    }
}

/// Sets a parameter by its stored id, as near to `value` as it goes.
fn put(device: &mut Device, id: &str, value: f64) {
    if let Some(index) = device.kind.param(id) {
        let spec = &device.kind.specs()[index];
        device.values[index] = spec.nearest(value).unwrap_or(spec.default);
    }
}

/// Measures a file that songs are compared with, as it is heard, on both sides if it is mono; and the loudness
/// of its loudest part of this length.
///
/// # Errors
/// When it cannot be read, is silent, or the job is cancelled.
pub fn survey_reference(path: &Path, length_s: f64, progress: &Progress) -> Result<(Report, f64)> {
    let report = analyze_as_heard(path, progress)?.report;
    let lufs = loudest_lufs(&report, length_s).ok_or_else(|| {
        let problem = "is silent, or as good as; there is nothing to compare";
        Error::Stem { path: path.to_owned(), problem }
    })?;
    Ok((report, lufs))
}

#[cfg(test)]
mod tests {
    use super::*;
    use twobus_media::{AudioWriter, Container, SampleFormat, WriteSpec};
    use twobus_session::{Project, SongId};

    /// Ten seconds of a tone that is 6 dB louder in its last five, at 48 kHz.
    fn tone(folder: &Path) -> std::path::PathBuf {
        let path = folder.join("tone.wav");
        let spec = WriteSpec {
            container: Container::Wav,
            format: SampleFormat::Float32,
            rate_hz: 48_000,
            channels: 2,
            broadcast: None,
            overwrite: false,
        };
        let sample = |n: u32| {
            let gain = if n < 240_000 { 0.1 } else { 0.2 };
            (gain * (f64::from(n) * 0.13).sin()) as f32
        };
        let samples: Vec<f32> = (0..480_000).map(sample).collect();
        let mut writer = AudioWriter::create(&path, &spec).unwrap();
        writer.write_floats(&[&samples, &samples]).unwrap();
        let _written = writer.finish().unwrap();
        path
    }

    #[test]
    fn a_survey_measures_the_chain_and_the_part() {
        let folder = tempfile::tempdir().unwrap();
        let input = tone(folder.path());
        let look = |trim, part| survey(&input, (Db(trim), &[]), part, &Progress::new()).unwrap();
        let (plain, louder) = (look(0.0, None), look(6.0, Some(0..240_000)));
        let lufs = |survey: &Survey| survey.report.integrated_lufs.unwrap();
        assert!((lufs(&louder) - lufs(&plain) - 6.0).abs() < 0.01);
        // The quiet half, 6 dB up, is as loud as the loud half before.
        let part = louder.part_lufs.unwrap();
        let loud = look(0.0, Some(240_000..480_000)).part_lufs.unwrap();
        assert!((part - loud).abs() < 0.05, "{part} {loud}");
        assert_eq!(plain.columns.len(), 480_000_usize.div_ceil(2048));
    }

    #[test]
    fn a_mono_reference_is_as_loud_as_on_both_sides() {
        let folder = tempfile::tempdir().unwrap();
        let stereo = tone(folder.path());
        let mono = folder.path().join("mono.wav");
        let mut decoder = twobus_media::Decoder::open(&stereo).unwrap();
        let spec = WriteSpec {
            container: Container::Wav,
            format: SampleFormat::Float32,
            rate_hz: 48_000,
            channels: 1,
            broadcast: None,
            overwrite: false,
        };
        let mut writer = AudioWriter::create(&mono, &spec).unwrap();
        let mut block = Vec::new();
        while decoder.next(&mut block).unwrap() > 0 {
            writer.write_floats(&[&block[0]]).unwrap();
        }
        let _written = writer.finish().unwrap();
        let measured = |path: &Path| survey_reference(path, 3.0, &Progress::new()).unwrap();
        let ((one, part), (two, both)) = (measured(&mono), measured(&stereo));
        assert!((part - both).abs() < 0.01, "{part} {both}");
        let lufs = |report: &Report| report.integrated_lufs.unwrap();
        assert!((lufs(&one) - lufs(&two)).abs() < 0.01, "{} {}", lufs(&one), lufs(&two));
    }

    #[test]
    fn a_loudness_is_reached_with_a_limiter_that_was_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let input = tone(folder.path());
        let target = Target { loudness_lufs: Some(-12.0), ..Target::default() };
        let mut song = Song::new(SongId(1), "Tone");
        let reached = reach(&input, &song.master, target, &Progress::new()).unwrap();
        assert!((reached.report.integrated_lufs.unwrap() + 12.0).abs() < 0.1);
        let mut project = Project::new("Tone");
        project.songs.push(song.clone());
        let _undo = project.apply(reached.edit(&song, target)).unwrap();
        song = project.songs[0].clone();
        assert_eq!(song.master.chain.len(), 1);
        assert_eq!(song.master.target, target);
        let again =
            survey(&input, (Db::UNITY, &song.master.chain), None, &Progress::new()).unwrap();
        assert!((again.report.integrated_lufs.unwrap() + 12.0).abs() < 0.1);
        assert_eq!(song.master.chain[0].id, DeviceId(1));
        // Below what the song has by itself, something has to turn it down.
        let target = Target { loudness_lufs: Some(-30.0), ..target };
        let reached = reach(&input, &song.master, target, &Progress::new()).unwrap();
        let _undo = project.apply(reached.edit(&song, target)).unwrap();
        let chain = &project.songs[0].master.chain;
        assert_eq!((chain.len(), chain[0].kind), (2, DeviceKind::Utility));
        let again = survey(&input, (Db::UNITY, chain), None, &Progress::new()).unwrap();
        assert!((again.report.integrated_lufs.unwrap() + 30.0).abs() < 0.1);
    }
}
