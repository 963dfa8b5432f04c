//! What a reader skips where MPEG audio is damaged.
//!
//! The packets of MP3 and of bare AAC carry no time: after damage a reader goes on at the next packet
//! it can find, and all that follows would sound too early. Here each packet is looked up in the file,
//! so that the bytes between it and the one before tell how many are missing.

use crate::error::Result;
use crate::file::SourceFile;

/// Bytes read at a time while a packet is looked for.
const WINDOW: usize = 1 << 16;

/// Bytes behind the last packet in which the next is looked for: no reader goes further.
const FURTHEST: u64 = 1 << 26;

/// Bytes of the header of ADTS, without a checksum (ISO/IEC 13818-7, section 6.2).
const ADTS_HEADER: u64 = 7;

/// Follows the packets of one file.
#[derive(Debug)]
pub(super) struct Gaps {
    /// Bytes before each packet that are not part of it: the header of ADTS.
    header: u64,
    /// End of the last packet; `None` before the first, and when one was not found.
    end: Option<u64>,
    begun: bool,
    /// What all headers within the packets have in common; `None` where packets have none.
    kind: Option<[u8; 3]>,
    packets: u64,
    bytes: u64,
}

impl Gaps {
    /// For the packets of bare AAC.
    pub(super) fn adts() -> Self {
        Self { header: ADTS_HEADER, end: None, begun: false, kind: None, packets: 0, bytes: 0 }
    }

    /// For the packets of MPEG audio of layers 1 to 3, which begin with a header.
    pub(super) fn mpeg() -> Self {
        Self { header: 0, ..Self::adts() }
    }

    /// False for what a reader took for a packet within damage: its header tells another layer or
    /// another rate than the first.
    pub(super) fn is_packet(&mut self, data: &[u8]) -> bool {
        let &[a, b, c, ..] = data else { return false };
        // Sync word, version and layer, without the bit for a checksum; and the rate (ISO/IEC 11172-3,
        // section 2.4.1.3).
        let kind = [a, b & 0xFE, c & 0x0C];
        self.header > 0 || *self.kind.get_or_insert(kind) == kind
    }

    /// Bytes that belong to no packet between the last one and the one that holds `data`.
    pub(super) fn before(&mut self, file: &SourceFile, data: &[u8]) -> Result<u64> {
        let from = match self.end {
            Some(end) => end,
            None if self.begun => return Ok(0),
            None => 0,
        };
        let found = find(file, from, data)?;
        self.end = found.map(|at| at + data.len() as u64);
        let gap = match found {
            Some(at) if self.begun => (at - from).saturating_sub(self.header),
            _ => 0,
        };
        self.begun = true;
        self.packets += 1;
        self.bytes += data.len() as u64 + self.header;
        // Two more bytes are the checksum of ADTS.
        Ok(if gap <= 2 { 0 } else { gap })
    }

    /// How many packets were in `gap` bytes, by their mean length.
    ///
    /// Of all `gaps` of the file together, `missing` tells how many packets were in them, if the file
    /// tells how many it had: that counts, unless it cannot be.
    pub(super) fn packets_in(&self, gap: u64, all: Option<AllGaps>) -> u64 {
        let (mean_bytes, mean_packets) = (self.bytes.max(1), self.packets);
        let estimate = nearest(gap, mean_packets, mean_bytes);
        let Some(AllGaps { bytes, missing }) = all else { return estimate };
        let exact = nearest(gap, missing, bytes.max(1));
        // Far more than would fit are missing at the end, too.
        if exact <= 2 * estimate + 2 { exact } else { estimate }
    }

    /// Packets so far.
    pub(super) fn packets(&self) -> u64 {
        self.packets
    }
}

/// All gaps of a file together.
#[derive(Debug, Clone, Copy)]
pub(super) struct AllGaps {
    /// Bytes in them.
    pub(super) bytes: u64,
    /// Packets that are missing in the file.
    pub(super) missing: u64,
}

/// `count * of / in_all`, to the nearest.
fn nearest(count: u64, of: u64, in_all: u64) -> u64 {
    let exact = u128::from(count) * u128::from(of) + u128::from(in_all / 2);
    u64::try_from(exact / u128::from(in_all)).unwrap_or(u64::MAX)
}

/// The first place of `data` in `file` from `from` on.
fn find(file: &SourceFile, from: u64, data: &[u8]) -> Result<Option<u64>> {
    // Nearly always it is right there.
    let mut there = vec![0; data.len()];
    if file.read_at(from, &mut there)? == data.len() && there == data {
        return Ok(Some(from));
    }
    let mut window = vec![0; WINDOW + data.len()];
    let mut at = from;
    while at - from < FURTHEST && !data.is_empty() {
        let count = file.read_at(at, &mut window)?;
        let place = window[..count].windows(data.len()).position(|piece| piece == data);
        if let Some(place) = place {
            return Ok(Some(at + place as u64));
        }
        if count < window.len() {
            break;
        }
        at += WINDOW as u64;
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r26_skipped_bytes_are_counted_as_packets() {
        let packet = |n: u8| vec![n; 400 + usize::from(n % 3)];
        let bytes: Vec<u8> = (1..40).flat_map(packet).collect();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("packets");
        std::fs::write(&path, &bytes).unwrap();
        let file = SourceFile::open(&path).unwrap();
        let mut gaps = Gaps::mpeg();
        for n in [3, 4, 5, 8, 9, 39] {
            let missing = match n {
                8 => 2,
                39 => 29,
                _ => 0,
            };
            let gap = gaps.before(&file, &packet(n)).unwrap();
            assert_eq!(gaps.packets_in(gap, None), missing, "{n}");
        }
        // What the file tells counts, unless its end is missing, too.
        let all = |missing| Some(AllGaps { bytes: 1000, missing });
        assert_eq!([2, 3, 0].map(|missing| gaps.packets_in(1000, all(missing))), [2, 3, 0]);
        assert_eq!(gaps.packets_in(1000, all(500)), 2);
        assert_eq!(gaps.before(&file, b"elsewhere").unwrap(), 0);
        assert_eq!(gaps.before(&file, &packet(9)).unwrap(), 0);
    }
}
