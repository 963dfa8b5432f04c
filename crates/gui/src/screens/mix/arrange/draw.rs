//! The arrange as it looks.

use iced::advanced::graphics::geometry::Path;
use iced::{Point, Rectangle, Size};
use twobus_session::{Clip, Track};

use super::layout::{self, Frame};
use super::update::Hold;
use super::{ArrangeScene, Part, lane};
use crate::desk::{Colours, TILE, TileKey, Wave};
use crate::grid::{Grid, minutes};
use crate::icon::{self, Icon};
use crate::meters::Meter;
use crate::painter::{Ink, Painter, inset, rect};
use crate::parts::{self, Lamp};
use crate::theme::layout::HEADER;
use crate::theme::{
    self, NARROW, NARROW_MEDIUM, SANS_MEDIUM, accent, bg, ink, line, lit, radius, size, state,
    track,
};
use crate::widgets::Touch;

pub(super) fn draw(
    scene: &ArrangeScene<'_>,
    painter: &mut Painter<'_>,
    size: Size,
    touch: Touch<Part>,
) {
    let mix = scene.desk.mix();
    let frame = Frame::new(scene.arrange, mix, size);
    let grid = Grid::new(&mix.timeline, scene.desk.rate_hz());
    painter.layer(frame.lanes, |painter| {
        for (index, track) in mix.tracks.iter().enumerate() {
            draw_lane(scene, painter, &frame, (index, track));
        }
        draw_grid(painter, &frame, &grid);
        lane::draw(scene, painter, &frame);
    });
    painter.layer(frame.headers, |painter| {
        for (index, track) in mix.tracks.iter().enumerate() {
            if frame.lane(index).intersects(&frame.headers) {
                draw_header(scene, painter, frame.lane(index), (index, track), touch);
            }
        }
        lane::draw_headers(scene, painter, &frame, touch);
    });
    draw_above(scene, painter, &frame, &grid, touch);
    painter.layer(rect(HEADER, 0.0, frame.lanes.width, size.height), |painter| {
        draw_marked(scene, painter, &frame);
        draw_playhead(scene, painter, &frame);
    });
    if mix.tracks.is_empty() {
        let words = Ink::new(SANS_MEDIUM, size::TITLE, ink::TERTIARY).centred();
        painter.text("Drop files here, or add them with Ctrl I.", frame.lanes, words);
    }
    if scene.arrange.dropping {
        painter.outline(frame.lanes, accent::BASE, 2.0, radius::CONTROL);
    }
}

fn draw_lane(
    scene: &ArrangeScene<'_>,
    painter: &mut Painter<'_>,
    frame: &Frame,
    (index, track_of): (usize, &Track),
) {
    let lane = frame.lane(index);
    if !lane.intersects(&frame.lanes) {
        return;
    }
    painter
        .fill(rect(frame.lanes.x, lane.y + lane.height - 1.0, frame.lanes.width, 1.0), line::GRID);
    for clip in &track_of.clips {
        let area = frame.clip(index, clip);
        if area.intersects(&frame.lanes) {
            draw_clip(scene, painter, frame, (track_of, clip, area));
        }
    }
}

fn draw_clip(
    scene: &ArrangeScene<'_>,
    painter: &mut Painter<'_>,
    frame: &Frame,
    (track_of, clip, area): (&Track, &Clip, Rectangle),
) {
    let colour = track(track_of.strip.colour);
    let muted = if track_of.strip.mute { 0.45 } else { 1.0 };
    let Some(shown) = area.intersection(&frame.lanes) else { return };
    painter.fill(shown, theme::over(bg::APP, colour, 0.16 * muted));
    match scene.desk.waves.of(clip.media) {
        Some(Wave::Ready(peaks)) => {
            let colours = Colours {
                peak: theme::over(bg::APP, colour, 0.58 * muted),
                body: theme::over(bg::APP, colour, muted),
            };
            draw_wave(scene, painter, frame, (clip, area, shown), peaks, colours);
        }
        Some(Wave::Missing(why)) => draw_missing(scene, painter, clip, shown, why),
        Some(Wave::Loading) | None => {
            painter.fill(rect(shown.x, shown.center_y(), shown.width, 1.0), colour);
        }
    }
    draw_fades(painter, frame, clip, area);
    if scene.arrange.clip == Some((track_of.strip.id, clip.id)) {
        painter.outline(area, accent::BASE, 1.0, radius::SLOT);
    }
}

