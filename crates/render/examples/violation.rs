//! Breaks the audio thread's promise on purpose: `cargo xtask test` runs this under the sanitizer first,
//! because a sanitizer that catches nothing here would prove nothing anywhere.

/// Allocates where nothing may be allocated.
#[rtsan_standalone::nonblocking]
fn allocate() -> Vec<u8> {
    std::hint::black_box(Vec::with_capacity(64))
}

fn main() {
    drop(allocate());
}
