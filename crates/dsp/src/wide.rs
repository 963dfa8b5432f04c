//! Loops compiled once more for the vectors that most machines have, and chosen as the program runs.

/// Work whose loops the compiler may compute side by side.
pub(crate) trait Work {
    /// Does it. Implementations and all that they call must be `#[inline(always)]`, so that they are
    /// compiled for these vectors too.
    fn run(self);
}

/// Does `work` with vectors of four 64-bit numbers where the machine has them. No operation is fused, so
/// the bytes are the same everywhere.
///
/// Audio thread: no allocation, no lock, no system call.
pub(crate) fn run(work: impl Work) {
    #[cfg(target_arch = "x86_64")]
    if let Some(simd) = pulp::x86::V3::try_new() {
        simd.vectorize(Call(work));
        return;
    }
    work.run();
}

#[cfg(target_arch = "x86_64")]
struct Call<W>(W);

#[cfg(target_arch = "x86_64")]
impl<W: Work> pulp::NullaryFnOnce for Call<W> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        self.0.run();
    }
}
