//! A PIN that was typed for one certificate goes to no other, whatever a look finds meanwhile.

use securesign_app::screen::{Action, Input, Screen};
use securesign_app::worker::{Job, Report, TokenState, TokenView};
use securesign_card::application::{Confidence, PinId};
use securesign_card::error::{CardError, Missing, Secret};
use securesign_card::profile::{Credential, Tries};

use crate::play::{CALLBACK, Play, link, moved, order, token};

const SECOND: PinId = PinId(2);

/// Two certificates, each with a PIN of its own that has one try left; both PINs look alike.
fn two() -> TokenView {
    let mut view = token(Tries::Left(1));
    let info = info(&mut view);
    info.found.credentials[1].pin = SECOND;
    info.further = vec![securesign_app::worker::PinView {
        id: SECOND,
        role: Secret::SignaturePin,
        called: None,
        rules: info.pin_rules,
        tries: Tries::Left(1),
        change: Ok(Confidence::Known),
        unblock: Err(Missing::Puk),
        otherwise: None,
    }];
    view
}

fn info(view: &mut TokenView) -> &mut securesign_app::worker::TokenInfo {
    match &mut view.state {
        TokenState::Ready(info) => info,
        other => panic!("{other:?}"),
    }
}

/// The same token, of which the first certificate could not be read this time.
fn without_first(mut view: TokenView) -> TokenView {
    info(&mut view).found.credentials.remove(0);
    view
}

fn credentials(mut view: TokenView) -> Vec<Credential> {
    info(&mut view).found.credentials.clone()
}

fn play(view: &TokenView) -> Play {
    let mut play = Play::sign(order(&link(CALLBACK, "ss_test_k", &[])));
    play.report(Report::Tokens(Ok(vec![view.clone()])));
    play
}

/// A reader was plugged in, and the tokens are looked at again.
fn look(play: &mut Play, view: TokenView) {
    play.report(Report::ReadersChanged);
    assert!(matches!(play.jobs.last(), Some(Job::Look(_))));
    play.report(Report::Tokens(Ok(vec![view])));
}

fn chosen(screen: &Screen) -> &str {
    &screen.certificates[screen.chosen.unwrap()].title
}

#[test]
fn what_waits_for_an_answer_goes_to_no_other_certificate() {
    let gone = "certificate you chose can no longer be found";
    for (next, said) in [(without_first(two()), gone), (moved(two()), "taken out")] {
        let mut play = play(&two());
        play.press(Action::Sign, &["123456"]);
        assert!(play.offers(Action::UseLastTry));
        look(&mut play, next);
        assert!(!play.offers(Action::UseLastTry));
        let text = play.screen().notice.unwrap().text;
        assert!(text.contains(said), "{text}");
        play.press(Action::UseLastTry, &[]);
        assert_eq!(play.secrets_sent(), 0);
    }
}

#[test]
fn a_choice_outlives_another_order() {
    let mut play = play(&two());
    play.press(Action::Sign, &["123456"]);
    let mut turned = two();
    info(&mut turned).found.credentials.reverse();
    look(&mut play, turned);
    play.press(Action::UseLastTry, &[]);
    let Some(Job::Sign { credential, .. }) = play.jobs.last() else {
        panic!("{:?}", play.screen());
    };
    assert_eq!(**credential, credentials(two())[0]);
}

#[test]
fn what_is_being_typed_is_for_no_other_certificate_even_of_the_same_pin() {
    let mut play = play(&token(Tries::Left(3)));
    let before = play.screen();
    look(&mut play, token(Tries::Left(3)));
    assert_eq!(play.screen().token, before.token, "nothing has changed");
    look(&mut play, without_first(token(Tries::Left(3))));
    let screen = play.screen();
    assert_ne!(chosen(&screen), chosen(&before));
    // What front ends keep the fields by.
    assert_ne!(screen.token, before.token);
}

#[test]
fn what_was_found_while_it_signed_counts_once_the_card_has_answered() {
    let mut play = play(&token(Tries::Left(3)));
    let before = play.screen();
    play.press(Action::Sign, &["999999"]);
    play.report(Report::Tokens(Ok(vec![without_first(token(Tries::Left(
        3,
    )))])));
    let (secret, left) = (Secret::Pin, Some(2));
    play.report(Report::Signed(Err(CardError::Wrong { secret, left })));
    let screen = play.screen();
    assert_ne!(chosen(&screen), chosen(&before));
    assert_ne!(screen.token, before.token);
    assert!(screen.notice.unwrap().text.contains("Wrong PIN"));
    play.press(Action::Sign, &["123456"]);
    let Some(Job::Sign { credential, .. }) = play.jobs.last() else {
        panic!("{:?}", play.screen());
    };
    assert_eq!(**credential, credentials(token(Tries::Left(3)))[1]);
}

#[test]
fn nothing_is_chosen_while_a_question_is_on_the_screen() {
    let mut play = play(&two());
    play.press(Action::Sign, &["123456"]);
    play.input(Input::Choose(1));
    play.press(Action::UseLastTry, &[]);
    let Some(Job::Sign { credential, .. }) = play.jobs.last() else {
        panic!("{:?}", play.screen());
    };
    assert_eq!(credential.pin, credentials(two())[0].pin);
}
