//! The line at the bottom: what pointer or keyboard is on, or what was just said, and the sound device.

use iced::{Element, Length, Size};
use twobus_dsp::units::signed;
use twobus_engine::device::State as DeviceState;

use crate::desk::Desk;
use crate::icon::{self, Icon};
use crate::painter::{Ink, Painter, rect};
use crate::theme::layout::STATUS_BAR;
use crate::theme::{NARROW, SANS, SANS_BOLD, accent, bg, ink, line, size, state};
use crate::widgets::{Control, Help, Input, Scene, Surface, Touch};

/// What the line says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Line {
    pub(crate) help: Option<Help>,
    /// A word of the program, and whether it is a warning.
    pub(crate) said: Option<(String, bool)>,
    device: String,
    /// What runs, and how far it is.
    works: Option<String>,
}

/// A part of the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// Stops what runs.
    Stop,
}

impl Line {
    /// The line over a desk, or over none.
    pub(crate) fn new(
        help: Option<Help>,
        said: Option<(String, bool)>,
        desk: Option<&Desk>,
    ) -> Self {
        Self { help, said, device: desk.map_or_else(String::new, device), works: None }
    }

    /// The same while something runs.
    pub(crate) fn working(self, works: Option<String>) -> Self {
        Self { works, ..self }
    }

    /// The line as it is.
    pub(crate) fn view<'a, Message: 'a>(
        self,
        publish: impl Fn(Input<Part>) -> Message + 'a,
    ) -> Element<'a, Message> {
        Surface::new(self, (Length::Fill, Length::Fixed(STATUS_BAR)), publish).into()
    }
}

fn device(desk: &Desk) -> String {
    let monitor = desk.mix().monitor;
    let heard = match (desk.live.listened(), monitor.is_altering()) {
        (Some(_), _) => "One band is heard alone, no bounce contains that  |  ",
        (None, true) => "Monitor switches are on, no bounce contains them  |  ",
        (None, false) => "",
    };
    let device = match desk.live.device().map(|device| &device.state) {
        Some(DeviceState::Playing(config)) => {
            let rate = f64::from(config.rate_hz);
            let ms = f64::from(config.period_frames) / rate * 1000.0;
            let (khz, ms) = (signed(rate / 1000.0, 1), signed(ms, 1));
            let khz = khz.trim_end_matches(".0");
            format!("{khz} kHz · {} samples · {ms} ms", config.period_frames)
        }
        Some(DeviceState::Opening) => "Opening device…".to_owned(),
        Some(_) => "no sound device".to_owned(),
        None => String::new(),
    };
    format!("{heard}{device}")
}

impl Scene for Line {
    type Part = Part;

    fn controls(&self, size: Size) -> Vec<Control<Part>> {
        let stop = self.works.as_ref().map(|_| Control::button(Part::Stop, stop(size)).skipped());
        stop.into_iter().collect()
    }

    fn help(&self, Part::Stop: Part) -> Help {
        Help::new("Stop", "Stops what runs. Of a delivery the finished files stay.")
    }

    fn draw(&self, painter: &mut Painter<'_>, size: Size, touch: Touch<Part>) {
        painter.fill(rect(0.0, 0.0, size.width, size.height), bg::PANEL);
        painter.fill(rect(0.0, 0.0, size.width, 1.0), line::SUBTLE);
        let device = rect(size.width - 512.0, 0.0, 500.0, size.height);
        let said = self.said.as_ref().filter(|_| self.help.is_none() || self.is_warning());
        let (icon, colour) = match said {
            Some((_, true)) => (Icon::Warn, state::WARN),
            Some((_, false)) | None => (Icon::Lamp, accent::BASE),
        };
        icon::draw(painter, icon, rect(6.0, 0.0, 20.0, size.height), 14.0, colour);
        let words = rect(30.0, 0.0, (device.x - 40.0).max(200.0), size.height);
        match (said, &self.help) {
            (Some((text, warning)), _) => {
                let colour = if *warning { state::WARN } else { ink::PRIMARY };
                painter.text(text, words, Ink::new(SANS, size::BASE, colour));
            }
            (None, Some(help)) => draw_help(painter, help, words),
            (None, None) => {
                let welcome = Help::new(
                    "Twobus",
                    "Point at anything and this line says what it does and how to reset it.",
                );
                draw_help(painter, &welcome, words);
            }
        }
        let quiet = Ink::new(NARROW, size::BASE, ink::TERTIARY).right();
        let Some(works) = &self.works else { return painter.text(&self.device, device, quiet) };
        let stop = stop(size);
        let words = rect(device.x, 0.0, stop.x - device.x - 4.0, size.height);
        painter.text(works, words, quiet.coloured(ink::PRIMARY));
        let colour = if touch.is_over(Part::Stop) { ink::PRIMARY } else { ink::SECONDARY };
        icon::draw(painter, Icon::Cross, stop, 12.0, colour);
    }
}

/// The cross that stops what runs.
fn stop(size: Size) -> iced::Rectangle {
    rect(size.width - 36.0, 0.0, 30.0, size.height)
}

impl Line {
    fn is_warning(&self) -> bool {
        self.said.as_ref().is_some_and(|(_, warning)| *warning)
    }
}

/// Mean width of a letter of the name, as a share of its size.
const LETTER: f32 = 0.58;

fn draw_help(painter: &mut Painter<'_>, help: &Help, area: iced::Rectangle) {
    let title = match help.value.is_empty() {
        true => help.name.clone(),
        false => format!("{}  {}", help.name, help.value),
    };
    let width = title.chars().count() as f32 * size::BASE * LETTER + 14.0;
    painter.text(&title, area, Ink::new(SANS_BOLD, size::BASE, ink::PRIMARY));
    let rest = rect(area.x + width, area.y, area.width - width, area.height);
    painter.text(help.text, rest, Ink::new(SANS, size::BASE, ink::SECONDARY));
}
