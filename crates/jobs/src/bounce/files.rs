//! The files of a bounce: the print, its stems, and what they differ by.

use std::path::{Path, PathBuf};
use std::sync::mpsc::SyncSender;
use std::thread::JoinHandle;

use twobus_analysis::Checked;
use twobus_dsp::dither::Dither;
use twobus_media::Tags;
use twobus_render::Renderer;
use twobus_render::offline::Piece;
use twobus_session::Song;

use super::{BounceOptions, StemFile};
use crate::error::{Error, Result};
use crate::names::file_name;
use crate::output::{Chunk, Format, Output, OutputSpec, Over};

/// The files of a bounce while they are written; dropped before they are finished, nothing is left.
pub(super) struct Files {
    print: Output,
    stems: Vec<(StemFile, Output)>,
    stems_folder: Option<NewFolder>,
    residual: f64,
}

impl Files {
    pub(super) fn create(
        renderer: &Renderer,
        path: &Path,
        song: &Song,
        options: &BounceOptions,
        dither: Dither,
        listener: Option<SyncSender<Chunk>>,
    ) -> Result<Self> {
        let spec = OutputSpec {
            path,
            format: options.format,
            rate_hz: song.rate_hz,
            dither,
            overwrite: false,
            start_frame: options.range.map_or(0, |(start, _)| start),
            tags: &Tags::default(),
        };
        let mut files = Self {
            print: Output::create(&spec, listener)?,
            stems: Vec::new(),
            stems_folder: None,
            residual: 0.0,
        };
        if options.stems {
            files.create_stems(renderer, &spec)?;
        }
        Ok(files)
    }

    fn create_stems(&mut self, renderer: &Renderer, spec: &OutputSpec<'_>) -> Result<()> {
        let folder = stems_folder(spec.path);
        self.stems_folder = Some(NewFolder::create(&folder)?);
        for (name, number) in renderer.plan().stem_names().iter().zip(1..) {
            let path = folder.join(format!("{number:02} {}.wav", file_name(name)));
            let spec = OutputSpec { path: &path, format: Format::Wav32f, ..*spec };
            let output = Output::create(&spec, None)?;
            self.stems.push((StemFile { name: name.clone(), path: path.clone() }, output));
        }
        Ok(())
    }

    pub(super) fn push(&mut self, piece: Piece<'_>) -> Result<()> {
        let (left, right) = piece.output(0);
        self.print.push(left, right)?;
        for (index, (_, output)) in self.stems.iter_mut().enumerate() {
            let (left, right) = piece.output(index + 1);
            output.push(left, right)?;
        }
        if !self.stems.is_empty() {
            self.residual = self.residual.max(residual(piece));
        }
        Ok(())
    }

    /// Sends the rest of the print to be measured, and waits for the report.
    pub(super) fn finish_measuring(
        &mut self,
        measuring: Option<JoinHandle<Checked>>,
    ) -> Result<Option<Checked>> {
        self.print.flush()?;
        self.print.stop_listening();
        let checked = measuring.map(JoinHandle::join).transpose();
        checked.map_err(|_| Error::Missing("measuring the print failed".to_owned()))
    }

    /// What of the print lay beyond full scale and was clamped.
    pub(super) fn over(&self) -> Option<Over> {
        self.print.over()
    }

    /// Completes the stems, and last the print; returns the stems and the residual, in dBFS.
    pub(super) fn finish(self) -> Result<(Vec<StemFile>, Option<f64>)> {
        let residual = (!self.stems.is_empty()).then(|| 20.0 * self.residual.log10());
        let mut stems = Vec::new();
        for (stem, output) in self.stems {
            let _written = output.finish()?;
            stems.push(stem);
        }
        let _written = self.print.finish()?;
        if let Some(folder) = self.stems_folder {
            folder.keep();
        }
        Ok((stems, residual))
    }
}

/// Where the stems of the print `path` lie.
pub(crate) fn stems_folder(path: &Path) -> PathBuf {
    path.with_extension("stems")
}

/// A folder that goes again with all that is in it, unless it is kept.
struct NewFolder {
    path: PathBuf,
    kept: bool,
}

impl NewFolder {
    fn create(path: &Path) -> Result<Self> {
        std::fs::create_dir(path).map_err(Error::io("making the folder", path))?;
        Ok(Self { path: path.to_owned(), kept: false })
    }

    fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for NewFolder {
    fn drop(&mut self) {
        if !self.kept {
            // Nothing more can be done about what cannot be removed.
            let _removed = std::fs::remove_dir_all(&self.path);
        }
    }
}

/// Largest difference of the print and the sum of the stems as their 32-bit files hold them.
fn residual(piece: Piece<'_>) -> f64 {
    let rounded = |x: f64| f64::from(x as f32);
    let mut largest = 0.0_f64;
    for channel in 0..2 {
        let of = |index| {
            let (left, right) = piece.output(index);
            if channel == 0 { left } else { right }
        };
        for frame in 0..piece.frames() {
            let sum: f64 = (1..piece.outputs()).map(|index| rounded(of(index)[frame])).sum();
            largest = largest.max((rounded(of(0)[frame]) - sum).abs());
        }
    }
    largest
}
