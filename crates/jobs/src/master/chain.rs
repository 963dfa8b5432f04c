//! The print through trim and chain, at its own rate, then converted to the rate of delivery.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use twobus_dsp::Db;
use twobus_dsp::limiter::Sketch;
use twobus_dsp::pan::PanLaw;
use twobus_media::PcmReader;
use twobus_render::compile::build_device;
use twobus_render::offline::{self, Span};
use twobus_render::{Context, Purpose, Renderer, Source, compile};
use twobus_session::{Device, Track, master};

use super::pass::WAITING;
use super::spool::SpoolWriter;
use super::{Conversion, MasterOptions, Processed};
use crate::error::Result;
use crate::feed::{Feed, with_feeds};
use crate::output::Chunk;
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
    let mut conversion = Conversion::new(own_rate_hz, rate_hz);
    thread::scope(|scope| {
        let (to_keep, chunks) = sync_channel::<Chunk>(WAITING);
        let kept = scope.spawn(move || keep(folder, rate_hz, &chunks));
        let mut send = |left: &[f32], right: &[f32]| {
            // Who has gone has reported why by what it returned.
            let _gone = to_keep.send([left.to_vec(), right.to_vec()]);
            Ok(())
        };
        let rendered =
            render(print, (options.trim, &options.chain), frames, progress, |left, right| {
                conversion.push(left, right, &mut send)
            });
        let rendered = rendered.and_then(|()| conversion.finish(&mut send));
        drop(to_keep);
        let kept = kept.join().expect("keeping samples does not panic");
        rendered.and(kept)
    })
}

/// Keeps the chunks, with a sketch of them for the search of a drive.
fn keep(folder: &Path, rate_hz: u32, chunks: &Receiver<Chunk>) -> Result<Processed> {
    let (mut writer, mut sketch) = (SpoolWriter::create(folder), Sketch::new(f64::from(rate_hz)));
    for [left, right] in chunks {
        sketch.push(&left, &right);
        writer.push(&left, &right)?;
    }
    let loudness_lufs = sketch.loudness().0;
    Ok(Processed { samples: writer.finish()?, rate_hz, loudness_lufs, sketch: Arc::new(sketch) })
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
