//! Words as outlines: text is shaped, so that any script is right, and drawn as paths, so that
//! no reader needs its font.

use std::fmt;
use std::fmt::Write as _;
use std::sync::Arc;

use harfrust::font::glyph::outline::{DrawMemory, DrawOptions, PathSink};
use harfrust::{Buffer, Font, GlyphId, ShapeOptions, ShaperFont, shape};

use super::{Fault, short};

/// What finds fonts for a text.
type Finder = dyn Fn(&str) -> Vec<Vec<u8>> + Send + Sync;

/// Where letters come from: given a text, the files of fonts (TrueType, OpenType or a
/// collection) that together have its letters, the one to be used first in front.
#[derive(Clone)]
pub struct Fonts(Arc<Finder>);

impl Fonts {
    /// Fonts that are found for each text anew.
    pub fn new(find: impl Fn(&str) -> Vec<Vec<u8>> + Send + Sync + 'static) -> Self {
        Self(Arc::new(find))
    }

    /// Which of these letters a font lacks, for those who look for fonts; all of them, where
    /// it is no font.
    pub fn lacking(file: &[u8], letters: &[char]) -> Vec<char> {
        let Some(font) = Font::new(file.to_vec(), 0) else {
            return letters.to_vec();
        };
        let map = font.charmap();
        let lacks = |letter: &char| map.map_unicode(*letter).is_none();
        letters.iter().copied().filter(lacks).collect()
    }
}

/// None at all.
impl Default for Fonts {
    fn default() -> Self {
        Self::new(|_| Vec::new())
    }
}

impl fmt::Debug for Fonts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fonts")
    }
}

/// Fonts that have all letters of a text.
pub(super) struct Type(Vec<Font>);

/// A glyph in a line.
struct Glyph {
    font: usize,
    id: GlyphId,
    /// From the beginning of the word, and up, as parts of the size of type.
    at: (f64, f64),
}

/// A word that was shaped.
pub(super) struct Word {
    glyphs: Vec<Glyph>,
    /// As a multiple of the size of type.
    width: f64,
}

/// Words side by side.
pub(super) type Line = Vec<Word>;

/// Between words, as a part of the size of type.
const SPACE: f64 = 0.28;
/// From size to size that is tried, in points.
const STEP: f64 = 0.25;

impl Type {
    pub fn of(fonts: &Fonts, text: &str) -> Result<Self, Fault> {
        let files = (fonts.0)(text);
        let fonts = files.into_iter().filter_map(|file| Font::new(file, 0));
        let found = Self(fonts.collect());
        let missing = |letter: &char| !letter.is_whitespace() && !joins(*letter);
        let mut letters = text.chars().filter(missing);
        match letters.find(|letter| found.font(*letter).is_none()) {
            Some(letter) => Err(Fault::Letter(letter)),
            None => Ok(found),
        }
    }

    /// The first font that has a letter.
    fn font(&self, letter: char) -> Option<usize> {
        let has = |font: &Font| font.charmap().map_unicode(letter).is_some();
        self.0.iter().position(has)
    }

    /// The text broken into lines of that width, in the largest type in which it fits into
    /// that height; `None`: in none.
    pub fn page(
        &self,
        text: &[String],
        width: f64,
        height: f64,
        (largest, smallest): (f64, f64),
        leading: f64,
    ) -> Option<(Vec<Line>, f64)> {
        // Words are cut only where no size does without that.
        for cuts in [false, true] {
            let mut size = largest;
            while size >= smallest {
                let lines = text
                    .iter()
                    .map(|line| self.broken(line, width / size, cuts));
                let lines: Option<Vec<Vec<Line>>> = lines.collect();
                let lines: Vec<Line> = lines.into_iter().flatten().flatten().collect();
                if !lines.is_empty() && lines.len() as f64 * leading * size <= height {
                    return Some((lines, size));
                }
                size -= STEP;
            }
        }
        None
    }

    /// A line broken between its words; `None`: one of them is too wide.
    fn broken(&self, text: &str, width: f64, cuts: bool) -> Option<Vec<Line>> {
        let mut lines = Vec::new();
        let mut line = Line::new();
        let mut used = 0.0;
        let words = text.split_whitespace();
        let words = words.flat_map(|word| match cuts {
            true => self.cut(word, width),
            false => vec![self.word(word)],
        });
        for word in words {
            (word.width <= width).then_some(())?;
            if !line.is_empty() && used + SPACE + word.width > width {
                lines.push(std::mem::take(&mut line));
                used = 0.0;
            }
            used += word.width + if line.is_empty() { 0.0 } else { SPACE };
            line.push(word);
        }
        lines.push(line);
        Some(lines)
    }

