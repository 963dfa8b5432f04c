//! The renderer's invariants, each under the name of its row.

mod automation;
mod determinism;
mod faults;
mod latency;
mod realtime;
mod routing;
mod stems;
mod sums;
mod support;
