//! A lossy file is what it is decoded to: where its encoder makes it quieter than asked for, it is driven
//! anew and written again.

use twobus_session::Target;

use super::{LOUDNESS_TOLERANCE_LU, MasterOptions, Processed, Rendered};
use crate::error::Result;
use crate::progress::Progress;

/// How often a file is written again, at most: what an encoder takes away hardly depends on the drive.
const MOST_TIMES: usize = 2;

/// Lets `write` replace `file` until its loudness, decoded, is what `options` ask for, within
/// [`LOUDNESS_TOLERANCE_LU`]; `decoded_lufs` is `None` where a cap on gain reduction ends this.
///
/// So does an error: then the last file stands, and what it measures has to be told.
pub(crate) fn to_loudness<T>(
    processed: &Processed,
    options: &MasterOptions,
    mut file: T,
    decoded_lufs: impl Fn(&T) -> Option<f64>,
    write: impl Fn(&Rendered, &MasterOptions) -> Result<T>,
    progress: &Progress,
) -> T {
    let Some(asked) = options.target.loudness_lufs.filter(|_| options.format.is_lossy()) else {
        return file;
    };
    let mut aim = asked;
    for _ in 0..MOST_TIMES {
        let missing = decoded_lufs(&file).map_or(0.0, |found| asked - found);
        if missing.abs() <= LOUDNESS_TOLERANCE_LU {
            break;
        }
        aim += missing;
        let target = Target { loudness_lufs: Some(aim), ..options.target };
        let again = MasterOptions { target, overwrite: true, ..options.clone() };
        let rendered = Rendered::new(processed, &again, progress);
        match rendered.and_then(|rendered| write(&rendered, &again)) {
            Ok(better) => file = better,
            Err(_) => break,
        }
    }
    file
}
