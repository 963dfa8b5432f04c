//! The equalizer, measured by its sound: the criteria Q1 to Q8, and what every device must hold to.

mod dynamic;
mod linear_phase;
mod magnitude;
mod motion;
mod robust;
mod support;
