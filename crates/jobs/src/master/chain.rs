//! The print through trim and chain, at its own rate, then converted to the rate of delivery.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use twobus_dsp::Db;
use twobus_dsp::limiter::Sketch;
use twobus_dsp::pan::PanLaw;
use twobus_media::PcmReader;
use twobus_render::compile::build_device;
use twobus_render::offline::{self, Span};
use twobus_render::{Context, Purpose, Renderer, Source, compile};
use twobus_session::{Device, Track, master};

use super::spool::SpoolWriter;
use super::{Conversion, MasterOptions, Processed};
use crate::error::Result;
use crate::feed::{Feed, with_feeds};
use crate::playlist::Playlist;
use crate::progress::Progress;

/// Renders `print` to a file in `folder`, at `rate_hz`, that lies before the limiter.
pub(super) fn through_chain(
    print: PcmReader,
    folder: &Path,
    rate_hz: u32,
    options: &MasterOptions,
    progress: &Progress,
) -> Result<Processed> {
    let own_rate_hz = print.info().rate_hz;
    let frames = 0..print.frames();
    let mut kept = Kept::create(folder, rate_hz);
    let mut conversion = Conversion::new(own_rate_hz, rate_hz);
    render(print, (options.trim, &options.chain), frames, progress, |left, right| {
        conversion.push(left, right, |l, r| kept.push(l, r))
    })?;
    conversion.finish(|l, r| kept.push(l, r))?;
    kept.finish(rate_hz)
}

/// Renders `frames` of `print` through trim and chain and hands them to `sink`, piece by piece.
pub(crate) fn render(
    print: PcmReader,
    (trim, chain): (Db, &[Device]),
    frames: Range<u64>,
    progress: &Progress,
    mut sink: impl FnMut(&[f32], &[f32]) -> Result<()>,
) -> Result<()> {
    let rate_hz = print.info().rate_hz;
    let mix = master::as_mix(trim, chain, Vec::new());
    let (feed, stream) = Feed::new(Playlist::whole(print));
    let mut stream = Some(stream);
    let mut source =
        |_: &Track| -> Box<dyn Source> { Box::new(stream.take().expect("the mix has one track")) };
    let (purpose, pan_law) = (Purpose::Bounce, PanLaw::default());
    let device = &build_device;
    let context = &mut Context { rate_hz, pan_law, purpose, source: &mut source, device };
    let mut renderer = Renderer::new(compile(&mix, context)?);
    let Range { start, end } = frames;
    let _frames = with_feeds(vec![feed], 1, progress, |supply| {
        offline::run(&mut renderer, Span::Exactly { start, end }, rate_hz, supply, |piece| {
            let (left, right) = piece.output(0);
            let rounded =
                [left, right].map(|side| side.iter().map(|&x| x as f32).collect::<Vec<_>>());
            sink(&rounded[0], &rounded[1])
        })
    })?;
    Ok(())
}

/// What lies before the limiter, and a sketch of it for the search of a drive.
struct Kept {
    writer: SpoolWriter,
    sketch: Sketch,
}

impl Kept {
    fn create(folder: &Path, rate_hz: u32) -> Self {
        let sketch = Sketch::new(f64::from(rate_hz));
        Self { writer: SpoolWriter::create(folder), sketch }
    }

    fn push(&mut self, left: &[f32], right: &[f32]) -> Result<()> {
        self.sketch.push(left, right);
        self.writer.push(left, right)
    }

    fn finish(self, rate_hz: u32) -> Result<Processed> {
        let loudness_lufs = self.sketch.loudness().0;
        let (samples, sketch) = (self.writer.finish()?, Arc::new(self.sketch));
        Ok(Processed { samples, rate_hz, loudness_lufs, sketch })
    }
}
