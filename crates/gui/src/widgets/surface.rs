//! The widget.

use iced::advanced::layout::{self, Layout};
use iced::advanced::widget::{Tree, Widget, tree};
use iced::advanced::{Clipboard, Shell, overlay, renderer};
use iced::keyboard::{self, Modifiers};
use iced::mouse::{self, Interaction};
use iced::time::{Duration, Instant};
use iced::{Element, Event, Length, Point, Rectangle, Renderer, Size, Theme, Vector, window};

use super::control::{Acts, Control, Input, Phase, Scene, Touch};
use super::gesture::Hold;
use super::keys::{self, Around, Typing};
use super::line::TextLine;
use super::tip::Tip;
use crate::painter::{Align, Ink, Painter, inset, rect};
use crate::theme::{NARROW_MEDIUM, accent, bg, ink, line, radius, size};

/// How long the pointer rests on a control until its tooltip is shown.
const TIP_DELAY: Duration = Duration::from_millis(500);
/// Smallest width of the field that a value is typed into.
const FIELD_WIDTH: f32 = 52.0;

/// Shows a [`Scene`] and publishes what is done to it.
pub(crate) struct Surface<'a, S: Scene, Message> {
    scene: S,
    width: Length,
    height: Length,
    focus: Option<S::Part>,
    publish: Box<dyn Fn(Input<S::Part>) -> Message + 'a>,
}

/// Sizes of a surface.
type Ways = (Length, Length);

impl<'a, S: Scene, Message> Surface<'a, S, Message> {
    /// Shows `scene` as wide and high as `ways` says; what is done to it goes through `publish`.
    pub(crate) fn new(
        scene: S,
        ways: Ways,
        publish: impl Fn(Input<S::Part>) -> Message + 'a,
    ) -> Self {
        let (width, height) = ways;
        Self { scene, width, height, focus: None, publish: Box::new(publish) }
    }

    /// The control that has the keyboard; `None` while another surface has it.
    pub(crate) fn focus(self, focus: Option<S::Part>) -> Self {
        Self { focus, ..self }
    }
}

/// What a surface remembers from one event to the next.
pub(super) struct Memory<P> {
    pub(super) over: Option<P>,
    /// Where the pointer has moved to in the window, as far as events have told.
    place: Option<Point>,
    rests_since: Option<Instant>,
    pub(super) hold: Option<Hold<P>>,
    /// A button or field that is pressed.
    pressed: Option<P>,
    click: Option<iced::advanced::mouse::Click>,
    pub(super) modifiers: Modifiers,
    pub(super) typing: Option<Typing<P>>,
    /// The keyboard was used last, so that its ring is shown.
    pub(super) ring: bool,
}

impl<P> Default for Memory<P> {
    fn default() -> Self {
        Self {
            over: None,
            place: None,
            rests_since: None,
            hold: None,
            pressed: None,
            click: None,
            modifiers: Modifiers::default(),
            typing: None,
            ring: false,
        }
    }
}

impl<P: Copy + PartialEq> Memory<P> {
    fn touch(&self, focus: Option<P>) -> Touch<P> {
        let held = self.hold.as_ref().map(|hold| hold.part).or(self.pressed);
        Touch { over: self.over, held, focus }
    }

    /// Where the pointer is when `event` happens.
    ///
    /// iced hands events on in batches, and with each of them where the pointer is after the last one: on a
    /// busy machine a press would be taken to be where its drag has come to by then.
    fn follow(&mut self, event: &Event, cursor: mouse::Cursor) -> mouse::Cursor {
        match event {
            Event::Mouse(mouse::Event::CursorMoved { position }) => self.place = Some(*position),
            Event::Mouse(mouse::Event::CursorLeft) => self.place = None,
            _ => {}
        }
        // What lies above has the pointer, and may keep its moves to itself.
        if cursor.position().is_none() {
            self.place = None;
            return cursor;
        }
        self.place.map_or(cursor, mouse::Cursor::Available)
    }
}

/// What one event makes of a surface.
struct Turn<'e, 'm, S: Scene, Message> {
    scene: &'e S,
    controls: Vec<Control<S::Part>>,
    memory: &'e mut Memory<S::Part>,
    shell: &'e mut Shell<'m, Message>,
    publish: &'e dyn Fn(Input<S::Part>) -> Message,
    /// The pointer in the surface, if it is over it, and wherever it is.
    over: Option<Point>,
    at: Option<Point>,
    /// Where the surface lies in the window.
    origin: Vector,
}

