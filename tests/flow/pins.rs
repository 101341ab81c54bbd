//! A token whose keys do not all want the same PIN.

use securesign_app::screen::{Action, Input};
use securesign_app::worker::{Job, PinView, Report, TokenState, TokenView};
use securesign_card::application::PinId;
use securesign_card::error::{CardError, Secret};
use securesign_card::pin::{Charset, Form, PinRules};
use securesign_card::profile::Tries;

use crate::play::{CALLBACK, Play, link, order, token};

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
