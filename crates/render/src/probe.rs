//! A look at what a device does: its signal before and after, frame by frame, on its way to a scope.

use rtrb::{Consumer, Producer, RingBuffer};
use twobus_session::DeviceId;

use crate::RUN;
use crate::stereo::Stereo;

/// Length of a probe's ring, in seconds; what nobody takes in that time is dropped.
const LENGTH_S: f64 = 0.5;

/// A frame before a device and after it, left and right each. A device with latency puts out later what
/// it was given here.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Probed {
    /// What goes in.
    pub before: [f32; 2],
    /// What comes out, or the bypassed signal.
    pub after: [f32; 2],
}

/// The end of a probe that sits beside a device.
pub(crate) struct Probe {
    pub(crate) device: DeviceId,
    ring: Producer<Probed>,
    block: [Probed; RUN],
}

impl Probe {
    /// A probe of `device`, and where its frames come out.
    pub(crate) fn new(device: DeviceId, rate_hz: f64) -> (Box<Self>, Consumer<Probed>) {
        let (ring, frames) = RingBuffer::new((LENGTH_S * rate_hz) as usize);
        (Box::new(Self { device, ring, block: [Probed::default(); RUN] }), frames)
    }

    /// Takes in what goes into the device.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub(crate) fn before(&mut self, signal: &Stereo<f32>, frames: usize) {
        for (i, probed) in self.block[..frames].iter_mut().enumerate() {
            probed.before = [signal.left[i], signal.right[i]];
        }
    }

    /// Takes in what came out of it, and sends both.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub(crate) fn after(&mut self, signal: &Stereo<f32>, frames: usize) {
        for (i, probed) in self.block[..frames].iter_mut().enumerate() {
            probed.after = [signal.left[i], signal.right[i]];
        }
        // What does not fit is not missed: a scope that does not look shows nothing.
        let _full = self.ring.push_entire_slice(&self.block[..frames]);
    }
}
