//! Loops on the timeline.

/// A part of the timeline that repeats: after the frame before `end` comes `start`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cycle {
    start: u64,
    end: u64,
}

impl Cycle {
    /// The frames from `start` to before `end`; `None` when there is none.
    pub fn new(start: u64, end: u64) -> Option<Self> {
        (start < end).then_some(Self { start, end })
    }

    /// Its first frame.
    pub fn start(self) -> u64 {
        self.start
    }

    /// The frame after its last.
    pub fn end(self) -> u64 {
        self.end
    }

    /// Frames from `position` to the wrap; `None` when `position` lies behind it.
    pub fn ahead(self, position: u64) -> Option<u64> {
        self.end.checked_sub(position).filter(|&frames| frames > 0)
    }

    /// The position `frames` frames after `position`, by way of `cycle`.
    pub fn after(cycle: Option<Self>, position: u64, frames: u64) -> u64 {
        let ahead = cycle.and_then(|cycle| Some((cycle, cycle.ahead(position)?)));
        match ahead {
            Some((cycle, ahead)) if frames >= ahead => {
                cycle.start + (frames - ahead) % (cycle.end - cycle.start)
            }
            _ => position.saturating_add(frames),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cycle_repeats_what_lies_in_it_and_leaves_what_lies_behind() {
        let cycle = Cycle::new(10, 14);
        let path = |from: u64| (0..9).map(|n| Cycle::after(cycle, from, n)).collect::<Vec<_>>();
        assert_eq!(path(7), [7, 8, 9, 10, 11, 12, 13, 10, 11]);
        assert_eq!(path(13), [13, 10, 11, 12, 13, 10, 11, 12, 13]);
        assert_eq!(path(14), [14, 15, 16, 17, 18, 19, 20, 21, 22]);
        assert_eq!(Cycle::new(5, 5), None);
    }
}
