//! The arrange: lanes with clips along the song, under a ruler.

mod automate;
mod draw;
mod lane;
mod layout;
mod sections;
mod update;

use std::collections::BTreeMap;

use iced::{Element, Length, Size};
use twobus_session::{ClipId, LaneTarget, StripId};

use crate::desk::Desk;
use crate::painter::Painter;
use crate::topics::Topic;
use crate::widgets::{Control, Help, Input, Scene, Surface, Touch};

pub(crate) use automate::device_menu;
pub(crate) use sections::{name_of, named};
pub(crate) use update::{Action, drop_marker};

/// A control of the arrange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// A track's name.
    Name(StripId),
    /// Its M.
    Mute(StripId),
    /// Its S.
    Solo(StripId),
    /// Shows its automation, or no longer.
    Automate(StripId),
    /// Which control the automation is of.
    Target(StripId),
    /// Whether it is read or written.
    Mode(StripId),
    /// The automation itself.
    Curve(StripId),
    /// Opens the arrange that is folded.
    Unfold,
    /// Sections and markers.
    Sections,
    /// Bars and time: the place is chosen here, and the loop.
    Ruler,
    /// The lanes themselves.
    Lanes,
    /// Adds files.
    Add,
    /// Shows the whole song.
    Fit,
}

/// What the arrange shows of the song.
#[derive(Debug, Clone)]
pub(crate) struct Arrange {
    /// First frame at the left; frames of a pixel.
    start: f64,
    frames_per_px: Option<f64>,
    /// How far the lanes are scrolled, in pixels.
    top: f32,
    /// Size when it was last seen.
    size: Size,
    /// The control that has the keyboard.
    pub(crate) focus: Option<Part>,
    /// The control under the pointer.
    pub(crate) over: Option<Part>,
    /// The clip that is chosen.
    pub(crate) clip: Option<(StripId, ClipId)>,
    hold: Option<update::Hold>,
    /// The controls whose automation is shown, by strip.
    open: BTreeMap<StripId, LaneTarget>,
    /// The automation point that is chosen, by its frame.
    point: Option<(StripId, LaneTarget, u64)>,
    /// Only this strip is shown, and all of the song: the devices lie below.
    folded: Option<StripId>,
    /// Files hang over it.
    pub(crate) dropping: bool,
    /// What "Show me" points out, until the next action.
    marked: Option<Marked>,
}

/// Bars and tracks that are pointed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Marked {
    /// A stretch of the song, in frames; all of it where there is none.
    pub(crate) place: Option<(u64, u64)>,
    /// The tracks; all of them where there are none.
    pub(crate) strips: Vec<StripId>,
}

impl Default for Arrange {
    fn default() -> Self {
        Self {
            start: 0.0,
            frames_per_px: None,
            top: 0.0,
            size: Size::new(1600.0, 324.0),
            focus: None,
            over: None,
            clip: None,
            hold: None,
            open: BTreeMap::new(),
            point: None,
            folded: None,
            dropping: false,
            marked: None,
        }
    }
}

impl Arrange {
    /// The arrange as it is, `height` high.
    pub(crate) fn view<'a, Message: 'a>(
        &'a self,
        (desk, chosen): (&'a Desk, Option<StripId>),
        height: f32,
        active: bool,
        publish: impl Fn(Input<Part>) -> Message + 'a,
    ) -> Element<'a, Message> {
        let scene = ArrangeScene { desk, arrange: self, chosen };
        let ways = (Length::Fill, Length::Fixed(height));
        Surface::new(scene, ways, publish).focus(self.focus.filter(|_| active)).into()
    }

    /// What is said about the control under the pointer, or else the one with the keyboard.
    pub(crate) fn help(&self, desk: &Desk, active: bool) -> Option<Help> {
        let part = self.over.or(self.focus.filter(|_| active))?;
        Some(ArrangeScene { desk, arrange: self, chosen: None }.help(part))
    }

    /// Whether less than the whole song is shown.
    #[cfg(test)]
    pub(crate) fn is_zoomed(&self) -> bool {
        self.frames_per_px.is_some_and(|frames| frames < 30.0)
    }

    /// What the longer help is about.
    pub(crate) fn topic(&self, active: bool) -> Option<Topic> {
        Some(match self.over.or(self.focus.filter(|_| active))? {
            Part::Name(_) => Topic::Strip,
            Part::Mute(_) | Part::Solo(_) => Topic::Switches,
            Part::Sections => Topic::Sections,
            Part::Ruler | Part::Fit => Topic::Ruler,
            Part::Lanes | Part::Unfold => Topic::Clips,
            Part::Automate(_) | Part::Target(_) | Part::Mode(_) | Part::Curve(_) => {
                Topic::Automation
            }
            Part::Add => Topic::Import,
        })
    }

    /// The first control, or the last one: where the Tab key enters.
    pub(crate) fn enter(&mut self, desk: &Desk, back: bool) {
        let scene = ArrangeScene { desk, arrange: self, chosen: None };
        let controls = scene.controls(self.size);
        let mut stops = controls.iter().filter(|control| control.stops);
        let to = if back { stops.next_back() } else { stops.next() };
        self.focus = to.map(|control| control.part);
    }
}

/// The arrange while it is shown.
pub(crate) struct ArrangeScene<'a> {
    desk: &'a Desk,
    arrange: &'a Arrange,
    chosen: Option<StripId>,
}

impl Scene for ArrangeScene<'_> {
    type Part = Part;

    fn controls(&self, size: Size) -> Vec<Control<Part>> {
        layout::controls(self, size)
    }

    fn help(&self, part: Part) -> Help {
        update::help(self.desk, part)
    }

    fn draw(&self, painter: &mut Painter<'_>, size: Size, touch: Touch<Part>) {
        draw::draw(self, painter, size, touch);
    }
}
