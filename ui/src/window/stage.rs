//! The loop: draws the model's screen, hands over what a person does.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use fltk::app;
use fltk::enums::Event;
use fltk::prelude::*;
use fltk::window::DoubleWindow;
use securesign::front::{Look, Model, WindowError};
use securesign_app::screen::{Action, Input, Screen};
use securesign_card::memory::OutOfMemory;
use securesign_card::pin::Pin;
use securesign_card::text;

use super::chooser::Chooser;
use super::drag::Drag;
use super::entry::{Entry, Shared};
use super::eye::Eye;
use super::ink;
use super::layout::{LOWEST, Setting, TITLE_BAR, WIDTHS, usual_width, work_area};
use super::page::Page;
use super::palette::Palette;
use super::signal::{Signal, Signals};
use super::stop::Stop;

mod asked;
#[cfg(all(test, target_os = "linux"))]
mod drawn;
mod focus;
#[cfg(target_os = "linux")]
mod heard;
#[cfg(not(target_os = "linux"))]
#[path = "stage/silent.rs"]
mod heard;
mod redraw;
mod same;

use asked::{Asked, Wishes};
use heard::Speech;

/// The window with its model.
pub struct Stage {
    model: Box<dyn Model>,
    window: DoubleWindow,
    look: Look,
    /// The scale that the system asks for.
    system: f32,
    palette: Palette,
    signals: Signals,
    woken: Arc<AtomicBool>,
    screen: Screen,
    entries: Vec<Shared>,
    page: Page,
    eye: Rc<Eye>,
    drag: Drag,
    chooser: Chooser,
    speech: Speech,
    wishes: Wishes,
    asked: Asked,
}

/// The window before there is a model.
pub struct Blank {
    window: DoubleWindow,
    look: Look,
    system: f32,
    palette: Palette,
    signals: Signals,
    eye: Rc<Eye>,
    drag: Drag,
}

impl Blank {
    /// Opens it. An error says why the display has not taken it.
    pub fn open(look: Look, eye: Eye) -> Result<Self, String> {
        let system = app::screen_scale(0);
        if let Some(scale) = look.scale {
            app::set_screen_scale(0, f32::from(scale) / 100.0);
        }
        ink::set_larger(look.larger);
        let palette = Palette::of(look.theme);
        let (place, width) = (work_area(), usual_width());
        let mut window = DoubleWindow::new(
            place.x + (place.w - width).max(0) / 2,
            place.y + (place.h - USUAL).max(0) / 2,
            width,
            USUAL,
            "SecureSign",
        );
        window.set_color(palette.ground);
        // Taskbars find the desktop entry, and with it name and icon, by this.
        window.set_xclass("securesign");
        window.size_range(*WIDTHS.start(), LOWEST, *WIDTHS.end(), 0);
        window.end();
        let (signals, drag) = (Signals::default(), Drag::default());
        listen(&mut window, &signals, &drag);

        // The system places and frames it while the fonts are being found, which takes
        // longer than all the rest.
        window.show();
        app::flush();
        eye.watch(&window)?;
        Ok(Self {
            window,
            look,
            system,
            palette,
            signals,
            eye: Rc::new(eye),
            drag,
        })
    }
}

/// What reaches the window itself.
fn listen(window: &mut DoubleWindow, signals: &Signals, drag: &Drag) {
    let closed = signals.clone();
    window.set_callback(move |_| closed.send(Signal::Closed));
    let resized = signals.clone();
    window.resize_callback(move |_, _, _, _, _| resized.send(Signal::Resized));
    let (pressed, dragged) = (signals.clone(), drag.clone());
    let mut dropped = false;
    window.super_handle_first(false);
    window.handle(move |window, event| {
        // Every click passes here before any widget has it.
        let drops = pressed.drops(event);
        match event {
            Event::KeyDown => return drops || pressed.key(),
            Event::Push => dropped = drops,
            Event::Released if std::mem::take(&mut dropped) => return true,
            _ => {}
        }
        if drops {
            return true;
        }
        let taken = dragged.event(event, &pressed);
        if taken {
            // The toolkit gives the drop to what is below the mouse, and to
            // nobody else.
            app::set_belowmouse(window);
            window.redraw();
        }
        taken
    });
}

impl Stage {
    /// The window with the first screen.
    pub fn new(mut model: Box<dyn Model>, blank: Blank) -> Self {
        let Blank {
            mut window,
            look,
            system,
            palette,
            signals,
            eye,
            drag,
        } = blank;
        let woken = Arc::new(AtomicBool::new(false));
        let flag = woken.clone();
        model.on_wake(Box::new(move || {
            flag.store(true, Ordering::SeqCst);
            app::awake();
        }));
        // What was reported before anybody could be woken.
        model.poll();
        let screen = model.screen();
        let entries = entries(&screen);
        drag.want(screen.offers(Action::Compare));
        // The window manager may report it when the first page is there already.
        let mut asked = Asked::default();
        asked.note((window.w(), window.h()));
        let page = Page::new(
            &screen,
            &setting(
                &window,
                palette,
                &signals,
                &entries,
                &drag,
                &eye,
                Wishes::default(),
            ),
        );
        begin_inert(&mut window, &page, &signals);
        Self {
            model,
            window,
            look,
            system,
            palette,
            signals,
            woken,
            screen,
            entries,
            page,
            eye,
            drag,
            chooser: Chooser::default(),
            speech: Speech::default(),
            wishes: Wishes::default(),
            asked,
        }
    }

