//! Whether a person can see the window and types into it, as far as X11 tells.
//!
//! The toolkit does not know: it never asks whether a window is covered, and takes
//! the focus for its own as soon as one of its boxes wants it. So the server is
//! asked, over a line of our own, at the moment at which it matters.

use std::cell::{Cell, OnceCell};

use fltk::prelude::*;
use fltk::window::DoubleWindow;
use securesign_card::text;
use x11rb::connection::Connection;
use x11rb::errors::{ConnectError, ReplyError};
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    AtomEnum, ChangeWindowAttributesAux, ConnectionExt, EventMask, InputFocus, KeyButMask,
    MapState, NotifyDetail, NotifyMode, PropMode, Visibility,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use super::icon;

/// Looks at one window.
pub struct Eye {
    connection: RustConnection,
    root: u32,
    window: OnceCell<u32>,
    covered: Cell<bool>,
    /// How often it was covered, taken away or left without the keyboard.
    away: Cell<u32>,
}

impl Eye {
    /// At the display, which is really there then. The toolkit ends the whole process
    /// where it finds none.
    pub fn open() -> Result<Self, String> {
        let (connection, screen) = x11rb::connect(None).map_err(|error| match error {
            ConnectError::SetupFailed(failed) => {
                text::reason(&String::from_utf8_lossy(&failed.reason))
            }
            other => text::reason(&other),
        })?;
        let root = connection.setup().roots.get(screen).ok_or("no screen")?;
        Ok(Self {
            root: root.root,
            connection,
            window: OnceCell::new(),
            covered: Cell::default(),
            away: Cell::default(),
        })
    }

    /// Looks at this window from now on. The server has it then; an error says that it
    /// has not.
    pub fn watch(&self, window: &DoubleWindow) -> Result<(), String> {
        let number = u32::try_from(window.raw_handle()).map_err(|error| text::reason(&error))?;
        let wanted = ChangeWindowAttributesAux::new().event_mask(
            EventMask::VISIBILITY_CHANGE | EventMask::FOCUS_CHANGE | EventMask::STRUCTURE_NOTIFY,
        );
        let asked = self.connection.change_window_attributes(number, &wanted);
        asked
            .map_err(ReplyError::from)
            .and_then(|asked| asked.check())
            .map_err(|error| text::reason(&error))?;
        self.window.get_or_init(|| number);
        self.show_icon(number).map_err(|error| text::reason(&error))
    }

    fn show_icon(&self, window: u32) -> Result<(), ReplyError> {
        let (mode, kind) = (PropMode::REPLACE, AtomEnum::CARDINAL);
        let name = self.connection.intern_atom(false, b"_NET_WM_ICON")?;
        let name = name.reply()?.atom;
        let pictures = icon::pictures();
        self.connection
            .change_property32(mode, window, name, kind, &pictures)?
            .check()
    }

    /// When it is on the display, not covered whole, and has the keyboard: how often
    /// that was not so before. What cannot be told is no reason against it.
    pub fn look(&self) -> Option<u32> {
        let window = *self.window.get()?;
        self.asked(window).unwrap_or(Some(0))
    }

    /// Whether nobody can see it: taken away, or covered whole. What cannot be told is
    /// no reason to say so.
    pub fn is_hidden(&self) -> bool {
        // What has happened since is taken in.
        let seen = self.look();
        let mapped = self.window.get().is_none_or(|&window| {
            let asked = self.connection.get_window_attributes(window);
            let answer = asked
                .map_err(ReplyError::from)
                .and_then(|asked| asked.reply());
            answer.map_or(true, |look| look.map_state == MapState::VIEWABLE)
        });
        seen.is_none() && (!mapped || self.covered.get())
    }

    /// Whether Caps Lock is on. The toolkit knows no more than what came with its last
    /// event.
    pub fn sees_caps_lock(&self) -> bool {
        let asked = self.connection.query_pointer(self.root);
        let answer = asked
            .map_err(ReplyError::from)
            .and_then(|asked| asked.reply());
        answer.is_ok_and(|pointer| pointer.mask.contains(KeyButMask::LOCK))
    }

    fn asked(&self, window: u32) -> Result<Option<u32>, ReplyError> {
        let focus = self.connection.get_input_focus()?;
        let look = self.connection.get_window_attributes(window)?;
        let focus = focus.reply()?.focus;
        let mapped = look.reply()?.map_state == MapState::VIEWABLE;
        // The answers come after everything that happened before them.
        while let Some(event) = self.connection.poll_for_event()? {
            let gone = match event {
                Event::VisibilityNotify(change) => {
                    let covered = change.state == Visibility::FULLY_OBSCURED;
                    self.covered.set(covered);
                    covered
                }
                // A key that the desktop takes for itself is no change of the focus.
                Event::FocusOut(out) => {
                    ![NotifyMode::GRAB, NotifyMode::UNGRAB].contains(&out.mode)
                        && out.detail != NotifyDetail::INFERIOR
                }
                Event::UnmapNotify(_) => true,
                _ => false,
            };
            self.away.set(self.away.get() + u32::from(gone));
        }
        // Without a window manager the keyboard follows the mouse, and nobody has it.
        let follows = [u32::from(InputFocus::POINTER_ROOT), self.root];
        let focused = focus == window || follows.contains(&focus);
        let seen = mapped && focused && !self.covered.get();
        Ok(seen.then(|| self.away.get()))
    }
}
