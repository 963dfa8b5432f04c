//! Drawing in the coordinates of a surface: rectangles, words, lines and pictures.
//!
//! In the software renderer a canvas costs far more than the quads in it, since each resets a mask of the
//! whole window. So everything that is a rectangle is a quad, and all curves of a layer are one geometry.
//! A quad is drawn at four times the resolution, which costs time where it is tall: what is tall and there
//! many times (meters, the grounds of strips) is a [`bar`](Painter::bar), which is one of the curves.
//! Within a layer quads lie lowest, then curves, pictures and words; what must lie over them begins a new
//! [`layer`](Painter::layer).

use iced::advanced::graphics::geometry::{self, Frame, Path, Stroke};
use iced::advanced::image::Renderer as _;
use iced::advanced::renderer::{Quad, Renderer as _};
use iced::advanced::text::{self, Renderer as _};
use iced::alignment::Vertical;
use iced::border::{self, Border};
use iced::widget::image::Handle;
use iced::{Color, Font, Point, Rectangle, Renderer, Size, Vector};

/// A rectangle by its corner and size.
pub(crate) const fn rect(x: f32, y: f32, width: f32, height: f32) -> Rectangle {
    Rectangle { x, y, width, height }
}

/// `outer` less `by` on every side.
pub(crate) fn inset(outer: Rectangle, by: f32) -> Rectangle {
    rect(outer.x + by, outer.y + by, outer.width - 2.0 * by, outer.height - 2.0 * by)
}

/// Mean widths of letters as shares of the size, by face: narrow ones, capitals and digits, wide ones, others.
const LETTERS: [[f32; 4]; 2] = [[0.28, 0.62, 0.84, 0.55], [0.25, 0.53, 0.74, 0.47]];

/// How wide words are, about.
fn width_of(words: &str, ink: Ink) -> f32 {
    let face = LETTERS[usize::from(ink.font.stretch == iced::font::Stretch::Condensed)];
    let letter = |letter: char| match letter {
        'i' | 'j' | 'l' | 't' | 'f' | 'r' | 'I' | ' ' | '.' | ',' | ':' | '\'' | '·' | '|' => {
            face[0]
        }
        'm' | 'w' | 'M' | 'W' | '…' | '%' => face[2],
        letter if letter.is_uppercase() || letter.is_numeric() => face[1],
        _ => face[3],
    };
    words.chars().map(letter).sum::<f32>() * ink.size
}

/// As much of `words` as has room, with three dots where something is left out.
fn fitted(words: &str, width: f32, ink: Ink) -> String {
    /// The guess may be off by so much before words are cut.
    const SLACK: f32 = 1.06;
    if width_of(words, ink) <= width * SLACK {
        return words.to_owned();
    }
    let mut short: String = words.to_owned();
    while short.pop().is_some() {
        let cut = format!("{}…", short.trim_end());
        if width_of(&cut, ink) <= width {
            return cut;
        }
    }
    String::new()
}

/// Room for a line that is never wrapped.
const UNWRAPPED: f32 = 4096.0;

/// How words look.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ink {
    /// Their face.
    pub(crate) font: Font,
    /// Their size in logical pixels.
    pub(crate) size: f32,
    /// Their colour.
    pub(crate) colour: Color,
    /// Where they stand in their box.
    pub(crate) align: Align,
}

/// Where words stand in their box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    /// At its left.
    Left,
    /// In its middle.
    Centre,
    /// At its right.
    Right,
}

impl Ink {
    /// Words at the left of their box.
    pub(crate) const fn new(font: Font, size: f32, colour: Color) -> Self {
        Self { font, size, colour, align: Align::Left }
    }

    /// The same in the middle.
    pub(crate) const fn centred(self) -> Self {
        Self { align: Align::Centre, ..self }
    }

    /// The same at the right.
    pub(crate) const fn right(self) -> Self {
        Self { align: Align::Right, ..self }
    }

    /// The same in another colour.
    pub(crate) const fn coloured(self, colour: Color) -> Self {
        Self { colour, ..self }
    }
}

/// Draws one surface.
pub(crate) struct Painter<'a> {
    renderer: &'a mut Renderer,
    /// Where the surface lies in the window.
    origin: Vector,
    /// What of it is seen, in its own coordinates.
    seen: Rectangle,
    curves: Option<Frame<Renderer>>,
}

impl<'a> Painter<'a> {
    /// Draws the surface in `bounds` of the window, of which `viewport` is seen.
    pub(crate) fn new(
        renderer: &'a mut Renderer,
        bounds: Rectangle,
        viewport: &Rectangle,
    ) -> Option<Self> {
        let origin = Vector::new(bounds.x, bounds.y);
        let seen = bounds.intersection(viewport)? - origin;
        Some(Self { renderer, origin, seen, curves: None })
    }

    /// What is seen, in the coordinates of the surface.
    pub(crate) fn seen(&self) -> Rectangle {
        self.seen
    }

    /// Fills a rectangle.
    pub(crate) fn fill(&mut self, area: Rectangle, colour: Color) {
        self.card(area, colour, 0.0);
    }

    /// Fills a rectangle to the nearest pixels, over all quads of the layer.
    pub(crate) fn bar(&mut self, area: Rectangle, colour: Color) {
        if let Some(seen) = area.intersection(&self.seen) {
            self.frame().fill_rectangle(seen.position(), seen.size(), colour);
        }
    }

    /// Fills a rectangle with round corners.
    pub(crate) fn card(&mut self, area: Rectangle, colour: Color, radius: f32) {
        self.quad(area, colour, Border { radius: border::radius(radius), ..Border::default() });
    }

