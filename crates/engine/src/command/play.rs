//! The command `play`.

use std::error::Error;
use std::io::IsTerminal as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::device::{OutputId, State as DeviceState, System, Wish};
use crate::{Engine, Status};
use serde_json::json;
use twobus_dsp::Db;
use twobus_dsp::units::signed;
use twobus_jobs::Folder;
use twobus_render::Cycle;
use twobus_render::live::State;
use twobus_render::offline::{TAIL_FLOOR, TAIL_MAX_S, TAIL_QUIET_S};
use twobus_session::{Project, Song, StripId};

use super::Said;
use super::args::Play;
use super::meter::Meter;
use super::version;

/// Time between two looks at the engine.
const LOOK: Duration = Duration::from_millis(20);
/// How long a device may take to open before that is an error.
const DEVICE: Duration = Duration::from_secs(5);
/// Stopped a second time, while it was still stopping: as shells know it.
const KILLED: i32 = 130;

/// Plays until the end, the given time, or Ctrl-C.
pub(super) fn run(args: &Play, as_json: bool) -> Result<Said, Box<dyn Error>> {
    let folder = Folder::new(&args.project);
    let project = folder.load()?;
    let song = song(&project, args.song)?;
    let output = args.device.as_deref().map(OutputId::new);
    let wish = Wish { output, period_frames: args.period };
    // A song that arrived as a finished print has nothing else to play.
    let open = if args.master || song.mix.is_none() { Engine::open_master } else { Engine::open };
    let (heard, offset) = version::choose(args, &folder, &project, song)?;
    let mut engine = open(&folder, &heard, song.id, Arc::new(System), wish)?;
    engine.set_offset(offset.unwrap_or(Db::UNITY));
    let rate_hz = engine.rate_hz();
    let frames = |seconds: f64| (seconds * f64::from(rate_hz)).round() as u64;
    if let [start, end] = args.repeat.as_slice() {
        engine.set_loop(Cycle::new(frames(*start), frames(*end)))?;
    }
    let from = frames(args.from);
    engine.locate(from);
    let mut show = Show::new(&engine, args, !as_json);
    let stopped = stop_on_signal();
    let begun = begin(&mut engine, &mut show, &stopped)?;
    let (mut last, mut end) = (from, show.ending(frames));
    while begun && !stopped.load(Ordering::Relaxed) {
        thread::sleep(LOOK);
        let status = engine.poll();
        last = status.heard.max(from);
        show.look(&engine, &status);
        if end.is_reached(&status, show.peak) {
            break;
        }
    }
    let status = engine.poll();
    engine.close();
    let mut said = show.said(song, &status, from, last);
    said.json["offset_db"] = json!(offset.map(|offset| offset.0));
    if let Some(Db(offset_db)) = offset {
        said.text.push_str(&format!(" Matched by {} dB.", signed(offset_db, 2)));
    }
    Ok(said)
}

fn song(project: &Project, number: u32) -> Result<&Song, String> {
    let index = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
    index.and_then(|index| project.songs.get(index)).ok_or_else(|| {
        format!("there is no song {number}; the project has {}", project.songs.len())
    })
}

/// A flag that Ctrl-C and a request to terminate raise; the second Ctrl-C ends the program at once.
fn stop_on_signal() -> Arc<AtomicBool> {
    let stopped = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stopped);
    // Without a handler Ctrl-C ends the program at once, which is all right too.
    let _handler = ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(KILLED);
        }
    });
    stopped
}

/// Waits for a device and begins to play; false when it was stopped before.
fn begin(engine: &mut Engine, show: &mut Show, stopped: &AtomicBool) -> Result<bool, String> {
    let start = Instant::now();
    let mut why = "there is no sound device".to_owned();
    while !stopped.load(Ordering::Relaxed) {
        let status = engine.poll();
        if let Some(notice) = status.notices.last() {
            why = notice.to_string();
        }
        show.notices(&status);
        let opened = matches!(status.device.state, DeviceState::Playing(_));
        // Its streams are on their way to the player, and come before the word to play.
        if opened && !status.loading {
            let _serial = engine.play();
            return Ok(true);
        }
        if !opened && start.elapsed() > DEVICE {
            return Err(format!("nothing can be played: {why}"));
        }
        thread::sleep(Duration::from_millis(1));
    }
    Ok(false)
}

