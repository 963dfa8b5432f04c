//! `analyze`: what audio files measure.

use serde::Serialize;
use twobus_analysis::Report;
use twobus_jobs::{Progress, Result, analyze};

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
    format: String,
    channels: usize,
    report: Report,
}

pub(crate) fn run(args: &AnalyzeArgs, progress: &Progress) -> Result<Outcome> {
    let mut files = Vec::new();
    let mut warnings = Vec::new();
    let mut text = String::new();
    for path in &args.files {
        let analysis = analyze(path, progress)?;
        let name = path.display().to_string();
        warnings.extend(analysis.warnings.iter().map(|warning| format!("{name}: {warning}")));
        let info = &analysis.info;
        let format = format!("{} {}", info.format, info.depth);
        text.push_str(&format!(
            "{name}: {format}, {} Hz, {} channels\n",
            info.rate_hz, info.channels
        ));
        text.push_str(&show::table(&show::figures(&[&analysis.report])));
        text.push('\n');
        files.push(FileJson {
            path: name,
            format,
            channels: info.channels,
            report: analysis.report,
        });
    }
    Ok(Outcome::new(text, &Json { files }).with_warnings(warnings))
}
