//! Where in the file something lies.

use twobus_session::readiness::Place;

/// Most places that a row keeps.
pub(super) const MOST: usize = 8;

/// The stretches in which `holds` is true of windows that move by `hop_frames` and are
/// `window_frames` long; those that touch are one.
pub(super) fn stretches(
    holds: impl Iterator<Item = bool>,
    hop_frames: u64,
    window_frames: u64,
    frames: u64,
) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    let starts = (0..).step_by(usize::try_from(hop_frames.max(1)).unwrap_or(usize::MAX));
    for (start, _) in starts.zip(holds).filter(|(_, holds)| *holds) {
        let end = (start + window_frames).min(frames.max(start));
        match places.last_mut() {
            Some(last) if start <= last.end => last.end = end,
            _ => places.push(Place { start, end }),
        }
    }
    longest(places)
}

/// Places from spans, those less than `gap` frames apart as one.
pub(super) fn joined(spans: impl Iterator<Item = (u64, u64)>, gap: u64) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    for (start, end) in spans {
        match places.last_mut() {
            Some(last) if start <= last.end + gap => last.end = last.end.max(end),
            _ => places.push(Place { start, end }),
        }
    }
    longest(places)
}

/// The longest of `places`, longest first.
fn longest(mut places: Vec<Place>) -> Vec<Place> {
    places.sort_by_key(|place| (std::cmp::Reverse(place.end - place.start), place.start));
    places.truncate(MOST);
    places
}
