//! True-peak limiter (being built).

use crate::param::ParamSpec;
use crate::processor::Processor;

/// Parameters of a [`Limiter`], in order.
pub const SPECS: &[ParamSpec] = &[];

/// True-peak limiter.
#[derive(Debug)]
pub struct Limiter;

impl Limiter {
    /// A limiter at `rate_hz`.
    pub fn new(_rate_hz: f64) -> Self {
        Self
    }
}

impl Processor for Limiter {
    fn latency_frames(&self) -> usize {
        0
    }
    fn set(&mut self, _param: usize, _value: f64) {}
    fn reset(&mut self) {}
    fn process(&mut self, _left: &mut [f32], _right: &mut [f32]) {}
}
