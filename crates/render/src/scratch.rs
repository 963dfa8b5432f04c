//! The buffers that a strip computes in.

use crate::RUN;
use crate::control::Values;
use crate::stereo::Stereo;

/// What strips compute in; one for each thread.
pub(crate) struct Scratch {
    /// Exchanged for what a strip [carries](crate::strip::Carried).
    pub(crate) single: Box<Stereo<f32>>,
    /// What a device listens to.
    pub(crate) key: Stereo<f32>,
    /// What a voice fades out of.
    pub(crate) leaving: Stereo<f32>,
    pub(crate) double: Stereo<f64>,
    pub(crate) post: Stereo<f64>,
    pub(crate) pre_tap: Stereo<f64>,
    pub(crate) edge: Stereo<f64>,
    pub(crate) gains: Values,
    pub(crate) signs: Values,
    pub(crate) mutes: Values,
    pub(crate) pans: Values,
    pub(crate) widths: Values,
}

impl Scratch {
    pub(crate) fn new() -> Self {
        Self {
            single: Box::new(Stereo::silent()),
            key: Stereo::silent(),
            leaving: Stereo::silent(),
            double: Stereo::silent(),
            post: Stereo::silent(),
            pre_tap: Stereo::silent(),
            edge: Stereo::silent(),
            gains: [0.0; RUN],
            signs: [0.0; RUN],
            mutes: [0.0; RUN],
            pans: [0.0; RUN],
            widths: [0.0; RUN],
        }
    }

    /// Adds what is 32 bit wide to what is 64.
    pub(crate) fn add_single(&mut self, frames: usize) {
        let add = |sum: &mut [f64], signal: &[f32]| {
            sum.iter_mut().zip(signal).for_each(|(sum, x)| *sum += f64::from(*x));
        };
        add(&mut self.double.left[..frames], &self.single.left[..frames]);
        add(&mut self.double.right[..frames], &self.single.right[..frames]);
    }

    /// Makes the input 64 bit wide, if it is not, and passes a trim and a sign that move: where one rests,
    /// its value is given.
    pub(crate) fn scale_by(
        &mut self,
        trim: Option<f64>,
        sign: Option<f64>,
        wide: bool,
        frames: usize,
    ) {
        for i in 0..frames {
            let gain = trim.unwrap_or(self.gains[i]) * sign.unwrap_or(self.signs[i]);
            let (left, right) = if wide {
                (self.double.left[i], self.double.right[i])
            } else {
                (f64::from(self.single.left[i]), f64::from(self.single.right[i]))
            };
            (self.double.left[i], self.double.right[i]) = (left * gain, right * gain);
        }
    }
}
