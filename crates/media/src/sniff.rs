//! What a file is by its first bytes: the content is believed, the extension is not.

use crate::error::Result;
use crate::file::SourceFile;

/// What a file without known audio begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Content {
    /// A web page, mostly an error page saved under an audio file's name.
    #[error("begins with HTML")]
    Html,
    /// Readable text.
    #[error("begins with text")]
    Text,
    /// A ZIP archive, or a document made of one.
    #[error("is a ZIP archive")]
    Zip,
    /// A PDF document.
    #[error("is a PDF document")]
    Pdf,
    /// A picture.
    #[error("is a picture")]
    Picture,
    /// Ogg, but not with Vorbis or FLAC in it.
    #[error("is Ogg with neither Vorbis nor FLAC")]
    Ogg,
    /// A container of Matroska or WebM.
    #[error("is Matroska or WebM")]
    Matroska,
    /// Sony Wave64.
    #[error("is Sony Wave64")]
    Wave64,
    /// A big-endian RIFF file.
    #[error("is big-endian RIFX")]
    Rifx,
    /// RIFF, but not with WAVE in it.
    #[error("is RIFF without WAVE")]
    Riff,
    /// IFF, but not with AIFF in it.
    #[error("is IFF without AIFF")]
    Iff,
    /// Only zero bytes, as a copy that never finished leaves.
    #[error("begins with zero bytes")]
    Zeros,
    /// Something else.
    #[error("begins with no known signature")]
    Unknown,
}

/// Which reader a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reader {
    /// Our own, for plain PCM.
    Pcm(Pcm),
    /// One that may know it.
    Codec,
    /// None.
    Nobody(Content),
}

/// A container of plain PCM.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pcm {
    Wav,
    Aiff,
}

/// Bytes looked at.
const HEAD: usize = 64;

/// Content by signature; the first that fits counts.
const SIGNATURES: &[(&[u8], Content)] = &[
    (b"PK\x03\x04", Content::Zip),
    (b"%PDF", Content::Pdf),
    (b"\x89PNG", Content::Picture),
    (b"\xff\xd8\xff", Content::Picture),
    (b"GIF8", Content::Picture),
    (b"\x1a\x45\xdf\xa3", Content::Matroska),
    (b"riff\x2e\x91\xcf\x11", Content::Wave64),
    (b"RIFX", Content::Rifx),
];

/// Signatures of files that a codec's reader knows.
const CODEC_SIGNATURES: &[&[u8]] = &[b"fLaC", b"OggS", b"caff", b"ID3"];

/// Which reader `file` is for.
pub(crate) fn reader(file: &SourceFile) -> Result<Reader> {
    let mut head = [0; HEAD];
    let count = file.read_at(0, &mut head)?;
    Ok(reader_of(&head[..count]))
}

fn reader_of(head: &[u8]) -> Reader {
    if [&b"RIFF"[..], b"RF64", b"BW64"].iter().any(|magic| head.starts_with(magic)) {
        let wave = head.get(8..12) == Some(b"WAVE");
        return if wave { Reader::Pcm(Pcm::Wav) } else { Reader::Nobody(Content::Riff) };
    }
    if head.starts_with(b"FORM") {
        let aiff = matches!(head.get(8..12), Some(b"AIFF" | b"AIFC"));
        return if aiff { Reader::Pcm(Pcm::Aiff) } else { Reader::Nobody(Content::Iff) };
    }
    if CODEC_SIGNATURES.iter().any(|magic| head.starts_with(magic)) {
        return Reader::Codec;
    }
    if let Some((_, content)) = SIGNATURES.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Reader::Nobody(*content);
    }
    match text(head) {
        Some(content) => Reader::Nobody(content),
        None => Reader::Codec,
    }
}

/// Whether `head` is readable text, and then whether it is HTML.
fn text(head: &[u8]) -> Option<Content> {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let readable = |byte: &u8| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~');
    if !head.iter().all(readable) {
        return None;
    }
    let first = head.trim_ascii_start();
    Some(if first.starts_with(b"<") { Content::Html } else { Content::Text })
}

/// What to call a file that no reader took.
pub(crate) fn content(file: &SourceFile) -> Content {
    let mut head = [0; HEAD];
    let count = file.read_at(0, &mut head).unwrap_or(0);
    let head = &head[..count];
    match head {
        _ if head.starts_with(b"OggS") => Content::Ogg,
        _ if head.iter().all(|&byte| byte == 0) => Content::Zeros,
        _ => Content::Unknown,
    }
}

/// True when the file has the signature of a known container, so that failing to read it means that
/// it is damaged.
pub(crate) fn promises_audio(file: &SourceFile) -> bool {
    let mut head = [0; HEAD];
    let count = file.read_at(0, &mut head).unwrap_or(0);
    let head = &head[..count];
    let mp4 = head.get(4..8) == Some(b"ftyp");
    mp4 || CODEC_SIGNATURES.iter().any(|magic| head.starts_with(magic))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row23_the_content_is_named_whatever_the_extension() {
        let cases: [(&[u8], Reader); 7] = [
            (b"<!DOCTYPE html><html>", Reader::Nobody(Content::Html)),
            (b"\xef\xbb\xbf  <html>", Reader::Nobody(Content::Html)),
            (b"Dear producer,", Reader::Nobody(Content::Text)),
            (b"PK\x03\x04\x14\x00", Reader::Nobody(Content::Zip)),
            (b"RIFF\x00\x00\x00\x00AVI ", Reader::Nobody(Content::Riff)),
            (b"RF64\xff\xff\xff\xffWAVE", Reader::Pcm(Pcm::Wav)),
            (b"\xff\xfb\x90\x64", Reader::Codec),
        ];
        for (head, expected) in cases {
            assert_eq!(reader_of(head), expected, "{head:?}");
        }
    }
}
