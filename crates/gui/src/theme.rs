//! The design tokens: every colour, face and size of the window. Nothing else holds a colour.
//!
//! Colours are those of the design language; what each is for stands beside it.

use iced::font::{Stretch, Weight};
use iced::{Color, Font};

/// A colour from its usual notation, `0xRRGGBB`.
const fn hex(rgb: u32) -> Color {
    const fn part(rgb: u32, shift: u32) -> f32 {
        ((rgb >> shift) & 0xFF) as f32 / 255.0
    }
    Color { r: part(rgb, 16), g: part(rgb, 8), b: part(rgb, 0), a: 1.0 }
}

/// The same colour, letting through.
pub(crate) const fn faded(colour: Color, alpha: f32) -> Color {
    Color { a: alpha, ..colour }
}

/// Grounds.
pub(crate) mod bg {
    use super::{Color, faded, hex};
    /// Graphs, meters, values.
    pub(crate) const WELL: Color = hex(0x0D_0E11);
    /// Lanes and gaps.
    pub(crate) const APP: Color = hex(0x14_1619);
    /// Strips and columns.
    pub(crate) const PANEL: Color = hex(0x1C_1E21);
    /// Headers and rows.
    pub(crate) const RAISED: Color = hex(0x26_282B);
    /// Buttons and filled slots.
    pub(crate) const CONTROL: Color = hex(0x32_3539);
    /// The pointer is over it.
    pub(crate) const HOVER: Color = hex(0x3D_4146);
    /// Over the window, under a dialog.
    pub(crate) const SCRIM: Color = faded(hex(0x0B_0C0E), 0.74);
}

/// Lines.
pub(crate) mod line {
    use super::{Color, hex};
    /// Dividers.
    pub(crate) const SUBTLE: Color = hex(0x2C_2F33);
    /// Outlines and ticks.
    pub(crate) const STRONG: Color = hex(0x46_494E);
    /// Bars of a graph.
    pub(crate) const GRID: Color = hex(0x24_272B);
    /// Around what has the keyboard.
    pub(crate) const FOCUS: Color = hex(0xC3_CEFF);
}

/// Words.
pub(crate) mod ink {
    use super::{Color, hex};
    /// Values and names.
    pub(crate) const PRIMARY: Color = hex(0xE9_EBEF);
    /// Labels.
    pub(crate) const SECONDARY: Color = hex(0xB5_B8BD);
    /// Units and scales.
    pub(crate) const TERTIARY: Color = hex(0x9B_9FA4);
    /// What is off.
    pub(crate) const DISABLED: Color = hex(0x67_6A6E);
    /// On accent, track and state colours.
    pub(crate) const DARK: Color = hex(0x0D_0E11);
}

/// What can be changed, or is chosen.
pub(crate) mod accent {
    use super::{Color, hex};
    /// Curves and arcs.
    pub(crate) const BASE: Color = hex(0x91_A7FB);
    /// Pressed, and the main button.
    pub(crate) const FILL: Color = hex(0x80_97F5);
    /// A selection.
    pub(crate) const DIM: Color = hex(0x29_3259);
    /// Quiet lines.
    pub(crate) const LINE: Color = hex(0x54_68B8);
}

/// States, always with an icon and a word.
pub(crate) mod state {
    use super::{Color, hex};
    /// All is well.
    pub(crate) const OK: Color = hex(0x5C_C8A9);
    /// Look here.
    pub(crate) const WARN: Color = hex(0xF1_BA44);
    /// It failed.
    pub(crate) const FAIL: Color = hex(0xFB_6254);
    /// Ground of what is well.
    pub(crate) const OK_BG: Color = hex(0x14_302A);
    /// Ground of a warning.
    pub(crate) const WARN_BG: Color = hex(0x33_290F);
    /// Ground of a failure.
    pub(crate) const FAIL_BG: Color = hex(0x3A_1A18);
}

/// Lit buttons of a strip; dark letters on them.
pub(crate) mod lit {
    use super::{Color, hex};
    /// Mute.
    pub(crate) const MUTE: Color = hex(0xFB_6254);
    /// Solo.
    pub(crate) const SOLO: Color = hex(0xF1_BA44);
    /// Polarity.
    pub(crate) const POLARITY: Color = hex(0xB7_97DD);
}

