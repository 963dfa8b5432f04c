//! The wave with its loudness along the song.

use iced::advanced::graphics::geometry::Path;
use iced::widget::image::Handle;
use iced::{Color, Point, Rectangle};
use twobus_analysis::Report;
use twobus_analysis::report::CURVE_STEP_S;
use twobus_dsp::units::signed;
use twobus_jobs::Survey;
use twobus_jobs::sketch::COLUMN_FRAMES;

use super::MasterScene;
use super::layout::Frame;
use crate::painter::{Ink, Painter, rect};
use crate::parts::plot::through;
use crate::theme::{self, NARROW, NARROW_MEDIUM, accent, bg, ink, line, meter, radius, size};

/// Loudness at the bottom and top of the wave, in LUFS.
const RANGE_LUFS: (f64, f64) = (-30.0, -6.0);
/// Marks of that.
const MARKS_LUFS: [f64; 5] = [-9.0, -14.0, -18.0, -23.0, -28.0];
/// How close to the ceiling a peak is at it, in dB.
const AT_CEILING_DB: f64 = 0.05;
/// Most marks of peaks at the ceiling.
const MOST_PEAKS: usize = 40;

/// The last picture that was drawn of a wave, and what of.
pub(super) type Picture = Option<(PictureKey, Handle)>;

/// What a picture is of: which survey, and how large.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PictureKey {
    survey: usize,
    width: u32,
    height: u32,
}

/// Along the song: pixels and frames.
#[derive(Debug, Clone, Copy)]
pub(super) struct Along {
    pub(super) area: Rectangle,
    pub(super) frames: u64,
}

impl Along {
    pub(super) fn x(&self, frame: u64) -> f32 {
        self.area.x + self.area.width * (frame as f64 / self.frames.max(1) as f64) as f32
    }

    pub(super) fn frame(&self, x: f32) -> u64 {
        let share = f64::from((x - self.area.x) / self.area.width).clamp(0.0, 1.0);
        (share * self.frames as f64) as u64
    }

    fn y(&self, lufs: f64) -> f32 {
        let (low, high) = RANGE_LUFS;
        let share = ((lufs - low) / (high - low)).clamp(0.0, 1.0) as f32;
        self.area.y + 4.0 + (self.area.height - 8.0) * (1.0 - share)
    }
}

impl MasterScene<'_> {
    pub(super) fn along(&self, frame: &Frame) -> Along {
        let measured = self.master.studied.as_ref().map_or(0, |s| s.print.report.frames);
        let frames = if measured > 0 { measured } else { self.desk.end() };
        Along { area: frame.wave, frames }
    }

    /// The survey that is shown.
    fn survey(&self) -> Option<&std::sync::Arc<Survey>> {
        let studied = self.master.studied.as_ref()?;
        Some(if self.master.shows_master { &studied.master } else { &studied.print })
    }
}

pub(super) fn draw(scene: &MasterScene<'_>, painter: &mut Painter<'_>, frame: &Frame) {
    let along = scene.along(frame);
    painter.fill(along.area, bg::WELL);
    draw_sections(scene, painter, &along);
    match scene.survey() {
        Some(survey) => {
            draw_wave(scene, painter, &along, survey);
            painter.layer(frame.wave, |painter| {
                draw_loop(scene, painter, &along);
                draw_loudness(painter, &along, &survey.report);
            });
            draw_marks(scene, painter, &along, survey);
        }
        None => {
            let words = Ink::new(theme::SANS, size::BASE, ink::TERTIARY).centred();
            let text = scene.master.problem.as_deref().unwrap_or("Measuring the whole song…");
            painter.fill(
                rect(along.area.x, along.area.center_y(), along.area.width, 1.0),
                line::STRONG,
            );
            painter.text(
                text,
                rect(along.area.x, along.area.y + 8.0, along.area.width, 20.0),
                words,
            );
        }
    }
    let small = Ink::new(NARROW, size::MICRO, ink::TERTIARY);
    let right = along.area.x + along.area.width + 6.0;
    for lufs in MARKS_LUFS {
        painter.text(&signed(lufs, 0), rect(right, along.y(lufs) - 6.0, 30.0, 12.0), small);
    }
    painter.text("LUFS", rect(right, along.area.y + along.area.height + 3.0, 34.0, 14.0), small);
    let top = rect(along.area.x, along.area.y - 8.0, along.area.width, along.area.height + 8.0);
    painter.layer(top, |painter| {
        let x = along.x(scene.desk.live.heard()).round();
        painter.fill(rect(x, top.y, 1.0, top.height), ink::PRIMARY);
        painter.card(rect(x - 5.0, top.y, 11.0, 8.0), ink::PRIMARY, 2.0);
    });
}

fn draw_sections(scene: &MasterScene<'_>, painter: &mut Painter<'_>, along: &Along) {
    let small = Ink::new(NARROW, size::MICRO, ink::TERTIARY);
    let foot = along.area.y + along.area.height;
    for section in &scene.desk.mix().timeline.sections {
        let x = along.x(section.start).round();
        painter.fill(rect(x, along.area.y, 1.0, along.area.height), line::GRID);
        let wide = along.x(section.end) - x - 6.0;
        painter.text(&section.name, rect(x + 5.0, foot + 3.0, wide, 14.0), small);
    }
}

/// The wave, as a picture that is drawn once.
fn draw_wave(
    scene: &MasterScene<'_>,
    painter: &mut Painter<'_>,
    along: &Along,
    survey: &std::sync::Arc<Survey>,
) {
    let (width, height) = (along.area.width as u32, along.area.height as u32);
    let key = PictureKey { survey: std::sync::Arc::as_ptr(survey) as usize, width, height };
    let mut picture = scene.master.picture.borrow_mut();
    if picture.as_ref().is_none_or(|(old, _)| *old != key) {
        *picture = Some((key, drawn(survey, width, height)));
    }
    if let Some((_, handle)) = picture.as_ref() {
        painter.picture(handle, along.area);
    }
}