impl<S: Scene, Message> Turn<'_, '_, S, Message> {
    fn send(&mut self, input: Input<S::Part>) {
        let origin = self.origin;
        let input = match input {
            Input::Press { part, modifiers, at } => {
                Input::Press { part, modifiers, at: at + origin }
            }
            Input::Menu(part, at) => Input::Menu(part, at + origin),
            other => other,
        };
        self.shell.publish((self.publish)(input));
        self.shell.capture_event();
    }

    fn under(&self) -> Option<Control<S::Part>> {
        let at = self.over?;
        self.controls.iter().rev().find(|control| control.area.contains(at)).copied()
    }

    fn moved(&mut self) {
        let Some(at) = self.at else { return };
        let modifiers = self.memory.modifiers;
        if let Some(hold) = &mut self.memory.hold {
            let (part, travel) = (hold.part, hold.to(at, modifiers.shift()));
            return self.send(Input::Move(part, travel));
        }
        if let Some(part) = self.memory.pressed {
            if self.acts(part) == Some(Acts::Field) {
                self.send(Input::Point { part, phase: Phase::Drag, at, modifiers });
            }
            return;
        }
        let under = self.under();
        self.rest_over(under.map(|control| control.part));
        if let Some(Control { part, acts: Acts::Field, .. }) = under {
            self.shell.publish((self.publish)(Input::Point {
                part,
                phase: Phase::Over,
                at,
                modifiers,
            }));
        }
    }

    fn rest_over(&mut self, over: Option<S::Part>) {
        if self.memory.over == over {
            return;
        }
        self.memory.over = over;
        self.memory.rests_since = over.map(|_| Instant::now());
        self.shell.publish((self.publish)(Input::Over(over)));
        self.shell.request_redraw();
        if over.is_some() {
            self.shell.request_redraw_at(Instant::now() + TIP_DELAY);
        }
    }

    fn acts(&self, part: S::Part) -> Option<Acts> {
        self.controls.iter().find(|control| control.part == part).map(|control| control.acts)
    }

    fn pressed(&mut self, button: mouse::Button) {
        let under = self.under();
        if let (Some(typing), Some(under)) = (&mut self.memory.typing, &under)
            && typing.part == under.part
        {
            typing.line.select_all();
            self.shell.capture_event();
            return self.shell.request_redraw();
        }
        if let Some(typed) = self.memory.typing.take().and_then(Typing::end) {
            self.send(typed);
        }
        let (Some(at), Some(control)) = (self.over, under) else { return };
        self.memory.rests_since = None;
        self.memory.ring = false;
        let part = control.part;
        match button {
            mouse::Button::Left => self.pressed_left(at, control),
            mouse::Button::Right => self.send(Input::Menu(part, at)),
            _ => {}
        }
    }

    fn pressed_left(&mut self, at: Point, control: Control<S::Part>) {
        let click = iced::advanced::mouse::Click::new(at, mouse::Button::Left, self.memory.click);
        self.memory.click = Some(click);
        let twice = click.kind() == iced::advanced::mouse::click::Kind::Double;
        let (part, modifiers) = (control.part, self.memory.modifiers);
        if control.stops {
            self.send(Input::Focus(part));
        }
        match control.acts {
            Acts::Nothing => {}
            Acts::Turn { .. } if twice || modifiers.command() => self.send(Input::Reset(part)),
            Acts::Turn { travel, pixels, catch } => {
                self.memory.hold = Some(Hold::new(part, at, travel, pixels, catch));
                self.shell.capture_event();
            }
            Acts::Write | Acts::Type if twice || control.acts == Acts::Write => {
                self.memory.typing = Some(Typing::new(part, self.scene.value(part)));
                self.shell.capture_event();
            }
            Acts::Press | Acts::Type | Acts::Write => {
                self.memory.pressed = Some(part);
                self.shell.capture_event();
            }
            Acts::Field => {
                self.memory.pressed = Some(part);
                let phase = if twice { Phase::Twice } else { Phase::Down };
                self.send(Input::Point { part, phase, at, modifiers });
            }
        }
        self.shell.request_redraw();
    }