/// Meters: the RMS body by segment, and dimmer the peak above it.
pub(crate) mod meter {
    use super::{Color, hex};
    /// To −18 dB.
    pub(crate) const LOW: Color = hex(0x2F_8F8A);
    /// To −9 dB.
    pub(crate) const MID: Color = hex(0x4E_C2A2);
    /// To −3 dB.
    pub(crate) const HIGH: Color = hex(0xB6_EBA0);
    /// To 0 dB.
    pub(crate) const HOT: Color = hex(0xF1_BA44);
    /// Above full scale.
    pub(crate) const OVER: Color = hex(0xF8_4B4B);
    /// Peak to −18 dB.
    pub(crate) const PEAK_LOW: Color = hex(0x1E_5553);
    /// Peak to −9 dB.
    pub(crate) const PEAK_MID: Color = hex(0x2C_6F5E);
    /// Peak to −3 dB.
    pub(crate) const PEAK_HIGH: Color = hex(0x55_7A4C);
    /// Peak to 0 dB.
    pub(crate) const PEAK_HOT: Color = hex(0x8A_6C2A);
    /// The hold line.
    pub(crate) const HOLD: Color = hex(0xE9_EBEF);
    /// Gain taken away.
    pub(crate) const REDUCTION: Color = hex(0xF0_A35E);
    /// Loudness.
    pub(crate) const LOUDNESS: Color = hex(0x6F_B7D6);
}

/// Lines of pictures: spectra and what goes in.
pub(crate) mod plot {
    use super::{Color, hex};
    /// What comes out.
    pub(crate) const SPECTRUM: Color = hex(0x4E_C2A2);
    /// What it is compared with.
    pub(crate) const REFERENCE: Color = hex(0xE9_EBEF);
    /// What goes in.
    pub(crate) const INPUT: Color = hex(0x9B_9FA4);
}

/// The body of a fader's cap: top, middle and bottom.
pub(crate) const CAP: [Color; 3] = [hex(0x5A_5E64), hex(0x3D_4146), hex(0x2C_2F33)];

/// The palette of tracks: equal lightness, dark text on all.
const TRACK: [Color; 12] = [
    hex(0xE2_8C8C),
    hex(0xDF_926F),
    hex(0xD2_9C5A),
    hex(0xBC_A756),
    hex(0x99_B368),
    hex(0x6E_BB8B),
    hex(0x4A_BDB0),
    hex(0x49_B8D1),
    hex(0x6C_AEE5),
    hex(0x94_A2EA),
    hex(0xB7_97DD),
    hex(0xD4_8DBC),
];

/// The colour of a track by its index in the palette.
pub(crate) fn track(index: u8) -> Color {
    TRACK[usize::from(index) % TRACK.len()]
}

/// `colour` laid over `ground` with the given opacity.
pub(crate) fn over(ground: Color, colour: Color, alpha: f32) -> Color {
    let mix = |a: f32, b: f32| a + (b - a) * alpha;
    Color::from_rgb(mix(ground.r, colour.r), mix(ground.g, colour.g), mix(ground.b, colour.b))
}

/// The faces that come with the program.
pub(crate) const FONTS: [&[u8]; 6] = [
    include_bytes!("../../../assets/fonts/IBMPlexSans-Regular.ttf"),
    include_bytes!("../../../assets/fonts/IBMPlexSans-Medium.ttf"),
    include_bytes!("../../../assets/fonts/IBMPlexSans-SemiBold.ttf"),
    include_bytes!("../../../assets/fonts/IBMPlexSansCondensed-Regular.ttf"),
    include_bytes!("../../../assets/fonts/IBMPlexSansCondensed-Medium.ttf"),
    include_bytes!("../../../assets/fonts/IBMPlexSansCondensed-SemiBold.ttf"),
];

const fn plex(weight: Weight) -> Font {
    Font { weight, ..Font::with_name("IBM Plex Sans") }
}

const fn condensed(weight: Weight) -> Font {
    let font = Font::with_name("IBM Plex Sans Condensed");
    Font { family: font.family, weight, stretch: Stretch::Condensed, ..Font::DEFAULT }
}

