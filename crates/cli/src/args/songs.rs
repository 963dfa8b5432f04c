//! Songs, their mixes and what is said of them.

use std::path::PathBuf;

use clap::Args as ClapArgs;

#[derive(Debug, ClapArgs)]
pub(crate) struct AddSongArgs {
    /// Folder of the project.
    pub(crate) project: PathBuf,
    /// Title of the song; the name of its print if not given.
    #[arg(long, required_unless_present = "print")]
    pub(crate) title: Option<String>,
    /// A finished print, mono or stereo, that the song begins with, at the file's own rate.
    #[arg(long, value_name = "FILE")]
    pub(crate) print: Option<PathBuf>,
    /// Copy the print into the project.
    #[arg(long, requires = "print")]
    pub(crate) copy: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ChangesArgs {
    /// Folder of the project.
    pub(crate) project: PathBuf,
    /// Number of the song.
    #[arg(long, default_value_t = 1)]
    pub(crate) song: u32,
    /// Number of the print; the one that the master follows if not given.
    #[arg(long)]
    pub(crate) print: Option<u32>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ReopenArgs {
    /// Folder of the project.
    pub(crate) project: PathBuf,
    /// Number of the print whose mix becomes the song's mix again.
    #[arg(required_unless_present = "draft")]
    pub(crate) print: Option<u32>,
    /// Number of the draft to reopen instead: a mix that was set aside without a print.
    #[arg(long, conflicts_with = "print")]
    pub(crate) draft: Option<u32>,
    /// Number of the song.
    #[arg(long, default_value_t = 1)]
    pub(crate) song: u32,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct TagArgs {
    /// Folder of the project.
    pub(crate) project: PathBuf,
    /// Number of the song.
    #[arg(long, default_value_t = 1)]
    pub(crate) song: u32,
    /// Title of the song.
    #[arg(long)]
    pub(crate) title: Option<String>,
    /// Artist of the song, where that is not the record's.
    #[arg(long)]
    pub(crate) song_artist: Option<String>,
    /// ISRC of the song, such as DE-A12-26-00001; "" for none.
    #[arg(long)]
    pub(crate) isrc: Option<String>,
    /// Who wrote the music.
    #[arg(long)]
    pub(crate) composer: Option<String>,
    /// Who wrote the words.
    #[arg(long)]
    pub(crate) lyricist: Option<String>,
    /// Anything else about the song.
    #[arg(long)]
    pub(crate) comment: Option<String>,
    /// Name of the record.
    #[arg(long)]
    pub(crate) album: Option<String>,
    /// Artist of the record.
    #[arg(long)]
    pub(crate) artist: Option<String>,
    /// UPC or EAN of the record; "" for none.
    #[arg(long)]
    pub(crate) upc: Option<String>,
    /// Date of release: 2026, 2026-11 or 2026-11-24.
    #[arg(long)]
    pub(crate) date: Option<String>,
    /// Genre of the record.
    #[arg(long)]
    pub(crate) genre: Option<String>,
    /// Label of the record.
    #[arg(long)]
    pub(crate) label: Option<String>,
    /// Who holds the rights.
    #[arg(long)]
    pub(crate) copyright: Option<String>,
    /// Picture of the cover, JPEG or PNG; "" for none.
    #[arg(long, value_name = "FILE")]
    pub(crate) cover: Option<PathBuf>,
}
