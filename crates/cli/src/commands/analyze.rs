//! `analyze`: what audio files measure.

use serde::Serialize;
use twobus_analysis::places::{self, Played};
use twobus_analysis::{LoudestPart, Report};
use twobus_dsp::units::signed;
use twobus_jobs::compare::PART_S;
use twobus_jobs::{Analysis, Error, Progress, Result, analyze};
use twobus_media::Depth;

use crate::args::AnalyzeArgs;
use crate::outcome::Outcome;
use crate::places::table;
use crate::show;

#[derive(Serialize)]
struct Json {
    files: Vec<FileJson>,
}

#[derive(Serialize)]
struct FileJson {
    path: String,
    error: Option<String>,
    format: Option<String>,
    channels: Option<usize>,
    report: Option<Report>,
    loudest: Option<LoudestPart>,
    places: Vec<Played>,
}

/// Lossy files peak where their decoder puts them; above this, in dBTP, players clip them.
const CLIPS_DBTP: f64 = 0.0;

/// Measures each file by itself: one that cannot be read does not keep the others from being shown.
pub(crate) fn run(args: &AnalyzeArgs, progress: &Progress) -> Result<Outcome> {
    let mut files = Vec::new();
    let mut warnings = Vec::new();
    let mut text = String::new();
    for path in &args.files {
        let name = path.display().to_string();
        match analyze(path, progress) {
            Ok(analysis) => {
                let of_file = analysis.warnings.iter().map(ToString::to_string);
                let of_file = of_file.chain(clips(&analysis));
                warnings.extend(of_file.map(|warning| format!("{name}: {warning}")));
                text.push_str(&file_text(&name, &analysis));
                files.push(measured(name, analysis));
            }
            Err(error) if args.files.len() == 1 || progress.is_cancelled() => return Err(error),
            Err(error) => {
                warnings.push(error.to_string());
                files.push(failed(name, &error));
            }
        }
    }
    if files.iter().all(|file| file.error.is_some()) {
        return Err(Error::Missing(format!("no file could be measured:\n{}", warnings.join("\n"))));
    }
    Ok(Outcome::new(text, &Json { files }).with_warnings(warnings))
}

fn file_text(name: &str, analysis: &Analysis) -> String {
    let info = &analysis.info;
    let (format, rate_hz) = (format!("{} {}", info.format, info.depth), info.rate_hz);
    let channels = show::count(info.channels, "channel");
    let figures = show::table(&show::figures(&[&analysis.report]));
    let loudest = analysis.report.loudest_part(PART_S).map_or_else(String::new, |part| {
        let time = |time_s: f64| show::time((time_s * f64::from(rate_hz)).round() as u64, rate_hz);
        let (start, end, lufs) = (time(part.start_s), time(part.end_s), signed(part.lufs, 1));
        format!("Loudest from {start} to {end}: {lufs} LUFS.\n")
    });
    let places = table(&places::all(&analysis.report));
    format!("{name}: {format}, {rate_hz} Hz, {channels}\n{figures}{loudest}\n{places}\n")
}

/// What a lossy file does in players when its peaks are too high.
fn clips(analysis: &Analysis) -> Option<String> {
    let peak = analysis.report.true_peak?.value;
    let lossy = analysis.info.depth == Depth::Lossy;
    (lossy && peak > CLIPS_DBTP).then(|| {
        format!(
            "decoded it peaks at {} dBTP, which players clip; a master {} dB lower cures it",
            signed(peak, 2),
            signed(peak - CLIPS_DBTP, 2)
        )
    })
}

fn measured(path: String, analysis: Analysis) -> FileJson {
    let info = &analysis.info;
    FileJson {
        path,
        error: None,
        format: Some(format!("{} {}", info.format, info.depth)),
        channels: Some(info.channels),
        loudest: analysis.report.loudest_part(PART_S),
        places: places::all(&analysis.report),
        report: Some(analysis.report),
    }
}

fn failed(path: String, error: &Error) -> FileJson {
    let error = Some(error.to_string());
    let (format, channels, report, loudest, places) = (None, None, None, None, Vec::new());
    FileJson { path, error, format, channels, report, loudest, places }
}
