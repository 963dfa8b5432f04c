//! What takes time, for the window and the command line alike: import, bounce, master, analysis,
//! collecting. Each job is a function that takes a [`Progress`], which another thread may watch and
//! cancel; it returns what the document should become as edits, and never changes the document itself.
//!
//! ```text
//! files ── import ──► edits ──► project ── bounce ──► print + edit ── deliver ──► files, decoded again
//!                                  │                     │
//!                    playlist ── feed ── render      analyze
//! ```

mod analyze;
mod archive;
mod audio;
pub mod bounce;
pub mod check;
mod collect;
pub mod compare;
pub mod deliver;
mod error;
mod feed;
mod folder;
pub mod import;
mod leftovers;
mod lock;
pub mod master;
pub mod matching;
mod measuring;
mod names;
mod open;
mod output;
pub mod page;
pub mod playlist;
mod progress;
pub mod recovery;
mod relink;
mod room;
mod save_as;
pub mod sketch;
mod stems;
pub mod survey;
mod waveform;

pub use analyze::{Analysis, analyze, analyze_as_heard};
pub use archive::{MAX_BYTES, MAX_ENTRIES, MAX_RATIO, Packed, pack, unpack};
pub use bounce::{Bounce, BounceOptions, StemFile, bounce};
pub use check::{Examination, check_file, check_mix, check_print, report_page};
pub use collect::collect;
pub use compare::{Comparison, bypass_gains, compare};
pub use deliver::{DeliverOptions, Delivered, DeliveredFile, FileSpec, deliver};
pub use error::{Error, Result};
pub use folder::{Changed, Folder};
pub use import::{Import, ImportOptions, Row, import};
pub use leftovers::AtWork;
pub use lock::{Attempt, Holder, Lock};
pub use master::{MasterOptions, Mastered, is_same_file, master};
pub use matching::{Compared, MatchOptions, Matched, ReferenceFile, match_reference};
pub use names::file_name;
pub use open::{OpenProject, Saving};
pub use output::{DitherKind, Format};
pub use playlist::Playlist;
pub use progress::Progress;
pub use relink::{Found, Relink, RelinkOptions, Relinked, relink};
pub use save_as::{SavedAs, save_as};
pub use stems::{Offline, StemState, offline};
pub use survey::{Reached, Survey, reach, survey};
pub use waveform::peaks;
