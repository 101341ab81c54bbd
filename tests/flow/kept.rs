//! A kept PIN goes on for the same token, certificate and origin.

use securesign_app::flow::{Arrival, Exit};
use securesign_app::screen::{Action, Input, Kind, Screen};
use securesign_app::worker::{Job, Report};
use securesign_card::error::{CardError, Secret};
use securesign_card::profile::Tries;

use crate::play::{CALLBACK, Play, link, order, pairs, request, token};

#[test]
fn a_second_link_of_the_same_run_needs_no_pin_for_the_same_origin_only() {
    let signed = || {
        let mut play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Left(3));
        play.press(Action::Sign, &["123456"]);
        play.report(Report::Signed(Ok(vec![1])));
        play.input(Input::Closed);
        play
    };
    let mut play = signed();
    let effects = play.flow.next(order(&link(CALLBACK, "ss_test_k", &[])));
    play.keep(effects);
    assert_eq!(play.screen().kind, Kind::Sign);
    assert!(play.screen().fields.is_empty());
    // Another certificate asks again.
    play.input(Input::Choose(1));
    assert_eq!(play.screen().fields.len(), 1);
    play.input(Input::Choose(0));
    play.press(Action::Sign, &[]);
    assert!(matches!(
        play.jobs.last(),
        Some(Job::Sign { pin: None, .. })
    ));

    let mut play = signed();
    let effects = play
        .flow
        .next(order(&link("http://localhost:9090/cb", "ss_test_k", &[])));
    play.keep(effects);
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    assert_eq!(play.screen().fields.len(), 1);
}

#[test]
fn without_a_session_nothing_is_signed_without_a_pin() {
    let mut play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Left(3));
    play.press(Action::Sign, &["123456"]);
    play.report(Report::Signed(Ok(vec![0x30, 0x01])));
    play.input(Input::Closed);
    play.jobs.clear();
    let effects = play
        .flow
        .next(order(&link("http://127.0.0.1:9999/cb", "ss_test_k", &[])));
    play.keep(effects);
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    play.press(Action::Sign, &[]);
    assert_eq!(play.secrets_sent(), 0);
}

#[test]
fn r11_every_request_needs_its_own_click_in_a_session_too() {
    let mut play = Play::sign(request("a"));
    play.sign_with_pin();
    let signatures = |play: &Play| {
        let sign = |job: &&Job| matches!(job, Job::Sign { .. });
        play.jobs.iter().filter(sign).count()
    };
    assert_eq!(signatures(&play), 1);
    for id in ["b", "c"] {
        assert_eq!(play.arrive(request(id)), Arrival::Shown);
        // The PIN is kept and everything is at hand, but nobody has said yes.
        let screen = play.screen();
        assert_eq!(screen.kind, Kind::Sign);
        assert!(screen.fields.is_empty());
        let consent = |button: &&securesign_app::screen::Button| button.inert_ms > 0;
        let consents: Vec<_> = screen.buttons.iter().filter(consent).collect();
        assert_eq!(consents.len(), 1);
        assert_eq!(
            (consents[0].action, consents[0].inert_ms),
            (Action::Sign, 500)
        );
        let before = signatures(&play);
        play.report(Report::ReadersChanged);
        play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
        play.report(Report::Signed(Ok(vec![0x30, 0x01])));
        play.keep_pin();
        assert_eq!((signatures(&play), play.opened.len()), (before, before));
        play.press(Action::Sign, &[]);
        assert_eq!(signatures(&play), before + 1);
        play.report(Report::Signed(Ok(vec![0x30, 0x01])));
    }
    let told = [("a", "signed"), ("b", "signed"), ("c", "signed")];
    assert_eq!(play.told(), pairs(&told));
}

