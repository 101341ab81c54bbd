//! One screen as widgets: where everything is.

use std::time::Duration;

use fltk::button::{Button, RadioButton};
use fltk::frame::Frame;
use fltk::input::Input;
use fltk::prelude::*;
use fltk::widget::Widget;
use securesign_app::screen::Screen;

use super::button::PressButton;
use super::facts::{self, Fold};
use super::inert::Inert;
use super::ink::Area;
use super::kept::Strip;
use super::layout::{GAP, Setting, set_size};
use super::scroll::Reel;
use super::stop::Stop;
use super::symbol::Symbol;

mod column;
mod foot;
mod head;

use column::Column;

/// The upper part is never lower than this: its title is seen.
const LEAST: i32 = 80;

/// One screen in the window.
pub struct Page {
    /// What can have the focus.
    pub widgets: Widgets,
    /// The part with the certificates.
    pub reel: Reel,
    /// The clock of the buttons that wait.
    pub inert: Inert,
    /// The window's width and height.
    pub size: (i32, i32),
}

/// The widgets of a page that can have the focus, and what has to live as long as they do.
#[derive(Default)]
pub struct Widgets {
    /// What is pressed beside facts.
    pub facts: facts::Placed,
    /// The certificates, in their order.
    pub cards: Vec<RadioButton>,
    /// What tells more of a certificate, with its index.
    pub details: Vec<(usize, Button)>,
    /// Things to set, in their order.
    pub choices: Vec<Frame>,
    /// The buttons of those rows that have one.
    pub rows: Vec<Button>,
    /// The boxes for plain texts, in their order.
    pub lines: Vec<Input>,
    /// Ways to other pages.
    pub links: Vec<Button>,
    /// The boxes for secrets, in their order.
    pub fields: Vec<Frame>,
    /// What shows them, in the same order.
    pub reveals: Vec<Button>,
    /// The buttons, in their order.
    pub buttons: Vec<PressButton>,
    /// Where the document may be dropped.
    pub compare: Option<Button>,
    /// The countdown of a kept PIN.
    pub strip: Option<Strip>,
    _symbol: Option<Symbol>,
}

impl Widgets {
    /// What has the focus at this stop.
    pub fn at(&self, stop: Stop) -> Option<Widget> {
        fn of<W: WidgetExt>(all: &[W], at: usize) -> Option<Widget> {
            all.get(at).map(W::as_base_widget)
        }
        fn numbered(all: &[(usize, Button)], at: usize) -> Option<Widget> {
            let found = all.iter().find(|(number, _)| *number == at);
            found.map(|(_, button)| button.as_base_widget())
        }
        match stop {
            Stop::Copy(at) => numbered(&self.facts.copies, at),
            Stop::Fold(at) => numbered(&self.facts.folds, at),
            Stop::Compare => self.compare.as_ref().map(Button::as_base_widget),
            Stop::Card(at) => of(&self.cards, at),
            Stop::Details(at) => numbered(&self.details, at),
            Stop::Choice(at) => of(&self.choices, at),
            Stop::Row(at) => of(&self.rows, at),
            Stop::Line(at) => of(&self.lines, at),
            Stop::Field(at) => of(&self.fields, at),
            Stop::Reveal(at) => of(&self.reveals, at),
            Stop::Button(at) => self.buttons.get(at).map(|it| it.widget.as_base_widget()),
            Stop::Link(at) => of(&self.links, at),
            Stop::Lock => self
                .strip
                .as_ref()
                .map(|strip| strip.lock().as_base_widget()),
        }
    }
}

impl Page {
    /// Replaces the window's content and sets the window's size.
    pub fn new(screen: &Screen, setting: &Setting) -> Self {
        let mut window = setting.window.clone();
        let longest = screen.buttons.iter().map(|button| button.inert_ms).max();
        let longest = Duration::from_millis(longest.unwrap_or_default().into());
        let inert = Inert::new(longest, &window, setting.eye);

        let measured = |fold| {
            let head = head::column(screen, setting, fold);
            let foot = foot::column(screen, setting, &inert, fold);
            (head, foot)
        };
        let fits =
            |(head, foot): &(Column, Column)| head.height() + foot.height() <= setting.tallest;
        // Where there is little room, what folds is folded, and what scrolls out of sight
        // is said beside the fields.
        let tight = if setting.unfolded {
            Fold::Unfolded
        } else {
            Fold::Folded
        };
        let whole = Some(measured(Fold::Whole)).filter(fits);
        let (head, foot) = whole.unwrap_or_else(|| measured(tight));
        let (content, room) = (head.height(), setting.tallest - foot.height());
        // What is higher than its place scrolls, above a line.
        let (seen, gap) = match content > room {
            true => ((room - GAP).max(LEAST), GAP),
            // All of a height that a person has chosen is used.
            false if setting.chosen_height => (room, 0),
            false => (content, 0),
        };
        let height = seen + gap + foot.height();
        // What never scrolls away stays in sight, and a little of the rest.
        let lowest = (LEAST + GAP + foot.height()).min(height);
        let (width, inner) = (setting.width, setting.inner());

        window.clear();
        set_size(&mut window, width, height, lowest);
        window.begin();
        let mut widgets = Widgets::default();
        let area = Area {
            x: 0,
            y: 0,
            w: width,
            h: seen,
        };
        let reel = Reel::begin(area, content, setting.palette);
        head.place(0, inner, &mut widgets);
        reel.end();
        foot.place(seen + gap, inner, &mut widgets);
        window.end();
        window.redraw();
        Self {
            widgets,
            reel,
            inert,
            size: (width, height),
        }
    }
}
