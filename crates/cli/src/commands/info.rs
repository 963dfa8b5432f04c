//! `info`: what a project holds.

use serde::Serialize;
use twobus_dsp::units::signed;
use twobus_jobs::{Folder, Result};
use twobus_session::audible::changes_since;
use twobus_session::{Measurements, Mix, Output, Print, Project, Song, Strip};

use crate::args::InfoArgs;
use crate::outcome::Outcome;
use crate::show;

#[derive(Serialize)]
struct Json {
    name: String,
    artist: String,
    songs: Vec<SongJson>,
}

#[derive(Serialize)]
struct SongJson {
    title: String,
    rate_hz: u32,
    frames: u64,
    strips: Vec<StripJson>,
    prints: Vec<PrintJson>,
}

#[derive(Serialize)]
struct StripJson {
    id: u32,
    name: String,
    role: twobus_session::Role,
    fader_db: Option<f64>,
    pan: f64,
    trim_db: f64,
    mute: bool,
    solo: bool,
    output: Option<String>,
    inserts: usize,
    sends: usize,
}

#[derive(Serialize)]
struct PrintJson {
    number: u32,
    kind: &'static str,
    note: String,
    file: String,
    frames: u64,
    changes_since: Vec<String>,
    measurements: Measurements,
}

pub(crate) fn run(args: &InfoArgs) -> Result<Outcome> {
    let project = Folder::new(&args.project).load()?;
    let songs = show::count(project.songs.len(), "song");
    let files = show::count(project.media.len(), "file");
    let mut text = format!("\"{}\": {songs}, {files}\n", project.name);
    for (song, number) in project.songs.iter().zip(1..) {
        text.push_str(&song_text(&project, song, number));
    }
    let json = Json {
        name: project.name.clone(),
        artist: project.record.artist.clone(),
        songs: project.songs.iter().map(|song| song_json(&project, song)).collect(),
    };
    Ok(Outcome::new(text, &json))
}

fn song_text(project: &Project, song: &Song, number: usize) -> String {
    let frames = song.mix.as_ref().map_or(0, Mix::end);
    let length = show::time(frames, song.rate_hz);
    let mut text = format!("\n{number}. \"{}\", {} Hz, {length}\n", song.title, song.rate_hz);
    if let Some(mix) = &song.mix {
        let head = [
            "Strip", "Id", "Role", "Trim", "Fader", "Pan", "Width", "M/S", "Output", "Inserts",
            "Sends",
        ];
        let mut rows = vec![head.map(str::to_owned).to_vec()];
        rows.extend(mix.strips().map(|strip| strip_cells(mix, strip)));
        text.push_str(&show::table(&rows));
    }
    for print in &song.prints {
        text.push_str(&print_text(project, song, print));
    }
    text
}

fn strip_cells(mix: &Mix, strip: &Strip) -> Vec<String> {
    let switches = match (strip.mute, strip.solo) {
        (false, false) => "–",
        (true, false) => "M",
        (false, true) => "S",
        (true, true) => "M S",
    };
    vec![
        strip.name.clone(),
        strip.id.0.to_string(),
        strip.role.name().to_owned(),
        strip.trim.to_string(),
        strip.fader.to_string(),
        pan(strip.pan),
        format!("{} %", signed(strip.width, 0)),
        switches.to_owned(),
        output(mix, strip).unwrap_or_else(|| "–".to_owned()),
        or_dash(strip.inserts.iter().map(|d| format!("{} {}", d.kind.name(), d.id.0))),
        or_dash(strip.sends.iter().map(|send| {
            let to = mix.strip(send.to).map_or("?", |strip| strip.name.as_str());
            format!("{to} {} {}", send.level, send.id.0)
        })),
    ]
}

/// Names with their ids, or a dash where there are none.
fn or_dash(names: impl Iterator<Item = String>) -> String {
    let names: Vec<String> = names.collect();
    if names.is_empty() { "–".to_owned() } else { names.join(", ") }
}

/// A pan as its knob shows it: C, L24, R100.
fn pan(percent: f64) -> String {
    match percent {
        p if p < 0.0 => format!("L{:.0}", -p),
        p if p > 0.0 => format!("R{p:.0}"),
        _ => "C".to_owned(),
    }
}

fn output(mix: &Mix, strip: &Strip) -> Option<String> {
    match strip.output {
        Output::Strip(to) => mix.strip(to).map(|strip| strip.name.clone()),
        Output::Nowhere => None,
    }
}

fn print_text(project: &Project, song: &Song, print: &Print) -> String {
    let changes = changes_since(print, project, song);
    let age = match changes.len() {
        0 => "current".to_owned(),
        1 => "1 change behind".to_owned(),
        n => format!("{n} changes behind"),
    };
    let loudness = show::value(print.measurements.integrated_lufs, 1, "LUFS");
    let peak = show::value(print.measurements.true_peak_dbtp, 1, "dBTP");
    let (number, kind, file) = (print.number, print.kind.name(), &print.file);
    let mut text = format!("Print {number} ({kind}), {age}, {loudness}, {peak}: {file}\n");
    if !print.note.is_empty() {
        text.push_str(&format!("  {}\n", print.note));
    }
    changes.iter().for_each(|change| text.push_str(&format!("  {change}\n")));
    text
}

fn song_json(project: &Project, song: &Song) -> SongJson {
    let empty = Mix::default();
    let mix = song.mix.as_ref();
    let strip = |strip: &Strip| StripJson {
        id: strip.id.0,
        name: strip.name.clone(),
        role: strip.role,
        fader_db: (!strip.fader.is_silence()).then_some(strip.fader.0),
        pan: strip.pan,
        trim_db: strip.trim.0,
        mute: strip.mute,
        solo: strip.solo,
        output: output(mix.unwrap_or(&empty), strip),
        inserts: strip.inserts.len(),
        sends: strip.sends.len(),
    };
    let print = |print: &Print| PrintJson {
        number: print.number,
        kind: print.kind.name(),
        note: print.note.clone(),
        file: print.file.clone(),
        frames: print.frames,
        changes_since: changes_since(print, project, song),
        measurements: print.measurements,
    };
    SongJson {
        title: song.title.clone(),
        rate_hz: song.rate_hz,
        frames: mix.map_or(0, Mix::end),
        strips: mix.map(|mix| mix.strips().map(strip).collect()).unwrap_or_default(),
        prints: song.prints.iter().map(print).collect(),
    }
}
