//! Where a stamp comes on a page: the page's box, its rotation and its unit (ISO 32000-2,
//! 7.7.3), against what is seen of it.

use lopdf::{Dictionary, Object, ObjectId};

use super::super::file::File;
use super::{At, Corner, short};

/// From the edges of the page to a stamp in a corner, in points.
const MARGIN: f64 = 36.0;
/// Where nothing is said, and the least, in points.
const SIZE: (f64, f64) = (200.0, 72.0);
const LEAST: f64 = 20.0;
/// Most levels of the page tree.
const DEPTH: usize = 64;

/// A place on a page.
#[derive(Clone, Debug)]
pub struct Spot {
    /// The page.
    pub page: ObjectId,
    /// `/Rect` of the widget.
    pub rect: String,
    /// `/Matrix` of its form, which turns it upright.
    pub matrix: &'static str,
    /// Width and height in points, as displayed.
    pub size: (f64, f64),
}

/// A page as it is displayed.
struct Sheet {
    /// Left, bottom, right, top, in units of the page.
    crop: [f64; 4],
    /// Clockwise, in degrees: 0, 90, 180 or 270.
    turn: i64,
    /// Points in a unit of the page.
    unit: f64,
}

impl Spot {
    /// A new one. `None`: it lies outside of the page, or is too small.
    pub fn on(
        file: &File,
        page: ObjectId,
        at: At,
        size: (Option<f64>, Option<f64>),
    ) -> Option<Self> {
        let sheet = Sheet::of(file, page)?;
        let (wide, high) = sheet.size();
        let said = [size.0, size.1].into_iter().flatten();
        let mut said = said.chain(match at {
            At::Point(x, y) => vec![x, y],
            At::Corner(_) => Vec::new(),
        });
        said.all(f64::is_finite).then_some(())?;
        let width = size.0.unwrap_or(SIZE.0).min(wide);
        let height = size.1.unwrap_or(SIZE.1).min(high);
        let is_large = width >= LEAST && height >= LEAST;
        is_large.then_some(())?;
        let (far, up) = (wide - width, high - height);
        let (x, y) = match at {
            At::Point(x, y) => (x, y),
            At::Corner(Corner::BottomLeft) => (MARGIN, MARGIN),
            At::Corner(Corner::BottomRight) => (far - MARGIN, MARGIN),
            At::Corner(Corner::TopLeft) => (MARGIN, up - MARGIN),
            At::Corner(Corner::TopRight) => (far - MARGIN, up - MARGIN),
        };
        let is_seen = x < wide && y < high && x + width > 0.0 && y + height > 0.0;
        is_seen.then_some(())?;
        let rect = sheet.rect(x.clamp(0.0, far), y.clamp(0.0, up), width, height);
        let rect = rect.map(short).join(" ");
        Some(Self {
            page,
            rect: format!("[{rect}]"),
            matrix: sheet.matrix(),
            size: (width, height),
        })
    }

    /// That of a widget that exists. `None`: nothing is seen of it, or it is too small.
    pub fn of(file: &File, widget: ObjectId) -> Option<Self> {
        let dictionary = file.document.get_dictionary(widget).ok()?;
        let [a, b, c, d] = numbers(file, file.entry(dictionary, b"Rect")?)?;
        let page = page_of(file, widget, dictionary)?;
        let sheet = Sheet::of(file, page)?;
        let across = (c - a).abs() * sheet.unit;
        let along = (d - b).abs() * sheet.unit;
        let size = match sheet.turn {
            0 | 180 => (across, along),
            _ => (along, across),
        };
        (size.0 >= LEAST && size.1 >= LEAST).then_some(Self {
            page,
            rect: String::new(),
            matrix: sheet.matrix(),
            size,
        })
    }
}

