//! The renderer's invariants, each under the name of its row.

#[cfg(test)]
mod automation;
#[cfg(test)]
mod bypass;
#[cfg(test)]
mod determinism;
#[cfg(test)]
mod faults;
#[cfg(test)]
#[path = "../../../../tests/shared/heap.rs"]
mod heap;
#[cfg(test)]
mod latency;
#[cfg(test)]
mod live;
#[cfg(test)]
mod realtime;
#[cfg(test)]
mod routing;
#[cfg(test)]
mod side_chain;
#[cfg(test)]
mod stems;
#[cfg(test)]
mod sums;
#[cfg(test)]
mod support;