    /// A word in pieces, if it is too wide: a long number or address, whose letters stand each
    /// for itself.
    fn cut(&self, text: &str, width: f64) -> Vec<Word> {
        let whole = self.word(text);
        if whole.width <= width || !text.is_ascii() {
            return vec![whole];
        }
        let mut pieces = Vec::new();
        let mut piece = String::new();
        for letter in text.chars() {
            let longer = format!("{piece}{letter}");
            if !piece.is_empty() && self.word(&longer).width > width {
                pieces.push(self.word(&piece));
                piece = letter.into();
            } else {
                piece = longer;
            }
        }
        pieces.push(self.word(&piece));
        pieces
    }

    /// Shapes a word, each part of it in the first font that has its letters.
    fn word(&self, text: &str) -> Word {
        let mut parts: Vec<(usize, String)> = Vec::new();
        for letter in text.chars() {
            let font = self.font(letter).unwrap_or_default();
            match parts.last_mut() {
                Some((last, part)) if *last == font || joins(letter) => part.push(letter),
                _ => parts.push((font, letter.into())),
            }
        }
        let mut word = Word {
            glyphs: Vec::new(),
            width: 0.0,
        };
        for (at, part) in parts {
            let Some(font) = self.0.get(at) else { continue };
            let mut buffer = Buffer::new();
            buffer.push_str(&part);
            buffer.guess_segment_properties();
            let _ = shape(&ShaperFont::new(font), &mut buffer, ShapeOptions::new());
            let em = f64::from(font.metrics().units_per_em);
            let glyphs = buffer.glyph_infos().iter();
            for (glyph, position) in glyphs.zip(buffer.glyph_positions()) {
                let offset = |number: i32| f64::from(number) / em;
                word.glyphs.push(Glyph {
                    font: at,
                    id: GlyphId::new(glyph.glyph_id),
                    at: (
                        word.width + offset(position.x_offset),
                        offset(position.y_offset),
                    ),
                });
                word.width += offset(position.x_advance);
            }
        }
        word
    }

    /// The paths of a line whose base line begins there. Each glyph in units of its font, so
    /// that the same one is the same text again, which deflates well.
    pub fn draw(&self, line: &Line, x: f64, y: f64, size: f64) -> String {
        let mut content = String::new();
        let mut x = x;
        for word in line {
            for glyph in &word.glyphs {
                let font = &self.0[glyph.font];
                let mut path = Path::default();
                let drawn = font.outline_glyphs().get(glyph.id).is_some_and(|outline| {
                    let options = DrawOptions::new();
                    let memory = DrawMemory::default();
                    outline.draw(&options, memory, &mut path).is_ok()
                });
                if drawn && !path.text.is_empty() {
                    let scale = size / f64::from(font.metrics().units_per_em);
                    let scale = format!("{scale:.6}");
                    let at = (x + glyph.at.0 * size, y + glyph.at.1 * size);
                    let (x, y) = (short(at.0), short(at.1));
                    let path = &path.text;
                    let _ = writeln!(content, "q {scale} 0 0 {scale} {x} {y} cm\n{path}f Q");
                }
            }
            x += (word.width + SPACE) * size;
        }
        content
    }
}

/// Belongs to the letter before it, whichever font that is of: joiners and variation selectors.
fn joins(letter: char) -> bool {
    matches!(letter, '\u{200C}' | '\u{200D}' | '\u{FE00}'..='\u{FE0F}')
}

/// Path operators (8.5.2) of a glyph.
#[derive(Default)]
struct Path {
    text: String,
    /// Where it is.
    at: (f32, f32),
}

impl Path {
    fn push(&mut self, points: &[(f32, f32)], operator: char) {
        for (x, y) in points {
            let (x, y) = (short(f64::from(*x)), short(f64::from(*y)));
            let _ = write!(self.text, "{x} {y} ");
        }
        self.text.push(operator);
        self.text.push('\n');
        if let Some(last) = points.last() {
            self.at = *last;
        }
    }
}

impl PathSink for Path {
    fn move_to(&mut self, x: f32, y: f32) {
        self.push(&[(x, y)], 'm');
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.push(&[(x, y)], 'l');
    }

    /// PDF has cubic curves alone: the same curve, with its control point two thirds along.
    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        let near = |from: f32, control: f32| from + (control - from) * 2.0 / 3.0;
        let first = (near(self.at.0, cx), near(self.at.1, cy));
        let second = (near(x, cx), near(y, cy));
        self.push(&[first, second, (x, y)], 'c');
    }

    fn curve_to(&mut self, ax: f32, ay: f32, bx: f32, by: f32, x: f32, y: f32) {
        self.push(&[(ax, ay), (bx, by), (x, y)], 'c');
    }

    fn close(&mut self) {
        self.push(&[], 'h');
    }
}
