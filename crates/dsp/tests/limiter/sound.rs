//! What the limiter does to sound.
