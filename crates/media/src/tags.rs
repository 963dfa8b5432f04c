//! What files say of their content: title, artist, codes, cover. Each container has its own way to write
//! that; [lofty](https://docs.rs/lofty) knows the names, and reads all of it back.

mod cover;
mod read;

use lofty::config::WriteOptions;
use lofty::id3::v2::{Frame, Id3v2Tag};
use lofty::picture::{MimeType, Picture, PictureType};
use lofty::tag::{ItemKey, Tag, TagExt as _, TagType};

pub use cover::Cover;
pub use read::read_tags;

/// Who wrote the file, where a container asks for that.
const VENDOR: &str = "Twobus";

/// What a file says of its content.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tags {
    /// Fields with their texts, each field once; empty texts are not written.
    pub fields: Vec<(Field, String)>,
    /// The front cover.
    pub cover: Option<Cover>,
}

/// A field of the tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// Title of the song.
    Title,
    /// Who made the song.
    Artist,
    /// Name of the record.
    Album,
    /// Who made the record.
    AlbumArtist,
    /// Number of the song on the record, from 1.
    Track,
    /// How many songs the record has.
    Tracks,
    /// Date of release, as much of year, month and day as is known.
    Date,
    /// Genre.
    Genre,
    /// ISRC of the song.
    Isrc,
    /// UPC or EAN of the record.
    Upc,
    /// Who publishes it.
    Label,
    /// Who holds the rights.
    Copyright,
    /// Who wrote the music.
    Composer,
    /// Who wrote the words.
    Lyricist,
    /// Anything else.
    Comment,
}

impl Field {
    /// Every field, in the order they are written.
    pub const ALL: [Self; 15] = [
        Self::Title,
        Self::Artist,
        Self::Album,
        Self::AlbumArtist,
        Self::Track,
        Self::Tracks,
        Self::Date,
        Self::Genre,
        Self::Isrc,
        Self::Upc,
        Self::Label,
        Self::Copyright,
        Self::Composer,
        Self::Lyricist,
        Self::Comment,
    ];

    /// Name shown to people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Artist => "artist",
            Self::Album => "album",
            Self::AlbumArtist => "album artist",
            Self::Track => "track",
            Self::Tracks => "tracks",
            Self::Date => "date",
            Self::Genre => "genre",
            Self::Isrc => "ISRC",
            Self::Upc => "UPC",
            Self::Label => "label",
            Self::Copyright => "copyright",
            Self::Composer => "composer",
            Self::Lyricist => "lyricist",
            Self::Comment => "comment",
        }
    }

    fn key(self) -> ItemKey {
        match self {
            Self::Title => ItemKey::TrackTitle,
            Self::Artist => ItemKey::TrackArtist,
            Self::Album => ItemKey::AlbumTitle,
            Self::AlbumArtist => ItemKey::AlbumArtist,
            Self::Track => ItemKey::TrackNumber,
            Self::Tracks => ItemKey::TrackTotal,
            Self::Date => ItemKey::RecordingDate,
            Self::Genre => ItemKey::Genre,
            Self::Isrc => ItemKey::Isrc,
            Self::Upc => ItemKey::Barcode,
            Self::Label => ItemKey::Label,
            Self::Copyright => ItemKey::CopyrightMessage,
            Self::Composer => ItemKey::Composer,
            Self::Lyricist => ItemKey::Lyricist,
            Self::Comment => ItemKey::Comment,
        }
    }
}

impl Tags {
    /// The text of `field`.
    pub fn get(&self, field: Field) -> Option<&str> {
        self.said().find(|(other, _)| *other == field).map(|(_, text)| text)
    }

