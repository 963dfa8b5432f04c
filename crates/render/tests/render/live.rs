//! The live side: a player driven as a device would drive it, in odd lengths.

mod changes;
mod crew;
mod hands;
mod levels;
mod monitor;
mod probe;
mod promises;
mod transport;

use twobus_render::compile::build_device;
use twobus_render::live::{Control, Crew, Cue, FADE_S, Player, Taken, pair_with};
use twobus_render::source::MemorySource;
use twobus_render::{Cycle, Purpose, Renderer, Source};

use crate::support::{RATE_HZ, Random, Scene};

/// Frames of the fade around a jump.
pub(crate) const FADE: usize = (FADE_S * RATE_HZ as f64) as usize;
/// Frames by which a fade may be longer: it ends with a step of its own.
pub(crate) const SLACK: usize = 1;

/// A scene that plays.
pub(crate) struct Stage {
    pub(crate) scene: Scene,
    pub(crate) control: Control,
    pub(crate) player: Player,
    random: Random,
}

impl Stage {
    pub(crate) fn new(scene: Scene) -> Self {
        Self::with_crew(scene, 1)
    }

    /// A scene that `threads` play.
    pub(crate) fn with_crew(scene: Scene, threads: usize) -> Self {
        let plan = scene.plan(Purpose::Playback, &build_device).unwrap();
        let crew = Crew { threads: threads.try_into().unwrap(), enlist: || true };
        let (control, player) = pair_with(plan, RATE_HZ, crew);
        Self { scene, control, player, random: Random::new(7) }
    }

    /// Lets it play `frames` frames, in lengths that differ.
    pub(crate) fn run(&mut self, frames: usize) -> (Vec<f64>, Vec<f64>) {
        let (mut left, mut right) = (vec![f64::NAN; frames], vec![f64::NAN; frames]);
        let mut done = 0;
        while done < frames {
            let end = frames.min(done + 1 + self.random.below(300) as usize);
            self.player.fill(&mut left[done..end], &mut right[done..end]);
            self.control.poll();
            done = end;
        }
        (left, right)
    }

    /// A cue to `start`, with the scene's own samples.
    pub(crate) fn cue(&mut self, start: u64, cycle: Option<Cycle>, joins: Option<u64>) -> u64 {
        let sources = self.scene.samples.iter().map(|(id, (left, right))| {
            let source = MemorySource::stereo(left.clone(), right.clone(), 0);
            (*id, Box::new(source) as Box<dyn Source>)
        });
        let sources = sources.collect();
        self.control.cue(Cue { start, cycle, joins, sources, reference: None })
    }

    /// Swaps in the scene as it stands.
    pub(crate) fn swap(&mut self) -> u64 {
        self.control.swap(self.scene.plan(Purpose::Playback, &build_device).unwrap())
    }

    /// When the message `serial` acted.
    pub(crate) fn taken(&mut self, serial: u64) -> Taken {
        std::iter::from_fn(|| self.control.taken()).find(|note| note.serial == serial).unwrap()
    }
}

/// The same plan, not live, reset at `start`.
pub(crate) fn offline(scene: &Scene, start: u64) -> Renderer {
    let mut renderer = Renderer::new(scene.plan(Purpose::Playback, &build_device).unwrap());
    renderer.locate(start);
    renderer
}

/// The next `frames` frames of the left side.
pub(crate) fn render(renderer: &mut Renderer, frames: usize) -> Vec<f64> {
    let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
    renderer.render(&mut left, &mut right);
    left
}

/// Largest step of the slope, in dB: a jump of the signal shows in full, a sine below 100 Hz at less
/// than −75 dB.
pub(crate) fn jump_db(samples: &[f64]) -> f64 {
    let steps = samples.windows(3).map(|w| (w[2] - 2.0 * w[1] + w[0]).abs());
    20.0 * steps.fold(0.0, f64::max).log10()
}
