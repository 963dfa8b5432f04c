//! The loader of project.json: whatever the text is, it is a project or an error that tells where; a
//! project is written and read again the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use twobus_session::file::{from_json, to_json};

fuzz_target!(|text: &[u8]| {
    let Ok(project) = from_json(text) else { return };
    let written = to_json(&project).expect("what was read is valid");
    let again = from_json(written.as_bytes()).expect("what was written can be read");
    assert!(project == again);
});
