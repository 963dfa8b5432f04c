//! Levels and spectra before and after a device and the gains of its bands, while it plays.

use twobus_dsp::meter::level::{LIVE_WINDOW_S, LevelMeter};
use twobus_dsp::meter::spectrum::{Averaging, Spectrum};
use twobus_dsp::processor::SHOWN_BANDS;
use twobus_render::live::Control;
use twobus_render::{Look, Probed};
use twobus_session::{DeviceId, StripId};

/// How long a spectrum on the screen remembers, in seconds.
pub const MEMORY_S: f64 = 0.3;

/// Frames that are taken in at a time.
const BLOCK: usize = 64;

/// What one device is given and what it makes of it: levels, spectra and what its bands do.
pub struct Scope {
    strip: StripId,
    device: DeviceId,
    /// `None` while no such strip plays.
    look: Option<Look>,
    before: View,
    after: View,
}

/// One side of a device.
pub struct View {
    /// Its spectrum, which remembers for [`MEMORY_S`].
    pub spectrum: Spectrum,
    /// Its levels, left and right.
    pub levels: LevelMeter,
    /// Highest sample magnitude of what the last [`poll`](crate::Engine::poll) brought.
    pub newest_peak: f32,
}

impl View {
    fn new(rate_hz: f64) -> Self {
        Self {
            spectrum: Spectrum::new(rate_hz, Averaging::Exponential(MEMORY_S)),
            levels: LevelMeter::new(rate_hz, 2, LIVE_WINDOW_S),
            newest_peak: 0.0,
        }
    }

    fn push(&mut self, left: &[f32], right: &[f32]) {
        self.spectrum.push(left, right);
        self.levels.push(&[left, right]);
        let samples = left.iter().chain(right);
        self.newest_peak = samples.fold(self.newest_peak, |peak, sample| peak.max(sample.abs()));
    }
}

impl Scope {
    /// A scope on a device of a strip that `control` plays.
    pub(crate) fn new(
        control: &mut Control,
        strip: StripId,
        device: DeviceId,
        rate_hz: u32,
    ) -> Self {
        let view = || View::new(rate_hz.into());
        let look = control.probe(strip, device);
        Self { strip, device, look, before: view(), after: view() }
    }

    /// The device that is looked at, and its strip.
    pub fn target(&self) -> (StripId, DeviceId) {
        (self.strip, self.device)
    }

    /// What the device is given.
    pub fn before(&self) -> &View {
        &self.before
    }

    /// What it puts out.
    pub fn after(&self) -> &View {
        &self.after
    }

    /// What each band of the device adds to its gain now, in dB: what
    /// [`Curve::new`](twobus_dsp::eq::curve::Curve::new) takes to draw the curve that is heard.
    pub fn band_gains_db(&self) -> [f64; SHOWN_BANDS] {
        let gains_db = self.look.as_ref().map_or([0.0; SHOWN_BANDS], Look::band_gains_db);
        gains_db.map(f64::from)
    }

    /// Looks at nothing any more.
    pub(crate) fn end(&self, control: &mut Control) {
        control.unprobe(self.strip);
    }

    /// Takes in what was played since it was last asked.
    pub(crate) fn poll(&mut self, control: &mut Control) {
        let Some(look) = &mut self.look else {
            self.look = control.probe(self.strip, self.device);
            return;
        };
        (self.before.newest_peak, self.after.newest_peak) = (0.0, 0.0);
        let mut block = [[0.0; BLOCK]; 4];
        loop {
            let mut count = 0;
            while count < BLOCK
                && let Ok(Probed { before, after }) = look.frames.pop()
            {
                let [left, right] = before;
                let [out_left, out_right] = after;
                for (row, sample) in block.iter_mut().zip([left, right, out_left, out_right]) {
                    row[count] = sample;
                }
                count += 1;
            }
            if count == 0 {
                return;
            }
            let [left, right, out_left, out_right] = block.each_ref().map(|row| &row[..count]);
            self.before.push(left, right);
            self.after.push(out_left, out_right);
        }
    }
}
