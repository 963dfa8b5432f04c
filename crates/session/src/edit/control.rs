//! Which edits concern the same control, so that a gesture becomes one step.

use std::mem::discriminant;

use super::{
    DeviceEdit, Edit, Item, LaneEdit, ListEdit, MasterEdit, SongEdit, StripEdit, TimelineEdit,
    TrackEdit,
};

impl Edit {
    /// True when both set the same control or change the same item, so that of the two only the later
    /// one matters. Batches: when their edits do, one by one, in either order.
    pub(crate) fn same_control(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Batch { edits: a, .. }, Self::Batch { edits: b, .. }) => {
                let alike = |(a, b): (&Self, &Self)| a.same_control(b);
                let undone = b.iter().rev();
                !a.is_empty()
                    && a.len() == b.len()
                    && (a.iter().zip(b).all(alike) || a.iter().zip(undone).all(alike))
            }
            (Self::Song { song: a, change: x }, Self::Song { song: b, change: y }) => {
                a == b && x.same_control(y)
            }
            (Self::Timeline { song: a, change: x }, Self::Timeline { song: b, change: y }) => {
                a == b && x.same_control(y)
            }
            (
                Self::Track { song: a, strip: i, change: x },
                Self::Track { song: b, strip: j, change: y },
            ) => (a, i) == (b, j) && x.same_control(y),
            (
                Self::Strip { song: a, strip: i, change: x },
                Self::Strip { song: b, strip: j, change: y },
            ) => (a, i) == (b, j) && x.same_control(y),
            (
                Self::Device { song: a, device: i, change: x },
                Self::Device { song: b, device: j, change: y },
            ) => (a, i) == (b, j) && x.same_control(y),
            (Self::Master { song: a, change: x }, Self::Master { song: b, change: y }) => {
                a == b && x.same_control(y)
            }
            _ => false,
        }
    }
}

impl<T: Item> ListEdit<T> {
    fn same_control(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Change(a), Self::Change(b)) => a.id() == b.id(),
            (Self::Move { id: a, .. }, Self::Move { id: b, .. }) => a == b,
            _ => false,
        }
    }
}

impl SongEdit {
    fn same_control(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Tracks(a), Self::Tracks(b)) => a.same_control(b),
            (Self::Buses(a), Self::Buses(b)) => a.same_control(b),
            (Self::Gap(_), Self::Gap(_)) | (Self::Monitor(_), Self::Monitor(_)) => true,
            _ => false,
        }
    }
}

impl TimelineEdit {
    fn same_control(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Markers(a), Self::Markers(b)) => a.same_control(b),
            (Self::Sections(a), Self::Sections(b)) => a.same_control(b),
            (Self::Tempo(a), Self::Tempo(b)) => a.same_control(b),
            (Self::Loop(_), Self::Loop(_)) => true,
            _ => false,
        }
    }
}

impl TrackEdit {
    fn same_control(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Clips(a), Self::Clips(b)) => a.same_control(b),
            _ => false,
        }
    }
}

impl StripEdit {
    fn same_control(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Inserts(a), Self::Inserts(b)) => a.same_control(b),
            (Self::Sends(a), Self::Sends(b)) => a.same_control(b),
            (Self::Lanes(a), Self::Lanes(b)) => a.same_control(b),
            (Self::Send { send: a, change: x }, Self::Send { send: b, change: y }) => {
                a == b && discriminant(x) == discriminant(y)
            }
            (Self::Lane { target: a, change: x }, Self::Lane { target: b, change: y }) => {
                a == b && x.same_control(y)
            }
            _ => discriminant(self) == discriminant(other),
        }
    }
}

impl LaneEdit {
    fn same_control(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Points { from: a, to: b, .. }, Self::Points { from: c, to: d, .. }) => {
                (a, b) == (c, d)
            }
            _ => discriminant(self) == discriminant(other),
        }
    }
}

impl DeviceEdit {
    fn same_control(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Param { id: a, .. }, Self::Param { id: b, .. }) => a == b,
            _ => discriminant(self) == discriminant(other),
        }
    }
}

impl MasterEdit {
    fn same_control(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Chain(a), Self::Chain(b)) => a.same_control(b),
            (Self::References(a), Self::References(b)) => a.same_control(b),
            (Self::Trim(_), Self::Trim(_)) | (Self::Target(_), Self::Target(_)) => true,
            _ => false,
        }
    }
}
