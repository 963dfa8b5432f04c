//! What a file is by its first bytes: the content is believed, the extension is not.

use crate::caf;
use crate::error::Result;
use crate::file::SourceFile;

/// What a file without known audio is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Content {
    /// A web page, mostly an error page saved under an audio file's name.
    #[error("a web page")]
    Html,
    /// Readable text.
    #[error("text")]
    Text,
    /// A ZIP, RAR, 7z or gzip archive, or a document made of one.
    #[error("an archive; unpack it")]
    Archive,
    /// A PDF document.
    #[error("a PDF document")]
    Pdf,
    /// A picture.
    #[error("a picture")]
    Picture,
    /// The resource fork that macOS leaves beside a file, under its name with "._" before it.
    #[error("what macOS notes about another file, not that file")]
    AppleDouble,
    /// A standard MIDI file.
    #[error("MIDI, notes without sound")]
    Midi,
    /// Opus in Ogg.
    #[error("Opus")]
    Opus,
    /// Ogg, but with none of Vorbis, FLAC and Opus in it.
    #[error("Ogg without Vorbis or FLAC")]
    Ogg,
    /// Matroska or WebM.
    #[error("Matroska or WebM")]
    Matroska,
    /// WavPack.
    #[error("WavPack")]
    WavPack,
    /// Monkey's Audio.
    #[error("Monkey's Audio")]
    Monkey,
    /// Windows Media.
    #[error("Windows Media")]
    WindowsMedia,
    /// One bit a sample: DSF or DSDIFF.
    #[error("DSD")]
    Dsd,
    /// Sun and NeXT audio.
    #[error("Sun/NeXT audio")]
    Au,
    /// RIFF, but not with WAVE in it.
    #[error("RIFF without WAVE")]
    Riff,
    /// IFF, but not with AIFF in it.
    #[error("IFF without AIFF")]
    Iff,
    /// Only zero bytes, as a copy that never finished leaves.
    #[error("zero bytes, as a copy that never finished leaves them")]
    Zeros,
    /// Something else.
    #[error("of a kind that its first bytes do not tell")]
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
    /// RIFF, RF64 or BW64.
    Wav,
    /// The same with the big end first.
    Rifx,
    Wave64,
    Aiff,
    Caf,
}

/// Bytes looked at.
const HEAD: usize = 64;

/// Content by signature; the first that fits counts.
const SIGNATURES: &[(&[u8], Content)] = &[
    (b"PK\x03\x04", Content::Archive),
    (b"Rar!", Content::Archive),
    (b"7z\xbc\xaf\x27\x1c", Content::Archive),
    (b"\x1f\x8b", Content::Archive),
    (b"%PDF", Content::Pdf),
    (b"\x89PNG", Content::Picture),
    (b"\xff\xd8\xff", Content::Picture),
    (b"GIF8", Content::Picture),
    (b"\x00\x05\x16\x07", Content::AppleDouble),
    (b"MThd", Content::Midi),
    (b"\x1a\x45\xdf\xa3", Content::Matroska),
    (b"wvpk", Content::WavPack),
    (b"MAC ", Content::Monkey),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", Content::WindowsMedia),
    (b"DSD ", Content::Dsd),
    (b"FRM8", Content::Dsd),
    (b".snd", Content::Au),
];

/// What a Wave64 file begins with: a name of 16 bytes, and after a size of 8 another.
const WAVE64: &[u8] = b"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00";
const WAVE64_WAVE: &[u8] = b"wave\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a";

/// Signatures of files that a codec's reader knows.
const CODEC_SIGNATURES: &[&[u8]] = &[b"fLaC", b"OggS", b"caff", b"ID3"];

/// Which reader `file` is for.
pub(crate) fn reader(file: &SourceFile) -> Result<Reader> {
    let mut head = [0; HEAD];
    let count = file.read_at(0, &mut head)?;
    Ok(reader_of(&head[..count]))
}

fn reader_of(head: &[u8]) -> Reader {
    if let Some(reader) = pcm_of(head) {
        return reader;
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

/// The reader of a container that mostly holds plain PCM.
fn pcm_of(head: &[u8]) -> Option<Reader> {
    let kind = head.get(8..12).unwrap_or_default();
    let wave = |pcm| if kind == b"WAVE" { Reader::Pcm(pcm) } else { Reader::Nobody(Content::Riff) };
    match head.get(..4)? {
        b"RIFF" | b"RF64" | b"BW64" => Some(wave(Pcm::Wav)),
        b"RIFX" => Some(wave(Pcm::Rifx)),
        b"FORM" if matches!(kind, b"AIFF" | b"AIFC") => Some(Reader::Pcm(Pcm::Aiff)),
        b"FORM" => Some(Reader::Nobody(Content::Iff)),
        b"caff" => {
            let format = head.get(caf::FORMAT_AT..caf::FORMAT_AT + caf::LINEAR.len());
            (format == Some(caf::LINEAR)).then_some(Reader::Pcm(Pcm::Caf))
        }
        _ if head.starts_with(WAVE64) => Some(match head.get(24..40) {
            Some(WAVE64_WAVE) => Reader::Pcm(Pcm::Wave64),
            _ => Reader::Nobody(Content::Riff),
        }),
        _ => None,
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
        // The first packet of the first page, which is the only one on it.
        _ if head.starts_with(b"OggS") && head.get(28..36) == Some(b"OpusHead") => Content::Opus,
        _ if head.starts_with(b"OggS")
            && !matches!(head.get(28..33), Some(b"\x01vorb" | b"\x7fFLAC")) =>
        {
            Content::Ogg
        }
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
    is_mp4(file) || CODEC_SIGNATURES.iter().any(|magic| head.starts_with(magic))
}

/// True for the signature of MP4 and its kin.
pub(crate) fn is_mp4(file: &SourceFile) -> bool {
    file.array_at(4).is_ok_and(|kind| kind == Some(*b"ftyp"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r23_the_content_is_named_whatever_the_extension() {
        let cases: [(&[u8], Reader); 9] = [
            (b"<!DOCTYPE html><html>", Reader::Nobody(Content::Html)),
            (b"\xef\xbb\xbf  <html>", Reader::Nobody(Content::Html)),
            (b"Dear producer,", Reader::Nobody(Content::Text)),
            (b"PK\x03\x04\x14\x00", Reader::Nobody(Content::Archive)),
            (b"\x00\x05\x16\x07\x00\x02", Reader::Nobody(Content::AppleDouble)),
            (b"RIFX\x00\x00\x00\x00WAVE", Reader::Pcm(Pcm::Rifx)),
            (b"RIFF\x00\x00\x00\x00AVI ", Reader::Nobody(Content::Riff)),
            (b"RF64\xff\xff\xff\xffWAVE", Reader::Pcm(Pcm::Wav)),
            (b"\xff\xfb\x90\x64", Reader::Codec),
        ];
        for (head, expected) in cases {
            assert_eq!(reader_of(head), expected, "{head:?}");
        }
    }
}
