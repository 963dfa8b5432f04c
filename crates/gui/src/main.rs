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
mod desk;
mod grid;
mod icon;
mod live;
mod measure;
mod meters;
mod painter;
mod parts;
mod screens;
mod seen;
#[allow(dead_code, reason = "the settings dialog follows")]
mod settings;
mod theme;
mod widgets;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use app::App;
use clap::Parser;
use desk::Means;
use twobus_engine::device::fake::{Fake, FakeOutput};
use twobus_engine::device::{OutputId, PERIOD_FRAMES, Wish};

/// Mix a song and master a record, in a window.
#[derive(Debug, Parser)]
#[command(name = "twobus", version, about)]
struct Args {
    /// A project, or stems for a new one; without any, the start screen.
    paths: Vec<PathBuf>,
    /// Id of the sound device, as `twobus-play devices` lists it; the default device if not given.
    #[arg(long, value_name = "ID")]
    device: Option<String>,
    /// Frames that the device asks for at a time: fewer react sooner, more are safer.
    #[arg(long, value_name = "FRAMES", default_value_t = PERIOD_FRAMES,
          value_parser = clap::value_parser!(u32).range(16..=8192))]
    period: u32,
    /// Play at once, count the frames that are drawn in so many seconds, print that and end.
    #[arg(long, value_name = "SECONDS", hide = true)]
    measure: Option<f64>,
}

fn main() -> iced::Result {
    let args = Args::parse();
    let ending = end_on_signal();
    let output = args.device.as_deref().map(OutputId::new);
    let wish = Wish { output, period_frames: args.period };
    let mut means = Means::of_system(wish).unwrap_or_else(|| {
        let command = <Args as clap::CommandFactory>::command();
        let text = "the system tells no folder for a program's own files; set HOME";
        { command }.error(clap::error::ErrorKind::Io, text).exit()
    });
    if args.measure.is_some() {
        // A device with a clock, whatever the machine has.
        means.backend = Arc::new(Fake::with(FakeOutput::paced("measure", 48_000)));
    }
    let boot = move || {
        let (mut app, task) = App::boot(args.paths.clone(), means.clone(), Arc::clone(&ending));
        app.measure(args.measure);
        (app, task)
    };
    let mut window = iced::application(boot, App::update, App::view)
        .title(App::title)
        .theme(|_: &App| theme::iced())
        .style(|app: &App, _| app.style())
        .subscription(App::subscription)
        .default_font(theme::SANS)
        .exit_on_close_request(false)
        .window(iced::window::Settings {
            size: app::WINDOW,
            min_size: Some(iced::Size::new(1024.0, 640.0)),
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
