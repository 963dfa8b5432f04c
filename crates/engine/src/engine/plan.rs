//! From the document to a plan that plays.

use twobus_render::compile::build_device;
use twobus_render::source::Silence;
use twobus_render::{CompileError, Context, Plan, Purpose, Source};
use twobus_session::{Mix, Project, SongId, Strip, Track};

/// The plan of `mix`, without sound: its streams come later, or are those of the plan before it.
pub(super) fn compile(project: &Project, rate_hz: u32, mix: &Mix) -> Result<Plan, CompileError> {
    let mut source = |_: &Track| -> Box<dyn Source> { Box::new(Silence) };
    let context = &mut Context {
        rate_hz,
        pan_law: project.pan_law,
        purpose: Purpose::Playback,
        source: &mut source,
        device: &build_device,
    };
    twobus_render::compile(mix, context)
}

/// The strips of a song's mix.
pub(super) fn strips(project: &Project, song: SongId) -> impl Iterator<Item = &Strip> {
    project.song(song).and_then(|song| song.mix.as_ref()).into_iter().flat_map(Mix::strips)
}
