//! What a person sees, as plain data. The window draws it, the command line
//! prints it, the tests read it; none of them decides anything.

mod action;
mod parts;

use securesign_card::text;

pub use action::{Action, Input};
pub use parts::{
    Ask, Button, ButtonStyle, CertificateCard, Choice, Copying, Counter, Fact, Field, Figure,
    Level, Line, Notice, Row, Setting, Validity, ValidityState,
};

/// Longest line on a screen, in characters: an origin is the longest that anybody reads.
const LINE: usize = 600;

/// Longest of several sentences, in characters: with the path of a file and what is to
/// be written into it.
const SENTENCES: usize = 3_000;

/// One screen: everything that is to be shown, from top to bottom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Screen {
    /// Which of the few screens this is; a front end may choose a symbol by it.
    pub kind: Kind,
    /// Nothing is under way, even where one waits: what is said stays until a person, or
    /// another token, does something.
    pub settled: bool,
    /// Small, above the title: "Step 1 of 3", "Request 3 of 6".
    pub progress: Option<String>,
    /// One line.
    pub title: String,
    /// Ways to other pages: small, beside the title.
    pub links: Vec<Button>,
    /// Sentences, in reading order.
    pub text: Vec<String>,
    /// Lines for others than the person, as they are written, in type of one width.
    pub verbatim: Vec<String>,
    /// What is asked, and by whom: shown before the PIN is asked.
    pub facts: Vec<Fact>,
    /// Where the document may be dropped, to be compared with the request;
    /// pressed, it has a file chosen.
    pub compare: Option<Button>,
    /// A picture of a token, and of where its codes come from.
    pub figure: Option<Figure>,
    /// A number that should be large and plain.
    pub counters: Vec<Counter>,
    /// Above the certificates.
    pub heading: Option<String>,
    /// Certificates to choose from, or just to look at when `chosen` is `None`
    /// and none is selectable.
    pub certificates: Vec<CertificateCard>,
    /// Index into `certificates`.
    pub chosen: Option<usize>,
    /// Things to set, each to one of a few values.
    pub choices: Vec<Choice>,
    /// A list to read, such as what was signed.
    pub rows: Vec<Row>,
    /// Plain texts to type in, no secrets.
    pub lines: Vec<Line>,
    /// "Signing as …": stays beside the fields where the chosen certificate may be out
    /// of sight.
    pub signing_as: Option<String>,
    /// Which request and token the fields are for; opaque. What was typed for one
    /// is never kept for another.
    pub token: Option<String>,
    /// Secrets to type in.
    pub fields: Vec<Field>,
    /// One line that should catch the eye.
    pub notice: Option<Notice>,
    /// In reading order; the last one is the main one.
    pub buttons: Vec<Button>,
    /// What [`Action::Copy`] puts into the clipboard.
    pub copy: Option<String>,
    /// A PIN is kept for the next request.
    pub kept: Option<Kept>,
    /// How many other requests wait for their turn: one quiet line.
    pub waiting: Option<Waiting>,
    /// That links were turned away because too many waited.
    pub turned_away: Option<String>,
    /// Nothing on it has to be read, and another request waits: it gives way by itself
    /// after a moment, as if it were closed.
    pub passes: bool,
}

impl Screen {
    /// Whether one of the certificates can be chosen.
    pub fn is_choice(&self) -> bool {
        self.chosen.is_some()
            || (self.kind == Kind::Sign
                && self.certificates.iter().any(|card| card.unusable.is_none()))
    }

    /// Every text as it may be shown: without what deceives, and bounded; a line stays
    /// one line. Names and reasons are cleaned where they come in; here nothing is missed.
    pub(crate) fn shown(mut self) -> Self {
        let notice = self.notice.iter_mut().map(|notice| &mut notice.text);
        let texts = self.text.iter_mut().chain(&mut self.verbatim);
        for text in texts.chain(notice) {
            // With lines of ours, as in what is to be added to a file.
            *text = text::shown(text).chars().take(SENTENCES).collect();
        }
        for line in self.lines_of_text() {
            *line = text::clean(line, LINE);
        }
        self
    }

    fn lines_of_text(&mut self) -> Vec<&mut String> {
        let mut all = vec![&mut self.title];
        all.extend(&mut self.progress);
        for fact in &mut self.facts {
            all.extend([&mut fact.label, &mut fact.value]);
            all.extend(fact.mark.iter_mut().chain(&mut fact.strong));
            all.extend(fact.copy.iter_mut().map(|copying| &mut copying.label));
        }
        if let Some(figure) = &mut self.figure {
            all.extend([&mut figure.token, &mut figure.letter]);
            all.extend(&mut figure.codes);
        }
        for counter in &mut self.counters {
            all.extend([&mut counter.value, &mut counter.caption]);
        }
        all.extend(&mut self.heading);
        for card in &mut self.certificates {
            all.extend([&mut card.title, &mut card.detail, &mut card.pill]);
            all.extend(card.validity.iter_mut().map(|validity| &mut validity.text));
            all.extend(card.unusable.iter_mut().chain(&mut card.details));
        }
        for choice in &mut self.choices {
            all.push(&mut choice.label);
            all.extend(&mut choice.options);
        }
        for row in &mut self.rows {
            all.extend([&mut row.title, &mut row.detail, &mut row.pill]);
            all.extend(&mut row.action);
        }
        all.extend(self.lines.iter_mut().map(|line| &mut line.label));
        all.extend(&mut self.signing_as);
        for field in &mut self.fields {
            all.extend([&mut field.label, &mut field.show, &mut field.caps_lock]);
        }
        let buttons = self.links.iter_mut().chain(&mut self.buttons);
        let buttons = buttons.chain(&mut self.compare);
        all.extend(buttons.map(|button| &mut button.label));
        if let Some(kept) = &mut self.kept {
            all.extend([&mut kept.text, &mut kept.lock.label]);
        }
        all.extend(self.waiting.iter_mut().map(|waiting| &mut waiting.text));
        all.extend(&mut self.turned_away);
        all
    }

