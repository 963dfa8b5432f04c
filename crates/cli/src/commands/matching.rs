//! `match` and `assist`: a song beside references, and the chain that brings it there.

use std::path::{Path, PathBuf};

use serde::Serialize;
use twobus_analysis::matching::{Amounts, Area, Decision, Traits, Verdict};
use twobus_dsp::units::signed;
use twobus_dsp::{Db, DeviceKind};
use twobus_jobs::{
    Error, Folder, MasterOptions, MatchOptions, Matched, Progress, ReferenceFile, Result,
    is_same_file, master, match_reference,
};
use twobus_session::{Device, Project, Song, Target};

use crate::args::Goal;
use crate::args::matching::{AssistArgs, MatchArgs, MatchInput};
use crate::commands::master::{check_apart, check_free, input};
use crate::commands::song;
use crate::outcome::Outcome;
use crate::show;

#[derive(Serialize)]
struct Json {
    song: Traits,
    references: Vec<ReferenceJson>,
    reference: Option<Traits>,
    curve: Vec<BandJson>,
    chain: Vec<Device>,
    target: Option<Target>,
    decisions: Vec<Decision>,
    applied: Option<String>,
    written: Option<String>,
}

#[derive(Serialize)]
struct ReferenceJson {
    path: String,
    weight: f64,
    audition_db: f64,
    traits: Traits,
}

#[derive(Serialize)]
struct BandJson {
    shape: &'static str,
    frequency_hz: f64,
    gain_db: f64,
    q: f64,
}

/// What is matched: a file, and the project that it may come from.
struct Work {
    file: PathBuf,
    references: Vec<ReferenceFile>,
    options: MatchOptions,
    origin: Option<Folder>,
}

pub(crate) fn run_match(args: &MatchArgs, progress: &Progress) -> Result<Outcome> {
    let amounts = Amounts {
        tone: args.tone / 100.0,
        loudness: args.loudness / 100.0,
        width: args.width / 100.0,
        dynamics: args.dynamics / 100.0,
    };
    let options = MatchOptions { amounts, ..MatchOptions::default() };
    run(&args.input, options, None, "Match to reference", progress)
}

pub(crate) fn run_assist(args: &AssistArgs, progress: &Progress) -> Result<Outcome> {
    let part = args.amount / 100.0;
    let (loudness_lufs, ceiling_dbtp) = match args.target {
        Some(Goal::Place(place)) => {
            let target = place.target(None);
            (target.loudness_lufs, Some(target.ceiling_dbtp))
        }
        Some(Goal::Loudness(lufs)) => (Some(lufs), None),
        None => (None, None),
    };
    // A target decides the loudness; without one, the references do.
    let loudness = if loudness_lufs.is_some() { 0.0 } else { 1.0 };
    let amounts = Amounts { tone: part, loudness, width: part, dynamics: part };
    let options = MatchOptions { amounts, loudness_lufs, assist: true, ..MatchOptions::default() };
    run(&args.input, options, ceiling_dbtp, "Mastering assistant", progress)
}

fn run(
    args: &MatchInput,
    options: MatchOptions,
    ceiling_dbtp: Option<f64>,
    name: &str,
    progress: &Progress,
) -> Result<Outcome> {
    let work = work(args, options, ceiling_dbtp)?;
    if let Some(out) = &args.out {
        check_free(out, args.force)?;
        check_no_reference(out, &work.references)?;
    }
    if args.apply && work.origin.is_none() {
        let text =
            "--apply puts the chain into a project, and this is a file; write one with --out";
        return Err(Error::Missing(text.to_owned()));
    }
    let found = match_reference(&work.file, &work.references, &work.options, progress)?;
    let mut warnings = Vec::new();
    let mut applied = None;
    if let (true, Some(folder)) = (args.apply, &work.origin) {
        let notes = apply(args, folder, &found, name)?;
        warnings.extend(notes);
        applied = Some(name.to_owned());
    }
    let mut written = None;
    if let Some(out) = &args.out {
        let options = master_options(args, &work.options, &found);
        let done = master(&work.file, out, &options, progress)?;
        warnings.extend(done.notes);
        written = Some(out.display().to_string());
    }
    let text = text(&work.file, &found, applied.as_deref(), written.as_deref());
    Ok(Outcome::new(text, &json(found, applied, written)).with_warnings(warnings))
}

