//! What each kind of device costs by itself: nanoseconds of processor time a stereo frame.

use nix::sys::resource::{UsageWho, getrusage};
use twobus_dsp::DeviceKind;
use twobus_session::presets;

/// The rate of the measurement.
const RATE_HZ: f64 = 48_000.0;

/// Frames at a time, as the renderer runs them.
const BLOCK: usize = 64;

/// Blocks of a run, and runs of which the median counts.
const BLOCKS: usize = 7500;
const RUNS: usize = 7;

/// What the limiter may cost: 3 % of a core at 48 kHz (DSP criteria, row T9).
const MOST_OF_LIMITER_NS: f64 = 0.03 * 1e9 / RATE_HZ;

/// Most that silence may cost a device, in parts of what noise costs it: row E8.
const MOST_OF_SILENCE: f64 = 1.2;

/// The Markdown table: every kind with its first preset, on noise at −12 dBFS; and how the limiter stands to
/// row T9, and silence after noise to row E8.
pub(crate) fn table() -> String {
    let mut table =
        "| Device | Setting | Latency | ns a stereo frame |\n|---|---|---:|---:|\n".to_owned();
    let (mut limiter_ns, mut dearest) = (f64::INFINITY, (0.0, ""));
    for kind in DeviceKind::ALL {
        let (name, values) = setting(kind);
        let (latency, cost) = measure(kind, &values);
        table.push_str(&format!("| {} | {name} | {latency} | {cost:.1} |\n", kind.name()));
        if kind == DeviceKind::Limiter {
            limiter_ns = cost;
        }
        let share = silence_ns(kind, &values) / cost;
        if share > dearest.0 {
            dearest = (share, kind.name());
        }
    }
    let word = if dearest.0 <= MOST_OF_SILENCE { "pass" } else { "MISS" };
    let (share, name) = dearest;
    table
        + &verdict(limiter_ns)
        + &format!(
            "\n{word} E8: a minute after the last sound silence costs at most {share:.2} times what noise \
             costs ({name}); at most {MOST_OF_SILENCE}\n"
        )
}

/// What a frame costs between 50 and 60 s of silence after a second of noise, in ns.
fn silence_ns(kind: DeviceKind, values: &[f64]) -> f64 {
    let blocks = |seconds: f64| (seconds * RATE_HZ) as usize / BLOCK;
    let mut device = kind.build(values, RATE_HZ);
    for block in noise(BLOCK * blocks(1.0)).chunks_exact(BLOCK) {
        let (mut left, mut right) = ([0.0; BLOCK], [0.0; BLOCK]);
        left.copy_from_slice(block);
        right.copy_from_slice(block);
        device.process(&mut left, &mut right);
    }
    let mut rest = |seconds: f64| {
        let before = processor_s();
        for _ in 0..blocks(seconds) {
            let mut silence = [[0.0; BLOCK]; 2];
            let [left, right] = &mut silence;
            device.process(left, right);
            let _heard = std::hint::black_box(silence);
        }
        (processor_s() - before) * 1e9 / (BLOCK * blocks(seconds)) as f64
    };
    let _while_it_dies_away = rest(50.0);
    rest(10.0)
}

/// Row T9: pass or MISS.
fn verdict(limiter_ns: f64) -> String {
    let word = if limiter_ns <= MOST_OF_LIMITER_NS { "pass" } else { "MISS" };
    let percent = 100.0 * limiter_ns * RATE_HZ / 1e9;
    format!(
        "\n{word} T9: the limiter costs {limiter_ns:.0} ns a frame, {percent:.1} % of a core; at most \
         {MOST_OF_LIMITER_NS:.0} ns, 3 %\n"
    )
}

/// The first preset, or the defaults with something to do.
fn setting(kind: DeviceKind) -> (&'static str, Vec<f64>) {
    if let Some(preset) = presets::presets(kind).first() {
        return (&preset.name, preset.values.clone());
    }
    let mut values: Vec<f64> = kind.specs().iter().map(|spec| spec.default).collect();
    if let Some(first) = values.first_mut() {
        *first = 6.0;
    }
    ("first control at 6 dB", values)
}

/// Latency in frames, and the cost.
fn measure(kind: DeviceKind, values: &[f64]) -> (usize, f64) {
    let mut device = kind.build(values, RATE_HZ);
    let noise = noise(BLOCK * BLOCKS);
    let mut costs: Vec<f64> = (0..RUNS)
        .map(|_| {
            let (mut left, mut right) = ([0.0; BLOCK], [0.0; BLOCK]);
            let before = processor_s();
            for block in noise.chunks_exact(BLOCK) {
                left.copy_from_slice(block);
                right.copy_from_slice(block);
                device.process(&mut left, &mut right);
            }
            let _heard = std::hint::black_box((left, right));
            (processor_s() - before) * 1e9 / (BLOCK * BLOCKS) as f64
        })
        .collect();
    costs.sort_by(f64::total_cmp);
    (device.latency_frames(), costs[RUNS / 2])
}

/// Processor time of this process so far, which other processes do not add to.
fn processor_s() -> f64 {
    getrusage(UsageWho::RUSAGE_SELF).map_or(0.0, |usage| {
        let (user, system) = (usage.user_time(), usage.system_time());
        let seconds = |whole: i64, micro: i64| whole as f64 + micro as f64 * 1e-6;
        seconds(user.tv_sec(), user.tv_usec()) + seconds(system.tv_sec(), system.tv_usec())
    })
}

/// White noise that peaks at −12 dBFS: xorshift64*.
fn noise(frames: usize) -> Vec<f32> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = || {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        (state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 40) as f32 / (1_u32 << 25) as f32 - 0.25
    };
    (0..frames).map(|_| next()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t9_is_judged_at_625_ns() {
        assert!(
            verdict(625.0).contains("pass T9: the limiter costs 625 ns a frame, 3.0 % of a core")
        );
        assert!(verdict(626.0).contains("MISS T9"));
    }

    #[test]
    fn every_kind_has_a_row() {
        let kinds = DeviceKind::ALL;
        assert!(kinds.iter().all(|kind| setting(*kind).1.len() == kind.specs().len()));
        assert!(noise(1000).iter().all(|x| x.abs() <= 0.25));
    }
}
