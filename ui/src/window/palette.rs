//! Colours and fonts.

use fltk::enums::{Color, Font};
use securesign::front::Theme;
use securesign_app::screen::Level;

/// Every colour there is. All text but `faint`, which marks what cannot be used,
/// is meant to stand out from its ground by 4.5 to 1 or more.
#[derive(Clone, Copy)]
pub struct Palette {
    /// The window.
    pub ground: Color,
    /// Cards, boxes, plain buttons.
    pub surface: Color,
    /// Their edges.
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
    /// All went well.
    pub good: Tone,
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
            Level::Warning => self.warning,
            Level::Error => self.error,
        }
    }
}

/// Puts our faces into the toolkit's font table. Glyphs that a face lacks come
/// from the system's fallback. Devanagari has a face by name, for another may sit
/// higher on the line than the Latin beside it.
pub fn set_fonts() {
    Font::set_font(Font::Helvetica, SANS);
    Font::set_font(Font::HelveticaBold, SANS_BOLD);
    Font::set_font(Font::Courier, MONO);
}

#[cfg(all(unix, not(target_os = "macos")))]
const SANS: &str = "Inter,Noto Sans,Lohit Devanagari,Sans";
#[cfg(all(unix, not(target_os = "macos")))]
const SANS_BOLD: &str = "Inter,Noto Sans,Lohit Devanagari,Sans Bold";
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
    edge: rgb(0xD9DEE5),
    ink: rgb(0x1B1F24),
    muted: rgb(0x5D6673),
    faint: rgb(0x9AA2AD),
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
    good: Tone {
        ink: rgb(0x14713D),
        ground: rgb(0xE3F4E9),
    },
};

const DARK: Palette = Palette {
    ground: rgb(0x1F2125),
    surface: rgb(0x2A2D33),
    edge: rgb(0x40444C),
    ink: rgb(0xF1F3F5),
    muted: rgb(0xA6AEBA),
    faint: rgb(0x747B86),
    accent: rgb(0x5B9DFF),
    accent_hover: rgb(0x7BB0FF),
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
    good: Tone {
        ink: rgb(0x7FD8A0),
        ground: rgb(0x1F3D2B),
    },
};