fn draw_wave(
    scene: &ArrangeScene<'_>,
    painter: &mut Painter<'_>,
    frame: &Frame,
    (clip, area, shown): (&Clip, Rectangle, Rectangle),
    peaks: &twobus_media::Peaks,
    colours: Colours,
) {
    // Where the first frame of the file would lie.
    let origin = (area.x - (clip.offset as f64 / frame.frames_per_px) as f32).round();
    let tile = TILE as f32;
    let first = ((shown.x - origin) / tile).floor().max(0.0) as u64;
    let last = ((shown.x + shown.width - origin) / tile).ceil().max(0.0) as u64;
    for index in first..last {
        let key = TileKey {
            media: clip.media,
            channels: clip.channels.into(),
            frames_per_px: frame.frames_per_px.to_bits(),
            index,
            columns: columns(index, area.x - origin, area.width),
            height: area.height as u32,
            colour: u32::from_be_bytes(colours.body.into_rgba8()),
        };
        let handle = scene.desk.waves.tile(key, peaks, colours);
        let place = rect(origin + index as f32 * tile, area.y, tile, area.height);
        painter.picture(&handle, place);
    }
}

/// The columns of a tile that a clip shows, which begins `from` pixels into its file and is `width` wide.
fn columns(tile: u64, from: f32, width: f32) -> (u32, u32) {
    let first = tile as f32 * TILE as f32;
    let column = |x: f32| (x - first).round().clamp(0.0, TILE as f32) as u32;
    (column(from), column(from + width))
}

/// Distance of the lines that hatch a clip without a file.
const HATCH: f32 = 10.0;

fn draw_missing(
    scene: &ArrangeScene<'_>,
    painter: &mut Painter<'_>,
    clip: &Clip,
    area: Rectangle,
    why: &str,
) {
    painter.fill(area, state::FAIL_BG);
    let lines = Path::new(|p| {
        let mut x = area.x;
        while x < area.x + area.width - area.height {
            p.move_to(Point::new(x, area.y + area.height));
            p.line_to(Point::new(x + area.height, area.y));
            x += HATCH;
        }
    });
    painter.stroke(&lines, theme::over(state::FAIL_BG, state::FAIL, 0.3), 1.0);
    let name = scene.desk.project().media(clip.media).map_or("", |file| &file.path);
    let name = name.rsplit('/').next().unwrap_or(name);
    let missing = if why.contains("missing") { "missing" } else { "cannot be read" };
    let words = rect(area.x + 8.0, area.y, area.width - 16.0, area.height);
    let text = format!("{missing}: {name} — click to find it");
    painter.text(&text, words, Ink::new(SANS_MEDIUM, size::BASE, state::FAIL));
}

fn draw_fades(painter: &mut Painter<'_>, frame: &Frame, clip: &Clip, area: Rectangle) {
    let wide = |frames: u64| (frames as f64 / frame.frames_per_px) as f32;
    let mut slope = |from: f32, to: f32| {
        let (top, bottom) = (area.y, area.y + area.height);
        painter.stroke(
            &Path::line(Point::new(from, bottom), Point::new(to, top)),
            ink::SECONDARY,
            1.5,
        );
    };
    if clip.fade_in.frames > 0 {
        slope(area.x, area.x + wide(clip.fade_in.frames));
    }
    if clip.fade_out.frames > 0 {
        let end = area.x + area.width;
        slope(end, end - wide(clip.fade_out.frames));
    }
}

/// Bars of a line or number apart, so that they are at least so many pixels apart.
fn bar_step(frame: &Frame, grid: &Grid, pixels: f64) -> u64 {
    let (_, bar) = grid.lengths(frame.frame(frame.lanes.x));
    let bars = (pixels * frame.frames_per_px / bar).ceil().max(1.0);
    2_u64.pow(bars.log2().ceil() as u32)
}

fn draw_grid(painter: &mut Painter<'_>, frame: &Frame, grid: &Grid) {
    let (from, to) = frame.seen();
    let step = bar_step(frame, grid, 36.0);
    for (bar, at) in grid.bars(from, to) {
        if (bar - 1) % step == 0 {
            let x = frame.x(at).round();
            painter.fill(
                rect(x, frame.lanes.y, 1.0, frame.lanes.height),
                theme::faded(line::STRONG, 0.35),
            );
        }
    }
}

