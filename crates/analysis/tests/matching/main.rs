//! The reference match, by every fault of known tools and every line of what is accepted.

mod faults;
mod known;
mod signals;
mod stability;
