//! The sends of a narrow strip: lines in the strip, and their rows over it when it is asked.

use iced::Rectangle;
use twobus_dsp::{Db, fader};
use twobus_session::{Mix, Strip, StripId};

use super::layout::{self, Frame, KNOB_PX, Pieces, SENDS, pieces, returns};
use super::{Mixer, MixerScene, Part, Piece, draw};
use crate::painter::{Ink, Painter, rect};
use crate::theme::{NARROW, NARROW_MEDIUM, accent, bg, ink, line, radius, size};
use crate::widgets::{Control, Input, Touch};

/// Width of the popover, height of a row and of what stands over the rows.
const WIDTH: f32 = 132.0;
const ROW: f32 = 24.0;
const TITLE: f32 = 22.0;

impl Mixer {
    /// Shows the sends of a strip, or no longer.
    pub(super) fn toggle_popover(&mut self, strip: StripId) {
        if self.popover.take() != Some(strip) {
            self.popover = Some(strip);
            self.focus = Some(Part::Strip(strip, Piece::Send(0)));
        }
    }

    /// Shows the sends no longer; true if they were shown.
    pub(crate) fn close_popover(&mut self) -> bool {
        let Some(strip) = self.popover.take() else { return false };
        self.focus = Some(Part::Strip(strip, Piece::Sends));
        true
    }

    /// What is done elsewhere closes the popover.
    pub(super) fn leave_popover(&mut self, input: &Input<Part>) {
        let part = match input {
            Input::Focus(part) | Input::Menu(part, _) | Input::Press { part, .. } => Some(*part),
            Input::Point { part, phase, .. } if *phase != crate::widgets::Phase::Over => {
                Some(*part)
            }
            Input::Wheel { .. } | Input::Leave { .. } => None,
            _ => return,
        };
        let stays = match part {
            Some(Part::Strip(strip, Piece::Send(_) | Piece::Sends | Piece::Popover)) => {
                self.popover == Some(strip)
            }
            _ => false,
        };
        if !stays {
            self.popover = None;
        }
    }
}

/// What the popover fills, and the row of a send in it.
struct Place {
    area: Rectangle,
    strip: StripId,
}

impl Place {
    /// Where it lies; `None` while it is closed.
    fn of(scene: &MixerScene<'_>, frame: &Frame) -> Option<Self> {
        let (mix, mixer) = (scene.desk.mix(), scene.mixer);
        let strip = mixer.popover?;
        let index = mixer.shown(mix).iter().position(|id| *id == strip)?;
        let at = pieces(frame.strip(index, mixer.scroll));
        if !at.has_chips {
            return None;
        }
        let height = TITLE + returns(mix).count() as f32 * ROW + 4.0;
        let below = at.send_lines();
        let most = frame.strips.x + frame.strips.width - WIDTH - 2.0;
        let x = below.x.clamp(frame.strips.x, most.max(frame.strips.x));
        let area = rect(x, below.y + below.height + 2.0, WIDTH, height);
        Some(Self { area, strip })
    }

    fn row(&self, index: usize) -> Rectangle {
        let y = self.area.y + TITLE + index as f32 * ROW;
        rect(self.area.x + 4.0, y, self.area.width - 8.0, ROW - 2.0)
    }
}

/// The controls of the popover, which lie above all others.
pub(super) fn controls(scene: &MixerScene<'_>, frame: &Frame, all: &mut Vec<Control<Part>>) {
    let Some(place) = Place::of(scene, frame) else { return };
    let mix = scene.desk.mix();
    let Some(strip) = mix.strip(place.strip) else { return };
    let strip = scene.desk.as_heard(strip);
    all.push(Control::label(Part::Strip(strip.id, Piece::Popover), place.area));
    for (index, to) in returns(mix).enumerate().filter(|(_, to)| to.id != strip.id) {
        let send = strip.sends.iter().find(|send| send.to == to.id);
        let travel = fader::travel(send.map_or(Db::SILENCE, |send| send.level));
        let part = Part::Strip(strip.id, Piece::Send(index));
        all.push(layout::turn(part, place.row(index), travel, KNOB_PX));
    }
}

/// Draws the popover.
pub(super) fn draw(
    scene: &MixerScene<'_>,
    painter: &mut Painter<'_>,
    frame: &Frame,
    touch: Touch<Part>,
) {
    let Some(place) = Place::of(scene, frame) else { return };
    let mix = scene.desk.mix();
    let Some(strip) = mix.strip(place.strip) else { return };
    let strip = scene.desk.as_heard(strip);
    painter.layer(place.area, |painter| {
        painter.box_with(place.area, bg::RAISED, line::STRONG, radius::CONTROL);
        let title = rect(place.area.x + 8.0, place.area.y, place.area.width - 16.0, TITLE);
        let words = Ink::new(NARROW_MEDIUM, size::SMALL, ink::SECONDARY);
        painter.text(&format!("{} sends", strip.name), title, words);
        for (index, to) in returns(mix).enumerate().filter(|(_, to)| to.id != strip.id) {
            let over = touch.is_over(Part::Strip(strip.id, Piece::Send(index)));
            draw::draw_send(painter, &strip, (index, to.id), place.row(index), over);
        }
    });
}

/// Draws the levels of the sends as lines with the letters of their returns.
pub(super) fn draw_lines(
    painter: &mut Painter<'_>,
    mix: &Mix,
    strip: &Strip,
    at: &Pieces,
    touch: Touch<Part>,
) {
    let area = at.send_lines();
    let over = touch.is_over(Part::Strip(strip.id, Piece::Sends));
    painter.card(area, if over { bg::HOVER } else { bg::WELL }, radius::SLOT);
    let small = Ink::new(NARROW, size::MICRO, ink::TERTIARY);
    let count = returns(mix).count().min(SENDS);
    if count == 0 {
        return painter.text("+ send", area, small.centred());
    }
    let step = area.width / count as f32;
    for (index, to) in returns(mix).enumerate().take(count).filter(|(_, to)| to.id != strip.id) {
        let send = strip.sends.iter().find(|send| send.to == to.id && !send.off);
        let level = send.map_or(Db::SILENCE, |send| send.level);
        let cell = rect(area.x + index as f32 * step + 3.0, area.y, step - 5.0, area.height);
        let colour = if level.is_silence() { ink::TERTIARY } else { ink::PRIMARY };
        painter.text(draw::letter_of(index), cell, small.coloured(colour));
        let way = rect(cell.x + 8.0, cell.center_y() - 1.5, cell.width - 9.0, 3.0);
        painter.fill(way, bg::CONTROL);
        let width = way.width * fader::travel(level) as f32;
        painter.fill(rect(way.x, way.y, width, way.height), accent::BASE);
    }
}
