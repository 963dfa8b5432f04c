//! The sentences of each check.

use super::super::{Check, Row, Verdict};
use super::Sentence;

/// The words of one check.
struct Words {
    /// Why it is fine.
    fine: &'static str,
    /// What is wrong and why it matters.
    what: &'static str,
    /// What to do.
    act: &'static str,
}

const fn words(fine: &'static str, what: &'static str, act: &'static str) -> Words {
    Words { fine, what, act }
}

pub(super) fn sentence(row: &Row) -> Sentence {
    let words = of(row);
    match row.verdict {
        Verdict::Fine => Sentence { what: words.fine, act: "" },
        Verdict::Consider | Verdict::Fix => Sentence { what: words.what, act: words.act },
    }
}

fn of(row: &Row) -> Words {
    let value = row.value.unwrap_or(0.0);
    match row.check {
        Check::ClippedRuns if !row.causes.is_empty() => words(
            "No peak is cut flat.",
            "A stem is cut flat at full scale. Every print of this mix carries it, and no master brings the peaks back.",
            "Export the stem again at a lower level, or use another take.",
        ),
        Check::TruePeak | Check::ClippedRuns | Check::Loudness => level(row.check),
        Check::Plr | Check::FlatPeaks | Check::Psr | Check::LoudnessRange => {
            dynamics(row.check, value)
        }
        Check::Correlation
        | Check::OutOfPhase
        | Check::MonoLoss
        | Check::LowEndPhase
        | Check::ChannelBalance
        | Check::DeadChannel => stereo(row.check, row.value),
        Check::Subsonic | Check::TonalBalance | Check::Sibilance | Check::VocalLevel => {
            tone(row.check)
        }
        Check::DcOffset | Check::NoiseFloor | Check::Hum | Check::Clicks | Check::Dropouts => {
            faults(row)
        }
        Check::HeadSilence | Check::CutHead | Check::CutTail => edges(row),
        Check::SampleRate
        | Check::BitDepth
        | Check::LossyFile
        | Check::IdleBits
        | Check::Bandwidth
        | Check::Shelf => file(row.check, value),
    }
}

fn level(check: Check) -> Words {
    match check {
        Check::TruePeak => words(
            "Room for the limiter, or a float file, which loses nothing above full scale.",
            "The peaks come close to full scale, where the next step in whole numbers clips.",
            "Lower the mix bus fader by a few dB, or bounce to 32-bit float.",
        ),
        Check::ClippedRuns => words(
            "No peak is cut flat.",
            "Peaks are cut flat at the file's own highest level. No master brings them back.",
            "Find the stage that clips: a stem, a clipper or limiter on the mix bus. Then bounce again.",
        ),
        _ => words(
            "Loudness comes with the master. A quiet print is not a fault.",
            "As loud as many a master: a limiter or maximizer may already be on the mix bus.",
            "If one is on for listening only, take it out and bounce again; keep what makes the sound.",
        ),
    }
}

fn dynamics(check: Check, value: f64) -> Words {
    match check {
        Check::Plr => words(
            "Peaks stand well above the loudness: there is something left to limit.",
            "Peaks stand little above the loudness, as behind a limiter. A master can only press further.",
            "Take the limiter off the mix bus, or drive it less, and bounce again.",
        ),
        Check::FlatPeaks => words(
            "Few peaks reach the highest level, as without a limiter.",
            "Many peaks end at one and the same level: something flattens them.",
            "Look for a limiter or clipper on the mix bus or a group, and ease it.",
        ),
        Check::Psr => words(
            "The loudest 3 s keep their peaks.",
            "In the loudest 3 s the peaks have gone: drums will not punch through a master.",
            "Ease the compression of the mix bus there, or let the drums through by automation.",
        ),
        // Between both limits; which of them was passed is plain from far off.
        _ if value > 9.0 => words(
            "Verse and chorus differ as they do in most songs.",
            "Quiet and loud parts lie far apart: in a car the quiet ones go under.",
            "Ride the quiet parts up in the mix, if they are not meant to whisper.",
        ),
        _ => words(
            "Verse and chorus differ as they do in most songs.",
            "The song stays at one loudness throughout, which tires the ear.",
            "Let the verses step back by automation, if it is not meant so.",
        ),
    }
}

fn stereo(check: Check, value: Option<f64>) -> Words {
    match check {
        Check::Correlation => words(
            "Left and right have enough in common.",
            "Left and right have little in common: on one speaker much of it fades.",
            "Narrow the widest tracks, or find one whose polarity is turned.",
        ),
        Check::OutOfPhase => words(
            "At no place do both sides work against each other for long.",
            "Both sides work against each other for a while: on one speaker that part gets thin.",
            "Look at stereo effects and double-miked tracks there; turn the polarity of one side.",
        ),
        Check::MonoLoss => words(
            "Little is lost when both sides are summed.",
            "Summed to one speaker, as in a phone or a club, a lot gets quieter.",
            "Narrow what is widest, or replace a widener by a real double.",
        ),
        Check::LowEndPhase => words(
            "The low end is the same on both sides and holds on every speaker.",
            "Below 120 Hz left and right differ: on one speaker the bass gets thinner, and vinyl cannot take it.",
            "Set bass and kick to the centre in the mix. A master can narrow the low end, the mix does it better.",
        ),
        Check::ChannelBalance => words(
            "Left and right are equally loud.",
            "One side is louder: the song leans.",
            "Balance the pans of loud tracks, unless it is meant so.",
        ),
        _ if value.is_none() => words(
            "Both channels carry sound.",
            "The file is silent from start to end.",
            "Look for a mute, a missing stem or a fader at its end, and bounce again.",
        ),
        _ => words(
            "Both channels carry sound.",
            "One channel carries nothing, or next to nothing.",
            "Look for a cable, a pan or a mono file that filled one side only, and bounce again.",
        ),
    }
}

