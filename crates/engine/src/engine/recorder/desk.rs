//! What the recorder works with: the song, its lanes, and the player's end of it here.

use std::sync::Arc;

use twobus_render::Command;
use twobus_render::compile::lane_curve;
use twobus_render::live::Control;
use twobus_session::{
    Lane, LaneMode, LaneTarget, Mix, ParamId, Project, Recording, SongId, Strip, StripId,
};

use super::Handle;

/// The song that is played, and the player's end of it here.
pub(in crate::engine) struct Desk<'a> {
    pub(in crate::engine) project: &'a mut Arc<Project>,
    pub(in crate::engine) song: SongId,
    pub(in crate::engine) rate_hz: u32,
    pub(in crate::engine) control: &'a mut Control,
}

impl Desk<'_> {
    fn strip(&self, id: StripId) -> Option<&Strip> {
        self.project.song(self.song)?.mix.as_ref()?.strip(id)
    }

    pub(super) fn lane(&self, (strip, target): Handle) -> Option<&Lane> {
        self.strip(strip)?.lane(target).filter(|lane| lane.mode != LaneMode::Off)
    }

    /// The controls whose lanes are in write.
    pub(super) fn write_lanes(&self) -> Vec<Handle> {
        let mix = self.project.song(self.song).and_then(|song| song.mix.as_ref());
        let strips = mix.into_iter().flat_map(Mix::strips);
        let of_strip = |strip: &Strip| {
            let lanes = strip.lanes.iter().filter(|lane| lane.mode == LaneMode::Write);
            lanes.map(|lane| (strip.id, lane.target)).collect::<Vec<_>>()
        };
        strips.flat_map(of_strip).collect()
    }

    /// The frame of a control when the plan is at `position`.
    pub(super) fn frame(&self, (strip, target): Handle, position: u64) -> i64 {
        let lag = self.control.lag_frames(strip, target).unwrap_or(0);
        position.cast_signed() - lag.cast_signed()
    }

    /// Where a control stands at `frame` when no hand has it.
    pub(super) fn value_at(&self, (strip, target): Handle, frame: i64) -> Option<f64> {
        let strip = self.strip(strip)?;
        let curve = lane_curve(strip, target, self.rate_hz);
        curve.map(|curve| curve.value_at(frame)).or_else(|| Some(strip.control(target)?.value))
    }

    pub(super) fn recording(&self, handle: Handle, frame: i64, value: f64) -> Option<Recording> {
        let control = self.strip(handle.0)?.control(handle.1)?;
        Some(Recording::new(control.interpolation(), frame, value))
    }

    /// The control that a command moves.
    pub(in crate::engine) fn handle(&self, command: &Command) -> Option<Handle> {
        let target = match *command {
            Command::Fader(..) => LaneTarget::Fader,
            Command::Pan(..) => LaneTarget::Pan,
            Command::Width(..) => LaneTarget::Width,
            Command::Mute(..) => LaneTarget::Mute,
            Command::Send(_, send, _) => LaneTarget::Send(send),
            Command::Param(strip, id, param, _) => {
                let device = self.strip(strip)?.inserts.iter().find(|device| device.id == id)?;
                let spec = device.kind.specs().get(param)?;
                LaneTarget::Device { device: id, param: ParamId::new(spec.id)? }
            }
            Command::Trim(..)
            | Command::Invert(..)
            | Command::Cut(..)
            | Command::Bypass(..)
            | Command::Take(..)
            | Command::Let(..) => return None,
        };
        Some((command.strip(), target))
    }
}
