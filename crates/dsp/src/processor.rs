//! What every device in an insert slot can do.

/// Most bands of a device whose gains are shown.
pub const SHOWN_BANDS: usize = 8;

/// A processor of one stereo signal, driven in blocks of any length.
///
/// Values are in the units of the device's [`ParamSpec`](crate::param::ParamSpec)s, by index. The
/// samples must not depend on how the same signal is cut into blocks.
pub trait Processor: Send {
    /// Frames by which the output lies behind the input. It changes only with a parameter that is
    /// [fixed while playing](crate::DeviceKind::is_fixed).
    fn latency_frames(&self) -> usize;

    /// Makes room for all values of a parameter that the latency depends on, of a kind that
    /// [can](crate::DeviceKind::is_reservable): from now on the latency is that of the largest, and the
    /// parameter may move while a plan plays. Forgets all signal.
    ///
    /// Allocates.
    fn reserve(&mut self, param: usize) {
        let _ = param;
    }

    /// True when the output is a linear function of the input, whatever the settings.
    fn is_linear(&self) -> bool {
        false
    }

    /// Takes a new value of the parameter with index `param`, set by hand: where a jump would click,
    /// the device runs to it in its own time. Out-of-range indices are ignored.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    fn set(&mut self, param: usize, value: f64);

    /// Runs the parameter with index `param` straight to `value`, along its
    /// [`Scale`](crate::param::Scale), so that it arrives after exactly `frames` frames: automation.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    fn glide(&mut self, param: usize, value: f64, frames: usize) {
        let _ = frames;
        self.set(param, value);
    }

    /// Forgets all signal, keeps all settings; parameters on their way arrive.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    fn reset(&mut self);

    /// Processes one block in place; both slices have the same length, of any size.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    fn process(&mut self, left: &mut [f32], right: &mut [f32]);

    /// As [`process`](Self::process), but what the device listens to is `key` (left and right, as long
    /// as the block): a side-chain from elsewhere. Devices that listen to nothing ignore it.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    fn process_keyed(&mut self, left: &mut [f32], right: &mut [f32], key: [&[f32]; 2]) {
        let _ = key;
        self.process(left, right);
    }

    /// Largest gain reduction of the last block, in dB (0 or positive); 0 where there is none.
    fn gain_reduction_db(&self) -> f32 {
        0.0
    }

    /// What each band adds to its gain now, in dB, by band: how far a dynamic band of an equalizer has
    /// moved, up or down. 0 where nothing moves.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    fn band_gains_db(&self) -> [f32; SHOWN_BANDS] {
        [0.0; SHOWN_BANDS]
    }
}
