//! Where the settings lie.

use iced::{Rectangle, Size};

use super::{Part, SettingsSheet};
use crate::painter::rect;
use crate::settings::{KScale, MeterKind, PERIODS, SCALES};
use crate::widgets::Control;

/// Rows of devices that are seen at a time.
pub(super) const ROWS: usize = 6;

const SIZE: Size = Size::new(700.0, 576.0);
const ROW: f32 = 26.0;
/// Distance of what is set from the edge, behind the words that name it.
const INDENT: f32 = 132.0;
const CHIP: f32 = 28.0;

/// Tops of the rows, from the top of the dialog.
pub(super) const DEVICES_Y: f32 = 64.0;
pub(super) const PERIOD_Y: f32 = 236.0;
pub(super) const TRY_Y: f32 = 300.0;
pub(super) const SCALE_Y: f32 = 362.0;
pub(super) const MOTION_Y: f32 = 400.0;
pub(super) const METER_Y: f32 = 446.0;
pub(super) const K_Y: f32 = 484.0;

/// The dialog.
pub(super) fn ground(size: Size) -> Rectangle {
    let (x, y) = ((size.width - SIZE.width) / 2.0, (size.height - SIZE.height) / 2.0);
    rect(x.round(), y.max(4.0).round(), SIZE.width, SIZE.height)
}

/// The list of devices.
pub(super) fn list(size: Size) -> Rectangle {
    let area = ground(size);
    rect(area.x + INDENT, area.y + DEVICES_Y, area.width - INDENT - 24.0, ROWS as f32 * ROW)
}

/// A row of it.
pub(super) fn row(size: Size, index: usize) -> Rectangle {
    let list = list(size);
    rect(list.x, list.y + index as f32 * ROW, list.width, ROW)
}

/// A button of a row of `count`.
fn chip(size: Size, y: f32, index: usize, count: usize) -> Rectangle {
    let (area, gap) = (ground(size), 4.0);
    let room = area.width - INDENT - 24.0;
    let width = ((room + gap) / count as f32 - gap).min(110.0).floor();
    rect(area.x + INDENT + index as f32 * (width + gap), area.y + y, width, CHIP)
}

/// Where a part lies.
pub(super) fn area(part: Part, size: Size) -> Rectangle {
    let ground = ground(size);
    match part {
        Part::Beside => rect(0.0, 0.0, size.width, size.height),
        Part::Ground => ground,
        Part::Device(index) => row(size, index),
        Part::Period(index) => chip(size, PERIOD_Y, index, PERIODS.len()),
        Part::Try => rect(ground.x + INDENT, ground.y + TRY_Y, 150.0, 32.0),
        Part::DisplayScale => chip(size, SCALE_Y, 0, SCALES.len() + 1),
        Part::Scale(index) => chip(size, SCALE_Y, index + 1, SCALES.len() + 1),
        Part::Motion => rect(ground.x + INDENT, ground.y + MOTION_Y, 150.0, CHIP),
        Part::Meter(kind) => {
            let index = MeterKind::ALL.iter().position(|other| *other == kind);
            chip(size, METER_Y, index.unwrap_or(0), 4)
        }
        Part::Scaled(scale) => {
            let index = KScale::ALL.iter().position(|other| *other == scale);
            chip(size, K_Y, index.unwrap_or(0), KScale::ALL.len())
        }
        Part::Close => {
            rect(ground.x + ground.width - 134.0, ground.y + ground.height - 48.0, 110.0, 32.0)
        }
    }
}

pub(super) fn controls(sheet: &SettingsSheet, size: Size) -> Vec<Control<Part>> {
    let rows = (sheet.count() + 1).saturating_sub(sheet.top).min(ROWS);
    let mut parts: Vec<Part> = (0..rows).map(Part::Device).collect();
    parts.extend((0..PERIODS.len()).map(Part::Period));
    parts.extend([Part::Try, Part::DisplayScale]);
    parts.extend((0..SCALES.len()).map(Part::Scale));
    parts.push(Part::Motion);
    parts.extend(MeterKind::ALL.map(Part::Meter));
    parts.extend(KScale::ALL.map(Part::Scaled));
    parts.push(Part::Close);
    let beside = Control::button(Part::Beside, area(Part::Beside, size)).skipped();
    let ground = Control::label(Part::Ground, ground(size));
    let buttons = parts.into_iter().map(|part| Control::button(part, area(part, size)));
    [beside, ground].into_iter().chain(buttons).collect()
}
