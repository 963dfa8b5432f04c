//! What each track and return gives to a print, rendered without writing anything.

use twobus_render::Purpose;
use twobus_render::offline::{self, Piece};
use twobus_session::{Mix, Project, Song, StripId};

use super::{BounceOptions, Work, frames_ahead, prepare, span};
use crate::error::Result;
use crate::feed::with_feeds;
use crate::folder::Folder;
use crate::progress::Progress;
use crate::stems::Silenced;

/// Whose tracks are rendered.
pub(crate) struct TracksJob<'a> {
    pub(crate) folder: &'a Folder,
    pub(crate) project: &'a Project,
    pub(crate) song: &'a Song,
    pub(crate) mix: &'a Mix,
    /// Tracks that are silent.
    pub(crate) silenced: &'a [Silenced],
}

/// Renders a mix with its tail, and hands out each piece with the strips that its outputs after the first,
/// which is the print, come from.
pub(crate) fn render_tracks(
    job: &TracksJob<'_>,
    progress: &Progress,
    mut sink: impl FnMut(&[StripId], Piece<'_>),
) -> Result<()> {
    let TracksJob { folder, project, song, mix, silenced } = *job;
    let options = BounceOptions::default();
    let span = span(mix, song, &options)?;
    let work = Work { folder, project, song, mix, silenced };
    let (mut renderer, feeds) = prepare(&work, Purpose::Tracks, options.threads, progress)?;
    let strips = renderer.plan().stem_strips().to_vec();
    progress.begin("Measuring", frames_ahead(mix, span));
    let _frames = with_feeds(feeds, options.threads, progress, |supply| {
        let sink = |piece: Piece<'_>| {
            sink(&strips, piece);
            Ok(())
        };
        offline::run(&mut renderer, span, song.rate_hz, supply, sink)
    })?;
    Ok(())
}
