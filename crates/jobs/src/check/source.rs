//! What is wrong with stems at their source, which every print of a mix carries: clipping, lossy coding.

use std::collections::BTreeMap;
use std::sync::Mutex;

use rayon::prelude::*;
use twobus_analysis::Coding;
use twobus_analysis::readiness::{ClippedAt, Limits, SourceClipping};
use twobus_media::Decoder;
use twobus_session::readiness::{Cause, Check, Part, Place};
use twobus_session::{
    ChannelMap, Clip, MediaFile, MediaId, Mix, Project, Readiness, StripId, Track,
};

use super::coding;
use super::tracks::row_mut;
use crate::error::{Error, Result};
use crate::folder::Folder;
use crate::progress::Progress;
use crate::stems::Silenced;

/// Most places of clipped stems that are named.
const MOST_PLACES: usize = 8;
/// Runs closer together than this are one place, in seconds.
const APART_S: u64 = 1;

/// A track with a stem that clips.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Clipped {
    strip: StripId,
    name: String,
    runs: u64,
    samples: u64,
    /// Samples in the longest run that has a place.
    longest: u64,
    /// Where on the timeline.
    places: Vec<(u64, u64)>,
}

/// What the stems of a mix bring along.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Sources {
    /// Tracks of whose files a part that is heard clips.
    pub(super) clipped: Vec<Clipped>,
    /// Names of tracks that play lossy files.
    pub(super) lossy: Vec<String>,
}

/// What one file brings along.
struct Source {
    lossy: bool,
    channels: Vec<ClippedAt>,
}

/// Looks through the files of the tracks of `mix` that are heard.
pub(super) fn sources(
    folder: &Folder,
    project: &Project,
    rate_hz: u32,
    mix: &Mix,
    silenced: &[Silenced],
    progress: &Progress,
) -> Result<Sources> {
    let heard = |track: &&Track| {
        !track.strip.mute && silenced.iter().all(|gone| gone.strip != track.strip.id)
    };
    let tracks: Vec<&Track> = mix.tracks.iter().filter(heard).collect();
    let mut ids: Vec<MediaId> = tracks.iter().flat_map(|t| &t.clips).map(|c| c.media).collect();
    ids.sort_unstable();
    ids.dedup();
    let files: Vec<&MediaFile> = ids.iter().filter_map(|id| project.media(*id)).collect();
    progress.begin("Reading", files.iter().map(|file| file.bytes).sum());
    let found = Mutex::new(BTreeMap::new());
    files.par_iter().try_for_each(|file| {
        let source = look_through(folder, file, progress)?;
        if let Ok(mut found) = found.lock() {
            let _new = found.insert(file.id, source);
        }
        Ok::<(), Error>(())
    })?;
    let found = found.into_inner().unwrap_or_default();
    let is_lossy = |clip: &Clip| found.get(&clip.media).is_some_and(|source| source.lossy);
    let lossy = tracks.iter().filter(|track| track.clips.iter().any(is_lossy));
    Ok(Sources {
        lossy: lossy.map(|track| track.strip.name.clone()).collect(),
        clipped: tracks.iter().filter_map(|t| of_track(t, &found, project, rate_hz)).collect(),
    })
}

/// How a file is stored, and what clips in each channel of it.
fn look_through(folder: &Folder, file: &MediaFile, progress: &Progress) -> Result<Source> {
    let mut decoder = Decoder::open(&folder.resolve(file))?;
    let info = decoder.info();
    let coding = coding(info.depth);
    let mut finders: Vec<SourceClipping> =
        (0..info.channels).map(|_| SourceClipping::new(coding)).collect();
    let (mut block, mut told) = (Vec::new(), 0);
    while decoder.next(&mut block)? > 0 {
        finders.iter_mut().zip(&block).for_each(|(finder, samples)| finder.push(samples));
        let read = decoder.bytes_read();
        progress.advance(read - told)?;
        told = read;
    }
    let channels = finders.iter().map(SourceClipping::found).collect();
    Ok(Source { lossy: coding == Coding::Lossy, channels })
}

