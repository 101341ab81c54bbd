//! What is typed: a new PIN that would be guessed, the maker's PIN, and nothing at all.

use securesign_app::flow::Flow;
use securesign_app::screen::{Action, Kind, Level};
use securesign_app::worker::{Job, Report, TokenState, TokenView};
use securesign_card::error::{CardError, Secret};
use securesign_card::profile::Tries;

use crate::play::{CALLBACK, Play, link, now, order, token};

/// The maker's PIN, as the family tells it.
const FACTORY: &str = "808080";

fn made_by(tries: Tries) -> TokenView {
    let mut view = token(tries);
    if let TokenState::Ready(info) = &mut view.state {
        info.factory_pins = &[FACTORY];
    }
    view
}

fn managed(tries: Tries) -> Play {
    let mut play = Play::begin(Flow::manage(now()));
    play.report(Report::Tokens(Ok(vec![made_by(tries)])));
    play
}

#[test]
fn a_new_pin_that_would_be_guessed_is_refused_with_the_reason_before_anything_is_sent() {
    for (new, reason) in [
        ("111111", "repeats one character"),
        ("123456", "counting order"),
        ("987654", "counting order"),
        (FACTORY, "sold with this PIN"),
        ("137900", "present PIN"),
    ] {
        let mut play = managed(Tries::Left(3));
        play.press(Action::ChangePin, &[]);
        play.press(Action::Submit, &["137900", new, new]);
        let notice = play.screen().notice.unwrap();
        assert_eq!(notice.level, Level::Error);
        assert!(notice.text.contains(reason), "{new}: {}", notice.text);
        assert!(notice.text.contains("Nothing was sent"), "{}", notice.text);
        assert_eq!((play.secrets_sent(), play.screen().fields.len()), (0, 3));
        play.press(Action::Submit, &["137900", "482915", "482915"]);
        assert_eq!(play.secrets_sent(), 1);
    }
    // The same where it is unlocked; the PUK is not asked for again.
    let mut play = managed(Tries::Blocked);
    play.press(Action::Unlock, &[]);
    play.unlock("12345678", FACTORY, FACTORY);
    assert!(play.screen().notice.unwrap().text.contains("sold with"));
    assert_eq!((play.secrets_sent(), play.screen().fields.len()), (0, 2));
    play.press(Action::Submit, &["482915", "482915"]);
    assert_eq!(play.secrets_sent(), 1);
    // Whoever hands tokens out has a file with the PIN that each gets.
    let mut play = managed(Tries::Left(3));
    play.flow.takes_any_new_pin();
    play.press(Action::ChangePin, &[]);
    play.press(Action::Submit, &["137900", FACTORY, FACTORY]);
    assert_eq!(play.secrets_sent(), 1);
}

#[test]
fn that_a_pin_is_the_makers_is_said_once_it_was_accepted_and_not_before() {
    let signing = || {
        let mut play = Play::sign(order(&link(CALLBACK, "ss_test_k", &[])));
        play.report(Report::Tokens(Ok(vec![made_by(Tries::Left(3))])));
        play
    };
    let said = |play: &Play| format!("{:?}", play.screen()).contains("sold with");
    let mut play = signing();
    play.press(Action::Sign, &[FACTORY]);
    assert!(!said(&play));
    play.report(Report::Signed(Err(CardError::Wrong {
        secret: Secret::Pin,
        left: Some(2),
    })));
    assert!(!said(&play), "a wrong one is nobody's");
    play.press(Action::Sign, &[FACTORY]);
    play.report(Report::Signed(Ok(vec![0x30, 0x01])));
    assert_eq!(play.screen().kind, Kind::Done);
    assert!(said(&play) && !format!("{:?}", play.screen()).contains(FACTORY));
    // Another one, or another request.
    let mut play = signing();
    play.press(Action::Sign, &["482915"]);
    play.report(Report::Signed(Ok(vec![0x30, 0x01])));
    assert!(!said(&play));
}

#[test]
fn return_in_an_empty_field_is_no_error_and_sends_nothing() {
    let mut play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Left(3));
    play.press(Action::Sign, &[""]);
    assert_eq!(play.screen().notice.unwrap().level, Level::Info);
    let mut form = managed(Tries::Left(3));
    form.press(Action::ChangePin, &[]);
    for typed in [["", "", ""], ["137900", "", ""], ["137900", "482915", ""]] {
        form.press(Action::Submit, &typed);
        assert_eq!(
            form.screen().notice.unwrap().level,
            Level::Info,
            "{typed:?}"
        );
    }
    let mut unlock = managed(Tries::Blocked);
    unlock.press(Action::Unlock, &[]);
    unlock.press(Action::Next, &[]);
    unlock.press(Action::Next, &[""]);
    assert_eq!(unlock.screen().notice.unwrap().level, Level::Info);
    assert_eq!(unlock.screen().fields.len(), 1);
    for play in [play, form, unlock] {
        assert_eq!(play.secrets_sent(), 0);
        assert!(!matches!(play.jobs.last(), Some(Job::Sign { .. })));
    }
}

#[test]
fn after_a_pin_was_changed_return_closes() {
    let mut play = managed(Tries::Left(3));
    let main = |play: &Play| {
        let screen = play.screen();
        let mut main = screen.buttons.iter().filter(|button| button.is_main());
        let found = main.next().map(|button| button.action);
        assert!(main.next().is_none());
        found
    };
    assert_eq!(main(&play), Some(Action::ChangePin));
    play.press(Action::ChangePin, &[]);
    play.press(Action::Submit, &["137900", "482915", "482915"]);
    play.report(Report::Changed(Ok(())));
    play.report(Report::Tokens(Ok(vec![made_by(Tries::Left(3))])));
    assert_eq!(play.screen().notice.unwrap().level, Level::Success);
    assert_eq!(main(&play), Some(Action::Close));
}
