//! Known curves are found again, on spectra as uneven as those of music.

use twobus_dsp::eq::prototype::Shape;

use super::*;
use crate::matching::grid::cell_hz;

/// A falling spectrum with peaks and holes of ± 9 dB.
fn song() -> [f64; CELLS] {
    std::array::from_fn(|cell| {
        let ripple = 9.0 * (0.9 * cell as f64).sin() * (0.13 * cell as f64).cos();
        10.0_f64.powf(0.1 * (ripple - 4.5 * (cell_hz(cell) / 100.0).log2()))
    })
}

fn band(shape: Shape, frequency_hz: f64, gain_db: f64, q: f64) -> Setting {
    Setting { shape, frequency_hz, gain_db, q, poles: 1 }
}

/// What `curve` does to the song, as wishes.
fn wishes(song: &[f64; CELLS], curve_db: &[f64; CELLS]) -> [Wish; POINTS] {
    let smoothing = Smoothing::new(song);
    let under = smoothing.under(curve_db);
    std::array::from_fn(|point| Wish {
        db: 10.0 * (kernels()[point].mean(&under) / smoothing.flat[point]).log10(),
        weight: if (38.0..17_000.0).contains(&point_hz(point)) { 1.0 } else { 0.0 },
        allowed: (-6.0, 6.0),
        strictness: BEYOND,
    })
}

#[test]
fn m17b_bells_shelves_and_tilts_are_found_again() {
    let curves = [
        vec![band(Shape::Bell, 60.0, 4.0, 1.4)],
        vec![band(Shape::Bell, 3000.0, -6.0, 0.7)],
        vec![band(Shape::Tilt, 1000.0, 4.0, 0.7)],
        vec![
            band(Shape::LowShelf, 120.0, 4.0, 0.7),
            band(Shape::Bell, 800.0, -3.0, 1.0),
            band(Shape::HighShelf, 6000.0, 5.0, 0.7),
        ],
        vec![band(Shape::HighShelf, 2500.0, -6.0, 0.7)],
    ];
    for curve in curves {
        let (song, wanted) = (song(), response_db(&curve));
        let bands = fit(&Problem { song: &song, wishes: &wishes(&song, &wanted) });
        let found = response_db(&bands);
        let inside = (0..CELLS).filter(|cell| (40.0..16_000.0).contains(&cell_hz(*cell)));
        let gaps: Vec<f64> = inside.map(|cell| found[cell] - wanted[cell]).collect();
        let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
        let worst = gaps.iter().map(|gap| (gap - mean).abs()).fold(0.0, f64::max);
        assert!(worst < 0.3, "{curve:?} became {bands:?}, {worst} dB off");
        assert!(bands.len() <= BANDS);
    }
}

#[test]
fn nothing_wished_is_nothing_done() {
    let song = song();
    assert!(fit(&Problem { song: &song, wishes: &wishes(&song, &[0.0; CELLS]) }).is_empty());
}

#[test]
fn m17_what_is_not_allowed_is_not_done() {
    let song = song();
    let wanted = response_db(&[band(Shape::HighShelf, 5000.0, 6.0, 0.7)]);
    let mut wishes = wishes(&song, &wanted);
    for (point, wish) in wishes.iter_mut().enumerate().filter(|(at, _)| point_hz(*at) > 9000.0) {
        assert!(point_hz(point) > 9000.0);
        wish.allowed.1 = 0.0;
        wish.db = 0.0;
    }
    let curve = response_db(&fit(&Problem { song: &song, wishes: &wishes }));
    let below = (0..CELLS).filter(|cell| (100.0..2000.0).contains(&cell_hz(*cell)));
    let level = below.clone().map(|cell| curve[cell]).sum::<f64>() / below.count() as f64;
    for cell in (0..CELLS).filter(|cell| cell_hz(*cell) > 9500.0) {
        assert!(curve[cell] - level < 1.0, "{} dB at {} Hz", curve[cell], cell_hz(cell));
    }
    let highest = curve.iter().copied().fold(0.0, f64::max);
    assert!(highest - level > 2.0, "what is allowed is done");
}
