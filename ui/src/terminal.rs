//! The flow in a terminal. Everything for people goes to standard error;
//! standard output belongs to the callback URL and to JSON.

use std::io::{self, BufRead, Write};
use std::time::{Duration, Instant};

use securesign_core::flow::Exit;
use securesign_core::language::Language;
use securesign_core::screen::{Action, Button, Input, Kind, Level, Screen};

use crate::desk::Desk;
use crate::secrets::{Secrets, Unfilled, can_ask, forget_typed_ahead, keyboard};

/// A flow, a person or files with secrets, and how long to wait for a token.
pub struct Terminal<'a> {
    /// The flow at work.
    pub desk: &'a mut Desk,
    /// PINs and PUKs.
    pub secrets: &'a mut Secrets,
    /// `None`: until the person gives up.
    pub patience: Option<Duration>,
    /// The certificate was chosen.
    pub chosen: bool,
    /// Nobody could be asked: left without a word to the portal.
    pub abandoned: bool,
}

impl Terminal<'_> {
    /// Runs a link to its end.
    pub fn sign(&mut self) -> Exit {
        self.run(None)
    }

    /// Runs one of the token window's forms to its end.
    pub fn form(&mut self, open: Action) -> Exit {
        self.run(Some(open))
    }

    fn run(&mut self, mut open: Option<Action>) -> Exit {
        let l = self.desk.flow().language();
        let form = open.is_some();
        if can_ask() {
            self.desk.stand_by();
        }
        let mut told: Option<Screen> = None;
        let start = Instant::now();
        loop {
            if self.abandoned {
                return Exit::Refused;
            }
            self.desk.settle();
            if let Some(exit) = self.desk.exit() {
                self.desk.delivered();
                // An answer that could not be handed over has a screen of its own.
                let screen = still(self.desk.screen());
                if screen.kind == Kind::Failed && told.as_ref() != Some(&screen) {
                    print(&screen, l);
                }
                return exit;
            }
            let screen = still(self.desk.screen());
            if told.as_ref() != Some(&screen) {
                match &screen.notice {
                    // Whoever has a task for the token does not want to read of
                    // all its certificates.
                    Some(notice) if form && screen.kind == Kind::Token => say(&notice.text),
                    None if form && screen.kind == Kind::Token => {}
                    // The same question once more: only what is new about it.
                    Some(notice) if told.as_ref().is_some_and(|t| same_question(t, &screen)) => {
                        say(&format!("\n{}", notice.text));
                    }
                    _ => print(&screen, l),
                }
                if screen.kind == Kind::Waiting && self.patience.is_none() {
                    say(&format!("  {}", l.say("terminal-waiting")));
                }
                told = Some(screen.clone());
            }
            match screen.kind {
                Kind::Waiting
                    if self
                        .patience
                        .is_none_or(|patience| start.elapsed() < patience) =>
                {
                    self.desk.wait(Duration::from_millis(500));
                }
                Kind::Sign => self.answer(&screen, &[Action::Sign]),
                Kind::Form => {
                    let actions = [
                        Action::Submit,
                        Action::Next,
                        Action::UseLastTry,
                        Action::GoOn,
                    ];
                    self.answer(&screen, &actions);
                }
                Kind::Token => match open.take() {
                    Some(action) if has(&screen, action) => self.press(action, Vec::new()),
                    Some(_) => {
                        say(&l.say("terminal-not-offered"));
                        print(&screen, l);
                        self.leave();
                    }
                    None => self.leave(),
                },
                Kind::Working => {
                    // settle() has given up: the reader hangs.
                    say(&l.say("terminal-hangs"));
                    self.leave();
                }
                Kind::Waiting | Kind::Done | Kind::Failed | Kind::Page => self.leave(),
            }
        }
    }

    /// Fills in the fields and presses the one of `actions` that is offered.
    fn answer(&mut self, screen: &Screen, actions: &[Action]) {
        let l = self.desk.flow().language();
        let Some(action) = actions.iter().copied().find(|action| has(screen, *action)) else {
            if has(screen, Action::Unlock) && confirm(&l.say("terminal-unlock"), l) {
                return self.press(Action::Unlock, Vec::new());
            }
            if has(screen, Action::Unlock) {
                say(&l.say("terminal-unlock-how"));
            }
            return self.leave();
        };
        if action == Action::UseLastTry {
            if self.secrets.use_last_try() || confirm(&l.say("last-try-title"), l) {
                return self.press(action, Vec::new());
            }
            say(&l.say("terminal-last-try-kept"));
            return self.leave();
        }
        if action == Action::GoOn {
            if self.secrets.unconfirmed() || confirm(&l.say("terminal-go-on"), l) {
                return self.press(action, Vec::new());
            }
            say(&l.say("terminal-unconfirmed"));
            return self.leave();
        }
        let unattended = !can_ask() || self.secrets.has_any();
        if unattended && self.desk.flow().tokens_ready() > 1 {
            say(&l.say("terminal-which-token"));
            return self.leave();
        }
        if action == Action::Next && screen.fields.is_empty() {
            // What is needed has just been printed.
            return self.press(action, Vec::new());
        }
        if action == Action::Sign {
            self.choose(screen);
        }
        let screen = self.desk.screen();
        if screen.fields.is_empty() {
            // A session: the PIN is known, the person's word is still needed
            // where a person is there; else running the command is the word.
            return if !can_ask() || confirm(&l.say("terminal-this-one-too"), l) {
                self.press(action, Vec::new());
            } else {
                self.leave();
            };
        }
        match self.secrets.fill(&screen.fields, l) {
            Ok(secrets) => self.press(action, secrets),
            Err(Unfilled::GivenUp(reason)) => {
                say(&reason);
                self.leave();
            }
            Err(Unfilled::NobodyToAsk(reason)) => {
                say(&l.say_with("terminal-nothing-sent", [("reason", reason.into())]));
                self.abandoned = true;
            }
        }
    }

    /// Asks for a certificate where there is a choice, once for a request: a
    /// second question would be answered with the PIN, for all to see.
    fn choose(&mut self, screen: &Screen) {
        let l = self.desk.flow().language();
        let usable: Vec<usize> = (0..screen.certificates.len())
            .filter(|index| screen.certificates[*index].unusable.is_none())
            .collect();
        let unattended = !can_ask() || self.secrets.has_pin();
        if self.chosen || usable.len() < 2 || screen.fields.is_empty() || unattended {
            return;
        }
        self.chosen = true;
        let preset = screen.chosen.map_or(1, |index| index + 1);
        for _ in 0..3 {
            let question = l.say_with("terminal-number", [("preset", preset.into())]);
            let answer = ask(&question).unwrap_or_default();
            if answer.is_empty() {
                return;
            }
            let index = answer
                .parse::<usize>()
                .ok()
                .and_then(|number| number.checked_sub(1));
            if let Some(index) = index.filter(|index| usable.contains(index)) {
                return self.desk.input(Input::Choose(index));
            }
            say(&l.say("terminal-no-such-number"));
        }
    }

    fn press(&mut self, action: Action, secrets: Vec<securesign_core::pin::Pin>) {
        self.desk.input(Input::Press(action, secrets));
    }

    fn leave(&mut self) {
        self.desk.input(Input::Closed);
    }
}

