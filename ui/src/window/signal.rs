//! What widgets tell the stage. They only leave a note: the stage acts after
//! the toolkit has come back, so that no widget is deleted in its own handler.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use fltk::app;
use fltk::enums::{Event, Key};
use securesign_app::screen::{Action, Setting};

use super::inert::Inert;

/// One thing that a person did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Chose the certificate with this index.
    Choose(usize),
    /// Chose this value of a setting.
    Set(Setting, usize),
    /// Pressed the button of the row with this index.
    Row(usize),
    /// Had the value of the fact with this index copied.
    Copy(usize),
    /// Wanted to see all of what folds, or its ends only.
    Fold,
    /// Pressed the button of the certificate with this index.
    Details(usize),
    /// Pressed a button that is not inert.
    Press(Action),
    /// Enter where nothing more special happens.
    Enter,
    /// Escape.
    Escape,
    /// Tab, or Shift and Tab.
    Step {
        /// Towards the end.
        forward: bool,
    },
    /// An arrow key: to the next certificate, or through the page.
    Arrow {
        /// Downwards.
        down: bool,
    },
    /// Dropped these files on the window.
    Files(Vec<String>),
    /// Closed the window.
    Closed,
    /// Made the window larger or smaller.
    Resized,
    /// Nobody did anything on a page that gives way by itself.
    Passes,
    /// Typed something for which there was no memory.
    OutOfMemory,
}

/// The notes in their order, and the clock of the page they are left on; clones
/// share both.
#[derive(Clone, Default)]
pub struct Signals {
    notes: Rc<RefCell<VecDeque<Signal>>>,
    inert: Rc<RefCell<Option<Inert>>>,
}

impl Signals {
    /// Leaves a note.
    pub fn send(&self, signal: Signal) {
        self.notes.borrow_mut().push_back(signal);
    }

    /// The oldest note.
    pub fn next(&self) -> Option<Signal> {
        self.notes.borrow_mut().pop_front()
    }

    /// Forgets what was left on a page that is no longer there.
    pub fn clear(&self) {
        self.notes.borrow_mut().clear();
    }

    /// What comes from now on is meant for the page with this clock.
    pub fn heed(&self, inert: &Inert) {
        *self.inert.borrow_mut() = Some(inert.clone());
    }

    /// Whether an event is a key or click that came before the page could have been
    /// read. Every widget that takes keys asks this first; clicks pass the window.
    pub fn drops(&self, event: Event) -> bool {
        let inert = self.inert.borrow();
        inert.as_ref().is_some_and(|inert| inert.drops(event))
    }

    /// The same for what is typed into a box.
    pub fn drops_typing(&self) -> bool {
        let inert = self.inert.borrow();
        inert.as_ref().is_some_and(Inert::drops_typing)
    }

    /// Whether a box takes what is typed now.
    pub fn takes_typing(&self) -> bool {
        let inert = self.inert.borrow();
        inert.as_ref().is_none_or(Inert::takes_typing)
    }

    /// The keys that mean the same everywhere; true when the event was one.
    pub fn key(&self) -> bool {
        let signal = match app::event_key() {
            Key::Tab => Signal::Step {
                forward: !app::is_event_shift(),
            },
            Key::Escape => Signal::Escape,
            Key::Up => Signal::Arrow { down: false },
            Key::Down => Signal::Arrow { down: true },
            // The toolkit would give the focus to whatever is beside this.
            Key::Left | Key::Right => return true,
            key if app::is_event_alt() && key == Key::from_char('l') => Signal::Press(Action::Lock),
            key if is_enter(key) => Signal::Enter,
            _ => return false,
        };
        self.send(signal);
        true
    }
}

/// Either of the two Enter keys.
pub fn is_enter(key: Key) -> bool {
    matches!(key, Key::Enter | Key::KPEnter)
}

/// The keys that press what has the focus.
pub fn is_press(key: Key) -> bool {
    is_enter(key) || key == Key::from_char(' ')
}
