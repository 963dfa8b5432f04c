//! The tooltip: name, value and one sentence beside a control.

use iced::advanced::layout::{self, Layout};
use iced::advanced::{overlay, renderer};
use iced::mouse;
use iced::{Point, Rectangle, Renderer, Size, Theme};

use super::control::Help;
use crate::painter::{Ink, Painter, rect};
use crate::theme::{SANS, SANS_MEDIUM, bg, ink, line, radius, size};

/// Mean width of a letter, as a share of its size, to guess how wide a box must be.
const LETTER: f32 = 0.52;
const MOST_WIDTH: f32 = 460.0;
const HEIGHT: f32 = 44.0;
const GAP: f32 = 6.0;
const PADDING: f32 = 8.0;

pub(super) struct Tip {
    title: String,
    text: &'static str,
    anchor: Rectangle,
}

impl Tip {
    /// A tooltip beside `anchor`; `None` when there is nothing to say.
    pub(super) fn new(help: Help, anchor: Rectangle) -> Option<Self> {
        let Help { name, value, text } = help;
        let title = if value.is_empty() { name } else { format!("{name}   {value}") };
        (!title.is_empty()).then_some(Self { title, text, anchor })
    }

    fn size(&self) -> Size {
        let width = |text: &str, size: f32| text.chars().count() as f32 * size * LETTER;
        let wide = width(&self.title, size::BASE).max(width(self.text, size::SMALL));
        let height = if self.text.is_empty() { HEIGHT / 2.0 + 4.0 } else { HEIGHT };
        Size::new((wide + 2.0 * PADDING).min(MOST_WIDTH), height)
    }
}

impl<Message> overlay::Overlay<Message, Theme, Renderer> for Tip {
    fn layout(&mut self, _: &Renderer, window: Size) -> layout::Node {
        let (size, anchor) = (self.size(), self.anchor);
        let below = anchor.y + anchor.height + GAP;
        let fits = below + size.height <= window.height;
        let y = if fits { below } else { (anchor.y - GAP - size.height).max(0.0) };
        let x = anchor.x.min(window.width - size.width).max(0.0);
        layout::Node::new(size).move_to(Point::new(x, y))
    }

    fn draw(
        &self,
        renderer: &mut Renderer,
        _: &Theme,
        _: &renderer::Style,
        layout: Layout<'_>,
        _: mouse::Cursor,
    ) {
        let bounds = layout.bounds();
        let Some(mut painter) = Painter::new(renderer, bounds, &bounds) else { return };
        let whole = rect(0.0, 0.0, bounds.width, bounds.height);
        painter.layer(whole, |painter| {
            painter.box_with(whole, bg::RAISED, line::STRONG, radius::CONTROL);
            let row = |y| rect(PADDING, y, bounds.width - 2.0 * PADDING, 18.0);
            let title = Ink::new(SANS_MEDIUM, size::BASE, ink::PRIMARY);
            painter.text(&self.title, row(4.0), title);
            painter.text(self.text, row(22.0), Ink::new(SANS, size::SMALL, ink::SECONDARY));
        });
        painter.flush();
    }
}
