//! Parts of a page below one another. All are measured before the first one is placed,
//! for the window's height follows from them.

use super::super::ink::Area;
use super::super::layout::MARGIN;
use super::Widgets;

/// Puts a part into its area, and hands over what can have the focus.
type Place<'a> = Box<dyn FnOnce(Area, &mut Widgets) + 'a>;

/// Parts from above.
#[derive(Default)]
pub struct Column<'a> {
    parts: Vec<Part<'a>>,
}

struct Part<'a> {
    height: i32,
    place: Option<Place<'a>>,
}

impl<'a> Column<'a> {
    /// A part of this height, from margin to margin.
    pub fn add(&mut self, height: i32, place: impl FnOnce(Area, &mut Widgets) + 'a) {
        let place: Place<'a> = Box::new(place);
        self.parts.push(Part {
            height,
            place: Some(place),
        });
    }

    /// Nothing, this high.
    pub fn gap(&mut self, height: i32) {
        self.parts.push(Part {
            height,
            place: None,
        });
    }

    /// Of all parts.
    pub fn height(&self) -> i32 {
        self.parts.iter().map(|part| part.height).sum()
    }

    /// Puts them on the page from `y` on, `width` wide.
    pub fn place(self, mut y: i32, width: i32, widgets: &mut Widgets) {
        for Part { height, place } in self.parts {
            let area = Area {
                x: MARGIN,
                y,
                w: width,
                h: height,
            };
            if let Some(place) = place {
                place(area, widgets);
            }
            y += height;
        }
    }
}
