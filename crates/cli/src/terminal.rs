//! The terminal: progress while a job runs, and what is printed at its end. The one place that prints.

use std::io::IsTerminal as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use twobus_jobs::{Error, Progress};

use crate::outcome::Outcome;

/// Steps of a progress bar.
const STEPS: u64 = 1000;
/// Time between two looks at a job.
const LOOK: Duration = Duration::from_millis(100);
/// Everything done.
const DONE: u8 = 0;
/// Failed.
const FAILED: u8 = 1;
/// Stopped a second time, while it was still stopping: as shells know it.
const KILLED: i32 = 130;
/// Done, but there is something to be known.
const WARNED: u8 = 3;

/// A job's progress, drawn on a terminal, and stopped by Ctrl-C: in order the first time, at once the second.
pub(crate) struct Watch {
    progress: Arc<Progress>,
    over: Arc<AtomicBool>,
    drawing: Option<JoinHandle<()>>,
}

impl Watch {
    /// Watches a job that has not begun. Bars are drawn only on a terminal and if `bars` is set.
    pub(crate) fn start(bars: bool) -> Self {
        let progress = Arc::new(Progress::new());
        let to_stop = Arc::clone(&progress);
        // Without a handler Ctrl-C ends the program at once, which is all right too.
        let _handler = ctrlc::set_handler(move || {
            if to_stop.is_cancelled() {
                std::process::exit(KILLED);
            }
            to_stop.cancel();
        });
        let over = Arc::new(AtomicBool::new(false));
        let drawing = (bars && std::io::stderr().is_terminal()).then(|| {
            let (progress, over) = (Arc::clone(&progress), Arc::clone(&over));
            thread::spawn(move || draw(&progress, &over))
        });
        Self { progress, over, drawing }
    }

    /// The progress the job reports to.
    pub(crate) fn progress(&self) -> &Progress {
        &self.progress
    }

    /// Takes the bar away.
    pub(crate) fn finish(self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(drawing) = self.drawing {
            // A drawing thread that failed has drawn enough.
            let _drawn = drawing.join();
        }
    }
}

fn draw(progress: &Progress, over: &AtomicBool) {
    let style = ProgressStyle::with_template("{msg:10} {wide_bar} {percent:>3} %  {eta} left");
    let bar = ProgressBar::new(STEPS);
    bar.set_style(style.expect("the template is constant"));
    let mut stage = "";
    while !over.load(Ordering::Relaxed) {
        if stage != progress.stage() {
            stage = progress.stage();
            bar.reset();
            bar.set_message(stage);
        }
        bar.set_position((progress.share() * STEPS as f64) as u64);
        thread::sleep(LOOK);
    }
    bar.finish_and_clear();
}

/// Prints what came of a command and returns its exit code.
pub(crate) fn report(outcome: Result<Outcome, Error>, as_json: bool) -> ExitCode {
    match outcome {
        Ok(outcome) => {
            let warned = !outcome.warnings.is_empty();
            if as_json {
                let mut object = outcome.json;
                object["warnings"] = json!(outcome.warnings);
                line(&mut std::io::stdout(), &format!("{object:#}"));
            } else {
                line(&mut std::io::stdout(), outcome.text.trim_end());
                outcome.warnings.iter().for_each(|text| {
                    line(&mut std::io::stderr(), &format!("warning: {text}"));
                });
            }
            ExitCode::from(if warned { WARNED } else { DONE })
        }
        Err(error) => {
            let text = with_causes(&error);
            if as_json {
                line(&mut std::io::stdout(), &format!("{:#}", json!({ "error": text })));
            } else {
                line(&mut std::io::stderr(), &format!("error: {text}"));
            }
            ExitCode::from(FAILED)
        }
    }
}

/// Prints one line; a reader that has gone away wants no more of it.
fn line(to: &mut impl std::io::Write, text: &str) {
    let _gone = writeln!(to, "{text}").and_then(|()| to.flush());
}

/// The error with what caused it, as far as that says something new.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text} ({more})");
        }
        cause = error.source();
    }
    text
}
