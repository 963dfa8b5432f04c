//! A drag that has begun.

use iced::Point;
use iced::mouse::Interaction;

/// A control that is held by the pointer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Hold<P> {
    pub(super) part: P,
    /// Travel that the pointer has asked for so far, before it is caught anywhere.
    travel: f64,
    last: Point,
    pixels: f32,
    catch: Option<f64>,
    /// It has moved at all.
    pub(super) moved: bool,
}

/// Share of the travel that a pointer covers in the fine mode.
const FINE: f64 = 0.1;
/// Within so many pixels a control is caught.
const CATCH_PX: f64 = 3.0;

impl<P> Hold<P> {
    pub(super) fn new(part: P, at: Point, travel: f64, pixels: f32, catch: Option<f64>) -> Self {
        Self { part, travel, last: at, pixels, catch, moved: false }
    }

    /// How the pointer looks meanwhile: it goes with a fader, which is what catches, and hides over a knob.
    pub(super) fn pointer(&self) -> Interaction {
        match self.catch {
            Some(_) => Interaction::ResizingVertically,
            None => Interaction::Hidden,
        }
    }

    /// The travel after the pointer has moved to `at`; up is more.
    pub(super) fn to(&mut self, at: Point, fine: bool) -> f64 {
        let pixels = f64::from(self.last.y - at.y) * if fine { FINE } else { 1.0 };
        self.last = at;
        self.moved = true;
        self.travel = (self.travel + pixels / f64::from(self.pixels)).clamp(0.0, 1.0);
        let near =
            |catch: &f64| !fine && (self.travel - catch).abs() * f64::from(self.pixels) <= CATCH_PX;
        self.catch.filter(near).unwrap_or(self.travel)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(y: f32) -> Point {
        Point::new(0.0, y)
    }

    #[test]
    fn a_drag_follows_the_pointer_and_shift_makes_it_ten_times_finer() {
        let mut hold = Hold::new((), at(100.0), 0.5, 200.0, None);
        assert!((hold.to(at(80.0), false) - 0.6).abs() < 1e-9);
        assert!((hold.to(at(60.0), true) - 0.61).abs() < 1e-9);
        assert_eq!(hold.to(at(-900.0), false), 1.0);
    }

    #[test]
    fn a_fader_is_caught_near_its_mark_and_leaves_it_again() {
        let mut hold = Hold::new((), at(100.0), 0.70, 100.0, Some(0.75));
        assert_eq!(hold.to(at(97.0), false), 0.75);
        assert_eq!(hold.to(at(93.0), false), 0.75);
        assert!(hold.to(at(91.0), false) > 0.78);
        assert!(hold.to(at(95.0), true) < 0.79, "the fine mode is never caught");
    }
}
