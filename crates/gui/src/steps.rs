//! How far the wheel and the arrow keys go.

use twobus_dsp::param::{ParamSpec, Scale, Unit};

/// A step: as it is, and with Shift.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step(f64, f64);

impl Step {
    /// The one or the other.
    pub(crate) fn by(self, fine: bool) -> f64 {
        if fine { self.1 } else { self.0 }
    }
}

/// Of a level, in dB.
pub(crate) const STEP_DB: Step = Step(0.5, 0.1);
/// Of a pan, a width or a share, in percent.
pub(crate) const STEP_PERCENT: Step = Step(1.0, 0.1);
/// How many make an octave, on a logarithmic travel.
const STEPS_PER_OCTAVE: Step = Step(12.0, 120.0);

/// A parameter after so many steps.
pub(crate) fn stepped(spec: &ParamSpec, now: f64, steps: f64, fine: bool) -> f64 {
    let to = match (spec.scale, spec.unit) {
        (Scale::Log, _) => now * (steps / STEPS_PER_OCTAVE.by(fine)).exp2(),
        (Scale::Stepped, _) => now + steps,
        (Scale::Linear, Unit::Db) => now + steps * STEP_DB.by(fine),
        (Scale::Linear, _) => {
            let range = *spec.range.end() - *spec.range.start();
            now + steps * STEP_PERCENT.by(fine) * if range > 50.0 { 1.0 } else { range / 100.0 }
        }
    };
    spec.nearest(to).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use twobus_dsp::DeviceKind;

    use super::*;

    #[test]
    fn a_step_is_half_a_db_a_semitone_or_a_percent() {
        let spec = |kind: DeviceKind, id| &kind.specs()[kind.param(id).unwrap()];
        let threshold = spec(DeviceKind::Compressor, "threshold");
        assert_eq!(stepped(threshold, -18.0, 1.0, false), -17.5);
        assert!((stepped(threshold, -18.0, -1.0, true) + 18.1).abs() < 1e-9);
        let frequency = spec(DeviceKind::Equalizer, "b3_freq");
        assert!((stepped(frequency, 440.0, 12.0, false) - 880.0).abs() < 1e-9);
        assert_eq!(stepped(spec(DeviceKind::Compressor, "mix"), 100.0, -1.0, false), 99.0);
    }
}
