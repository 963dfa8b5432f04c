//! Damaged and hostile documents.

use super::*;
use crate::testing::Chance;

fn text() -> String {
    to_json(&crate::testing::project()).unwrap()
}

/// Reads `bytes`; whatever is wrong is said with its place.
fn read(bytes: &[u8]) -> Result<Project, FileFault> {
    let result = from_json(bytes);
    match &result {
        Ok(project) => {
            let again = to_json(project).expect("what was read is valid");
            assert_eq!(from_json(again.as_bytes()).expect("and can be read again"), *project);
        }
        Err(FileFault::Json { line, message, .. }) => {
            let lines = bytes.iter().filter(|byte| **byte == b'\n').count() + 1;
            assert!((1..=lines).contains(line), "{message}");
            assert!(message.contains("line") && message.contains("column"), "{message}");
        }
        Err(FileFault::Invalid { error }) => assert!(!error.path().is_empty(), "{error}"),
        Err(FileFault::Newer { found, .. }) => assert!(*found > SCHEMA),
        Err(other) => panic!("{other}"),
    }
    result
}

fn mutated(chance: &mut Chance, text: &str) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    let at = chance.index(bytes.len());
    let end = (at + chance.index(200)).min(bytes.len());
    match chance.below(9) {
        0 => bytes.truncate(at),
        1 => bytes[at] ^= 1 << chance.below(8),
        2 => bytes[at..end].fill(0),
        3 => drop(bytes.drain(at..end)),
        4 => drop(bytes.splice(at..at, bytes[at..end].to_vec())),
        5 => bytes.extend([0; 64]),
        6 => drop(bytes.splice(..0, *b"\xEF\xBB\xBF")),
        7 => {
            const WRONG: [&str; 12] = [
                "null",
                "1e999",
                "NaN",
                "-1",
                "1e308",
                "18446744073709551616",
                "\"x\"",
                "[]",
                "{}",
                "true",
                "4294967296",
                "281474976710657",
            ];
            return with_another_value(text, at, chance.pick(&WRONG));
        }
        _ => bytes[at] = chance.below(256) as u8,
    }
    bytes
}

/// Replaces the first number after byte `at` by `value`.
fn with_another_value(text: &str, at: usize, value: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let number = |byte: &u8| matches!(byte, b'0'..=b'9' | b'-' | b'.');
    let from = at + bytes[at..].iter().position(number).unwrap_or(0);
    let to = from + bytes[from..].iter().position(|byte| !number(byte)).unwrap_or(0);
    [&bytes[..from], value.as_bytes(), &bytes[to..]].concat()
}

#[test]
fn r13_mutated_documents_are_refused_with_their_place_or_read_whole() {
    let full = std::env::var_os("TWOBUS_FULL").is_some();
    let mutations = if full { 100_000 } else { 10_000 };
    let older = include_str!("../../../tests/data/v1.json");
    let newer = text().replacen("\"schema\": 2", "\"schema\": 3", 1);
    let texts = [text(), older.to_owned(), newer];
    let mut chance = Chance::new(13);
    let mut refused = 0;
    let before = peak_bytes();
    for number in 0..mutations {
        // Mostly this version's own.
        let text = &texts[if number % 10 < 8 { 0 } else { number as usize % 10 - 7 }];
        refused += u32::from(read(&mutated(&mut chance, text)).is_err());
    }
    // No single one of them may take much; what other tests take at the same time is allowed for.
    let growth = peak_bytes() - before;
    assert!(growth < 512 << 20, "{growth} bytes");
    assert!(refused > mutations * 8 / 10, "{refused} of {mutations} refused");
    assert!(refused < mutations, "some are harmless");
}

#[test]
fn r13_a_key_that_stands_twice_is_refused_wherever_it_is() {
    let text = text();
    let lines: Vec<&str> = text.lines().collect();
    let scalar = |line: &str| line.contains("\": ") && !line.ends_with(['{', '[']);
    let mut tried = 0;
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| scalar(line)) {
        let twice = [&lines[..at], &[&format!("{},", line.trim_end_matches(','))], &lines[at..]];
        let fault = read(twice.concat().join("\n").as_bytes()).expect_err(line);
        assert!(matches!(fault, FileFault::Json { .. }), "{line}: {fault}");
        tried += 1;
    }
    assert!(tried > 500, "{tried} keys");
}

#[test]
fn r13_an_unknown_key_is_refused_rather_than_lost_on_save() {
    for owner in ["\"schema\": 2,", "\"mono\": true,", "\"fader\": 0.0,", "\"number\": 1,"] {
        let text = text().replacen(owner, &format!("{owner} \"from_the_future\": 1,"), 1);
        let fault = read(text.as_bytes()).expect_err(owner);
        assert!(fault.to_string().contains("from_the_future"), "{fault}");
    }
}

#[test]
fn r13_depth_and_size_are_limited() {
    for open in ["[", "{\"a\":", "{\"schema\":1,\"songs\":["] {
        let fault = read(open.repeat(100_000).as_bytes()).unwrap_err();
        assert!(matches!(fault, FileFault::Json { .. }), "{fault}");
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE_NAME);
    // A sparse file: it takes no room on the disk.
    std::fs::File::create(&path).unwrap().set_len(1 << 30).unwrap();
    let fault = load(&path).unwrap_err().fault;
    assert!(matches!(fault, FileFault::TooLarge(bytes) if bytes == 1 << 30), "{fault}");
}

#[test]
fn r22_what_is_not_a_regular_file_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let fault = load(folder.path()).unwrap_err().fault;
    assert!(matches!(fault, FileFault::NotAFile), "{fault}");
    #[cfg(unix)]
    {
        let fault = load(Path::new("/dev/zero")).unwrap_err().fault;
        assert!(matches!(fault, FileFault::NotAFile), "{fault}");
    }
}

/// The most memory that this process has had, in bytes; 0 where the system does not tell.
fn peak_bytes() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<usize>().ok());
    kib.unwrap_or(0) * 1024
}

/// A document of tens of megabytes takes a few times as much memory, not hundreds.
#[cfg(target_os = "linux")]
#[test]
fn r13_memory_is_bounded_by_the_size_of_the_file() {
    let point = "{\"frame\":0,\"value\":0},";
    for (version, factor, points) in [(2, 8, 1 << 20), (1, 32, 1 << 18), (3, 32, 1 << 18)] {
        let many = format!("\"points\": [{}", point.repeat(points));
        let text = text().replacen("\"points\": [", &many, 1);
        let text = text.replacen("\"schema\": 2", &format!("\"schema\": {version}"), 1);
        let before = peak_bytes();
        let fault = read(text.as_bytes()).unwrap_err();
        assert!(!matches!(fault, FileFault::Json { .. }) || version == 1, "{fault}");
        let growth = peak_bytes() - before;
        let most = factor * text.len();
        assert!(growth < most, "version {version}: {growth} bytes for {}", text.len());
    }
}
