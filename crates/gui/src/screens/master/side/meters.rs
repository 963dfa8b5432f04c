//! The meters of the column: loudness, peaks, and what the whole master measures.

use twobus_dsp::Db;
use twobus_dsp::units::signed;
use twobus_session::StripId;

use super::{METERS, MasterScene, Plan};
use crate::painter::{Ink, Painter, rect};
use crate::parts;
use crate::theme::{
    NARROW, NARROW_BOLD, NARROW_MEDIUM, SANS, SANS_BOLD, bg, ink, line, meter, size, state,
};

/// Loudness at the bottom and top of the meters, in LUFS.
const RANGE_LUFS: (f64, f64) = (-36.0, -4.0);
/// Marks of that.
const MARKS_LUFS: [f64; 6] = [-6.0, -9.0, -14.0, -18.0, -23.0, -30.0];
/// How far a loudness may lie from its target and be at it, in LU.
const AT_TARGET_LU: f64 = 0.5;

/// Momentary, short-term and integrated loudness as columns.
pub(super) fn draw_loudness(scene: &MasterScene<'_>, painter: &mut Painter<'_>, plan: &Plan) {
    let (low, high) = RANGE_LUFS;
    let share = |lufs: f64| ((lufs - low) / (high - low)).clamp(0.0, 1.0) as f32;
    let whole = plan.row(26.0, plan.meters, 96.0, METERS);
    let y = |lufs: f64| (whole.y + METERS * (1.0 - share(lufs))).round();
    let small = Ink::new(NARROW, size::MICRO, ink::TERTIARY).right();
    for lufs in MARKS_LUFS {
        painter.text(&signed(-lufs, 0), rect(whole.x - 28.0, y(lufs) - 6.0, 20.0, 12.0), small);
        painter.fill(rect(whole.x - 5.0, y(lufs), 4.0, 1.0), line::STRONG);
    }
    let readings = scene.desk.live.readings();
    let of = |read: fn(&twobus_engine::Readings) -> Db| {
        readings.map_or(f64::NEG_INFINITY, |r| read(r).0)
    };
    let columns = [
        ("M", of(twobus_engine::Readings::momentary), 0.7),
        ("S", of(twobus_engine::Readings::short_term), 0.85),
        ("I", of(twobus_engine::Readings::integrated), 1.0),
    ];
    for (index, (name, lufs, light)) in columns.into_iter().enumerate() {
        let column = rect(whole.x + index as f32 * 34.0, whole.y, 28.0, METERS);
        painter.fill(column, bg::WELL);
        let fill = crate::theme::over(bg::WELL, meter::LOUDNESS, light);
        let top = y(lufs);
        painter.fill(rect(column.x, top, 28.0, column.y + METERS - top), fill);
        let foot = rect(column.x, column.y + METERS - 18.0, 28.0, 14.0);
        let colour = if share(lufs) > 0.1 { ink::DARK } else { ink::TERTIARY };
        painter.text(name, foot, Ink::new(SANS_BOLD, size::BASE, colour).centred());
        let below = rect(column.x - 4.0, column.y + METERS + 4.0, 36.0, 14.0);
        let text = if lufs.is_finite() { signed(lufs, 1) } else { "–".to_owned() };
        painter.text(&text, below, Ink::new(NARROW_BOLD, size::BASE, ink::PRIMARY).centred());
    }
    if let Some(lufs) = scene.desk.song().master.target.loudness_lufs {
        let band = rect(
            whole.x,
            y(lufs + AT_TARGET_LU),
            96.0,
            y(lufs - AT_TARGET_LU) - y(lufs + AT_TARGET_LU),
        );
        painter.fill(band, crate::theme::faded(state::OK, 0.35));
    }
}

