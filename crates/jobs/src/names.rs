//! Names of files that every system takes, and patterns to make them from.

/// Longest name without its ending, in bytes: with the endings of unfinished files it stays below the 255
/// that file systems hold.
const MOST_BYTES: usize = 200;

/// Names that Windows keeps for devices, whatever ending they have.
const RESERVED: [&str; 6] = ["con", "prn", "aux", "nul", "com", "lpt"];

/// `title` as a name for a file on any system: without what file systems do not take, without marks that
/// are not seen, not too long, and never one that Windows keeps for itself.
pub fn file_name(title: &str) -> String {
    let safe = |c: char| if c.is_control() || r#"/\:*?"<>|"#.contains(c) { '-' } else { c };
    let name: String = title.trim().chars().filter(|c| !is_hidden(*c)).map(safe).collect();
    let end =
        name.char_indices().map(|(at, c)| at + c.len_utf8()).take_while(|at| *at <= MOST_BYTES);
    let name = &name[..end.last().unwrap_or(0)];
    let name = name.trim_matches('.').trim().trim_end_matches(['.', ' ']);
    match name {
        "" => "Untitled".to_owned(),
        name if is_reserved(name) => format!("_{name}"),
        name => name.to_owned(),
    }
}

/// Marks of direction and joiners, by which a name can look like another.
fn is_hidden(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

fn is_reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end().to_lowercase();
    let numbered = |device: &str| {
        let number = stem.strip_prefix(device);
        number.is_some_and(|n| n.chars().count() == 1 && "123456789¹²³".contains(n))
    };
    let (plain, ports) = RESERVED.split_at(4);
    plain.contains(&stem.as_str()) || ports.iter().any(|device| numbered(device))
}

/// `pattern` with its fields in braces filled in, as a name for a file; the error is a field that is not
/// among `fields`, or a brace that stands alone.
pub(crate) fn filled(pattern: &str, fields: &[(&str, String)]) -> Result<String, String> {
    let mut name = String::new();
    let mut rest = pattern;
    while let Some((before, behind)) = rest.split_once('{') {
        name.push_str(before);
        let (field, after) = behind.split_once('}').ok_or_else(|| format!("{{{behind}"))?;
        let found = fields.iter().find(|(other, _)| *other == field);
        let (_, text) = found.ok_or_else(|| format!("{{{field}}}"))?;
        // A field cannot bring a folder in.
        name.push_str(&text.replace(['/', '\\'], "-"));
        rest = after;
    }
    name.push_str(rest);
    Ok(file_name(&tidy(&name)))
}

/// Without what fields that say nothing have left behind: brackets around nothing, dashes at the ends.
fn tidy(name: &str) -> String {
    let mut name = name.replace("[]", "").replace("()", "").replace("[-", "[").replace("-]", "]");
    while name.contains("  ") {
        name = name.replace("  ", " ");
    }
    name.trim().trim_start_matches("- ").trim_end_matches(" -").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_by_every_system() {
        for (title, name) in [
            ("Slow Ferry", "Slow Ferry"),
            ("A/B: \"why?\" <now>|*\\", "A-B- -why-- -now----"),
            ("..", "Untitled"),
            ("   ", "Untitled"),
            ("two\nlines\t", "two-lines"),
            ("ends. . .", "ends"),
            ("con", "_con"),
            ("Lpt1.mix", "_Lpt1.mix"),
            ("Common", "Common"),
            ("com10", "com10"),
            ("safe\u{202E}vaw.exe", "safevaw.exe"),
            ("鼓 \u{1F941}", "鼓 \u{1F941}"),
        ] {
            assert_eq!(file_name(title), name, "{title:?}");
        }
        let long = file_name(&"ä".repeat(400));
        assert_eq!(long.len(), MOST_BYTES);
    }

    #[test]
    fn patterns_are_filled_and_tidied() {
        let field = |name, text: &str| (name, text.to_owned());
        let fields = [
            field("artist", ""),
            field("title", "../x/{y}"),
            field("rate", "44.1"),
            field("depth", "16"),
        ];
        let name = |pattern| filled(pattern, &fields);
        assert_eq!(name("{artist} - {title} [{rate}-{depth}]").unwrap(), "-x-{y} [44.1-16]");
        assert_eq!(name("{title} ({artist})").unwrap(), "-x-{y}");
        assert_eq!(name("plain").unwrap(), "plain");
        assert_eq!(name("{nr} {title}").unwrap_err(), "{nr}");
        assert_eq!(name("{title").unwrap_err(), "{title");
    }
}
