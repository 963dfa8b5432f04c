//! Every command by its name, with the key that does it. The search runs a command by pressing that key, so
//! that name and key cannot mean different things.

use iced::keyboard::key::Named;
use iced::keyboard::{Key, Modifiers};

/// A command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Command {
    /// What people call it.
    pub(crate) name: &'static str,
    /// Its key, as it is written: `Ctrl Shift Z`.
    pub(crate) keys: &'static str,
}

const fn command(name: &'static str, keys: &'static str) -> Command {
    Command { name, keys }
}

/// All of them, in the order in which they are listed.
pub(crate) const COMMANDS: &[Command] = &[
    command("Play or stop", "Space"),
    command("Go to the start", "Home"),
    command("Go to the end", "End"),
    command("Loop on or off", "L"),
    command("Loop the chosen clip", "Shift L"),
    command("Drop a marker", "K"),
    command("Undo", "Ctrl Z"),
    command("Redo", "Ctrl Shift Z"),
    command("Save", "Ctrl S"),
    command("Save as…", "Ctrl Shift S"),
    command("Open a project…", "Ctrl O"),
    command("New: back to the start screen", "Ctrl N"),
    command("Add files…", "Ctrl I"),
    command("Bounce…", "Ctrl B"),
    command("Deliver…", "Ctrl E"),
    command("Go to the mix", "Ctrl 1"),
    command("Go to the master", "Ctrl 2"),
    command("Hear the print (Master)", "1"),
    command("Hear the master (Master)", "2"),
    command("Hear the reference (Master)", "3"),
    command("Hear it in mono (Master)", "4"),
    command("Hear the side alone (Master)", "5"),
    command("Hear it as on a phone (Master)", "6"),
    command("Hear it as on a laptop (Master)", "7"),
    command("Compare chains A and B (Master)", "Ctrl Shift A"),
    command("Bypass the focused device (Master)", "B"),
    command("Open the chosen strip's devices", "Enter"),
    command("Mute the chosen strip", "M"),
    command("Solo the chosen strip", "S"),
    command("Turn the chosen strip's polarity", "P"),
    command("Clear all mutes", "Shift M"),
    command("Clear all solos", "Shift S"),
    command("Show the chosen track's automation", "A"),
    command("Automate its next control", "Shift A"),
    command("Zoom in", "+"),
    command("Zoom out", "−"),
    command("Audio and display settings…", "Ctrl ,"),
    command("Draw everything larger", "Ctrl +"),
    command("Draw everything smaller", "Ctrl −"),
    command("Longer help", "F1"),
    command("Next region of the window", "F6"),
    command("Region before", "Shift F6"),
];

impl Command {
    /// The key and what is held with it.
    pub(crate) fn press(&self) -> (Key, Modifiers) {
        let mut modifiers = Modifiers::empty();
        let mut key = Key::Unidentified;
        for word in self.keys.split(' ') {
            key = match word {
                "Ctrl" => {
                    modifiers |= Modifiers::COMMAND;
                    continue;
                }
                "Shift" => {
                    modifiers |= Modifiers::SHIFT;
                    continue;
                }
                "Space" => Key::Named(Named::Space),
                "Enter" => Key::Named(Named::Enter),
                "Home" => Key::Named(Named::Home),
                "End" => Key::Named(Named::End),
                "F1" => Key::Named(Named::F1),
                "F6" => Key::Named(Named::F6),
                "−" => Key::Character("-".into()),
                letter => Key::Character(letter.to_lowercase().into()),
            };
        }
        (key, modifiers)
    }

    /// Whether every word of `query` is in its name.
    fn is_like(&self, query: &str) -> bool {
        let name = self.name.to_lowercase();
        query.to_lowercase().split_whitespace().all(|word| name.contains(word))
    }
}

/// The commands that `query` may mean.
pub(crate) fn search(query: &str) -> Vec<Command> {
    COMMANDS.iter().filter(|command| command.is_like(query)).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_one_and_no_two_commands_share_it() {
        for (index, command) in COMMANDS.iter().enumerate() {
            let press = command.press();
            assert_ne!(press.0, Key::Unidentified, "{command:?}");
            assert!(COMMANDS[..index].iter().all(|other| other.press() != press), "{command:?}");
        }
    }

    #[test]
    fn words_are_found_in_any_order() {
        let names = |query| search(query).iter().map(|found| found.name).collect::<Vec<_>>();
        assert_eq!(names("strip mute"), ["Mute the chosen strip"]);
        assert_eq!(names("SAVE"), ["Save", "Save as…"]);
        assert_eq!(names("").len(), COMMANDS.len());
        assert!(names("nothing like it").is_empty());
    }
}
