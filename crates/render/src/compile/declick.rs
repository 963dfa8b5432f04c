//! Jumps in lanes, made short ramps: a level that falls by 20 dB from one frame to the next would click.

use twobus_dsp::curve::{Breakpoint, Curve, FLOOR_DB, Interpolation};
use twobus_session::LaneTarget;

/// Steepest change a lane may ask for: its whole range in the time of a jump.
fn range(target: LaneTarget) -> Option<f64> {
    match target {
        LaneTarget::Fader | LaneTarget::Send(_) => Some(-FLOOR_DB),
        LaneTarget::Pan | LaneTarget::Width => Some(200.0),
        // Mute fades by itself, devices smooth their parameters themselves.
        LaneTarget::Mute | LaneTarget::Device { .. } => None,
    }
}

/// `curve` with every stretch that is too steep, and too short, drawn out to `jump_frames` frames.
///
/// A jump still begins at its frame, and everything else stays where it is.
pub(super) fn declick(curve: Curve, target: LaneTarget, jump_frames: u64) -> Curve {
    let Some(range) = range(target) else { return curve };
    let steepest = range / jump_frames as f64;
    let floored = |value: f64| value.max(FLOOR_DB);
    let jumps = |from: &Breakpoint, to: &Breakpoint| {
        let frames = to.frame - from.frame;
        let change = (floored(to.value) - floored(from.value)).abs();
        frames < jump_frames && change / frames as f64 > steepest
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
    let interpolation = match target {
        LaneTarget::Fader | LaneTarget::Send(_) => Interpolation::Level,
        _ => Interpolation::Linear,
    };
    Curve::new(out, interpolation).unwrap_or(curve)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(points: &[(u64, f64)]) -> Curve {
        let points = points.iter().map(|&(frame, value)| Breakpoint { frame, value, bend: 0.0 });
        Curve::new(points.collect(), Interpolation::Level).unwrap()
    }

    #[test]
    fn f4_a_jump_begins_at_its_frame_and_takes_its_time() {
        let jump = declick(curve(&[(0, 0.0), (1000, 0.0), (1001, -20.0)]), LaneTarget::Fader, 240);
        assert_eq!(jump.value_at(1000), 0.0);
        assert_eq!(jump.value_at(1240), -20.0);
        let steps = (1000..1240).map(|frame| jump.value_at(frame) - jump.value_at(frame + 1));
        assert!(steps.into_iter().all(|step| step <= 0.5));
    }

    #[test]
    fn f5_a_ramp_is_left_alone() {
        let ramp = curve(&[(0, 0.0), (4800, -20.0), (5000, -19.0)]);
        assert_eq!(declick(ramp.clone(), LaneTarget::Fader, 240), ramp);
    }
}