/// What is shown while it plays, and told at the end.
struct Show {
    meter: Option<Meter>,
    said: Vec<String>,
    warnings: Vec<String>,
    device: String,
    period: Option<u32>,
    /// Highest peak of the mix bus since the last look.
    peak: f32,
    rate_hz: u32,
    length: u64,
    seconds: Option<f64>,
    repeats: bool,
    texts: bool,
}

impl Show {
    fn new(engine: &Engine, args: &Play, texts: bool) -> Self {
        let (length, rate_hz) = (engine.end(), engine.rate_hz());
        let draws = texts && std::io::stderr().is_terminal();
        Self {
            meter: draws.then(|| Meter::new(rate_hz, length)),
            said: Vec::new(),
            warnings: Vec::new(),
            device: String::new(),
            period: None,
            peak: 0.0,
            rate_hz,
            length,
            seconds: args.seconds,
            repeats: !args.repeat.is_empty(),
            texts,
        }
    }

    /// When playback ends by itself.
    fn ending(&self, frames: impl Fn(f64) -> u64) -> Ending {
        Ending {
            time: self.seconds.map(Duration::from_secs_f64),
            begun: None,
            end: (self.seconds.is_none() && !self.repeats).then_some(self.length),
            latest: self.length + frames(TAIL_MAX_S),
            quiet_since: None,
        }
    }

    fn look(&mut self, engine: &Engine, status: &Status) {
        self.notices(status);
        let levels = engine.meter(StripId::MIX_BUS).map(twobus_render::meters::StripMeter::look);
        let peaks = levels.map_or([0.0; 2], |levels| levels.peaks);
        self.peak = peaks[0].max(peaks[1]);
        if let Some(meter) = &mut self.meter {
            meter.draw(status, peaks);
        }
    }

    /// Says what happened, each on a line of its own.
    fn notices(&mut self, status: &Status) {
        if let DeviceState::Playing(config) = &status.device.state {
            self.device.clone_from(&config.name);
            self.period = Some(config.period_frames);
        }
        for notice in &status.notices {
            let text = notice.to_string();
            if let Some(meter) = &mut self.meter {
                meter.clear();
            }
            if self.texts {
                super::line(&mut std::io::stderr(), &text);
            }
            if notice.is_warning() {
                self.warnings.push(text.clone());
            }
            self.said.push(text);
        }
    }

    fn said(mut self, song: &Song, status: &Status, from: u64, last: u64) -> Said {
        if let Some(meter) = &mut self.meter {
            meter.clear();
        }
        if status.device.xruns > 0 {
            self.warnings.push(format!("{} xruns; a longer --period helps.", status.device.xruns));
        }
        let seconds = |frames: u64| frames as f64 / f64::from(self.rate_hz.max(1));
        let text = format!(
            "\"{}\": from {:.3} s to {:.3} s on {}; {} xruns.",
            song.title,
            seconds(from),
            seconds(last),
            if self.device.is_empty() { "no device" } else { &self.device },
            status.device.xruns
        );
        let json = json!({
            "song": song.title,
            "from_s": seconds(from),
            "to_s": seconds(last),
            "device": self.device,
            "period_frames": self.period,
            "xruns": status.device.xruns,
            "starved_frames": status.starved_frames,
            "overs": status.device.overs,
            "notices": self.said,
        });
        Said { text, json, warnings: self.warnings }
    }
}

/// When playback ends by itself.
struct Ending {
    /// After this time.
    time: Option<Duration>,
    begun: Option<Instant>,
    /// After this frame, when it has become quiet.
    end: Option<u64>,
    /// At this frame at the latest.
    latest: u64,
    quiet_since: Option<Instant>,
}

impl Ending {
    fn is_reached(&mut self, status: &Status, peak: f32) -> bool {
        if status.state != State::Playing {
            return false;
        }
        let begun = *self.begun.get_or_insert_with(Instant::now);
        if self.time.is_some_and(|time| begun.elapsed() >= time) {
            return true;
        }
        let Some(end) = self.end else { return false };
        if Db::from_gain(f64::from(peak)) >= TAIL_FLOOR || status.heard < end {
            self.quiet_since = None;
        } else {
            let since = *self.quiet_since.get_or_insert_with(Instant::now);
            return since.elapsed().as_secs_f64() >= TAIL_QUIET_S;
        }
        status.heard >= self.latest
    }
}
