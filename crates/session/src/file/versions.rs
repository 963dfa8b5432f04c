//! Documents of other versions: older ones are migrated in memory, newer ones read as far as they are
//! known.

use serde::Deserialize;
use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use serde_path_to_error::{Path, Segment};

use super::unknown::Unknown;
use super::{FileFault, stamp};
use crate::project::{Project, SCHEMA};

/// Largest document of another version that is read, in bytes: its tree takes many times as much.
const MAX_OTHER_BYTES: usize = 64 << 20;

/// Memory that reading takes for each byte of a document, at most: measured by the tests.
const MEMORY_FACTOR: usize = 8;
/// The same for a document of another version, which is read as a tree first.
const OTHER_MEMORY_FACTOR: usize = 32;

/// A way from one version to the next: what it changes in the tree, and the bytes it came from.
type Step = fn(&mut Map<String, Value>, &[u8]);

/// The way from version 1 to this one: step `n` leads from version `n + 1` to `n + 2`.
const STEPS: [Step; SCHEMA as usize - 1] = [with_identity];

/// What the bytes of a document hold.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) project: Project,
    /// Version of the document.
    pub(super) version: u32,
    /// What is not known of it.
    pub(super) unknown: Unknown,
}

/// What every version of the document has.
#[derive(Deserialize)]
struct Version {
    schema: u32,
}

/// The version of a document that is whole JSON.
pub(super) fn of(text: &[u8]) -> Result<u32, FileFault> {
    Ok(serde_json::from_slice::<Version>(text).map(|Version { schema }| schema)?)
}

/// Reads a document of any version.
pub(super) fn read(text: &[u8]) -> Result<Read, FileFault> {
    let version = of(text)?;
    let (project, unknown) = match version {
        0 => return Err(FileFault::Json { line: 1, column: 1, message: NO_VERSION.to_owned() }),
        SCHEMA => {
            check_memory(text.len() * MEMORY_FACTOR)?;
            (serde_json::from_slice(text)?, Unknown::default())
        }
        1..SCHEMA => (older(text, version)?, Unknown::default()),
        _ => newer(text, version)?,
    };
    match project.validate() {
        Ok(()) => Ok(Read { project, version, unknown }),
        Err(error) if version > SCHEMA => {
            Err(FileFault::Newer { found: version, why: error.to_string() })
        }
        Err(error) => Err(FileFault::Invalid { error: Box::new(error) }),
    }
}

const NO_VERSION: &str = "there is no version 0 of a project at line 1 column 1";

/// Refuses before anything is allocated piece by piece, where running out would end the program.
fn check_memory(bytes: usize) -> Result<(), FileFault> {
    let refused = |_| FileFault::Memory { bytes: bytes as u64 };
    Vec::<u8>::new().try_reserve_exact(bytes).map_err(refused)
}

/// The tree of a document of another version.
fn tree(text: &[u8]) -> Result<Map<String, Value>, FileFault> {
    if text.len() > MAX_OTHER_BYTES {
        return Err(FileFault::TooLarge(text.len() as u64));
    }
    check_memory(text.len() * OTHER_MEMORY_FACTOR)?;
    let mut reader = serde_json::Deserializer::from_slice(text);
    let value = Strict.deserialize(&mut reader)?;
    reader.end()?;
    let Value::Object(tree) = value else { unreachable!("its version was read from an object") };
    Ok(tree)
}

fn older(text: &[u8], version: u32) -> Result<Project, FileFault> {
    let mut tree = tree(text)?;
    let steps = STEPS.iter().skip(version as usize - 1);
    steps.for_each(|step| step(&mut tree, text));
    let _old = tree.insert("schema".to_owned(), SCHEMA.into());
    serde_path_to_error::deserialize(&Value::Object(tree)).map_err(|error| {
        let (line, column) = position(text, error.path());
        let (path, inner) = (error.path().to_string(), error.into_inner());
        let message = format!("{inner} in {path} at line {line} column {column}");
        FileFault::Json { line, column, message }
    })
}

fn newer(text: &[u8], found: u32) -> Result<(Project, Unknown), FileFault> {
    let mut tree = tree(text)?;
    let _new = tree.insert("schema".to_owned(), SCHEMA.into());
    let mut tree = Value::Object(tree);
    let mut unknown = Unknown::default();
    loop {
        let error = match serde_path_to_error::deserialize::<_, Project>(&tree) {
            Ok(project) => return Ok((project, unknown)),
            Err(error) => error,
        };
        if !unknown.set_aside(&mut tree, &error) {
            let why = format!("{}: {}", error.path(), error.inner());
            return Err(FileFault::Newer { found, why });
        }
    }
}

/// Version 1 had no identity: one that follows from its bytes is the same at every reading.
fn with_identity(tree: &mut Map<String, Value>, text: &[u8]) {
    let _none = tree.insert("id".to_owned(), stamp(text).into());
}

/// Line and column of the value at `path`; of the end of the text when it is not there.
fn position(text: &[u8], path: &Path) -> (usize, usize) {
    let segments: Vec<&Segment> = path.iter().collect();
    let mut reader = serde_json::Deserializer::from_slice(text);
    let found = Seek(&segments).deserialize(&mut reader).and_then(|()| reader.end());
    let lines = text.iter().filter(|byte| **byte == b'\n').count();
    found.err().map_or((lines.max(1), 0), |here| (here.line(), here.column()))
}

/// Fails at the value that a path leads to, so that the reader tells where that is.
struct Seek<'a>(&'a [&'a Segment]);

impl<'de> DeserializeSeed<'de> for Seek<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seek<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list or an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Some((Segment::Map { key } | Segment::Enum { variant: key }, rest)) =
            self.0.split_first()
        else {
            return Err(A::Error::custom("here"));
        };
        while let Some(next) = map.next_key::<String>()? {
            if next == *key {
                map.next_value_seed(Seek(rest))?;
            } else {
                let _skipped = map.next_value::<IgnoredAny>()?;
            }
        }
        Err(A::Error::custom("it ends here"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let Some((Segment::Seq { index }, rest)) = self.0.split_first() else {
            return Err(A::Error::custom("here"));
        };
        for _ in 0..*index {
            let _skipped = list.next_element::<IgnoredAny>()?;
        }
        let _none = list.next_element_seed(Seek(rest))?;
        Err(A::Error::custom("it ends here"))
    }
}

/// Reads a tree in which no key stands twice.
#[derive(Clone, Copy)]
struct Strict;

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(self)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut tree = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            if tree.contains_key(&key) {
                return Err(A::Error::custom(format!("duplicate field `{key}`")));
            }
            let value = map.next_value_seed(self)?;
            let _new = tree.insert(key, value);
        }
        Ok(Value::Object(tree))
    }
}
