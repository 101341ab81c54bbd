//! The flow in a terminal. Everything for people goes to standard error;
//! standard output belongs to the callback URL and to JSON.

use std::time::{Duration, Instant};

use securesign_app::flow::Exit;
use securesign_app::language::Language;
use securesign_app::pin_name;
use securesign_app::screen::{Action, Button, Input, Kind, Level, Notice, Screen};

use crate::desk::Desk;
use crate::errand::{Errand, unlock_command};
use crate::farewell;
use crate::output::say;
use crate::prompt::{self, Unanswered, can_ask};
use crate::secrets::{Secrets, Unfilled};

mod meant;
mod way;

use meant::number;

/// How long settings that hold a signature up are asked again where nobody can be.
const SETTINGS_PATIENCE: Duration = Duration::from_secs(2);

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
    /// So was what unlocks the PIN, where there are two.
    pub way_chosen: bool,
    /// Nobody could be asked: left without a word to the portal.
    pub abandoned: bool,
    /// Another link may follow, for which the token is kept at hand.
    pub follows: bool,
}

impl Terminal<'_> {
    /// Runs a link to its end.
    pub fn sign(&mut self) -> Exit {
        self.run(None)
    }

    /// Runs one of the token window's forms to its end.
    pub fn form(&mut self, open: Errand) -> Exit {
        self.run(Some(open))
    }

    fn run(&mut self, mut open: Option<Errand>) -> Exit {
        let form = open.is_some();
        let _served = can_ask().then(|| {
            self.desk.stand_by();
            farewell::Served::begin()
        });
        let mut told: Option<Screen> = None;
        let start = Instant::now();
        loop {
            if self.abandoned {
                return Exit::Refused;
            }
            // A form is sent: whether the PIN is another one now has to be known.
            self.desk.settle(&|| !form && farewell::given_up());
            // What was done at the last moment is not given up.
            let kind = self.desk.screen().kind;
            let done = kind == Kind::Done || form && self.desk.flow().achieved();
            if farewell::given_up() && self.desk.exit().is_none() && !done {
                self.give_up();
                continue;
            }
            if let Some(exit) = self.desk.exit() {
                self.tell_end(told.as_ref());
                // An answer that nobody took is not called done.
                return self.desk.exit().unwrap_or(exit);
            }
            let screen = still(self.desk.screen());
            if told.as_ref() != Some(&screen) {
                self.tell(&screen, told.as_ref(), form);
                told = Some(screen.clone());
            }
            let patient = self
                .patience
                .is_none_or(|patience| start.elapsed() < patience);
            self.go_on(&screen, patient, &mut open);
        }
    }

    /// What is left to be said when all is over.
    fn tell_end(&mut self, told: Option<&Screen>) {
        match self.follows {
            true => self.desk.delivered(),
            // The token is logged out while the journal is written.
            false => self.desk.end(),
        }
        // An answer that could not be handed over has a screen of its own.
        let screen = still(self.desk.screen());
        if screen.kind == Kind::Failed && told != Some(&screen) {
            print(&screen, self.desk.flow().language());
        } else if let Some(notice) = screen.notice
            && told.is_none_or(|told| told.notice.as_ref() != Some(&notice))
        {
            // What the journal did not take.
            say(line(&notice).trim_end());
        }
    }

    /// Prints what is new on a screen.
    fn tell(&self, screen: &Screen, told: Option<&Screen>, form: bool) {
        let l = self.desk.flow().language();
        match &screen.notice {
            // Whoever has a task for the token does not want to read of all its
            // certificates.
            Some(notice) if form && screen.kind == Kind::Token => say(&notice.text),
            None if form && screen.kind == Kind::Token => {}
            // The same question once more: only what is new about it.
            Some(notice) if told.is_some_and(|told| same_question(told, screen)) => {
                say(&format!("\n{}", notice.text));
            }
            _ => print(screen, l),
        }
        if screen.kind == Kind::Waiting && self.patience.is_none() {
            say(&format!("  {}", l.say("terminal-waiting")));
        }
    }

    /// Does what a screen asks for. `open` is the form that is still to be opened.
    fn go_on(&mut self, screen: &Screen, patient: bool, open: &mut Option<Errand>) {
        let l = self.desk.flow().language();
        match screen.kind {
            Kind::Waiting if patient => {
                self.desk.wait(Duration::from_millis(100));
            }
            Kind::Sign => self.answer(screen, &[Action::Sign]),
            Kind::Form => {
                let actions = [
                    Action::Submit,
                    Action::Next,
                    Action::UseLastTry,
                    Action::GoOn,
                ];
                self.answer(screen, &actions);
            }
            Kind::Token => match open.take() {
                Some(errand) => self.open(&errand),
                None => self.leave(),
            },
            Kind::Working => {
                // settle() has waited long enough: the reader hangs.
                say(&l.say("terminal-hangs"));
                self.leave();
            }
            Kind::Failed if has(screen, Action::Retry) => self.hold(),
            Kind::Waiting | Kind::Done | Kind::Failed | Kind::Page => self.leave(),
        }
    }

    /// Opens a form of the token window, where that is offered.
    fn open(&mut self, errand: &Errand) {
        let l = self.desk.flow().language();
        match self.meant(errand) {
            Ok(token) => self.desk.aim(&token),
            Err(reason) => {
                reason.iter().for_each(|reason| say(reason));
                return self.leave();
            }
        }
        let screen = self.desk.screen();
        let pins = self.desk.flow().pins();
        match errand.action(&pins) {
            Some(action) if has(&screen, action) => return self.set_out(action, errand),
            Some(_) => match errand.dead_end(self.desk.flow(), &pins) {
                Some(end) => print(&end, l),
                None => {
                    say(&l.say("terminal-not-offered"));
                    print(&screen, l);
                }
            },
            None => {
                let names = pin_name::names(&pins).join(", ");
                say(&l.say_with("terminal-which-pin", [("names", names.into())]));
            }
        }
        self.leave();
    }

    /// Fills in the fields and presses the one of `actions` that is offered.
    fn answer(&mut self, screen: &Screen, actions: &[Action]) {
        let l = self.desk.flow().language();
        let Some(action) = actions.iter().copied().find(|action| has(screen, *action)) else {
            return self.stand_before(screen);
        };
        if action == Action::UseLastTry {
            let given = self.secrets.use_last_try();
            let kept = || l.say("terminal-last-try-kept");
            return self.confirmed(action, given, &l.say("last-try-title"), &kept);
        }
        if self.asks_way(screen) {
            return self.choose_way(screen);
        }
        if action == Action::GoOn {
            let given = self.secrets.unconfirmed();
            let unsent = || l.say("terminal-unconfirmed");
            return self.confirmed(action, given, &l.say("terminal-go-on"), &unsent);
        }
        let unattended = !can_ask() || self.secrets.has_any();
        if unattended && self.desk.flow().candidates() > 1 {
            say(&l.say("terminal-which-token"));
            return self.leave();
        }
        if action == Action::Next && screen.fields.is_empty() {
            // What is needed has just been printed.
            return self.press(action, Vec::new());
        }
        if action == Action::Sign
            && let Err(unanswered) = self.choose(screen)
        {
            // Also the certificate that is meant is the person's word.
            match unanswered {
                Unanswered::Locked => self.chosen = false,
                _ => self.give_up(),
            }
            return;
        }
        let screen = self.desk.screen();
        self.fill(&screen, action);
    }

    /// Nothing that was wanted can be done here; perhaps unlocking helps.
    fn stand_before(&mut self, screen: &Screen) {
        let l = self.desk.flow().language();
        let unlocks = |action: &Action| matches!(action, Action::Unlock | Action::UnlockFurther(_));
        let mut actions = screen.buttons.iter().map(|button| button.action);
        if let Some(action) = actions.find(unlocks) {
            match confirm(&l.say("terminal-unlock"), l) {
                Word::Yes => return self.press(action, Vec::new()),
                Word::Locked => return,
                Word::No => {
                    let pins = self.desk.flow().pins();
                    let pin = pins.iter().position(|pin| match action {
                        Action::UnlockFurther(id) => pin.id == id,
                        _ => true,
                    });
                    let application = self.desk.flow().application();
                    let command = unlock_command(application, &pins, pin.unwrap_or_default());
                    say(&l.say_with("terminal-unlock-how", [("command", command.into())]));
                }
            }
        }
        self.leave();
    }

    /// Fills in what is asked for, and does it.
    fn fill(&mut self, screen: &Screen, action: Action) {
        let l = self.desk.flow().language();
        if screen.fields.is_empty() {
            // A session: the PIN is known, the person's word is still needed
            // where a person is there; else running the command is the word.
            if !can_ask() {
                return self.press(action, Vec::new());
            }
            return match confirm(&l.say("terminal-this-one-too"), l) {
                Word::Yes => self.press(action, Vec::new()),
                Word::No => self.leave(),
                Word::Locked => {}
            };
        }
        match self.secrets.fill(&screen.fields, l) {
            Ok(secrets) => self.press(action, secrets),
            Err(Unfilled::GivenUp(reason)) => {
                say(&reason);
                self.leave();
            }
            Err(Unfilled::Locked) => {}
            Err(Unfilled::NobodyToAsk(reason)) => {
                say(&l.say_with("terminal-nothing-sent", [("reason", reason.into())]));
                self.abandoned = true;
            }
        }
    }

    /// Asks for a certificate where there is a choice, once for a request: a
    /// second question would be answered with the PIN, for all to see.
    fn choose(&mut self, screen: &Screen) -> Result<(), Unanswered> {
        let l = self.desk.flow().language();
        let usable: Vec<usize> = (0..screen.certificates.len())
            .filter(|index| screen.certificates[*index].unusable.is_none())
            .collect();
        let unattended = !can_ask() || self.secrets.has_pin();
        if self.chosen || usable.len() < 2 || screen.fields.is_empty() || unattended {
            return Ok(());
        }
        self.chosen = true;
        let preset = screen.chosen.unwrap_or_default();
        let question = l.say_with("terminal-number", [("preset", (preset + 1).into())]);
        let wrong = l.say("terminal-no-such-number");
        let answer = number(&question, preset, &wrong, &|at| usable.contains(&at))?;
        if let Some(index) = answer.filter(|index| screen.chosen != Some(*index)) {
            self.desk.input(Input::Choose(index));
        }
        Ok(())
    }

    /// Presses what the command line or the person agrees to; else says that nothing
    /// was done.
    fn confirmed(
        &mut self,
        action: Action,
        given: bool,
        question: &str,
        undone: &dyn Fn() -> String,
    ) {
        let word = if given {
            Word::Yes
        } else {
            confirm(question, self.desk.flow().language())
        };
        match word {
            Word::Yes => self.press(action, Vec::new()),
            Word::No => {
                say(&undone());
                self.leave();
            }
            Word::Locked => {}
        }
    }

    /// A signature waits until the settings let it go, as long as the person wants that.
    fn hold(&mut self) {
        if !can_ask() {
            return self.hold_a_moment();
        }
        let l = self.desk.flow().language();
        match confirm(&l.say("terminal-try-again"), l) {
            Word::Yes => self.press(Action::Retry, Vec::new()),
            // What becomes of it then is said at the end.
            Word::No => self.leave(),
            Word::Locked => {}
        }
    }

    /// Where nobody can be asked: an editor writes the settings in no time.
    fn hold_a_moment(&mut self) {
        let until = Instant::now() + SETTINGS_PATIENCE;
        while has(&self.desk.screen(), Action::Retry) && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(100));
            self.press(Action::Retry, Vec::new());
        }
        if has(&self.desk.screen(), Action::Retry) {
            self.leave();
        }
    }

    fn press(&mut self, action: Action, secrets: Vec<securesign_card::pin::Pin>) {
        // A lock goes before: what it forgets is not sent.
        self.desk.poll();
        self.desk.input(Input::Press(action, secrets));
    }

    fn give_up(&mut self) {
        say(&self.desk.flow().language().say("terminal-given-up"));
        self.leave();
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
        let progress = screen
            .progress
            .iter()
            .map(|progress| format!("{progress}\n"));
        text.push_str(&format!(
            "\n{}{}\n",
            progress.collect::<String>(),
            screen.title
        ));
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
        let validity = card.validity.iter().map(|validity| &validity.text);
        for line in std::iter::once(&card.detail).chain(validity) {
            text.push_str(&format!("     {line}\n"));
        }
        if let Some(reason) = &card.unusable {
            let reason = [("reason", reason.as_str().into())];
            let reason = language.say_with("terminal-unusable", reason);
            text.push_str(&format!("     {reason}\n"));
        }
    }
    for line in screen.text.iter().chain(&screen.verbatim) {
        text.push_str(&format!("  {line}\n"));
    }
    if let Some(notice) = &screen.notice {
        text.push_str(&line(notice));
    }
    say(text.trim_end());
}

fn line(notice: &Notice) -> String {
    let mark = match notice.level {
        Level::Info | Level::Success => "",
        Level::Warning => "! ",
        Level::Error => "!! ",
    };
    format!("  {mark}{}\n", notice.text)
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

/// What a person says to a question.
enum Word {
    Yes,
    /// Or nothing, or nobody is there to say anything.
    No,
    /// The question may be another one now.
    Locked,
}

/// Whether the person says yes to a question; whoever says nothing says no.
pub fn agrees(question: &str, language: Language) -> bool {
    matches!(confirm(question, language), Word::Yes)
}

fn confirm(question: &str, language: Language) -> Word {
    if !can_ask() {
        return Word::No;
    }
    let question = language.say_with("terminal-question", [("question", question.into())]);
    match prompt::line(&question) {
        Ok(answer) if answer.eq_ignore_ascii_case("y") => Word::Yes,
        Err(Unanswered::Locked) => Word::Locked,
        Ok(_) | Err(_) => Word::No,
    }
}
