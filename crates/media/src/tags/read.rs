//! Tags read back.

use std::io::BufReader;
use std::path::Path;

use lofty::config::ParseOptions;
use lofty::file::TaggedFileExt as _;
use lofty::picture::PictureType;
use lofty::probe::Probe;
use lofty::tag::{ItemKey, Tag, TagType};

use super::{Cover, Field, Tags};
use crate::error::{Error, ErrorKind, Result};
use crate::file::SourceFile;

/// What the file at `path` says of its content: its Vorbis comments, or in a WAV its ID3 tag; nothing where
/// there are none.
///
/// # Errors
/// When it cannot be read, or is no file whose tags are known.
pub fn read_tags(path: &Path) -> Result<Tags> {
    let _regular = SourceFile::open(path)?;
    let file = std::fs::File::open(path).map_err(|error| Error::read(path, error))?;
    let failed = |error| Error::new(ErrorKind::Broken("its tags"), path).with_source(error);
    let options = ParseOptions::new().read_properties(false);
    let probe = Probe::new(BufReader::new(file)).options(options);
    let probe = probe.guess_file_type().map_err(|error| Error::read(path, error))?;
    let found = probe.read().map_err(|error| failed(Box::new(error)))?;
    let kinds = [TagType::VorbisComments, TagType::Id3v2, TagType::RiffInfo];
    let tag = kinds.into_iter().find_map(|kind| found.tag(kind));
    Ok(tag.map(tags).unwrap_or_default())
}

fn tags(tag: &Tag) -> Tags {
    // ID3 has one field for label and publisher.
    let found = |field: Field| match field {
        Field::Label => tag.get_string(ItemKey::Label).or(tag.get_string(ItemKey::Publisher)),
        _ => tag.get_string(field.key()),
    };
    let text = |field: Field| Some((field, found(field)?.to_owned()));
    let picture = tag.get_picture_type(PictureType::CoverFront);
    Tags {
        fields: Field::ALL.into_iter().filter_map(text).collect(),
        cover: picture.and_then(|picture| Cover::new(picture.data().to_vec())),
    }
}
