//! A delay by a whole number of frames, for latency compensation.

/// Delays a stereo signal by a fixed number of frames, bit for bit.
#[derive(Debug, Clone)]
pub struct DelayLine<T> {
    left: Vec<T>,
    right: Vec<T>,
    next: usize,
}

impl<T: Copy + Default> DelayLine<T> {
    /// A silent delay of `frames` frames; 0 lets the signal through.
    pub fn new(frames: usize) -> Self {
        Self { left: vec![T::default(); frames], right: vec![T::default(); frames], next: 0 }
    }

    /// Its length in frames.
    pub fn frames(&self) -> usize {
        self.left.len()
    }

    /// Changes the length to `frames` and forgets the signal.
    ///
    /// Audio thread: allocates unless the line has been as long before.
    pub fn set_frames(&mut self, frames: usize) {
        for line in [&mut self.left, &mut self.right] {
            line.clear();
            line.resize(frames, T::default());
        }
        self.next = 0;
    }

    /// Delays a block in place; both slices have the same length, of any size.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub fn process(&mut self, left: &mut [T], right: &mut [T]) {
        let mut done = 0;
        while done < left.len() && !self.left.is_empty() {
            let frames = (left.len() - done).min(self.left.len() - self.next);
            let (block, line) = (done..done + frames, self.next..self.next + frames);
            left[block.clone()].swap_with_slice(&mut self.left[line.clone()]);
            right[block].swap_with_slice(&mut self.right[line]);
            self.next = (self.next + frames) % self.left.len();
            done += frames;
        }
    }

    /// Takes over the signal of `other`: all of it, and its place, where both are of one length.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub fn take_over_from(&mut self, other: &mut Self) {
        if self.frames() == other.frames() {
            std::mem::swap(self, other);
        } else {
            self.take_over(other);
        }
    }

    /// Takes over the signal of a delay of another length: as much of the latest as both hold, so that
    /// only what this one is longer by is silent.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    fn take_over(&mut self, other: &Self) {
        self.reset();
        let (own, others) = (self.frames(), other.frames());
        let shared = own.min(others);
        // The oldest frame of each lies at its `next`; the shared ones are the newest of both.
        for back in 1..=shared {
            let (to, from) = (own - back, (other.next + others - back) % others);
            (self.left[to], self.right[to]) = (other.left[from], other.right[from]);
        }
    }

    /// Forgets the signal.
    ///
    /// Audio thread: no allocation, no lock, no system call.
    pub fn reset(&mut self) {
        self.left.fill(T::default());
        self.right.fill(T::default());
        self.next = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e6_a_delay_of_another_length_goes_on_with_the_latest_signal() {
        for (before, after) in [(0, 3), (3, 0), (5, 5), (4, 7), (7, 4)] {
            let mut line = DelayLine::new(before);
            let mut ramp: Vec<f32> = (1..=20_u8).map(f32::from).collect();
            line.process(&mut ramp.clone(), &mut ramp.clone());
            let mut next = DelayLine::new(after);
            next.take_over(&line);
            ramp = (21..=40_u8).map(f32::from).collect();
            let mut right = ramp.clone();
            next.process(&mut ramp, &mut right);
            let gap = after.saturating_sub(before);
            let late = (0..20).map(|i| if i < gap { 0.0 } else { (21 + i - after) as f32 });
            assert!(ramp.iter().copied().eq(late), "{before} to {after}: {ramp:?}");
            assert_eq!(ramp, right);
        }
    }

    #[test]
    fn e5_an_impulse_comes_out_at_its_frame_for_every_block_length() {
        for delay in [0, 1, 5, 64, 100] {
            for block in [1, 3, 64, 300] {
                let mut line = DelayLine::new(delay);
                let (mut left, mut right) = (vec![0.0_f32; 300], vec![0.0_f32; 300]);
                (left[7], right[9]) = (1.0, -1.0);
                for (l, r) in left.chunks_mut(block).zip(right.chunks_mut(block)) {
                    line.process(l, r);
                }
                assert_eq!(left.iter().position(|&x| x == 1.0), Some(7 + delay));
                assert_eq!(right.iter().position(|&x| x == -1.0), Some(9 + delay));
            }
        }
    }
}