/// What of that a track plays; `None` if nothing.
fn of_track(
    track: &Track,
    found: &BTreeMap<MediaId, Source>,
    project: &Project,
    rate_hz: u32,
) -> Option<Clipped> {
    let mut clipped = Clipped {
        strip: track.strip.id,
        name: track.strip.name.clone(),
        runs: 0,
        samples: 0,
        longest: 0,
        places: Vec::new(),
    };
    for clip in &track.clips {
        let (Some(file), Some(source)) = (project.media(clip.media), found.get(&clip.media)) else {
            continue;
        };
        let all = source.channels.as_slice();
        let channels = match clip.channels {
            ChannelMap::Only(channel) => all.get(usize::from(channel)..).unwrap_or_default(),
            ChannelMap::AsIs => all,
        };
        let most = if matches!(clip.channels, ChannelMap::Only(_)) { 1 } else { 2 };
        for channel in channels.iter().take(most) {
            add(&mut clipped, clip, channel, file.rate_hz, rate_hz);
        }
    }
    clipped.places.sort_unstable();
    (clipped.runs > 0).then_some(clipped)
}

/// Adds what `clip` plays of the runs in `channel`.
fn add(clipped: &mut Clipped, clip: &Clip, channel: &ClippedAt, from_hz: u32, to_hz: u32) {
    let at_song = |frame: u64| {
        let scaled = u128::from(frame) * u128::from(to_hz) / u128::from(from_hz.max(1));
        u64::try_from(scaled).unwrap_or(u64::MAX)
    };
    let source = clip.offset..clip.offset.saturating_add(clip.length);
    let (mut inside, mut all) = (0, 0);
    for &(start, end) in &channel.stretches {
        let (start, end) = (at_song(start), at_song(end).max(at_song(start) + 1));
        all += end - start;
        let (first, last) = (start.max(source.start), end.min(source.end));
        if first < last {
            inside += last - first;
            let on_timeline = |frame: u64| clip.position + (frame - clip.offset);
            clipped.places.push((on_timeline(first), on_timeline(last)));
        }
    }
    let runs = channel.places.iter().filter(|(start, _)| source.contains(&at_song(*start)));
    let known = runs.clone().map(|(_, length)| *length);
    clipped.longest = clipped.longest.max(known.clone().max().unwrap_or(0));
    if channel.runs == channel.places.len() as u64 {
        clipped.runs += runs.count() as u64;
        clipped.samples += known.sum::<u64>();
    } else {
        // Of very many runs not all are known one by one: as many as there is of their stretches.
        let part = |count: u64| {
            let part = u128::from(count) * u128::from(inside) / u128::from(all.max(1));
            u64::try_from(part).unwrap_or(u64::MAX)
        };
        clipped.runs += part(channel.runs);
        clipped.samples += part(channel.samples);
    }
}

/// Puts the clipped stems into the row on clipping.
pub(super) fn tell(clipped: &[Clipped], readiness: &mut Readiness) {
    let (frames, apart) = (readiness.frames, u64::from(readiness.rate_hz) * APART_S);
    let Some(row) = row_mut(readiness, Check::ClippedRuns) else { return };
    let runs: u64 = clipped.iter().map(|track| track.runs).sum();
    if runs == 0 {
        return;
    }
    let (verdict, strong) = Limits::shipped().judge(Check::ClippedRuns, runs as f64);
    row.value = Some(row.value.unwrap_or(0.0).max(runs as f64));
    row.strong |= strong;
    row.verdict = row.verdict.max(verdict);
    let mut tracks: Vec<&Clipped> = clipped.iter().collect();
    tracks.sort_by_key(|track| std::cmp::Reverse(track.samples));
    row.longest = row.longest.max(clipped.iter().map(|track| track.longest).max());
    row.causes = tracks
        .iter()
        .map(|track| Cause {
            strip: track.strip,
            name: track.name.clone(),
            part: Part::ClippedSamples(track.samples),
            places: joined(track.places.clone(), frames, apart),
        })
        .collect();
    let spans = tracks.iter().flat_map(|track| track.places.iter().copied()).collect();
    row.places = joined(spans, frames, apart);
}

/// Places within a song of `frames` from `spans`, those less than `apart` frames apart as one.
fn joined(mut spans: Vec<(u64, u64)>, frames: u64, apart: u64) -> Vec<Place> {
    spans.sort_unstable();
    let mut places: Vec<Place> = Vec::new();
    for (start, end) in spans.into_iter().filter(|(start, _)| *start < frames) {
        match places.last_mut() {
            Some(last) if start <= last.end + apart => last.end = last.end.max(end),
            _ => places.push(Place { start, end }),
        }
    }
    places.sort_by_key(|place| std::cmp::Reverse(place.end - place.start));
    places.truncate(MOST_PLACES);
    places
}
