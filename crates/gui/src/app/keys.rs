//! Keys that no control has taken.

use iced::Task;
use iced::keyboard::key::Named;
use iced::keyboard::{Event, Key, Modifiers};
use twobus_session::{LoopRange, StripEdit};

use super::{App, Message, Region};
use crate::desk::{Desk, Room};
use crate::screens::dialog::{About, Then};
use crate::screens::master;
use crate::screens::mix::arrange::drop_marker;
use crate::screens::top::toggle_loop;
use crate::widgets::Edited;

impl App {
    /// A key that no control has taken.
    pub(super) fn key(&mut self, event: Event) -> Task<Message> {
        let (key, modifiers, text) = match event {
            Event::KeyPressed { key, modifiers, text, .. } => (key, modifiers, text),
            Event::KeyReleased { key: Key::Character(letter), .. } => {
                self.key_released(&letter);
                return Task::none();
            }
            _ => return Task::none(),
        };
        let named = match &key {
            Key::Named(named) => Some(*named),
            Key::Character(_) | Key::Unidentified => None,
        };
        if let Some(dialog) = &mut self.dialog {
            match dialog.type_in(&key, text.as_deref(), modifiers) {
                Edited::Done => return Task::none(),
                Edited::Copy(text) => return iced::clipboard::write(text),
                Edited::Paste => return iced::clipboard::read().map(Message::Pasted),
                Edited::Passed => {}
            }
            let answer = dialog.key(named);
            return self.answered(answer);
        }
        if self.panel.is_some() {
            let text = text.as_deref().filter(|_| !modifiers.command());
            return self.panel_key(named, text);
        }
        if self.sheet.is_some() && self.menu.is_none() {
            let text = text.as_deref().filter(|_| !modifiers.command());
            return self.sheet_key(named, text);
        }
        self.arrange.unmark();
        if let (Some(menu), Some(named)) = (&mut self.menu, named) {
            let action = menu.key(named);
            return self.menu_did(action);
        }
        if let (Region::Devices, Some(desk)) = (self.region, &mut self.desk)
            && self.devices.key(&key, modifiers, desk)
        {
            self.arranged();
            return Task::none();
        }
        self.pressed(&key, modifiers)
    }

    /// Does what a key stands for.
    pub(super) fn pressed(&mut self, key: &Key, modifiers: Modifiers) -> Task<Message> {
        match key.as_ref() {
            Key::Named(Named::F1) => self.show_page(),
            Key::Named(Named::Tab) => self.leave(modifiers.shift()),
            Key::Named(Named::F6) => self.leave(modifiers.shift()),
            Key::Named(named) => self.named(named, modifiers),
            Key::Character(letter) if modifiers.command() => {
                return self.command(&letter.to_lowercase(), modifiers);
            }
            Key::Character(letter) => self.letter(&letter.to_lowercase(), modifiers),
            Key::Unidentified => {}
        }
        Task::none()
    }

    fn named(&mut self, key: Named, modifiers: Modifiers) {
        let region = self.region;
        match (key, &self.table) {
            (Named::Escape, _) if self.job.is_some() => return self.stop(),
            (Named::Escape, Some(_)) => return self.leave_table(),
            // What lies under the table is not meant.
            (_, Some(_)) => return,
            (_, None) => {}
        }
        match (key, self.mixer.chosen) {
            _ if region == Region::Master => {}
            (Named::Escape, _) if self.mixer.close_popover() => return,
            (Named::Enter, Some(strip)) => return self.open_devices(strip, None),
            (Named::Escape, _) if self.devices.is_open() => {
                self.devices.close();
                return self.arranged();
            }
            _ => {}
        }
        let Some(desk) = &mut self.desk else { return };
        if region == Region::Master && self.master.key(key, modifiers.shift(), desk) {
            return;
        }
        match (key, region) {
            (Named::Space, _) => desk.live.toggle(),
            (Named::Delete | Named::Backspace, Region::Arrange) => {
                let _taken = self.arrange.delete_point(desk);
            }
            (Named::Home, _) => desk.live.locate(0),
            (Named::End, _) => {
                let end = desk.end();
                desk.live.locate(end);
            }
            (Named::ArrowLeft | Named::ArrowRight, Region::Mixer) => {
                self.mixer.walk(key == Named::ArrowLeft, desk);
                self.devices.follow(self.mixer.chosen, desk);
                self.arrange.fold(self.devices.strip());
            }
            (Named::ArrowLeft, _) => self.arrange.walk(true, modifiers.shift(), desk),
            (Named::ArrowRight, _) => self.arrange.walk(false, modifiers.shift(), desk),
            _ => {}
        }
    }