fn tone(check: Check) -> Words {
    match check {
        Check::Subsonic => words(
            "Nothing to speak of below hearing.",
            "Energy below 25 Hz is not heard, and takes room that the limiter needs.",
            "Cut the tracks that carry it below 30 Hz.",
        ),
        Check::TonalBalance => words(
            "No octave stands out from the song's own balance.",
            "One octave stands out from the song's own balance.",
            "An equalizer on the tracks that carry it sounds better than one over everything.",
        ),
        Check::Sibilance => words(
            "S and hats stay below the voice.",
            "S sounds or hats are louder than the voice's body. A limiter makes them louder still.",
            "A de-esser on the vocal or a cut at 6 to 8 kHz on the hats, there.",
        ),
        _ => words(
            "The lead vocal holds its place.",
            "The lead vocal sits under the band. A master cannot lift the voice alone.",
            "Raise the vocal there, by its fader or automation.",
        ),
    }
}

fn faults(row: &Row) -> Words {
    match row.check {
        Check::DcOffset => words(
            "The wave stands on zero.",
            "The wave does not stand on zero: it takes headroom, and edits click.",
            "A low cut at 20 Hz on the track that carries it takes it out; so does one in the master.",
        ),
        Check::NoiseFloor if row.value.is_none() => words(
            "No noise before or after the music, or no pause to hear it in.",
            "There is noise before or after the music.",
            "Gate or fade the noisy tracks.",
        ),
        Check::NoiseFloor => words(
            "Quiet before and after the music.",
            "Noise is heard before or after the music, and a master raises it by as much as it gets louder.",
            "Fade clips in and out at the music, or gate the tracks that carry it.",
        ),
        Check::Hum => words(
            "No hum of the mains.",
            "The mains hums through the pauses.",
            "Notch it out on the track that carries it, or record it again from another outlet.",
        ),
        Check::Clicks => words(
            "No clicks.",
            "Clicks that stand alone: edits without fades, or a converter that lost its clock.",
            "Listen there; put fades of a few ms on the clip that is cut.",
        ),
        _ => words(
            "No holes.",
            "The sound breaks off into digital silence and comes back at once.",
            "Bounce again, and if it stays, look for a damaged stem there. Leave it if it is an effect.",
        ),
    }
}

fn edges(row: &Row) -> Words {
    match row.check {
        // Between both limits, as far from the one as from the other.
        Check::HeadSilence if row.value.unwrap_or(0.0) > 1.0 => words(
            "A moment of silence, then the music.",
            "Long silence before the first sound.",
            "Trim it; the gap between songs is set in the master.",
        ),
        Check::HeadSilence => words(
            "A moment of silence, then the music.",
            "The music begins at once. Some players swallow the first moment.",
            "Leave 0.1 s or more before the first sound.",
        ),
        Check::CutHead => words(
            "It begins from silence.",
            "It begins in the middle of a sound: the attack is missing.",
            "Bounce from earlier on. Leave it if the song runs on from the one before.",
        ),
        _ if breaks_off(row) => words(
            "The tail rings out.",
            "A track stops in the middle of a sound while the song goes on.",
            "Fade out its last clip, or give it its whole tail. Leave it if it is meant so.",
        ),
        _ if row.verdict == Verdict::Consider => words(
            "The tail rings out.",
            "The ending is cut while the last of it can still be heard.",
            "Bounce with the whole tail, or fade it out.",
        ),
        _ => words(
            "The tail rings out.",
            "The song ends in the middle of a sound. What is missing cannot be made up.",
            "Bounce with the whole tail. Leave it if the song runs into the next.",
        ),
    }
}

/// Whether the row is about tracks that break off before the song ends: an end of the song itself beyond
/// the second threshold is to be mended.
fn breaks_off(row: &Row) -> bool {
    row.verdict == Verdict::Consider && row.strong
}

fn file(check: Check, value: f64) -> Words {
    match check {
        Check::SampleRate if value > 44_100.0 => words(
            "A rate that a master can start from.",
            "A higher rate than anything is delivered at.",
            "Bounce at the rate of the song.",
        ),
        Check::SampleRate => words(
            "A rate that a master can start from.",
            "Too low a rate: everything above half of it is gone.",
            "Bounce at the rate of the song, at least 44.1 kHz.",
        ),
        Check::BitDepth => words(
            "Enough bits for everything that follows.",
            "Few bits for what a master does: its noise is raised with the music.",
            "Bounce to 24 bits or 32-bit float.",
        ),
        Check::LossyFile => words(
            "A lossless file.",
            "A lossy file: what its coder took away is gone, and each further coding takes more.",
            "Ask for the WAV it was made from.",
        ),
        Check::IdleBits => words(
            "All bits are in use.",
            "The lowest bits are always zero: it was 16 bits once, whatever the file says.",
            "Ask for the print before it was reduced, or bounce it again.",
        ),
        Check::Bandwidth => words(
            "The content reaches as high as the rate lets it.",
            "The content ends far below half the rate, as after a conversion from a lower one.",
            "Ask for the file at its first rate; a higher one holds nothing more.",
        ),
        _ => words(
            "No cut-off as lossy coders leave one.",
            "The content ends at once where lossy coders cut it. That by itself proves nothing.",
            "Ask whether a stem or the print has been an MP3 or AAC on its way.",
        ),
    }
}
