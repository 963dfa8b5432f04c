//! What Apple's encoders write about the delay they add: the comment iTunSMPB, in MP4 and in MP3.
//!
//! It is a line of hexadecimal words, of which the second is the delay, the third the padding and the
//! fourth the length, all in frames.

use super::mp4::Edit;
use crate::error::Result;
use crate::file::SourceFile;

/// The comment's name.
const NAME: &[u8] = b"iTunSMPB";
/// Bytes of it that are of interest, name included.
const COMMENT_BYTES: usize = 256;
/// Bytes of an ID3 tag that are searched.
const TAG_BYTES: u32 = 1 << 20;
/// Frames that a decoder of MP3 adds to the encoder's delay: what the LAME tag leaves out, too.
const DECODER_DELAY: u64 = 529;

/// The edit that the ID3 tag of an MP3 file tells (ID3 tag version 2.4.0, section 3.1).
pub(super) fn of_mp3(file: &SourceFile) -> Result<Option<Edit>> {
    let Some([b'I', b'D', b'3', _, _, _, size @ ..]) = file.array_at::<10>(0)? else {
        return Ok(None);
    };
    let size = size.iter().fold(0, |size: u32, byte| size << 7 | u32::from(byte & 0x7F));
    let mut bytes = vec![0; size.min(TAG_BYTES) as usize];
    let count = file.read_at(10, &mut bytes)?;
    let edit = edit(&bytes[..count]);
    Ok(edit.map(|edit| Edit { delay: edit.delay + DECODER_DELAY, ..edit }))
}

/// The edit that the comment in `bytes` tells, if there is one.
pub(super) fn edit(bytes: &[u8]) -> Option<Edit> {
    let at = bytes.windows(NAME.len()).position(|name| name == NAME)?;
    let comment = &bytes[at + NAME.len()..bytes.len().min(at + COMMENT_BYTES)];
    // Between name and value stand headers with letters and zeros; the value's words are the first
    // that are eight digits long.
    let text = String::from_utf8_lossy(comment);
    let separators = |c: char| c.is_whitespace() || c.is_control();
    let mut words = text.split(separators).filter(|word| word.len() >= 8).skip(1);
    let mut word = || u32::from_str_radix(words.next()?, 16).ok().map(u64::from);
    let (delay, _padding) = (word()?, word()?);
    let frames = u64::from_str_radix(words.next()?, 16).ok();
    Some(Edit { delay, frames: frames.filter(|&frames| frames > 0) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r27_apples_comment_tells_the_delay_and_the_length() {
        let tag = b"\0\0\0\x1cmean\0\0\0\0com.apple.iTunes\0\0\0\x14name\0\0\0\0iTunSMPB\0\0\0\x84\
                    data\0\0\0\x01\0\0\0\0 00000000 00000840 000001C0 0000000000ABCDEF 00000000";
        assert_eq!(edit(tag), Some(Edit { delay: 0x840, frames: Some(0x00AB_CDEF) }));
        assert_eq!(edit(b"iTunNORM data 00000000 00000840"), None);
        assert_eq!(edit(b"iTunSMPB\0 00000000 00000840"), None);
    }
}
