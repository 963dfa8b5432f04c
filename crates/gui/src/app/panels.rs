//! Panels over the window: settings, the search for commands, the longer help; and the trial of the sound
//! device, which the settings and the start screen share.

use std::sync::Arc;

use iced::keyboard::Key;
use iced::keyboard::key::Named;
use iced::{Size, Task};

use super::{App, LEAST, Message, Region};
use crate::desk::Desk;
use crate::screens::page::{self, Page};
use crate::screens::search::{self, Search};
use crate::screens::settings::{self, SettingsSheet};
use crate::settings::{SCALES, Settings};
use crate::topics::Topic;
use crate::widgets::Input;

/// A panel while it is shown.
#[derive(Debug)]
pub(crate) enum Panel {
    Settings(SettingsSheet),
    Search(Search),
    Page(Page),
}

/// What is done to a panel.
#[derive(Debug, Clone)]
pub(crate) enum Touched {
    Settings(Input<settings::Part>),
    Search(Input<search::Part>),
    Page(Input<page::Part>),
}

impl App {
    /// Goes by `settings` from now on; `note` tells what was wrong with their file.
    pub(super) fn settle_in(&mut self, settings: Settings, note: Option<String>) {
        self.means.wish = settings.wish();
        self.settings = settings;
        self.start.device = self.device_words();
        if let Some(note) = note {
            self.fail(note);
        }
    }

    pub(super) fn panel(&mut self, touched: Touched) -> Task<Message> {
        match (&mut self.panel, touched) {
            (Some(Panel::Settings(sheet)), Touched::Settings(input)) => {
                let action = sheet.update(input);
                self.settings_did(action);
            }
            (Some(Panel::Search(search)), Touched::Search(input)) => {
                let action = search.update(input);
                return self.searched(action);
            }
            (Some(Panel::Page(page)), Touched::Page(input)) if page.update(&input) => {
                self.panel = None;
            }
            _ => {}
        }
        Task::none()
    }

    /// A key, while a panel is shown.
    pub(super) fn panel_key(&mut self, named: Option<Named>, text: Option<&str>) -> Task<Message> {
        match &mut self.panel {
            Some(Panel::Settings(sheet)) => {
                let action = sheet.key(named);
                self.settings_did(action);
            }
            Some(Panel::Search(search)) => {
                let action = search.key(named, text);
                return self.searched(action);
            }
            Some(Panel::Page(page)) if page.key(named) => self.panel = None,
            Some(Panel::Page(_)) | None => {}
        }
        Task::none()
    }

    pub(super) fn show_search(&mut self) {
        self.panel = Some(Panel::Search(Search::default()));
    }

    fn searched(&mut self, action: search::Action) -> Task<Message> {
        match action {
            search::Action::None => Task::none(),
            search::Action::Close => {
                self.panel = None;
                Task::none()
            }
            search::Action::Run(command) => {
                self.panel = None;
                let (key, modifiers) = command.press();
                if let Key::Character(letter) = &key
                    && modifiers.is_empty()
                    && self.toggle_check(letter)
                {
                    return Task::none();
                }
                self.pressed(&key, modifiers)
            }
        }
    }

    /// Shows the longer help on what the pointer is on, or else has the keyboard.
    pub(super) fn show_page(&mut self) {
        let help = self.help_now();
        self.panel = Some(Panel::Page(Page::new(self.topic(), help)));
    }

    fn topic(&self) -> Topic {
        let active = |region| self.has_keyboard(region);
        if let Some(topic) = self.top.topic(active(Region::Top)) {
            return topic;
        }
        let topic = match (&self.table, &self.desk) {
            (Some(_), _) => Some(Topic::Import),
            (None, None) => Some(Topic::Start),
            (None, Some(desk)) => {
                let above = self.arrange.topic(active(Region::Arrange));
                let device = self.devices.help(desk, active(Region::Devices));
                let above = above.or(device.map(|_| Topic::Inserts));
                above.or_else(|| self.mixer.topic(active(Region::Mixer)))
            }
        };
        topic.unwrap_or(Topic::Window)
    }

    pub(super) fn show_settings(&mut self) {
        let sheet = SettingsSheet::new(self.settings.clone(), Arc::clone(&self.means.backend));
        self.panel = Some(Panel::Settings(sheet));
    }

