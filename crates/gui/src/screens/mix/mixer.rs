//! The mixer: a strip for every track, group and return, and the mix bus with the monitor.

mod bus;
mod chips;
mod draw;
mod layout;
mod menus;
mod popover;
mod update;

use iced::{Element, Length, Size};
use twobus_session::{Mix, StripId};

use crate::desk::Desk;
use crate::painter::Painter;
use crate::screens::mix::Split;
use crate::settings::MeterKind;
use crate::topics::Topic;
use crate::widgets::{Control, Help, Input, Scene, Surface, Touch};

pub(crate) use draw::short_name;
pub(crate) use menus::{add_device, of_device, of_send};
pub(crate) use update::Action;

/// A control of the mixer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// One of a strip.
    Strip(StripId, Piece),
    /// The listening level.
    Listen,
    /// A switch of the monitor.
    Monitor(Switch),
    /// A choice in the bar over the strips.
    Bar(Choice),
    /// Correlation of the mix.
    Correlation,
    /// Loudness of the mix.
    Loudness,
    /// What the meter of the mix bus reads as 0.
    Scale,
    /// The edge to the arrange.
    Split,
}

/// A piece of a strip, from top to bottom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece {
    /// A device, by its place.
    Insert(usize),
    /// The first free slot.
    AddInsert,
    /// A send, by the place of its return among the returns.
    Send(usize),
    /// Makes the first return.
    AddSend,
    /// Shows the sends of a narrow strip.
    Sends,
    /// The ground of what is shown then.
    Popover,
    /// Gain before the inserts.
    Trim,
    /// Stereo width.
    Width,
    /// Pan or balance.
    Pan,
    /// M.
    Mute,
    /// S.
    Solo,
    /// Ø.
    Polarity,
    /// The fader's value.
    Level,
    /// The highest peak.
    Peak,
    /// The fader.
    Fader,
    /// The meter.
    Meter,
    /// The name.
    Plate,
}

/// A switch of the monitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Switch {
    Dim,
    Mono,
    Side,
    Reference,
}

impl Switch {
    const ALL: [Self; 4] = [Self::Dim, Self::Mono, Self::Side, Self::Reference];

    fn label(self) -> &'static str {
        match self {
            Self::Dim => "Dim",
            Self::Mono => "Mono",
            Self::Side => "Side",
            Self::Reference => "Ref",
        }
    }
}

/// A choice in the bar over the strips.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choice {
    Narrow,
    Wide,
    /// The lanes alone, lanes and mixer, the mixer alone.
    Arrange,
    Both,
    Alone,
    All,
    Tracks,
    Buses,
    Peak,
    Vu,
    ResetSolo,
    ClearPeaks,
}

impl Choice {
    const ALL: [Self; 12] = [
        Self::Narrow,
        Self::Wide,
        Self::Arrange,
        Self::Both,
        Self::Alone,
        Self::All,
        Self::Tracks,
        Self::Buses,
        Self::Peak,
        Self::Vu,
        Self::ResetSolo,
        Self::ClearPeaks,
    ];

    fn label(self) -> &'static str {
        match self {
            Self::Narrow => "Narrow",
            Self::Wide => "Wide",
            Self::Arrange => "Arrange",
            Self::Both => "Both",
            Self::Alone => "Mixer",
            Self::All => "All",
            Self::Tracks => "Tracks",
            Self::Buses => "Buses",
            Self::Peak => MeterKind::PeakRms.name(),
            Self::Vu => MeterKind::Vu.name(),
            Self::ResetSolo => "Reset solo",
            Self::ClearPeaks => "Clear peaks",
        }
    }
}

/// Width of a mixer from which on its strips may be wide.
const ROOMY: f32 = 1280.0;

/// What the mixer shows of the mix, and what is chosen in it.
#[derive(Debug)]
pub(crate) struct Mixer {
    /// How far it is scrolled, in pixels.
    scroll: f32,
    /// Strips are narrow.
    narrow: bool,
    /// Which strips it shows.
    shows: Choice,
    /// The strip that keys and panels are about.
    pub(crate) chosen: Option<StripId>,
    /// All strips that move together, the chosen one among them.
    pub(crate) selected: Vec<StripId>,
    /// The control that has the keyboard.
    pub(crate) focus: Option<Part>,
    /// The control under the pointer.
    pub(crate) over: Option<Part>,
    /// Width of the mixer when it was last seen.
    width: f32,
    /// Levels of the selected strips when a drag began.
    grabbed: Vec<(StripId, twobus_dsp::Db)>,
    /// Where the edge to the arrange was taken hold of.
    split: Option<f32>,
    /// How arrange and mixer share the room out.
    shares: Split,
    /// The narrow strip whose sends are shown.
    popover: Option<StripId>,
}

