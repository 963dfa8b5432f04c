//! How much of the time between two callbacks the player needs.

use std::error::Error;

use nix::time::{ClockId, clock_gettime};
use twobus_dsp::pan::PanLaw;
use twobus_render::compile::build_device;
use twobus_render::live::{Control, Cue, Player, pair};
use twobus_render::source::{Silence, StreamWriter, stream};
use twobus_render::{Context, Plan, Purpose, Source, compile};
use twobus_session::{Mix, Strip, StripId, Track};

/// The device's rate.
const RATE_HZ: u32 = 48_000;
/// Frames that each stream holds at the beginning of a round.
const ROUND_FRAMES: usize = 96_000;

/// Numbers of tracks, and lengths of a callback.
const TRACKS: [u32; 2] = [32, 128];
const PERIODS: [usize; 2] = [64, 256];
/// Largest share of the budget, in the median, for the most tracks and the shortest callback.
const MOST: f64 = 0.5;

/// A Markdown table, and whether the bound holds.
pub(crate) fn measure(quick: bool) -> Result<String, Box<dyn Error>> {
    let mut text = "| Tracks | Frames | Budget | Median | Worst of 1,000 | Worst |\n\
                    |---:|---:|---:|---:|---:|---:|\n"
        .to_owned();
    let mut verdict = String::new();
    let rounds = if quick { 1 } else { 15 };
    for tracks in TRACKS {
        for period in PERIODS {
            let budget = period as f64 / f64::from(RATE_HZ);
            let mut times = times(tracks, period, rounds)?;
            times.sort_unstable_by(f64::total_cmp);
            let share = |time: f64| format!("{:.1} %", 100.0 * time / budget);
            let median = times[times.len() / 2];
            let rare = times[times.len() - 1 - times.len() / 1000];
            let worst = times[times.len() - 1];
            text.push_str(&format!(
                "| {tracks} | {period} | {:.2} ms | {} | {} | {} |\n",
                1000.0 * budget,
                share(median),
                share(rare),
                share(worst)
            ));
            if (tracks, period) == (TRACKS[1], PERIODS[0]) {
                let word = if median <= MOST * budget { "pass" } else { "MISS" };
                verdict = format!(
                    "{word}  {tracks} tracks at {period} frames: {} of the budget, at most {} %\n",
                    share(median),
                    100.0 * MOST
                );
            }
        }
    }
    Ok(format!("{text}\n{verdict}"))
}

/// Processor time of each callback, in seconds.
fn times(tracks: u32, period: usize, rounds: usize) -> Result<Vec<f64>, Box<dyn Error>> {
    let (mut control, mut player) = pair(plan(tracks)?, RATE_HZ);
    let _serial = control.play();
    let mut times = Vec::new();
    let (mut left, mut right) = (vec![0.0; period], vec![0.0; period]);
    let mut now = now_s()?;
    for round in 0..rounds {
        let writers = cue(&mut control, &mut player, tracks);
        // The cue is taken, and the caches are warm again.
        (0..20).for_each(|_| player.fill(&mut left, &mut right));
        for _ in 20..ROUND_FRAMES / period - 20 {
            let before = now_s()?;
            player.fill(&mut left, &mut right);
            now = now_s()?;
            times.push(now - before);
        }
        control.poll();
        if left.iter().all(|x| *x == 0.0) {
            return Err(format!("round {round} at {now} s was silent").into());
        }
        drop(writers);
    }
    Ok(times)
}

/// Tracks of gain and pan, all different, into the mix bus.
fn plan(tracks: u32) -> Result<Plan, Box<dyn Error>> {
    let mut mix = Mix::default();
    for id in 1..=tracks {
        let mut strip = Strip::new(StripId(id), format!("Track {id}"));
        strip.fader.0 = -20.0 - f64::from(id) / 10.0;
        strip.pan = f64::from(id % 21) * 10.0 - 100.0;
        mix.tracks.push(Track { strip, mono: false, clips: Vec::new() });
    }
    let mut source = |_: &Track| -> Box<dyn Source> { Box::new(Silence) };
    let context = &mut Context {
        rate_hz: RATE_HZ,
        pan_law: PanLaw::ConstantPower,
        purpose: Purpose::Playback,
        source: &mut source,
        device: &build_device,
    };
    Ok(compile(&mix, context)?)
}

/// Fills streams for all tracks with noise, and lets the player go to them.
fn cue(control: &mut Control, player: &mut Player, tracks: u32) -> Vec<StreamWriter> {
    let (mut writers, mut sources) = (Vec::new(), Vec::new());
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    for id in 1..=tracks {
        let (mut writer, source) = stream(ROUND_FRAMES, false);
        let Ok(()) = writer.write(ROUND_FRAMES, |_, left, right| {
            for sample in left.iter_mut().chain(right) {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                *sample = (state >> 40) as f32 / (1_u32 << 24) as f32 - 0.5;
            }
            Ok::<(), std::convert::Infallible>(())
        });
        writers.push(writer);
        sources.push((StripId(id), Box::new(source) as Box<dyn Source>));
    }
    let _serial = control.cue(Cue { start: 0, cycle: None, joins: None, sources, reference: None });
    // Its fade, if it plays already.
    let (mut left, mut right) = ([0.0; 512], [0.0; 512]);
    player.fill(&mut left, &mut right);
    control.poll();
    writers
}

/// Processor time of this thread.
pub(crate) fn now_s() -> nix::Result<f64> {
    let time = clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID)?;
    Ok(time.tv_sec() as f64 + time.tv_nsec() as f64 / 1e9)
}
