//! What was really played, frame by frame.

use std::thread;
use std::time::Duration;

use nix::sys::signal::{Signal as Stop, kill};
use nix::unistd::Pid;

use crate::capture::{RATE_HZ, Rig, run};
use crate::player::{Report, Script, command, play, report, until_it_plays};
use crate::signals::{STEP, Signal};

/// A busy machine may miss a period; then it says so, and another attempt is made.
const ATTEMPTS: usize = 3;

/// Plays until no xrun is reported.
fn play_cleanly(script: &Script) -> (Report, Vec<[f32; 2]>) {
    for _ in 0..ATTEMPTS {
        let rig = Rig::start(script.period);
        let report = play(&rig, script);
        let captured = rig.captured();
        if report.xruns == 0 {
            return (report, captured);
        }
    }
    panic!("an xrun in each of {ATTEMPTS} attempts");
}

/// The first frame that the device is given is the song's first, and none is missing.
#[test]
fn r33_a_ramp_comes_out_frame_by_frame_at_every_period() {
    for period in [64, 256, 1024] {
        let frames = u64::from(RATE_HZ);
        let (report, captured) = play_cleanly(&Script::new(Signal::Ramp, period, frames));
        assert_eq!((report.rate_hz, report.period), (RATE_HZ, period));
        assert!(captured.len() as u64 >= frames, "{period}: {} frames", captured.len());
        for (frame, played) in captured.iter().take(frames as usize).enumerate() {
            let expected = Signal::Ramp.at(frame as u64).map(|sample| sample as f32);
            assert_eq!(*played, expected, "period {period}, frame {frame}");
        }
        let tail = &captured[frames as usize..];
        assert!(tail.iter().all(|frame| *frame == [0.0; 2]), "period {period}: silence follows");
        assert!(report.returned);
    }
}

#[test]
fn r30_left_and_right_arrive_as_such() {
    let script = Script::new(Signal::Impulses(1000, 2000), 256, 4000);
    let (_, captured) = play_cleanly(&script);
    let at = |channel: usize| -> Vec<usize> {
        (0..captured.len()).filter(|&frame| captured[frame][channel] != 0.0).collect()
    };
    assert_eq!((at(0), at(1)), (vec![1000], vec![2000]));
}

#[test]
fn r36_a_song_at_another_rate_keeps_pitch_and_length() {
    let song_hz = 44_100;
    let tone = Signal::Tone(997.0, song_hz);
    let mut script = Script::new(tone, 256, u64::from(song_hz) * 3);
    script.song_hz = song_hz;
    let (report, captured) = play_cleanly(&script);
    assert_eq!(report.rate_hz, RATE_HZ);
    let left: Vec<f64> = captured.iter().map(|frame| f64::from(frame[0])).collect();
    let loud: Vec<usize> = (0..left.len()).filter(|&frame| left[frame].abs() > 0.05).collect();
    let length = loud.last().unwrap() - loud.first().unwrap();
    assert!(length.abs_diff(3 * RATE_HZ as usize) < 20, "{length} frames");
    let middle = &left[loud[0] + 4800..loud[0] + 2 * RATE_HZ as usize + 4800];
    let hz = frequency(middle);
    assert!((hz / 997.0 - 1.0).abs() < 1e-4, "{hz} Hz");
}

/// From the first to the last upward zero crossing, each interpolated.
fn frequency(signal: &[f64]) -> f64 {
    let crossings: Vec<f64> = (1..signal.len())
        .filter(|&frame| signal[frame - 1] < 0.0 && signal[frame] >= 0.0)
        .map(|frame| frame as f64 - signal[frame] / (signal[frame] - signal[frame - 1]))
        .collect();
    let periods = (crossings.len() - 1) as f64;
    f64::from(RATE_HZ) * periods / (crossings[crossings.len() - 1] - crossings[0])
}

/// What is missing after a stall are whole blocks; everything else is there, in order.
#[test]
fn r38_a_stall_is_counted_as_an_xrun_and_later_blocks_are_clean() {
    let period = 256;
    let mut script = Script::new(Signal::Ramp, period, u64::from(RATE_HZ));
    script.stall = Some((20_000, 100));
    let rig = Rig::start(period);
    let report = play(&rig, &script);
    assert!(report.xruns >= 1, "{:?}", report.notices);
    let frames: Vec<u64> = rig
        .captured()
        .iter()
        .map(|frame| (f64::from(frame[0]) / STEP) as u64)
        .filter(|frame| *frame > 0)
        .collect();
    let missing: Vec<u64> = frames.windows(2).map(|pair| pair[1] - pair[0] - 1).collect();
    let lost: u64 = missing.iter().sum();
    assert!(missing.iter().all(|lost| lost % u64::from(period) == 0), "whole blocks only");
    assert!(lost <= report.dropped_frames, "{lost} of at most {} frames", report.dropped_frames);
    assert_eq!(frames.last(), Some(&u64::from(RATE_HZ)), "the song ends as it should");
    // The device keeps two periods at most, also after the xrun: the playhead has followed.
    assert!(report.behind_frames <= 2 * u64::from(period), "{}", report.behind_frames);
}

#[test]
fn r37_a_killed_server_is_noticed_within_two_seconds_and_the_playback_comes_back() {
    let script = Script::new(Signal::Ramp, 256, 60 * u64::from(RATE_HZ));
    let mut rig = Rig::start(256);
    let mut command = command(&rig, &script);
    let player = thread::spawn(move || run(&mut command, Duration::from_secs(30)));
    until_it_plays(&rig.file("report.json"));
    rig.kill_server();
    let status = player.join().unwrap();
    assert!(status.success());
    let report = report(&rig);
    assert!(report.noticed_ms.unwrap() <= 2000, "{:?}", report.noticed_ms);
    assert!(report.returned && report.position > u64::from(RATE_HZ), "{}", report.position);
}

/// Stopped and continued, as a computer does with a program when it sleeps.
#[test]
fn r47_after_a_sleep_the_device_is_opened_again_and_the_song_goes_on() {
    let sleep_s = if std::env::var_os("TWOBUS_FULL").is_some() { 30 } else { 6 };
    let mut script = Script::new(Signal::Ramp, 256, 600 * u64::from(RATE_HZ));
    script.linger_ms = Some(sleep_s * 1000 + 3000);
    let rig = Rig::start(256);
    let mut player = command(&rig, &script).spawn().unwrap();
    let pid = Pid::from_raw(player.id().cast_signed());
    until_it_plays(&rig.file("report.json"));
    kill(pid, Stop::SIGSTOP).unwrap();
    thread::sleep(Duration::from_secs(sleep_s));
    kill(pid, Stop::SIGCONT).unwrap();
    assert!(player.wait().unwrap().success(), "{}", rig.said());
    let report = report(&rig);
    assert!(report.notices.iter().any(|notice| notice.contains("after a sleep")), "{report:?}");
    let (asleep, last) = (report.moments.windows(2), report.moments.last().unwrap());
    let gap = asleep.max_by_key(|pair| pair[1].time_ms - pair[0].time_ms).unwrap();
    assert!(last.output.is_some() && last.position > gap[0].position + u64::from(RATE_HZ));
    // In time: what was played after the sleep is as long as the time that was left.
    let left_ms = (last.time_ms - gap[1].time_ms) as u64;
    let played_ms = (last.position - gap[0].position) * 1000 / u64::from(RATE_HZ);
    assert!(played_ms <= left_ms + 500, "{played_ms} ms in {left_ms} ms");
}
