//! What takes time, for the window and the command line alike: import, bounce, master, analysis,
//! collecting. Each job is a function that takes a [`Progress`], which another thread may watch and
//! cancel; it returns what the document should become as edits, and never changes the document itself.
//!
//! ```text
//! files ── import ──► edits ──► project ── bounce ──► print + edit ── master ──► files, decoded again
//!                                  │                     │
//!                    playlist ── feed ── render      analyze
//! ```

mod analyze;
mod audio;
pub mod bounce;
mod collect;
mod error;
mod feed;
mod folder;
pub mod import;
pub mod master;
mod output;
pub mod playlist;
mod progress;

pub use analyze::{Analysis, analyze};
pub use bounce::{Bounce, BounceOptions, StemFile, bounce, file_name};
pub use collect::collect;
pub use error::{Error, Result};
pub use folder::Folder;
pub use import::{Import, ImportOptions, Row, import};
pub use master::{MasterOptions, Mastered, is_same_file, master};
pub use output::Format;
pub use playlist::Playlist;
pub use progress::Progress;