#[test]
fn a_kept_pin_goes_on_to_the_requests_that_waited_and_ends_with_the_window() {
    let mut play = Play::sign(request("a"));
    play.arrive(request("b"));
    play.sign_with_pin();
    let close = |play: &Play| play.screen().buttons[0].label.clone();
    assert_eq!(close(&play), "Next request");
    play.press(Action::Close, &[]);
    assert_eq!(play.shown().as_deref(), Some("b"));
    assert!(play.screen().fields.is_empty());
    play.press(Action::Sign, &[]);
    play.report(Report::Signed(Ok(vec![0x30, 0x01])));
    assert_eq!(close(&play), "Close and lock");
    let text = play.screen().text.join(" ");
    assert!(
        text.contains("forgotten when SecureSign is closed"),
        "{text}"
    );
    play.press(Action::Lock, &[]);
    assert_eq!(close(&play), "Close");
    play.press(Action::Close, &[]);
    assert_eq!(play.flow.exit(), Some(Exit::Done));
}

#[test]
fn nothing_of_one_portals_signature_shows_on_the_request_of_another() {
    let first = link(CALLBACK, "ss_test_k", &[]).replace("request-7", "first-id");
    let other = "http://localhost:9090/cb";
    let second = link(other, "ss_test_k", &[]).replace("request-7", "second-id");
    let mut play = Play::with(order(&first), Tries::Left(3));
    play.give("/contract.pdf");
    play.read(b"abd");
    play.input(Input::Choose(1));
    play.press(Action::Sign, &["999999"]);
    play.press(Action::SignAnyway, &[]);
    play.report(Report::Signed(Err(CardError::Wrong {
        secret: Secret::Pin,
        left: Some(2),
    })));
    play.press(Action::Sign, &["123456"]);
    play.report(Report::Signed(Ok(vec![0x30, 0x01])));
    assert_eq!(play.screen().title, "Signed");

    let clean = |play: &Play, moment: &str| {
        let mut screen = play.screen();
        // For whom a PIN is kept is said with that portal's name, and nothing else.
        if let Some(kept) = screen.kept.take() {
            let of_first = kept.text.contains("for http://localhost:8080");
            assert!(of_first == (moment != "at the end"), "{kept:?}");
        }
        let said = format!("{screen:?}");
        for first in [
            "8080",
            "first-id",
            "Wrong PIN",
            "contract.pdf",
            "another one",
            "SS_PIN_INVALID",
            "accepted",
            "Not delivered",
        ] {
            assert!(!said.contains(first), "{moment}: {first}: {said}");
        }
        screen
    };
    play.arrive(order(&second));
    clean(&play, "at once");
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    let screen = clean(&play, "at the question");
    // Its own site is new, its own certificate preset, its own PIN asked.
    assert!(screen.text.join(" ").contains("first signature"));
    assert_eq!((screen.chosen, screen.fields.len()), (Some(0), 1));
    play.press(Action::Sign, &[]);
    assert_eq!(play.secrets_sent(), 2, "nothing goes without a PIN");
    play.press(Action::Sign, &["123456"]);
    clean(&play, "while the card works");
    match play.jobs.last() {
        Some(Job::Sign { origin, pin, .. }) => {
            assert_eq!(
                (origin.as_str(), pin.is_some()),
                ("http://localhost:9090", true)
            );
        }
        _ => panic!("a signature is asked for"),
    }
    play.report(Report::Signed(Ok(vec![0x30, 0x02])));
    let screen = clean(&play, "at the end");
    assert!(
        screen.text[0].contains("http://localhost:9090"),
        "{screen:?}"
    );
    let told = [("first-id", "signed"), ("second-id", "signed")];
    assert_eq!(play.told(), pairs(&told));
    assert!(play.opened[1].as_str().starts_with(other));
    // A failure of the first that comes now is told with its name, and changes no more.
    let before = play.screen();
    play.unopened(0);
    let after = play.screen();
    let text = after.notice.clone().unwrap().text;
    assert!(text.starts_with("Request first-id from http://localhost:8080"));
    let notice = before.notice.clone();
    assert_eq!(Screen { notice, ..after }, before);
    // Giving up on a third says its own obstacle.
    play.arrive(request("third-id"));
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    play.press(Action::Cancel, &[]);
    assert_eq!(play.told()[2].1, "SS_SIGN_CANCELLED");
}
