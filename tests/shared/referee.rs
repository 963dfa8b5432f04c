//! Three meters of true peak that share nothing with the product's own.

use std::f64::consts::PI;

use realfft::RealFftPlanner;
use realfft::num_complex::Complex;

/// 64 points per frame with a Kaiser-windowed sinc, flat to 0.485 of the rate.
pub(crate) struct Kaiser {
    /// By phase, the first being the frames themselves.
    phases: Vec<Vec<f64>>,
}

impl Kaiser {
    const POINTS: usize = 64;
    const REACH: usize = 128;
    const BETA: f64 = 10.0;

    pub(crate) fn new() -> Self {
        let tap = |phase: usize, k: usize| {
            let t = k as f64 - (Self::REACH - 1) as f64 - phase as f64 / Self::POINTS as f64;
            let along = 1.0 - (t / Self::REACH as f64).powi(2);
            let window = bessel_i0(Self::BETA * along.max(0.0).sqrt()) / bessel_i0(Self::BETA);
            window * if t == 0.0 { 1.0 } else { (PI * t).sin() / (PI * t) }
        };
        let phase = |phase| (0..2 * Self::REACH).map(|k| tap(phase, k)).collect();
        Self { phases: (0..Self::POINTS).map(phase).collect() }
    }

    /// The peak of `signal` between silences.
    ///
    /// A signal limited to half the rate falls by at most cos(π/8) within an eighth of a frame of
    /// its peak, so that only the neighbourhoods of large values of four points per frame can hold
    /// it.
    pub(crate) fn peak(&self, signal: &[f32]) -> f64 {
        let silence = std::iter::repeat_n(0.0, Self::REACH);
        let signal = signal.iter().map(|x| f64::from(*x));
        let padded: Vec<f64> = silence.clone().chain(signal).chain(silence).collect();
        let spans: Vec<&[f64]> = padded.windows(2 * Self::REACH).collect();
        let step = Self::POINTS / 4;
        let coarse: Vec<f64> =
            spans.iter().map(|span| self.largest(span, (0..Self::POINTS).step_by(step))).collect();
        let highest = coarse.iter().copied().fold(0.0, f64::max);
        let near = highest * (PI / 8.0).cos() * 0.999;
        (0..spans.len())
            .filter(|i| coarse[*i] >= near || coarse.get(i + 1).is_some_and(|next| *next >= near))
            .map(|i| self.largest(spans[i], 0..Self::POINTS))
            .fold(highest, f64::max)
    }

    fn largest(&self, span: &[f64], phases: impl Iterator<Item = usize>) -> f64 {
        phases.map(|phase| dot(&self.phases[phase], span).abs()).fold(0.0, f64::max)
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; 4];
    for (a, b) in a.chunks_exact(4).zip(b.chunks_exact(4)) {
        (0..4).for_each(|lane| sums[lane] += a[lane] * b[lane]);
    }
    sums.iter().sum()
}

fn bessel_i0(x: f64) -> f64 {
    let mut term = 1.0;
    (1..60).fold(1.0, |sum, k| {
        term *= (x / (2.0 * f64::from(k))).powi(2);
        sum + term
    })
}

/// Peak of `signal` at 16 points per frame by an FFT of the whole: a brick wall at half the rate.
pub(crate) fn fft_peak(signal: &[f32]) -> f64 {
    const POINTS: usize = 16;
    let length = (signal.len() + 1024).next_power_of_two();
    let mut planner = RealFftPlanner::<f64>::new();
    let forward = planner.plan_fft_forward(length);
    let back = planner.plan_fft_inverse(length * POINTS);
    let mut time = vec![0.0; length];
    time.iter_mut().zip(signal).for_each(|(t, x)| *t = f64::from(*x));
    let mut spectrum = forward.make_output_vec();
    forward.process(&mut time, &mut spectrum).expect("lengths fit");
    // Half of the bin at half the rate belongs to the negative frequencies.
    spectrum[length / 2] *= 0.5;
    spectrum.resize(length * POINTS / 2 + 1, Complex::new(0.0, 0.0));
    let mut fine = back.make_output_vec();
    back.process(&mut spectrum, &mut fine).expect("lengths fit");
    fine.iter().fold(0.0, |m: f64, x| m.max(x.abs())) / length as f64
}

/// Peak of `signal` by the filter printed in ITU-R BS.1770-5, Annex 2: 48 taps, 4 points per frame.
pub(crate) fn itu_peak(signal: &[f32]) -> f64 {
    const OUTER: [f64; 12] = [
        0.001708984375,
        0.010986328125,
        -0.0196533203125,
        0.033203125,
        -0.0594482421875,
        0.1373291015625,
        0.97216796875,
        -0.102294921875,
        0.047607421875,
        -0.026611328125,
        0.014892578125,
        -0.00830078125,
    ];
    const INNER: [f64; 12] = [
        -0.0291748046875,
        0.029296875,
        -0.0517578125,
        0.089111328125,
        -0.16650390625,
        0.465087890625,
        0.77978515625,
        -0.2003173828125,
        0.1015625,
        -0.0582275390625,
        0.0330810546875,
        -0.0189208984375,
    ];
    let phase = |span: &[f32], taps: &mut dyn Iterator<Item = &f64>| {
        span.iter().zip(taps).map(|(x, tap)| f64::from(*x) * tap).sum::<f64>().abs()
    };
    signal
        .windows(12)
        .flat_map(|span| {
            [
                phase(span, &mut OUTER.iter()),
                phase(span, &mut INNER.iter()),
                phase(span, &mut INNER.iter().rev()),
                phase(span, &mut OUTER.iter().rev()),
            ]
        })
        .fold(0.0, f64::max)
}

/// Largest sample magnitude.
pub(crate) fn sample_peak(signal: &[f32]) -> f64 {
    signal.iter().fold(0.0, |m, x| f64::max(m, f64::from(x.abs())))
}

#[test]
fn t1_the_referees_read_a_sine_of_known_peak_alike() {
    let kaiser = Kaiser::new();
    for frequency in [0.01, 0.1234, 0.25, 0.4] {
        let tone: Vec<f32> = (0..8192)
            .map(|i| {
                let fade = (f64::from(i.min(8191 - i)) / 1000.0).min(1.0);
                let fade = 0.5 - 0.5 * (PI * fade).cos();
                (0.5 * fade * (2.0 * PI * frequency * f64::from(i) + 0.7).sin()) as f32
            })
            .collect();
        for peak in [kaiser.peak(&tone), fft_peak(&tone)] {
            assert!((20.0 * (peak / 0.5).log10()).abs() < 0.03, "{peak} at {frequency}");
        }
        assert!((20.0 * (itu_peak(&tone) / 0.5).log10()).abs() < 0.7);
    }
}
