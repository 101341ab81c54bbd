//! The upper part of a page, which scrolls when it is higher than its place.

use fltk::app::{self, MouseWheel};
use fltk::draw;
use fltk::enums::{Event, FrameType};
use fltk::frame::Frame;
use fltk::group::{Scroll, ScrollType};
use fltk::prelude::*;

use super::ink::Area;
use super::palette::Palette;

const BAR: i32 = 6;
const MARGIN: i32 = 5;
const NOTCH: i32 = 40;

/// A scrolling area with a thin bar of its own.
#[derive(Clone)]
pub struct Reel {
    scroll: Scroll,
    bar: Frame,
    content: i32,
}

impl Reel {
    /// Begins the area; widgets made until [`Reel::end`] are its content, which
    /// is `content` high.
    pub fn begin(area: Area, content: i32, palette: Palette) -> Self {
        let mut scroll = Scroll::new(area.x, area.y, area.w, area.h, None);
        scroll.set_type(ScrollType::None);
        scroll.set_frame(FrameType::FlatBox);
        scroll.set_color(palette.ground);
        scroll.visible_focus(false);
        scroll.end();

        // Beside the content, not in it: it must stay where it is.
        let x = area.x + area.w - BAR - MARGIN;
        let mut bar = Frame::new(x, area.y, BAR, area.h, None);
        bar.super_draw(false);
        bar.visible_focus(false);
        if content <= area.h {
            bar.hide();
        } else {
            // An edge, so that what goes on below it does not look cut off.
            let mut edge = Frame::new(area.x, area.y + area.h, area.w, 1, None);
            edge.set_frame(FrameType::FlatBox);
            edge.set_color(palette.line);
        }
        let mut reel = Self {
            scroll,
            bar: bar.clone(),
            content,
        };
        reel.draw_bar(palette);
        reel.listen();
        reel.scroll.begin();
        // The toolkit measures positions from the outermost child, so there is
        // one that fills the whole.
        let mut base = Frame::new(area.x, area.y, area.w, content, None);
        base.visible_focus(false);
        base.super_draw(false);
        reel
    }

    /// Ends the content.
    pub fn end(&self) {
        self.scroll.end();
    }

    /// Scrolls until the widget is in sight.
    pub fn reveal(&mut self, widget: &impl WidgetExt) {
        let above = self.scroll.y() + MARGIN - widget.y();
        let below = widget.y() + widget.h() + MARGIN - (self.scroll.y() + self.scroll.h());
        if above > 0 {
            self.by(-above);
        } else if below > 0 {
            self.by(below);
        }
    }

    /// Not all of it can be seen at once.
    #[cfg(test)]
    pub fn scrolls(&self) -> bool {
        self.content > self.scroll.h()
    }

    /// How far it is scrolled.
    pub fn position(&self) -> i32 {
        self.scroll.yposition()
    }

    /// Scrolls that far, as far as possible.
    pub fn to(&mut self, position: i32) {
        let last = (self.content - self.scroll.h()).max(0);
        self.scroll.scroll_to(0, position.clamp(0, last));
        self.scroll.redraw();
        self.bar.redraw();
    }

    /// A little up or down.
    pub fn notch(&mut self, down: bool) {
        self.by(if down { NOTCH } else { -NOTCH });
    }

    fn by(&mut self, distance: i32) {
        self.to(self.position() + distance);
    }

    fn draw_bar(&mut self, palette: Palette) {
        let (scroll, content) = (self.scroll.clone(), self.content);
        self.bar.draw(move |bar| {
            let track = Area::of(bar);
            draw::draw_rect_fill(track.x, track.y, track.w, track.h, palette.ground);
            let length = (track.h * track.h / content.max(1)).clamp(24, track.h.max(24));
            let way = (content - track.h).max(1);
            let thumb = Area {
                y: track.y + (track.h - length) * scroll.yposition() / way,
                h: length,
                ..track
            };
            thumb.fill(BAR / 2, palette.faint);
        });
    }

    fn listen(&mut self) {
        let mut reel = self.clone();
        self.scroll.handle(move |_, event| {
            if event != Event::MouseWheel {
                return false;
            }
            match app::event_dy() {
                MouseWheel::Up => reel.notch(false),
                MouseWheel::Down => reel.notch(true),
                _ => {}
            }
            true
        });
        let (mut reel, mut grip) = (self.clone(), 0);
        self.bar.handle(move |bar, event| match event {
            Event::Push => {
                grip = reel.position() - app::event_y() * reel.content / bar.h().max(1);
                true
            }
            Event::Drag => {
                reel.to(grip + app::event_y() * reel.content / bar.h().max(1));
                true
            }
            _ => false,
        });
    }
}