    /// Shows it until the model has finished.
    pub fn play(mut self) -> Result<(), WindowError> {
        self.focus(self.first_stop());
        let result = self.turn();
        self.wipe();
        self.window.hide();
        app::flush();
        result
    }

    fn turn(&mut self) -> Result<(), WindowError> {
        const FAILURES_MAX: u32 = 100;
        const SECOND: Duration = Duration::from_secs(1);
        let mut failures = 0;
        let mut ticked = Instant::now();
        while !self.model.finished() {
            // A signal interrupts the wait: no reason to leave a person alone
            // with a half-typed PIN. A toolkit that fails again and again is.
            let counting = self.screen.kept.is_some();
            let pause = if self.page.inert.wants_turn() {
                Duration::ZERO
            } else if counting {
                SECOND.saturating_sub(ticked.elapsed())
            } else {
                60 * SECOND
            };
            match app::wait_for(pause.as_secs_f64()) {
                Ok(_) => {
                    failures = 0;
                    self.page.inert.turn();
                }
                Err(error) if failures == FAILURES_MAX => {
                    return Err(WindowError::Toolkit(text::reason(&error)));
                }
                Err(_) => {
                    failures += 1;
                    std::thread::sleep(Duration::from_millis(10));
                }
            }
            // What a person did was meant for the page that was seen: the next
            // request may take its place at any of these steps.
            while let Some(signal) = self.signals.next() {
                if self.on(signal)? && !self.model.finished() {
                    self.update();
                }
            }
            while self.hear()? && !self.model.finished() {
                self.update();
            }
            if let Some(input) = self.chooser.answer() {
                self.model.input(input);
                self.update();
            }
            let tick = counting && ticked.elapsed() >= SECOND;
            if self.woken.swap(false, Ordering::SeqCst) || tick {
                ticked = Instant::now();
                self.model.poll();
                if !self.model.finished() {
                    // Reports, another second, or other colours.
                    self.update();
                }
            }
            if self.model.called() {
                self.come_up();
            }
            self.speak();
        }
        Ok(())
    }

    /// Also where it is minimised, or behind others.
    fn come_up(&mut self) {
        let hidden = self.eye.is_hidden();
        self.window.show();
        if hidden {
            self.notify();
        }
    }

    /// True when the model was told something.
    fn on(&mut self, signal: Signal) -> Result<bool, WindowError> {
        match signal {
            Signal::Choose(at) => self.model.input(Input::Choose(at)),
            Signal::Set(setting, at) => self.model.input(Input::Set(setting, at)),
            Signal::Row(at) => self.model.input(Input::Row(at)),
            Signal::Resized => {
                let size = (self.window.w(), self.window.h());
                if !asked::near(size, self.page.size) && !self.asked.lately(size) {
                    self.wishes.width = Some(size.0);
                    self.wishes.height = Some(size.1);
                    self.redraw(self.screen.clone(), true);
                }
                return Ok(false);
            }
            Signal::Passes if self.screen.passes => self.press(Action::Close)?,
            Signal::Passes => return Ok(false),
            Signal::Details(at) => self.model.input(Input::Details(at)),
            Signal::Copy(at) => return Ok(self.copy(at)),
            Signal::Fold => {
                self.wishes.unfolded = !self.wishes.unfolded;
                self.redraw(self.screen.clone(), true);
                return Ok(false);
            }
            // The path is typed; a secret that was, too, stays.
            Signal::Press(Action::Compare) if self.has_path() => {
                self.send_lines();
                self.model.input(Input::Press(Action::Compare, Vec::new()));
            }
            Signal::Press(Action::Compare) => {
                self.choose();
                return Ok(false);
            }
            Signal::Press(action) => {
                if let (Action::Copy, Some(text)) = (action, &self.screen.copy) {
                    app::copy(text);
                }
                self.press(action)?;
            }
            Signal::Files(files) => self.model.input(Input::Files(files)),
            Signal::Closed => self.model.input(Input::Closed),
            Signal::OutOfMemory => {
                self.model.input(Input::Closed);
                return Err(OutOfMemory.into());
            }
            Signal::Enter => return self.enter(),
            Signal::Escape => return self.escape(),
            Signal::Step { forward } => {
                self.step(forward);
                return Ok(false);
            }
            Signal::Arrow { down } => return Ok(self.arrow(down)),
        }
        Ok(true)
    }