    fn settings_did(&mut self, action: settings::Action) {
        match action {
            settings::Action::None => {}
            settings::Action::Close => {
                self.panel = None;
                self.end_trial();
            }
            settings::Action::Set(new) => self.set(new),
            settings::Action::Try => self.toggle_trial(),
        }
    }

    /// Goes by these settings from now on, and keeps them.
    pub(super) fn set(&mut self, new: Settings) {
        let wish = new.wish();
        self.settings = new;
        if wish != self.means.wish {
            self.end_trial();
            self.means.wish = wish.clone();
            self.on_desk(|desk| desk.live.choose(wish));
        }
        self.start.device = self.device_words();
        self.set_meters();
        self.lay_out();
        if let Err(error) = self.settings.save(&self.means.config) {
            let place = self.means.config.display();
            self.fail(format!("The settings cannot be kept in {place}: {error}."));
        }
    }

    /// What is asked of the sound device, in words.
    fn device_words(&self) -> String {
        let device = self.settings.device.as_ref().map(|device| device.name.as_str());
        let frames = self.settings.period_frames;
        format!("{} · stereo · {frames} frames", device.unwrap_or("System default"))
    }

    /// Draws everything larger, or smaller.
    pub(super) fn scale(&mut self, up: bool) {
        let percent = self.settings.scaled(up, self.display * 100.0);
        self.set(Settings { scale_percent: Some(percent), ..self.settings.clone() });
        if let Some(Panel::Settings(sheet)) = &mut self.panel {
            sheet.set(self.settings.clone());
        }
        let shown = (self.scale_factor() * self.display * 100.0).round();
        let words = match shown < f32::from(percent) {
            true => format!("Scale {percent} %; this window has room for {shown} %."),
            false => format!("Scale {percent} %."),
        };
        self.on_desk(|desk| desk.live.say(words, false));
    }

    /// What everything is drawn larger by than the display asks for, as far as the window has room for the
    /// least that is shown.
    pub(crate) fn scale_factor(&self) -> f32 {
        let percent = self.settings.scale_percent.map(f32::from);
        let wanted = percent.map_or(1.0, |percent| percent / 100.0 / self.display);
        let room = (self.outer.width / LEAST.width).min(self.outer.height / LEAST.height);
        wanted.min(room.max(f32::from(SCALES[0]) / 100.0))
    }

    /// The display tells its scale.
    pub(super) fn displayed(&mut self, scale: f32) {
        self.display = if scale > 0.0 { scale } else { 1.0 };
        self.lay_out();
    }

    /// The window has another size, in the pixels that were laid out until now.
    pub(super) fn outside(&mut self, size: Size) {
        let factor = self.scale_factor();
        self.outer = Size::new(size.width * factor, size.height * factor);
        self.lay_out();
    }

    /// Fills the window, in as many pixels as its scale leaves.
    fn lay_out(&mut self) {
        let factor = self.scale_factor();
        self.resized(Size::new(self.outer.width / factor, self.outer.height / factor));
    }

    /// The desk's meters look as the settings say.
    pub(super) fn set_meters(&mut self) {
        let (kind, scale) = (self.settings.meter, self.settings.k_scale);
        let reduces_motion = self.settings.reduce_motion;
        self.on_desk(|desk| {
            desk.live.set_meters(kind, scale);
            desk.live.reduces_motion = reduces_motion;
        });
    }

    /// Plays the tone, or stops it. The song leaves the device to it.
    pub(super) fn toggle_trial(&mut self) {
        if self.trying.is_on() {
            return self.end_trial();
        }
        self.on_desk(Desk::silence);
        self.trying.begin(Arc::clone(&self.means.backend), self.means.wish.clone());
    }

    fn end_trial(&mut self) {
        if self.trying.is_on() {
            self.trying.end();
            self.on_desk(Desk::sound_again);
        }
    }

    /// Looks at what is on its way to panels; true when there is something new to show.
    pub(super) fn look_at_panel(&mut self) -> bool {
        if self.trying.look() {
            self.on_desk(Desk::sound_again);
        }
        let mut new = self.start.tried != *self.trying.tried();
        self.start.tried.clone_from(self.trying.tried());
        if let Some(Panel::Settings(sheet)) = &mut self.panel {
            new |= sheet.look(self.trying.tried());
        }
        new
    }

    /// Whether a panel waits for something, or the tone sounds.
    pub(super) fn panel_moves(&self) -> bool {
        let asks = matches!(&self.panel, Some(Panel::Settings(sheet)) if sheet.is_waiting());
        asks || self.trying.is_on()
    }
}
