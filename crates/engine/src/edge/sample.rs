//! The device's sample formats and channels, and the guard in front of them.

/// A sample as a device takes it.
pub trait DeviceSample: Copy + Send + 'static {
    /// The nearest to `value`, which lies within −1 to 1; whole numbers round half to even, and 1 is the
    /// highest they have.
    fn from_unit(value: f64) -> Self;
}

impl DeviceSample for f32 {
    fn from_unit(value: f64) -> Self {
        value as Self
    }
}

impl DeviceSample for i32 {
    fn from_unit(value: f64) -> Self {
        // A conversion with `as` ends at the limits of the type.
        (value * 2_147_483_648.0).round_ties_even() as Self
    }
}

impl DeviceSample for cpal::I24 {
    fn from_unit(value: f64) -> Self {
        let whole = (value * 8_388_608.0).round_ties_even() as i32;
        Self::new_unchecked(whole.clamp(-8_388_608, 8_388_607))
    }
}

impl DeviceSample for i16 {
    fn from_unit(value: f64) -> Self {
        (value * 32_768.0).round_ties_even() as Self
    }
}

/// What the clip guard met.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Samples beyond −1 or 1.
    pub(crate) overs: u64,
    /// Samples that were no numbers.
    pub(crate) not_numbers: u64,
}

/// Writes stereo into `out`, interleaved for `channels` channels: both to the first two, silence to the
/// others; their mean if there is only one.
///
/// The clip guard: what lies beyond ±1 is played as ±1 and counted, what is no number as silence.
///
/// Audio thread: no allocation, no lock, no system call.
pub(crate) fn write<S: DeviceSample>(
    left: &[f64],
    right: &[f64],
    channels: usize,
    out: &mut [S],
) -> Tally {
    let mut tally = Tally::default();
    let frames = out.chunks_exact_mut(channels.max(1));
    for ((frame, &left), &right) in frames.zip(left).zip(right) {
        match frame {
            [] => {}
            [only] => *only = S::from_unit(guard((left + right) * 0.5, &mut tally)),
            [first, second, others @ ..] => {
                *first = S::from_unit(guard(left, &mut tally));
                *second = S::from_unit(guard(right, &mut tally));
                others.fill(S::from_unit(0.0));
            }
        }
    }
    tally
}

fn guard(value: f64, tally: &mut Tally) -> f64 {
    if value.abs() <= 1.0 {
        return value;
    }
    if value.is_nan() {
        tally.not_numbers += 1;
        return 0.0;
    }
    tally.overs += 1;
    value.signum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stereo_goes_into_the_first_two_channels_and_to_one_as_its_mean() {
        let (left, right) = ([0.25, 0.5], [-0.75, 0.25]);
        let mut six = [9.0_f32; 12];
        let _ = write(&left, &right, 6, &mut six);
        assert_eq!(six, [0.25, -0.75, 0.0, 0.0, 0.0, 0.0, 0.5, 0.25, 0.0, 0.0, 0.0, 0.0]);
        let mut one = [9.0_f32; 2];
        let _ = write(&left, &right, 1, &mut one);
        assert_eq!(one, [-0.25, 0.375]);
    }

    #[test]
    fn r32_the_guard_ends_at_one_and_counts() {
        let left = [1.0, 1.0 + 1e-12, -1.5, f64::INFINITY, f64::NEG_INFINITY, f64::NAN];
        let mut out = [0.0_f32; 12];
        let tally = write(&left, &[-1.0; 6], 2, &mut out);
        let played: Vec<f32> = out.iter().copied().step_by(2).collect();
        assert_eq!(played, [1.0, 1.0, -1.0, 1.0, -1.0, 0.0]);
        assert_eq!(tally, Tally { overs: 4, not_numbers: 1 });
    }

    #[test]
    fn a_float_device_gets_each_sample_rounded_once() {
        for value in [0.1, -1.0 / 3.0, 1e-30, -0.0, 0.999_999_99] {
            assert_eq!(f32::from_unit(value).to_bits(), (value as f32).to_bits());
        }
    }

    #[test]
    fn r32_whole_numbers_round_to_the_nearest_and_never_wrap() {
        assert_eq!([1.0, -1.0, 0.0].map(i16::from_unit), [i16::MAX, i16::MIN, 0]);
        assert_eq!([1.0, -1.0].map(i32::from_unit), [i32::MAX, i32::MIN]);
        let inner = |value| cpal::I24::from_unit(value).inner();
        assert_eq!([1.0, -1.0].map(inner), [8_388_607, -8_388_608]);
        assert_eq!([0.49, 0.5, 0.51, 1.5].map(|lsb| i16::from_unit(lsb / 32_768.0)), [0, 0, 1, 2]);
        assert_eq!([0.49, 0.51, -0.51].map(|lsb| inner(lsb / 8_388_608.0)), [0, 1, -1]);
        // Every 24-bit value survives a 32-bit device exactly.
        assert_eq!(i32::from_unit(8_388_607.0 / 8_388_608.0), 8_388_607 << 8);
    }
}
