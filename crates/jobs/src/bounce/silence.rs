//! What is said of tracks that a bounce had to leave out.

use twobus_session::project::MAX_NAME;

use crate::stems::Silenced;

/// Most characters of a track's name in a note.
const NOTED_NAME: usize = 40;

/// What a person should know about them; `None` without any.
pub(super) fn silence_note(silenced: &[Silenced]) -> Option<String> {
    let names: Vec<&str> = silenced.iter().map(|gone| gone.name.as_str()).collect();
    let text = "Silent, since a file of theirs is missing or changed";
    (!names.is_empty()).then(|| format!("{text}: {}. Relink them.", names.join(", ")))
}

/// The note that stays with the print, with the tracks that it lacks.
pub(super) fn print_note(note: &str, silenced: &[Silenced]) -> String {
    let [first, others @ ..] = silenced else { return note.to_owned() };
    let name: String = first.name.chars().take(NOTED_NAME).collect();
    let more =
        if others.is_empty() { String::new() } else { format!(" and {} more", others.len()) };
    let lacks = format!("without {name}{more}, whose files were missing");
    let room = MAX_NAME.saturating_sub(lacks.chars().count() + 2);
    let note: String = note.chars().take(room).collect();
    if note.is_empty() { lacks } else { format!("{note}; {lacks}") }
}
