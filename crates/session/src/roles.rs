//! What a stem carries, guessed from the name of its file.
//!
//! A name is cut into words at separators, at digits and where small letters turn to capitals; words
//! that run together ("bassguitar") are cut where both halves are known. Of the words that say what it
//! is, the one that stands first in the table below wins: a bass drum is a drum, a synth bass a bass.

use crate::strip::Role;

/// What a file's name tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guess {
    /// A name for people: without number, extension and take.
    pub name: String,
    /// What it carries.
    pub role: Role,
    /// Index into the palette of track colours.
    pub colour: u8,
    /// The group it belongs to, for what usually comes in many pieces.
    pub group: Option<&'static str>,
}

/// Guesses what the stem called `name` carries; `name` may be a path and have an extension.
pub fn guess(name: &str) -> Guess {
    let words = words(stem(name));
    let known: Vec<String> = words.iter().flat_map(|word| parted(&word.to_lowercase())).collect();
    let role = role(&known);
    Guess { name: title(&words, name), role, colour: colour(role), group: group(role) }
}

/// The colour of a role in the palette of tracks.
pub fn colour(role: Role) -> u8 {
    match role {
        Role::Drums => 0,
        Role::Percussion => 1,
        Role::Bass => 2,
        Role::Winds => 3,
        Role::Guitar => 4,
        Role::Other => 5,
        Role::Keys => 6,
        Role::Synth => 7,
        Role::Strings => 8,
        Role::Effects => 9,
        Role::LeadVocal => 10,
        Role::BackingVocal => 11,
    }
}

fn group(role: Role) -> Option<&'static str> {
    match role {
        Role::Drums => Some("Drums"),
        Role::BackingVocal => Some("Backing Vocals"),
        Role::Percussion
        | Role::Bass
        | Role::Guitar
        | Role::Keys
        | Role::Synth
        | Role::Strings
        | Role::Winds
        | Role::LeadVocal
        | Role::Effects
        | Role::Other => None,
    }
}

/// Words by role, separated by spaces; where several match, the row further up wins.
const TABLE: &[(Role, &str)] = &[
    (
        Role::Drums,
        "kick kik kck kd bd snare snr sn sd hat hats hh hihat hihats tom toms floor ride \
         crash cymbal cymbals cym china splash oh ohs overhead overheads drum drums drm drms \
         drumkit kit beat breakbeat",
    ),
    (
        Role::Percussion,
        "perc percs percussion shaker shakers tamb tambo tambourine conga congas bongo bongos \
         cowbell clap claps snap snaps woodblock block taiko timbale timbales triangle cabasa \
         guiro maracas claves djembe cajon timpani bell bells chime chimes glock glockenspiel \
         xylophone marimba vibraphone vibes gong",
    ),
    (Role::BackingVocal, "bv bvs bvox bgv bgvs bvx choir choirs adlib adlibs gang"),
    (Role::LeadVocal, "lv ldv leadvox leadvocal"),
    (Role::Bass, "bass bassgtr contrabass sub 808"),
    (
        Role::Guitar,
        "guitar guitars gtr gtrs gt gtar git guit acgtr agtr egtr elgtr strat tele banjo \
         mandolin uke ukulele lapsteel dobro",
    ),
    (
        Role::Winds,
        "horn horns brass trumpet trumpets tpt trombone trombones tbn sax saxes saxophone \
         flute flutes clarinet oboe bassoon tuba piccolo recorder harmonica woodwind \
         woodwinds winds shakuhachi shakhchi whistle",
    ),
    (
        Role::Strings,
        "strings string strgs violin violins vln viola violas vla cello celli cellos vlc harp \
         fiddle orchestra quartet sitar koto",
    ),
    (
        Role::Keys,
        "piano pno pianos keys key keyboard organ org rhodes wurli wurlitzer clav clavinet ep \
         epiano hammond harpsichord accordion celesta mellotron",
    ),
    (
        Role::Synth,
        "synth synths syn pad pads arp arps saw pluck plucks seq sequence moog juno prophet \
         stab stabs",
    ),
    (Role::LeadVocal, "vox vocal vocals voc vocs voice vx singer acapella"),
    (
        Role::Effects,
        "fx sfx efx riser risers impact impacts sweep noise foley whoosh ambience atmos drone \
         reverse scratch sample samples",
    ),
    (Role::BackingVocal, "backing harmony harmonies harm oohs ooh aahs aah"),
    (Role::Drums, "room rooms loop loops"),
    (Role::LeadVocal, "lead"),
    (Role::Guitar, "acoustic electric slide steel"),
];

/// Two words that together say something else than each of them.
const PAIRS: &[(&str, &str, Role)] = &[
    ("double", "bass", Role::Bass),
    ("bass", "clarinet", Role::Winds),
    ("electric", "piano", Role::Keys),
    ("synth", "strings", Role::Synth),
    ("synth", "brass", Role::Synth),
    ("synth", "pad", Role::Synth),
    ("french", "horn", Role::Winds),
    ("vocal", "fx", Role::Effects),
    ("vox", "fx", Role::Effects),
    ("pedal", "steel", Role::Guitar),
    ("mouth", "harp", Role::Winds),
];

