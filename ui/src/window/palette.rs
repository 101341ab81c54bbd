//! Colours and fonts.
//!
//! As WCAG 2.2 wants it (1.4.3, 1.4.11): text stands out from whatever it may be on by
//! 4.5 to 1 or more, also what cannot be used now, and the edges of what can be pressed
//! or typed into by 3 to 1.

use fltk::enums::{Color, Font};
use securesign::front::Theme;
use securesign_app::screen::Level;

/// Every colour there is.
#[derive(Clone, Copy)]
pub struct Palette {
    /// The window.
    pub ground: Color,
    /// Cards, boxes, plain buttons.
    pub surface: Color,
    /// Around what is only read, and between parts: no more than a hint.
    pub line: Color,
    /// Around what can be pressed or typed into.
    pub edge: Color,
    /// Main text.
    pub ink: Color,
    /// Text of second rank.
    pub muted: Color,
    /// What cannot be used now.
    pub faint: Color,
    /// The blue of the main button, of focus and of choice.
    pub accent: Color,
    /// The same under the pointer.
    pub accent_hover: Color,
    /// Text on the accent.
    pub on_accent: Color,
    /// Ground of a chosen card and of pills.
    pub tint: Color,
    /// A plain button under the pointer.
    pub hover: Color,
    info: Tone,
    warning: Tone,
    error: Tone,
    success: Tone,
}

/// Text and ground of something that should catch the eye.
#[derive(Clone, Copy)]
pub struct Tone {
    /// The text and the symbol.
    pub ink: Color,
    /// Behind it.
    pub ground: Color,
}

impl Palette {
    /// The colours of a theme.
    pub fn of(theme: Theme) -> Self {
        match theme {
            Theme::Light => LIGHT,
            Theme::Dark => DARK,
        }
    }

    /// How serious looks.
    pub fn tone(&self, level: Level) -> Tone {
        match level {
            Level::Info => self.info,
            Level::Success => self.success,
            Level::Warning => self.warning,
            Level::Error => self.error,
        }
    }
}

/// Puts our faces into the toolkit's font table. Glyphs that a face lacks come
/// from the system's fallback. Devanagari has faces by name, for another may sit higher
/// on the line than the Latin beside it; the first of them has a bold of its own, which
/// Lohit has not.
pub fn set_fonts() {
    Font::set_font(Font::Helvetica, SANS);
    Font::set_font(Font::HelveticaBold, SANS_BOLD);
    Font::set_font(Font::Courier, MONO);
}

#[cfg(all(unix, not(target_os = "macos")))]
const SANS: &str = "Inter,Noto Sans,Noto Sans Devanagari,Lohit Devanagari,Sans";
#[cfg(all(unix, not(target_os = "macos")))]
const SANS_BOLD: &str = "Inter,Noto Sans,Noto Sans Devanagari,Lohit Devanagari,Sans Bold";
#[cfg(all(unix, not(target_os = "macos")))]
const MONO: &str = "Noto Sans Mono,DejaVu Sans Mono,Monospace";

// The first letter is GDI's style in FLTK's notation, not a part of the name.
#[cfg(windows)]
const SANS: &str = " Segoe UI";
#[cfg(windows)]
const SANS_BOLD: &str = "BSegoe UI";
#[cfg(windows)]
const MONO: &str = " Consolas";

#[cfg(target_os = "macos")]
const SANS: &str = "HelveticaNeue";
#[cfg(target_os = "macos")]
const SANS_BOLD: &str = "HelveticaNeue-Bold";
#[cfg(target_os = "macos")]
const MONO: &str = "Menlo-Regular";