/// The peaks of both sides, and the ceiling across them.
pub(super) fn draw_peaks(scene: &MasterScene<'_>, painter: &mut Painter<'_>, plan: &Plan) {
    let area = plan.row(148.0, plan.meters, 30.0, METERS);
    let bus = scene.desk.live.meter(StripId::MIX_BUS);
    for side in 0..2 {
        let bar = bus.map(|meter| meter.bars[side]).unwrap_or_default();
        parts::small_meter(painter, rect(area.x + side as f32 * 15.0, area.y, 13.0, METERS), &bar);
    }
    let ceiling = scene.ceiling_db();
    let y = area.y + METERS * (1.0 - crate::meters::place(ceiling) as f32);
    painter.bar(rect(area.x - 3.0, y.round(), 34.0, 2.0), ink::PRIMARY);
    let small = Ink::new(NARROW, size::MICRO, ink::TERTIARY);
    for db in [0.0, -6.0, -12.0, -18.0, -24.0, -36.0] {
        let y = area.y + METERS * (1.0 - crate::meters::place(db) as f32);
        painter.text(&signed(-db, 0), rect(area.x + 34.0, y - 6.0, 18.0, 12.0), small);
    }
    let peak = scene.desk.live.readings().map_or(Db::SILENCE, twobus_engine::Readings::true_peak);
    let text = if peak.is_silence() { "– TP".to_owned() } else { format!("{peak} TP") };
    let below = rect(area.x - 16.0, area.y + METERS + 4.0, 62.0, 14.0);
    painter.text(&text, below, Ink::new(NARROW_BOLD, size::BASE, ink::PRIMARY).centred());
}

/// What the whole master measures, beside the print.
pub(super) fn draw_numbers(scene: &MasterScene<'_>, painter: &mut Painter<'_>, plan: &Plan) {
    let studied = scene.master.studied.as_ref();
    let of = |read: fn(&twobus_analysis::Report) -> Option<f64>| {
        (studied.and_then(|s| read(&s.master.report)), studied.and_then(|s| read(&s.print.report)))
    };
    let rows = [
        ("Integrated", of(|report| report.integrated_lufs), "LUFS"),
        ("Range LRA", of(|report| report.range_lu), "LU"),
        ("PLR", of(|report| report.plr_lu), "dB"),
        ("True peak", of(|report| report.true_peak.map(|peak| peak.value)), "dBTP"),
    ];
    for (index, (name, (value, print), unit)) in rows.into_iter().enumerate() {
        let at =
            |y: f32, height| plan.row(208.0, plan.meters + index as f32 * 52.0 + y, 110.0, height);
        painter.text(name, at(0.0, 12.0), Ink::new(SANS, size::SMALL, ink::TERTIARY));
        let words = |value: Option<f64>| value.map_or("–".to_owned(), |value| signed(value, 1));
        let text = words(value);
        let number = Ink::new(NARROW_MEDIUM, size::DISPLAY, ink::PRIMARY);
        painter.text(&text, at(12.0, 24.0), number);
        let after = 208.0 + text.chars().count() as f32 * 11.0 + 6.0;
        let unit_at = plan.row(after, plan.meters + index as f32 * 52.0 + 17.0, 50.0, 16.0);
        painter.text(unit, unit_at, Ink::new(NARROW, size::SMALL, ink::SECONDARY));
        let (below, colour) = match index {
            0 => judged(scene, value, print),
            3 => at_ceiling(scene, value, print),
            _ => (format!("print {}", words(print)), ink::SECONDARY),
        };
        painter.text(&below, at(35.0, 14.0), Ink::new(NARROW, size::SMALL, colour));
    }
}

/// The loudness beside the print's, or beside the target.
fn judged(
    scene: &MasterScene<'_>,
    value: Option<f64>,
    print: Option<f64>,
) -> (String, iced::Color) {
    let (Some(wanted), Some(found)) = (scene.desk.song().master.target.loudness_lufs, value) else {
        let print = print.map_or("–".to_owned(), |value| signed(value, 1));
        return (format!("print {print}"), ink::SECONDARY);
    };
    let off = found - wanted;
    match off.abs() <= AT_TARGET_LU {
        true => ("✓ at the target".to_owned(), state::OK),
        false => {
            let side = if off > 0.0 { "▲" } else { "▼" };
            (format!("{side} {} LU off", signed(off.abs(), 1)), state::WARN)
        }
    }
}

/// The true peak beside the print's, or beside the ceiling.
fn at_ceiling(
    scene: &MasterScene<'_>,
    value: Option<f64>,
    print: Option<f64>,
) -> (String, iced::Color) {
    let ceiling = scene.desk.song().master.target.ceiling_dbtp;
    match value {
        Some(peak) if peak > ceiling + twobus_jobs::master::TOLERANCE_DB => {
            (format!("▲ above {}", Db(ceiling)), state::WARN)
        }
        Some(peak) if peak > ceiling - 0.2 => ("✓ at the ceiling".to_owned(), state::OK),
        _ => {
            let print = print.map_or("–".to_owned(), |value| signed(value, 1));
            (format!("print {print}"), ink::SECONDARY)
        }
    }
}