/// Prints a screen for reading.
pub fn print(screen: &Screen, language: Language) {
    let mut text = String::new();
    // A title that only says that work goes on would be noise here.
    if screen.kind != Kind::Working {
        text.push_str(&format!("\n{}\n", screen.title));
    }
    let widest = screen
        .facts
        .iter()
        .map(|fact| fact.label.chars().count())
        .max()
        .unwrap_or(0);
    for fact in &screen.facts {
        let mark = fact.mark.as_ref();
        let mark = mark.map_or_else(String::new, |mark| format!("  ({mark})"));
        text.push_str(&format!(
            "  {:<widest$}  {}{mark}\n",
            fact.label, fact.value
        ));
    }
    for counter in &screen.counters {
        text.push_str(&format!("  {}: {}\n", counter.caption, counter.value));
    }
    for (at, card) in screen.certificates.iter().enumerate() {
        let mark = if screen.chosen == Some(at) { "*" } else { " " };
        text.push_str(&format!(
            "{mark} {}. {} [{}]\n",
            at + 1,
            card.title,
            card.pill
        ));
        text.push_str(&format!("     {}\n", card.detail));
        if let Some(reason) = &card.unusable {
            let reason = [("reason", reason.as_str().into())];
            let reason = language.say_with("terminal-unusable", reason);
            text.push_str(&format!("     {reason}\n"));
        }
    }
    for sentence in &screen.text {
        text.push_str(&format!("  {sentence}\n"));
    }
    if let Some(notice) = &screen.notice {
        let mark = match notice.level {
            Level::Info => "",
            Level::Warning => "! ",
            Level::Error => "!! ",
        };
        text.push_str(&format!("  {mark}{}\n", notice.text));
    }
    say(text.trim_end());
}

/// One line for people. A closed standard error is no reason to stop signing.
pub fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Without what changes every second: nobody reads that in a terminal.
fn still(screen: Screen) -> Screen {
    Screen {
        kept: None,
        ..screen
    }
}

/// Whether only the notice and the tries left differ.
fn same_question(before: &Screen, after: &Screen) -> bool {
    let question = |screen: &Screen| {
        (
            screen.kind,
            screen.facts.clone(),
            screen.certificates.clone(),
            screen.fields.clone(),
        )
    };
    question(before) == question(after)
}

fn has(screen: &Screen, action: Action) -> bool {
    screen
        .buttons
        .iter()
        .any(|button: &Button| button.action == action)
}

fn confirm(question: &str, language: Language) -> bool {
    let question = language.say_with("terminal-question", [("question", question.into())]);
    can_ask() && ask(&question).is_some_and(|answer| answer.eq_ignore_ascii_case("y"))
}

fn ask(question: &str) -> Option<String> {
    forget_typed_ahead();
    let _ = write!(io::stderr(), "{question} ");
    let _ = io::stderr().flush();
    let mut line = String::new();
    let read = io::BufReader::new(keyboard()?).read_line(&mut line).ok()?;
    (read > 0).then(|| line.trim().to_owned())
}
