//! Clipper: cuts peaks at a ceiling, from hard to soft.
//!
//! - As in the saturator only what is cut off is oversampled and filtered; what lies below the knee
//!   passes beside it, delayed, and every bit of it does.
//! - What is cut off has its antiderivative antialiasing in closed form: [`Knee`].
//! - **Tone** raises the highs before the clipper and lowers the lows, and undoes that in what is cut off:
//!   positive, the treble gives way first, negative, the bass. The ceiling then holds for the emphasised
//!   signal; the output may swing above it, which **Catch** cuts. At 0 dB it is not there, to the bit.
//! - A clipped wave without what no file at its rate can hold is not flat at the top: the filter behind
//!   the clipper lets it swing above the ceiling. Driven by 6 dB into a hard edge that is 0.1 dB for
//!   a tone of 1 kHz, 1 dB for drums, voice and square waves, 2 dB for a tone of 8 kHz, and more the more
//!   there is above 20 kHz, which passes beside the clipper: 4 dB for white noise (test
//!   `s5_overshoot_…`). **Catch** cuts those samples once more at the rate of the signal, for a clipper that
//!   nothing follows. That second edge is hard and not oversampled: its aliases reach −23 dBc (a tone of
//!   11 kHz driven by 12 dB), so it is off unless it is asked for. Peaks between the samples are the limiter's: [`crate::limiter`].
//! - Auto level keeps the output as loud as the input, but never makes it louder, since that would lift
//!   it over the ceiling: [`AutoLevel`].
//!
//! Latency: that of the [`Oversampler`] at the chosen quality; [`QUALITIES`].

mod engine;
mod excess;

use crate::auto_level::AutoLevel;
use crate::colour::{Colour, Shell};
use crate::param::{ParamSpec, Unit, Values};
use crate::resample::{Grade, Oversampler};
use crate::smooth::{Ramp, fill_gains};
use crate::units::Db;

use engine::Controls;
pub use engine::Engine;
pub use excess::Knee;

/// How the two qualities oversample, in the order of the parameter's choices. A hard edge has far more
/// above half the rate than a saturator's curve, so the factors are higher and both are steep.
pub const QUALITIES: [Grade; 2] = [
    Grade { factor: 8, attenuation_db: 100.0, steep: true },
    Grade { factor: 32, attenuation_db: 120.0, steep: true },
];

/// Louder samples are taken to be this loud (+60 dBFS), and one that is not finite to be 0.
const LOUDEST: f32 = 1e3;

const DRIVE: usize = 0;
const CEILING: usize = 1;
const KNEE: usize = 2;
const TONE: usize = 3;
const CATCH: usize = 4;
const MIX: usize = 5;
const AUTO_LEVEL: usize = 6;
/// Index of the parameter that the latency depends on.
pub const QUALITY: usize = 7;

/// Parameters of a [`Clipper`], in order.
pub const SPECS: &[ParamSpec] = &[
    ParamSpec::linear("drive", "Drive", Unit::Db, (0.0, 24.0), 0.0),
    ParamSpec::linear("ceiling", "Ceiling", Unit::Db, (-24.0, 0.0), 0.0),
    ParamSpec::linear("knee", "Knee", Unit::Percent, (0.0, 100.0), 20.0),
    ParamSpec::linear("tone", "Tone", Unit::Db, (-9.0, 9.0), 0.0),
    ParamSpec::switch("catch", "Catch", false),
    ParamSpec::linear("mix", "Mix", Unit::Percent, (0.0, 100.0), 100.0),
    ParamSpec::switch("auto_level", "Auto level", true),
    ParamSpec::choice("quality", "Quality", &["Real time", "Offline"], 0),
];

/// A stereo clipper.
pub type Clipper = Shell<Core, { SPECS.len() }>;

/// What a [`Clipper`] does with its signal.
#[derive(Debug)]
pub struct Core {
    drive_db: Ramp,
    ceiling_db: Ramp,
    /// From 0, hard, to 1, soft.
    softness: Ramp,
    tilt_db: Ramp,
    /// From 0, off, to 1, on.
    catch: Ramp,
    /// From 0, the signal as it came, to 1, clipped.
    mix: Ramp,
}

impl Clipper {
    /// A clipper at `rate_hz` with the defaults of [`SPECS`].
    pub fn new(rate_hz: f64) -> Self {
        let engine =
            |grade| Engine::new(Oversampler::new(grade, rate_hz, excess::LATENCY_FRAMES), rate_hz);
        let core = Core {
            drive_db: Ramp::new(0.0),
            ceiling_db: Ramp::new(0.0),
            softness: Ramp::new(0.0),
            tilt_db: Ramp::new(0.0),
            catch: Ramp::new(0.0),
            mix: Ramp::new(0.0),
        };
        let engines = QUALITIES.each_ref().map(engine);
        Self::around(core, engines, AutoLevel::attenuating(rate_hz), rate_hz)
    }
}

impl Colour<{ SPECS.len() }> for Core {
    const SPECS: &'static [ParamSpec] = SPECS;
    const QUALITY: usize = QUALITY;
    const AUTO_LEVEL: usize = AUTO_LEVEL;
    const STEPS: usize = CATCH;

    type Engine = Engine;

    fn start(&mut self, param: usize, values: &Values<{ SPECS.len() }>, frames: u32) {
        match param {
            DRIVE => self.drive_db.set(values[DRIVE], frames),
            CEILING => self.ceiling_db.set(values[CEILING], frames),
            KNEE => self.softness.set(values[KNEE] / 100.0, frames),
            TONE => self.tilt_db.set(values[TONE], frames),
            CATCH => self.catch.set(values[CATCH], frames),
            MIX => self.mix.set(values[MIX] / 100.0, frames),
            _ => {}
        }
    }

    fn finish(&mut self) {
        let Self { drive_db, ceiling_db, softness, tilt_db, catch, mix } = self;
        [drive_db, ceiling_db, softness, tilt_db, catch, mix].into_iter().for_each(Ramp::finish);
    }

    fn is_steady(&self) -> bool {
        self.softness.resting().is_some() && self.tilt_db.resting().is_some()
    }

    fn run(
        &mut self,
        engine: &mut Engine,
        level: &mut AutoLevel,
        [left, right]: [&mut [f32]; 2],
    ) -> f32 {
        let frames = left.len();
        let mut controls =
            Controls::new(Knee::new(self.softness.advance()), self.tilt_db.advance());
        fill_gains(&mut self.drive_db, &mut controls.drive[..frames]);
        fill_gains(&mut self.ceiling_db, &mut controls.ceiling[..frames]);
        controls.catch[..frames].iter_mut().for_each(|catch| *catch = self.catch.advance());
        controls.mix[..frames].iter_mut().for_each(|mix| *mix = self.mix.advance());
        let [before, after] = engine.process(&mut controls, level, left, right);
        if after < before { Db::from_gain(before / after).0 as f32 } else { 0.0 }
    }
}
