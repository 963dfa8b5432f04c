//! What a plan is made of, kept where plans are compared while they play elsewhere.

use twobus_dsp::DeviceKind;
use twobus_dsp::pan::PanLaw;
use twobus_session::{DeviceId, LaneTarget, SendId, StripId};

use crate::bypass::Slot;
use crate::compile::Arrival;
use crate::plan::Plan;
use crate::strip::{Edge, StripNode, Tap};

/// The strips of a plan, in running order.
pub(super) struct Layout {
    pub(super) strips: Vec<StripLayout>,
    pub(super) latency_frames: u64,
}

/// What a strip is made of.
pub(super) struct StripLayout {
    pub(super) id: StripId,
    pub(super) is_track: bool,
    pub(super) mono: Option<PanLaw>,
    pub(super) slots: Vec<SlotKey>,
    pub(super) edges: Vec<EdgeLayout>,
    /// Frames by which its input and its output lie behind the timeline.
    arrival: Arrival,
}

/// Slots of equal keys can take each other's processor. (All plans of a song have its rate.)
#[derive(PartialEq)]
pub(super) struct SlotKey {
    device: DeviceId,
    kind: DeviceKind,
    pub(super) latency_frames: usize,
    /// Values of the parameters that stay as they are while a plan plays.
    fixed: Vec<f64>,
}

/// An edge and its delay.
pub(super) struct EdgeLayout {
    pub(super) key: EdgeKey,
    pub(super) frames: usize,
}

/// Edges of equal keys carry the same signal to the same place.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct EdgeKey {
    /// The strip it leads to; `None` for the output of the plan.
    pub(super) to: Option<StripId>,
    tap: TapKey,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum TapKey {
    Output,
    Pre(SendId),
    Post(SendId),
    Key(DeviceId),
}

impl Layout {
    pub(super) fn of(plan: &Plan) -> Self {
        let strips = plan.strips.iter().map(|strip| StripLayout::of(strip, plan)).collect();
        Self { strips, latency_frames: plan.latency_frames }
    }

    /// Frames by which the control that `target` means lies behind the timeline.
    pub(super) fn lag_frames(&self, id: StripId, target: LaneTarget) -> Option<u64> {
        let strip = &self.strips[self.index(id)?];
        let LaneTarget::Device { device, .. } = target else { return Some(strip.arrival.output) };
        let at = strip.slots.iter().position(|slot| slot.device == device)?;
        let before: usize = strip.slots[..at].iter().map(|slot| slot.latency_frames).sum();
        Some(strip.arrival.input + before as u64)
    }

    /// The index of a strip.
    pub(super) fn index(&self, id: StripId) -> Option<usize> {
        self.strips.iter().position(|strip| strip.id == id)
    }
}

impl StripLayout {
    fn of(strip: &StripNode, plan: &Plan) -> Self {
        let slot = |slot: &Slot| SlotKey {
            device: slot.device,
            kind: slot.kind,
            latency_frames: slot.latency_frames(),
            fixed: slot.fixed_values().collect(),
        };
        Self {
            id: strip.id,
            is_track: strip.input.voice.is_some(),
            mono: strip.mono,
            slots: strip.slots.iter().map(slot).collect(),
            edges: strip.edges.iter().map(|edge| EdgeLayout::of(edge, plan)).collect(),
            arrival: strip.arrival,
        }
    }
}

impl EdgeLayout {
    fn of(edge: &Edge, plan: &Plan) -> Self {
        let fed = |strip: &&StripNode| match edge.tap {
            Tap::Key(device) => strip.slots.iter().any(|slot| slot.device == device),
            Tap::Output | Tap::Pre(..) | Tap::Post(..) => strip.input.bus == Some(edge.to),
        };
        let tap = match &edge.tap {
            Tap::Output => TapKey::Output,
            Tap::Pre(send, _) => TapKey::Pre(*send),
            Tap::Post(send, _) => TapKey::Post(*send),
            Tap::Key(device) => TapKey::Key(*device),
        };
        let to = plan.strips.iter().find(fed).map(|strip| strip.id);
        Self { key: EdgeKey { to, tap }, frames: edge.delay.frames() }
    }
}