fn draw_header(
    scene: &ArrangeScene<'_>,
    painter: &mut Painter<'_>,
    lane: Rectangle,
    (index, track_of): (usize, &Track),
    touch: Touch<Part>,
) {
    let (strip, area) = (&track_of.strip, rect(0.0, lane.y, HEADER - 1.0, lane.height - 1.0));
    let chosen = scene.chosen == Some(strip.id);
    let over = touch.is_over(Part::Name(strip.id));
    painter.fill(area, if chosen || over { bg::RAISED } else { bg::PANEL });
    painter.fill(rect(area.x, area.y, 4.0, area.height), track(strip.colour));
    let number = rect(10.0, area.y, 16.0, area.height);
    painter.text(&(index + 1).to_string(), number, Ink::new(NARROW, size::SMALL, ink::TERTIARY));
    let colour = if strip.mute { ink::DISABLED } else { ink::PRIMARY };
    let name = rect(30.0, area.y, 86.0, area.height);
    painter.text(&strip.name, name, Ink::new(SANS_MEDIUM, size::TITLE, colour));
    let buttons = [
        (Part::Mute(strip.id), "M", strip.mute, lit::MUTE),
        (Part::Solo(strip.id), "S", strip.solo, lit::SOLO),
    ];
    for (index, (part, label, on, colour)) in buttons.into_iter().enumerate() {
        let lamp = if on { Lamp::On(colour) } else { Lamp::Off };
        parts::button(painter, layout::button(lane, index), label, lamp, touch.is_over(part));
    }
    let last = layout::button(lane, 2);
    if scene.arrange.folded.is_some() {
        let over = touch.is_over(Part::Unfold);
        parts::icon_button(painter, last, Icon::Up, Lamp::Off, over);
    } else {
        let open = scene.arrange.open.contains_key(&strip.id);
        let lamp = if open { Lamp::On(accent::FILL) } else { Lamp::Off };
        let over = touch.is_over(Part::Automate(strip.id));
        parts::icon_button(painter, last, Icon::Curve, lamp, over);
    }
    let still = Meter::default();
    let meter = scene.desk.live.meter(strip.id).unwrap_or(&still);
    for side in 0..2 {
        let bar = rect(200.0 + side as f32 * 5.0, area.y + 4.0, 4.0, area.height - 8.0);
        parts::small_meter(painter, bar, &meter.bars[side]);
    }
}

fn draw_above(
    scene: &ArrangeScene<'_>,
    painter: &mut Painter<'_>,
    frame: &Frame,
    grid: &Grid,
    touch: Touch<Part>,
) {
    let top = rect(0.0, 0.0, HEADER, frame.lanes.y);
    painter.fill(rect(0.0, 0.0, HEADER + frame.lanes.width, frame.lanes.y), bg::PANEL);
    let label = Ink::new(NARROW, size::SMALL, ink::TERTIARY);
    painter.text("Sections", rect(12.0, 2.0, 100.0, 16.0), label);
    if scene.arrange.folded.is_some() {
        painter.layer(rect(HEADER, 0.0, frame.lanes.width, frame.lanes.y), |painter| {
            draw_sections(scene, painter, frame);
        });
        return;
    }
    painter.text("Bars · markers", rect(12.0, 22.0, 100.0, 16.0), label);
    for (index, (part, icon)) in
        [(Part::Add, Icon::Plus), (Part::Fit, Icon::Search)].into_iter().enumerate()
    {
        parts::icon_button(painter, layout::tool(index), icon, Lamp::Off, touch.is_over(part));
    }
    painter.layer(rect(HEADER, 0.0, frame.lanes.width, frame.lanes.y), |painter| {
        draw_sections(scene, painter, frame);
        draw_loop(scene, painter, frame);
        draw_ruler(scene, painter, frame, grid);
    });
    painter.fill(rect(top.x, top.height - 1.0, top.width + frame.lanes.width, 1.0), line::SUBTLE);
}

fn draw_sections(scene: &ArrangeScene<'_>, painter: &mut Painter<'_>, frame: &Frame) {
    for section in &scene.desk.mix().timeline.sections {
        let (left, right) = (frame.x(section.start), frame.x(section.end));
        let area = rect(left, frame.sections.y, right - left - 1.0, frame.sections.height);
        painter.fill(area, accent::DIM);
        let words = rect(area.x + 6.0, area.y, area.width - 8.0, area.height);
        painter.text(&section.name, words, Ink::new(NARROW, size::SMALL, ink::PRIMARY));
    }
    if let Some(Hold::NewSection { range: Some((start, end)), .. }) = &scene.arrange.hold {
        let (left, right) = (frame.x(*start), frame.x(*end));
        let area = rect(left, frame.sections.y, right - left, frame.sections.height);
        painter.fill(area, theme::faded(accent::FILL, 0.4));
        painter.outline(area, accent::BASE, 1.0, radius::SLOT);
    }
}

