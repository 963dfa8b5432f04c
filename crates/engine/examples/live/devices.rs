//! How many tracks with an equalizer and a compressor play in time, on one core and on all.

use std::error::Error;
use std::num::NonZeroUsize;
use std::thread;
use std::time::{Duration, Instant};

use twobus_dsp::DeviceKind;
use twobus_dsp::pan::PanLaw;
use twobus_engine::device::is_made_realtime;
use twobus_render::compile::build_device;
use twobus_render::live::{Crew, pair_with};
use twobus_render::{Context, Plan, Purpose, Source, compile};
use twobus_session::{Device, DeviceId, Mix, Strip, StripId, Track};

use crate::budget::now_s;

/// The device's rate, and lengths of a callback.
const RATE_HZ: u32 = 48_000;
const PERIODS: [usize; 2] = [64, 256];
/// Share of the time between two callbacks that 99 of 100 may take.
const MOST: f64 = 0.7;
/// Tracks of the first measurement.
const FEW: usize = 64;

/// Settings of job B.
const EQUALIZER: [(&str, f64); 9] = [
    ("b2_freq", 100.0),
    ("b2_gain", 2.0),
    ("b3_freq", 320.0),
    ("b3_gain", -3.0),
    ("b3_q", 1.2),
    ("b5_freq", 2800.0),
    ("b5_gain", 2.5),
    ("b7_freq", 9000.0),
    ("b7_gain", 1.5),
];
const COMPRESSOR: [(&str, f64); 4] =
    [("threshold", -40.0), ("ratio", 3.0), ("attack", 10.0), ("release", 120.0)];

/// A Markdown table.
pub(crate) fn measure(quick: bool) -> Result<String, Box<dyn Error>> {
    let mut text = "| Frames | Threads | Tracks of job B | Share of the budget |\n\
                    |---:|---:|---:|---:|\n"
        .to_owned();
    let all = thread::available_parallelism()?;
    let mut counts = vec![NonZeroUsize::MIN, all];
    counts.dedup();
    for period in PERIODS {
        for &threads in &counts {
            let (tracks, share) = most_tracks(period, threads, quick)?;
            let share = 100.0 * share;
            text.push_str(&format!("| {period} | {threads} | {tracks} | {share:.0} % |\n"));
        }
    }
    Ok(text)
}

/// The most tracks found to play in time, and the share they take: guessed from fewer, then mended.
fn most_tracks(
    period: usize,
    threads: NonZeroUsize,
    quick: bool,
) -> Result<(usize, f64), Box<dyn Error>> {
    let seconds = if quick { 0.3 } else { 2.0 };
    let (mut tracks, mut best) = (FEW, (0, 0.0));
    for _ in 0..if quick { 2 } else { 5 } {
        let share = share(tracks, period, threads, seconds)?;
        if share <= MOST && tracks > best.0 {
            best = (tracks, share);
        }
        // A little below what it would be if all grew evenly, so that the next one fits.
        tracks = ((0.98 * MOST / share * tracks as f64) as usize).max(1);
    }
    Ok(best)
}

/// The share of the budget that 99 of 100 callbacks stay within, as processor time of the audio thread,
/// which includes its waiting for other threads. Callbacks come at the device's pace.
fn share(
    tracks: usize,
    period: usize,
    threads: NonZeroUsize,
    seconds: f64,
) -> Result<f64, Box<dyn Error>> {
    let crew = Crew { threads, enlist: is_made_realtime };
    let (mut control, mut player) = pair_with(plan(tracks)?, RATE_HZ, crew);
    let _serial = control.play();
    let (mut left, mut right) = (vec![0.0; period], vec![0.0; period]);
    let budget = period as f64 / f64::from(RATE_HZ);
    let callbacks = (seconds / budget) as u32;
    let mut times = Vec::new();
    let start = Instant::now();
    for callback in 0..callbacks {
        let due = start + Duration::from_secs_f64(budget) * callback;
        thread::sleep(due.saturating_duration_since(Instant::now()));
        let before = now_s()?;
        player.fill(&mut left, &mut right);
        times.push(now_s()? - before);
        control.poll();
    }
    if left.iter().all(|x| *x == 0.0) {
        return Err("it was silent".into());
    }
    // The first ones are those in which caches and helpers wake up.
    let times = &mut times[callbacks as usize / 5..];
    times.sort_unstable_by(f64::total_cmp);
    Ok(times[times.len() * 99 / 100] / budget)
}

/// Tracks of noise with the devices of job B into the mix bus.
fn plan(tracks: usize) -> Result<Plan, Box<dyn Error>> {
    let mut mix = Mix::default();
    for (id, number) in (1..=u32::try_from(tracks)?).zip((1..).step_by(2)) {
        let mut strip = Strip::new(StripId(id), format!("Track {id}"));
        strip.fader.0 = -20.0 - f64::from(id % 100) / 10.0;
        strip.pan = f64::from(id % 21) * 10.0 - 100.0;
        strip.inserts.push(device(number, DeviceKind::Equalizer, &EQUALIZER)?);
        strip.inserts.push(device(number + 1, DeviceKind::Compressor, &COMPRESSOR)?);
        mix.tracks.push(Track { strip, mono: false, clips: Vec::new() });
    }
    let noise = noise();
    let mut source = |_: &Track| -> Box<dyn Source> { Box::new(Noise(noise.clone())) };
    let context = &mut Context {
        rate_hz: RATE_HZ,
        pan_law: PanLaw::ConstantPower,
        purpose: Purpose::Playback,
        source: &mut source,
        device: &build_device,
    };
    Ok(compile(&mix, context)?)
}

fn device(id: u32, kind: DeviceKind, values: &[(&str, f64)]) -> Result<Device, Box<dyn Error>> {
    let mut device = Device::new(DeviceId(id), kind);
    for (name, value) in values {
        let param = kind.param(name).ok_or_else(|| format!("there is no parameter {name}"))?;
        device.values[param] = *value;
    }
    Ok(device)
}

/// Noise that begins anew every 4096 frames, of one track: it comes from memory of its own, as from a stream.
struct Noise(Vec<f32>);

impl Source for Noise {
    fn read(&mut self, start: u64, left: &mut [f32], right: &mut [f32]) -> usize {
        let from = start as usize % (self.0.len() - left.len());
        left.copy_from_slice(&self.0[from..from + left.len()]);
        right.copy_from_slice(&self.0[from..from + right.len()]);
        0
    }
}

/// White noise at −18 dBFS.
fn noise() -> Vec<f32> {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1_u32 << 26) as f32 - 0.125
    };
    (0..4096).map(|_| next()).collect()
}
