//! Controls, and what is done to them.

use std::fmt::Debug;

use iced::keyboard::Modifiers;
use iced::{Point, Rectangle, Size};

use crate::painter::Painter;

/// What a surface shows, and what can be done there. Made anew for every view; it borrows what it shows.
pub(crate) trait Scene {
    /// Names a control; the same one keeps its name from view to view.
    type Part: Copy + PartialEq + Debug + 'static;

    /// All controls, in the order of the Tab key. Of those that overlap the later one lies above.
    fn controls(&self, size: Size) -> Vec<Control<Self::Part>>;

    /// What is said about a control.
    fn help(&self, part: Self::Part) -> Help;

    /// What a control's field holds when it opens.
    fn value(&self, part: Self::Part) -> String {
        self.help(part).value
    }

    /// Draws it.
    fn draw(&self, painter: &mut Painter<'_>, size: Size, touch: Touch<Self::Part>);
}

/// Something on a surface that can be pointed at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Control<P> {
    /// Its name.
    pub(crate) part: P,
    /// Where it takes the pointer.
    pub(crate) area: Rectangle,
    /// What it does.
    pub(crate) acts: Acts,
    /// Whether the Tab key stops there.
    pub(crate) stops: bool,
}

impl<P> Control<P> {
    /// Something to press.
    pub(crate) const fn button(part: P, area: Rectangle) -> Self {
        Self { part, area, acts: Acts::Press, stops: true }
    }

    /// Something to look at, which says what it is.
    pub(crate) const fn label(part: P, area: Rectangle) -> Self {
        Self { part, area, acts: Acts::Nothing, stops: false }
    }

    /// Something that takes the pointer as it comes.
    pub(crate) const fn field(part: P, area: Rectangle) -> Self {
        Self { part, area, acts: Acts::Field, stops: false }
    }

    /// The same, left out by the Tab key.
    pub(crate) fn skipped(self) -> Self {
        Self { stops: false, ..self }
    }
}

/// What a control does with the pointer and the keys.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Acts {
    /// It only says what it is.
    Nothing,
    /// It is pressed.
    Press,
    /// It is moved along a travel from 0 to 1, which stands at `travel` now.
    Turn {
        /// Where it stands.
        travel: f64,
        /// Pixels of the whole travel.
        pixels: f32,
        /// Where it catches unless it is moved finely.
        catch: Option<f64>,
    },
    /// It is pressed; pressed twice, it is typed into.
    Type,
    /// It is a field to type into: one click opens it.
    Write,
    /// It takes the pointer as it comes: lanes, rulers, curves.
    Field,
}

impl Acts {
    /// Whether a value can be typed into it.
    pub(crate) fn types(self) -> bool {
        matches!(self, Self::Turn { .. } | Self::Type | Self::Write)
    }
}

/// What is done to a control.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Input<P> {
    /// Pressed.
    Press {
        /// Which one.
        part: P,
        /// What is held besides.
        modifiers: Modifiers,
        /// Where, in the window.
        at: Point,
    },
    /// Pressed with the other button, there in the window.
    Menu(P, Point),
    /// Moved to a travel while it is held.
    Move(P, f64),
    /// Let go where it was moved to last.
    Drop(P),
    /// Put back to where it was when it was taken hold of.
    Cancel(P),
    /// Moved by steps, up or down; one with `fine` is smaller.
    Step {
        /// Which one.
        part: P,
        /// How many, downwards if negative.
        steps: f64,
        /// Whether they are small ones.
        fine: bool,
    },
    /// Put back to its default.
    Reset(P),
    /// A value was typed.
    Typed(P, String),
    /// The pointer on a field.
    Point {
        /// Which one.
        part: P,
        /// What it does.
        phase: Phase,
        /// Where it is, in the surface.
        at: Point,
        /// What is held besides.
        modifiers: Modifiers,
    },
    /// The wheel turned over something that does not take it: lines, sideways and down.
    Wheel {
        /// Where.
        at: Point,
        /// Lines sideways.
        across: f32,
        /// Lines down.
        down: f32,
        /// What is held besides.
        modifiers: Modifiers,
    },
    /// The keyboard goes to a control.
    Focus(P),
    /// It goes on to what lies behind the last control, or before the first one.
    Leave {
        /// Whether backwards.
        back: bool,
    },
    /// The pointer has come over a control, or has left them all.
    Over(Option<P>),
}

/// What the pointer does on a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Moves without a button.
    Over,
    /// Pressed.
    Down,
    /// Moved while pressed.
    Drag,
    /// Let go.
    Up,
    /// Pressed twice in a row.
    Twice,
}

/// What is said about a control: shown in the status bar at once, and beside the pointer after a while.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Help {
    /// What it is called, with its place.
    pub(crate) name: String,
    /// What it stands at, as people read it; empty when it has no value.
    pub(crate) value: String,
    /// One sentence.
    pub(crate) text: &'static str,
}

impl Help {
    /// A control without a value.
    pub(crate) fn new(name: impl Into<String>, text: &'static str) -> Self {
        Self { name: name.into(), value: String::new(), text }
    }

    /// A control that stands at `value`.
    pub(crate) fn at(
        name: impl Into<String>,
        value: impl Into<String>,
        text: &'static str,
    ) -> Self {
        Self { name: name.into(), value: value.into(), text }
    }
}

/// Where pointer and keyboard are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Touch<P> {
    /// The pointer is over it.
    pub(crate) over: Option<P>,
    /// It is held.
    pub(crate) held: Option<P>,
    /// It has the keyboard.
    pub(crate) focus: Option<P>,
}

impl<P: Copy + PartialEq> Touch<P> {
    /// Whether the pointer is over `part`, or holds it.
    pub(crate) fn is_over(&self, part: P) -> bool {
        self.held == Some(part) || (self.held.is_none() && self.over == Some(part))
    }
}