fn draw_loop(scene: &ArrangeScene<'_>, painter: &mut Painter<'_>, frame: &Frame) {
    let Some(range) = scene.desk.mix().timeline.loop_range else { return };
    let colour = if range.on { accent::BASE } else { line::STRONG };
    let (left, right) = (frame.x(range.start), frame.x(range.end));
    let bar = rect(left, frame.ruler.y, right - left, 3.0);
    if range.on {
        painter.fill(
            rect(left, frame.ruler.y, right - left, frame.ruler.height),
            theme::faded(accent::DIM, 0.6),
        );
    }
    painter.fill(bar, colour);
    painter.fill(rect(left, bar.y, 2.0, 12.0), colour);
    painter.fill(rect(right - 2.0, bar.y, 2.0, 12.0), colour);
}

fn draw_ruler(scene: &ArrangeScene<'_>, painter: &mut Painter<'_>, frame: &Frame, grid: &Grid) {
    let rate_hz = scene.desk.rate_hz();
    let (from, to) = frame.seen();
    let step = bar_step(frame, grid, 72.0);
    for (bar, at) in grid.bars(from.saturating_sub(rate_hz.into()), to) {
        if (bar - 1) % step != 0 {
            continue;
        }
        let x = frame.x(at).round();
        painter.fill(rect(x, frame.ruler.y + 18.0, 1.0, 10.0), line::STRONG);
        let number = rect(x + 4.0, frame.ruler.y + 3.0, 28.0, 14.0);
        painter.text(&bar.to_string(), number, Ink::new(NARROW_MEDIUM, size::BASE, ink::PRIMARY));
        let time = rect(x + 30.0, frame.ruler.y + 3.0, 34.0, 14.0);
        painter.text(&minutes(at, rate_hz), time, Ink::new(NARROW, size::MICRO, ink::TERTIARY));
    }
    for marker in &scene.desk.mix().timeline.markers {
        let x = frame.x(marker.frame);
        let flag = rect(x - 1.0, frame.ruler.y + 16.0, 10.0, 12.0);
        icon::draw(painter, Icon::Flag, flag, 10.0, state::WARN);
        let words = rect(x + 10.0, frame.ruler.y + 16.0, 90.0, 12.0);
        painter.text(&marker.name, words, Ink::new(NARROW, size::MICRO, ink::SECONDARY));
    }
}

fn draw_playhead(scene: &ArrangeScene<'_>, painter: &mut Painter<'_>, frame: &Frame) {
    let x = frame.x(scene.desk.live.heard()).round();
    let folded = scene.arrange.folded.is_some();
    // Below the numbers of the bars, which it would cover.
    let top = if folded { frame.lanes.y } else { frame.ruler.y + 18.0 };
    painter.card(rect(x - 5.0, top, 11.0, 9.0), ink::PRIMARY, 2.0);
    let height = frame.lanes.y + frame.lanes.height - top;
    painter.fill(inset(rect(x - 1.0, top - 1.0, 3.0, height + 2.0), 1.0), ink::PRIMARY);
}

/// What "Show me" points out.
fn draw_marked(scene: &ArrangeScene<'_>, painter: &mut Painter<'_>, frame: &Frame) {
    let Some(marked) = &scene.arrange.marked else { return };
    let (left, right) = match marked.place {
        Some((start, end)) => (frame.x(start), frame.x(end)),
        None => (frame.lanes.x, frame.lanes.x + frame.lanes.width),
    };
    let outline = |painter: &mut Painter<'_>, y, height| {
        let area = rect(left, y, (right - left).max(6.0), height);
        let seen = area.intersection(&frame.lanes).unwrap_or_default();
        painter.outline(seen, state::WARN, 2.0, radius::SLOT);
    };
    if marked.strips.is_empty() {
        outline(painter, frame.lanes.y, frame.lanes.height);
    }
    for (index, track_of) in scene.desk.mix().tracks.iter().enumerate() {
        if marked.strips.contains(&track_of.strip.id) {
            let lane = frame.lane(index);
            outline(painter, lane.y, lane.height - 1.0);
        }
    }
}
