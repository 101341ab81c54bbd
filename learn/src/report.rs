//! What was found, in words: lines of comment at the head of the trace. Nothing secret.

use std::collections::BTreeSet;

use securesign_card::certificate::Certificate;
use securesign_card::sw::StatusWord;
use securesign_card::trace::Detail;

use crate::contents::{Packing, Stored};
use crate::findings::Findings;
use crate::kind::{Kind, kind};
use crate::logins::{Because, Login};
use crate::missing;
use crate::shown::{self, spaced};
use crate::signatures::{Input, InputForm, Scheme, Signature};

/// What is known beside the recording.
pub struct About<'a> {
    /// What a token is, by its answer to reset and the name of its reader.
    pub product: &'a dyn Fn(&[u8], &str) -> Option<String>,
    /// What an application is, by its name.
    pub application: &'a dyn Fn(&[u8]) -> Option<String>,
    /// How much is shown.
    pub detail: Detail,
}

/// The lines of the report.
pub fn report(findings: &Findings<'_>, reader: &str, about: &About<'_>) -> Vec<String> {
    let mut report = Report {
        findings,
        about,
        lines: Vec::new(),
    };
    report.card(reader);
    report.applications();
    report.messaging();
    report.pins();
    report.counters();
    report.certificates();
    report.signatures();
    report.others();
    let missing = missing::missing(findings);
    report.section("What a profile would still need to know", missing);
    report.lines
}

struct Report<'a> {
    findings: &'a Findings<'a>,
    about: &'a About<'a>,
    lines: Vec<String>,
}

