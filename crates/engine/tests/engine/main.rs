//! Playing on sound devices: made-up ones, and real ones where the machine can have them.
