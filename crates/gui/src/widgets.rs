//! What the window is made of: one widget, [`Surface`], that draws a [`Scene`] and turns what pointer and
//! keyboard do to its controls into [`Input`].
//!
//! Every control of the program gets its behaviour here, once: drags with a fine mode, a reset, the wheel,
//! typed values, the keyboard, the focus ring, the tooltip, and the sentence in the status bar. What a
//! control looks like is drawn by its scene with [`parts`](crate::parts).

mod control;
mod gesture;
mod keys;
mod line;
mod surface;
mod tip;

pub(crate) use control::{Acts, Control, Help, Input, Phase, Scene, Touch};
pub(crate) use line::{Edited, TextLine};
pub(crate) use surface::Surface;
