//! Why a device cannot be used.

use crate::device::OutputId;

/// A device, or the sound system, cannot be used.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}{}", naming(output.as_ref()), self.reason())]
pub struct Error {
    kind: ErrorKind,
    output: Option<OutputId>,
    detail: Option<String>,
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ErrorKind {
    /// No device at all.
    #[error("there is no sound device. Connect one, or start the sound server")]
    NoOutput,
    /// Not this device.
    #[error("the sound device is not there. Connect it, or choose another")]
    Missing,
    /// Another program holds it.
    #[error("the sound device is in use by another program. Close that, or choose another device")]
    Busy,
    /// The system forbids it.
    #[error("the system does not allow the sound device to be used. Check its permissions")]
    Denied,
    /// It takes nothing that Twobus writes.
    #[error("the sound device takes no format that Twobus writes. Choose another")]
    Format,
    /// The sound system failed.
    #[error("the sound system failed")]
    System,
    /// The playback is still held by a device that does not answer.
    #[error("the song is held by a sound device that does not answer")]
    Held,
}

impl Error {
    /// An error of this kind.
    pub fn new(kind: ErrorKind) -> Self {
        Self { kind, output: None, detail: None }
    }

    /// Names the device.
    #[must_use]
    pub fn of(mut self, output: &OutputId) -> Self {
        self.output = Some(output.clone());
        self
    }

    /// Adds the sound system's own words.
    #[must_use]
    pub fn saying(mut self, detail: impl ToString) -> Self {
        self.detail = Some(detail.to_string());
        self
    }

    /// What is wrong, without the device's name.
    pub fn reason(&self) -> String {
        format!("{}{}", self.kind, in_brackets(self.detail.as_deref()))
    }

    /// What is wrong, for code that branches on it.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

fn naming(output: Option<&OutputId>) -> String {
    output.map(|output| format!("{output}: ")).unwrap_or_default()
}

fn in_brackets(detail: Option<&str>) -> String {
    detail.map(|detail| format!(" ({detail})")).unwrap_or_default()
}
