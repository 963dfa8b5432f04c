//! Decay times by backward integration: M. Schroeder, "New Method of Measuring Reverberation Time", JASA
//! 37(3), 1965; ISO 3382-1:2009, section 5.3.3.

use super::spectrum::band;

/// How a response decays.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decay {
    /// Time for 60 dB from the fall between −5 and −35 dB, in seconds.
    pub t30_s: f64,
    /// The same from the fall between −5 and −25 dB.
    pub t20_s: f64,
    /// How straight the former is: the square of the correlation of level and time, 1 for a straight line.
    pub straightness: f64,
}

/// The decay of responses of one reverb, taken together; `None` when they do not fall by 35 dB.
///
/// One response of a diffuse sound is as random as noise: in the octave of 125 Hz, a decay of 1 s read from one
/// is right within a tenth only. The sum of several responses' energies has less of that.
pub fn decay(responses: &[Vec<f64>], rate_hz: f64) -> Option<Decay> {
    let frames = responses.iter().map(Vec::len).min()?;
    let mut powers = vec![0.0; frames];
    for response in responses {
        powers.iter_mut().zip(response).for_each(|(power, x)| *power += x * x);
    }
    let curve = schroeder_db(powers);
    let (t30_s, straightness) = fit(&curve, -5.0, -35.0, rate_hz)?;
    let (t20_s, _) = fit(&curve, -5.0, -25.0, rate_hz)?;
    Some(Decay { t30_s, t20_s, straightness })
}

/// The same in the octave around `centre_hz`.
pub fn decay_in_octave(responses: &[Vec<f64>], centre_hz: f64, rate_hz: f64) -> Option<Decay> {
    let half = std::f64::consts::SQRT_2;
    let octave = |response: &Vec<f64>| band(response, centre_hz / half, centre_hz * half, rate_hz);
    decay(&responses.iter().map(octave).collect::<Vec<_>>(), rate_hz)
}

/// The energy still to come at each frame, in dB of the whole.
fn schroeder_db(mut powers: Vec<f64>) -> Vec<f64> {
    let mut left = 0.0;
    for power in powers.iter_mut().rev() {
        left += *power;
        *power = left;
    }
    powers.iter_mut().for_each(|energy| *energy = 10.0 * (*energy / left).log10());
    powers
}

/// Time for 60 dB by a straight line through the curve from `high_db` to `low_db`, and how well it fits.
fn fit(curve: &[f64], high_db: f64, low_db: f64, rate_hz: f64) -> Option<(f64, f64)> {
    let from = curve.iter().position(|&level| level <= high_db)?;
    let to = curve.iter().position(|&level| level <= low_db)?;
    let part = curve.get(from..to).filter(|part| part.len() > 2)?;
    let count = part.len() as f64;
    let (mean_x, mean_y) = ((count - 1.0) / 2.0, part.iter().sum::<f64>() / count);
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    for (x, level) in part.iter().enumerate() {
        let (dx, dy) = (x as f64 - mean_x, level - mean_y);
        (xx, xy, yy) = (xx + dx * dx, xy + dx * dy, yy + dy * dy);
    }
    Some((-60.0 * xx / xy / rate_hz, xy * xy / (xx * yy)))
}
