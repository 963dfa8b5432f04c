//! The device panel: the inserts of a strip, and the faces of one or two of them.
//!
//! ```text
//!  chain bar: strip, its devices, +, A/B, close
//!  pane of a device:  head (power, preset, choices)
//!                     picture: what it does, drawn by the functions that do it
//!                     cells: its parameters as knobs, switches and choices
//! ```

mod cells;
mod draw;
mod equalizer;
mod handles;
mod help;
mod layout;
mod menus;
mod pages;
mod pictures;
mod update;

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use iced::{Element, Length, Size};
use twobus_dsp::DeviceKind;
use twobus_render::live::Range;
use twobus_session::{Device, DeviceId, Strip, StripId};

use crate::desk::Desk;
use crate::painter::Painter;
use crate::seen::Target;
use crate::widgets::{Control, Help, Input, Scene, Surface, Touch};

use layout::Pane;
pub(crate) use update::Action;

/// A control of the panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// A device in the chain: chooses it, and moves it along.
    Tab(DeviceId),
    /// Adds a device.
    Add,
    /// Adds one of this kind, where there is none yet.
    New(usize),
    /// Bypasses all of them, or none.
    BypassAll,
    /// A or B.
    Side(usize),
    /// Makes B, or A, a copy of the other.
    CopySide,
    /// Closes the panel.
    Close,
    /// Bypasses a device.
    Power(DeviceId),
    /// Its presets.
    Preset(DeviceId),
    /// What it listens to.
    Key(DeviceId),
    /// A page of its parameters.
    Page(DeviceId, usize),
    /// A parameter.
    Param(DeviceId, usize),
    /// A value of a parameter with few of them.
    Choice(DeviceId, usize, usize),
    /// What the analyser shows.
    Analyser(usize),
    /// How far the graph reaches.
    Range(usize),
    /// The ground of a graph.
    Graph(DeviceId),
    /// The node of a band.
    Node(DeviceId, usize),
    /// What a face draws.
    Picture(DeviceId),
    /// A parameter where a face draws it: a threshold, a split.
    Handle(DeviceId, usize),
    /// Lets the chosen band of an equalizer be heard alone.
    Listen(DeviceId),
    /// Levels of what goes in and what comes out.
    Levels(DeviceId),
}

/// What the analyser of an equalizer shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Analyser {
    Off,
    Pre,
    Post,
    #[default]
    Both,
}

impl Analyser {
    const ALL: [Self; 4] = [Self::Off, Self::Pre, Self::Post, Self::Both];

    fn label(self) -> &'static str {
        match self {
            Self::Off => "Off",
            Self::Pre => "Pre",
            Self::Post => "Post",
            Self::Both => "Both",
        }
    }
}

/// How far the graph of an equalizer reaches, in dB.
const RANGES_DB: [f64; 3] = [6.0, 12.0, 24.0];

/// Both settings of a device that are compared.
#[derive(Debug, Clone, PartialEq)]
struct Compare {
    sides: [Vec<f64>; 2],
    on: usize,
}

/// Lines of pictures by device, with what they were computed from.
type Drawn = BTreeMap<DeviceId, (DeviceKind, Vec<f64>, Rc<Vec<Vec<f32>>>)>;

/// Which devices are shown, and how.
#[derive(Debug, Default)]
pub(crate) struct Devices {
    /// The strip whose devices are shown; `None` while the panel is closed.
    strip: Option<StripId>,
    chosen: Option<DeviceId>,
    /// The one beside it, where there is room.
    beside: Option<DeviceId>,
    pages: BTreeMap<DeviceId, usize>,
    compare: BTreeMap<DeviceId, Compare>,
    analyser: Analyser,
    /// Index into [`RANGES_DB`].
    range: usize,
    /// The control that has the keyboard.
    pub(crate) focus: Option<Part>,
    /// The control under the pointer.
    pub(crate) over: Option<Part>,
    hold: Option<update::Hold>,
    /// The equalizer whose chosen band is heard alone.
    listens: Option<DeviceId>,
    /// It is heard alone while a node is held.
    lends_ear: bool,
    drawn: RefCell<Drawn>,
    size: Size,
}

