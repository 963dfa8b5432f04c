//! What delivered files say of a song.

use twobus_media::{Cover, Field, Tags};
use twobus_session::{Project, Song};

use crate::error::Result;
use crate::folder::Folder;

/// The tags of `song`, with the cover of its record read from its file.
///
/// # Errors
/// When there is to be a cover, and it cannot be read or is no picture.
pub fn tags(folder: &Folder, project: &Project, song: &Song) -> Result<Tags> {
    let (record, release, credits) = (&project.record, &project.record.release, &song.credits);
    let first = |a: &String, b: &String| if a.is_empty() { b.clone() } else { a.clone() };
    let number = project.songs.iter().position(|other| other.id == song.id).map_or(1, |at| at + 1);
    let fields = Field::ALL.map(|field| {
        let text = match field {
            Field::Title => song.title.clone(),
            Field::Artist => first(&credits.artist, &record.artist),
            Field::Album => project.name.clone(),
            Field::AlbumArtist => record.artist.clone(),
            Field::Track => number.to_string(),
            Field::Tracks => project.songs.len().to_string(),
            Field::Date => release.date.clone(),
            Field::Genre => first(&credits.genre, &release.genre),
            Field::Isrc => song.isrc.clone().unwrap_or_default(),
            Field::Upc => record.upc.clone().unwrap_or_default(),
            Field::Label => release.label.clone(),
            Field::Copyright => release.copyright.clone(),
            Field::Composer => credits.composer.clone(),
            Field::Lyricist => credits.lyricist.clone(),
            Field::Comment => credits.comment.clone(),
        };
        (field, text)
    });
    let fields = fields.into_iter().filter(|(_, text)| !text.is_empty()).collect();
    let cover = match release.cover.as_str() {
        "" => None,
        path => Some(Cover::open(&folder.path().join(path))?),
    };
    Ok(Tags { fields, cover })
}
