//! `securesign-window`: the part of SecureSign that shows a window, which `securesign`
//! starts. It draws whatever [`Screen`](securesign_app::screen::Screen) the model shows
//! and reports what a person does; it knows no card, no error and no protocol.

// No console opens beside the window when a link or the Start menu starts it.
#![cfg_attr(windows, windows_subsystem = "windows")]
#![cfg_attr(
    not(target_os = "linux"),
    allow(
        dead_code,
        reason = "assistive programs are served on Linux only so far"
    )
)]

mod button;
mod card;
mod choice;
mod chooser;
mod compare;
mod drag;
mod entry;
#[cfg(all(unix, not(target_os = "macos")))]
mod eye;
#[cfg(not(all(unix, not(target_os = "macos"))))]
#[path = "eye/blind.rs"]
mod eye;
mod facts;
mod field;
mod figure;
#[cfg(all(unix, not(target_os = "macos")))]
mod icon;
mod inert;
mod ink;
mod kept;
mod layout;
mod line;
mod mark;
mod notice;
#[cfg(target_os = "linux")]
mod notify;
#[cfg(not(target_os = "linux"))]
#[path = "notify/silent.rs"]
mod notify;
mod page;
mod palette;
mod quiet;
mod reveal;
mod row;
mod scroll;
mod signal;
#[cfg(target_os = "linux")]
mod speech;
mod stage;
mod still;
mod stop;
mod symbol;
mod wrap;

use std::process::ExitCode;

use fltk::app;
use securesign::front::{FrontEnd, Look, Model, Opened, WindowError};

fn main() -> ExitCode {
    securesign::show(&Toolkit)
}

/// FLTK.
pub struct Toolkit;

impl FrontEnd for Toolkit {
    fn open(&self, look: Look) -> Result<Box<dyn Opened>, WindowError> {
        let eye = eye::Eye::open().map_err(unreachable)?;
        let _app = app::App::default();
        app::set_visible_focus(true);
        palette::set_fonts();
        let blank = stage::Blank::open(look, eye);
        Ok(Box::new(blank.map_err(WindowError::Unreachable)?))
    }

    fn look_for_display(&self) -> Result<(), WindowError> {
        eye::Eye::open().map(drop).map_err(unreachable)
    }
}

impl Opened for stage::Blank {
    fn run(self: Box<Self>, model: Box<dyn Model>) -> Result<(), WindowError> {
        stage::Stage::new(model, *self).play()
    }
}

fn unreachable(reason: String) -> WindowError {
    match std::env::var_os("DISPLAY") {
        Some(name) if !name.is_empty() => WindowError::Unreachable(reason),
        _ => WindowError::NoDisplay,
    }
}