impl Devices {
    /// Whether the panel is there.
    pub(crate) fn is_open(&self) -> bool {
        self.strip.is_some()
    }

    /// The strip that is shown.
    pub(crate) fn strip(&self) -> Option<StripId> {
        self.strip
    }

    /// Shows the devices of a strip, at `device` or its first one.
    pub(crate) fn open(&mut self, strip: StripId, device: Option<DeviceId>, desk: &Desk) {
        if self.strip.is_none() {
            self.range = 1;
        }
        self.strip = Some(strip);
        let first = desk.strip(strip).and_then(|strip| strip.inserts.first());
        self.chosen = None;
        if let Some(device) = device.or(first.map(|device| device.id)) {
            self.choose(device, desk);
        }
        self.focus = self.chosen.map(Part::Tab).or(Some(Part::Add));
    }

    /// Closes the panel.
    pub(crate) fn close(&mut self) {
        (self.strip, self.hold, self.over, self.focus) = (None, None, None, None);
        (self.listens, self.lends_ear) = (None, false);
    }

    /// Follows the strip that is chosen in the mixer, and what undo has taken away.
    pub(crate) fn follow(&mut self, chosen: Option<StripId>, desk: &Desk) {
        let Some(shown) = self.strip else { return };
        let wanted = chosen.filter(|id| desk.strip(*id).is_some()).unwrap_or(shown);
        match desk.strip(wanted) {
            None => self.close(),
            Some(_) if wanted != shown => self.open(wanted, None, desk),
            Some(strip) => {
                let has = |id: &DeviceId| strip.inserts.iter().any(|device| device.id == *id);
                if self.chosen.as_ref().is_none_or(|id| !has(id)) {
                    self.chosen = strip.inserts.first().map(|device| device.id);
                }
            }
        }
    }

    /// The device to look at while it plays.
    pub(crate) fn target(&self, desk: &Desk) -> Option<Target> {
        let strip = desk.strip(self.strip?)?;
        let device = self.current(strip)?;
        let slot = strip.inserts.iter().position(|other| other.id == device)?;
        Some(Target { strip: strip.id, device, slot })
    }

    /// What is heard alone: the range of the chosen band.
    pub(crate) fn listened(&self, desk: &Desk) -> Option<Range> {
        let strip = desk.strip(self.strip?)?;
        let device = strip.inserts.iter().find(|device| Some(device.id) == self.listens)?;
        (device.kind == DeviceKind::Equalizer)
            .then(|| equalizer::range_of(device, self.page(device.id)))
    }

    /// Takes note of its size.
    pub(crate) fn resized(&mut self, size: Size) {
        self.size = size;
    }

    /// Chooses a device; what was chosen stays beside it if it was shown already.
    fn choose(&mut self, device: DeviceId, desk: &Desk) {
        let strip = self.strip.and_then(|id| desk.strip(id));
        let Some(inserts) = strip.map(|strip| &strip.inserts) else { return };
        let Some(place) = inserts.iter().position(|other| other.id == device) else { return };
        if self.beside == Some(device) {
            self.beside = self.chosen;
        } else if self.chosen != Some(device) {
            let next = inserts.get(place + 1).or_else(|| inserts.get(place.wrapping_sub(1)));
            self.beside = next.map(|device| device.id);
        }
        self.chosen = Some(device);
    }

    /// The page that is shown of a device: for an equalizer its band.
    fn page(&self, device: DeviceId) -> usize {
        self.pages.get(&device).copied().unwrap_or(0)
    }

    /// The chosen device, or the first one after undo has taken that away.
    fn current(&self, strip: &Strip) -> Option<DeviceId> {
        let is_there = |id: &DeviceId| strip.inserts.iter().any(|device| device.id == *id);
        let first = strip.inserts.first().map(|device| device.id);
        self.chosen.filter(is_there).or(first)
    }