    fn press(&mut self, action: Action) -> Result<(), WindowError> {
        // A note may be older than the screen that it was left on.
        if !self.screen.offers(action) {
            return Ok(());
        }
        let typed: Result<Vec<Pin>, OutOfMemory> = self
            .entries
            .iter()
            .map(|entry| entry.borrow_mut().take())
            .collect();
        match typed {
            Ok(pins) => {
                // The fields are empty now: what comes next begins at the first,
                // also where the screen stays as it is.
                if let Some(first) = self.first_stop().filter(|_| !self.entries.is_empty()) {
                    self.focus(Some(first));
                }
                if !self.page.widgets.lines.is_empty() {
                    self.send_lines();
                }
                self.model.input(Input::Press(action, pins));
            }
            Err(error) => {
                self.model.input(Input::Closed);
                return Err(error.into());
            }
        }
        self.window.redraw();
        Ok(())
    }

    /// Whether the path of a file was typed here, for there is no dialog. Without one the
    /// dialog is tried again.
    fn has_path(&self) -> bool {
        let mut lines = self.page.widgets.lines.iter();
        self.screen.compare.is_some() && lines.any(|line| !line.value().is_empty())
    }

    fn send_lines(&mut self) {
        let lines = self.page.widgets.lines.iter();
        let lines = lines.map(|line| line.value()).collect();
        self.model.input(Input::Lines(lines));
    }

    /// Has a file chosen. What was typed stays.
    fn choose(&mut self) {
        if let Some(button) = &self.screen.compare {
            self.chooser.open(&self.window, &button.label);
        }
    }

    fn enter(&mut self) -> Result<bool, WindowError> {
        // In a form that is half filled Return goes on to what is missing.
        let stop = self.current();
        if let Some(Stop::Field(at)) = stop
            && let Some(more) =
                (at + 1..self.entries.len()).find(|next| self.entries[*next].borrow().len() == 0)
        {
            self.focus(Some(Stop::Field(more)));
            return Ok(false);
        }
        if matches!(stop, Some(Stop::Line(_))) && self.screen.compare.is_some() {
            return self.on(Signal::Press(Action::Compare));
        }
        let in_field = matches!(stop, Some(Stop::Field(_) | Stop::Line(_)));
        let buttons = &self.page.widgets.buttons;
        let Some(button) = buttons.iter().find(|button| button.is_main()) else {
            // What is dangerous is pressed with the focus on it, or not at all.
            if in_field && let Some(last) = buttons.len().checked_sub(1) {
                self.page.inert.again();
                self.go(Some(Stop::Button(last)));
            }
            return Ok(false);
        };
        if button.is_live() && (in_field || button.is_prompt()) {
            let action = button.action;
            self.press(action)?;
            return Ok(true);
        } else if !button.is_live() {
            self.page.inert.again();
        }
        Ok(false)
    }

    fn escape(&mut self) -> Result<bool, WindowError> {
        let leaves = [Action::Cancel, Action::Back, Action::Close];
        let buttons = &self.page.widgets.buttons;
        let found = buttons
            .iter()
            .find(|button| leaves.contains(&button.action));
        match found.map(|button| button.action) {
            Some(action) => self.press(action).map(|()| true),
            None => Ok(false),
        }
    }

    /// Has the value of a fact copied; true when the model was told.
    fn copy(&mut self, at: usize) -> bool {
        let fact = self.screen.facts.get(at);
        let Some(copying) = fact.and_then(|fact| fact.copy.as_ref()) else {
            return false;
        };
        app::copy(&copying.text);
        self.model.input(Input::Copied);
        true
    }

    fn wipe(&mut self) {
        for entry in &self.entries {
            entry.borrow_mut().clear();
        }
    }
}

/// The height before anything is measured: about that of the first screen.
const USUAL: i32 = 320;

fn setting<'a>(
    window: &'a DoubleWindow,
    palette: Palette,
    signals: &'a Signals,
    entries: &'a [Shared],
    drag: &'a Drag,
    eye: &'a Rc<Eye>,
    wishes: Wishes,
) -> Setting<'a> {
    Setting {
        window,
        palette,
        signals,
        entries,
        drag,
        eye,
        width: wishes.width.unwrap_or_else(usual_width),
        tallest: wishes.height.unwrap_or(work_area().h - TITLE_BAR),
        chosen_height: wishes.height.is_some(),
        unfolded: wishes.unfolded,
    }
}

fn entries(screen: &Screen) -> Vec<Shared> {
    let entries = screen.fields.iter().map(|field| Entry::new(field.max));
    entries.map(|entry| Shared::new(entry.into())).collect()
}

fn begin_inert(window: &mut DoubleWindow, page: &Page, signals: &Signals) {
    signals.heed(&page.inert);
    let inert = page.inert.clone();
    window.draw(move |_| inert.begin());
}