    /// Whether this can be pressed.
    pub fn offers(&self, action: Action) -> bool {
        let locks = self.kept.iter().map(|kept| &kept.lock);
        let buttons = self.buttons.iter().chain(&self.links);
        let mut buttons = buttons.chain(&self.compare).chain(locks);
        buttons.any(|button| button.action == action)
    }
}

/// A kept PIN: how long yet, and the way to be rid of it at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// "PIN kept for 14:32"; another text every second.
    pub text: String,
    /// "Lock now".
    pub lock: Button,
}

/// Other requests that wait for their turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// How many.
    pub count: usize,
    /// "2 more requests are waiting."
    pub text: String,
}

/// The few screens there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Waiting for a token (or for the PC/SC service).
    Waiting,
    /// The sign window: who asks, what is signed, certificates, PIN.
    Sign,
    /// The card is at work; nothing to press but Cancel, if at all.
    Working,
    /// The token window: tries left, certificates, change and unlock.
    Token,
    /// A form: change the PIN, unlock with the PUK, confirm the last try.
    Form,
    /// Settings, journal, about: nothing that a card has to do with.
    Page,
    /// It is done, and well.
    Done,
    /// It went wrong, or was refused: what happened, what to do.
    Failed,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every field by its name: a new one does not compile until it stands here.
    #[test]
    fn every_text_on_a_screen_is_without_what_deceives_and_bounded() {
        let text = || format!("E\u{1B}[2J\u{202E}\0\u{200B}\n{}", "A".repeat(10_000));
        let (label, level) = (text, Level::Error);
        let button = || Button {
            action: Action::Close,
            label: label(),
            style: ButtonStyle::Plain,
            inert_ms: 0,
        };
        let screen = Screen {
            kind: Kind::Page,
            settled: false,
            progress: Some(text()),
            title: text(),
            links: vec![button()],
            text: vec![text()],
            verbatim: vec![text()],
            facts: vec![Fact {
                label: label(),
                value: text(),
                mark: Some(text()),
                strong: Some(text()),
                copy: Some(Copying {
                    label: label(),
                    // What is copied is what it is; it is not shown.
                    text: String::new(),
                }),
                folds: false,
            }],
            compare: Some(button()),
            figure: Some(Figure {
                token: text(),
                letter: text(),
                codes: vec![text()],
            }),
            counters: vec![Counter {
                value: text(),
                caption: text(),
                level,
            }],
            heading: Some(text()),
            certificates: vec![CertificateCard {
                title: text(),
                detail: text(),
                pill: text(),
                validity: Some(Validity {
                    state: ValidityState::Valid,
                    text: text(),
                }),
                unusable: Some(text()),
                details: Some(text()),
            }],
            chosen: None,
            choices: vec![Choice {
                setting: Setting::Idle,
                label: label(),
                options: vec![text()],
                chosen: 0,
            }],
            rows: vec![Row {
                title: text(),
                detail: text(),
                pill: text(),
                level,
                action: Some(text()),
            }],
            lines: vec![Line {
                label: label(),
                // The person's own.
                text: String::new(),
                max: 1,
                fault: false,
            }],
            signing_as: Some(text()),
            token: None,
            fields: vec![Field {
                ask: Ask::Pin,
                label: label(),
                max: 1,
                show: text(),
                caps_lock: text(),
            }],
            notice: Some(Notice {
                level,
                text: text(),
            }),
            buttons: vec![button()],
            // Not shown.
            copy: None,
            kept: Some(Kept {
                text: text(),
                lock: button(),
            }),
            waiting: Some(Waiting {
                count: 1,
                text: text(),
            }),
            turned_away: Some(text()),
            passes: false,
        };
        let shown = screen.shown();
        let printed = format!("{shown:?}");
        // As `Debug` writes what cannot be printed.
        assert!(!printed.contains("\\u{") && !printed.contains("\\0"));
        // What may be shown stays, in each of them.
        assert_eq!(printed.matches("E[2J").count(), 40);
        // Line breaks where sentences stand, and nowhere else.
        assert_eq!(printed.matches("\\n").count(), 3);
        assert!(!printed.contains(&"A".repeat(SENTENCES)));
        assert!(!format!("{:?}", shown.facts).contains(&"A".repeat(LINE)));
    }
}