    /// The devices that are shown, in the order of the chain.
    fn shown<'d>(&self, strip: &'d Strip) -> Vec<&'d Device> {
        let two = self.size.width >= layout::TWO_PANES;
        let chosen = self.current(strip);
        let is_shown = |id: DeviceId| Some(id) == chosen || (two && Some(id) == self.beside);
        strip.inserts.iter().filter(|device| is_shown(device.id)).collect()
    }

    fn panes<'d>(&self, strip: &'d Strip, size: Size) -> Vec<Pane<'d>> {
        layout::panes(&self.shown(strip), size)
    }

    /// Lines that a picture draws, computed anew only when the device's values are others.
    fn drawn(&self, device: &Device, compute: impl FnOnce() -> Vec<Vec<f32>>) -> Rc<Vec<Vec<f32>>> {
        let mut drawn = self.drawn.borrow_mut();
        if let Some((kind, values, lines)) = drawn.get(&device.id)
            && *kind == device.kind
            && *values == device.values
        {
            return Rc::clone(lines);
        }
        let lines = Rc::new(compute());
        let made = (device.kind, device.values.clone(), Rc::clone(&lines));
        let _before = drawn.insert(device.id, made);
        lines
    }

    /// The panel as it is, `height` high.
    pub(crate) fn view<'a, Message: 'a>(
        &'a self,
        desk: &'a Desk,
        height: f32,
        active: bool,
        publish: impl Fn(Input<Part>) -> Message + 'a,
    ) -> Element<'a, Message> {
        let scene = DevicesScene::new(desk, self);
        let ways = (Length::Fill, Length::Fixed(height));
        Surface::new(scene, ways, publish).focus(self.focus.filter(|_| active)).into()
    }

    /// What is said about the control under the pointer, or else the one with the keyboard.
    pub(crate) fn help(&self, desk: &Desk, active: bool) -> Option<Help> {
        let part = self.over.or(self.focus.filter(|_| active))?;
        Some(DevicesScene::new(desk, self).help(part))
    }

    /// The first control, or the last one: where the Tab key enters.
    pub(crate) fn enter(&mut self, desk: &Desk, back: bool) {
        let controls = DevicesScene::new(desk, self).controls(self.size);
        let mut stops = controls.iter().filter(|control| control.stops);
        let to = if back { stops.next_back() } else { stops.next() };
        self.focus = to.map(|control| control.part);
    }
}

/// The panel while it is shown.
struct DevicesScene<'a> {
    desk: &'a Desk,
    devices: &'a Devices,
    /// As it is heard now.
    strip: Option<Cow<'a, Strip>>,
}

impl<'a> DevicesScene<'a> {
    fn new(desk: &'a Desk, devices: &'a Devices) -> Self {
        let strip = devices.strip.and_then(|id| desk.strip(id));
        Self { desk, devices, strip: strip.map(|strip| desk.as_heard(strip)) }
    }

    fn strip(&self) -> Option<&Strip> {
        self.strip.as_deref()
    }
}

impl Scene for DevicesScene<'_> {
    type Part = Part;

    fn controls(&self, size: Size) -> Vec<Control<Part>> {
        layout::controls(self, size)
    }

    fn help(&self, part: Part) -> Help {
        help::of(self.desk, self.devices, part)
    }

    fn draw(&self, painter: &mut Painter<'_>, size: Size, touch: Touch<Part>) {
        draw::draw(self, painter, size, touch);
    }
}

/// A device of the open song by its id, and its strip.
fn found(desk: &Desk, id: DeviceId) -> Option<(&Strip, &Device)> {
    let of = |strip: &'_ Strip| strip.inserts.iter().position(|device| device.id == id);
    let strip = desk.mix().strips().find(|strip| of(strip).is_some())?;
    Some((strip, &strip.inserts[of(strip)?]))
}
