//! Look-ahead: by how much the signal is delayed, so that its gain can move before it.

use crate::param::ParamSpec;

/// The look-aheads one can choose, in seconds.
pub const LOOKAHEAD_S: [f64; 5] = [0.0, 0.001, 0.0025, 0.005, 0.01];

/// Index into [`LOOKAHEAD_S`]. It is the latency of the device.
pub const LOOKAHEAD: ParamSpec =
    ParamSpec::choice("lookahead", "Look-ahead", &["Off", "1 ms", "2.5 ms", "5 ms", "10 ms"], 0);

/// Frames of the look-ahead with index `choice`.
pub fn lookahead_frames(choice: usize, rate_hz: f64) -> usize {
    LOOKAHEAD_S.get(choice).map_or(0, |seconds| (seconds * rate_hz).round() as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_choices_are_named_by_their_length() {
        assert_eq!(LOOKAHEAD.choices.len(), LOOKAHEAD_S.len());
        for (name, seconds) in LOOKAHEAD.choices.iter().zip(LOOKAHEAD_S).skip(1) {
            assert_eq!(*name, format!("{} ms", 1000.0 * seconds));
        }
    }
}
