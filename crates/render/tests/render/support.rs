//! Mixes made of samples in memory, and their renderings.

use std::collections::BTreeMap;
use std::convert::Infallible;

use twobus_dsp::pan::PanLaw;
use twobus_dsp::processor::Processor;
use twobus_render::compile::build_device;
use twobus_render::offline::{self, Span};
use twobus_render::source::MemorySource;
use twobus_render::{CompileError, Context, Plan, Purpose, Renderer, compile};
use twobus_session::{Device, Mix, Strip, StripId, Track};

pub(crate) const RATE_HZ: u32 = 48_000;

/// Left and right.
pub(crate) type Samples = (Vec<f32>, Vec<f32>);

/// A mix and the samples of its tracks.
#[derive(Clone, Default)]
pub(crate) struct Scene {
    pub(crate) mix: Mix,
    pub(crate) samples: BTreeMap<StripId, Samples>,
}

/// Builds the device of a scene; the test's own, or the real one.
pub(crate) type Build<'a> = &'a dyn Fn(&Device, u32) -> Box<dyn Processor>;

impl Scene {
    /// Adds a stereo track with these samples.
    pub(crate) fn track(&mut self, id: u32, left: Vec<f32>, right: Vec<f32>) -> &mut Strip {
        let id = StripId(id);
        let _ = self.samples.insert(id, (left, right));
        let strip = Strip::new(id, format!("Track {}", id.0));
        self.mix.tracks.push(Track { strip, mono: false, clips: Vec::new() });
        &mut self.mix.tracks.last_mut().unwrap().strip
    }

    pub(crate) fn plan(&self, purpose: Purpose, device: Build<'_>) -> Result<Plan, CompileError> {
        let mut source = |track: &Track| -> Box<dyn twobus_render::Source> {
            let (left, right) = self.samples.get(&track.strip.id).cloned().unwrap_or_default();
            Box::new(MemorySource::stereo(left, right, 0))
        };
        let pan_law = PanLaw::ConstantPower;
        let context =
            &mut Context { rate_hz: RATE_HZ, pan_law, purpose, source: &mut source, device };
        compile(&self.mix, context)
    }

    pub(crate) fn renderer(&self) -> Renderer {
        Renderer::new(self.plan(Purpose::Bounce, &build_device).unwrap())
    }

    /// The first `frames` frames of the bounce, in 64 bit.
    pub(crate) fn bounce(&self, frames: u64) -> (Vec<f64>, Vec<f64>) {
        bounce(&mut self.renderer(), frames)
    }
}

/// The first `frames` frames of a renderer's bounce, latency taken away.
pub(crate) fn bounce(renderer: &mut Renderer, frames: u64) -> (Vec<f64>, Vec<f64>) {
    let mut outputs = bounce_all(renderer, Span::Exactly { start: 0, end: frames });
    outputs.swap_remove(0)
}

/// Every output of a renderer's bounce.
pub(crate) fn bounce_all(renderer: &mut Renderer, span: Span) -> Vec<(Vec<f64>, Vec<f64>)> {
    let mut outputs = Vec::new();
    let supply = |_: u64| Ok::<(), Infallible>(());
    let Ok(_) = offline::run(renderer, span, RATE_HZ, supply, |piece| {
        outputs.resize(piece.outputs(), (Vec::new(), Vec::new()));
        for (index, (left, right)) in outputs.iter_mut().enumerate() {
            let (l, r) = piece.output(index);
            left.extend_from_slice(l);
            right.extend_from_slice(r);
        }
        Ok(())
    });
    outputs
}

/// A small generator of repeatable noise: xorshift64*.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(crate) fn bits(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// Below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        (self.bits() >> 11) % end
    }

    /// −1 to 1.
    pub(crate) fn sample(&mut self) -> f32 {
        (self.bits() >> 40) as f32 / (1_u32 << 23) as f32 - 1.0
    }

    pub(crate) fn noise(&mut self, frames: usize) -> Vec<f32> {
        (0..frames).map(|_| self.sample()).collect()
    }
}

pub(crate) fn sine(hz: f64, frames: usize) -> Vec<f32> {
    let step = std::f64::consts::TAU * hz / f64::from(RATE_HZ);
    (0..frames).map(|i| (step * i as f64).sin() as f32).collect()
}

/// Largest difference of two signals, in dB; minus infinity when they are equal.
pub(crate) fn null_db(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    let peak = a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    20.0 * peak.log10()
}

pub(crate) fn bits(samples: &[f64]) -> Vec<u64> {
    samples.iter().map(|x| x.to_bits()).collect()
}

impl Scene {
    /// The bounce's plan under another pan law.
    pub(crate) fn plan_with_law(&self, pan_law: PanLaw) -> Plan {
        let mut source = |track: &Track| -> Box<dyn twobus_render::Source> {
            let (left, right) = self.samples.get(&track.strip.id).cloned().unwrap_or_default();
            Box::new(MemorySource::stereo(left, right, 0))
        };
        let purpose = Purpose::Bounce;
        let device = &build_device;
        compile(
            &self.mix,
            &mut Context { rate_hz: RATE_HZ, pan_law, purpose, source: &mut source, device },
        )
        .unwrap()
    }
}
