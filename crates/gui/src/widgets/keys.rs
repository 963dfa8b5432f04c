//! The keyboard on a surface: the Tab key, steps, and values that are typed.

use iced::advanced::Clipboard;
use iced::advanced::clipboard::Kind;
use iced::keyboard::key::Named;
use iced::keyboard::{Event, Key, Modifiers};

use super::control::{Acts, Control, Input};
use super::line::{Edited, TextLine};
use super::surface::Memory;

/// A value while it is typed.
pub(super) struct Typing<P> {
    pub(super) part: P,
    pub(super) line: TextLine,
    was: String,
}

impl<P> Typing<P> {
    /// Begins with the old value, selected.
    pub(super) fn new(part: P, was: String) -> Self {
        Self { part, line: TextLine::selected(&was), was }
    }

    /// Begins with `text` in the place of the old value.
    fn instead(part: P, was: String, text: &str) -> Self {
        Self { part, line: TextLine::typed(text), was }
    }

    /// What was typed; `None` where that changes nothing.
    pub(super) fn end(self) -> Option<Input<P>> {
        let text = self.line.text();
        (text != self.was).then_some(Input::Typed(self.part, text))
    }
}

/// What lies around the keyboard: what fields hold, and the clipboard.
pub(super) struct Around<'a, P> {
    pub(super) value: &'a dyn Fn(P) -> String,
    pub(super) clipboard: &'a mut dyn Clipboard,
}

/// What came of a key.
pub(super) struct Answer<P> {
    /// Nobody else is to get it.
    pub(super) taken: bool,
    pub(super) inputs: Vec<Input<P>>,
}

impl<P> Answer<P> {
    const PASSED: Self = Self { taken: false, inputs: Vec::new() };

    fn of(inputs: impl IntoIterator<Item = Input<P>>) -> Self {
        Self { taken: true, inputs: inputs.into_iter().collect() }
    }
}

/// A key was pressed while `focus` has the keyboard.
pub(super) fn pressed<P: Copy + PartialEq>(
    memory: &mut Memory<P>,
    controls: &[Control<P>],
    focus: Option<P>,
    event: &Event,
    around: &mut Around<'_, P>,
) -> Answer<P> {
    let Event::KeyPressed { key, text, modifiers, .. } = event else { return Answer::PASSED };
    memory.modifiers = *modifiers;
    if *key == Key::Named(Named::Escape)
        && let Some(hold) = memory.hold.take()
    {
        return Answer::of([Input::Cancel(hold.part)]);
    }
    if memory.typing.is_some() {
        return typed(memory, controls, (key, text.as_deref(), *modifiers), around);
    }
    let Some(part) = focus else { return Answer::PASSED };
    if *key == Key::Named(Named::Tab) && !modifiers.command() {
        memory.ring = true;
        return Answer::of([next(controls, part, modifiers.shift())]);
    }
    let control = controls.iter().find(|control| control.part == part);
    let Some(control) = control.filter(|_| !modifiers.command() && !modifiers.alt()) else {
        return Answer::PASSED;
    };
    focused(memory, control, (key, text.as_deref(), *modifiers), around)
}

fn focused<P: Copy>(
    memory: &mut Memory<P>,
    control: &Control<P>,
    (key, text, modifiers): (&Key, Option<&str>, Modifiers),
    around: &Around<'_, P>,
) -> Answer<P> {
    let Control { part, acts, area, .. } = *control;
    let turns = matches!(acts, Acts::Turn { .. });
    let step = |steps| Answer::of([Input::Step { part, steps, fine: modifiers.shift() }]);
    match key {
        Key::Named(Named::ArrowUp) if turns => step(1.0),
        Key::Named(Named::ArrowDown) if turns => step(-1.0),
        Key::Named(Named::Enter) if acts.types() => {
            memory.typing = Some(Typing::new(part, (around.value)(part)));
            Answer::of([])
        }
        Key::Named(Named::Enter) if acts == Acts::Press => {
            Answer::of([Input::Press { part, modifiers, at: area.center() }])
        }
        Key::Named(Named::Delete | Named::Backspace) if turns => Answer::of([Input::Reset(part)]),
        _ => match text.filter(|text| acts.types() && begins_value(text)) {
            Some(text) => {
                memory.typing = Some(Typing::instead(part, (around.value)(part), text));
                Answer::of([])
            }
            None => Answer::PASSED,
        },
    }
}

fn begins_value(text: &str) -> bool {
    text.chars().all(|letter| letter.is_ascii_digit() || matches!(letter, '-' | '+' | '.' | '−'))
}

fn typed<P: Copy + PartialEq>(
    memory: &mut Memory<P>,
    controls: &[Control<P>],
    (key, text, modifiers): (&Key, Option<&str>, Modifiers),
    around: &mut Around<'_, P>,
) -> Answer<P> {
    let Some(mut typing) = memory.typing.take() else { return Answer::PASSED };
    match key {
        Key::Named(Named::Escape) => Answer::of([]),
        Key::Named(Named::Enter) => Answer::of(typing.end()),
        Key::Named(Named::Tab) => {
            let on = next(controls, typing.part, modifiers.shift());
            Answer::of(typing.end().into_iter().chain([on]))
        }
        _ => {
            match typing.line.key(key, text, modifiers) {
                Edited::Copy(text) => around.clipboard.write(Kind::Standard, text),
                Edited::Paste => {
                    let text = around.clipboard.read(Kind::Standard).unwrap_or_default();
                    typing.line.insert(&text);
                }
                // Shortcuts never act while one types.
                Edited::Done | Edited::Passed => {}
            }
            memory.typing = Some(typing);
            Answer::of([])
        }
    }
}

/// The control that the Tab key leads to, or out of the surface.
fn next<P: Copy + PartialEq>(controls: &[Control<P>], part: P, back: bool) -> Input<P> {
    let stops: Vec<P> = controls.iter().filter(|c| c.stops).map(|c| c.part).collect();
    let here = stops.iter().position(|stop| *stop == part);
    let to = match (here, back) {
        (Some(here), false) => stops.get(here + 1),
        (Some(here), true) => here.checked_sub(1).and_then(|before| stops.get(before)),
        (None, _) => stops.first(),
    };
    to.map_or(Input::Leave { back }, |to| Input::Focus(*to))
}
