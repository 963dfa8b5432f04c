use super::*;

const TPDF: Dither = Dither::Tpdf { seed: 7 };

fn codes(bits: u32, dither: Dither, samples: &[f64]) -> Vec<i32> {
    let mut codes = vec![0; samples.len()];
    Quantizer::new(bits, dither).quantize(0, 0, samples, &mut codes);
    codes
}

#[test]
fn h6_dither_only_where_resolution_is_lost() {
    let (b16, b24) = (Depth::Fixed(16), Depth::Fixed(24));
    for (target, source, processed, expected) in [
        (Depth::Float, Depth::Float, true, Dither::Off),
        (Depth::Float, b16, true, Dither::Off),
        (b16, b16, false, Dither::Off),
        (b24, b16, false, Dither::Off),
        (b16, b24, false, TPDF),
        (b16, b16, true, TPDF),
        (b24, b16, true, TPDF),
        (b24, Depth::Float, false, TPDF),
    ] {
        let chosen = TPDF.for_target(target, source, processed);
        assert_eq!(chosen, expected, "{source:?} to {target:?}, processed: {processed}");
    }
    assert_eq!(Dither::Off.for_target(b16, Depth::Float, true), Dither::Off);
}

#[test]
fn h6_without_dither_every_code_comes_back() {
    for bits in [8, 16, 24] {
        let full_scale = 1_i32 << (bits - 1);
        let stride = (full_scale / 30_000).max(1) as usize;
        let all: Vec<i32> = (-full_scale..full_scale).step_by(stride).collect();
        let samples: Vec<f32> = all.iter().map(|&c| c as f32 / full_scale as f32).collect();
        let mut back = vec![0; all.len()];
        let mut quantizer = Quantizer::new(bits, Dither::Off);
        quantizer.quantize(0, 0, &samples, &mut back);
        assert_eq!(back, all);
        assert_eq!(quantizer.clamped(), 0);
    }
}

#[test]
fn beyond_full_scale_is_clamped_and_counted_never_wrapped() {
    let samples = [1.0, -1.0, 2.0, -2.0, 1e30, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 0.5];
    for bits in [8, 16, 20, 24] {
        let full = 1 << (bits - 1);
        let expected = [full - 1, -full, full - 1, -full, full - 1, full - 1, -full, 0, full / 2];
        assert_eq!(codes(bits, Dither::Off, &samples), expected);
        let mut quantizer = Quantizer::new(bits, Dither::Off);
        quantizer.quantize(0, 0, &samples, &mut [0; 9]);
        assert_eq!(quantizer.clamped(), 6);
    }
    let dithered = codes(16, TPDF, &vec![1.0; 100_000]);
    assert!(dithered.iter().all(|&code| (32_766..=32_767).contains(&code)));
}

#[test]
fn depths_outside_the_range_are_taken_as_the_nearest() {
    assert_eq!(codes(32, Dither::Off, &[0.5]), [1 << 22]);
    assert_eq!(codes(0, Dither::Off, &[0.5]), [1 << 6]);
}

#[test]
fn e3_a_range_has_the_codes_it_has_in_the_whole() {
    let samples: Vec<f64> = (0..10_000).map(|n| (f64::from(n) * 0.01).sin() * 0.9).collect();
    let whole = codes(16, TPDF, &samples);
    for block in [1, 17, 512, 9999] {
        let mut parts = vec![0; samples.len()];
        let mut quantizer = Quantizer::new(16, TPDF);
        for start in (0..samples.len()).step_by(block).rev() {
            let range = start..(start + block).min(samples.len());
            quantizer.quantize(0, start as u64, &samples[range.clone()], &mut parts[range]);
        }
        assert_eq!(whole, parts);
    }
}

#[test]
fn h4_the_period_exceeds_2_to_the_32() {
    // The counter walks through all of 2⁶⁴ because its increment is odd, and its hash is a
    // bijection: this undoes it.
    assert_eq!(WEYL % 2, 1);
    let unshift = |z: u64, by: u32| (0..64 / by).fold(z, |guess, _| z ^ (guess >> by));
    let inverse =
        |odd: u64| (0..6).fold(odd, |i, _| i.wrapping_mul(2_u64.wrapping_sub(odd.wrapping_mul(i))));
    for counter in [0, 1, WEYL, u64::MAX, 0x0123_4567_89AB_CDEF] {
        let z = unshift(mix(counter), 31).wrapping_mul(inverse(0x94D0_49BB_1331_11EB));
        let z = unshift(z, 27).wrapping_mul(inverse(0xBF58_476D_1CE4_E5B9));
        assert_eq!(unshift(z, 30), counter);
    }
    let block = |frame| {
        let mut codes = vec![0; 1000];
        Quantizer::new(16, TPDF).quantize(0, frame, &[0.0; 1000], &mut codes);
        codes
    };
    assert_ne!(block(0), block(1 << 32));
}

#[test]
fn the_noise_spans_two_steps_and_is_centred() {
    let one = 1_i64 << FRACTION_BITS;
    assert_eq!(triangular(0), 1 - one);
    assert_eq!(triangular(u64::MAX), one - 1);
}
