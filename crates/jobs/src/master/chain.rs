//! The print through trim and chain, at its own rate, then converted to the rate of delivery.

use std::path::Path;

use twobus_dsp::pan::PanLaw;
use twobus_media::{AudioWriter, Container, PcmReader, SampleFormat, WriteSpec};
use twobus_render::compile::build_device;
use twobus_render::offline::{self, Span};
use twobus_render::{Context, Purpose, Renderer, Source, compile};
use twobus_session::{Mix, Strip, StripId, Track};

use super::{Conversion, MasterOptions, Processed};
use crate::error::Result;
use crate::feed::{Feed, with_feeds};
use crate::playlist::Playlist;
use crate::progress::Progress;

/// Renders `print` as a mix of one track whose bus holds the chain: the renderer of every mix.
pub(super) fn through_chain(
    print: PcmReader,
    path: &Path,
    rate_hz: u32,
    options: &MasterOptions,
    progress: &Progress,
) -> Result<Processed> {
    let (own_rate_hz, end) = (print.info().rate_hz, print.frames());
    let mut mix = Mix::default();
    let strip = Strip { trim: options.trim, ..Strip::new(StripId(1), "Print") };
    mix.tracks.push(Track { strip, mono: false, clips: Vec::new() });
    mix.bus.inserts.clone_from(&options.chain);
    let (feed, stream) = Feed::new(Playlist::whole(print));
    let mut stream = Some(stream);
    let mut source =
        |_: &Track| -> Box<dyn Source> { Box::new(stream.take().expect("the mix has one track")) };
    let (purpose, pan_law) = (Purpose::Bounce, PanLaw::default());
    let device = &build_device;
    let context =
        &mut Context { rate_hz: own_rate_hz, pan_law, purpose, source: &mut source, device };
    let mut renderer = Renderer::new(compile(&mix, context)?);
    let mut writer = AudioWriter::create(path, &float_wav(rate_hz))?;
    let mut conversion = Conversion::new(own_rate_hz, rate_hz);
    let _frames = with_feeds(vec![feed], 1, |supply| {
        let mut told = 0;
        let supply = |until: u64| {
            progress.advance(until.min(end).saturating_sub(told))?;
            told = until.min(end);
            supply(until)
        };
        let span = Span::Exactly { start: 0, end };
        offline::run(&mut renderer, span, own_rate_hz, supply, |piece| {
            let (left, right) = piece.output(0);
            let rounded =
                [left, right].map(|side| side.iter().map(|&x| x as f32).collect::<Vec<_>>());
            let mut write = |l: &[f32], r: &[f32]| Ok(writer.write_floats(&[l, r])?);
            conversion.push(&rounded[0], &rounded[1], &mut write)
        })
    })?;
    conversion.finish(|l, r| Ok(writer.write_floats(&[l, r])?))?;
    let written = writer.finish()?;
    Ok(Processed { path: path.to_owned(), rate_hz, frames: written.frames })
}

fn float_wav(rate_hz: u32) -> WriteSpec {
    WriteSpec {
        container: Container::Wav,
        format: SampleFormat::Float32,
        rate_hz,
        channels: 2,
        broadcast: None,
        overwrite: false,
    }
}
