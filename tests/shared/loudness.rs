//! A meter of integrated loudness at 48 kHz that shares nothing with the product's own: ITU-R BS.1770-5, Annex 1,
//! word by word, with the printed coefficients, one block of 400 ms after another.

/// Tables 1 and 2: b₀, b₁, b₂, a₁, a₂.
const SHELF: [f64; 5] = [
    1.535_124_859_586_97,
    -2.691_696_189_406_38,
    1.198_392_810_852_85,
    -1.690_659_293_182_41,
    0.732_480_774_215_85,
];
const HIGH_PASS: [f64; 5] = [1.0, -2.0, 1.0, -1.990_047_454_833_98, 0.990_072_250_366_21];

/// Frames of a block, and from one to the next.
const BLOCK: usize = 19_200;
const STEP: usize = 4_800;

/// Integrated loudness of left and right at 48 kHz, in LUFS.
pub(crate) fn integrated_lufs(channels: &[Vec<f32>]) -> f64 {
    let weighted: Vec<Vec<f64>> = channels
        .iter()
        .map(|channel| {
            let samples = channel.iter().map(|x| f64::from(*x)).collect();
            filtered(&HIGH_PASS, filtered(&SHELF, samples))
        })
        .collect();
    let frames = weighted[0].len();
    let power = |start: usize| -> f64 {
        let mean = |z: &Vec<f64>| z[start..start + BLOCK].iter().map(|x| x * x).sum::<f64>();
        weighted.iter().map(mean).sum::<f64>() / BLOCK as f64
    };
    let blocks: Vec<f64> = (0..=frames - BLOCK).step_by(STEP).map(power).collect();
    let lufs = |power: f64| -0.691 + 10.0 * power.log10();
    let mean_above = |gate: f64| {
        let heard: Vec<f64> = blocks.iter().copied().filter(|power| lufs(*power) > gate).collect();
        lufs(heard.iter().sum::<f64>() / heard.len() as f64)
    };
    mean_above(f64::max(-70.0, mean_above(-70.0) - 10.0))
}

fn filtered([b0, b1, b2, a1, a2]: &[f64; 5], x: Vec<f64>) -> Vec<f64> {
    let mut y: Vec<f64> = Vec::with_capacity(x.len());
    for n in 0..x.len() {
        let before = |of: &[f64], by: usize| n.checked_sub(by).map_or(0.0, |at| of[at]);
        let forward = b0 * x[n] + b1 * before(&x, 1) + b2 * before(&x, 2);
        y.push(forward - a1 * before(&y, 1) - a2 * before(&y, 2));
    }
    y
}

#[test]
fn l1_the_referee_reads_the_tone_that_the_standard_calibrates_with() {
    // A full-scale sine at 997 Hz in one channel reads −3.01 LUFS (BS.1770-5, Annex 1).
    let sine = |n: u32| (std::f64::consts::TAU * 997.0 * f64::from(n) / 48_000.0).sin() as f32;
    let tone: Vec<f32> = (0..480_000).map(sine).collect();
    let silence = vec![0.0; tone.len()];
    let read = integrated_lufs(&[tone, silence]);
    assert!((read + 3.01).abs() < 0.01, "{read}");
}
