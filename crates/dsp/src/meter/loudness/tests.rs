use super::*;

fn noise(frames: usize) -> Vec<f32> {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 8_388_608.0 - 1.0
    };
    (0..frames).map(|_| next()).collect()
}

fn measured(rate_hz: f64, block: usize, channels: &[&[f32]]) -> Loudness {
    let mut meter = LoudnessMeter::new(rate_hz, &vec![1.0; channels.len()]);
    for start in (0..channels[0].len()).step_by(block) {
        let end = (start + block).min(channels[0].len());
        let part: Vec<_> = channels.iter().map(|channel| &channel[start..end]).collect();
        meter.push(&part);
    }
    meter.finish();
    meter.loudness().clone()
}

#[test]
fn e3_every_chunking_reads_the_same_bits() {
    let (left, right) = (noise(200_001), noise(200_002));
    let channels = [left.as_slice(), &right[1..]];
    let whole = measured(44_100.0, usize::MAX, &channels);
    for block in [1, 17, 441, 512, 4096] {
        let parts = measured(44_100.0, block, &channels);
        assert_eq!(whole.integrated(), parts.integrated());
        assert_eq!(whole.range(), parts.range());
        assert_eq!(whole.loudest_momentary(), parts.loudest_momentary());
        assert!(whole.short_term_curve().eq(parts.short_term_curve()));
        assert!(whole.momentary_curve().eq(parts.momentary_curve()));
    }
}

#[test]
fn an_odd_channel_counts_once() {
    let signal = noise(96_000);
    let mono = measured(48_000.0, 4096, &[&signal]).integrated();
    let stereo = measured(48_000.0, 4096, &[&signal, &signal]).integrated();
    let three = measured(48_000.0, 4096, &[&signal, &signal, &signal]).integrated();
    assert!((stereo.0 - mono.0 - 10.0 * 2.0_f64.log10()).abs() < 1e-9);
    assert!((three.0 - mono.0 - 10.0 * 3.0_f64.log10()).abs() < 1e-9);
}

#[test]
fn silence_has_no_loudness_and_no_range() {
    let loudness = measured(48_000.0, 4096, &[&[0.0; 480_000]]);
    assert!(loudness.integrated().is_silence());
    assert!(loudness.momentary().is_silence());
    assert_eq!(loudness.range(), None);
    assert_eq!(loudness.loudest_short_term(), None);
}

#[test]
fn silence_after_sound_reads_silence_again() {
    let mut signal = noise(48_000);
    signal.resize(48_000 * 8, 0.0);
    let loudness = measured(48_000.0, 4096, &[&signal]);
    assert!(loudness.momentary().is_silence());
    assert!(loudness.short_term().is_silence());
}

#[test]
fn e9_a_sample_that_is_not_finite_costs_one_step() {
    let mut signal = noise(480_000);
    let clean = measured(48_000.0, 4096, &[&signal]).integrated();
    for (frame, poison) in [(1000, f32::NAN), (2000, f32::INFINITY), (3000, f32::NEG_INFINITY)] {
        signal[frame] = poison;
    }
    let poisoned = measured(48_000.0, 4096, &[&signal]).integrated();
    assert!((clean.0 - poisoned.0).abs() < 0.05);
}

#[test]
fn windows_sum_the_newest_energies_wherever_the_ring_turns() {
    let mut window = Window { energies: [0.0; SHORT_TERM_STEPS], next: 0 };
    for step in 0..1000 {
        window.push(f64::from(step));
        let first = (step - 39).max(0);
        let expected: f64 = (first..=step).map(f64::from).sum::<f64>() / 40.0;
        assert!((window.mean(MOMENTARY_STEPS) - expected).abs() < 1e-9);
    }
}

#[test]
fn bs1770_the_lfe_has_no_part_in_it() {
    let (signal, silence) = (noise(96_000), vec![0.0; 96_000]);
    let read = |channels: [&[f32]; 6]| {
        let mut meter = LoudnessMeter::new(48_000.0, &weights(6));
        meter.push(&channels);
        meter.loudness().integrated()
    };
    assert!(read([&silence, &silence, &silence, &signal, &silence, &silence]).is_silence());
    assert!(!read([&silence, &silence, &signal, &silence, &silence, &silence]).is_silence());
}
