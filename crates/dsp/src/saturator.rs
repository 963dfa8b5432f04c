//! Saturator: three curves, each in an emphasis of its own, that add to a signal and take nothing from
//! it.
//!
//! - Only the *difference* that a curve makes is oversampled and filtered; the signal itself passes
//!   beside it, delayed. So soft passages and the top octave stay as they were, at a mix of 0 % every
//!   bit does, and no mix combs.
//! - The curves are members of one family of algebraic functions ([`Curve`]) with antiderivative
//!   antialiasing in closed form. The drive that goes into a curve is taken out behind it, so that
//!   soft passages keep their level.
//! - **Tape** follows the softest member, an S like that of magnetization without hysteresis: D. C. Jiles,
//!   D. L. Atherton, "Theory of Ferromagnetic Hysteresis", J. Magn. Magn. Mater. 61, 1986, section 2.
//!   Highs are raised before it and lowered behind it, as by the equalizers of a recorder: they give way
//!   first.
//! - **Tube** bends one half of the wave more than the other, as a triode does whose grid begins to draw
//!   current before its anode current ends: even harmonics. No emphasis.
//! - **Transformer** stays straight for longer and bends more suddenly. The flux in a core is the integral
//!   of the voltage, so the lows are raised before the curve and lowered behind it: bass gives way first.
//! - Auto level keeps the output as loud as the input: [`AutoLevel`].
//!
//! Latency: that of the [`Oversampler`] at the chosen quality; [`QUALITIES`].

mod curve;
mod engine;
mod shaper;

use crate::auto_level::{AutoLevel, GRID_FRAMES};
use crate::colour::{Colour, Shell};
use crate::param::{ParamSpec, Unit, Values};
use crate::resample::{Grade, Oversampler};
use crate::smooth::{Ramp, fill_gains};
use crate::units::Db;

pub use crate::tilt::PIVOT_HZ;
pub use curve::{Curve, MOST_ASYMMETRY};
use engine::Controls;
pub use engine::Engine;

/// Where a full-scale sample lies on the curve without drive. A full-scale sine through Tape then has
/// about 2 % of third harmonic, a little below the 3 % to which recorders may be driven.
pub const REFERENCE: f64 = 0.5;

/// How the two qualities oversample, in the order of the parameter's choices.
pub const QUALITIES: [Grade; 2] = [
    Grade { factor: 4, attenuation_db: 110.0, steep: false },
    Grade { factor: 8, attenuation_db: 120.0, steep: true },
];

/// Louder samples are taken to be this loud (+120 dBFS), and one that is not finite to be 0.
const LOUDEST: f32 = 1e6;

const CURVE: usize = 0;
const DRIVE: usize = 1;
const ASYMMETRY: usize = 2;
const TONE: usize = 3;
const MIX: usize = 4;
const OUTPUT: usize = 5;
const AUTO_LEVEL: usize = 6;
/// Index of the parameter that the latency depends on.
pub const QUALITY: usize = 7;

/// Parameters of a [`Saturator`], in order.
pub const SPECS: &[ParamSpec] = &[
    ParamSpec::choice("curve", "Curve", &["Tape", "Tube", "Transformer"], 0),
    ParamSpec::linear("drive", "Drive", Unit::Db, (0.0, 24.0), 0.0),
    ParamSpec::linear("asymmetry", "Asymmetry", Unit::Percent, (-100.0, 100.0), 0.0),
    ParamSpec::linear("tone", "Tone", Unit::Db, (-9.0, 9.0), 0.0),
    ParamSpec::linear("mix", "Mix", Unit::Percent, (0.0, 100.0), 100.0),
    ParamSpec::linear("output", "Output", Unit::Db, (-24.0, 24.0), 0.0),
    ParamSpec::switch("auto_level", "Auto level", true),
    ParamSpec::choice("quality", "Quality", &["Real time", "Offline"], 0),
];

/// What a choice of the parameter `curve` stands for.
#[derive(Debug, Clone, Copy)]
struct Model {
    curve: Curve,
    /// By how much the highs are raised before the curve and the lows lowered, in dB.
    emphasis: Db,
}

/// In the order of the parameter's choices.
const MODELS: [Model; 3] = [
    Model { curve: Curve { hardness: 0.0, asymmetry: 0.0 }, emphasis: Db(3.0) },
    Model { curve: Curve { hardness: 0.0, asymmetry: 0.16 }, emphasis: Db(0.0) },
    Model { curve: Curve { hardness: 0.5, asymmetry: 0.0 }, emphasis: Db(-3.0) },
];

