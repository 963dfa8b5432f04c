//! Changes of the record as a whole.

use std::mem::replace;

use serde::{Deserialize, Serialize};
use twobus_dsp::pan::PanLaw;

use crate::credits::Release;
use crate::project::Project;

/// A change of the record as a whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProjectEdit {
    /// Its name.
    Name(String),
    /// Who made it.
    Artist(String),
    /// UPC or EAN, 12 or 13 digits, the last of which checks the others.
    Upc(Option<String>),
    /// What files of the record carry besides.
    Release(Release),
    /// Pan law of all mono tracks.
    PanLaw(PanLaw),
}

impl ProjectEdit {
    pub(super) fn swap(self, project: &mut Project) -> Self {
        match self {
            Self::Name(new) => Self::Name(replace(&mut project.name, new)),
            Self::Artist(new) => Self::Artist(replace(&mut project.record.artist, new)),
            Self::Upc(new) => Self::Upc(replace(&mut project.record.upc, new)),
            Self::Release(new) => Self::Release(replace(&mut project.record.release, new)),
            Self::PanLaw(new) => Self::PanLaw(replace(&mut project.pan_law, new)),
        }
    }
}