fn drawn(survey: &Survey, width: u32, height: u32) -> Handle {
    let peak = theme::over(bg::WELL, ink::TERTIARY, 0.32);
    let body = theme::over(bg::WELL, ink::TERTIARY, 0.5);
    let mut pixels = vec![0_u8; (width * height * 4) as usize];
    let columns = &survey.columns;
    let middle = height as f32 / 2.0;
    for x in 0..width {
        let at = |x: u32| (f64::from(x) / f64::from(width) * columns.len() as f64) as usize;
        let (from, to) = (at(x), at(x + 1).max(at(x) + 1).min(columns.len()));
        let here = columns.get(from..to).unwrap_or(&[]);
        let low = here.iter().fold(0.0_f32, |low, c| low.min(c.min));
        let high = here.iter().fold(0.0_f32, |high, c| high.max(c.max));
        let rms = here.iter().fold(0.0_f32, |rms, c| rms.max(c.rms));
        for (low, high, colour) in [(low, high, peak), (-rms, rms, body)] {
            let y = |v: f32| (middle - v.clamp(-1.0, 1.0) * (middle - 3.0)).round() as u32;
            for row in y(high).min(height - 1)..(y(low) + 1).min(height) {
                paint(&mut pixels, (row * width + x) as usize, colour);
            }
        }
    }
    Handle::from_rgba(width, height, pixels)
}

fn paint(pixels: &mut [u8], at: usize, colour: Color) {
    pixels[4 * at..4 * at + 4].copy_from_slice(&colour.into_rgba8());
}

fn draw_loop(scene: &MasterScene<'_>, painter: &mut Painter<'_>, along: &Along) {
    let Some(range) = scene.desk.mix().timeline.loop_range.filter(|range| range.on) else { return };
    let (left, right) = (along.x(range.start), along.x(range.end));
    let area = rect(left, along.area.y, right - left, along.area.height);
    painter.fill(area, theme::faded(accent::BASE, 0.1));
    painter.fill(rect(left, area.y, area.width, 3.0), accent::BASE);
}

/// Short-term loudness along the song, and the integrated one across it.
fn draw_loudness(painter: &mut Painter<'_>, along: &Along, report: &Report) {
    let rate_hz = f64::from(report.rate_hz);
    let point = |(index, lufs): (usize, &Option<f32>)| {
        let frame = ((index + 1) as f64 * CURVE_STEP_S * rate_hz) as u64;
        let lufs = lufs.map_or(RANGE_LUFS.0, f64::from);
        Point::new(along.x(frame), along.y(lufs))
    };
    // A point every other pixel is as much as one sees.
    let step = (report.short_term_lufs.len() / (along.area.width as usize / 2).max(1)).max(1);
    let points: Vec<Point> =
        report.short_term_lufs.iter().enumerate().step_by(step).map(point).collect();
    painter.stroke(&through(points.into_iter()), meter::LOUDNESS, 2.0);
    if let Some(lufs) = report.integrated_lufs {
        let y = along.y(lufs).round();
        let (left, right) = (along.area.x, along.area.x + along.area.width);
        let across = Path::line(Point::new(left, y), Point::new(right, y));
        painter.dashed(&across, ink::PRIMARY, 1.0, &[4.0, 3.0]);
    }
}

/// Peaks at the ceiling, and the loudest 3 s.
fn draw_marks(scene: &MasterScene<'_>, painter: &mut Painter<'_>, along: &Along, survey: &Survey) {
    if scene.master.shows_master {
        let ceiling = twobus_dsp::Db(scene.ceiling_db() - AT_CEILING_DB).to_gain() as f32;
        let at = survey.columns.iter().enumerate();
        let at = at.filter(|(_, c)| c.max >= ceiling || -c.min >= ceiling);
        let mut last = f32::NEG_INFINITY;
        let xs = at.map(|(index, _)| along.x(index as u64 * u64::from(COLUMN_FRAMES)));
        let apart = xs.filter(|x| {
            let far = x - last > along.area.width / MOST_PEAKS as f32;
            last = if far { *x } else { last };
            far
        });
        let apart: Vec<f32> = apart.collect();
        for x in apart {
            let tip = Path::new(|p| {
                p.move_to(Point::new(x - 3.0, along.area.y));
                p.line_to(Point::new(x + 3.0, along.area.y));
                p.line_to(Point::new(x, along.area.y + 5.0));
                p.close();
            });
            painter.shape(&tip, meter::HOT);
        }
    }
    let Some(loudest) = survey.report.short_term_max else { return };
    let frame = ((loudest.time_s + 3.0) * f64::from(survey.report.rate_hz)) as u64;
    let (x, text) = (along.x(frame), format!("loudest  {} S", signed(loudest.value, 1)));
    painter.layer(along.area, |painter| {
        let left = (x - 50.0).clamp(along.area.x, along.area.x + along.area.width - 96.0);
        let tag = rect(left, along.area.y + 6.0, 94.0, 16.0);
        painter.card(tag, bg::CONTROL, radius::SLOT);
        painter.text(&text, tag, Ink::new(NARROW_MEDIUM, size::SMALL, ink::PRIMARY).centred());
        let y = along.y(loudest.value);
        painter.card(rect(x - 4.0, y - 4.0, 8.0, 8.0), meter::LOUDNESS, 4.0);
        painter.card(rect(x - 2.5, y - 2.5, 5.0, 5.0), bg::WELL, 2.5);
    });
}
