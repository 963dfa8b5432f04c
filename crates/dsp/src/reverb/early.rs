//! The first reflections: images of two loudspeakers in the six walls of a room, as two microphones hear
//! them.
//!
//! J. Allen and D. Berkley, "Image method for efficiently simulating small-room acoustics", JASA 65(4), 1979.

/// Reflections at each microphone: six walls for each of two sources.
pub(super) const REFLECTIONS: usize = 12;

/// Speed of sound, in metres per second.
const SOUND_M_PER_S: f64 = 343.0;

/// What a wall gives back of what hits it.
const REFLECTED: f64 = 0.85;

/// Later ones are left to the diffuse sound, in seconds at 100 % size.
const LATEST_S: f64 = 0.06;

/// A room: width, length and height, and how far the sources and the microphones are apart.
#[derive(Debug, Clone, Copy)]
pub(super) struct Walls {
    pub(super) size_m: [f64; 3],
    pub(super) apart_m: [f64; 2],
}

/// What each output gets: the first six reflections from the left input, the others from the right. The
/// sum of the squared gains from each input is 1 on average.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Reflections {
    /// After the direct sound, in frames.
    pub(super) delays: [[usize; REFLECTIONS]; 2],
    pub(super) gains: [[f64; REFLECTIONS]; 2],
}

impl Reflections {
    /// No walls.
    pub(super) const NONE: Self =
        Self { delays: [[0; REFLECTIONS]; 2], gains: [[0.0; REFLECTIONS]; 2] };

    pub(super) fn longest(&self) -> usize {
        self.delays.iter().flatten().copied().max().unwrap_or(0)
    }

    pub(super) fn is_none(&self) -> bool {
        self.gains.iter().flatten().all(|&gain| gain == 0.0)
    }
}

/// The first reflections of `walls`, `size` times as large.
pub(super) fn reflections(walls: &Walls, size: f64, rate_hz: f64) -> Reflections {
    let [width, length, height] = walls.size_m;
    // A little off the centre, so that the two sides do not answer at once.
    let place = |side: f64, apart: f64, depth: f64, level: f64| {
        [width * 0.48 + side * apart / 2.0, length * depth, height * level]
    };
    let sides = [-1.0, 1.0];
    let sources = sides.map(|side| place(side, walls.apart_m[0], 0.71, 0.41));
    let microphones = sides.map(|side| place(side, walls.apart_m[1], 0.36, 0.47));
    let mut reflections = Reflections::NONE;
    for (output, microphone) in microphones.iter().enumerate() {
        for (input, source) in sources.iter().enumerate() {
            let direct_m = distance(source, microphone);
            for wall in 0..6 {
                let path_m = distance(&image(source, wall, walls.size_m), microphone);
                let late_s = (path_m - direct_m) / SOUND_M_PER_S;
                if late_s > LATEST_S {
                    continue;
                }
                let tap = 6 * input + wall;
                reflections.delays[output][tap] = (late_s * size * rate_hz).round() as usize;
                // Walls turn every other reflection over here, which keeps low notes from piling up.
                let sign = if (wall + input + output) % 2 == 0 { 1.0 } else { -1.0 };
                reflections.gains[output][tap] = sign * REFLECTED * direct_m / path_m;
            }
        }
    }
    let power: f64 = reflections.gains.iter().flatten().map(|gain| gain * gain).sum();
    let scale = (power / 4.0).sqrt().recip();
    reflections.gains.iter_mut().flatten().for_each(|gain| *gain *= scale);
    reflections
}

/// The mirror image of a source in one of the walls: two across each axis.
fn image(source: &[f64; 3], wall: usize, size_m: [f64; 3]) -> [f64; 3] {
    let (axis, far) = (wall / 2, (wall % 2) as f64);
    let mut image = *source;
    image[axis] = 2.0 * far * size_m[axis] - source[axis];
    image
}

fn distance(a: &[f64; 3], b: &[f64; 3]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WALLS: Walls = Walls { size_m: [5.0, 7.0, 3.0], apart_m: [2.0, 0.5] };

    #[test]
    fn a_larger_room_answers_later_by_its_size() {
        let (small, large) =
            (reflections(&WALLS, 0.5, 96_000.0), reflections(&WALLS, 1.0, 96_000.0));
        assert_eq!(small.gains, large.gains);
        for (small, large) in small.delays.iter().flatten().zip(large.delays.iter().flatten()) {
            assert!(small.abs_diff(large / 2) <= 1);
        }
        let power: f64 = large.gains.iter().flatten().map(|gain| gain * gain).sum();
        assert!((power - 4.0).abs() < 1e-12);
    }
}
