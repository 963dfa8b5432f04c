//! A parameter where it is shown: as a knob, a field, a switch, or a choice.

use iced::{Point, Rectangle};
use twobus_dsp::param::{ParamSpec, Unit};
use twobus_session::Device;

use super::Part;
use crate::painter::{Ink, Painter, rect};
use crate::parts::{self, DIAL, Lamp};
use crate::theme::{NARROW, NARROW_MEDIUM, accent, ink, size};
use crate::widgets::Touch;

/// Most choices that are shown side by side.
const MOST_SEGMENTS: usize = 2;
/// Widest place of a knob.
const WIDEST: f32 = 104.0;
/// Radius of a knob beside its name.
const KNOB: f32 = 17.0;

/// How a parameter is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// A knob under its name.
    Dial,
    /// A knob beside its name.
    Beside,
    /// A row with name and value.
    Flat,
}

/// A parameter in its place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cell {
    pub(super) param: usize,
    pub(super) area: Rectangle,
    pub(super) style: Style,
}

/// Knobs side by side in `area`.
pub(super) fn row(params: &[usize], area: Rectangle) -> Vec<Cell> {
    let most = if params.len() > 6 { DIAL.width } else { WIDEST };
    let width = (area.width / params.len().max(1) as f32).min(most);
    let place = |(index, param): (usize, &usize)| Cell {
        param: *param,
        area: rect(area.x + index as f32 * width, area.y, width, area.height),
        style: Style::Dial,
    };
    params.iter().enumerate().map(place).collect()
}

/// A parameter's name where it stands among its like: without its number and what the page says already.
pub(super) fn short_name(spec: &ParamSpec) -> String {
    let name = spec.name.trim_end_matches(|letter: char| letter.is_ascii_digit() || letter == ' ');
    let name = name.strip_prefix("Side-chain ").unwrap_or(name);
    let name = name.split(" to ").next().unwrap_or(name);
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

impl Cell {
    /// Where a switch or choice is pressed.
    pub(super) fn inner(&self) -> Rectangle {
        match self.style {
            Style::Flat => self.area,
            Style::Dial | Style::Beside => {
                rect(self.area.x + 4.0, self.area.y + 26.0, self.area.width - 8.0, 24.0)
            }
        }
    }

    /// The values of a parameter with few of them.
    pub(super) fn segments(&self, spec: &ParamSpec) -> Option<Vec<Rectangle>> {
        let count = spec.choices.len();
        let Rectangle { x, y, width, height } = self.area;
        let segment = |index: usize| match self.style {
            Style::Flat => {
                let step = width / count as f32;
                rect(x + index as f32 * step, y, step, height)
            }
            Style::Dial | Style::Beside => {
                rect(x + 4.0, y + 18.0 + index as f32 * 23.0, width - 8.0, 22.0)
            }
        };
        (count <= MOST_SEGMENTS).then(|| (0..count).map(segment).collect())
    }

    /// Draws it as it stands at `value`.
    pub(super) fn draw(
        &self,
        painter: &mut Painter<'_>,
        device: &Device,
        value: f64,
        touch: Touch<Part>,
    ) {
        let spec = &device.kind.specs()[self.param];
        let (name, over) = (short_name(spec), touch.is_over(Part::Param(device.id, self.param)));
        if self.style == Style::Dial && matches!(spec.unit, Unit::Switch | Unit::Choice) {
            let above = rect(self.area.x, self.area.y, self.area.width, 14.0);
            painter.text(&name, above, Ink::new(NARROW, size::BASE, ink::SECONDARY).centred());
        }
        match spec.unit {
            Unit::Switch => {
                let on = value >= 0.5;
                let lamp = if on { Lamp::On(accent::FILL) } else { Lamp::Off };
                let state = if on { "on" } else { "off" };
                let words = if self.style == Style::Flat { name.as_str() } else { state };
                parts::small_chip(painter, self.inner(), words, lamp, over);
            }
            Unit::Choice => self.draw_choice(painter, device, value, touch),
            Unit::Db | Unit::Hz | Unit::Ms | Unit::Percent | Unit::Ratio | Unit::Number => {
                self.draw_number(painter, spec, (&name, value), over);
            }
        }
    }

    fn draw_number(
        &self,
        painter: &mut Painter<'_>,
        spec: &ParamSpec,
        (name, value): (&str, f64),
        over: bool,
    ) {
        let words = spec.format(value);
        let zero = 0.0_f64.clamp(*spec.range.start(), *spec.range.end());
        let travel = (spec.to_travel(zero).clamp(0.0, 1.0), spec.to_travel(value));
        let area = self.area;
        match self.style {
            Style::Flat => parts::field(painter, area, (name, &words), over),
            Style::Dial => parts::dial(painter, area, (name, &words), travel, over),
            Style::Beside => {
                let centre = Point::new(area.x + KNOB + 3.0, area.center_y());
                parts::knob(painter, centre, KNOB, travel, accent::BASE, over);
                let row =
                    |y: f32| rect(area.x + 2.0 * KNOB + 12.0, area.y + y, area.width - 48.0, 16.0);
                painter.text(name, row(9.0), Ink::new(NARROW, size::SMALL, ink::TERTIARY));
                let number = Ink::new(NARROW_MEDIUM, size::BASE, ink::PRIMARY);
                painter.text(&words, row(25.0), number);
            }
        }
    }

    fn draw_choice(
        &self,
        painter: &mut Painter<'_>,
        device: &Device,
        value: f64,
        touch: Touch<Part>,
    ) {
        let spec = &device.kind.specs()[self.param];
        let Some(segments) = self.segments(spec) else {
            let over = touch.is_over(Part::Param(device.id, self.param));
            return parts::small_chip(painter, self.inner(), &spec.format(value), Lamp::Off, over);
        };
        for (index, area) in segments.into_iter().enumerate() {
            let over = touch.is_over(Part::Choice(device.id, self.param, index));
            parts::segment(painter, area, spec.choices[index], (index == value as usize, over));
        }
    }
}
