//! Edits in words, for undo, the status bar and messages.

mod strip;
mod words;

use crate::draft::Draft;
use crate::edit::{Edit, ListEdit, MasterEdit, ProjectEdit, SongEdit, TimelineEdit};
use crate::ids::{DeviceId, SongId};
use crate::mix::Mix;
use crate::project::{GAP, Project, Song};
use crate::strip::{Device, TRIM};
pub(crate) use strip::{output, polarity, strip_name};
use words::Words;
pub(crate) use words::{arrow, pan, pan_law, switch};

/// What `edit` does, in words, with the values before and after it: call it before the edit is applied.
///
/// `Lead Vox fader −2.0 → −1.5 dB`
pub fn describe(edit: &Edit, project: &Project) -> String {
    match edit {
        Edit::Batch { name, .. } => name.clone(),
        Edit::Project(change) => record(change, project),
        Edit::Media(change) => change.words(&project.media, |file| file.path.clone()),
        Edit::Songs(change) => change.words(&project.songs, |song| song.title.clone()),
        Edit::Song { song, change } => with_song(project, *song, |song| of_song(change, song)),
        Edit::Timeline { song, change } => with_song(project, *song, |song| timeline(change, song)),
        Edit::Track { song, strip, change } => with_song(project, *song, |song| {
            let mix = song.mix.as_ref()?;
            let track = mix.tracks.iter().find(|track| track.strip.id == *strip)?;
            Some(strip::track(change, track))
        }),
        Edit::Strip { song, strip, change } => with_song(project, *song, |song| {
            let mix = song.mix.as_ref()?;
            Some(strip::strip(change, mix.strip(*strip)?, mix))
        }),
        Edit::Device { song, device, change } => with_song(project, *song, |song| {
            let (owner, device) = find_device(song, *device)?;
            Some(format!("{owner} {}", strip::device(change, device, song.mix.as_ref())))
        }),
        Edit::Master { song, change } => with_song(project, *song, |song| master(change, song)),
    }
}

/// What is said of an edit whose target is not there; it will be refused.
const NOTHING: &str = "Change what is not there";

fn with_song(project: &Project, id: SongId, words: impl FnOnce(&Song) -> Option<String>) -> String {
    project.song(id).and_then(words).unwrap_or_else(|| NOTHING.to_owned())
}

fn record(change: &ProjectEdit, project: &Project) -> String {
    match change {
        ProjectEdit::Name(new) => format!("Rename record {} → {new}", project.name),
        ProjectEdit::Artist(new) => format!("Artist → {new}"),
        ProjectEdit::Release(_) => "Release details".to_owned(),
        ProjectEdit::Upc(new) => format!("UPC → {}", new.as_deref().unwrap_or("none")),
        ProjectEdit::PanLaw(new) => {
            format!("Pan law {} → {}", pan_law(project.pan_law), pan_law(*new))
        }
    }
}

fn of_song(change: &SongEdit, song: &Song) -> Option<String> {
    let tracks = song.mix.as_ref().map_or(&[][..], |mix| &mix.tracks);
    let buses = song.mix.as_ref().map_or(&[][..], |mix| &mix.buses);
    let title = &song.title;
    Some(match change {
        SongEdit::Title(new) => format!("Rename song {title} → {new}"),
        SongEdit::Rate(new) => format!("{title} rate → {new} Hz"),
        SongEdit::Isrc(new) => format!("{title} ISRC → {}", new.as_deref().unwrap_or("none")),
        SongEdit::Credits(_) => format!("Credits of {title}"),
        SongEdit::Gap(new) => format!("Gap before {title} {}", arrow(&GAP, song.gap_ms, *new)),
        SongEdit::Mix(Some(_)) => format!("Reopen a mix of {title}"),
        SongEdit::Mix(None) => format!("Remove the mix of {title}"),
        SongEdit::Tracks(change) => change.words(tracks, |track| track.strip.name.clone()),
        SongEdit::Buses(change) => change.words(buses, |bus| bus.strip.name.clone()),
        SongEdit::Monitor(_) => "Monitor".to_owned(),
        SongEdit::Versions(change) => {
            let versions = song.mix.as_ref().map_or(&[][..], |mix| &mix.versions);
            change.words(versions, |version| version.name.clone())
        }
        SongEdit::Drafts(change) => {
            let number = |draft: &Draft| format!("{} of {title}", draft.number);
            change.words(&song.drafts, number)
        }
        SongEdit::AddPrint(print) => format!("Print {} of {title}", print.number),
        SongEdit::RemovePrint(number) => format!("Remove print {number} of {title}"),
    })
}

fn timeline(change: &TimelineEdit, song: &Song) -> Option<String> {
    let timeline = &song.mix.as_ref()?.timeline;
    Some(match change {
        TimelineEdit::Markers(change) => change.words(&timeline.markers, |m| m.name.clone()),
        TimelineEdit::Sections(change) => change.words(&timeline.sections, |s| s.name.clone()),
        TimelineEdit::Tempo(ListEdit::Add { item, .. } | ListEdit::Change(item)) => {
            format!("Tempo {:.1}, {}/{}", item.bpm, item.beats, item.unit)
        }
        TimelineEdit::Tempo(change) => change.words(&timeline.tempo, |t| t.frame.to_string()),
        TimelineEdit::Loop(None) => "Clear loop".to_owned(),
        TimelineEdit::Loop(Some(new)) => match timeline.loop_range {
            Some(old) if (old.start, old.end) == (new.start, new.end) => {
                format!("Loop {}", switch(new.on))
            }
            Some(_) | None => "Set loop".to_owned(),
        },
    })
}

fn master(change: &MasterEdit, song: &Song) -> Option<String> {
    let (title, master) = (&song.title, &song.master);
    let kind = |device: &Device| device.kind.name().to_owned();
    Some(match change {
        MasterEdit::Input(_) => format!("{title} master input"),
        MasterEdit::Trim(new) => {
            format!("{title} master trim {}", arrow(&TRIM, master.trim.0, new.0))
        }
        MasterEdit::Chain(change) => {
            format!("{title} master: {}", change.lower_words(&master.chain, kind))
        }
        MasterEdit::Devices(_) => format!("{title} master: set chain"),
        MasterEdit::Preset(name) => format!("{title} master: load \"{name}\""),
        MasterEdit::CopyChain => format!("{title} master: copy A to B"),
        MasterEdit::Alternative(Some(_)) => format!("{title} master: set alternative"),
        MasterEdit::Alternative(None) => format!("{title} master: drop alternative"),
        MasterEdit::SwapChains => format!("{title} master: swap A and B"),
        MasterEdit::Target(_) => format!("{title} master target"),
        MasterEdit::Deliveries(_) => format!("{title} master delivered"),
        MasterEdit::References(change) => {
            let references = &master.references;
            format!("{title} master: {}", change.lower_words(references, |r| r.media.0.to_string()))
        }
    })
}

/// The device `id` of `song`, and the name of the strip it is on.
fn find_device(song: &Song, id: DeviceId) -> Option<(String, &Device)> {
    let on = |devices: &[Device]| devices.iter().position(|device| device.id == id);
    let strips = song.mix.iter().flat_map(Mix::strips);
    for strip in strips {
        if let Some(at) = on(&strip.inserts) {
            return Some((strip.name.clone(), &strip.inserts[at]));
        }
    }
    let chains = song.master.chain.iter().chain(song.master.alternative.iter().flatten());
    let device = chains.into_iter().find(|device| device.id == id)?;
    Some((format!("{} master", song.title), device))
}

#[cfg(test)]
mod tests;