    fn released(&mut self) {
        if let Some(hold) = self.memory.hold.take() {
            if hold.moved {
                self.send(Input::Drop(hold.part));
            }
            self.shell.request_redraw();
        }
        let Some(part) = self.memory.pressed.take() else { return };
        self.shell.request_redraw();
        let modifiers = self.memory.modifiers;
        match (self.acts(part), self.at) {
            (Some(Acts::Field), Some(at)) => {
                self.send(Input::Point { part, phase: Phase::Up, at, modifiers });
            }
            (Some(_), Some(at)) if self.under().is_some_and(|under| under.part == part) => {
                self.send(Input::Press { part, modifiers, at });
            }
            _ => {}
        }
    }

    fn wheel(&mut self, delta: mouse::ScrollDelta) {
        let Some(at) = self.over else { return };
        /// Pixels of one line, for devices that tell pixels.
        const LINE_PX: f32 = 40.0;
        let (across, down) = match delta {
            mouse::ScrollDelta::Lines { x, y } => (x, y),
            mouse::ScrollDelta::Pixels { x, y } => (x / LINE_PX, y / LINE_PX),
        };
        let modifiers = self.memory.modifiers;
        match self.under() {
            Some(Control { part, acts: Acts::Turn { .. }, .. })
                if !modifiers.command() && down != 0.0 =>
            {
                let (steps, fine) = (f64::from(down), modifiers.shift());
                self.send(Input::Step { part, steps, fine });
            }
            _ => self.send(Input::Wheel { at, across: -across, down: -down, modifiers }),
        }
    }

    fn redrawn(&mut self, now: Instant) {
        if let Some(since) = self.memory.rests_since
            && now < since + TIP_DELAY
        {
            self.shell.request_redraw_at(since + TIP_DELAY);
        }
    }

    fn key(
        &mut self,
        event: &keyboard::Event,
        focus: Option<S::Part>,
        clipboard: &mut dyn Clipboard,
    ) {
        if let keyboard::Event::ModifiersChanged(modifiers) = event {
            self.memory.modifiers = *modifiers;
            return;
        }
        let mut around = Around { value: &|part| self.scene.value(part), clipboard };
        let answer = keys::pressed(self.memory, &self.controls, focus, event, &mut around);
        if answer.taken {
            self.shell.capture_event();
            self.shell.request_redraw();
        }
        for input in answer.inputs {
            self.send(input);
        }
    }
}

