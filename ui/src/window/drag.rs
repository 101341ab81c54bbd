//! Files that are dragged onto the window. Text comes in by this way alone, and
//! only right after a drop: the toolkit hands it over like something pasted, and
//! pasting stays off.

use std::cell::Cell;
use std::rc::Rc;

use fltk::app;
use fltk::enums::Event;

use super::signal::{Signal, Signals};

/// The drag that may be going on; clones share it.
#[derive(Clone, Default)]
pub struct Drag {
    wanted: Rc<Cell<bool>>,
    over: Rc<Cell<bool>>,
    dropped: Rc<Cell<bool>>,
}

impl Drag {
    /// Whether the screen that is shown takes files.
    pub fn want(&self, wanted: bool) {
        self.wanted.set(wanted);
    }

    /// Something is being held over the window.
    pub fn is_over(&self) -> bool {
        self.over.get()
    }

    /// Takes an event of the window; true when it was one of a drag, and wanted.
    pub fn event(&self, event: Event, signals: &Signals) -> bool {
        let wanted = self.wanted.get();
        match event {
            Event::DndEnter | Event::DndDrag => self.over.set(wanted),
            Event::DndLeave => self.over.set(false),
            Event::DndRelease => {
                self.over.set(false);
                self.dropped.set(wanted);
            }
            Event::Paste => {
                if !self.dropped.take() {
                    return false;
                }
                signals.send(Signal::Files(addresses(&app::event_text())));
            }
            _ => return false,
        }
        wanted
    }
}

/// A list of URLs (RFC 2483, §5: comments begin with `#`), or a plain path.
fn addresses(text: &str) -> Vec<String> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::addresses;

    #[test]
    fn a_list_of_urls_is_split_and_a_path_is_whole() {
        let list = "# from a folder\r\nfile:///a%20b.pdf\r\nfile:///c.pdf\r\n";
        assert_eq!(addresses(list), ["file:///a%20b.pdf", "file:///c.pdf"]);
        assert_eq!(addresses("/home/a/b c.pdf"), ["/home/a/b c.pdf"]);
    }
}
