//! What the display shows, read from the file that Xvfb draws into.
//!
//! The file is an X window dump (X11/XWDFile.h, version 7): a header of big-endian words, a colour map,
//! rows of pixels of 4 bytes, blue first.

use std::path::Path;

/// A piece of the display, in pixels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Area {
    pub(crate) x: i32,
    pub(crate) y: i32,
    pub(crate) width: i32,
    pub(crate) height: i32,
}

/// Bytes of an entry of the colour map.
const COLOUR: usize = 12;

/// A picture of the display.
pub(crate) struct Picture {
    bytes: Vec<u8>,
    first: usize,
    row: usize,
}

impl Picture {
    /// What is shown now.
    pub(crate) fn read(folder: &Path) -> Self {
        let bytes = std::fs::read(folder.join("Xvfb_screen0")).unwrap();
        let word = |index: usize| {
            u32::from_be_bytes(bytes[4 * index..4 * index + 4].try_into().unwrap()) as usize
        };
        assert_eq!((word(1), word(11)), (7, 32), "version, bits of a pixel");
        let (first, row) = (word(0) + word(19) * COLOUR, word(12));
        Self { bytes, first, row }
    }

    /// Red, green and blue of a pixel.
    fn pixel(&self, x: i32, y: i32) -> [u8; 3] {
        let at = self.first + y as usize * self.row + 4 * x as usize;
        [self.bytes[at + 2], self.bytes[at + 1], self.bytes[at]]
    }

    /// How many pixels of `area` are drawn in a colour of signal: clearly more green than red, and bright.
    pub(crate) fn signal(&self, area: Area) -> usize {
        self.count(area, |[red, green, _]| green > 60 && green > red.saturating_add(30))
    }

    /// How many are drawn in the accent: clearly more blue than red, and bright.
    pub(crate) fn accent(&self, area: Area) -> usize {
        self.count(area, |[red, _, blue]| blue > 200 && blue > red.saturating_add(60))
    }

    fn count(&self, area: Area, is: impl Fn([u8; 3]) -> bool) -> usize {
        let columns = |y| (area.x..area.x + area.width).map(move |x| (x, y));
        let pixels = (area.y..area.y + area.height).flat_map(columns);
        pixels.filter(|&(x, y)| is(self.pixel(x, y))).count()
    }

    /// Writes it where a person can look at it, as a portable pixmap.
    pub(crate) fn keep(&self, path: &Path) {
        let (width, height) = (self.row / 4, (self.bytes.len() - self.first) / self.row);
        let mut file = format!("P6 {width} {height} 255\n").into_bytes();
        let rows = (0..height as i32).flat_map(|y| (0..width as i32).map(move |x| (x, y)));
        rows.for_each(|(x, y)| file.extend(self.pixel(x, y)));
        std::fs::write(path, file).unwrap();
    }
}
