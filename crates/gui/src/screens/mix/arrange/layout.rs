//! Where everything in the arrange lies, and which frame a pixel stands for.

use iced::{Point, Rectangle, Size};
use twobus_session::{Clip, Mix, StripId, Track};

use super::{Arrange, ArrangeScene, Part};
use crate::painter::rect;
use crate::theme::layout::{HEADER, LANE, RULER, SECTIONS};
use crate::widgets::Control;

/// Frames of a pixel, at the finest and where nothing tells how long the song is.
const FINEST: f64 = 8.0;
const UNKNOWN: f64 = 6000.0;

/// Where the pieces lie, and the mapping between frames and pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub(super) sections: Rectangle,
    pub(super) ruler: Rectangle,
    pub(super) headers: Rectangle,
    pub(super) lanes: Rectangle,
    pub(super) start: f64,
    pub(super) frames_per_px: f64,
    pub(super) top: f32,
}

impl Frame {
    pub(super) fn new(arrange: &Arrange, mix: &Mix, size: Size) -> Self {
        let width = (size.width - HEADER).max(1.0);
        let above = SECTIONS + RULER;
        let whole = whole(mix, width);
        Self {
            sections: rect(HEADER, 0.0, width, SECTIONS),
            ruler: rect(HEADER, SECTIONS, width, RULER),
            headers: rect(0.0, above, HEADER, (size.height - above).max(0.0)),
            lanes: rect(HEADER, above, width, (size.height - above).max(0.0)),
            start: arrange.start,
            frames_per_px: arrange.frames_per_px.unwrap_or(whole).clamp(FINEST, whole.max(FINEST)),
            top: arrange.top,
        }
    }

    /// The pixel of a frame.
    pub(super) fn x(&self, frame: u64) -> f32 {
        self.lanes.x + ((frame as f64 - self.start) / self.frames_per_px) as f32
    }

    /// The frame of a pixel.
    pub(super) fn frame(&self, x: f32) -> u64 {
        (self.start + f64::from(x - self.lanes.x) * self.frames_per_px).max(0.0) as u64
    }

    /// The frames that are seen.
    pub(super) fn seen(&self) -> (u64, u64) {
        (self.frame(self.lanes.x), self.frame(self.lanes.x + self.lanes.width))
    }

    /// The lane at place `index`.
    pub(super) fn lane(&self, index: usize) -> Rectangle {
        let y = self.lanes.y + index as f32 * LANE - self.top;
        rect(0.0, y.round(), self.lanes.x + self.lanes.width, LANE)
    }

    /// Most that `count` lanes can be scrolled, in pixels.
    pub(super) fn most_top(&self, count: usize) -> f32 {
        (count as f32 * LANE - self.lanes.height).max(0.0)
    }

    /// A clip in the lane at place `index`.
    pub(super) fn clip(&self, index: usize, clip: &Clip) -> Rectangle {
        let lane = self.lane(index);
        let (left, right) = (self.x(clip.position).round(), self.x(clip.end()).round());
        rect(left, lane.y + 1.0, (right - left).max(1.0), lane.height - 3.0)
    }

    /// The clip at a point.
    pub(super) fn clip_at<'m>(
        &self,
        mix: &'m Mix,
        at: Point,
    ) -> Option<(usize, &'m Track, &'m Clip)> {
        let found = |(index, track): (usize, &'m Track)| {
            let clips = track.clips.iter().rev();
            let clip = { clips }.find(|clip| self.clip(index, clip).contains(at))?;
            Some((index, track, clip))
        };
        mix.tracks.iter().enumerate().find_map(found)
    }
}

/// Frames of a pixel that show the whole song in `width` pixels.
fn whole(mix: &Mix, width: f32) -> f64 {
    match mix.end() {
        0 => UNKNOWN,
        end => (end as f64 * 1.02 / f64::from(width)).max(FINEST),
    }
}

/// The buttons of a lane's header: M and S.
pub(super) fn button(lane: Rectangle, index: usize) -> Rectangle {
    rect(130.0 + index as f32 * 26.0, lane.y + 5.0, 24.0, 24.0)
}

/// Buttons over the headers.
pub(super) fn tool(index: usize) -> Rectangle {
    rect(154.0 + index as f32 * 30.0, 10.0, 26.0, 26.0)
}

pub(super) fn controls(scene: &ArrangeScene<'_>, size: Size) -> Vec<Control<Part>> {
    let mix = scene.desk.mix();
    let frame = Frame::new(scene.arrange, mix, size);
    let mut all = vec![
        Control::button(Part::Add, tool(0)),
        Control::button(Part::Fit, tool(1)),
        Control::field(Part::Sections, frame.sections),
        Control { stops: true, ..Control::field(Part::Ruler, frame.ruler) },
        Control { stops: true, ..Control::field(Part::Lanes, frame.lanes) },
    ];
    for (index, track) in mix.tracks.iter().enumerate() {
        let lane = frame.lane(index);
        let Some(seen) = frame.headers.intersection(&lane) else { continue };
        let id: StripId = track.strip.id;
        let cut = |area: Rectangle| area.intersection(&seen).unwrap_or_default();
        all.push(Control::button(Part::Name(id), cut(rect(0.0, lane.y, 128.0, lane.height))));
        all.push(Control::button(Part::Mute(id), cut(button(lane, 0))));
        all.push(Control::button(Part::Solo(id), cut(button(lane, 1))));
    }
    all
}
