//! What a newer document holds that this program does not know: set aside when it is read, and put
//! back where it was when the document is written.

use serde_json::Value;
use serde_path_to_error::Segment;

/// Most kinds of keys that are set aside; a document with more needs its own program.
const MOST_KINDS: usize = 200;

/// Keys that were set aside, each with its value and where it stood.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Unknown {
    keys: Vec<(Vec<Step>, Value)>,
    kinds: Vec<String>,
}

/// A step down into a document.
#[derive(Debug, Clone, PartialEq)]
enum Step {
    Key(String),
    /// The item of a list that is called so, or stands there when it has no name.
    Item {
        index: usize,
        identity: Option<Value>,
    },
}

impl Unknown {
    /// True when everything is known.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// What is not known, one name a kind of key: `songs[].mix.reverb_room`.
    pub fn names(&self) -> impl Iterator<Item = String> {
        self.kinds.iter().cloned()
    }

    /// Takes the key that `error` complains about out of `tree`, wherever one of its kind stands;
    /// false when that is not what it complains about.
    pub(super) fn set_aside(
        &mut self,
        tree: &mut Value,
        error: &serde_path_to_error::Error<serde_json::Error>,
    ) -> bool {
        // The sentence is serde's own, for which it has no kind of error.
        if !error.inner().to_string().starts_with("unknown field") || self.kinds.len() == MOST_KINDS
        {
            return false;
        }
        let path: Vec<&Segment> = error.path().iter().collect();
        let before = self.keys.len();
        take(tree, &path, &mut Vec::new(), &mut self.keys);
        self.kinds.push(kind(&path));
        self.keys.len() > before
    }

    /// Puts everything back into `tree`; what belonged to something that is gone is gone with it.
    pub(super) fn put_back(&self, tree: &mut Value) {
        for (path, value) in &self.keys {
            let Some((Step::Key(key), owners)) = path.split_last() else { continue };
            let owner = owners.iter().try_fold(&mut *tree, |at, step| step.down(at));
            if let Some(Value::Object(owner)) = owner {
                let _none = owner.insert(key.clone(), value.clone());
            }
        }
    }
}

impl Step {
    fn down<'a>(&self, at: &'a mut Value) -> Option<&'a mut Value> {
        match self {
            Self::Key(key) => at.get_mut(key),
            Self::Item { index, identity: None } => at.get_mut(index),
            Self::Item { identity, .. } => {
                let mut items = at.as_array_mut()?.iter_mut();
                items.find(|item| identity_of(item) == *identity)
            }
        }
    }
}

/// What tells an item of a list from the others, whatever its place.
fn identity_of(item: &Value) -> Option<Value> {
    let strip = item.get("strip").and_then(|strip| strip.get("id"));
    item.get("id").or(strip).or_else(|| item.get("number")).cloned()
}

/// Takes all keys at `path` out of `at`, where a list's place stands for all of its places.
fn take(
    at: &mut Value,
    path: &[&Segment],
    way: &mut Vec<Step>,
    into: &mut Vec<(Vec<Step>, Value)>,
) {
    let Some((first, rest)) = path.split_first() else { return };
    match (first, at) {
        (Segment::Map { key } | Segment::Enum { variant: key }, Value::Object(map)) => {
            way.push(Step::Key(key.clone()));
            if rest.is_empty() {
                into.extend(map.remove(key).map(|value| (way.clone(), value)));
            } else if let Some(inner) = map.get_mut(key) {
                take(inner, rest, way, into);
            }
            let _key = way.pop();
        }
        (Segment::Seq { .. }, Value::Array(items)) => {
            for (index, item) in items.iter_mut().enumerate() {
                way.push(Step::Item { index, identity: identity_of(item) });
                take(item, rest, way, into);
                let _item = way.pop();
            }
        }
        _ => {}
    }
}

fn kind(path: &[&Segment]) -> String {
    let mut name = String::new();
    for segment in path {
        match segment {
            Segment::Seq { .. } => name.push_str("[]"),
            Segment::Map { key } | Segment::Enum { variant: key } => {
                let joint = if name.is_empty() { "" } else { "." };
                name.push_str(&format!("{joint}{key}"));
            }
            Segment::Unknown => name.push('?'),
        }
    }
    name
}
