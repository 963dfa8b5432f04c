//! `cargo xtask screenshots`: every screen of the window as a picture, without a display.

use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::Path;

use png::{BitDepth, ColorType};

use crate::command::{cargo, run as run_command, target};
use crate::error::{Error, Result};
use crate::terminal::say;

/// The test that draws them.
const TEST: [&str; 9] = [
    "test",
    "--release",
    "--locked",
    "--quiet",
    "--package",
    "twobus-gui",
    "--bin",
    "twobus",
    "every_screen_is_drawn",
];

/// Those that README shows, and where they are kept.
const SHOWN: [&str; 5] = ["mix", "mix-devices", "ready", "master", "mix-medium"];
const PICTURES: &str = "docs/pictures";

/// Draws them anew, at twice their size; with `readme` those that README shows too, at their size.
///
/// # Errors
/// When a folder cannot be written, or a screen is not drawn.
pub(crate) fn run(readme: bool) -> Result<()> {
    let folder = target()?.join("screenshots");
    if folder.exists() {
        std::fs::remove_dir_all(&folder).map_err(Error::io("clearing", &folder))?;
    }
    run_command(cargo(&TEST)?.env("TWOBUS_SCREENSHOTS", &folder))?;
    say(format!("The pictures are in {}.", folder.display()));
    if readme {
        let kept = crate::command::root()?.join(PICTURES);
        std::fs::create_dir_all(&kept).map_err(Error::io("making the folder", &kept))?;
        for name in SHOWN {
            let drawn = folder.join(format!("{name}-tiny-skia.png"));
            halve(&drawn, &kept.join(format!("{name}.png")))?;
        }
        say(format!("README's are in {}.", kept.display()));
    }
    Ok(())
}

/// Rows of pixels of three bytes.
struct Picture {
    width: usize,
    rows: Vec<u8>,
}

/// Writes the picture `from` at half its size.
fn halve(from: &Path, to: &Path) -> Result<()> {
    let Picture { width, rows } = read(from)?;
    let small = half(&rows, width);
    write(to, &small).map_err(|error| Error::Unfit(format!("{}: {error}", to.display())))
}

/// Each pixel is the mean of four.
fn half(rows: &[u8], width: usize) -> Picture {
    let line = 3 * width;
    let small = width / 2;
    let mean = |pair: &[u8], place: usize| {
        let (x, channel) = (place / 3, place % 3);
        let four = [0, 3, line, line + 3].map(|by| u16::from(pair[6 * x + channel + by]));
        (four.iter().sum::<u16>() / 4) as u8
    };
    let pairs = rows.chunks_exact(2 * line);
    let rows = pairs.flat_map(|pair| (0..3 * small).map(move |place| mean(pair, place))).collect();
    Picture { width: small, rows }
}

/// A picture without its transparency: nothing in the window is transparent.
fn read(path: &Path) -> Result<Picture> {
    let file = File::open(path).map_err(Error::io("opening", path))?;
    let unfit = |what: &str| Error::Unfit(format!("{}: {what}", path.display()));
    let mut reader = png::Decoder::new(BufReader::new(file))
        .read_info()
        .map_err(|error| unfit(&error.to_string()))?;
    let size = reader.output_buffer_size().ok_or_else(|| unfit("too large"))?;
    let mut pixels = vec![0; size];
    let info = reader.next_frame(&mut pixels).map_err(|error| unfit(&error.to_string()))?;
    if (info.color_type, info.bit_depth) != (ColorType::Rgba, BitDepth::Eight) {
        return Err(unfit("not four bytes a pixel"));
    }
    let rows = pixels.chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
    Ok(Picture { width: info.width as usize, rows })
}

fn write(path: &Path, picture: &Picture) -> std::result::Result<(), png::EncodingError> {
    let height = picture.rows.len() / (3 * picture.width);
    let file = BufWriter::new(File::create(path)?);
    let mut encoder = png::Encoder::new(file, picture.width as u32, height as u32);
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    encoder.write_header()?.write_image_data(&picture.rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_of_half_the_size_has_the_means_of_four_pixels() {
        let pixel = |value: u8| [value, value / 2, 0];
        let rows: Vec<u8> = [0, 40, 7, 7, 80, 120, 7, 7].into_iter().flat_map(pixel).collect();
        let small = half(&rows, 4);
        assert_eq!((small.width, small.rows), (2, vec![60, 30, 0, 7, 3, 0]));
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("picture.png");
        write(&path, &half(&rows, 4)).unwrap();
        assert!(std::fs::metadata(path).unwrap().len() > 0);
    }
}
