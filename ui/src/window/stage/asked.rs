//! Which sizes a person has asked for, and which the program itself has. A window manager may
//! report one of an earlier page when the next is there already, and rounds them where the
//! display is scaled: neither is a wish of a person's.

use std::time::{Duration, Instant};

/// For how long an earlier page's size may still be reported.
const LATE: Duration = Duration::from_secs(3);

/// Width and height of a window.
pub type Size = (i32, i32);

/// How a person wants to see pages.
#[derive(Clone, Copy, Default)]
pub struct Wishes {
    /// All of what folds.
    pub unfolded: bool,
    /// In a window of this width.
    pub width: Option<i32>,
    /// And of this height.
    pub height: Option<i32>,
}

/// The sizes of earlier pages.
#[derive(Default)]
pub struct Asked(Vec<(Size, Instant)>);

impl Asked {
    /// A page of this size goes, or the window had it for a moment.
    pub fn note(&mut self, size: Size) {
        self.0.retain(|(_, since)| since.elapsed() < LATE);
        self.0.push((size, Instant::now()));
    }

    /// One of them had this size, not long ago.
    pub fn lately(&self, size: Size) -> bool {
        let mut sizes = self.0.iter();
        sizes.any(|(asked, since)| since.elapsed() < LATE && near(*asked, size))
    }
}

/// The same size but for what is rounded: 322 at 150 % was seen to become 320.
pub fn near(one: Size, other: Size) -> bool {
    const ROUNDED: i32 = 4;
    (one.0 - other.0).abs() <= ROUNDED && (one.1 - other.1).abs() <= ROUNDED
}

#[cfg(test)]
mod tests {
    use super::{Asked, near};

    #[test]
    fn a_size_that_was_asked_for_is_nobodys_wish_and_another_one_is() {
        let mut asked = Asked::default();
        assert!(!asked.lately((560, 300)));
        asked.note((560, 300));
        asked.note((560, 420));
        assert!(asked.lately((560, 300)) && asked.lately((561, 418)));
        assert!(!asked.lately((560, 360)) && !asked.lately((700, 300)));
        assert!(near((560, 322), (560, 320)) && !near((560, 322), (560, 310)));
    }
}
