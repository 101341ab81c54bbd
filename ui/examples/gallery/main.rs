//! A development tool: the window's screens, as the flow makes them, with an
//! emulated token.
//!
//! `cargo run -p securesign --example gallery -- NAME [--dark] [--hindi] [--scale N]`
//! shows one of them; without a name the names are listed. `--follow` shows each
//! whose name is read from standard input, for scripts/screens.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a tool, not the program"
)]

mod scenes;
#[path = "../../src/window/main.rs"]
#[allow(dead_code, reason = "the program uses more of it")]
mod window;

use std::sync::mpsc::{Receiver, channel};

use securesign::front::{FrontEnd, Look, Model, Theme};
use securesign_app::flow::{Event, Flow};
use securesign_app::language::Language;
use securesign_app::screen::{Input, Screen};

use scenes::{SCREENS, Studio, now};
use window::Toolkit;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let given = |flag: &str| arguments.iter().any(|argument| argument == flag);
    let language = if given("--hindi") {
        Language::Hindi
    } else {
        Language::English
    };
    let theme = if given("--dark") {
        Theme::Dark
    } else {
        Theme::Light
    };
    let scale = arguments.iter().position(|argument| argument == "--scale");
    let scale = scale.and_then(|at| arguments.get(at + 1)?.parse().ok());
    let studio = Studio::new(language);
    let follow = given("--follow");
    let name = arguments.first().map_or("", String::as_str);
    let Some(flow) = studio.show(if follow { SCREENS[0].0 } else { name }) else {
        SCREENS.iter().for_each(|(name, _)| println!("{name}"));
        return;
    };
    let model = Gallery {
        studio,
        flow,
        look: Look {
            theme,
            scale,
            larger: language.is_fine(),
        },
        names: None,
        follow,
        finished: false,
    };
    let opened = Toolkit.open(model.look());
    if let Err(error) = opened.and_then(|opened| opened.run(Box::new(model))) {
        println!("{}", error.tell(language));
    }
}

/// Shows a flow, and carries out nothing that it wants.
struct Gallery {
    studio: Studio,
    flow: Flow,
    look: Look,
    names: Option<Receiver<String>>,
    follow: bool,
    finished: bool,
}

impl Model for Gallery {
    fn screen(&self) -> Screen {
        self.flow.screen()
    }

    fn input(&mut self, input: Input) {
        if matches!(input, Input::Closed) {
            self.finished = true;
        }
        self.flow.on(Event::Input(input), now());
        self.finished |= self.flow.exit().is_some();
    }

    fn poll(&mut self) -> bool {
        let Some(names) = &self.names else {
            return false;
        };
        let mut any = false;
        while let Ok(name) = names.try_recv() {
            match self.studio.show(&name) {
                Some(flow) => self.flow = flow,
                None => self.finished = true,
            }
            any = true;
        }
        any
    }

    fn finished(&self) -> bool {
        self.finished
    }

    fn look(&self) -> Look {
        self.look
    }

    fn on_wake(&mut self, wake: Box<dyn Fn() + Send + Sync>) {
        if !self.follow {
            return;
        }
        let (sender, names) = channel();
        self.names = Some(names);
        std::thread::spawn(move || {
            for name in std::io::stdin().lines().map_while(Result::ok) {
                let _ = sender.send(name);
                wake();
            }
            let _ = sender.send(String::new());
            wake();
        });
    }
}
