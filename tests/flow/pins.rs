//! A token whose keys do not all want the same PIN.

use securesign_app::screen::{Action, Input};
use securesign_app::worker::{Job, PinView, Report, TokenState, TokenView};
use securesign_card::application::{Confidence, PinId};
use securesign_card::error::{CardError, Secret};
use securesign_card::pin::{Charset, Form, PinRules};
use securesign_card::profile::Tries;

use crate::play::{CALLBACK, Play, link, moved, order, token};

const SECOND: PinId = PinId(2);

/// The key of the first certificate wants the first PIN, that of the second the other one.
fn two_pins(first: Tries, second: Tries) -> TokenView {
    let mut view = token(first);
    let TokenState::Ready(info) = &mut view.state else {
        panic!("{:?}", view.state);
    };
    info.found.credentials[1].pin = SECOND;
    let rules = PinRules {
        min: 8,
        max: 12,
        charset: Charset::Digits,
        form: Form::Exact,
    };
    let view_of = PinView {
        role: Secret::SignaturePin,
        rules,
        tries: second,
    };
    info.further = vec![(SECOND, view_of)];
    view
}

fn play(first: Tries, second: Tries) -> Play {
    let mut play = Play::sign(order(&link(CALLBACK, "ss_test_k", &[])));
    play.report(Report::Tokens(Ok(vec![two_pins(first, second)])));
    play
}

#[test]
fn the_pin_of_the_chosen_key_is_asked_for_by_its_name_and_in_its_form() {
    let mut play = play(Tries::Left(3), Tries::Left(2));
    let field = play.screen().fields[0].clone();
    assert_eq!((field.label.as_str(), field.max), ("PIN", 8));
    play.input(Input::Choose(1));
    let screen = play.screen();
    let field = &screen.fields[0];
    assert_eq!((field.label.as_str(), field.max), ("Signature PIN", 12));
    assert!(screen.notice.unwrap().text.contains('2'));
    // Right for the first.
    play.press(Action::Sign, &["123456"]);
    assert_eq!(play.secrets_sent(), 0);
    play.press(Action::Sign, &["12345678"]);
    assert!(matches!(play.jobs.last(), Some(Job::Sign { .. })));
    let (secret, left) = (Secret::SignaturePin, Some(1));
    play.report(Report::Signed(Err(CardError::Wrong { secret, left })));
    // One try is left of this one, and all of the other.
    play.press(Action::Sign, &["12345678"]);
    assert!(play.offers(Action::UseLastTry));
    let told = play.screen().text.join(" ");
    assert!(
        told.contains("Signature PIN") && !told.contains("PUK"),
        "{told}"
    );
    play.press(Action::Back, &[]);
    play.input(Input::Choose(0));
    play.press(Action::Sign, &["123456"]);
    assert_eq!(play.secrets_sent(), 2);
}

#[test]
fn a_pin_that_is_blocked_stops_its_own_keys_only() {
    let mut play = play(Tries::Left(3), Tries::Blocked);
    assert!(play.offers(Action::Sign));
    play.input(Input::Choose(1));
    assert!(!play.offers(Action::Sign));
    // The PUK is the first PIN's.
    assert!(!play.offers(Action::Unlock));
    let text = play.screen().notice.unwrap().text;
    assert!(text.contains("Signature PIN"), "{text}");
    play.press(Action::Cancel, &[]);
    assert_eq!(play.result()["error"], "SS_PIN_BLOCKED");
}

#[test]
fn the_first_pin_may_be_blocked_and_the_other_key_signs() {
    let mut play = play(Tries::Blocked, Tries::Left(3));
    assert!(play.offers(Action::Unlock));
    play.input(Input::Choose(1));
    assert!(play.offers(Action::Sign) && !play.offers(Action::Unlock));
    play.press(Action::Sign, &["12345678"]);
    assert_eq!(play.secrets_sent(), 1);
}

/// As a card of no known kind.
fn untried() -> TokenView {
    let mut view = token(Tries::Unknown);
    if let TokenState::Ready(info) = &mut view.state {
        info.family = "PKCS#15".into();
        info.verify = Confidence::Inferred;
    }
    view
}

#[test]
fn a_pin_goes_to_a_kind_that_was_never_tried_only_after_that_was_said() {
    let mut play = Play::sign(order(&link(CALLBACK, "ss_test_k", &[])));
    play.report(Report::Tokens(Ok(vec![untried()])));
    play.press(Action::Sign, &["123456"]);
    assert_eq!(play.secrets_sent(), 0);
    let screen = play.screen();
    assert!(screen.fields.is_empty());
    let text = screen.text.join(" ");
    assert!(
        text.contains("PKCS#15") && text.contains("Nothing was sent"),
        "{text}"
    );
    // Back is back, and asks anew.
    play.press(Action::Back, &[]);
    play.press(Action::Sign, &["123456"]);
    assert_eq!(play.secrets_sent(), 0);
    play.press(Action::GoOn, &[]);
    assert_eq!(play.secrets_sent(), 1);
    // Once it was said of this token it need not be said again.
    let (secret, left) = (Secret::Pin, Some(2));
    play.report(Report::Signed(Err(CardError::Wrong { secret, left })));
    play.press(Action::Sign, &["654321"]);
    assert_eq!(play.secrets_sent(), 2);
}

#[test]
fn what_was_said_of_one_token_counts_for_no_other() {
    let mut play = Play::sign(order(&link(CALLBACK, "ss_test_k", &[])));
    play.report(Report::Tokens(Ok(vec![untried()])));
    play.press(Action::Sign, &["123456"]);
    play.report(Report::Tokens(Ok(vec![moved(untried())])));
    play.press(Action::GoOn, &[]);
    assert_eq!(play.secrets_sent(), 0);
    play.press(Action::Sign, &["123456"]);
    assert!(play.offers(Action::GoOn));
    assert_eq!(play.secrets_sent(), 0);
}
