//! A gain that opens and closes.

/// A gain between exactly 0 and exactly 1 that fades between them with flat ends.
#[derive(Debug, Clone)]
pub(crate) struct Fade {
    /// How far it is open: 0 to 1, linear in time.
    open: f64,
    target: f64,
    step: f64,
}

impl Fade {
    /// A fade at rest that takes `frames` frames from one end to the other.
    pub(crate) fn new(open: bool, frames: f64) -> Self {
        let open = f64::from(u8::from(open));
        Self { open, target: open, step: 1.0 / frames.max(1.0) }
    }

    /// Starts to open or close.
    pub(crate) fn set(&mut self, open: bool) {
        self.target = f64::from(u8::from(open));
    }

    /// Arrives at once.
    pub(crate) fn finish(&mut self) {
        self.open = self.target;
    }

    /// The gain, when it is at rest.
    pub(crate) fn resting(&self) -> Option<f64> {
        (self.open == self.target).then_some(self.open)
    }

    /// The next frame's gain.
    pub(crate) fn advance(&mut self) -> f64 {
        self.open += (self.target - self.open).clamp(-self.step, self.step);
        self.open * self.open * (3.0 - 2.0 * self.open)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f6_a_fade_ends_at_exactly_one_and_exactly_zero() {
        let mut fade = Fade::new(false, 240.0);
        for (open, end) in [(true, 1.0), (false, 0.0)] {
            fade.set(open);
            let gains: Vec<f64> = (0..242).map(|_| fade.advance()).collect();
            assert_eq!(gains[241], end);
            assert_eq!(fade.resting(), Some(end));
            let steps = gains.windows(2).map(|pair| (pair[1] - pair[0]).abs());
            // The steepest step of 3x² − 2x³ is 1.5 times that of a straight line.
            assert!(steps.fold(0.0, f64::max) <= 1.5 / 240.0 + 1e-12);
        }
    }
}
