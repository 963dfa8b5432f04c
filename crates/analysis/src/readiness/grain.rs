//! Bits in use: the lowest ones are zero throughout where a file was made from one of fewer bits.

use super::Coding;

/// One step of 24 bits, all that an `f32` holds of a whole number.
const SCALE: f32 = 8_388_608.0;
/// Bits of [`SCALE`] and sign.
const BITS: u32 = 24;

/// The bits that any sample has used.
#[derive(Debug)]
pub(super) struct Grain {
    /// Bits of the file, 24 at most.
    bits: u32,
    used: u32,
    /// Whether the lowest bit, or one below it, is in use: nothing more can be learnt.
    all: bool,
}

impl Grain {
    pub(super) fn new(coding: Coding) -> Self {
        match coding {
            Coding::Integer(bits) => Self { bits: bits.min(BITS), used: 0, all: false },
            Coding::Float => Self { bits: BITS, used: 0, all: false },
            Coding::Lossy => Self { bits: BITS, used: 0, all: true },
        }
    }

    pub(super) fn push(&mut self, samples: &[f32]) {
        if self.all {
            return;
        }
        let mut whole = true;
        for &sample in samples {
            let scaled = sample * SCALE;
            // Conversion keeps to the range of i32, where a sample above full scale is not whole.
            let code = scaled as i32;
            whole &= code as f32 == scaled;
            self.used |= code.unsigned_abs();
        }
        let lowest = 1 << (BITS - self.bits);
        self.all = !whole || self.used & lowest != 0;
    }

    /// Lowest bits that no sample uses; `None` for silence and for what is not whole numbers.
    pub(super) fn idle_bits(&self) -> Option<u32> {
        if self.all {
            return Some(0);
        }
        (self.used != 0).then(|| self.used.trailing_zeros().saturating_sub(BITS - self.bits))
    }
}
