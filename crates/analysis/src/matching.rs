//! Reference match: how a song differs from songs it is to stand beside, and what brings it there.
//!
//! ```text
//! audio ── Profiler ──► Profile ── Traits ──► comparison
//!                          │                      │
//!                          └────── tone, width, dynamics ──► Proposal: settings, and why
//! ```
//!
//! - Spectra are kept in cells of 1/24 octave for every moment ([`spectra`]), so that the loudest parts can
//!   be chosen once everything is known ([`profile`]), and again under a curve that is being tried.
//! - They are compared at equal loudness and smoothed as the ear does, to half an octave at least ([`grid`]).
//! - The curve is at most eight bands of the equalizer, fitted so that *the song behind them*, smoothed alike,
//!   has the reference's spectrum ([`fit`]): what smoothing does to a spectrum is done to both sides.
//! - A compressor is found by trying it on the loudest parts and measuring what is left of the crests ([`dynamics`]).
//! - What is asked for is bounded before the fit ([`tone`]), and each bound that acts is told.
//!
//! No result depends on the gain of a reference, its rate, or the silence around it.

mod assistant;
mod bands;
pub mod decision;
pub mod dynamics;
pub mod fit;
pub mod grid;
pub mod profile;
pub mod proposal;
pub mod spectra;
pub mod tone;
pub mod traits;
mod width;

pub use assistant::assist;
pub use bands::{CREST_BANDS, CREST_SPLITS_HZ, Excerpt, Heard, PIECE_S};
pub use decision::{Area, Decision, Verdict};
pub use dynamics::{ATTACKS_MS, Compression, MAX_REDUCTION_DB, RELEASES_MS, Wanted};
pub use profile::{Profile, Profiler};
pub use proposal::{Amounts, Proposal, propose};
pub use tone::Curve;
pub use traits::Traits;
