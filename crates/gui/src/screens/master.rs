//! The Master view of one song: the print with its loudness, the chain on one page, and beside it what is
//! heard, the target, and what each place will do.

mod draw;
mod faces;
mod help;
mod layout;
mod params;
mod side;
mod update;
mod wave;

use std::cell::RefCell;
use std::rc::Rc;

use iced::{Element, Length, Size};
use twobus_analysis::matching::Amounts;
use twobus_dsp::DeviceKind;
use twobus_session::{Device, DeviceId};

use crate::desk::{Desk, Studied};
use crate::painter::Painter;
use crate::widgets::{Control, Help, Input, Scene, Surface, Touch};

pub(crate) use update::{Action, compare, hold_check, is_checked};

/// A control of the view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// The wave: the place is chosen there, and the loop.
    Wave,
    /// The wave of the print, or of the master.
    Show(usize),
    /// Bounces anew when the mix has changed.
    Update,
    /// The report on the print.
    Readiness,
    /// Gain before the chain.
    Trim,
    /// A device in the chain.
    Chip(DeviceId),
    /// Switches it off and on.
    Power(DeviceId),
    /// Adds a device.
    Add,
    /// Compares with the other chain.
    Compare,
    /// Chain presets.
    Presets,
    /// Switches all of the chain off and on.
    Bypass,
    /// Adds the device that an empty panel is for.
    New(Panel),
    /// A parameter.
    Param(DeviceId, usize),
    /// The ground of the equalizer's graph, and the node of a band.
    Graph,
    Node(usize),
    /// The card of a band.
    Band(usize),
    /// What is heard: print, master, reference.
    Source(usize),
    /// All three at one loudness.
    Matched,
    /// Chooses a reference.
    Reference,
    Match,
    Assistant,
    /// How much of a difference is made up for.
    Amount(usize),
    Target,
    /// Loudness and true peak.
    Meters,
    /// What a place will do.
    Place(usize),
    /// A check that is heard while it is held: mono, side, phone, laptop.
    Check(usize),
}

/// A panel of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Panel {
    Tone,
    Dynamics,
    Image,
    Limit,
}

impl Panel {
    const ALL: [Self; 4] = [Self::Tone, Self::Dynamics, Self::Image, Self::Limit];

    /// The device that it is for.
    fn kind(self) -> DeviceKind {
        match self {
            Self::Tone => DeviceKind::Equalizer,
            Self::Dynamics => DeviceKind::Compressor,
            Self::Image => DeviceKind::Stereo,
            Self::Limit => DeviceKind::Limiter,
        }
    }

    /// Whether it shows devices of this kind.
    fn shows(self, kind: DeviceKind) -> bool {
        let own = Self::ALL.into_iter().find(|panel| panel.kind() == kind);
        own.unwrap_or(Self::Dynamics) == self
    }
}

/// Lines of an equalizer, with the values that they were computed from: the whole, then each band.
type Lines = Option<(Vec<f64>, Rc<Vec<Vec<f32>>>)>;

/// What of a master is shown, and how.
#[derive(Debug)]
pub(crate) struct Master {
    /// What was measured last.
    pub(crate) studied: Option<Studied>,
    /// Why it cannot be measured.
    pub(crate) problem: Option<String>,
    /// What is made up for by a match.
    pub(crate) amounts: Amounts,
    /// What has changed in the mix since the print, in words.
    changes: Vec<String>,
    /// The device that is chosen where a panel could show several.
    chosen: Option<DeviceId>,
    /// The band that is chosen.
    band: usize,
    /// Whether the wave is the master's.
    shows_master: bool,
    size: Size,
    pub(crate) focus: Option<Part>,
    pub(crate) over: Option<Part>,
    hold: Option<update::Hold>,
    lines: RefCell<Lines>,
    picture: RefCell<wave::Picture>,
}

impl Default for Master {
    fn default() -> Self {
        Self {
            studied: None,
            problem: None,
            amounts: Amounts { loudness: 0.0, ..Amounts::FULL },
            changes: Vec::new(),
            chosen: None,
            band: 2,
            shows_master: true,
            size: Size::new(1600.0, 824.0),
            focus: None,
            over: None,
            hold: None,
            lines: RefCell::default(),
            picture: RefCell::default(),
        }
    }
}

impl Master {
    /// Takes note of its size.
    pub(crate) fn resized(&mut self, size: Size) {
        self.size = size;
    }

    /// Looks anew how far the print is behind its mix.
    pub(crate) fn refresh(&mut self, desk: &Desk) {
        let (project, song) = (desk.project(), desk.song());
        let input = twobus_jobs::master::input(desk.folder(), project, song);
        self.changes = match input {
            Ok((_, Some(print))) if song.mix.is_some() => {
                twobus_session::audible::changes_since(print, project, song)
            }
            _ => Vec::new(),
        };
    }

    /// What has changed in the mix since the print, in words.
    pub(crate) fn changes(&self) -> &[String] {
        &self.changes
    }

    /// The device that a panel shows, with its place in the chain.
    fn device<'d>(&self, panel: Panel, desk: &'d Desk) -> Option<(usize, &'d Device)> {
        let chain = &desk.song().master.chain;
        let fits = |(_, device): &(usize, &Device)| panel.shows(device.kind);
        let mut all = chain.iter().enumerate().filter(fits);
        let chosen = all.clone().find(|(_, device)| Some(device.id) == self.chosen);
        // The last limiter is the one that has the last word.
        chosen.or_else(|| if panel == Panel::Limit { all.next_back() } else { all.next() })
    }

    /// The view as it is, over the room between the bars.
    pub(crate) fn view<'a, Message: 'a>(
        &'a self,
        desk: &'a Desk,
        active: bool,
        publish: impl Fn(Input<Part>) -> Message + 'a,
    ) -> Element<'a, Message> {
        let scene = MasterScene { desk, master: self };
        let ways = (Length::Fill, Length::Fill);
        Surface::new(scene, ways, publish).focus(self.focus.filter(|_| active)).into()
    }

    /// What is said about the control under the pointer, or else the one with the keyboard.
    pub(crate) fn help(&self, desk: &Desk, active: bool) -> Option<Help> {
        let part = self.over.or(self.focus.filter(|_| active))?;
        Some(MasterScene { desk, master: self }.help(part))
    }

    /// The control where the Tab key enters.
    pub(crate) fn enter(&mut self, desk: &Desk, back: bool) {
        let controls = MasterScene { desk, master: self }.controls(self.size);
        let mut stops = controls.iter().filter(|control| control.stops);
        let to = if back { stops.next_back() } else { stops.next() };
        self.focus = to.map(|control| control.part);
    }
}

/// The view while it is shown.
struct MasterScene<'a> {
    desk: &'a Desk,
    master: &'a Master,
}

impl Scene for MasterScene<'_> {
    type Part = Part;

    fn controls(&self, size: Size) -> Vec<Control<Part>> {
        layout::controls(self, size)
    }

    fn help(&self, part: Part) -> Help {
        help::help(self, part)
    }

    fn draw(&self, painter: &mut Painter<'_>, size: Size, touch: Touch<Part>) {
        draw::draw(self, painter, size, touch);
    }
}
