//! What every device in an insert slot can do.

/// A processor of one stereo signal, driven in blocks of any length.
///
/// Values are in the units of the device's [`ParamSpec`](crate::param::ParamSpec)s, by index.
pub trait Processor: Send {
    /// Frames by which the output lies behind the input. Constant between two calls of `set`.
    fn latency_frames(&self) -> usize;

    /// True when the output is a linear function of the input, whatever the settings.
    fn is_linear(&self) -> bool {
        false
    }

    /// Takes a new value of the parameter with index `param`; out-of-range indices are ignored.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    fn set(&mut self, param: usize, value: f64);

    /// Forgets all signal, keeps all settings.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    fn reset(&mut self);

    /// Processes one block in place; both slices have the same length, of any size.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    fn process(&mut self, left: &mut [f32], right: &mut [f32]);

    /// Largest gain reduction of the last block, in dB (0 or positive); 0 where there is none.
    fn gain_reduction_db(&self) -> f32 {
        0.0
    }
}