/// The curve for the choice `curve` and an `asymmetry` in percent: what the sound follows and a
/// window draws, over the input times [`REFERENCE`] and the drive.
pub fn curve(curve: usize, asymmetry: f64) -> Curve {
    let own = MODELS[curve.min(MODELS.len() - 1)].curve;
    let asymmetry = own.asymmetry + MOST_ASYMMETRY * asymmetry / 100.0;
    Curve { asymmetry: asymmetry.clamp(-MOST_ASYMMETRY, MOST_ASYMMETRY), ..own }
}

/// A stereo saturator.
pub type Saturator = Shell<Core, { SPECS.len() }>;

/// What a [`Saturator`] does with its signal.
#[derive(Debug)]
pub struct Core {
    /// Running in dB.
    drive_db: Ramp,
    output_db: Ramp,
    /// 0 to 1.
    mix: Ramp,
    /// The curve, of which both numbers run, and the tilt in dB.
    hardness: Ramp,
    asymmetry: Ramp,
    tilt_db: Ramp,
}

impl Saturator {
    /// A saturator at `rate_hz` with the defaults of [`SPECS`].
    pub fn new(rate_hz: f64) -> Self {
        let engine =
            |grade| Engine::new(Oversampler::new(grade, rate_hz, shaper::LATENCY_FRAMES), rate_hz);
        let core = Core {
            drive_db: Ramp::new(0.0),
            output_db: Ramp::new(0.0),
            mix: Ramp::new(0.0),
            hardness: Ramp::new(0.0),
            asymmetry: Ramp::new(0.0),
            tilt_db: Ramp::new(0.0),
        };
        let engines = QUALITIES.each_ref().map(engine);
        Self::around(core, engines, AutoLevel::new(rate_hz), rate_hz)
    }
}

impl Core {
    /// The controls of the next frames, up to a whole grid.
    fn controls(&mut self, frames: usize) -> Controls {
        let mut controls = Controls {
            curve: Curve { hardness: self.hardness.advance(), asymmetry: self.asymmetry.advance() },
            tilt_db: self.tilt_db.advance(),
            drive: [REFERENCE; GRID_FRAMES],
            wet: [0.0; GRID_FRAMES],
            output: [1.0; GRID_FRAMES],
        };
        fill_gains(&mut self.drive_db, &mut controls.drive[..frames]);
        fill_gains(&mut self.output_db, &mut controls.output[..frames]);
        for (wet, drive) in controls.wet[..frames].iter_mut().zip(&mut controls.drive) {
            *drive *= REFERENCE;
            *wet = self.mix.advance() / *drive;
        }
        controls
    }
}

/// Sends `ramp` to `target`, unless it goes there already: several parameters move it.
fn send(ramp: &mut Ramp, target: f64, frames: u32) {
    if ramp.target() != target {
        ramp.set(target, frames);
    }
}

impl Colour<{ SPECS.len() }> for Core {
    const SPECS: &'static [ParamSpec] = SPECS;
    const QUALITY: usize = QUALITY;
    const AUTO_LEVEL: usize = AUTO_LEVEL;
    const STEPS: usize = CURVE;

    type Engine = Engine;

    fn start(&mut self, param: usize, values: &Values<{ SPECS.len() }>, frames: u32) {
        match param {
            CURVE | ASYMMETRY | TONE => {
                let curve = curve(values.index(CURVE), values[ASYMMETRY]);
                let emphasis = MODELS[values.index(CURVE)].emphasis;
                send(&mut self.hardness, curve.hardness, frames);
                send(&mut self.asymmetry, curve.asymmetry, frames);
                send(&mut self.tilt_db, emphasis.0 + values[TONE], frames);
            }
            DRIVE => self.drive_db.set(values[DRIVE], frames),
            MIX => self.mix.set(values[MIX] / 100.0, frames),
            OUTPUT => self.output_db.set(values[OUTPUT], frames),
            _ => {}
        }
    }

    fn finish(&mut self) {
        for ramp in [&mut self.drive_db, &mut self.output_db, &mut self.mix] {
            ramp.finish();
        }
        for ramp in [&mut self.hardness, &mut self.asymmetry, &mut self.tilt_db] {
            ramp.finish();
        }
    }

    fn is_steady(&self) -> bool {
        let moving = [&self.hardness, &self.asymmetry, &self.tilt_db];
        moving.iter().all(|ramp| ramp.resting().is_some())
    }

    fn run(
        &mut self,
        engine: &mut Engine,
        level: &mut AutoLevel,
        [left, right]: [&mut [f32]; 2],
    ) -> f32 {
        let controls = self.controls(left.len());
        engine.process(&controls, level, left, right);
        0.0
    }
}