    /// True when there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.cover.is_none() && self.said().next().is_none()
    }

    /// Fields that say something.
    fn said(&self) -> impl Iterator<Item = (Field, &str)> {
        let fields = self.fields.iter().map(|(field, text)| (*field, text.as_str()));
        fields.filter(|(_, text)| !text.is_empty())
    }

    /// Names and texts of Vorbis comments, as FLAC and Ogg have them; without the cover.
    pub(crate) fn comments(&self) -> Vec<(&'static str, &str)> {
        let named = self.said().map(|(field, text)| {
            let name = field.key().map_key(TagType::VorbisComments);
            (name.expect("Vorbis comments have a name for every field"), text)
        });
        named.collect()
    }

    /// The content of a block of Vorbis comments.
    ///
    /// Source: Xiph.Org, "Ogg Vorbis I format specification: comment field and header specification"; without
    /// the framing bit, as RFC 9639, section 8.6, has it.
    pub(crate) fn comment_block(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut text = |text: &str| {
            out.extend_from_slice(&(text.len() as u32).to_le_bytes());
            out.extend_from_slice(text.as_bytes());
        };
        text(VENDOR);
        let comments = self.comments();
        out.extend_from_slice(&(comments.len() as u32).to_le_bytes());
        let mut text = |text: &str| {
            out.extend_from_slice(&(text.len() as u32).to_le_bytes());
            out.extend_from_slice(text.as_bytes());
        };
        comments.iter().for_each(|(name, said)| text(&format!("{name}={said}")));
        out
    }

    /// The chunks of a WAV file: `LIST` with what RIFF has fields for, and `id3 ` with all.
    pub(crate) fn riff_chunks(&self) -> Vec<([u8; 4], Vec<u8>)> {
        let mut chunks = Vec::new();
        for (kind, id) in [(TagType::RiffInfo, *b"LIST"), (TagType::Id3v2, *b"id3 ")] {
            let mut tag = Tag::new(kind);
            for (field, text) in self.said() {
                // What a kind has no field for stays out.
                let _is_known = tag.insert_text(field.key(), text.to_owned());
            }
            if let (Some(cover), TagType::Id3v2) = (&self.cover, kind) {
                tag.push_picture(cover.picture());
            }
            let mut content = Vec::new();
            let (is_empty, options) = (tag.is_empty(), WriteOptions::new().preferred_padding(0));
            let written = match kind {
                TagType::Id3v2 => in_order(tag).dump_to(&mut content, options),
                _ => tag.dump_to(&mut content, options),
            };
            if written.is_ok() && !is_empty {
                chunks.push((id, body(&content, id)));
            }
        }
        chunks
    }
}

/// The frames of an ID3 tag in an order of their own: lofty's changes from one run to the next, and equal
/// files should have equal bytes.
fn in_order(tag: Tag) -> Id3v2Tag {
    let mut frames: Vec<Frame<'static>> = Id3v2Tag::from(tag).into_iter().collect();
    frames.sort_by_cached_key(|frame| {
        let description = match frame {
            Frame::UserText(text) => text.description.to_string(),
            _ => String::new(),
        };
        (frame.id_str().to_owned(), description)
    });
    let mut sorted = Id3v2Tag::new();
    for frame in frames {
        let _replaced = sorted.insert(frame);
    }
    sorted
}

/// What `content` holds behind the header of a chunk, if it brought one.
fn body(content: &[u8], id: [u8; 4]) -> Vec<u8> {
    match content.split_at_checked(8) {
        Some((head, rest)) if head[..4] == id => rest.to_vec(),
        Some(_) | None => content.to_vec(),
    }
}

impl Cover {
    fn picture(&self) -> Picture {
        let mime = if self.is_png { MimeType::Png } else { MimeType::Jpeg };
        let picture = Picture::unchecked(self.data.to_vec()).mime_type(mime);
        picture.pic_type(PictureType::CoverFront).build()
    }

    /// The picture as a metadata block of FLAC; with `text`, as a Vorbis comment holds it.
    pub(crate) fn block(&self, text: bool) -> Vec<u8> {
        let picture = self.picture();
        let info = lofty::picture::PictureInformation::from_picture(&picture).unwrap_or_default();
        picture.as_flac_bytes(info, text)
    }
}
