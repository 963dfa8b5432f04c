//! The spectra before and after a device, while it plays.

use twobus_dsp::meter::spectrum::{Averaging, Spectrum};
use twobus_render::Probed;
use twobus_render::live::Control;
use twobus_session::{DeviceId, StripId};

use rtrb::Consumer;

/// How long a spectrum on the screen remembers, in seconds.
pub const MEMORY_S: f64 = 0.3;

/// What one device is given and what it makes of it, as spectra.
pub struct Scope {
    strip: StripId,
    device: DeviceId,
    /// `None` while no such strip plays.
    frames: Option<Consumer<Probed>>,
    before: Spectrum,
    after: Spectrum,
}

impl Scope {
    /// A scope on a device of a strip that `control` plays.
    pub(crate) fn new(
        control: &mut Control,
        strip: StripId,
        device: DeviceId,
        rate_hz: u32,
    ) -> Self {
        let spectrum = || Spectrum::new(rate_hz.into(), Averaging::Exponential(MEMORY_S));
        let frames = control.probe(strip, device);
        Self { strip, device, frames, before: spectrum(), after: spectrum() }
    }

    /// The device that is looked at, and its strip.
    pub fn target(&self) -> (StripId, DeviceId) {
        (self.strip, self.device)
    }

    /// The spectrum of what the device is given.
    pub fn before(&self) -> &Spectrum {
        &self.before
    }

    /// The spectrum of what it puts out.
    pub fn after(&self) -> &Spectrum {
        &self.after
    }

    /// Looks at nothing any more.
    pub(crate) fn end(&self, control: &mut Control) {
        control.unprobe(self.strip);
    }

    /// Takes in what was played since it was last asked.
    pub(crate) fn poll(&mut self, control: &mut Control) {
        match &mut self.frames {
            None => self.frames = control.probe(self.strip, self.device),
            Some(frames) => {
                while let Ok(Probed { before, after }) = frames.pop() {
                    self.before.push(&before[..1], &before[1..]);
                    self.after.push(&after[..1], &after[1..]);
                }
            }
        }
    }
}
