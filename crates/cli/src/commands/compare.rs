//! `compare`: the chains of a master, its devices and the print, at equal loudness.

use std::ops::Range;

use serde::Serialize;
use twobus_dsp::units::signed;
use twobus_jobs::{Comparison, Folder, Progress, Result, bypass_gains, compare};
use twobus_session::{ChainVersion, Device, Song};

use crate::args::CompareArgs;
use crate::commands::master::input;
use crate::commands::song;
use crate::outcome::Outcome;
use crate::show;

#[derive(Serialize)]
struct Json {
    from_s: f64,
    to_s: f64,
    versions: Vec<VersionJson>,
    bypass: Vec<BypassJson>,
}

#[derive(Serialize)]
struct VersionJson {
    name: &'static str,
    lufs: Option<f64>,
    gain_db: f64,
}

#[derive(Serialize)]
struct BypassJson {
    device: u32,
    kind: &'static str,
    gain_db: f64,
}

pub(crate) fn run(args: &CompareArgs, progress: &Progress) -> Result<Outcome> {
    let folder = Folder::new(&args.project);
    let project = folder.look()?.project;
    let song = song(&project, args.song)?;
    let (path, _print) = input(args.print, &folder, &project, song)?;
    let (trim, chain) = (song.master.trim, &song.master.chain);
    let part = part(args, song);
    let mut versions: Vec<(&'static str, &[Device])> = vec![("Print", &[]), ("Chain A", chain)];
    versions.extend(song.master.chain_of(ChainVersion::B).map(|chain| ("Chain B", chain)));
    let chains: Vec<&[Device]> = versions.iter().map(|(_, chain)| *chain).collect();
    let found = compare(&path, trim, &chains, part, progress)?;
    let part = Some(found.part.clone());
    let bypassed = bypass_gains(&path, trim, chain, part, progress)?;
    let json = json(&found, &versions, chain, &bypassed);
    Ok(Outcome::new(text(&found, &json), &json))
}

/// What was asked for, else the loop.
fn part(args: &CompareArgs, song: &Song) -> Option<Range<u64>> {
    if let (Some(from), Some(to)) = (args.from, args.to) {
        let (from, to) = (from.frame(song.rate_hz), to.frame(song.rate_hz));
        return Some(from.min(to)..to);
    }
    let cycle = song.mix.as_ref()?.timeline.loop_range.filter(|cycle| cycle.on)?;
    Some(cycle.start..cycle.end)
}

fn json(
    found: &Comparison,
    versions: &[(&'static str, &[Device])],
    chain: &[Device],
    bypassed: &[f64],
) -> Json {
    let seconds = |frame: u64| frame as f64 / f64::from(found.rate_hz);
    let version = |((name, lufs), gain_db): ((&'static str, &f64), &f64)| VersionJson {
        name,
        lufs: lufs.is_finite().then_some(*lufs),
        gain_db: *gain_db,
    };
    let bypass = |(device, gain_db): (&Device, &f64)| BypassJson {
        device: device.id.0,
        kind: device.kind.name(),
        gain_db: *gain_db,
    };
    let names = versions.iter().map(|(name, _)| *name);
    Json {
        from_s: seconds(found.part.start),
        to_s: seconds(found.part.end),
        versions: names.zip(&found.lufs).zip(&found.gains_db).map(version).collect(),
        bypass: chain.iter().zip(bypassed).map(bypass).collect(),
    }
}

fn text(found: &Comparison, json: &Json) -> String {
    let time = |frame| show::time(frame, found.rate_hz);
    let (from, to) = (time(found.part.start), time(found.part.end));
    let gain = |db: f64| format!("{} dB", signed(db, 2));
    let head = [format!("{from} to {to}"), "loudness".to_owned(), "gain to match".to_owned()];
    let mut rows = vec![head.to_vec()];
    rows.extend(json.versions.iter().map(|version| {
        let lufs = show::value(version.lufs, 2, "LUFS");
        vec![version.name.to_owned(), lufs, gain(version.gain_db)]
    }));
    let mut text = show::table(&rows);
    if !json.bypass.is_empty() {
        let mut rows = vec![vec!["Bypass".to_owned(), "gain to match".to_owned()]];
        rows.extend(json.bypass.iter().map(|device| {
            vec![format!("{} {}", device.kind, device.device), gain(device.gain_db)]
        }));
        text.push_str(&format!("\n{}", show::table(&rows)));
    }
    text
}
