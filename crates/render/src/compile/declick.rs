//! Jumps in lanes, made short ramps: a level that falls by 20 dB from one frame to the next would click.

use twobus_dsp::curve::{Breakpoint, Curve, FLOOR_DB, Interpolation};
use twobus_dsp::param::ParamSpec;
use twobus_session::LaneTarget;

/// How far a control can travel, and how much of that lies between two values of it.
fn travel(target: LaneTarget, spec: &ParamSpec, from: f64, to: f64) -> Option<f64> {
    let floored = |value: f64| value.max(FLOOR_DB);
    let change = match target {
        LaneTarget::Fader | LaneTarget::Send(_) => (floored(to) - floored(from)) / -FLOOR_DB,
        LaneTarget::Pan | LaneTarget::Width => (to - from) / 200.0,
        LaneTarget::Device { .. } => spec.to_travel(to) - spec.to_travel(from),
        // Mute fades by itself.
        LaneTarget::Mute => return None,
    };
    Some(change.abs())
}

/// `curve` with every stretch that is too steep, and too short, drawn out to `jump_frames` frames: the
/// steepest a lane may ask for is the control's whole travel in that time.
///
/// A jump still begins at its frame, and everything else stays where it is. Switches and choices, whose lanes hold, are left alone.
pub(super) fn declick(
    curve: Curve,
    target: LaneTarget,
    spec: &ParamSpec,
    jump_frames: u64,
) -> Curve {
    if curve.interpolation() == Interpolation::Hold {
        return curve;
    }
    let jumps = |from: &Breakpoint, to: &Breakpoint| {
        let frames = to.frame - from.frame;
        let share = travel(target, spec, from.value, to.value);
        let allowed = frames as f64 / jump_frames as f64;
        frames < jump_frames && share.is_some_and(|share| share > allowed)
    };
    let points = curve.points();
    let mut out: Vec<Breakpoint> = Vec::with_capacity(points.len());
    for point in points {
        match out.last() {
            Some(last) if point.frame <= last.frame => {}
            Some(last) if jumps(last, point) => {
                let frame = last.frame + jump_frames;
                out.push(Breakpoint {
                    frame,
                    value: curve.value_at(frame.cast_signed()),
                    bend: point.bend,
                });
            }
            _ => out.push(*point),
        }
    }
    Curve::new(out, curve.interpolation()).unwrap_or(curve)
}

#[cfg(test)]
mod tests {
    use twobus_session::strip::FADER;

    use super::*;

    fn curve(points: &[(u64, f64)]) -> Curve {
        let points = points.iter().map(|&(frame, value)| Breakpoint { frame, value, bend: 0.0 });
        Curve::new(points.collect(), Interpolation::Level).unwrap()
    }

    #[test]
    fn f4_a_jump_begins_at_its_frame_and_takes_its_time() {
        let jump =
            declick(curve(&[(0, 0.0), (1000, 0.0), (1001, -20.0)]), LaneTarget::Fader, &FADER, 240);
        assert_eq!(jump.value_at(1000), 0.0);
        assert_eq!(jump.value_at(1240), -20.0);
        let steps = (1000..1240).map(|frame| jump.value_at(frame) - jump.value_at(frame + 1));
        assert!(steps.into_iter().all(|step| step <= 0.5));
    }

    #[test]
    fn f5_a_ramp_is_left_alone() {
        let ramp = curve(&[(0, 0.0), (4800, -20.0), (5000, -19.0)]);
        assert_eq!(declick(ramp.clone(), LaneTarget::Fader, &FADER, 240), ramp);
    }
}
