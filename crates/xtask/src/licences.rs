//! Whether everything in the lock file may be linked: the licence of each package against `.deny.toml`.

use std::fs;

use serde_json::Value;
use spdx::{Expression, Licensee, ParseMode};

use crate::command::{cargo, root, stdout};
use crate::error::{Error, Result};

/// The file with the list of allowed licences, at the root of the workspace.
const LIST: &str = ".deny.toml";

/// What every package of the workspace itself must say.
const OWN: &str = "MIT OR Apache-2.0";

/// Checks every package that is built, tested or run on any system.
///
/// Returns how many there are.
///
/// # Errors
/// When the list or the packages cannot be read, or a licence is not allowed: names each such package.
pub(crate) fn check() -> Result<usize> {
    let path = root()?.join(LIST);
    let text = fs::read_to_string(&path).map_err(Error::io("reading", path))?;
    let allowed = allowed(&text)?;
    let metadata = stdout(&mut cargo(&["metadata", "--format-version", "1", "--locked"])?)?;
    let metadata: Value = serde_json::from_slice(&metadata)
        .map_err(|error| Error::Unfit(format!("cargo metadata: {error}")))?;
    let packages = metadata["packages"].as_array().map_or(&[][..], Vec::as_slice);
    let offences: Vec<String> = packages.iter().filter_map(|p| offence(p, &allowed)).collect();
    if !offences.is_empty() {
        let advice = format!("replace them, or allow the licence in {LIST} with a reason");
        return Err(Error::Unfit(format!("licences:\n  {}\n{advice}", offences.join("\n  "))));
    }
    Ok(packages.len())
}

/// The licences in `[licenses].allow` of a configuration of cargo-deny.
fn allowed(text: &str) -> Result<Vec<Licensee>> {
    let unfit = |what: &dyn std::fmt::Display| Error::Unfit(format!("{LIST}: {what}"));
    let table: toml::Table = toml::from_str(text).map_err(|error| unfit(&error))?;
    let list = table.get("licenses").and_then(|licenses| licenses.get("allow")?.as_array());
    let list = list.ok_or_else(|| unfit(&"there is no list [licenses].allow"))?;
    let licence = |item: &toml::Value| {
        let name = item.as_str().ok_or_else(|| unfit(&"a licence in the list is not a text"))?;
        Licensee::parse(name).map_err(|error| unfit(&error))
    };
    list.iter().map(licence).collect()
}

/// What is wrong with the licence of a package of `cargo metadata`, if anything is.
fn offence(package: &Value, allowed: &[Licensee]) -> Option<String> {
    let text = |key: &str| package[key].as_str().unwrap_or_default();
    let licence = text("license");
    let fault = if package["source"].is_null() {
        (licence != OWN).then(|| format!("is ours, and must say \"{OWN}\""))
    } else {
        fault(licence, allowed)
    };
    fault.map(|fault| format!("{} {}: \"{licence}\" {fault}", text("name"), text("version")))
}

/// What is wrong with a licence expression, if anything is. "MIT/Apache-2.0" is read as "or", as it was
/// once written.
fn fault(licence: &str, allowed: &[Licensee]) -> Option<String> {
    if licence.is_empty() {
        return Some("has no licence expression".to_owned());
    }
    match Expression::parse_mode(licence, ParseMode::LAX) {
        Err(error) => Some(format!("cannot be read: {}", error.reason)),
        Ok(expression) => {
            let met = expression.evaluate(|wanted| allowed.iter().any(|own| own.satisfies(wanted)));
            (!met).then(|| "is not allowed".to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn few() -> Vec<Licensee> {
        let list = "[licenses]\nallow = [\"MIT\", \"Apache-2.0 WITH LLVM-exception\", \"MPL-2.0\"]";
        allowed(list).unwrap()
    }

    #[test]
    fn one_side_of_an_or_and_both_sides_of_an_and_must_be_allowed() {
        for good in ["MIT", "MIT OR GPL-3.0", "GPL-3.0-only OR (MIT AND MPL-2.0)"] {
            assert_eq!(fault(good, &few()), None, "{good}");
        }
        for bad in ["GPL-3.0", "MIT AND GPL-3.0", "GPL-2.0-only OR (MIT AND LGPL-3.0-or-later)"] {
            assert_eq!(fault(bad, &few()).as_deref(), Some("is not allowed"), "{bad}");
        }
    }

    #[test]
    fn a_slash_is_an_or() {
        assert_eq!(fault("Unlicense/MIT", &few()), None);
        assert!(fault("Unlicense/GPL-3.0", &few()).is_some());
    }

    #[test]
    fn an_exception_is_part_of_the_licence() {
        assert_eq!(fault("Apache-2.0 WITH LLVM-exception", &few()), None);
        assert!(fault("Apache-2.0", &few()).is_some());
    }

    #[test]
    fn what_says_nothing_or_nonsense_is_not_allowed() {
        assert!(fault("", &few()).is_some());
        assert!(fault("see the file", &few()).is_some());
    }

    #[test]
    fn offenders_are_named_with_their_licence() {
        let foreign = serde_json::json!({
            "name": "thing", "version": "1.2.3", "license": "GPL-3.0", "source": "registry"
        });
        let found = offence(&foreign, &few()).unwrap();
        assert_eq!(found, "thing 1.2.3: \"GPL-3.0\" is not allowed");
    }

    #[test]
    fn our_own_packages_carry_both_licences() {
        let own = |licence: &str| serde_json::json!({"name": "own", "license": licence});
        assert_eq!(offence(&own(OWN), &few()), None);
        assert!(offence(&own("MIT"), &few()).is_some());
    }

    #[test]
    fn a_list_that_cannot_be_read_is_an_error() {
        assert!(allowed("[licenses]").is_err());
        assert!(allowed("[licenses]\nallow = [\"No-Such-Licence\"]").is_err());
    }
}
