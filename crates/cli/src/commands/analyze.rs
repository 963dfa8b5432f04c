//! `analyze`: what audio files measure.

use serde::Serialize;
use twobus_analysis::Report;
use twobus_jobs::{Analysis, Error, Progress, Result, analyze};

use crate::args::AnalyzeArgs;
use crate::outcome::Outcome;
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
}

/// Measures each file by itself: one that cannot be read does not keep the others from being shown.
pub(crate) fn run(args: &AnalyzeArgs, progress: &Progress) -> Result<Outcome> {
    let mut files = Vec::new();
    let mut warnings = Vec::new();
    let mut text = String::new();
    for path in &args.files {
        let name = path.display().to_string();
        match analyze(path, progress) {
            Ok(analysis) => {
                warnings
                    .extend(analysis.warnings.iter().map(|warning| format!("{name}: {warning}")));
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
    let table = show::table(&show::figures(&[&analysis.report]));
    format!("{name}: {format}, {rate_hz} Hz, {channels}\n{table}\n")
}

fn measured(path: String, analysis: Analysis) -> FileJson {
    let info = &analysis.info;
    FileJson {
        path,
        error: None,
        format: Some(format!("{} {}", info.format, info.depth)),
        channels: Some(info.channels),
        report: Some(analysis.report),
    }
}

fn failed(path: String, error: &Error) -> FileJson {
    let error = Some(error.to_string());
    FileJson { path, error, format: None, channels: None, report: None }
}
