//! The Twobus document: what is saved, edited and undone. Plain data: a value that can be cloned,
//! compared and written as JSON.
//!
//! ```text
//! Project ── media files
//!    └── Song ── Mix ── tracks (with clips), groups, effect returns, the mix bus: each a Strip
//!          │      └── Timeline (markers, sections, loop, tempo), Monitor
//!          ├── Print … (each with the whole mix it came from)
//!          └── Master (input, trim, chain, target, references)
//! ```
//!
//! Levels are in dB, frequencies in Hz, device times in ms, positions and lengths on the timeline in
//! whole frames at the song's rate.
//!
//! The document changes only through [`Edit`]: [`Project::apply`] checks it, does it, and returns the
//! edit that undoes it; [`History`] keeps those, with [names](describe) for people.
//! [`Project::validate`] holds a whole document to the same rules. [`mod@file`] reads and writes
//! `project.json`; [`recover`] keeps snapshots of unsaved work; [`audible`] tells whether a print is current and what has changed since; [`roles`]
//! guesses from a file's name what a stem carries. New ids come from `fresh_strip_id` and its like on
//! [`Project`], [`Song`] and [`Mix`].

pub mod audible;
pub mod automation;
mod check;
pub mod clip;
pub mod credits;
mod describe;
pub mod draft;
pub mod drive;
pub mod edit;
mod error;
pub mod file;
pub mod history;
pub mod ids;
pub mod master;
pub mod media_file;
pub mod mix;
pub mod presets;
pub mod print;
pub mod project;
pub mod readiness;
pub mod recover;
pub mod roles;
pub mod strip;
pub mod targets;
#[cfg(test)]
mod testing;
pub mod timeline;
pub mod version;

pub use automation::{Control, Lane, LaneMode, LaneTarget, ParamId, Recording, Stretch, overwrite};
pub use check::{MAX_FRAME, MAX_ITEMS, MAX_POINTS};
pub use clip::{ChannelMap, Clip, Fade, FadeShape};
pub use credits::{Credits, Release};
pub use describe::describe;
pub use draft::{Draft, Reopen, Reopened};
pub use drive::LevelChange;
pub use edit::{
    DeviceEdit, Edit, LaneEdit, ListEdit, MasterEdit, ProjectEdit, SendEdit, SongEdit, StripEdit,
    TimelineEdit, TrackEdit,
};
pub use error::{EditError, Problem};
pub use file::{Document, FileError, FileFault, Loaded, load, load_backup, save};
pub use history::History;
pub use ids::{ClipId, DeviceId, MarkerId, MediaId, SectionId, SendId, SongId, StripId, VersionId};
pub use master::{ChainVersion, Delivery, Master, MasterInput, Reference, Target};
pub use media_file::MediaFile;
pub use mix::{Bus, BusKind, Mix, Monitor, Track};
pub use print::{Conditions, Measurements, Print, PrintKind};
pub use project::{Project, Record, SCHEMA, Song};
pub use readiness::Readiness;
pub use strip::{AuxSend, Device, Output, Role, Strip, Tap};
pub use timeline::{LoopRange, Marker, Section, TempoChange, Timeline};
pub use version::{Shift, Version};
