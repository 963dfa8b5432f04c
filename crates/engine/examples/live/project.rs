//! A project with many stems.

use std::error::Error;
use std::path::Path;

use twobus_jobs::{Folder, ImportOptions, Progress, import};
use twobus_media::{AudioWriter, Container, SampleFormat, WriteSpec};
use twobus_session::{Project, Song, SongId};

/// Rate of the stems.
pub(crate) const RATE_HZ: u32 = 48_000;

/// Writes `stems` stems of `seconds`, and imports them into a project in `folder`.
pub(crate) fn make(folder: &Path, stems: u32, seconds: u32) -> Result<Folder, Box<dyn Error>> {
    let mut paths = Vec::new();
    for number in 1..=stems {
        let path = folder.join(format!("stem {number:04}.wav"));
        let level = number as f32 / stems as f32 / 4.0;
        let wave = |frame: u32| level * (0.01 * f64::from(frame * number % 628)).sin() as f32;
        let samples: Vec<f32> = (0..seconds * RATE_HZ).map(|frame| wave(frame + 1)).collect();
        let spec = WriteSpec {
            container: Container::Wav,
            format: SampleFormat::Float32,
            rate_hz: RATE_HZ,
            channels: 2,
            broadcast: None,
            overwrite: true,
        };
        let mut writer = AudioWriter::create(&path, &spec)?;
        writer.write_floats(&[&samples[..], &samples[..]])?;
        let _file = writer.finish()?;
        paths.push(path);
    }
    let mut project = Project::new("Bench");
    project.songs.push(Song::new(SongId(1), "Song"));
    let in_folder = Folder::new(folder);
    let options = ImportOptions { trims: false, ..ImportOptions::default() };
    let song = &project.songs[0];
    let found = import(&in_folder, &project, song, &paths, options, &Progress::new())?;
    let _undo = project.apply(found.edit)?;
    in_folder.create(&project)?;
    Ok(in_folder)
}
