//! What may be shown of a recording: the trace in our format, without secrets.
//!
//! Data is shown where it is known to be harmless, and hidden else. The whole of a field is
//! hidden, and not the place of a PIN in it: the hole in something that is public would tell it.

use std::collections::{HashMap, HashSet};

use securesign_card::trace::{Detail, Entry, KEPT, LONG, Trace, hex, hidden};

use crate::apdu::Apdu;
use crate::findings::Findings;
use crate::kind::{Kind, kind};
use crate::recording::{Answer, Conversation, Event, Exchange};
use crate::shown::{self, spaced};

/// The trace of a conversation, by what was found in it; `reader` is its name as it may be
/// shown.
pub fn trace(
    conversation: &Conversation,
    found: &Findings<'_>,
    reader: &str,
    detail: Detail,
) -> Trace {
    let persons = found.certificates.iter();
    let redaction = Redaction {
        found,
        secret_steps: found.secret_steps(),
        certificate_steps: found.certificate_steps(),
        after_login: found.after_login(),
        names: found.names(),
        persons: persons.map(|stored| stored.certificate.subject()).collect(),
        detail,
    };
    redaction.trace(conversation, reader)
}

/// What is known of a conversation when it is written down.
struct Redaction<'a> {
    found: &'a Findings<'a>,
    /// Steps in which a secret was found, or in what they read together.
    secret_steps: HashSet<usize>,
    /// Steps that read certificates.
    certificate_steps: HashSet<usize>,
    /// Steps after a PIN, or the proof of a key, up to the next reset.
    after_login: HashSet<usize>,
    /// What steps are for.
    names: HashMap<usize, &'static str>,
    /// Persons that certificates name.
    persons: Vec<String>,
    /// How much is shown.
    detail: Detail,
}

impl Redaction<'_> {
    fn trace(&self, conversation: &Conversation, reader: &str) -> Trace {
        let mut entries = vec![Entry::Header("reader".into(), reader.to_owned())];
        let mut of_event: HashMap<usize, usize> = HashMap::new();
        for (number, step) in self.found.steps.iter().enumerate() {
            of_event.extend(step.events.iter().map(|event| (*event, number)));
        }
        let mut named = None;
        for (at, event) in conversation.events.iter().enumerate() {
            match event {
                Event::Reset(atr) => {
                    entries.push(Entry::Blank);
                    entries.push(Entry::Header("atr".into(), spaced(atr)));
                    named = None;
                }
                Event::KeyPad(command) => {
                    let header = command.first_chunk::<4>();
                    let header = header.map_or(String::new(), |header| spaced(header));
                    let text = format!("The reader took a PIN at its own keys for {header}.");
                    entries.push(Entry::Comment(text));
                }
                Event::Exchange(exchange) => {
                    let step = of_event.get(&at).copied();
                    let name = step.and_then(|step| self.names.get(&step)).copied();
                    if let Some(name) = name
                        && named != step
                    {
                        entries.push(Entry::Step(name.into()));
                        named = step;
                    }
                    self.exchange(exchange, step, at, &mut entries);
                }
            }
        }
        Trace { entries }
    }

    fn exchange(
        &self,
        exchange: &Exchange,
        step: Option<usize>,
        at: usize,
        entries: &mut Vec<Entry>,
    ) {
        let (Some(apdu), Some(number)) = (Apdu::of(&exchange.command), step) else {
            // Less than a header.
            entries.push(Entry::Sent(vec![hidden("hidden", exchange.command.len())]));
            entries.push(Entry::Answer(vec!["!other".into()]));
            return;
        };
        entries.push(Entry::Sent(self.command(&exchange.command, &apdu, number)));
        entries.push(Entry::Answer(match &exchange.answer {
            Answer::Bytes(bytes) => self.answer(bytes, number, at),
            Answer::Failed => vec!["!mute".into()],
            Answer::Lost => vec!["!lost".into()],
        }));
    }

    fn command(&self, bytes: &[u8], apdu: &Apdu, number: usize) -> Vec<String> {
        let data = &bytes[apdu.data.clone()];
        let header = &self.found.steps[number].header;
        let mut tokens = hex(&bytes[..apdu.data.start]);
        let is_secret = || self.is_secret(number) || self.found.secrets.touch(data);
        if data.is_empty() {
        } else if kind(header).is_for_pins() || is_secret() {
            tokens.push(hidden("pin", data.len()));
        } else if apdu.odd {
            tokens.push(hidden("hidden", data.len()));
        } else if apdu.is_protected() {
            tokens.extend(shown::protected(data));
        } else {
            tokens.extend(shown::harmless(header, data));
        }
        tokens.extend(hex(&bytes[apdu.data.end..]));
        tokens
    }

    fn answer(&self, bytes: &[u8], number: usize, at: usize) -> Vec<String> {
        let step = &self.found.steps[number];
        let (data, sw) = bytes.split_at(bytes.len().saturating_sub(2));
        let first = step.events.first() == Some(&at);
        let short = self.detail == Detail::Short;
        let selected = kind(&step.header) == Kind::Select;
        // What is read after a login may be for its holder alone: an unblocking code, a key.
        let open = selected || !self.after_login.contains(&number);
        let public = shown::is_public_answer(&step.header) && open;
        let mut tokens = Vec::new();
        if data.is_empty() {
        } else if self.is_secret(number) || self.found.secrets.touch(data) {
            tokens.push(hidden("pin", data.len()));
        } else if step.protected {
            tokens.extend(shown::protected(data));
        } else if self.certificate_steps.contains(&number) && (short || !public) {
            tokens.push(hidden("certificate", data.len()));
        } else if !public {
            tokens.push(hidden("hidden", data.len()));
        } else if short && self.names_somebody(data) {
            tokens.push(hidden("name", data.len()));
        } else if short && step.answer.len() > LONG {
            // The rest of a long answer is a part of it, however short.
            cut(&mut tokens, data, if first { KEPT } else { 0 });
        } else {
            tokens.extend(hex(data));
        }
        tokens.extend(hex(sw));
        tokens
    }

    fn is_secret(&self, number: usize) -> bool {
        self.secret_steps.contains(&number)
    }

    fn names_somebody(&self, data: &[u8]) -> bool {
        self.persons.iter().any(|person| {
            let person = person.as_bytes();
            person.len() > 2 && data.windows(person.len()).any(|window| window == person)
        })
    }
}

fn cut(tokens: &mut Vec<String>, data: &[u8], kept: usize) {
    let (shown, rest) = data.split_at(kept.min(data.len()));
    tokens.extend(hex(shown));
    if !rest.is_empty() {
        tokens.push(hidden("hidden", rest.len()));
    }
}
