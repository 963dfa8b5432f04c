//! Where everything in the arrange lies, and which frame a pixel stands for.

use iced::{Point, Rectangle, Size};
use twobus_session::{Clip, LaneTarget, Mix, StripId, Track};

use super::{Arrange, ArrangeScene, Part, lane};
use crate::painter::rect;
use crate::theme::layout::{AUTOMATION, HEADER, LANE, RULER, SECTIONS};
use crate::widgets::Control;

/// Frames of a pixel, at the finest and where nothing tells how long the song is.
const FINEST: f64 = 8.0;
const UNKNOWN: f64 = 6000.0;

/// What a row shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Kind {
    /// The track at a place.
    Track(usize),
    /// The automation of a control of a strip.
    Automation(StripId, LaneTarget),
}

/// A row, over the whole width.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Row {
    pub(super) kind: Kind,
    pub(super) area: Rectangle,
}

/// Where the pieces lie, and the mapping between frames and pixels.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub(super) sections: Rectangle,
    pub(super) ruler: Rectangle,
    pub(super) headers: Rectangle,
    pub(super) lanes: Rectangle,
    pub(super) start: f64,
    pub(super) frames_per_px: f64,
    pub(super) rows: Vec<Row>,
}

impl Frame {
    pub(super) fn new(arrange: &Arrange, mix: &Mix, size: Size) -> Self {
        let width = (size.width - HEADER).max(1.0);
        let ruler = if arrange.folded.is_some() { 0.0 } else { RULER };
        let above = SECTIONS + ruler;
        let whole = whole(mix, width);
        let (start, frames_per_px) = match arrange.folded {
            Some(_) => (0.0, None),
            None => (arrange.start, arrange.frames_per_px),
        };
        let lanes = rect(HEADER, above, width, (size.height - above).max(0.0));
        Self {
            sections: rect(HEADER, 0.0, width, SECTIONS),
            ruler: rect(HEADER, SECTIONS, width, ruler),
            headers: rect(0.0, above, HEADER, lanes.height),
            lanes,
            start,
            frames_per_px: frames_per_px.unwrap_or(whole).clamp(FINEST, whole.max(FINEST)),
            rows: rows(arrange, mix, lanes),
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
        let row = self.rows.iter().find(|row| row.kind == Kind::Track(index));
        row.map_or(NOWHERE, |row| row.area)
    }

    /// Most that the rows can be scrolled, in pixels.
    pub(super) fn most_top(&self) -> f32 {
        let tall: f32 = self.rows.iter().map(|row| row.area.height).sum();
        (tall - self.lanes.height).max(0.0)
    }

    /// The automation lanes that are shown.
    pub(super) fn automation(&self) -> impl Iterator<Item = (StripId, LaneTarget, Rectangle)> + '_ {
        self.rows.iter().filter_map(|row| match row.kind {
            Kind::Automation(strip, target) => Some((strip, target, row.area)),
            Kind::Track(_) => None,
        })
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

/// Where what is not shown lies.
const NOWHERE: Rectangle = rect(0.0, -10_000.0, 0.0, 0.0);

/// The rows from top to bottom: tracks, each with its automation below, then the automation of buses.
fn rows(arrange: &Arrange, mix: &Mix, lanes: Rectangle) -> Vec<Row> {
    let width = lanes.x + lanes.width;
    if let Some(strip) = arrange.folded {
        let place = mix.tracks.iter().position(|track| track.strip.id == strip);
        let area = rect(0.0, lanes.y, width, lanes.height);
        return place.map(|index| Row { kind: Kind::Track(index), area }).into_iter().collect();
    }
    let open = |id: StripId| {
        let target = *arrange.open.get(&id)?;
        mix.strip(id)?.control(target).map(|_| (Kind::Automation(id, target), AUTOMATION))
    };
    let tracks = mix.tracks.iter().enumerate().flat_map(|(index, track)| {
        std::iter::once((Kind::Track(index), LANE)).chain(open(track.strip.id))
    });
    let buses = mix.buses.iter().map(|bus| bus.strip.id).chain([StripId::MIX_BUS]);
    let mut y = lanes.y - arrange.top;
    let place = |(kind, height): (Kind, f32)| {
        let area = rect(0.0, y.round(), width, height);
        y += height;
        Row { kind, area }
    };
    tracks.chain(buses.filter_map(open)).map(place).collect()
}

/// Frames of a pixel that show the whole song in `width` pixels.
fn whole(mix: &Mix, width: f32) -> f64 {
    match mix.end() {
        0 => UNKNOWN,
        end => (end as f64 * 1.02 / f64::from(width)).max(FINEST),
    }
}

/// The buttons of a lane's header: M, S, and the automation.
pub(super) fn button(lane: Rectangle, index: usize) -> Rectangle {
    let middle = lane.y + (lane.height - 1.0) / 2.0;
    rect(118.0 + index as f32 * 26.0, (middle - 12.0).round(), 24.0, 24.0)
}

/// Buttons over the headers.
pub(super) fn tool(index: usize) -> Rectangle {
    rect(154.0 + index as f32 * 30.0, 10.0, 26.0, 26.0)
}

pub(super) fn controls(scene: &ArrangeScene<'_>, size: Size) -> Vec<Control<Part>> {
    let mix = scene.desk.mix();
    let frame = Frame::new(scene.arrange, mix, size);
    let mut all = Vec::new();
    if scene.arrange.folded.is_none() {
        all.push(Control::button(Part::Add, tool(0)));
        all.push(Control::button(Part::Fit, tool(1)));
        all.push(Control { stops: true, ..Control::field(Part::Ruler, frame.ruler) });
    }
    all.push(Control::field(Part::Sections, frame.sections));
    all.push(Control { stops: true, ..Control::field(Part::Lanes, frame.lanes) });
    for (index, track) in mix.tracks.iter().enumerate() {
        let lane = frame.lane(index);
        let Some(seen) = frame.headers.intersection(&lane) else { continue };
        let id: StripId = track.strip.id;
        let cut = |area: Rectangle| area.intersection(&seen).unwrap_or_default();
        all.push(Control::button(Part::Name(id), cut(rect(0.0, lane.y, 116.0, lane.height))));
        let last = match scene.arrange.folded {
            Some(_) => Part::Unfold,
            None => Part::Automate(id),
        };
        for (index, part) in [Part::Mute(id), Part::Solo(id), last].into_iter().enumerate() {
            all.push(Control::button(part, cut(button(lane, index))));
        }
    }
    lane::controls(&frame, &mut all);
    all
}
