//! The settings: the sound device with its trial, the scale of the window, how meters look.

mod draw;
mod layout;

use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

use iced::keyboard::key::Named;
use iced::{Element, Length, Size};
use twobus_engine::device::{Backend, OutputInfo};

use crate::painter::Painter;
use crate::settings::{ChosenDevice, KScale, MeterKind, PERIODS, SCALES, Settings};
use crate::trying::Tried;
use crate::widgets::{Control, Help, Input, Scene, Surface, Touch};

/// A part of the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// Everything beside them.
    Beside,
    /// Their ground.
    Ground,
    /// A row of the devices, from the first that is seen.
    Device(usize),
    /// One of [`PERIODS`].
    Period(usize),
    /// Plays the tone.
    Try,
    /// The display's scale.
    DisplayScale,
    /// One of [`SCALES`].
    Scale(usize),
    /// Less motion.
    Motion,
    /// A kind of meter.
    Meter(MeterKind),
    /// A scale of the mix bus.
    Scaled(KScale),
    /// Closes them.
    Close,
}

/// What the settings ask of the window.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Action {
    None,
    /// To close them.
    Close,
    /// To go by these from now on.
    Set(Settings),
    /// To play the tone, or to stop it.
    Try,
}

/// The devices of the machine, which a sound system may take its time to tell.
#[derive(Debug)]
enum Devices {
    Asked(Receiver<Result<Vec<OutputInfo>, String>>),
    Told(Vec<OutputInfo>),
    Failed(String),
}

/// The settings while they are shown.
#[derive(Debug)]
pub(crate) struct SettingsSheet {
    settings: Settings,
    devices: Devices,
    /// First device that is seen.
    top: usize,
    tried: Tried,
    focus: Option<Part>,
    over: Option<Part>,
}

impl SettingsSheet {
    /// Shows `settings`, and asks `backend` for its devices.
    pub(crate) fn new(settings: Settings, backend: Arc<dyn Backend>) -> Self {
        let (outbox, inbox) = channel();
        let ask = move || {
            // The settings may be closed by then.
            let _closed = outbox.send(backend.outputs().map_err(|error| error.to_string()));
        };
        let _thread = std::thread::Builder::new().name("devices".to_owned()).spawn(ask);
        Self {
            settings,
            devices: Devices::Asked(inbox),
            top: 0,
            tried: Tried::default(),
            focus: Some(Part::Close),
            over: None,
        }
    }

    /// Takes in the devices and how the trial stands; true when that is something new to show.
    pub(crate) fn look(&mut self, tried: &Tried) -> bool {
        let mut new = self.tried != *tried;
        self.tried.clone_from(tried);
        if let Devices::Asked(inbox) = &self.devices
            && let Ok(told) = inbox.try_recv()
        {
            self.devices = told.map_or_else(Devices::Failed, Devices::Told);
            new = true;
        }
        new
    }

    /// Whether it waits for something.
    pub(crate) fn is_waiting(&self) -> bool {
        matches!(self.devices, Devices::Asked(_))
    }

    /// Takes note of settings that were changed elsewhere.
    pub(crate) fn set(&mut self, settings: Settings) {
        self.settings = settings;
    }

    /// Takes in what was done to it.
    pub(crate) fn update(&mut self, input: Input<Part>) -> Action {
        match input {
            Input::Over(over) => self.over = over,
            Input::Focus(part) => self.focus = Some(part),
            Input::Leave { back } => {
                self.focus = Some(if back { Part::Close } else { Part::Device(0) });
            }
            Input::Press { part, .. } => return self.pressed(part),
            Input::Wheel { down, .. } => {
                let most = (self.count() + 1).saturating_sub(layout::ROWS);
                self.top = self.top.saturating_add_signed(down.round() as isize).min(most);
            }
            _ => {}
        }
        Action::None
    }

    /// A key that no control has taken.
    pub(crate) fn key(&mut self, named: Option<Named>) -> Action {
        match named {
            Some(Named::Escape) => Action::Close,
            _ => Action::None,
        }
    }

    fn pressed(&mut self, part: Part) -> Action {
        let mut new = self.settings.clone();
        match part {
            Part::Close | Part::Beside => return Action::Close,
            Part::Try => return Action::Try,
            Part::Ground => return Action::None,
            Part::Device(row) => new.device = self.device(self.top + row),
            Part::Period(index) => new.period_frames = PERIODS[index],
            Part::DisplayScale => new.scale_percent = None,
            Part::Scale(index) => new.scale_percent = Some(SCALES[index]),
            Part::Motion => new.reduce_motion = !new.reduce_motion,
            Part::Meter(kind) => new.meter = kind,
            Part::Scaled(scale) => new.k_scale = scale,
        }
        if new == self.settings {
            return Action::None;
        }
        self.settings = new.clone();
        Action::Set(new)
    }

    /// How many devices there are.
    fn count(&self) -> usize {
        self.told().len()
    }

    fn told(&self) -> &[OutputInfo] {
        match &self.devices {
            Devices::Told(devices) => devices,
            _ => &[],
        }
    }

    /// The device of a row; the first row is the system's own choice.
    fn device(&self, row: usize) -> Option<ChosenDevice> {
        let info = self.told().get(row.checked_sub(1)?)?;
        Some(ChosenDevice { id: info.id.clone(), name: info.name.clone() })
    }

    /// The settings over the whole window.
    pub(crate) fn view<'a, Message: 'a>(
        &'a self,
        publish: impl Fn(Input<Part>) -> Message + 'a,
    ) -> Element<'a, Message> {
        Surface::new(self, (Length::Fill, Length::Fill), publish).focus(self.focus).into()
    }

    /// What is said about the control under the pointer, or else the one with the keyboard.
    pub(crate) fn help_now(&self) -> Option<Help> {
        let part = self.over.or(self.focus)?;
        Some((&self).help(part))
    }
}

impl Scene for &SettingsSheet {
    type Part = Part;

    fn controls(&self, size: Size) -> Vec<Control<Part>> {
        layout::controls(self, size)
    }

    fn help(&self, part: Part) -> Help {
        match part {
            Part::Beside | Part::Ground => Help::default(),
            Part::Device(_) => Help::new(
                "Sound device",
                "Where everything is played; when it is lost, the default device takes over.",
            ),
            Part::Period(index) => Help::at(
                "Period",
                format!("{} frames", PERIODS[index]),
                "Frames that the device takes at a time: fewer react sooner, more are safer.",
            ),
            Part::Try => Help::new("Test tone", "A quiet tone on the left, then on the right."),
            Part::DisplayScale => Help::new("Scale", "As large as the display asks for."),
            Part::Scale(index) => Help::at(
                "Scale",
                format!("{} %", SCALES[index]),
                "How large everything is drawn. Ctrl + and Ctrl −.",
            ),
            Part::Motion => Help::new(
                "Reduce motion",
                "Spectra and histories of devices are drawn 15 times a second.",
            ),
            Part::Meter(MeterKind::PeakRms) => {
                Help::new("Peak + RMS", "A bright body of 300 ms, above it the peak.")
            }
            Part::Meter(MeterKind::Vu) => {
                Help::new("VU", "A mean of 300 ms as people hear it; 0 VU is −18 dBFS.")
            }
            Part::Scaled(scale) => Help::new(
                scale.name(),
                "What the meter of the mix bus calls 0: full scale, or 20, 14, 12 dB below it.",
            ),
            Part::Close => Help::new("Close", "What was chosen is kept. Escape."),
        }
    }

    fn draw(&self, painter: &mut Painter<'_>, size: Size, touch: Touch<Part>) {
        draw::draw(self, painter, size, touch);
    }
}
