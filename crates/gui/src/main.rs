//! The window of Twobus.
//!
//! ```text
//!  events ──► App::update ──► a component's update ──► Action ──► App
//!                 │                    │
//!                 │                    └── Desk: document, undo, engine, waves
//!                 └── once a frame: Live::look, the only place that reads the engine
//!
//!  view: top bar, a screen, status bar; each a Surface that shows a Scene
//! ```

mod app;
mod commands;
mod desk;
mod grid;
mod hearing;
mod icon;
mod live;
mod measure;
mod meters;
mod painter;
mod parts;
mod screens;
mod seen;
mod settings;
mod steps;
mod theme;
mod topics;
mod trying;
mod widgets;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use app::App;
use clap::Parser;
use desk::Means;
use measure::{Measure, Subject};
use settings::{ChosenDevice, Settings};
use twobus_engine::command::Command;
use twobus_engine::device::fake::{Fake, FakeOutput};
use twobus_engine::device::{OutputId, Wish};

/// Mix a song and master a record, in a window.
///
/// A project or stems that are called as one of the commands are named with their folder: ./play
#[derive(Debug, Parser)]
#[command(name = "twobus", version, about, long_about, args_conflicts_with_subcommands = true)]
struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    /// A project, or stems for a new one; without any, the start screen.
    paths: Vec<PathBuf>,
    /// Id of the sound device, as `twobus devices` lists it; that of the settings if not given.
    #[arg(long, value_name = "ID")]
    device: Option<String>,
    /// Frames that the device asks for at a time: fewer react sooner, more are safer. Those of the settings
    /// if not given.
    #[arg(long, value_name = "FRAMES", value_parser = clap::value_parser!(u32).range(16..=8192))]
    period: Option<u32>,
    /// Of a command, print one JSON object instead of text; errors too. Its shape is in docs/cli-json.md.
    #[arg(long, global = true)]
    json: bool,
    /// Play at once, count the frames that are drawn in so many seconds, print that and end.
    #[arg(long, value_name = "SECONDS", hide = true)]
    measure: Option<f64>,
    /// What is shown meanwhile.
    #[arg(long, value_enum, default_value = "mix", hide = true)]
    measured: Subject,
}

fn main() -> ExitCode {
    let args = Args::parse();
    if let Some(command) = &args.command {
        return twobus_engine::command::run(command, args.json);
    }
    match open_window(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Whoever has closed the terminal wants no more of it.
            let _gone = writeln!(std::io::stderr(), "error: no window can be opened: {error}");
            ExitCode::FAILURE
        }
    }
}

fn open_window(args: Args) -> iced::Result {
    let ending = end_on_signal();
    let mut means = Means::of_system(Wish::default()).unwrap_or_else(|| {
        let command = <Args as clap::CommandFactory>::command();
        let text = "the system tells no folder for a program's own files; set HOME";
        { command }.error(clap::error::ErrorKind::Io, text).exit()
    });
    let (mut settings, note) = Settings::load(&means.config);
    if let Some(id) = args.device {
        settings.device = Some(ChosenDevice { id: OutputId::new(id.as_str()), name: id });
    }
    settings.period_frames = args.period.unwrap_or(settings.period_frames);
    means.wish = settings.wish();
    if args.measure.is_some() {
        // A device with a clock, whatever the machine has.
        means.backend = Arc::new(Fake::with(FakeOutput::paced("measure", 48_000)));
    }
    let boot = move || {
        let set = (settings.clone(), note.clone());
        let (mut app, task) =
            App::boot(args.paths.clone(), means.clone(), set, Arc::clone(&ending));
        app.measure(args.measure.map(|seconds| Measure::new(seconds, args.measured)));
        (app, task)
    };
    let mut window = iced::application(boot, App::update, App::view)
        .title(App::title)
        .theme(|_: &App| theme::iced())
        .style(|app: &App, _| app.style())
        .scale_factor(App::scale_factor)
        .subscription(App::subscription)
        .default_font(theme::SANS)
        .exit_on_close_request(false)
        .window(iced::window::Settings {
            size: app::WINDOW,
            min_size: Some(app::LEAST),
            exit_on_close_request: false,
            ..iced::window::Settings::default()
        })
        .antialiasing(true);
    for font in theme::FONTS {
        window = window.font(font);
    }
    window.run()
}

/// A flag that Ctrl-C and a request to terminate raise: unsaved work is kept before the program ends.
fn end_on_signal() -> Arc<AtomicBool> {
    let ending = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&ending);
    // Without a handler the program ends at once, and what was kept within the last seconds is offered.
    let _handler = ctrlc::set_handler(move || flag.store(true, Ordering::Relaxed));
    ending
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed_and_knows_projects_from_commands() {
        use clap::CommandFactory as _;
        Args::command().debug_assert();
        let paths = |line: &[&str]| Args::parse_from(line).paths.len();
        assert_eq!(paths(&["twobus", "Song", "--period", "128"]), 1);
        assert_eq!(paths(&["twobus", "./play"]), 1);
        assert!(Args::parse_from(["twobus", "devices", "--json"]).json);
        let play = Args::parse_from(["twobus", "play", "Song", "--seconds", "2"]);
        assert!(matches!(play.command, Some(Command::Play(_))));
    }
}
