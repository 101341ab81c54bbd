//! Somebody who drags a file from another program onto the window: the source's
//! part of XDND (version 5), which needs no pointer.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "here a panic is a failed test"
)]

use std::time::Duration;

use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    ClientMessageEvent, ConnectionExt, CreateWindowAux, EventMask, PropMode,
    SELECTION_NOTIFY_EVENT, SelectionNotifyEvent, SelectionRequestEvent, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use crate::support::run::eventually;

const VERSION: u32 = 5;
const LIMIT: Duration = Duration::from_secs(30);

/// Drops a list of URLs in the middle of a window. True when it was taken.
pub fn drop_files(display: &str, target: Window, list: &str) -> bool {
    let source = Source::new(display);
    let kind = source.atom("text/uri-list");
    source.send(target, "XdndEnter", [VERSION << 24, kind, 0, 0]);
    let copy = source.atom("XdndActionCopy");
    let place = source.middle(target);
    source.send(
        target,
        "XdndPosition",
        [0, place, x11rb::CURRENT_TIME, copy],
    );
    if source.answer("XdndStatus") & 1 == 0 {
        source.send(target, "XdndLeave", [0; 4]);
        return false;
    }
    source.send(target, "XdndDrop", [0, x11rb::CURRENT_TIME, 0, 0]);
    source.hand_over(list);
    source.answer("XdndFinished") & 1 == 1
}

struct Source {
    display: RustConnection,
    window: Window,
    root: Window,
}

impl Source {
    fn new(display: &str) -> Self {
        let (display, screen) = x11rb::connect(Some(display)).expect("the display");
        let root = display.setup().roots[screen].root;
        let window = display.generate_id().unwrap();
        let (depth, class, look) = (0, WindowClass::INPUT_OUTPUT, 0);
        let nothing = CreateWindowAux::new();
        display
            .create_window(depth, window, root, 0, 0, 1, 1, 0, class, look, &nothing)
            .unwrap();
        let source = Self {
            display,
            window,
            root,
        };
        let selection = source.atom("XdndSelection");
        source
            .display
            .set_selection_owner(window, selection, x11rb::CURRENT_TIME)
            .unwrap();
        source
    }

    fn atom(&self, name: &str) -> u32 {
        let asked = self.display.intern_atom(false, name.as_bytes()).unwrap();
        asked.reply().unwrap().atom
    }

    fn middle(&self, window: Window) -> u32 {
        let size = self.display.get_geometry(window).unwrap().reply().unwrap();
        let (x, y) = (size.width as i16 / 2, size.height as i16 / 2);
        let asked = self.display.translate_coordinates(window, self.root, x, y);
        let place = asked.unwrap().reply().unwrap();
        (place.dst_x as u32) << 16 | place.dst_y as u32
    }

    fn send(&self, target: Window, message: &str, [a, b, c, d]: [u32; 4]) {
        let data = [self.window, a, b, c, d];
        let event = ClientMessageEvent::new(32, target, self.atom(message), data);
        self.display
            .send_event(false, target, EventMask::NO_EVENT, event)
            .unwrap();
        self.display.flush().unwrap();
    }

    /// Waits for a message and gives its flags.
    fn answer(&self, message: &str) -> u32 {
        let kind = self.atom(message);
        self.wait(|event| match event {
            Event::ClientMessage(event) if event.type_ == kind => Some(event.data.as_data32()[1]),
            _ => None,
        })
    }

    fn wait<T>(&self, pick: impl Fn(Event) -> Option<T>) -> T {
        let mut picked = None;
        let came = eventually(LIMIT, || {
            picked = self.display.poll_for_event().unwrap().and_then(&pick);
            picked.is_some()
        });
        assert!(came, "the window does not answer");
        picked.unwrap()
    }

    /// Waits to be asked for what is dragged, and gives it.
    fn hand_over(&self, list: &str) {
        let asked: SelectionRequestEvent = self.wait(|event| match event {
            Event::SelectionRequest(event) => Some(event),
            _ => None,
        });
        self.display
            .change_property8(
                PropMode::REPLACE,
                asked.requestor,
                asked.property,
                asked.target,
                list.as_bytes(),
            )
            .unwrap();
        let event = SelectionNotifyEvent {
            response_type: SELECTION_NOTIFY_EVENT,
            sequence: 0,
            time: asked.time,
            requestor: asked.requestor,
            selection: asked.selection,
            target: asked.target,
            property: asked.property,
        };
        self.display
            .send_event(false, asked.requestor, EventMask::NO_EVENT, event)
            .unwrap();
        self.display.flush().unwrap();
    }
}