/// Finds the song and its references; a place that was asked for has its ceiling.
fn work(args: &MatchInput, mut options: MatchOptions, ceiling_dbtp: Option<f64>) -> Result<Work> {
    let mut references: Vec<ReferenceFile> =
        args.references.iter().map(|text| reference(text)).collect();
    let folder = Folder::new(&args.input);
    let is_project = folder.document().exists();
    let mut file = args.input.clone();
    if is_project {
        let project = folder.load()?;
        let song = song(&project, args.song)?;
        options.trim = song.master.trim;
        options.ceiling_dbtp = song.master.target.ceiling_dbtp;
        if let Some(out) = &args.out {
            check_apart(out, &folder, &project)?;
        }
        if args.apply {
            folder.check_writable()?;
        }
        file = input(args.print, &folder, &project, song)?.0;
        if references.is_empty() {
            references = noted(&folder, &project, song);
        }
    }
    options.ceiling_dbtp = args.ceiling.or(ceiling_dbtp).unwrap_or(options.ceiling_dbtp);
    options.max_reduction_db = args.max_reduction.unwrap_or(options.max_reduction_db);
    Ok(Work { file, references, options, origin: is_project.then_some(folder) })
}

/// Refuses to write over a song that is compared with, even with --force.
fn check_no_reference(out: &Path, references: &[ReferenceFile]) -> Result<()> {
    if references.iter().any(|reference| is_same_file(&reference.path, out)) {
        let text = format!("{}: is a reference; name another file with --out", out.display());
        return Err(Error::Missing(text));
    }
    Ok(())
}

/// The references that the project notes.
fn noted(folder: &Folder, project: &Project, song: &Song) -> Vec<ReferenceFile> {
    let file = |reference: &twobus_session::Reference| {
        let path = folder.resolve(project.media(reference.media)?);
        Some(ReferenceFile { path, weight: reference.weight })
    };
    song.master.references.iter().filter_map(file).collect()
}

/// "FILE" or "FILE:WEIGHT"; a file whose own name ends like that is meant as it is.
fn reference(text: &str) -> ReferenceFile {
    let whole = || ReferenceFile { path: text.into(), weight: 1.0 };
    if Path::new(text).exists() {
        return whole();
    }
    let parts = text.rsplit_once(':').and_then(|(path, weight)| Some((path, weight.parse().ok()?)));
    parts.map_or_else(whole, |(path, weight)| ReferenceFile { path: path.into(), weight })
}

/// Puts the chain into the project, as one step.
fn apply(args: &MatchInput, folder: &Folder, found: &Matched, name: &str) -> Result<Vec<String>> {
    let changed = folder.change(|project| {
        let song = song(project, args.song)?.id;
        let edit = found.edit(folder, project, song, name)?;
        Ok(project.apply(edit)?)
    })?;
    Ok(changed.notes)
}

/// What `--out` is mastered with: the chain, and the target if there is one.
fn master_options(args: &MatchInput, options: &MatchOptions, found: &Matched) -> MasterOptions {
    let target = Target {
        ceiling_dbtp: options.ceiling_dbtp,
        max_reduction_db: options.max_reduction_db,
        loudness_lufs: None,
    };
    MasterOptions {
        trim: options.trim,
        chain: found.chain.clone(),
        target: found.target.unwrap_or(target),
        format: args.format.into(),
        overwrite: args.force,
        ..MasterOptions::default()
    }
}

fn text(file: &Path, found: &Matched, applied: Option<&str>, written: Option<&str>) -> String {
    let mut text = format!("{}\n", file.display());
    for compared in &found.references {
        let (path, weight) = (compared.file.path.display(), compared.file.weight);
        let audition = signed(compared.audition_db, 1);
        text.push_str(&format!("  beside {path}, weight {weight}, {audition} dB to be as loud\n"));
    }
    text.push('\n');
    text.push_str(&show::table(&comparison(found)));
    text.push('\n');
    for area in [Area::Tone, Area::Dynamics, Area::Width, Area::Loudness, Area::Peaks] {
        for decision in found.decisions.iter().filter(|decision| decision.area == area) {
            let mark = match decision.verdict {
                Verdict::Done => "+",
                Verdict::Fine => "=",
                Verdict::Refused => "!",
            };
            text.push_str(&format!("{mark} {}: {}\n", area.name(), decision.text));
        }
    }
    if found.is_nothing() {
        text.push_str("Nothing is done.\n");
    } else {
        text.push_str(&format!("Chain: {}.\n", chain(found)));
    }
    match applied {
        Some(name) => text.push_str(&format!("Applied as one step: \"{name}\".\n")),
        None if written.is_none() && !found.is_nothing() => {
            text.push_str(
                "Not applied; --apply puts it into the project, --out writes a master.\n",
            );
        }
        None => {}
    }
    if let Some(path) = written {
        text.push_str(&format!("{path}: written.\n"));
    }
    text
}

