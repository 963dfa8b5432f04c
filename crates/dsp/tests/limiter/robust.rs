//! No input and no setting breaks the limiter.
