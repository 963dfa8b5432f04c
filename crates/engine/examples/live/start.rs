//! How long it takes from `play` to the first sample, and to open a large project.

use std::error::Error;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use twobus_engine::device::fake::{Fake, FakeOutput};
use twobus_engine::device::{State as DeviceState, Wish};
use twobus_engine::{Engine, Status};
use twobus_jobs::Folder;
use twobus_render::live::State;
use twobus_session::SongId;

use crate::project::{self, RATE_HZ};

/// Stems of the project that is opened.
const STEMS: u32 = 200;
/// Length of each, in seconds.
const SECONDS: u32 = 4;
/// Frames of a callback.
const PERIOD: usize = 256;
/// Most callbacks until the first sample.
const MOST_PERIODS: usize = 2;

/// A Markdown table, and whether the bound holds.
pub(crate) fn measure(quick: bool) -> Result<String, Box<dyn Error>> {
    let runs = if quick { 2 } else { 15 };
    let folder = tempfile::tempdir()?;
    let folder = project::make(folder.path(), STEMS, SECONDS).map(|made| (made, folder))?;
    let (folder, _lives) = &folder;
    let mut opened = Vec::new();
    let mut waited = Vec::new();
    let mut periods = 0;
    for _ in 0..runs {
        let (time, mut deck) = Deck::open(folder)?;
        opened.push(time);
        for place in [RATE_HZ, 2 * RATE_HZ] {
            let (callbacks, time) = deck.first_sample(place.into())?;
            periods = periods.max(callbacks);
            waited.push(time);
        }
    }
    let ms = |times: &mut Vec<Duration>| {
        times.sort_unstable();
        let (median, worst) = (times[times.len() / 2], times[times.len() - 1]);
        format!("{:.1} ms | {:.1} ms", 1000.0 * median.as_secs_f64(), 1000.0 * worst.as_secs_f64())
    };
    let word = if periods <= MOST_PERIODS { "pass" } else { "MISS" };
    Ok(format!(
        "| Time | Median | Worst |\n|---|---:|---:|\n\
         | to open a project of {STEMS} stems, until it can play | {} |\n\
         | from `play` to the first sample, warm, callbacks of {PERIOD} frames ({:.1} ms) | {} |\n\n\
         {word}  first sample in callback {periods} after `play` at the latest, at most {MOST_PERIODS}\n",
        ms(&mut opened),
        1000.0 * PERIOD as f64 / f64::from(RATE_HZ),
        ms(&mut waited),
    ))
}

struct Deck {
    engine: Engine,
    fake: Fake,
}

impl Deck {
    /// Reads the project and opens its song, until it can play.
    fn open(folder: &Folder) -> Result<(Duration, Self), Box<dyn Error>> {
        let fake = Fake::with(FakeOutput::new("bench", RATE_HZ));
        let start = Instant::now();
        let project = folder.load()?;
        let backend = Arc::new(fake.clone());
        let engine = Engine::open(folder, &project, SongId(1), backend, Wish::default())?;
        let mut deck = Self { engine, fake };
        deck.until(|status| !status.loading)?;
        let time = start.elapsed();
        deck.until(|status| matches!(status.device.state, DeviceState::Playing(_)))?;
        Ok((time, deck))
    }

    fn until(&mut self, so: impl Fn(&Status) -> bool) -> Result<(), Box<dyn Error>> {
        let start = Instant::now();
        while !so(&self.engine.poll()) {
            if start.elapsed() > Duration::from_secs(60) {
                return Err("the engine does not become ready".into());
            }
            thread::sleep(Duration::from_micros(200));
        }
        Ok(())
    }

    /// Stands at `place`, plays, and counts the callbacks, called in real time, until there is sound.
    fn first_sample(&mut self, place: u64) -> Result<(usize, Duration), Box<dyn Error>> {
        let _serial = self.engine.stop();
        let start = Instant::now();
        // Until the fade is over and the streams for the place are there.
        self.engine.locate(place);
        loop {
            let _silence = self.fake.pull(PERIOD);
            let status = self.engine.poll();
            if status.state == State::Ready && !status.loading && status.playhead == place {
                break;
            }
            if start.elapsed() > Duration::from_secs(20) {
                return Err(format!("it does not stand at {place}: {status:?}").into());
            }
            thread::sleep(Duration::from_millis(1));
        }
        let period = Duration::from_secs_f64(PERIOD as f64 / f64::from(RATE_HZ));
        let start = Instant::now();
        let _serial = self.engine.play();
        for callback in 1..100 {
            thread::sleep((period * callback).saturating_sub(start.elapsed()));
            let played = self.fake.pull(PERIOD).ok_or("the device is gone")?;
            if played.iter().any(|sample| *sample != 0.0) {
                return Ok((callback as usize, start.elapsed()));
            }
        }
        Err("no sound".into())
    }
}
