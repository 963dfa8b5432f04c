//! The loudest parts of a song, played through compressors that are being tried.

use std::path::Path;

use rayon::prelude::*;
use twobus_analysis::matching::{Compression, Excerpt, Heard, PIECE_S, Profile, Proposal};
use twobus_dsp::{Db, DeviceKind};
use twobus_session::Device;

use super::devices;
use super::measure::read;
use crate::error::Result;
use crate::progress::Progress;

/// Most pieces that are tried on.
const MOST_PIECES: usize = 16;
/// What is played before each piece, so that filters and compressors have settled, in seconds.
const LEAD_S: f64 = 0.4;

/// Finds the compressor that `proposal` wants for the song at `path`, of which `profile` was made.
pub(super) fn compress(
    proposal: &mut Proposal,
    path: &Path,
    profile: &Profile,
    trim: Db,
    progress: &Progress,
) -> Result<()> {
    if proposal.wanted.is_none() {
        return Ok(());
    }
    let (mut excerpts, rate_hz) = excerpts(path, profile, trim, progress)?;
    let chain = devices::chain(proposal);
    let equalizer = chain.iter().filter(|device| device.kind == DeviceKind::Equalizer);
    equalizer.for_each(|device| excerpts = through(&excerpts, device, rate_hz));
    proposal.compress(&mut |compression: Option<&Compression>| match compression {
        Some(compression) => {
            let device = devices::compressor(compression);
            Heard::of(&through(&excerpts, &device, rate_hz), rate_hz)
        }
        None => Heard::of(&excerpts, rate_hz),
    });
    Ok(())
}

fn through(excerpts: &[Excerpt], device: &Device, rate_hz: u32) -> Vec<Excerpt> {
    let one = |excerpt: &Excerpt| {
        let mut played = excerpt.clone();
        let [left, right] = &mut played.sides;
        device.kind.build(&device.values, f64::from(rate_hz)).process(left, right);
        played
    };
    excerpts.par_iter().map(one).collect()
}

/// Some of the loudest parts, each with what comes before it, and the song's rate.
fn excerpts(
    path: &Path,
    profile: &Profile,
    trim: Db,
    progress: &Progress,
) -> Result<(Vec<Excerpt>, u32)> {
    let bytes = std::fs::metadata(path).map_or(0, |file| file.len());
    progress.begin("Trying", bytes);
    let pieces = profile.loudest_pieces(MOST_PIECES);
    let (mut excerpts, mut rate_hz, mut at) = (Vec::new(), 0, 0);
    read(path, trim, 0..u64::MAX, progress, |info, left, right| {
        if rate_hz != info.rate_hz {
            rate_hz = info.rate_hz;
            excerpts = pieces.iter().map(|piece| Part::new(*piece, rate_hz)).collect();
        }
        excerpts.iter_mut().for_each(|part| part.take(at, left, right));
        at += left.len();
    })?;
    Ok((excerpts.into_iter().map(|part| part.excerpt).collect(), rate_hz))
}

/// An excerpt while the song is read.
struct Part {
    start: usize,
    end: usize,
    excerpt: Excerpt,
}

impl Part {
    fn new(piece: usize, rate_hz: u32) -> Self {
        let frames = |seconds: f64| (seconds * f64::from(rate_hz)).round() as usize;
        let first = piece * frames(PIECE_S);
        let lead_frames = frames(LEAD_S).min(first);
        let excerpt = Excerpt { sides: Default::default(), lead_frames };
        Self { start: first - lead_frames, end: first + frames(PIECE_S), excerpt }
    }

    /// Takes what lies inside of a block that begins at frame `at`.
    fn take(&mut self, at: usize, left: &[f32], right: &[f32]) {
        let within = |frame: usize| frame.saturating_sub(at).min(left.len());
        let inside = within(self.start)..within(self.end);
        for (side, block) in self.excerpt.sides.iter_mut().zip([left, right]) {
            side.extend_from_slice(&block[inside.clone()]);
        }
    }
}
