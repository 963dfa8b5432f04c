//! What delivered files say of a song and its record, and the codes that identify both.

use serde::{Deserialize, Serialize};

/// What files of the record carry besides its name, artist and UPC. Empty means unsaid.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Release {
    /// Date of release: `2026`, `2026-11` or `2026-11-24`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub date: String,
    /// Genre of the record.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub genre: String,
    /// Who publishes it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// Who holds the rights.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub copyright: String,
    /// Picture of the cover: a JPEG or PNG, its path relative to the project's folder or absolute.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub cover: String,
}

impl Release {
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// True for a date as this program writes it: a year, a month of it, or a day that the month has.
    pub fn is_date(text: &str) -> bool {
        let number = |text: &str, digits: usize| {
            let all = text.len() == digits && text.bytes().all(|b| b.is_ascii_digit());
            text.parse::<u32>().ok().filter(|_| all)
        };
        let parts: Vec<&str> = text.split('-').collect();
        let Some(year) = number(parts[0], 4) else { return false };
        match parts[1..] {
            [] => true,
            [month] => number(month, 2).is_some_and(|month| (1..=12).contains(&month)),
            [month, day] => {
                let date = number(month, 2).zip(number(day, 2));
                date.is_some_and(|(month, day)| (1..=days(year, month)).contains(&day))
            }
            _ => false,
        }
    }
}

/// Days of a month in the Gregorian calendar; 0 for a month that does not exist.
fn days(year: u32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        1..=12 => 31,
        _ => 0,
    }
}

/// What files of a song carry besides its title and ISRC. Empty means unsaid.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Credits {
    /// Who made it, where that is not the artist of the record.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub artist: String,
    /// Who wrote the music.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub composer: String,
    /// Who wrote the words.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub lyricist: String,
    /// Genre, where that is not the record's.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub genre: String,
    /// Anything else.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub comment: String,
}

impl Credits {
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// An ISRC as it is stored, from how people write it: capitals, without hyphens, spaces or the word
/// itself ("ISRC DE-A12-01-00001"). `None` for anything that is none.
///
/// Source: ISO 3901:2019: a prefix of two letters and three letters or digits, the year in two digits, five
/// digits of designation.
pub fn isrc(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_uppercase();
    let text = text.strip_prefix("ISRC").unwrap_or(&text);
    let code: String = text.chars().filter(|c| !matches!(c, '-' | ' ' | ':')).collect();
    is_isrc(&code).then_some(code)
}

/// True for an ISRC as it is stored.
pub fn is_isrc(code: &str) -> bool {
    let bytes = code.as_bytes();
    let upper = |b: &u8| b.is_ascii_uppercase();
    bytes.len() == 12
        && bytes[..2].iter().all(upper)
        && bytes[2..5].iter().all(|b| upper(b) || b.is_ascii_digit())
        && bytes[5..].iter().all(u8::is_ascii_digit)
}

/// True for a UPC of 12 or an EAN of 13 digits whose last digit checks the others.
///
/// Source: GS1 General Specifications, section 7.9.1: digits weighted 3 and 1 from the right, the check
/// digit left out; it fills their sum up to a multiple of ten.
pub fn is_upc(code: &str) -> bool {
    let digit = |byte: u8| u32::from(byte - b'0');
    let bytes = code.as_bytes();
    if !matches!(bytes.len(), 12 | 13) || !bytes.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let weights = [1, 3].into_iter().cycle();
    let sum: u32 = bytes.iter().rev().zip(weights).map(|(&byte, by)| by * digit(byte)).sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn isrcs_are_read_as_people_write_them() {
        for text in ["DEA120100001", "de-a12-01-00001", "ISRC DE-A12-01-00001", " DE A12 01 00001 "]
        {
            assert_eq!(isrc(text).as_deref(), Some("DEA120100001"), "{text}");
        }
        for text in
            ["", "DEA12010000", "DEA1201000011", "1EA120100001", "DE-A12-O1-00001", "ÄEA120100001"]
        {
            assert_eq!(isrc(text), None, "{text}");
        }
    }

    #[test]
    fn the_last_digit_of_a_upc_checks_the_others() {
        // The examples of the GS1 General Specifications and of two printed records' kind.
        for code in ["012345678905", "036000291452", "4006381333931", "0000000000000"] {
            assert!(is_upc(code), "{code}");
            for at in 0..code.len() {
                let mut wrong = code.as_bytes().to_vec();
                wrong[at] = b'0' + (wrong[at] - b'0' + 1) % 10;
                assert!(!is_upc(std::str::from_utf8(&wrong).unwrap()), "{code}: digit {at}");
            }
        }
        assert!(!is_upc("12345") && !is_upc("01234567890x"));
    }

    #[test]
    fn dates_are_years_months_or_days_that_exist() {
        for date in ["2026", "2026-11", "2026-11-24", "2024-02-29", "2000-02-29"] {
            assert!(Release::is_date(date), "{date}");
        }
        for date in [
            "",
            "26",
            "2026-13",
            "2026-00",
            "2026-02-29",
            "1900-02-29",
            "2026-1-1",
            "2026-11-24-1",
            "+026",
        ] {
            assert!(!Release::is_date(date), "{date}");
        }
    }
}
