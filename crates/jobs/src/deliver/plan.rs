//! What a delivery would write, before it writes anything.

use std::path::{Path, PathBuf};

use twobus_media::{Field, Tags};
use twobus_session::Target;

use super::FileSpec;
use crate::error::{Error, Result};
use crate::folder::folded;
use crate::names::filled;
use crate::output::Format;

/// The pattern of names where none is given.
pub const PATTERN: &str = "{title} [{rate}-{depth}]";

/// The fields of a pattern.
pub const FIELDS: [&str; 9] =
    ["title", "artist", "album", "nr", "isrc", "rate", "depth", "format", "target"];

/// A file to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// What it is.
    pub spec: FileSpec,
    /// Where it will be.
    pub path: PathBuf,
    /// Whether there is a file already.
    pub exists: bool,
}

/// The files that `specs` make in `folder`, named by `pattern` for a song with `tags` whose print is at
/// `rate_hz`.
///
/// # Errors
/// When the pattern has a field that there is none of, or gives two files one name.
pub fn plan(
    folder: &Path,
    pattern: &str,
    specs: &[FileSpec],
    tags: &Tags,
    rate_hz: u32,
) -> Result<Vec<Planned>> {
    let mut planned: Vec<Planned> = Vec::new();
    for spec in specs {
        let name = filled(pattern, &fields(spec, tags, rate_hz)).map_err(|unknown| {
            let known = FIELDS.map(|field| format!("{{{field}}}")).join(", ");
            Error::Missing(format!("the pattern has {unknown}; its fields are {known}"))
        })?;
        let path = folder.join(format!("{name}.{}", spec.format.extension()));
        let same = |other: &Planned| {
            folded(&other.path.to_string_lossy()) == folded(&path.to_string_lossy())
        };
        if planned.iter().any(same) {
            let name = path.display();
            return Err(Error::Missing(format!(
                "two files would be called {name}; give the pattern more fields, such as {{format}} or \
                 {{target}}"
            )));
        }
        let exists = path.symlink_metadata().is_ok();
        planned.push(Planned { spec: spec.clone(), path, exists });
    }
    Ok(planned)
}

fn fields(spec: &FileSpec, tags: &Tags, rate_hz: u32) -> Vec<(&'static str, String)> {
    let tag = |field| tags.get(field).unwrap_or_default().to_owned();
    let number = tag(Field::Track);
    let rate = f64::from(spec.rate_hz.unwrap_or(rate_hz)) / 1000.0;
    let text = |name: &str| match name {
        "title" => tag(Field::Title),
        "artist" => tag(Field::Artist),
        "album" => tag(Field::Album),
        "nr" => format!("{number:0>2}"),
        "isrc" => tag(Field::Isrc),
        "rate" => rate.to_string(),
        "depth" => depth(spec.format),
        "format" => spec.format.to_string(),
        _ => target(&spec.target),
    };
    FIELDS.map(|name| (name, text(name))).to_vec()
}

/// "24", "32f", "q6".
fn depth(format: Format) -> String {
    match format {
        Format::Wav16 | Format::Flac16 => "16".to_owned(),
        Format::Wav24 | Format::Flac24 => "24".to_owned(),
        Format::Wav32f => "32f".to_owned(),
        Format::Vorbis(quality) => format!("q{quality}"),
    }
}

/// "-14 LUFS", or "-1 dBTP" where there is no loudness.
fn target(target: &Target) -> String {
    match target.loudness_lufs {
        Some(lufs) => format!("{lufs} LUFS"),
        None => format!("{} dBTP", target.ceiling_dbtp),
    }
}