impl<S: Scene, Message> Widget<Message, Theme, Renderer> for Surface<'_, S, Message> {
    fn tag(&self) -> tree::Tag {
        tree::Tag::of::<Memory<S::Part>>()
    }

    fn state(&self) -> tree::State {
        tree::State::new(Memory::<S::Part>::default())
    }

    fn size(&self) -> Size<Length> {
        Size::new(self.width, self.height)
    }

    fn layout(&mut self, _: &mut Tree, _: &Renderer, limits: &layout::Limits) -> layout::Node {
        layout::atomic(limits, self.width, self.height)
    }

    fn update(
        &mut self,
        tree: &mut Tree,
        event: &Event,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        _: &Renderer,
        clipboard: &mut dyn Clipboard,
        shell: &mut Shell<'_, Message>,
        _: &Rectangle,
    ) {
        let bounds = layout.bounds();
        let memory: &mut Memory<S::Part> = tree.state.downcast_mut();
        let cursor = memory.follow(event, cursor);
        let mut turn = Turn {
            scene: &self.scene,
            controls: Vec::new(),
            memory,
            shell,
            publish: &*self.publish,
            over: cursor.position_in(bounds),
            at: cursor.position_from(bounds.position()),
            origin: Vector::new(bounds.x, bounds.y),
        };
        if !matches!(event, Event::Window(_)) {
            turn.controls = turn.scene.controls(bounds.size());
        }
        match event {
            Event::Mouse(mouse::Event::CursorMoved { .. }) => turn.moved(),
            Event::Mouse(mouse::Event::CursorLeft) => turn.rest_over(None),
            Event::Mouse(mouse::Event::ButtonPressed(button)) => turn.pressed(*button),
            Event::Mouse(mouse::Event::ButtonReleased(mouse::Button::Left)) => turn.released(),
            Event::Mouse(mouse::Event::WheelScrolled { delta }) => turn.wheel(*delta),
            Event::Keyboard(event) => turn.key(event, self.focus, clipboard),
            Event::Window(window::Event::RedrawRequested(now)) => turn.redrawn(*now),
            _ => {}
        }
    }

    fn mouse_interaction(
        &self,
        tree: &Tree,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        _: &Rectangle,
        _: &Renderer,
    ) -> Interaction {
        let memory = tree.state.downcast_ref::<Memory<S::Part>>();
        if let Some(hold) = &memory.hold {
            return hold.pointer();
        }
        let Some(at) = cursor.position_in(layout.bounds()) else { return Interaction::None };
        let controls = self.scene.controls(layout.bounds().size());
        let under = controls.iter().rev().find(|control| control.area.contains(at));
        match under.map(|control| control.acts) {
            Some(Acts::Press) => Interaction::Pointer,
            Some(Acts::Turn { .. }) => Interaction::Grab,
            Some(Acts::Type | Acts::Write) => Interaction::Text,
            Some(Acts::Field | Acts::Nothing) | None => Interaction::None,
        }
    }

    fn draw(
        &self,
        tree: &Tree,
        renderer: &mut Renderer,
        _: &Theme,
        _: &renderer::Style,
        layout: Layout<'_>,
        _: mouse::Cursor,
        viewport: &Rectangle,
    ) {
        let (bounds, memory) = (layout.bounds(), tree.state.downcast_ref::<Memory<S::Part>>());
        let Some(mut painter) = Painter::new(renderer, bounds, viewport) else { return };
        let focus = self.focus.filter(|_| memory.ring);
        self.scene.draw(&mut painter, bounds.size(), memory.touch(focus));
        painter.flush();
        let controls = self.scene.controls(bounds.size());
        let area = |part| controls.iter().find(|c| c.part == part).map(|c| c.area);
        let whole = rect(0.0, 0.0, bounds.width, bounds.height);
        let typing = memory.typing.as_ref();
        if let Some((area, typing)) = typing.and_then(|typing| Some((area(typing.part)?, typing))) {
            painter.layer(whole, |painter| draw_field(painter, area, &typing.line));
        } else if let Some(area) = focus.and_then(area) {
            let ring = inset(area, -1.0);
            painter.layer(whole, |p| p.outline(ring, line::FOCUS, 2.0, radius::CONTROL));
        }
        painter.flush();
    }

    fn overlay<'a>(
        &'a mut self,
        tree: &'a mut Tree,
        layout: Layout<'a>,
        _: &Renderer,
        _: &Rectangle,
        translation: Vector,
    ) -> Option<overlay::Element<'a, Message, Theme, Renderer>> {
        let memory = tree.state.downcast_ref::<Memory<S::Part>>();
        let rested = memory.rests_since.is_some_and(|since| since.elapsed() >= TIP_DELAY);
        let part = memory.over.filter(|_| rested && memory.typing.is_none())?;
        let bounds = layout.bounds();
        let controls = self.scene.controls(bounds.size());
        let area = controls.iter().find(|control| control.part == part)?.area;
        let anchor = area + Vector::new(bounds.x, bounds.y) + translation;
        let tip = Tip::new(self.scene.help(part), anchor)?;
        Some(overlay::Element::new(Box::new(tip)))
    }
}

/// The field that a value is typed into, over the control.
fn draw_field(painter: &mut Painter<'_>, control: Rectangle, line: &TextLine) {
    let width = control.width.max(FIELD_WIDTH);
    let field = rect(control.center_x() - width / 2.0, control.center_y() - 10.0, width, 20.0);
    painter.box_with(field, bg::WELL, accent::BASE, radius::SLOT);
    let words = Ink { align: Align::Centre, ..Ink::new(NARROW_MEDIUM, size::BASE, ink::PRIMARY) };
    line.draw(painter, inset(field, 2.0), words);
}

impl<'a, S: Scene + 'a, Message: 'a> From<Surface<'a, S, Message>>
    for Element<'a, Message, Theme, Renderer>
{
    fn from(surface: Surface<'a, S, Message>) -> Self {
        Self::new(surface)
    }
}
