//! Changes of a song, its tracks, buses and prints.

use std::mem::replace;

use serde::{Deserialize, Serialize};

use super::list::ListEdit;
use crate::credits::Credits;
use crate::draft::Draft;
use crate::error::{Problem, id_text};
use crate::mix::{Bus, Mix, Monitor, Track};
use crate::print::Print;
use crate::project::Song;
use crate::version::Version;

/// A change of a song.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SongEdit {
    /// Its title.
    Title(String),
    /// Its sample rate in Hz; only while it has no clip and no print.
    Rate(u32),
    /// Its ISRC, 12 characters.
    Isrc(Option<String>),
    /// Who else made it, and what it is.
    Credits(Credits),
    /// Silence before it, in ms.
    Gap(f64),
    /// The whole mix, as when the mix of a print is opened again.
    Mix(Option<Box<Mix>>),
    /// Its tracks and their order, which is the order of summing.
    Tracks(ListEdit<Track>),
    /// Its groups and effect returns.
    Buses(ListEdit<Bus>),
    /// What the listener hears of the mix.
    Monitor(Monitor),
    /// The versions of the mix that are printed together.
    Versions(ListEdit<Version>),
    /// Mixes that were set aside without a print.
    Drafts(ListEdit<Draft>),
    /// Adds a print; its number is above those of all others.
    AddPrint(Box<Print>),
    /// Forgets the newest print; this only undoes `add-print`, and no file is deleted.
    RemovePrint(u32),
}

impl SongEdit {
    pub(super) fn swap(self, song: &mut Song) -> Result<Self, Problem> {
        Ok(match self {
            Self::Title(new) => Self::Title(replace(&mut song.title, new)),
            Self::Rate(new) => Self::Rate(swap_rate(song, new)?),
            Self::Isrc(new) => Self::Isrc(replace(&mut song.isrc, new)),
            Self::Credits(new) => Self::Credits(replace(&mut song.credits, new)),
            Self::Gap(new) => Self::Gap(replace(&mut song.gap_ms, new)),
            Self::Mix(new) => Self::Mix(replace(&mut song.mix, new.map(|mix| *mix)).map(Box::new)),
            Self::Tracks(change) => Self::Tracks(change.swap(&mut super::mix_mut(song)?.tracks)?),
            Self::Buses(change) => Self::Buses(change.swap(&mut super::mix_mut(song)?.buses)?),
            Self::Monitor(new) => Self::Monitor(replace(&mut super::mix_mut(song)?.monitor, new)),
            Self::Versions(change) => {
                Self::Versions(change.swap(&mut super::mix_mut(song)?.versions)?)
            }
            Self::Drafts(change) => Self::Drafts(change.swap(&mut song.drafts)?),
            Self::AddPrint(print) => {
                let number = print.number;
                song.prints.push(*print);
                Self::RemovePrint(number)
            }
            Self::RemovePrint(number) => Self::AddPrint(Box::new(take_print(song, number)?)),
        })
    }
}

fn swap_rate(song: &mut Song, new: u32) -> Result<u32, Problem> {
    let drafts = song.drafts.iter().map(|draft| &*draft.mix);
    let has_clips = song.mix.iter().chain(drafts).any(|mix| mix.end() > 0);
    if new != song.rate_hz && (has_clips || !song.prints.is_empty()) {
        return Err(Problem::Rule(
            "the rate is fixed since the song's first files arrived; import them into a new song",
        ));
    }
    Ok(replace(&mut song.rate_hz, new))
}

fn take_print(song: &mut Song, number: u32) -> Result<Print, Problem> {
    if song.prints.iter().all(|print| print.number != number) {
        return Err(Problem::Missing { what: "print", id: id_text(&number) });
    }
    let newest = song.prints.pop_if(|print| print.number == number);
    newest.ok_or(Problem::Rule("prints are kept for ever; only the newest one can be undone"))
}
