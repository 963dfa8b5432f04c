//! What can be dragged in a face: a threshold along its levels, splits and corners along its frequencies.

use iced::Rectangle;
use twobus_dsp::{DeviceKind, multiband};

use super::layout::{Pane, value};
use super::pictures::{dynamics, spread};
use super::{Part, pages};
use crate::painter::{Painter, rect};
use crate::parts::plot::Plot;
use crate::theme::{accent, bg, line};
use crate::widgets::{Control, Touch};

/// Half of what a handle catches.
const CATCH: f32 = 8.0;
/// Width and height of a grip.
const GRIP: (f32, f32) = (9.0, 14.0);

/// A parameter where its face draws it.
pub(super) struct Handle {
    /// Which parameter of the device.
    pub(super) param: usize,
    /// Along what it moves.
    pub(super) way: Way,
    /// Where it stands, from left to right.
    x: f32,
}

/// What lies along the picture from left to right.
pub(super) enum Way {
    /// Levels from `floor_db` to 0 dB.
    Levels { area: Rectangle, floor_db: f64 },
    /// Frequencies.
    Frequencies(Plot),
}

impl Way {
    fn area(&self) -> Rectangle {
        match self {
            Self::Levels { area, .. } => *area,
            Self::Frequencies(plot) => plot.area,
        }
    }

    fn x(&self, value: f64) -> f32 {
        match self {
            Self::Levels { area, floor_db } => {
                area.x + area.width * (1.0 - value / floor_db).clamp(0.0, 1.0) as f32
            }
            Self::Frequencies(plot) => plot.x(value),
        }
    }

    /// The value so many pixels to the right of `value`.
    pub(super) fn moved(&self, value: f64, across: f32) -> f64 {
        match self {
            Self::Levels { area, floor_db } => value - floor_db * f64::from(across / area.width),
            Self::Frequencies(plot) => plot.hz(plot.x(value) + across),
        }
    }
}

impl Handle {
    fn catch(&self) -> Rectangle {
        let area = self.way.area();
        let around = rect(self.x - CATCH, area.y, 2.0 * CATCH, area.height);
        around.intersection(&area).unwrap_or_default()
    }

    fn grip(&self) -> Rectangle {
        let (area, (width, height)) = (self.way.area(), GRIP);
        let y = area.y + area.height - height - 16.0;
        rect((self.x - width / 2.0).round(), y, width, height)
    }
}

/// The handles in the face of a device.
pub(super) fn of(pane: &Pane<'_>) -> Vec<Handle> {
    let (device, area) = (pane.device, pane.picture());
    let kind = device.kind;
    let handle = |param: usize, way: Way| {
        let x = way.x(value(device, param));
        Handle { param, way, x }
    };
    let named = |id: &str, way: Way| kind.param(id).map(|param| handle(param, way));
    let threshold = || {
        let (curve, _) = dynamics::cut_curve(kind, area);
        named("threshold", Way::Levels { area: curve, floor_db: dynamics::floor_db(kind) })
    };
    match kind {
        DeviceKind::Compressor | DeviceKind::Gate => threshold().into_iter().collect(),
        DeviceKind::DeEsser => {
            let range = Way::Frequencies(dynamics::range_plot(area));
            threshold().into_iter().chain(named("frequency", range)).collect()
        }
        DeviceKind::Multiband => {
            let split = |index: usize| {
                let way = Way::Frequencies(spread::bands_plot(area));
                handle(multiband::SPLITS + index, way)
            };
            (0..pages::bands(device).saturating_sub(1)).map(split).collect()
        }
        DeviceKind::Stereo if kind.param("mono").is_some_and(|p| value(device, p) >= 0.5) => {
            named("mono_below", Way::Frequencies(spread::side_plot(area))).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

pub(super) fn controls(pane: &Pane<'_>, all: &mut Vec<Control<Part>>) {
    let id = pane.device.id;
    all.extend(of(pane).into_iter().map(|handle| {
        let part = Part::Handle(id, handle.param);
        Control { stops: true, ..Control::field(part, handle.catch()) }
    }));
}

/// Draws a grip at the foot of each.
pub(super) fn draw(painter: &mut Painter<'_>, pane: &Pane<'_>, touch: Touch<Part>) {
    painter.layer(pane.picture(), |painter| {
        for handle in of(pane) {
            let lit = touch.is_over(Part::Handle(pane.device.id, handle.param));
            let (area, grip) = (handle.way.area(), handle.grip());
            if lit {
                painter.fill(rect(handle.x - 0.5, area.y, 1.5, area.height), accent::BASE);
            }
            painter.box_with(grip, if lit { accent::BASE } else { bg::CONTROL }, accent::BASE, 2.0);
            for ridge in [3.0, 5.0] {
                let colour = if lit { bg::WELL } else { line::STRONG };
                painter.fill(rect(grip.x + ridge, grip.y + 4.0, 1.0, grip.height - 8.0), colour);
            }
        }
    });
}
