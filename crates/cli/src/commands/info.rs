//! `info`: what a project holds.

use serde::Serialize;
use twobus_dsp::units::signed;
use twobus_jobs::{Folder, Offline, Result, offline};
use twobus_session::audible::changes_since;
use twobus_session::readiness::words::headline;
use twobus_session::{
    Delivery, Device, Lane, LaneMode, LaneTarget, MasterInput, Measurements, MediaFile, Mix,
    Output, Print, Project, Song, Strip, Target, Version,
};

use crate::args::InfoArgs;
use crate::commands::relink::state;
use crate::outcome::Outcome;
use crate::show;

#[derive(Serialize)]
struct Json {
    name: String,
    artist: String,
    songs: Vec<SongJson>,
    offline: Vec<OfflineJson>,
    read_only: Option<String>,
}

#[derive(Serialize)]
struct OfflineJson {
    path: String,
    state: &'static str,
}

#[derive(Serialize)]
struct SongJson {
    title: String,
    isrc: Option<String>,
    rate_hz: u32,
    frames: u64,
    strips: Vec<StripJson>,
    prints: Vec<PrintJson>,
    drafts: Vec<DraftJson>,
    versions: Vec<Version>,
    /// The file that the master is made of, where that is no print of this project.
    master_file: Option<String>,
    masters: Vec<MasterJson>,
    master: ChainsJson,
}

#[derive(Serialize)]
struct ChainsJson {
    input: MasterInput,
    trim_db: f64,
    target: Target,
    chain: Vec<DeviceJson>,
    alternative: Option<Vec<DeviceJson>>,
}

#[derive(Serialize)]
struct DeviceJson {
    id: u32,
    kind: &'static str,
    bypass: bool,
}

#[derive(Serialize)]
struct DraftJson {
    number: u32,
    note: String,
}

#[derive(Serialize)]
struct MasterJson {
    file: String,
    print: Option<u32>,
    /// Whether what it was made from is what the project has now.
    current: bool,
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
    lanes: Vec<LaneJson>,
}

#[derive(Serialize)]
struct LaneJson {
    target: LaneTarget,
    control: String,
    mode: LaneMode,
    points: usize,
}

#[derive(Serialize)]
struct PrintJson {
    number: u32,
    kind: &'static str,
    version: Option<String>,
    note: String,
    file: String,
    frames: u64,
    changes_since: Vec<String>,
    measurements: Measurements,
}

pub(crate) fn run(args: &InfoArgs) -> Result<Outcome> {
    let folder = Folder::new(&args.project);
    let document = folder.look()?;
    let project = &document.project;
    let songs = show::count(project.songs.len(), "song");
    let files = show::count(project.media.len(), "file");
    let mut text = format!("\"{}\": {songs}, {files}\n", project.name);
    for (song, number) in project.songs.iter().zip(1..) {
        text.push_str(&song_text(project, song, number));
    }
    let offline = offline(&folder, project);
    for file in &offline {
        let (state, path) = (state(file.state), file.path.display());
        text.push_str(&format!("\n{path} is {state}; \"relink\" finds it.\n"));
    }
    let read_only = document.read_only().map(str::to_owned);
    let warnings = read_only
        .iter()
        .map(|why| format!("The project can only be looked at, or saved with \"save-as\": {why}."));
    let warnings = warnings.collect();
    let gone =
        |file: &Offline| OfflineJson { path: file.file.path.clone(), state: state(file.state) };
    let json = Json {
        name: project.name.clone(),
        artist: project.record.artist.clone(),
        songs: project.songs.iter().map(|song| song_json(project, song)).collect(),
        offline: offline.iter().map(gone).collect(),
        read_only,
    };
    Ok(Outcome::new(text, &json).with_warnings(warnings))
}

/// The file that the master is made of, where that is no print of this project.
fn master_file<'a>(project: &'a Project, song: &Song) -> Option<&'a MediaFile> {
    match &song.master.input {
        MasterInput::File(id) => project.media(*id),
        MasterInput::NewestPrint | MasterInput::Print(_) | MasterInput::Stems(_) => None,
    }
}

/// Length of the song in frames: of its mix, or of the print that it arrived as.
fn frames(project: &Project, song: &Song) -> u64 {
    let of_file = || master_file(project, song).map_or(0, |file| file.frames);
    song.mix.as_ref().map_or_else(of_file, Mix::end)
}

