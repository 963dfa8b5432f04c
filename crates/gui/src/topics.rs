//! The longer help: what a control is for, beyond the one sentence of the status bar.

/// Something that is explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Topic {
    Window,
    Start,
    Import,
    Transport,
    Tempo,
    Loudness,
    Device,
    Steps,
    Print,
    Ruler,
    Sections,
    Clips,
    Automation,
    Strip,
    Inserts,
    Sends,
    Pan,
    Switches,
    Fader,
    Meter,
    Gain,
    Monitor,
    Correlation,
}

impl Topic {
    /// All of them.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 23] = [
        Self::Window,
        Self::Start,
        Self::Import,
        Self::Transport,
        Self::Tempo,
        Self::Loudness,
        Self::Device,
        Self::Steps,
        Self::Print,
        Self::Ruler,
        Self::Sections,
        Self::Clips,
        Self::Automation,
        Self::Strip,
        Self::Inserts,
        Self::Sends,
        Self::Pan,
        Self::Switches,
        Self::Fader,
        Self::Meter,
        Self::Gain,
        Self::Monitor,
        Self::Correlation,
    ];

    /// Its heading.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Window => "The window",
            Self::Start => "The start screen",
            Self::Import => "The import table",
            Self::Transport => "Transport",
            Self::Tempo => "Place, tempo and metre",
            Self::Loudness => "Loudness",
            Self::Device => "Sound device and dropouts",
            Self::Steps => "Undo and redo",
            Self::Print => "Prints",
            Self::Ruler => "The ruler",
            Self::Sections => "Sections and markers",
            Self::Clips => "Lanes and clips",
            Self::Automation => "Automation",
            Self::Strip => "A strip and its way",
            Self::Inserts => "Inserts",
            Self::Sends => "Sends and returns",
            Self::Pan => "Pan and balance",
            Self::Switches => "Mute, solo, polarity",
            Self::Fader => "Faders",
            Self::Meter => "Level meters",
            Self::Gain => "Trim and width",
            Self::Monitor => "The monitor",
            Self::Correlation => "Correlation",
        }
    }

    /// Its paragraphs.
    pub(crate) fn text(self) -> &'static [&'static str] {
        match self {
            Self::Window => WINDOW,
            Self::Start => START,
            Self::Import => IMPORT,
            Self::Transport => TRANSPORT,
            Self::Tempo => TEMPO,
            Self::Loudness => LOUDNESS,
            Self::Device => DEVICE,
            Self::Steps => STEPS,
            Self::Print => PRINT,
            Self::Ruler => RULER,
            Self::Sections => SECTIONS,
            Self::Clips => CLIPS,
            Self::Automation => AUTOMATION,
            Self::Strip => STRIP,
            Self::Inserts => INSERTS,
            Self::Sends => SENDS,
            Self::Pan => PAN,
            Self::Switches => SWITCHES,
            Self::Fader => FADER,
            Self::Meter => METER,
            Self::Gain => GAIN,
            Self::Monitor => MONITOR,
            Self::Correlation => CORRELATION,
        }
    }
}

const WINDOW: &[&str] = &[
    "In Mix the parts of a song are balanced; a bounce makes one stereo file of them, the print. In Master the print is finished and delivered.",
    "Point at anything: the bar at the bottom says what it is and how it is set. Drag a knob up or down; Shift is ten times finer, a double-click resets, Enter or a digit opens a field to type into.",
    "Tab walks through the controls of a region, F6 from region to region. Ctrl K finds any command by its name.",
];

const START: &[&str] = &[
    "Drop audio files, or a folder of them: each becomes a track of a new song. The files stay where they are.",
    "Unsaved work of a session that ended badly is offered here. Restoring it never throws the saved project away.",
    "Under Sound a test tone tells whether anything is heard, and whether left is left.",
];

const IMPORT: &[&str] = &[
    "Every file is read before it becomes a track: how long and loud it is, whether it is clipped, silent, or the same on both sides.",
    "Name, role, colour and group are guessed from the file's name; click a role to choose another. The proposed trims bring the tracks to a level from which faders near 0 dB make a first balance.",
];

const TRANSPORT: &[&str] = &[
    "Space plays and stops; Home and End go to the start and the end. Both fade for 5 ms, so that nothing clicks.",
    "L switches the loop. Where the loop begins again everything plays on as it would: tails of reverbs are kept.",
    "Follow turns the lanes over when the playhead leaves them.",
];

const TEMPO: &[&str] = &[
    "The clock shows what is heard now, in minutes and in bars and beats.",
    "Click the tempo or the metre to type another, such as 96.5 or 6/8. It counts from the bar in which the playhead stands, or for the whole song when it stands at the start.",
    "Audio is not stretched: tempo moves the grid that clips and loops snap to, and delays that are set in notes.",
];

const LOUDNESS: &[&str] = &[
    "S is the loudness of the last 3 seconds, I that of all that was heard since it was reset, gated as ITU-R BS.1770 has it. Most streaming services turn songs to some −14 to −16 LUFS.",
    "TP is the highest true peak: what a converter makes between the samples. PLR is TP less I: below some 8 dB a song has little life left.",
    "Click to begin anew, as before a whole pass of the song.",
];