impl Report<'_> {
    fn section(&mut self, title: &str, lines: Vec<String>) {
        self.lines.push(format!("{title}:"));
        let lines = lines.into_iter().map(|line| format!("  {line}"));
        self.lines.extend(lines);
    }

    fn card(&mut self, reader: &str) {
        let mut lines = vec![format!("in the reader: {reader}")];
        for atr in &self.findings.atrs {
            lines.push(format!("answer to reset: {}", spaced(atr)));
            let product = (self.about.product)(atr, reader);
            lines.extend(product.map(|product| format!("looks like: {product}")));
        }
        if self.findings.atrs.is_empty() {
            lines.push("its answer to reset is not in the recording".into());
        }
        let commands = count(self.findings.steps.len(), "command");
        lines.push(format!("{commands}, chains and their parts as one"));
        self.section("The card", lines);
    }

    fn applications(&mut self) {
        let mut lines = Vec::new();
        let mut absent = Vec::new();
        for selected in &self.findings.applications {
            let aid = spaced(&selected.aid);
            // What a program asks every card for says nothing of this one.
            if selected
                .words
                .iter()
                .all(|word| *word == StatusWord::NOT_FOUND.0)
            {
                absent.push(aid);
                continue;
            }
            let known = (self.about.application)(&selected.aid);
            let known = known.map_or_else(String::new, |name| format!(", {name}"));
            let words = words(&selected.words);
            lines.push(format!("{aid}{known}: {words}, {}", times(selected.times)));
        }
        if lines.is_empty() {
            lines.push("none was selected by its name".into());
        }
        if !absent.is_empty() {
            lines.push(format!("asked for, and not there: {}", absent.join(", ")));
        }
        if !self.findings.files.is_empty() {
            let files: Vec<String> = self
                .findings
                .files
                .iter()
                .map(|path| spaced(path))
                .collect();
            lines.push(format!("files and paths: {}", files.join(", ")));
        }
        self.section("Applications that were selected", lines);
    }

    fn messaging(&mut self) {
        let messaging = &self.findings.messaging;
        let mut lines = Vec::new();
        if messaging.commands == 0 {
            lines.push("none was seen".into());
        } else {
            let classes: Vec<u8> = messaging.classes.iter().copied().collect();
            lines.push(format!(
                "{}, class {}; {} with data",
                count(messaging.commands, "command"),
                spaced(&classes),
                count(messaging.answers, "answer")
            ));
            lines.push("its keys cannot be learned from a recording".into());
        }
        for opened in messaging.opened_by.iter().take(8) {
            let step = &self.findings.steps[*opened];
            let (to, from) = (count(step.data.len(), "byte"), step.answer.len());
            lines.push(format!("opened by {}: {to}, {from} back", step.name()));
        }
        self.section("Secure messaging", lines);
    }

    fn pins(&mut self) {
        let mut lines: Vec<String> = Vec::new();
        for header in &self.findings.key_pad {
            lines.push(format!(
                "{}: typed at the reader's own keys",
                spaced(header)
            ));
        }
        for login in &self.findings.logins {
            lines.extend(self.login(login));
        }
        if lines.is_empty() {
            lines.push("none was sent, in any form that is known here".into());
        }
        self.section("PINs", lines);
    }

    fn login(&self, login: &Login) -> Vec<String> {
        let what = match (login.kind, login.header[1]) {
            (Kind::Verify, _) => "VERIFY",
            (Kind::Replace, 0x24 | 0x25) => "CHANGE REFERENCE DATA",
            (Kind::Replace, _) => "RESET RETRY COUNTER",
            _ => "a command in which what was typed was found",
        };
        let lengths = login.lengths.iter().map(|len| count(*len, "byte"));
        let lengths: Vec<String> = lengths.collect();
        let protected = match login.protected {
            true => ", under secure messaging",
            false => "",
        };
        let mut lines = vec![format!(
            "{}: {what}{protected}, {} of data, {}: {}",
            spaced(&login.header),
            lengths.join(" or "),
            times(login.steps.len()),
            words(&login.words)
        )];
        let certain = login.shapes.iter().map(|shape| format!("  form: {shape}"));
        lines.extend(certain);
        let guesses = login.guesses.iter();
        lines.extend(guesses.map(|shape| format!("  form, by its looks: {shape}")));
        let behind = login.at.iter().filter(|at| **at > 0);
        lines.extend(behind.map(|at| format!("  {} in front of it", count(*at, "byte"))));
        lines
    }

    fn counters(&mut self) {
        let mut lines = Vec::new();
        for counter in &self.findings.counters {
            let times = times(counter.steps.len());
            let because = match &counter.because {
                Because::EmptyVerify(all) => format!("VERIFY without a PIN: {}", words(all)),
                Because::Tag(tag, value) => format!("tag {tag:X} in its answer has {value}"),
                Because::Changed { at, from, to } => {
                    format!("byte {at} of its answer went from {from} to {to} when a PIN was sent")
                }
            };
            lines.push(format!("{}: {because}, {times}", counter.name));
        }
        if lines.is_empty() {
            lines.push("nothing looks like a question for them".into());
        }
        self.section("Tries left", lines);
    }

    fn certificates(&mut self) {
        let mut lines = Vec::new();
        for (number, stored) in self.findings.certificates.iter().enumerate() {
            lines.extend(self.certificate(number, stored));
        }
        if lines.is_empty() {
            lines.push("none was read, or none in a form that is known here".into());
        }
        self.section("Certificates", lines);
    }

    fn certificate(&self, number: usize, stored: &Stored) -> Vec<String> {
        let content = &self.findings.contents[stored.content];
        let certificate = &stored.certificate;
        let packing = match stored.packing {
            Packing::Bare => "as it is",
            Packing::Zlib => "as a zlib stream",
            Packing::Gzip => "as a gzip file",
            Packing::Minidriver => "behind 01 00 and its length, compressed",
        };
        let mut lines = vec![
            format!("{}: {}", number + 1, content.place),
            format!(
                "  {}, {packing}, {} in front of it",
                count(certificate.der().len(), "byte"),
                count(stored.at, "byte")
            ),
            format!("  {}, {}", certificate.key().display(), usage(certificate)),
            format!("  {}", self.issuer(certificate)),
        ];
        if self.about.detail == Detail::Full {
            let (subject, serial) = (certificate.subject(), certificate.serial());
            lines.push(format!("  issued to {subject}, serial number {serial}"));
        }
        lines
    }

    /// Whoever has signed the own certificate is a person, who stays out of a short report.
    fn issuer(&self, certificate: &Certificate) -> String {
        let own = certificate.issuer() == certificate.subject();
        match own && self.about.detail == Detail::Short {
            true => "issued by itself".into(),
            false => format!("issued by {}", certificate.issuer()),
        }
    }

    fn signatures(&mut self) {
        let mut lines: Vec<String> = Vec::new();
        for signature in &self.findings.signatures {
            for line in self.signature(signature) {
                if line.starts_with(' ') || !lines.contains(&line) {
                    lines.push(line);
                }
            }
        }
        let mut told = BTreeSet::new();
        for at in &self.findings.perhaps {
            let step = &self.findings.steps[*at];
            let under = match step.protected {
                true => " under secure messaging",
                false => "",
            };
            let (to, from) = (count(step.data.len(), "byte"), step.answer.len());
            let line = format!(
                "{}: {to}{under}, {from} back: a signature perhaps, of no certificate that was read",
                step.name()
            );
            if told.insert(line.clone()) {
                lines.push(line);
            }
        }
        if lines.is_empty() {
            lines.push("none was made".into());
        }
        self.section("Signatures", lines);
    }

    fn signature(&self, signature: &Signature) -> Vec<String> {
        let step = &self.findings.steps[signature.step];
        let scheme = match &signature.scheme {
            Scheme::Pkcs1(Some(hash)) => format!("RSA, PKCS#1 v1.5 with {hash}"),
            Scheme::Pkcs1(None) => "RSA, PKCS#1 v1.5 with no DigestInfo that is known".into(),
            Scheme::Pss => "RSA, a block that ends as one of PSS".into(),
            Scheme::Ecdsa { der: false } => "ECDSA, r and s with nothing between".into(),
            Scheme::Ecdsa { der: true } => "ECDSA, r and s in DER".into(),
        };
        let parts = match step.chained {
            true => format!(" in {}", count(step.events.len(), "part")),
            false => String::new(),
        };
        let mut lines = vec![
            format!(
                "{}: signed with the key of certificate {}",
                step.name(),
                signature.certificate + 1
            ),
            format!("  {scheme}"),
            format!(
                "  {} of data{parts}, {} back",
                count(step.data.len(), "byte"),
                step.answer.len()
            ),
        ];
        if signature.reversed {
            lines.push("  the last byte of the signature comes first".into());
        }
        if signature.at > 0 {
            lines.push(format!(
                "  {} of the answer in front of it",
                count(signature.at, "byte")
            ));
        }
        for chosen in self.findings.environment(signature.step) {
            let step = &self.findings.steps[chosen];
            let data = step.shown(&self.findings.secrets);
            lines.push(format!("  the key was chosen by {} | {data}", step.name()));
        }
        lines.push(match &signature.input {
            Some(input) => self.input(signature, input),
            None => "  the digest was not given to the card by a command: it has hashed, or it was protected".into(),
        });
        lines
    }

    fn input(&self, signature: &Signature, input: &Input) -> String {
        let form = match input.form {
            InputForm::Block(len) => format!("the whole PKCS#1 block, {len} bytes"),
            InputForm::BlockTail(len) => {
                format!("the PKCS#1 block without its first zero, {len} bytes")
            }
            InputForm::DigestInfo(len) => format!("a DigestInfo, {len} bytes"),
            InputForm::Digest(len) => format!("the bare digest, {len} bytes"),
        };
        let step = &self.findings.steps[input.step];
        let place = match input.step == signature.step {
            true => "in the command itself".into(),
            false => format!("by {} before it", step.name()),
        };
        let (before, behind) = &input.around;
        // In commands that a standard has for it this is a tag or two; in others a PIN may be.
        let public = shown::is_interindustry(&step.header)
            && matches!(kind(&step.header), Kind::Compute | Kind::Authenticate)
            && !self.findings.secrets.touch(before);
        let before = match before.len() {
            0 => String::new(),
            1..=8 if public => format!(", behind {}", spaced(before)),
            len => format!(", behind {}", count(len, "byte")),
        };
        let behind = match behind {
            0 => String::new(),
            1 => ", 1 byte follows".into(),
            len => format!(", {len} bytes follow"),
        };
        format!("  given {place}: {form}{before}{behind}")
    }

    fn others(&mut self) {
        let mut lines = Vec::new();
        for ((class, instruction), steps) in &self.findings.others {
            let of = |length: &dyn Fn(usize) -> usize| {
                let lengths: BTreeSet<usize> = steps.iter().map(|at| length(*at)).collect();
                let lengths: Vec<String> =
                    lengths.iter().take(8).map(ToString::to_string).collect();
                lengths.join(", ")
            };
            let to = of(&|at| self.findings.steps[at].data.len());
            let from = of(&|at| self.findings.steps[at].answer.len());
            let found = steps.iter().filter_map(|at| self.findings.steps[*at].sw);
            let found: BTreeSet<u16> = found.map(|sw| sw.0).collect();
            lines.push(format!(
                "{class:02X} {instruction:02X}: {}, {to} bytes to the card, {from} back: {}",
                times(steps.len()),
                words(&found)
            ));
        }
        if lines.is_empty() {
            lines.push("none".into());
        }
        self.section("Commands that no standard has", lines);
    }
}

/// `1 byte`, `2 bytes`.
fn count(number: usize, what: &str) -> String {
    match number {
        1 => format!("1 {what}"),
        _ => format!("{number} {what}s"),
    }
}

fn times(number: usize) -> String {
    match number {
        1 => "once".into(),
        2 => "twice".into(),
        number => format!("{number} times"),
    }
}

fn usage(certificate: &Certificate) -> &'static str {
    match (certificate.is_authority(), certificate.may_sign()) {
        (true, _) => "of an authority",
        (false, true) => "may sign documents",
        (false, false) => "may not sign documents",
    }
}

/// `9000, 63C2 (verification failed)`.
fn words(words: &BTreeSet<u16>) -> String {
    if words.is_empty() {
        return "no answer".into();
    }
    let told = words.iter().take(8).map(|word| {
        let sw = StatusWord(*word);
        match (sw.is_ok(), sw.counter(), sw.meaning()) {
            (true, _, _) => sw.to_string(),
            (_, Some(left), _) => format!("{sw} (tries left: {left})"),
            (_, _, Some(meaning)) => format!("{sw} ({meaning})"),
            _ => sw.to_string(),
        }
    });
    told.collect::<Vec<_>>().join(", ")
}