fn song_text(project: &Project, song: &Song, number: usize) -> String {
    let frames = frames(project, song);
    let length = show::time(frames, song.rate_hz);
    let mut text = format!("\n{number}. \"{}\", {} Hz, {length}\n", song.title, song.rate_hz);
    if let Some(mix) = &song.mix {
        let head = [
            "Strip",
            "Id",
            "Role",
            "Trim",
            "Fader",
            "Pan",
            "Width",
            "M/S",
            "Output",
            "Inserts",
            "Sends",
            "Automation",
        ];
        let mut rows = vec![head.map(str::to_owned).to_vec()];
        rows.extend(mix.strips().map(|strip| strip_cells(mix, strip)));
        text.push_str(&show::table(&rows));
    }
    let newest = || song.prints.iter().rev().find(|print| print.is_main());
    let told = song.followed_print().or_else(newest);
    for print in &song.prints {
        let in_full = told.is_some_and(|told| told.number == print.number);
        text.push_str(&print_text(project, song, print, in_full));
    }
    for draft in &song.drafts {
        text.push_str(&format!("Draft {}: {}\n", draft.number, draft.note));
    }
    for version in song.mix.iter().flat_map(|mix| &mix.versions) {
        text.push_str(&format!("Version \"{}\" ({})\n", version.name, version.kind.name()));
    }
    if let Some(file) = master_file(project, song) {
        text.push_str(&format!("Print from elsewhere: {}, {}\n", file.path, file.format));
    }
    if let MasterInput::Print(number) = song.master.input {
        text.push_str(&format!("The master is pinned to print {number}.\n"));
    }
    text.push_str(&chains_text(song));
    for delivery in &song.master.deliveries {
        let MasterJson { file, current, .. } = master_json(project, song, delivery);
        let age = if current { "current" } else { "older than the mix or its print" };
        let of = delivery.print.map_or_else(String::new, |print| format!(" of print {print}"));
        text.push_str(&format!("Master{of}, {age}: {file}\n"));
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
        or_dash(
            strip
                .lanes
                .iter()
                .map(|lane| format!("{} {}", strip.control_name(lane.target), lane.mode.name())),
        ),
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

/// A print with its age, and with what has changed since if it is shown `in_full`.
fn print_text(project: &Project, song: &Song, print: &Print, in_full: bool) -> String {
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
    if let Some(readiness) = &print.readiness {
        text.push_str(&format!("  {}\n", headline(readiness)));
    }
    if in_full {
        changes.iter().for_each(|change| text.push_str(&format!("  {change}\n")));
    }
    text
}

/// The chains of the master, where there are any.
fn chains_text(song: &Song) -> String {
    let master = &song.master;
    let devices = |chain: &[Device]| {
        or_dash(chain.iter().map(|device| {
            let off = if device.bypass { " (bypassed)" } else { "" };
            format!("{} {}{off}", device.kind.name(), device.id.0)
        }))
    };
    match (&master.alternative, master.chain.is_empty()) {
        (None, true) => String::new(),
        (None, false) => format!("Chain: {}\n", devices(&master.chain)),
        (Some(other), _) => {
            format!("Chain A: {}\nChain B: {}\n", devices(&master.chain), devices(other))
        }
    }
}

fn chains_json(song: &Song) -> ChainsJson {
    let device = |device: &Device| DeviceJson {
        id: device.id.0,
        kind: device.kind.name(),
        bypass: device.bypass,
    };
    let devices = |chain: &Vec<Device>| chain.iter().map(device).collect();
    ChainsJson {
        input: song.master.input.clone(),
        trim_db: song.master.trim.0,
        target: song.master.target,
        chain: devices(&song.master.chain),
        alternative: song.master.alternative.as_ref().map(devices),
    }
}

/// A delivery is current when it was made of a print as that is listed, and the mix is the print's.
fn master_json(project: &Project, song: &Song, delivery: &Delivery) -> MasterJson {
    let print = song.prints.iter().find(|print| Some(print.number) == delivery.print);
    let current = match print {
        Some(print) => {
            print.file_hash == delivery.input_hash && changes_since(print, project, song).is_empty()
        }
        None => project.media.iter().any(|file| file.hash == delivery.input_hash),
    };
    MasterJson { file: delivery.file.clone(), print: delivery.print, current }
}

fn lane_json(strip: &Strip, lane: &Lane) -> LaneJson {
    let control = strip.control_name(lane.target);
    LaneJson { target: lane.target, control, mode: lane.mode, points: lane.points.len() }
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
        lanes: strip.lanes.iter().map(|lane| lane_json(strip, lane)).collect(),
    };
    let print = |print: &Print| PrintJson {
        number: print.number,
        kind: print.kind.name(),
        version: print.version.as_ref().map(|version| version.name.clone()),
        note: print.note.clone(),
        file: print.file.clone(),
        frames: print.frames,
        changes_since: changes_since(print, project, song),
        measurements: print.measurements,
    };
    SongJson {
        title: song.title.clone(),
        rate_hz: song.rate_hz,
        isrc: song.isrc.clone(),
        frames: frames(project, song),
        strips: mix.map(|mix| mix.strips().map(strip).collect()).unwrap_or_default(),
        prints: song.prints.iter().map(print).collect(),
        drafts: song
            .drafts
            .iter()
            .map(|draft| DraftJson { number: draft.number, note: draft.note.clone() })
            .collect(),
        versions: mix.map(|mix| mix.versions.clone()).unwrap_or_default(),
        master_file: master_file(project, song).map(|file| file.path.clone()),
        masters: song
            .master
            .deliveries
            .iter()
            .map(|each| master_json(project, song, each))
            .collect(),
        master: chains_json(song),
    }
}