    fn command(&mut self, letter: &str, modifiers: Modifiers) -> Task<Message> {
        let is_free = self.table.is_none();
        match (letter, modifiers.shift()) {
            (",", _) => self.show_settings(),
            ("+" | "=", _) => self.scale(true),
            ("-", _) => self.scale(false),
            ("o", false) => return self.ask_then(Then::Choose),
            ("n", false) => return self.ask_then(Then::New),
            _ if !is_free => {}
            ("z", false) => self.on_desk(Desk::undo),
            ("z", true) | ("y", false) => self.on_desk(Desk::redo),
            ("1", _) => self.enter_room(Room::Mix),
            ("2", _) => self.enter_room(Room::Master),
            ("a", true) if self.region == Region::Master => self.on_desk(master::compare),
            ("b", false) => self.ask_bounce(),
            ("k", false) => self.show_search(),
            ("e", false) => self.ask_deliver(),
            ("i", false) => self.browse(About::Stems),
            ("s", true) => self.ask_save_as(),
            ("s", false) => return self.save(),
            _ => {}
        }
        Task::none()
    }

    fn letter(&mut self, letter: &str, modifiers: Modifiers) {
        if self.table.is_some() || (!modifiers.shift() && self.master_letter(letter)) {
            return;
        }
        // What belongs to the mix is not changed where it is not seen.
        let in_mix = self.desk.as_ref().is_some_and(|desk| desk.room() == Room::Mix);
        let chosen = self.mixer.chosen;
        let Some(desk) = &mut self.desk else { return };
        let strip = chosen.and_then(|id| desk.strip(id));
        match (letter, modifiers.shift(), strip) {
            ("l", false, _) => toggle_loop(desk),
            _ if !in_mix => {}
            ("l", true, _) => self.loop_clip(),
            ("a", next, Some(strip)) => {
                let id = strip.id;
                match next {
                    true => self.arrange.next_lane(id, desk),
                    false => self.arrange.automate(id, desk),
                }
            }
            ("k", false, _) => drop_marker(desk),
            ("+" | "=", _, _) => self.zoom(-1.0),
            ("-", _, _) => self.zoom(1.0),
            ("m", true, _) => desk.clear("Clear mutes", |strip| strip.mute, StripEdit::Mute(false)),
            ("s", true, _) => desk.clear("Clear solos", |strip| strip.solo, StripEdit::Solo(false)),
            ("m", false, Some(strip)) => desk.edit(strip.id, StripEdit::Mute(!strip.mute)),
            ("s", false, Some(strip)) => desk.edit(strip.id, StripEdit::Solo(!strip.solo)),
            ("p", false, Some(strip)) => desk.edit(strip.id, StripEdit::Invert(!strip.invert)),
            _ => {}
        }
    }

    fn zoom(&mut self, lines: f64) {
        if let Some(desk) = &self.desk {
            self.arrange.zoom(lines, self.size.width / 2.0, desk);
        }
    }

    /// Loops the clip that is chosen.
    fn loop_clip(&mut self) {
        let (Some(desk), Some((strip, clip))) = (&mut self.desk, self.arrange.clip) else { return };
        let track = desk.mix().tracks.iter().find(|track| track.strip.id == strip);
        let clip = track.and_then(|track| track.clips.iter().find(|other| other.id == clip));
        let range = clip.map(|clip| LoopRange { start: clip.position, end: clip.end(), on: true });
        if range.is_some() {
            desk.set_loop(range);
        }
    }

    pub(super) fn on_desk(&mut self, act: impl FnOnce(&mut Desk)) {
        if let Some(desk) = &mut self.desk {
            act(desk);
        }
    }

    /// The regions that are shown, in the order of the F6 key.
    fn regions(&self) -> &'static [Region] {
        match (&self.table, &self.desk) {
            (None, Some(desk)) if desk.room() == Room::Master => &[Region::Top, Region::Master],
            (None, Some(_)) if self.devices.is_open() => {
                &[Region::Top, Region::Arrange, Region::Devices, Region::Mixer]
            }
            (None, Some(_)) => &[Region::Top, Region::Arrange, Region::Mixer],
            _ => &[Region::Top, Region::Main],
        }
    }

    /// The keyboard goes on to the next region, or back to the one before.
    pub(super) fn leave(&mut self, back: bool) {
        let all = self.regions();
        let here = all.iter().position(|region| *region == self.region).unwrap_or(0);
        let step = if back { all.len() - 1 } else { 1 };
        self.region = all[(here + step) % all.len()];
        match (self.region, &self.desk, &mut self.table) {
            (Region::Top, _, _) => self.top.enter(back),
            (Region::Main, _, Some(table)) => table.enter(back),
            (Region::Main, _, None) => self.start.enter(back),
            (Region::Arrange, Some(desk), _) => self.arrange.enter(desk, back),
            (Region::Devices, Some(desk), _) => self.devices.enter(desk, back),
            (Region::Mixer, Some(desk), _) => self.mixer.enter(desk, back),
            (Region::Master, Some(desk), _) => self.master.enter(desk, back),
            (Region::Arrange | Region::Devices | Region::Mixer | Region::Master, None, _) => {}
        }
    }
}
