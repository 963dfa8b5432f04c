//! What the crate promises, tested from outside; each test's name begins with the row it proves.

mod convert;
mod formats;
mod hostile;
mod scan;
mod speed;
mod tools;
mod wav;
mod write;
