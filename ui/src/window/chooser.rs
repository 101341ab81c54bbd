//! Lets a file be chosen in the desktop's own dialog.
//!
//! On Linux that is the portal's, over D-Bus, and runs in another process. The
//! toolkit would load GTK into this one, which takes PINs.

use std::sync::mpsc::{Receiver, TryRecvError, channel};

use fltk::app;
use fltk::window::DoubleWindow;
use securesign_app::screen::Input;

#[cfg(target_os = "linux")]
#[path = "chooser/portal.rs"]
mod system;
#[cfg(not(target_os = "linux"))]
#[path = "chooser/native.rs"]
mod system;

/// The dialog, one at a time.
#[derive(Default)]
pub struct Chooser(Option<Receiver<Option<Input>>>);

impl Chooser {
    /// Opens it, unless it is open.
    pub fn open(&mut self, window: &DoubleWindow, title: &str) {
        if self.0.is_some() {
            return;
        }
        let (sender, answer) = channel();
        self.0 = Some(answer);
        system::ask(window, title, move |answer| {
            // The window may be gone.
            let _ = sender.send(answer);
            app::awake();
        });
    }

    /// What was chosen, as soon as something was.
    pub fn answer(&mut self) -> Option<Input> {
        let answer = match self.0.as_ref()?.try_recv() {
            Err(TryRecvError::Empty) => return None,
            Err(TryRecvError::Disconnected) => None,
            Ok(answer) => answer,
        };
        self.0 = None;
        answer
    }
}
