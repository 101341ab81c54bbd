//! What assistive programs (screen readers, braille) are told over AT-SPI, and
//! what they ask for. They get the [`Screen`] that everybody gets, and what has
//! the focus; nothing that was typed is ever near this module.
//!
//! Linux only so far. Nothing is made before an assistive program is there: one
//! thread waits on the session's bus for the word that there is, and without a
//! bus it ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use accesskit::{
    Action, ActionHandler, ActionRequest, ActivationHandler, DeactivationHandler, NodeId, Rect,
    TreeUpdate,
};
use accesskit_unix::Adapter;
use fltk::app;
use securesign_app::screen::Screen;

use super::ink::Area;
use super::stop::Stop;

mod tree;

pub use tree::node;
#[cfg(test)]
pub use tree::tree;

/// More than this many wishes at once are nobody's.
const WISHES_MAX: usize = 16;
/// A countdown alone is told anew this often, or it would never be still.
const COUNTDOWN: Duration = Duration::from_secs(60);

/// The window as assistive programs have it.
#[derive(Clone, PartialEq)]
pub struct View {
    /// What is to be seen.
    pub screen: Screen,
    /// Everything that can have the focus, and where it is.
    pub stops: Vec<(Stop, Area)>,
    /// What has the focus.
    pub focus: Option<Stop>,
    /// Which buttons work now, in their order.
    pub live: Vec<bool>,
    /// Caps Lock is on.
    pub caps_lock: bool,
    /// The window has the keyboard.
    pub active: bool,
    /// The window on the display.
    pub place: Area,
    /// Pixels in a toolkit unit.
    pub scale: f32,
}

/// Something that an assistive program asks for in the person's name.
pub struct Wish {
    /// On which element.
    pub node: NodeId,
    /// To press it; else to give it the focus.
    pub press: bool,
}

/// Who is at the other end; the adapter's thread knows.
#[derive(Default)]
struct Line {
    /// Somebody is.
    heard: AtomicBool,
    /// Somebody new is, who was told nothing yet.
    fresh: AtomicBool,
}

/// The line to assistive programs.
pub struct Speech {
    adapter: Option<Adapter>,
    line: Arc<Line>,
    told: Option<(View, Instant)>,
    sender: SyncSender<Wish>,
    wishes: Receiver<Wish>,
}

impl Default for Speech {
    /// Silent, and nothing is started.
    fn default() -> Self {
        let (sender, wishes) = sync_channel(WISHES_MAX);
        Self {
            adapter: None,
            line: Arc::default(),
            told: None,
            sender,
            wishes,
        }
    }
}

impl Speech {
    /// Begins to wait for assistive programs. To be called when the window can
    /// be seen: it is nothing that a person should wait for.
    pub fn begin(&mut self) {
        if self.adapter.is_none() {
            let door = || Door {
                line: self.line.clone(),
                wishes: self.sender.clone(),
            };
            self.adapter = Some(Adapter::new(door(), door(), door()));
        }
    }

    /// Whether anybody is there to be told.
    pub fn is_heard(&self) -> bool {
        self.line.heard.load(Ordering::SeqCst)
    }

    /// Tells what has changed.
    pub fn tell(&mut self, view: View) {
        let Some(adapter) = &mut self.adapter else {
            return;
        };
        if self.line.fresh.swap(false, Ordering::SeqCst) {
            self.told = None;
        }
        if let Some((told, since)) = &self.told
            && (*told == view || (since.elapsed() < COUNTDOWN && told.counts_on(&view)))
        {
            return;
        }
        let place = rect(view.place, view.scale);
        adapter.set_root_window_bounds(place, place);
        adapter.update_window_focus_state(view.active);
        adapter.update_if_active(|| tree::tree(&view));
        self.told = Some((view, Instant::now()));
    }

    /// The oldest wish.
    pub fn wish(&self) -> Option<Wish> {
        self.wishes.try_recv().ok()
    }
}

impl View {
    /// It is there, and can have the focus.
    pub fn has(&self, stop: Stop) -> bool {
        self.stops.iter().any(|(other, _)| *other == stop)
    }

    /// The other one differs in nothing but the countdown.
    fn counts_on(&self, other: &View) -> bool {
        let mut then = self.clone();
        if let (Some(kept), Some(now)) = (&mut then.screen.kept, &other.screen.kept) {
            kept.text.clone_from(&now.text);
        }
        then == *other
    }
}

fn rect(area: Area, scale: f32) -> Rect {
    let pixels = |units: i32| f64::from(units) * f64::from(scale);
    Rect {
        x0: pixels(area.x),
        y0: pixels(area.y),
        x1: pixels(area.x + area.w),
        y1: pixels(area.y + area.h),
    }
}

/// What the adapter's thread calls: it leaves a note and wakes the window.
struct Door {
    line: Arc<Line>,
    wishes: SyncSender<Wish>,
}

impl ActivationHandler for Door {
    /// The window's thread alone knows the screen, and tells it when it wakes.
    fn request_initial_tree(&mut self) -> Option<TreeUpdate> {
        self.line.fresh.store(true, Ordering::SeqCst);
        self.line.heard.store(true, Ordering::SeqCst);
        app::awake();
        None
    }
}

impl DeactivationHandler for Door {
    fn deactivate_accessibility(&mut self) {
        self.line.heard.store(false, Ordering::SeqCst);
    }
}

impl ActionHandler for Door {
    fn do_action(&mut self, request: ActionRequest) {
        let press = match request.action {
            Action::Click => true,
            Action::Focus => false,
            _ => return,
        };
        let node = request.target_node;
        // Whoever asks faster than the window works is not a person.
        let _ = self.wishes.try_send(Wish { node, press });
        app::awake();
    }
}
