//! What can go wrong when a song is opened for playing.

/// Why a song cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No such song.
    #[error("the project has no song {0}; its songs are listed by `twobus-cli info`")]
    NoSong(u32),
    /// A song that has no mix.
    #[error("\"{0}\" has no mix to play; it arrived as a finished print: play its master")]
    NoMix(String),
    /// A song without any files.
    #[error("\"{0}\" is empty; import stems first")]
    Empty(String),
    /// The mix cannot run.
    #[error(transparent)]
    Compile(#[from] twobus_render::CompileError),
    /// What goes into a master is not there.
    #[error(transparent)]
    Master(#[from] twobus_jobs::Error),
    /// What goes into a master has another rate than before.
    #[error(
        "the master is now made of something at {now} Hz instead of {before} Hz; open it again"
    )]
    OtherRate {
        /// Rate at which it plays, in Hz.
        before: u32,
        /// Rate of what goes in now.
        now: u32,
    },
    /// A loop that is hardly one.
    #[error("a loop must be at least {} ms long", (crate::MIN_LOOP_S * 1000.0).round())]
    ShortLoop,
    /// A thread could not be started.
    #[error("the system refuses another thread: {0}")]
    Thread(std::io::Error),
}