fn chain(found: &Matched) -> String {
    let devices = found.chain.iter().map(|device| device.kind.name());
    let limiter = found.target.map(|_| DeviceKind::Limiter.name());
    devices.chain(limiter).collect::<Vec<_>>().join(", ")
}

/// What was compared, side by side.
fn comparison(found: &Matched) -> Vec<Vec<String>> {
    let row = |name: &str, unit: &str, of: &dyn Fn(&Traits) -> Option<f64>| {
        let (own, other) = (of(&found.song), found.reference.as_ref().and_then(of));
        let gap = own.zip(other).map(|(own, other)| own - other);
        let cells = [show::value(own, 1, unit), show::value(other, 1, unit), difference(gap)];
        std::iter::once(name.to_owned()).chain(cells).collect::<Vec<_>>()
    };
    let mut rows = vec![["", "song", "reference", "difference"].map(str::to_owned).to_vec()];
    rows.push(row("Integrated", "LUFS", &|t| Some(t.integrated_lufs)));
    rows.push(row("Short-term max", "LUFS", &|t| Some(t.short_term_max_lufs)));
    rows.push(row("True peak", "dBTP", &|t| Some(t.true_peak_dbtp)));
    rows.push(row("Peak to loudness", "LU", &|t| Some(t.plr_lu)));
    rows.push(row("Loudness range", "LU", &|t| t.range_lu));
    for (band, name) in
        ["Crest to 120 Hz", "Crest to 600 Hz", "Crest to 3 kHz", "Crest above"].iter().enumerate()
    {
        rows.push(row(name, "dB", &|t| t.crest_db[band]));
    }
    rows.push(row("Side to middle", "dB", &|t| t.width_db));
    rows.extend(octaves(found));
    rows
}

/// The tone in octaves: what the song has more or less at equal loudness.
fn octaves(found: &Matched) -> Vec<Vec<String>> {
    let Some(reference) = &found.reference else { return Vec::new() };
    let names = [
        "31 Hz", "63 Hz", "125 Hz", "250 Hz", "500 Hz", "1 kHz", "2 kHz", "4 kHz", "8 kHz",
        "16 kHz",
    ];
    let row = |(octave, name): (usize, &&str)| {
        let centre = 1000.0 * (octave as f64 - 5.0).exp2();
        let inside = |hz: f64| (hz / centre).log2().abs() <= 0.5;
        let points = found.song.spectrum.iter().zip(&reference.spectrum);
        let gaps: Vec<f64> = points
            .filter(|(own, _)| inside(own.hz))
            .filter_map(|(own, other)| Some(own.level_db? - other.level_db?))
            .collect();
        let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
        let gap = (!gaps.is_empty()).then_some(mean);
        vec![format!("Tone at {name}"), String::new(), String::new(), difference(gap)]
    };
    names.iter().enumerate().map(row).collect()
}

fn difference(gap: Option<f64>) -> String {
    gap.map_or_else(
        || "–".to_owned(),
        |gap| {
            let sign = if gap >= 0.05 { "+" } else { "" };
            format!("{sign}{}", Db(gap))
        },
    )
}

fn json(found: Matched, applied: Option<String>, written: Option<String>) -> Json {
    let reference = |compared: twobus_jobs::Compared| ReferenceJson {
        path: compared.file.path.display().to_string(),
        weight: compared.file.weight,
        audition_db: compared.audition_db,
        traits: compared.traits,
    };
    let band = |band: &twobus_dsp::eq::prototype::Setting| BandJson {
        shape: twobus_dsp::eq::prototype::Shape::NAMES[band.shape as usize],
        frequency_hz: band.frequency_hz,
        gain_db: band.gain_db,
        q: band.q,
    };
    Json {
        song: found.song,
        references: found.references.into_iter().map(reference).collect(),
        reference: found.reference,
        curve: found.proposal.curve.bands.iter().map(band).collect(),
        chain: found.chain,
        target: found.target,
        decisions: found.decisions,
        applied,
        written,
    }
}
