//! One command a file.

pub(crate) mod add_song;
pub(crate) mod analyze;
pub(crate) mod apply;
pub(crate) mod archive;
pub(crate) mod bounce;
pub(crate) mod changes;
pub(crate) mod check;
pub(crate) mod collect;
pub(crate) mod compare;
pub(crate) mod deliver;
pub(crate) mod demo;
pub(crate) mod devices;
pub(crate) mod import;
pub(crate) mod info;
pub(crate) mod master;
pub(crate) mod matching;
pub(crate) mod new;
pub(crate) mod recover;
pub(crate) mod relink;
pub(crate) mod reopen;
pub(crate) mod save_as;
pub(crate) mod tag;

use twobus_jobs::{Error, Result};
use twobus_session::{Project, Song};

/// The song with the number `number`, as people count: the first is 1.
fn song(project: &Project, number: u32) -> Result<&Song> {
    let index = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
    index.and_then(|index| project.songs.get(index)).ok_or_else(|| {
        let count = project.songs.len();
        Error::Missing(format!("there is no song {number}; the project has {count}"))
    })
}