impl Default for Mixer {
    fn default() -> Self {
        Self {
            scroll: 0.0,
            narrow: false,
            shows: Choice::All,
            chosen: None,
            selected: Vec::new(),
            focus: None,
            over: None,
            width: 1600.0,
            grabbed: Vec::new(),
            split: None,
            shares: Split::default(),
            popover: None,
        }
    }
}

impl Mixer {
    /// Whether strips are narrow: by choice, or since there is no room for wide ones.
    fn is_narrow(&self) -> bool {
        self.narrow || self.width < ROOMY
    }

    /// The strips that are shown, from left to right; the mix bus stands apart.
    pub(crate) fn shown(&self, mix: &Mix) -> Vec<StripId> {
        let tracks = mix.tracks.iter().map(|track| track.strip.id);
        let buses = mix.buses.iter().map(|bus| bus.strip.id);
        match self.shows {
            Choice::Tracks => tracks.collect(),
            Choice::Buses => buses.collect(),
            _ => tracks.chain(buses).collect(),
        }
    }

    /// The mixer as it is, `size` large.
    pub(crate) fn view<'a, Message: 'a>(
        &'a self,
        desk: &'a Desk,
        height: f32,
        active: bool,
        publish: impl Fn(Input<Part>) -> Message + 'a,
    ) -> Element<'a, Message> {
        let scene = MixerScene { desk, mixer: self };
        let ways = (Length::Fill, Length::Fixed(height));
        Surface::new(scene, ways, publish).focus(self.focus.filter(|_| active)).into()
    }

    /// What is said about the control under the pointer, or else the one with the keyboard.
    pub(crate) fn help(&self, desk: &Desk, active: bool) -> Option<Help> {
        let part = self.over.or(self.focus.filter(|_| active))?;
        Some(MixerScene { desk, mixer: self }.help(part))
    }

    /// What the longer help is about.
    pub(crate) fn topic(&self, active: bool) -> Option<Topic> {
        Some(match self.over.or(self.focus.filter(|_| active))? {
            Part::Strip(_, piece) => match piece {
                Piece::Insert(_) | Piece::AddInsert => Topic::Inserts,
                Piece::Send(_) | Piece::AddSend | Piece::Sends | Piece::Popover => Topic::Sends,
                Piece::Trim | Piece::Width => Topic::Gain,
                Piece::Pan => Topic::Pan,
                Piece::Mute | Piece::Solo | Piece::Polarity => Topic::Switches,
                Piece::Level | Piece::Fader => Topic::Fader,
                Piece::Peak | Piece::Meter => Topic::Meter,
                Piece::Plate => Topic::Strip,
            },
            Part::Listen | Part::Monitor(_) => Topic::Monitor,
            Part::Bar(Choice::ClearPeaks) | Part::Scale => Topic::Meter,
            Part::Bar(_) => Topic::Strip,
            Part::Correlation => Topic::Correlation,
            Part::Loudness => Topic::Loudness,
            Part::Split => Topic::Strip,
        })
    }

    /// What can be pointed at in a mixer of this size.
    #[cfg(test)]
    pub(crate) fn parts(&self, desk: &Desk, size: Size) -> Vec<Part> {
        let controls = MixerScene { desk, mixer: self }.controls(size);
        controls.into_iter().map(|control| control.part).collect()
    }

    /// The first control, or the last one: where the Tab key enters.
    pub(crate) fn enter(&mut self, desk: &Desk, back: bool) {
        let size = Size::new(self.width, crate::theme::layout::STRIP_HEIGHT);
        let controls = MixerScene { desk, mixer: self }.controls(size);
        let mut stops = controls.iter().filter(|control| control.stops);
        let to = if back { stops.next_back() } else { stops.next() };
        self.focus = to.map(|control| control.part);
    }
}

/// The mixer while it is shown.
pub(crate) struct MixerScene<'a> {
    desk: &'a Desk,
    mixer: &'a Mixer,
}

impl Scene for MixerScene<'_> {
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
