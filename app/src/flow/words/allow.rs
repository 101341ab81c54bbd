//! The question whether a portal may call from now on.

use securesign_handoff::policy::{Denial, Why, domain};

use crate::language::Language;

use super::end;
use super::parts::{button, fact, notice, plain};
use crate::flow::{Flow, Refused};
use crate::screen::{Action, Fact, Kind, Screen};

/// Who it is, and what allowing means. Nothing on it is the main button: whoever does not
/// think about it goes back.
pub fn allow(flow: &Flow, refused: &Refused) -> Screen {
    let l = flow.language;
    let Some(denial) = refused.denial() else {
        return end::refused(flow, refused);
    };
    Screen {
        text: text(denial, l),
        facts: facts(denial, l),
        notice: notice(flow),
        buttons: vec![
            button(Action::Back, l.say("back")),
            button(Action::Allow, l.say("allow-it")),
        ],
        ..plain(Kind::Form, l.say("allow-title"))
    }
}

fn text(denial: &Denial, l: Language) -> Vec<String> {
    let domain = [("domain", domain(denial.origin()).into())];
    let whose = if denial.is_local() {
        // There is no name to compare: where the result goes is what counts.
        l.say("allow-local")
    } else if denial.is_app() {
        l.say_with("allow-compare-app", domain)
    } else {
        l.say_with("allow-compare", domain)
    };
    let mut text = vec![whose, l.say("allow-means")];
    if denial.why() == Why::Key {
        text.push(l.say("allow-other-key"));
    }
    text
}

fn facts(denial: &Denial, l: Language) -> Vec<Fact> {
    let digits: Vec<char> = denial.fingerprint().chars().collect();
    let groups = digits.chunks(4).map(|group| group.iter().collect());
    let fingerprint: Vec<String> = groups.collect();
    let kind = match denial.is_test() {
        true => l.say("allow-key-test"),
        false => l.say("allow-key-live"),
    };
    let site = Fact {
        strong: Some(domain(denial.origin())),
        ..fact(l.say("allow-site"), &denial.origin_display())
    };
    vec![
        site,
        fact(l.say("allow-key"), &kind),
        fact(l.say("allow-fingerprint"), &fingerprint.join(" ")),
    ]
}