/// Words for voices, and those that make a voice a backing one.
const VOICES: &str = "vox vocal vocals voc vocs voice voices vx";
const BACKING: &str =
    "back backing background backup bg harm harmony harmonies group crowd ooh oohs aah aahs";

fn role(words: &[String]) -> Role {
    let has = |list| words.iter().any(|word| is_in(list, word));
    if has(VOICES) && has(BACKING) {
        return Role::BackingVocal;
    }
    let pair = |pair: &[String]| {
        PAIRS.iter().find(|(a, b, _)| pair[0] == *a && pair[1] == *b).map(|(_, _, role)| *role)
    };
    let found = words.windows(2).find_map(pair);
    let row = || TABLE.iter().find(|(_, list)| has(list)).map(|(role, _)| *role);
    found.or_else(row).unwrap_or_default()
}

fn is_known(word: &str) -> bool {
    word.len() > 1 && TABLE.iter().any(|(_, list)| is_in(list, word))
}

/// True when `word` is one of those in `list`, which are separated by spaces.
fn is_in(list: &str, word: &str) -> bool {
    list.split(' ').any(|listed| listed == word)
}

/// `word`, or its two halves where both are known words: "bassguitar", "kickroom".
fn parted(word: &str) -> Vec<String> {
    let cut = word.char_indices().map(|(at, _)| word.split_at(at));
    let known = |(a, b): &(&str, &str)| is_known(a) && is_known(b) && a.len().min(b.len()) > 2;
    match cut.filter(|_| !is_known(word)).find(known) {
        Some((a, b)) => vec![a.to_owned(), b.to_owned()],
        None => vec![word.to_owned()],
    }
}

/// The last part of a path, without a sound file's extension.
fn stem(path: &str) -> &str {
    const EXTENSIONS: &str =
        "wav wave bwf rf64 w64 aif aiff aifc flac mp3 ogg oga opus m4a mp4 aac caf wv";
    let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
    match file.rsplit_once('.') {
        Some((stem, end)) if is_in(EXTENSIONS, &end.to_lowercase()) => stem,
        Some(_) | None => file,
    }
}

/// The words of a name that belong to it.
fn words(stem: &str) -> Vec<String> {
    let mut words = cut(stem);
    // A number in front is the track's; a General MIDI program after it is the exporter's.
    while words.len() > 1 && words.first().is_some_and(|word| is_number(word) && word != "808") {
        let _number = words.remove(0);
    }
    if words.len() > 2 && words[0].eq_ignore_ascii_case("gm") && is_number(&words[1]) {
        words.drain(..2).for_each(drop);
    }
    drop_take(&mut words);
    words
}

/// Removes what exporters and engineers append: takes, comps, copies, "stem", "bounce".
fn drop_take(words: &mut Vec<String>) {
    const ENDS: &str = "comp comped take tk copy bip stem bounce bounced render rendered print \
        edit edited tuned consolidated merged final mono stereo";
    let is_end = |word: &String| is_in(ENDS, &word.to_lowercase());
    while words.len() > 1 {
        let last = words.len() - 1;
        if is_end(&words[last]) {
            words.truncate(last);
        } else if last > 1 && is_number(&words[last]) && is_end(&words[last - 1]) {
            words.truncate(last - 1);
        } else {
            return;
        }
    }
}

/// Cuts at separators, between letters and digits, and before a capital after a small letter.
fn cut(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = ' ';
    for letter in text.chars() {
        if letter.is_alphanumeric() {
            let new_kind = before.is_numeric() != letter.is_numeric();
            let new_word = before.is_lowercase() && letter.is_uppercase();
            match words.last_mut() {
                Some(word) if before.is_alphanumeric() && !new_kind && !new_word => {
                    word.push(letter);
                }
                Some(_) | None => words.push(letter.to_string()),
            }
        }
        before = letter;
    }
    words
}

fn is_number(word: &str) -> bool {
    word.chars().all(char::is_numeric)
}

/// The words as a title; abbreviations that few people say aloud are written out.
fn title(words: &[String], whole: &str) -> String {
    let title = words.iter().map(|word| match word.to_lowercase().as_str() {
        "lv" | "ldv" => "Lead Vox".to_owned(),
        "oh" | "ohs" => "Overheads".to_owned(),
        "tamb" => "Tambourine".to_owned(),
        "hh" => "Hi-Hat".to_owned(),
        "bd" | "kd" => "Kick".to_owned(),
        "snr" | "sn" | "sd" => "Snare".to_owned(),
        letters @ ("bv" | "bvs" | "bgv" | "bgvs" | "di" | "fx" | "ep") => letters.to_uppercase(),
        number if is_number(number) && number.len() > 1 => {
            number.trim_start_matches('0').to_owned()
        }
        _ => capitalised(word),
    });
    let title: Vec<String> = title.filter(|word| !word.is_empty()).collect();
    let text = if title.is_empty() { stem(whole).trim().to_owned() } else { title.join(" ") };
    let text: String = text.chars().filter(|c| !c.is_control()).take(MAX_LETTERS).collect();
    if text.is_empty() { "Track".to_owned() } else { text }
}

