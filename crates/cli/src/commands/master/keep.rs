//! The drive that was found, kept in the limiter at the end of the project's chain.

use twobus_dsp::DeviceKind;
use twobus_jobs::{Error, MasterOptions, Mastered, Result};
use twobus_session::{ChainVersion, Device, DeviceEdit, Edit, ListEdit, MasterEdit, ParamId, Song};

use super::{Origin, is_limiter, set};

/// Keeps the drive that was found in the limiter at the end of the chain, which is added if there is none.
pub(super) fn keep(
    origin: &Origin,
    done: &Mastered,
    options: &MasterOptions,
    version: ChainVersion,
) -> Vec<String> {
    let kept = origin.folder.change(|project| {
        let song = project.song(origin.song).ok_or_else(|| missing("the song"))?;
        let edit = kept(song, done.drive_db, options.target.ceiling_dbtp, version)?;
        Ok(project.apply(edit)?)
    });
    match kept {
        Ok(changed) => changed.notes,
        Err(error) => vec![format!("The drive is not kept in the project: {error}.")],
    }
}

fn missing(what: &str) -> Error {
    Error::Missing(format!("{what} is not there any more"))
}

/// The edits that set the last limiter of a chain to this drive and ceiling.
fn kept(song: &Song, drive_db: f64, ceiling_dbtp: f64, version: ChainVersion) -> Result<Edit> {
    let chain = song.master.chain_of(version).ok_or_else(|| missing("chain B"))?;
    let values = [("drive", drive_db), ("ceiling", ceiling_dbtp)];
    for (id, value) in values {
        let index = DeviceKind::Limiter.param(id).expect("the limiter declares both");
        let spec = &DeviceKind::Limiter.specs()[index];
        if !spec.range.contains(&value) {
            let (low, high) = (spec.range.start(), spec.range.end());
            return Err(Error::Missing(format!(
                "a limiter's {id} goes from {low} to {high} dB, not to {value:.2}; change the trim by the rest"
            )));
        }
    }
    let name = "Keep the drive".to_owned();
    let Some(limiter) = chain.last().filter(|device| is_limiter(device)) else {
        let mut limiter = Device::new(song.fresh_device_id(), DeviceKind::Limiter);
        for (id, value) in values {
            set(&mut limiter, id, value);
        }
        return Ok(with_limiter(song, limiter, version));
    };
    let edit = |(id, value): (&str, f64)| {
        let id = ParamId::new(id).expect("it is declared");
        let change = DeviceEdit::Param { id, value };
        Edit::Device { song: song.id, device: limiter.id, change }
    };
    Ok(Edit::Batch { name, edits: values.map(edit).to_vec() })
}

/// Adds a limiter at the end of a chain.
fn with_limiter(song: &Song, limiter: Device, version: ChainVersion) -> Edit {
    let change = match version {
        ChainVersion::A => MasterEdit::Chain(ListEdit::add(limiter)),
        ChainVersion::B => {
            let mut devices = song.master.alternative.clone().unwrap_or_default();
            devices.push(limiter);
            MasterEdit::Alternative(Some(devices))
        }
    };
    Edit::Master { song: song.id, change }
}