const fn rgb(hex: u32) -> Color {
    Color::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

const LIGHT: Palette = Palette {
    ground: rgb(0xF6F7F9),
    surface: rgb(0xFFFFFF),
    line: rgb(0xD9DEE5),
    edge: rgb(0x7F8794),
    ink: rgb(0x1B1F24),
    muted: rgb(0x5D6673),
    faint: rgb(0x646C78),
    accent: rgb(0x0B5FD7),
    accent_hover: rgb(0x0A52BA),
    on_accent: rgb(0xFFFFFF),
    tint: rgb(0xE8F0FE),
    hover: rgb(0xEEF1F5),
    info: Tone {
        ink: rgb(0x0B5FD7),
        ground: rgb(0xE8F0FE),
    },
    warning: Tone {
        ink: rgb(0x8A5300),
        ground: rgb(0xFFF4E0),
    },
    error: Tone {
        ink: rgb(0xB3261E),
        ground: rgb(0xFDECEA),
    },
    success: Tone {
        ink: rgb(0x14713D),
        ground: rgb(0xE3F4E9),
    },
};

const DARK: Palette = Palette {
    ground: rgb(0x1F2125),
    surface: rgb(0x2A2D33),
    line: rgb(0x40444C),
    edge: rgb(0x858B95),
    ink: rgb(0xF1F3F5),
    muted: rgb(0xA6AEBA),
    faint: rgb(0xA0A8B2),
    accent: rgb(0x6FA8FF),
    accent_hover: rgb(0x8CBAFF),
    on_accent: rgb(0x0E1726),
    tint: rgb(0x263A57),
    hover: rgb(0x33373E),
    info: Tone {
        ink: rgb(0x8FBCFF),
        ground: rgb(0x263A57),
    },
    warning: Tone {
        ink: rgb(0xFFC46B),
        ground: rgb(0x45351C),
    },
    error: Tone {
        ink: rgb(0xFFA39B),
        ground: rgb(0x4A2724),
    },
    success: Tone {
        ink: rgb(0x7FD8A0),
        ground: rgb(0x1F3D2B),
    },
};

#[cfg(test)]
mod tests {
    use fltk::enums::Color;

    use super::{DARK, LIGHT, Palette, Tone};

    /// WCAG 2.2, "relative luminance".
    fn luminance(color: Color) -> f64 {
        let linear = |channel: u8| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.04045 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        let (red, green, blue) = color.to_rgb();
        0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    /// WCAG 2.2, "contrast ratio".
    fn contrast(one: Color, other: Color) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    fn tones(palette: &Palette) -> [Tone; 4] {
        [
            palette.info,
            palette.success,
            palette.warning,
            palette.error,
        ]
    }

    /// Text may be on any of them: a card is white, blue when it is chosen, grey under
    /// the pointer, and as the window when it cannot be used.
    fn grounds(palette: &Palette) -> [Color; 4] {
        [palette.ground, palette.surface, palette.hover, palette.tint]
    }

    #[test]
    fn the_ratio_is_that_of_the_standard() {
        assert!(
            (contrast(Color::from_rgb(0, 0, 0), Color::from_rgb(255, 255, 255)) - 21.0).abs()
                < 1e-9
        );
        // Its best known example: the lightest grey for text on white.
        let grey = contrast(
            Color::from_rgb(0x76, 0x76, 0x76),
            Color::from_rgb(255, 255, 255),
        );
        assert!((4.5..4.6).contains(&grey), "{grey}");
    }

    #[test]
    fn every_text_stands_out_from_every_ground() {
        for palette in [LIGHT, DARK] {
            let mut pairs = Vec::new();
            let inks = [palette.ink, palette.muted, palette.faint, palette.accent];
            let inks = inks.into_iter().chain(tones(&palette).map(|tone| tone.ink));
            for ink in inks {
                pairs.extend(grounds(&palette).map(|ground| (ink, ground)));
            }
            pairs.extend(tones(&palette).map(|tone| (tone.ink, tone.ground)));
            pairs.extend(
                [palette.accent, palette.accent_hover].map(|ground| (palette.on_accent, ground)),
            );
            for (ink, ground) in pairs {
                let ratio = contrast(ink, ground);
                let pair = (ink.to_rgb(), ground.to_rgb());
                assert!(ratio >= 4.5, "{pair:02X?}: {ratio:.2}");
            }
        }
    }

    #[test]
    fn the_edges_of_fields_and_buttons_can_be_seen() {
        for palette in [LIGHT, DARK] {
            for edge in [palette.edge, palette.accent, palette.error.ink] {
                for ground in grounds(&palette) {
                    let ratio = contrast(edge, ground);
                    let pair = (edge.to_rgb(), ground.to_rgb());
                    assert!(ratio >= 3.0, "{pair:02X?}: {ratio:.2}");
                }
            }
        }
    }
}