/// Longest name that is guessed, in characters.
const MAX_LETTERS: usize = 60;

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strip::COLOURS;

    #[test]
    fn names_of_stems_tell_what_they_carry() {
        let table = [
            ("01_Kick_In.wav", "Kick In", Role::Drums),
            ("LeadVox dbl L", "Lead Vox Dbl L", Role::LeadVocal),
            ("LV comp.wav", "Lead Vox", Role::LeadVocal),
            ("BGV 3", "BGV 3", Role::BackingVocal),
            ("bv stack.wav", "BV Stack", Role::BackingVocal),
            ("Backing Vocals L.flac", "Backing Vocals L", Role::BackingVocal),
            ("bass DI", "Bass DI", Role::Bass),
            ("bass_amp_take2.wav", "Bass Amp", Role::Bass),
            ("bass drum", "Bass Drum", Role::Drums),
            ("SynthBass_02.aif", "Synth Bass 2", Role::Bass),
            ("808 Bass", "808 Bass", Role::Bass),
            ("808 Kick", "808 Kick", Role::Drums),
            ("Gtr L", "Gtr L", Role::Guitar),
            ("12 - Acoustic Guitar (stereo).wav", "Acoustic Guitar", Role::Guitar),
            ("OH", "Overheads", Role::Drums),
            ("room_far.wav", "Room Far", Role::Drums),
            ("Vocal Room.wav", "Vocal Room", Role::LeadVocal),
            ("HH", "Hi-Hat", Role::Drums),
            ("tamb.wav", "Tambourine", Role::Percussion),
            ("perc loop.wav", "Perc Loop", Role::Percussion),
            ("clav.mp3", "Clav", Role::Keys),
            ("horns.mp3", "Horns", Role::Winds),
            ("drums.mp3", "Drums", Role::Drums),
            ("bassguitar.mp3", "Bassguitar", Role::Bass),
            ("leadguitar.mp3", "Leadguitar", Role::Guitar),
            ("guitar.ogg", "Guitar", Role::Guitar),
            ("song.ogg", "Song", Role::Other),
            ("01_gm117_Melody_Tom.flac", "Melody Tom", Role::Drums),
            ("02_drums_Percussion_Set.flac", "Drums Percussion Set", Role::Drums),
            ("03_gm115_Wood_Block.flac", "Wood Block", Role::Percussion),
            ("04_gm116_Taiko.flac", "Taiko", Role::Percussion),
            ("05_gm095_Synth_Sweep.flac", "Synth Sweep", Role::Synth),
            ("06_gm014_Bells.flac", "Bells", Role::Percussion),
            ("07_gm052_Choir_aahs.flac", "Choir Aahs", Role::BackingVocal),
            ("08_gm077_Shakhchi.flac", "Shakhchi", Role::Winds),
            ("Strings-Violin1.wav", "Strings Violin 1", Role::Strings),
            ("PAD warm.wav", "PAD Warm", Role::Synth),
            ("FX riser 2.wav", "FX Riser 2", Role::Effects),
            ("Lead.wav", "Lead", Role::LeadVocal),
            ("synth lead.wav", "Synth Lead", Role::Synth),
            ("mystery.wav", "Mystery", Role::Other),
            ("stems/Session 4/05 Piano.wav", "Piano", Role::Keys),
        ];
        for (file, name, role) in table {
            let guess = guess(file);
            assert_eq!((guess.name.as_str(), guess.role), (name, role), "{file}");
            assert!(guess.colour < COLOURS);
        }
    }

    #[test]
    fn a_kit_is_grouped_and_each_role_has_a_colour_of_its_own() {
        assert_eq!(guess("01_Kick_In.wav").group, Some("Drums"));
        assert_eq!(guess("bass DI").group, None);
        let all: std::collections::BTreeSet<u8> = (0..COLOURS).collect();
        assert_eq!(
            Role::ALL.map(colour).into_iter().collect::<std::collections::BTreeSet<u8>>(),
            all
        );
    }

    #[test]
    fn every_name_gives_a_valid_one() {
        for odd in ["", ".", "...wav", "123.wav", "0", "__", "\u{0}\n", "ß", "鼓.wav", "/"] {
            let name = guess(odd).name;
            assert!(!name.trim().is_empty() && !name.chars().any(char::is_control), "{odd:?}");
        }
        assert!(guess(&"kick ".repeat(1000)).name.chars().count() <= MAX_LETTERS);
    }
}
