//! A look at what a device does: its signal before and after, frame by frame, and the gains of its bands, on
//! their way to a scope.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use rtrb::{Consumer, Producer, RingBuffer};
use twobus_dsp::processor::SHOWN_BANDS;
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

/// Where what a probe sees comes out.
pub struct Look {
    /// The signal; what is not taken in half a second is dropped.
    pub frames: Consumer<Probed>,
    gains: Arc<BandGains>,
}

impl Look {
    /// What each band of the device adds to its gain now, in dB; 0 while it is bypassed.
    pub fn band_gains_db(&self) -> [f32; SHOWN_BANDS] {
        self.gains.0.each_ref().map(|bits| f32::from_bits(bits.load(Ordering::Relaxed)))
    }
}

/// The gains as bits, the newest each.
#[derive(Default)]
struct BandGains([AtomicU32; SHOWN_BANDS]);

/// The end of a probe that sits beside a device.
pub(crate) struct Probe {
    pub(crate) device: DeviceId,
    ring: Producer<Probed>,
    block: [Probed; RUN],
    gains: Arc<BandGains>,
}

impl Probe {
    /// A probe of `device`, and where what it sees comes out.
    pub(crate) fn new(device: DeviceId, rate_hz: f64) -> (Box<Self>, Look) {
        let (ring, frames) = RingBuffer::new((LENGTH_S * rate_hz) as usize);
        let gains = Arc::new(BandGains::default());
        let look = Look { frames, gains: Arc::clone(&gains) };
        (Box::new(Self { device, ring, block: [Probed::default(); RUN], gains }), look)
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

    /// Takes in what the device's bands do.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub(crate) fn gains(&self, gains_db: [f32; SHOWN_BANDS]) {
        for (shown, db) in self.gains.0.iter().zip(gains_db) {
            shown.store(db.to_bits(), Ordering::Relaxed);
        }
    }
}