const DEVICE: &[&str] = &[
    "DSP is the share of the time between two callbacks that the mix takes to compute. At 100 % sound comes too late, and a dropout is heard.",
    "Dropouts while nothing is at its limit come from a busy system. A longer period in the settings (Ctrl ,) gives it more time; controls then react a little later.",
    "When the device is lost, the default one takes over, and the one that was chosen takes it back when it is there again.",
];

const STEPS: &[&str] = &[
    "Every change of the project is one step with a name: a whole drag, not each of its movements. 2,000 steps are kept.",
    "Listening is no step: play, zoom, the size of the window.",
];

const PRINT: &[&str] = &[
    "A print is one stereo file of the mix, with a number. It is never overwritten: the next bounce makes the next print.",
    "What only you hear, such as solo, dim, mono and the listening level, is not in it.",
];

const RULER: &[&str] = &[
    "Click to go there. Drag to set the loop, which snaps to beats; hold Shift for any frame. A double-click switches the loop on and off.",
    "Ctrl wheel zooms around the pointer, Shift wheel scrolls, + and − zoom by the keyboard.",
];

const SECTIONS: &[&str] = &[
    "Drag across the row above the ruler to make a section, such as a chorus; it snaps to bars. Click it to go to its start, right-click it to rename, loop or remove it.",
    "K drops a marker where the song plays. Right-click its flag to rename or remove it.",
    "Reports name places by them: “in Chorus 2” is easier to find than a time.",
];

const CLIPS: &[&str] = &[
    "Drag a clip to move it, its edges to trim it, its upper corners to fade it; with Alt a drag up or down changes its gain. Everything snaps to beats unless Shift is held.",
    "Right-click to split it, to take its fades or its gain away, or to remove it. The file itself is never changed.",
    "A hatched clip misses its file: click it and show the folder that it is in now.",
];

const AUTOMATION: &[&str] = &[
    "A lane moves a control along the song: a fader, a pan, a send, any parameter of a device. Key A shows it below its track, Shift A the next control.",
    "Click to add a point, drag it to move it, Alt-click to take it away; Ctrl-drag draws a line of many. Alt-drag between two points bends the way from one to the other, Alt-double-click makes it straight.",
    "Touch writes while you hold the control, latch until you stop, write from start to stop. Each pass is one step to undo.",
];

const STRIP: &[&str] = &[
    "A strip plays trim, inserts, fader, pan, and then goes to its output: the mix bus, or a group.",
    "Click its name to choose it, click again for output, trim, width, name and colour. Ctrl or Shift adds it to the selection; selected faders move together and keep their distance.",
];

const INSERTS: &[&str] = &[
    "Devices that the signal passes one after the other, from the top. The bar in a slot shows how much gain a device takes away just now.",
    "Click a slot to open, bypass, move or remove its device; + adds one.",
];

const SENDS: &[&str] = &[
    "A send is a second way out of a strip, into a return that holds a reverb or a delay for many. Drag it up to send more.",
    "Post-fader it follows the fader, pre-fader it does not: right-click to choose.",
];

const PAN: &[&str] = &[
    "Pan places a mono track between the speakers at equal power. Of a stereo track it turns one side down: a balance.",
    "Type l20, c or r35. What lies in the middle carries the song: voice, bass, kick, snare.",
];

const SWITCHES: &[&str] = &[
    "M silences a strip, and what it sends. S lets only the soloed be heard; a bounce does not know of it. Ø turns the wave upside down: useful for the second microphone on one source.",
    "Shift M and Shift S clear all of them at once.",
];

const FADER: &[&str] = &[
    "The cap stands where its level is: at 0 dB nothing changes. It catches there; Shift passes by, and moves ten times finer.",
    "Type a value, such as −3.5. Double-click for 0 dB. Groups of strips that are selected move together.",
];

const METER: &[&str] = &[
    "The bright body is the mean of 300 ms, about what one hears; dim above it the peak; the line holds the highest of the last moments. Amber begins at −3 dB.",
    "The lamp above says that full scale was passed. Inside the mixer that is a note only, since nothing clips there; on the mix bus it is a fault in the file. Click to clear, Alt-click clears all.",
    "As VU (Ctrl ,) it moves like a needle: 300 ms to its place, 0 VU at −18 dBFS.",
];

const GAIN: &[&str] = &[
    "Trim is gain before the inserts: it sets the level at which compressors and saturation work, while the fader sets the balance.",
    "Width goes from mono at 0 % over the file's own 100 % to 200 %. What is wider than it came may vanish in mono: watch the correlation.",
];

const MONITOR: &[&str] = &[
    "What you hear here is in no file. Level is the volume of your speakers; Dim lowers it by 20 dB while you talk.",
    "Mono sums both sides, as phones and many rooms do; Side plays only what differs. Ref plays the reference instead of the mix, at the same loudness, because louder always seems better: right-click it to choose a file.",
];

const CORRELATION: &[&str] = &[
    "How alike left and right are: +1 is mono, 0 is as wide as it gets, below 0 both cancel each other when they are summed.",
    "A mix that stays above about +0.3 survives any phone.",
];