/// The page that a widget is on: the one that lists it.
fn page_of(file: &File, widget: ObjectId, dictionary: &Dictionary) -> Option<ObjectId> {
    let lists = |page: &ObjectId| {
        let page = file.document.get_dictionary(*page).ok();
        let list = page.and_then(|page| file.entry(page, b"Annots")?.as_array().ok());
        let mut list = list.into_iter().flatten();
        list.any(|one| one.as_reference().is_ok_and(|id| id == widget))
    };
    let named = dictionary.get(b"P").and_then(Object::as_reference).ok();
    let named = named.filter(lists);
    named.or_else(|| file.document.page_iter().find(lists))
}

impl Sheet {
    fn of(file: &File, page: ObjectId) -> Option<Self> {
        let own = file.document.get_dictionary(page).ok()?;
        let mut media = None;
        let mut crop = None;
        let mut turn = None;
        let mut at = Some(own);
        for _ in 0..DEPTH {
            let Some(node) = at else { break };
            let of = |key: &[u8]| file.entry(node, key).and_then(|it| numbers(file, it));
            media = media.or_else(|| of(b"MediaBox"));
            crop = crop.or_else(|| of(b"CropBox"));
            turn = turn.or_else(|| file.entry(node, b"Rotate")?.as_i64().ok());
            at = file.entry(node, b"Parent").and_then(|it| it.as_dict().ok());
        }
        let media = sorted(media?);
        let crop = crop.map_or(media, |crop| cut(sorted(crop), media));
        let unit = file.entry(own, b"UserUnit").and_then(number);
        let unit = unit.filter(|unit| *unit > 0.0).unwrap_or(1.0);
        let [left, bottom, right, top] = crop;
        let all = [left, bottom, right, top, unit];
        (all.iter().all(|it| it.is_finite()) && left < right && bottom < top).then_some(Self {
            crop,
            turn: turn.unwrap_or_default().rem_euclid(360) / 90 * 90,
            unit,
        })
    }

    /// Width and height in points, as displayed.
    fn size(&self) -> (f64, f64) {
        let [left, bottom, right, top] = self.crop;
        let (across, along) = ((right - left) * self.unit, (top - bottom) * self.unit);
        match self.turn {
            0 | 180 => (across, along),
            _ => (along, across),
        }
    }

    /// What is displayed there, in units of the page.
    fn rect(&self, x: f64, y: f64, width: f64, height: f64) -> [f64; 4] {
        let [left, bottom, right, top] = self.crop;
        let [x, y, w, h] = [x, y, width, height].map(|it| it / self.unit);
        match self.turn {
            90 => [right - y - h, bottom + x, right - y, bottom + x + w],
            180 => [right - x - w, top - y - h, right - x, top - y],
            270 => [left + y, top - x - w, left + y + h, top - x],
            _ => [left + x, bottom + y, left + x + w, bottom + y + h],
        }
    }

    /// Turns a form against the page, so that it is displayed upright.
    fn matrix(&self) -> &'static str {
        match self.turn {
            90 => "[0 1 -1 0 0 0]",
            180 => "[-1 0 0 -1 0 0]",
            270 => "[0 -1 1 0 0 0]",
            _ => "[1 0 0 1 0 0]",
        }
    }
}

fn number(object: &Object) -> Option<f64> {
    object.as_float().ok().map(f64::from)
}

/// A rectangle (7.9.5).
fn numbers(file: &File, object: &Object) -> Option<[f64; 4]> {
    let resolved = |one: &Object| number(file.document.dereference(one).ok()?.1);
    let numbers: Option<Vec<f64>> = object.as_array().ok()?.iter().map(resolved).collect();
    numbers?.try_into().ok()
}

/// Any two corners that lie across may be named.
fn sorted([a, b, c, d]: [f64; 4]) -> [f64; 4] {
    [a.min(c), b.min(d), a.max(c), b.max(d)]
}

/// What of a box lies within another.
fn cut(it: [f64; 4], within: [f64; 4]) -> [f64; 4] {
    [
        it[0].max(within[0]),
        it[1].max(within[1]),
        it[2].min(within[2]),
        it[3].min(within[3]),
    ]
}