    /// A rectangle with a line around it, which lies inside.
    pub(crate) fn box_with(&mut self, area: Rectangle, fill: Color, line: Color, radius: f32) {
        self.card(area, line, radius);
        self.card(inset(area, 1.0), fill, (radius - 1.0).max(0.0));
    }

    /// A line around a rectangle, which lies inside; what is in it stays.
    pub(crate) fn outline(&mut self, area: Rectangle, line: Color, width: f32, radius: f32) {
        let border = Border { color: line, width, radius: border::radius(radius) };
        self.quad(area, Color::TRANSPARENT, border);
    }

    fn quad(&mut self, area: Rectangle, colour: Color, border: Border) {
        if area.width <= 0.0 || area.height <= 0.0 {
            return;
        }
        let Some(seen) = area.intersection(&self.seen) else { return };
        // What reaches over the edge of its layer is drawn through a mask, which is slow.
        let is_plain = border == Border::default();
        let area = if is_plain { seen } else { area };
        let quad = Quad { bounds: area + self.origin, border, ..Quad::default() };
        self.renderer.fill_quad(quad, colour);
    }

    /// Writes `words` into the box `area`, in the middle of its height. Words at the left that do not fit are
    /// cut: in software the renderer clips no words but by layers.
    pub(crate) fn text(&mut self, words: &str, area: Rectangle, ink: Ink) {
        if words.is_empty() || area.width <= 0.0 || !area.intersects(&self.seen) {
            return;
        }
        let (align_x, x) = match ink.align {
            Align::Left => (text::Alignment::Left, area.x),
            Align::Centre => (text::Alignment::Center, area.center_x()),
            Align::Right => (text::Alignment::Right, area.x + area.width),
        };
        let words = text::Text {
            content: match ink.align {
                Align::Left => fitted(words, area.width, ink),
                Align::Centre | Align::Right => words.to_owned(),
            },
            // A line that is too long is never wrapped out of sight.
            bounds: Size::new(UNWRAPPED, area.height),
            size: ink.size.into(),
            line_height: text::LineHeight::Relative(1.2),
            font: ink.font,
            align_x,
            align_y: Vertical::Center,
            shaping: text::Shaping::Advanced,
            wrapping: text::Wrapping::None,
        };
        let at = Point::new(x, area.center_y()) + self.origin;
        self.renderer.fill_text(words, at, ink.colour, area + self.origin);
    }

    /// Strokes a curve.
    pub(crate) fn stroke(&mut self, path: &Path, colour: Color, width: f32) {
        let stroke = Stroke {
            style: geometry::Style::Solid(colour),
            width,
            line_cap: geometry::LineCap::Round,
            line_join: geometry::LineJoin::Round,
            ..Stroke::default()
        };
        self.frame().stroke(path, stroke);
    }

    /// Strokes a dashed curve: `on` long, `off` apart.
    pub(crate) fn dashed(&mut self, path: &Path, colour: Color, width: f32, dash: &[f32]) {
        let stroke = Stroke {
            style: geometry::Style::Solid(colour),
            width,
            line_dash: geometry::LineDash { segments: dash, offset: 0 },
            ..Stroke::default()
        };
        self.frame().stroke(path, stroke);
    }

    /// Fills what a curve encloses.
    pub(crate) fn shape(&mut self, path: &Path, colour: Color) {
        self.frame().fill(path, colour);
    }

    fn frame(&mut self) -> &mut Frame<Renderer> {
        let seen = self.seen;
        self.curves.get_or_insert_with(|| Frame::with_bounds(self.renderer, seen))
    }

    /// Lays a picture over `area`, pixel by pixel. (Software drawing has no clip for pictures but the layer's.)
    pub(crate) fn picture(&mut self, handle: &Handle, area: Rectangle) {
        if area.intersects(&self.seen) {
            let picture = iced::advanced::image::Image::new(handle)
                .filter_method(iced::widget::image::FilterMethod::Nearest)
                .snap(true);
            self.renderer.draw_image(picture, area + self.origin, self.seen + self.origin);
        }
    }

    /// Draws over everything so far, and within `clip` only.
    pub(crate) fn layer(&mut self, clip: Rectangle, draw: impl FnOnce(&mut Painter<'_>)) {
        self.flush();
        let Some(seen) = clip.intersection(&self.seen) else { return };
        self.renderer.start_layer(seen + self.origin);
        let mut above =
            Painter { renderer: self.renderer, origin: self.origin, seen, curves: None };
        draw(&mut above);
        above.flush();
        self.renderer.end_layer();
    }

    /// Ends a surface, or a layer: hands its curves over.
    pub(crate) fn flush(&mut self) {
        if let Some(frame) = self.curves.take() {
            let geometry = frame.into_geometry();
            self.renderer.with_translation(self.origin, |renderer| {
                geometry::Renderer::draw_geometry(renderer, geometry);
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theme::{NARROW, SANS};

    #[test]
    fn words_are_cut_where_there_is_no_room_for_them() {
        for font in [NARROW, SANS] {
            let ink = Ink::new(font, 12.0, Color::WHITE);
            assert_eq!(fitted("Kick", 60.0, ink), "Kick");
            let cut = fitted("Overheads of the drums", 60.0, ink);
            assert!(cut.ends_with('…') && cut.starts_with("Over"), "{cut}");
            assert!(width_of(&cut, ink) <= 60.0);
            assert_eq!(fitted("Overheads", 2.0, ink), "");
        }
    }
}