/// Text.
pub(crate) const SANS: Font = plex(Weight::Normal);
/// Names and buttons.
pub(crate) const SANS_MEDIUM: Font = plex(Weight::Medium);
/// Headings.
pub(crate) const SANS_BOLD: Font = plex(Weight::Semibold);
/// Labels and units of strips, tables and plots.
pub(crate) const NARROW: Font = condensed(Weight::Normal);
/// Numbers.
pub(crate) const NARROW_MEDIUM: Font = condensed(Weight::Medium);
/// Letters of buttons.
pub(crate) const NARROW_BOLD: Font = condensed(Weight::Semibold);

/// Sizes of text, in logical pixels.
pub(crate) mod size {
    /// Scales.
    pub(crate) const MICRO: f32 = 10.0;
    /// Labels.
    pub(crate) const SMALL: f32 = 11.0;
    /// Text.
    pub(crate) const BASE: f32 = 12.0;
    /// Names and buttons.
    pub(crate) const TITLE: f32 = 13.0;
    /// Headings.
    pub(crate) const HEADING: f32 = 16.0;
    /// Readouts.
    pub(crate) const DISPLAY: f32 = 22.0;
    /// The start screen.
    pub(crate) const HERO: f32 = 32.0;
}

/// Corners.
pub(crate) mod radius {
    /// Slots.
    pub(crate) const SLOT: f32 = 2.0;
    /// Controls.
    pub(crate) const CONTROL: f32 = 4.0;
    /// Panels.
    pub(crate) const PANEL: f32 = 6.0;
    /// Dialogs.
    pub(crate) const DIALOG: f32 = 8.0;
}

/// Heights of the frame.
pub(crate) mod layout {
    /// The bar at the top.
    pub(crate) const TOP_BAR: f32 = 52.0;
    /// The line at the bottom.
    pub(crate) const STATUS_BAR: f32 = 24.0;
    /// Over the mixer.
    pub(crate) const MIXER_BAR: f32 = 26.0;
    /// Width of what stands before a lane.
    pub(crate) const HEADER: f32 = 220.0;
    /// A lane.
    pub(crate) const LANE: f32 = 34.0;
    /// The automation of a control.
    pub(crate) const AUTOMATION: f32 = 40.0;
    /// Sections over the ruler.
    pub(crate) const SECTIONS: f32 = 18.0;
    /// The ruler.
    pub(crate) const RULER: f32 = 28.0;
    /// A strip.
    pub(crate) const STRIP: f32 = 84.0;
    /// Its height.
    pub(crate) const STRIP_HEIGHT: f32 = 474.0;
    /// The mix bus.
    pub(crate) const MIX_BUS: f32 = 172.0;
}

/// iced's own view of the colours, for what it draws by itself.
pub(crate) fn iced() -> iced::Theme {
    iced::Theme::custom(
        "Twobus",
        iced::theme::Palette {
            background: bg::APP,
            text: ink::PRIMARY,
            primary: accent::FILL,
            success: state::OK,
            warning: state::WARN,
            danger: state::FAIL,
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance and contrast by WCAG 2.2, "relative luminance" and "contrast ratio".
    fn contrast(a: Color, b: Color) -> f32 {
        let light = |c: Color| {
            let [r, g, b, _] = c.into_linear();
            0.2126 * r + 0.7152 * g + 0.0722 * b
        };
        let (a, b) = (light(a), light(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn words_are_legible_on_every_ground_they_stand_on() {
        for ground in [bg::WELL, bg::APP, bg::PANEL, bg::RAISED, bg::CONTROL] {
            assert!(contrast(ink::PRIMARY, ground) >= 10.0);
            assert!(contrast(ink::SECONDARY, ground) >= 6.0);
            assert!(contrast(ink::TERTIARY, ground) >= 4.5);
        }
        for index in 0..12 {
            assert!(contrast(ink::DARK, track(index)) >= 7.5, "{index}");
        }
        assert!(contrast(state::FAIL, state::FAIL_BG) >= 5.0);
        assert!(contrast(state::WARN, state::WARN_BG) >= 8.0);
    }

    #[test]
    fn a_colour_reads_as_it_is_written() {
        assert_eq!(hex(0xFF_8000).into_rgba8(), [255, 128, 0, 255]);
        assert_eq!(over(hex(0), hex(0xFF_FFFF), 0.5).into_rgba8(), [128, 128, 128, 255]);
    }
}
