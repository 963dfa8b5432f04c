//! Which version of a master is heard, and what makes all of them equally loud.

use std::error::Error;
use std::ops::Range;
use std::path::PathBuf;

use twobus_dsp::Db;
use twobus_jobs::master::staged;
use twobus_jobs::{Folder, Progress, bypass_gains, compare};
use twobus_session::{ChainVersion, Device, Project, Song};

use super::args::{Chain, Play};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// What is played of `song` in `project`: the project with the chain that was asked for, and the gain that
/// matches it, where that was asked for.
pub(super) fn choose(
    args: &Play,
    folder: &Folder,
    project: &Project,
    song: &Song,
) -> Result<(Project, Option<Db>)> {
    let mut chain = chain_of(song, args.chain)?.to_vec();
    let bypassed = args.bypass.map(|id| place_of(&chain, id)).transpose()?;
    let offset = args.matched.then(|| {
        let part = part(args, song);
        offset(args.chain, &input(folder, project, song)?, song, bypassed, part)
    });
    if let Some(index) = bypassed {
        chain[index].bypass = true;
    }
    let mut heard = project.clone();
    heard.songs.iter_mut().filter(|other| other.id == song.id).for_each(|song| {
        song.master.chain.clone_from(&chain);
    });
    Ok((heard, offset.transpose()?))
}

fn chain_of(song: &Song, chain: Chain) -> Result<&[Device]> {
    let version = match chain {
        Chain::A => ChainVersion::A,
        Chain::B => ChainVersion::B,
        Chain::Print => return Ok(&[]),
    };
    let chain = song.master.chain_of(version);
    chain.ok_or_else(|| "the master has no chain B; make one with the edit \"copy-chain\"".into())
}

/// Where in `chain` the device is.
fn place_of(chain: &[Device], id: u32) -> Result<usize> {
    let at = chain.iter().position(|device| device.id.0 == id);
    at.ok_or_else(|| format!("the chain has no device {id}; \"twobus-cli info\" lists them").into())
}

/// The file that goes into the master.
fn input(folder: &Folder, project: &Project, song: &Song) -> Result<PathBuf> {
    let staged = staged(folder, project, song.id)?;
    let mix = staged.song(song.id).and_then(|song| song.mix.as_ref());
    let clip = mix.and_then(|mix| mix.tracks.first()?.clips.first());
    let file = clip.and_then(|clip| staged.media(clip.media));
    Ok(folder.resolve(file.expect("a staged master is one clip of a listed file")))
}

/// The loop that was asked for, or that of the song.
fn part(args: &Play, song: &Song) -> Option<Range<u64>> {
    if let [start, end] = args.repeat[..] {
        let frame = |seconds: f64| (seconds * f64::from(song.rate_hz)).round() as u64;
        return Some(frame(start)..frame(end));
    }
    let cycle = song.mix.as_ref()?.timeline.loop_range.filter(|cycle| cycle.on)?;
    Some(cycle.start..cycle.end)
}

/// The gain with which `chain` is as loud as the softest version, also while a device is bypassed.
fn offset(
    chain: Chain,
    input: &std::path::Path,
    song: &Song,
    bypassed: Option<usize>,
    part: Option<Range<u64>>,
) -> Result<Db> {
    let (progress, master) = (Progress::new(), &song.master);
    let mut versions = vec![(Chain::Print, &[][..]), (Chain::A, &master.chain)];
    versions.extend(master.alternative.as_deref().map(|other| (Chain::B, other)));
    let chains: Vec<&[Device]> = versions.iter().map(|(_, devices)| *devices).collect();
    let found = compare(input, master.trim, &chains, part, &progress)?;
    let heard = versions.iter().position(|(version, _)| *version == chain).unwrap_or(0);
    let mut gain_db = found.gains_db[heard];
    if let Some(index) = bypassed {
        let gains = bypass_gains(input, master.trim, chains[heard], Some(found.part), &progress)?;
        gain_db += gains[index];
    }
    Ok(Db(gain_db))
}
