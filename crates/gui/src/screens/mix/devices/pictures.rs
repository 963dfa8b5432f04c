//! What the faces draw: computed by the functions that the sound is computed by.

pub(super) mod dynamics;
mod shapes;
mod space;
pub(super) mod spread;

use iced::advanced::graphics::geometry::Path;
use iced::{Point, Rectangle};
use twobus_dsp::DeviceKind;
use twobus_session::Device;

use super::layout::{Pane, value};
use super::{Devices, DevicesScene};
use crate::painter::{Painter, rect};
use crate::parts::plot::through;
use crate::seen::Seen;
use crate::theme::{accent, faded};

/// What a picture is drawn from.
struct View<'a> {
    devices: &'a Devices,
    device: &'a Device,
    /// What is seen of it while it is the one that is looked at.
    seen: Option<&'a Seen>,
    rate_hz: f64,
    area: Rectangle,
}

impl View<'_> {
    /// What the parameter with a stored id stands at.
    fn get(&self, id: &str) -> f64 {
        self.device.kind.param(id).map_or(0.0, |param| value(self.device, param))
    }

    /// Whether a switch is on.
    fn is_on(&self, id: &str) -> bool {
        self.get(id) >= 0.5
    }
}

/// Draws the picture of a device that is not an equalizer.
pub(super) fn draw(scene: &DevicesScene<'_>, painter: &mut Painter<'_>, pane: &Pane<'_>) {
    let seen = scene.desk.live.seen().filter(|seen| seen.target.device == pane.device.id);
    let view = View {
        devices: scene.devices,
        device: pane.device,
        seen,
        rate_hz: scene.desk.rate_hz().into(),
        area: pane.picture(),
    };
    match pane.device.kind {
        DeviceKind::Compressor | DeviceKind::Gate | DeviceKind::Limiter => {
            dynamics::draw(&view, painter);
        }
        DeviceKind::DeEsser => dynamics::draw_deesser(&view, painter),
        DeviceKind::Multiband => spread::draw_multiband(&view, painter),
        DeviceKind::Stereo => spread::draw_stereo(&view, painter),
        DeviceKind::Saturator | DeviceKind::Clipper => shapes::draw(&view, painter),
        DeviceKind::Delay => space::draw_delay(&view, painter),
        DeviceKind::Reverb => space::draw_reverb(&view, painter),
        DeviceKind::Utility => shapes::draw_utility(&view, painter),
        DeviceKind::Equalizer => {}
    }
}

/// A kind in a few lines, as a button has it.
pub(super) fn emblem(painter: &mut Painter<'_>, kind: DeviceKind, area: Rectangle) {
    let point =
        |(x, y): (f32, f32)| Point::new(area.x + area.width * x, area.y + area.height * (1.0 - y));
    let lines: &[&[(f32, f32)]] = match kind {
        DeviceKind::Utility => &[&[(0.2, 0.8), (0.8, 0.2)], &[(0.2, 0.2), (0.8, 0.8)]],
        DeviceKind::Equalizer => {
            &[&[(0.0, 0.1), (0.15, 0.5), (0.45, 0.5), (0.6, 0.9), (0.75, 0.5), (1.0, 0.5)]]
        }
        DeviceKind::Compressor => &[&[(0.2, 0.0), (0.55, 0.7), (0.85, 0.9)]],
        DeviceKind::Gate => &[&[(0.1, 0.0), (0.45, 0.0), (0.45, 0.45), (0.9, 1.0)]],
        DeviceKind::DeEsser => &[&[(0.0, 0.8), (0.55, 0.8), (0.7, 0.3), (1.0, 0.3)]],
        DeviceKind::Saturator => &[&[(0.1, 0.05), (0.3, 0.15), (0.7, 0.85), (0.9, 0.95)]],
        DeviceKind::Clipper => &[&[(0.1, 0.1), (0.35, 0.1), (0.65, 0.9), (0.9, 0.9)]],
        DeviceKind::Multiband => {
            &[&[(0.0, 0.4), (0.3, 0.4), (0.3, 0.8), (0.65, 0.8), (0.65, 0.2), (1.0, 0.2)]]
        }
        DeviceKind::Stereo => &[&[(0.15, 0.95), (0.5, 0.0), (0.85, 0.95)]],
        DeviceKind::Limiter => &[&[(0.1, 0.1), (0.6, 0.8), (0.95, 0.8)]],
        DeviceKind::Delay => &[
            &[(0.15, 0.0), (0.15, 0.95)],
            &[(0.4, 0.0), (0.4, 0.65)],
            &[(0.65, 0.0), (0.65, 0.4)],
            &[(0.9, 0.0), (0.9, 0.2)],
        ],
        DeviceKind::Reverb => &[&[(0.1, 0.0), (0.1, 0.95), (0.4, 0.45), (0.7, 0.2), (1.0, 0.08)]],
    };
    for line in lines {
        painter.stroke(&through(line.iter().copied().map(point)), accent::BASE, 2.0);
    }
    let foot = Path::line(point((0.0, -0.04)), point((1.0, -0.04)));
    painter.stroke(&foot, faded(accent::LINE, 0.6), 1.0);
}

/// The area less a strip of `width` at its left, and that strip.
fn cut_left(area: Rectangle, width: f32) -> (Rectangle, Rectangle) {
    const GAP: f32 = 8.0;
    let width = width.min(area.width / 2.0);
    let left = rect(area.x, area.y, width, area.height);
    let x = area.x + width + GAP;
    (left, rect(x, area.y, (area.x + area.width - x).max(1.0), area.height))
}
