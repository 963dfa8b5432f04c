//! eq
pub mod matched;
pub mod prototype;
