//! One request is shown and others wait; what comes late is nobody's.

use securesign_app::flow::{Arrival, Event, Exit, Flow, WAITING_MAX};
use securesign_app::screen::{Action, Input, Kind, Level, Screen};
use securesign_app::worker::{Job, Report, TokenState};
use securesign_card::error::{CardError, Secret};
use securesign_card::profile::Tries;

use crate::play::{CALLBACK, Play, bad_request, link, now, order, pairs, request, token};

#[test]
fn a_signature_that_comes_late_is_no_answer_to_the_next_request() {
    let mut play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Left(3));
    play.press(Action::Sign, &["123456"]);
    play.input(Input::Closed);
    play.opened.clear();
    let next = link(CALLBACK, "ss_test_k", &[]).replace("request-7", "request-8");
    let effects = play.flow.next(order(&next));
    play.keep(effects);
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    play.report(Report::Signed(Ok(vec![0x30, 0x01])));
    assert!(play.opened.is_empty());
    assert_eq!(play.screen().kind, Kind::Sign);
}

#[test]
fn r14_one_request_is_shown_five_wait_and_there_is_no_room_for_more() {
    let mut play = Play::with(request("a"), Tries::Left(3));
    let before = play.screen();
    assert_eq!(before.waiting, None);
    for (place, id) in ["b", "c", "d", "e", "f"].iter().enumerate() {
        assert_eq!(play.arrive(request(id)), Arrival::Waiting(place + 1));
        assert_eq!(play.shown().as_deref(), Some("a"));
    }
    assert_eq!(play.arrive(request("g")), Arrival::Full);
    assert_eq!(play.arrive(bad_request()), Arrival::Full);
    // Nothing has changed for whoever is typing but the number of those that wait.
    let now = play.screen();
    let said = now.waiting.as_ref().map(|waiting| &*waiting.text);
    assert_eq!(said, Some("5 more requests are waiting."));
    // And that two found no room.
    let turned_away = now.turned_away.clone();
    assert!(turned_away.as_ref().unwrap().starts_with("2 more links"));
    assert_eq!(now.progress.as_deref(), Some("Request 1 of 6"));
    let (waiting, progress) = (now.waiting.clone(), now.progress.clone());
    let counted = Screen {
        waiting,
        turned_away,
        progress,
        ..before
    };
    assert_eq!(now, counted);
    // Each is shown in its turn and answered for itself.
    for id in ["a", "b", "c", "d", "e"] {
        assert_eq!(play.shown().as_deref(), Some(id));
        play.press(Action::Cancel, &[]);
        assert_eq!(play.flow.exit(), None);
        play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    }
    assert_eq!(play.screen().waiting, None);
    assert_eq!(play.screen().progress.as_deref(), Some("Request 6 of 6"));
    // There is room again, also for the one that was turned away.
    assert_eq!(play.arrive(request("g")), Arrival::Waiting(1));
    play.input(Input::Closed);
    play.press(Action::Cancel, &[]);
    assert_eq!(play.flow.exit(), Some(Exit::NotDone));
    assert_eq!(play.arrive(request("h")), Arrival::Closing);
    let cancelled = |id| (id, "SS_SIGN_CANCELLED");
    let ids = ["a", "b", "c", "d", "e", "f", "g"];
    assert_eq!(play.told(), pairs(&ids.map(cancelled)));
    assert_eq!(play.secrets_sent(), 0);
    assert_eq!(WAITING_MAX, 5);
}

#[test]
fn r14_a_request_waits_while_a_person_or_the_card_is_at_something() {
    let manage = || {
        let mut play = Play::begin(Flow::manage(now()));
        play.report(Report::Tokens(Ok(vec![token(Tries::Left(1))])));
        play
    };
    let secrets = &["123456", "482915", "482915"];
    // A form, the question after it, and the card's work.
    let mut play = manage();
    play.press(Action::ChangePin, &[]);
    assert_eq!(play.arrive(request("a")), Arrival::Waiting(1));
    play.press(Action::Submit, secrets);
    assert!(play.offers(Action::UseLastTry));
    assert_eq!(play.arrive(request("b")), Arrival::Waiting(2));
    play.press(Action::UseLastTry, &[]);
    assert_eq!(play.screen().kind, Kind::Working);
    assert_eq!(play.arrive(request("c")), Arrival::Waiting(3));
    play.report(Report::Changed(Ok(())));
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    // That it is done may be read before the next one comes.
    let screen = play.screen();
    assert_eq!(screen.kind, Kind::Token);
    assert!(screen.notice.unwrap().text.contains("is changed"));
    assert_eq!(play.arrive(request("d")), Arrival::Waiting(4));
    play.press(Action::Close, &[]);
    assert_eq!(play.shown().as_deref(), Some("a"));
    assert!(play.opened.is_empty());
    // Going back from a form gives way too.
    let mut play = manage();
    play.press(Action::Unlock, &[]);
    play.arrive(request("a"));
    play.press(Action::Back, &[]);
    assert_eq!(play.shown().as_deref(), Some("a"));
}

#[test]
fn r14_where_nobody_is_at_anything_a_request_is_shown_at_once() {
    // The token window, from its first moment on.
    let mut play = Play::begin(Flow::manage(now()));
    assert_eq!(play.arrive(request("a")), Arrival::Shown);
    assert_eq!(play.shown().as_deref(), Some("a"));
    let mut play = Play::begin(Flow::manage(now()));
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    assert_eq!(play.arrive(request("a")), Arrival::Shown);
    // After a signature.
    play.sign_with_pin();
    assert_eq!(play.screen().kind, Kind::Done);
    assert_eq!(play.arrive(request("b")), Arrival::Shown);
    assert_eq!(play.shown().as_deref(), Some("b"));
    // After a refusal, which has nobody to tell.
    let mut play = Play::sign(bad_request());
    assert_eq!(play.arrive(request("a")), Arrival::Shown);
    assert_eq!(play.told(), pairs(&[]));
    // After a failure, which the portal hears of then.
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    play.press(Action::Sign, &["123456"]);
    play.report(Report::Signed(Err(CardError::BadSignature)));
    assert_eq!(play.screen().kind, Kind::Failed);
    assert_eq!(play.arrive(request("b")), Arrival::Shown);
    assert_eq!(play.told(), pairs(&[("a", "SS_INTERNAL")]));
    assert_eq!(play.shown().as_deref(), Some("b"));
}

#[test]
fn r14_a_refused_link_waits_its_turn_too_and_sends_nothing() {
    let mut play = Play::with(request("a"), Tries::Left(3));
    assert_eq!(play.arrive(bad_request()), Arrival::Waiting(1));
    // The same refusal is not read twice.
    assert_eq!(play.arrive(bad_request()), Arrival::AlreadyThere);
    assert_eq!(play.arrive(request("b")), Arrival::Waiting(2));
    play.press(Action::Cancel, &[]);
    let screen = play.screen();
    assert_eq!(screen.kind, Kind::Failed);
    assert!(screen.title.contains("refused"));
    play.press(Action::Close, &[]);
    assert_eq!(play.shown().as_deref(), Some("b"));
    play.press(Action::Cancel, &[]);
    let told = play.told();
    assert_eq!(told.len(), 2);
    assert_eq!((&*told[0].0, &*told[1].0), ("a", "b"));
}

#[test]
fn a_reader_that_does_not_answer_ends_the_wait_and_its_late_answer_is_nobodys() {
    let mut play = Play::with(request("a"), Tries::Left(3));
    assert_eq!(play.arrive(request("b")), Arrival::Waiting(1));
    play.press(Action::Sign, &["123456"]);
    play.report(Report::Waits(Some("kleopatra".into())));
    let screen = play.screen();
    assert_eq!(screen.kind, Kind::Working);
    assert!(screen.notice.unwrap().text.contains("kleopatra"));
    play.report(Report::Silent);
    let screen = play.screen();
    assert_eq!(screen.kind, Kind::Failed);
    assert!(screen.text[0].contains("does not answer"), "{screen:?}");
    play.press(Action::Close, &[]);
    assert_eq!(play.shown().as_deref(), Some("b"));
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    play.press(Action::Sign, &["123456"]);
    // What the card said to the first comes now.
    play.report(Report::Signed(Ok(vec![0x30, 0x01])));
    assert_eq!(play.told().len(), 1, "only the first has been answered");
    assert_eq!(play.screen().kind, Kind::Working);
    play.report(Report::Signed(Ok(vec![0x30, 0x02])));
    assert_eq!(play.told()[1], pairs(&[("b", "signed")])[0]);
    // The same while tokens are read; what is read then is welcome all the same.
    let mut play = Play::sign(request("c"));
    play.report(Report::Silent);
    assert_eq!(play.screen().kind, Kind::Failed);
    play.press(Action::Close, &[]);
    assert_eq!(play.told().len(), 1);
}

#[test]
fn a_reader_that_hangs_over_a_pin_leaves_open_what_came_of_it_until_it_answers() {
    let changing = || {
        let mut play = Play::begin(Flow::manage(now()));
        play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
        play.press(Action::ChangePin, &[]);
        play.press(Action::Submit, &["123456", "482915", "482915"]);
        play.report(Report::Silent);
        play
    };
    // The new PIN may be in force.
    let mut play = changing();
    let screen = play.screen();
    assert_eq!(screen.kind, Kind::Failed);
    assert!(
        screen.text[0].contains("not known whether the new PIN"),
        "{screen:?}"
    );
    assert_eq!(play.flow.failure(), Some(&CardError::Unclear(Secret::Pin)));
    play.report(Report::Changed(Ok(())));
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    assert!(play.screen().notice.unwrap().text.contains("is changed"));
    assert!(play.flow.achieved());
    // Who has gone on hears no more of it.
    let mut play = changing();
    play.press(Action::Close, &[]);
    assert_eq!(play.flow.exit(), Some(Exit::NotDone));
    play.report(Report::Changed(Ok(())));
    assert!(!play.flow.achieved());
    // A try may be used; a signature that comes after all goes to who still waits.
    let mut play = Play::with(request("a"), Tries::Left(3));
    play.press(Action::Sign, &["123456"]);
    play.report(Report::Silent);
    assert!(play.screen().text[0].contains("not known whether a try was used"));
    play.report(Report::Signed(Ok(vec![0x30, 0x01])));
    assert_eq!(play.told(), pairs(&[("a", "signed")]));
    assert_eq!(play.secrets_sent(), 1);
}

#[test]
fn what_the_journal_did_not_take_is_said_with_its_request_and_hides_nothing() {
    let mut play = Play::with(request("a"), Tries::Left(3));
    play.arrive(request("b"));
    play.press(Action::Cancel, &[]);
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    play.press(Action::Sign, &["123456"]);
    let wrong = |left| {
        let secret = Secret::Pin;
        let left = Some(left);
        Report::Signed(Err(CardError::Wrong { secret, left }))
    };
    play.report(wrong(2));
    let unrecorded = Event::Unrecorded {
        request: "a".into(),
        reason: "the disk is full".into(),
    };
    let effects = play.flow.on(unrecorded, now());
    play.keep(effects);
    let notice = |play: &Play| play.screen().notice.unwrap().text;
    assert!(notice(&play).contains("Wrong PIN"), "{}", notice(&play));
    play.press(Action::Sign, &["123456"]);
    play.report(Report::Signed(Ok(vec![0x30, 0x01])));
    let said = notice(&play);
    assert!(
        said.contains("Request a was not written") && said.contains("full"),
        "{said}"
    );
}

#[test]
fn nothing_of_one_request_is_left_for_the_next() {
    let mut play = Play::with(request("a"), Tries::Left(3));
    play.arrive(request("b"));
    play.press(Action::Sign, &["123456"]);
    play.report(Report::Signed(Err(CardError::Wrong {
        secret: Secret::Pin,
        left: Some(2),
    })));
    play.give("/contract.pdf");
    play.read(b"abc");
    let before = play.screen();
    play.press(Action::Cancel, &[]);
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    let screen = play.screen();
    assert_eq!(screen.kind, Kind::Sign);
    // The front end drops what was typed, and begins to count anew.
    assert_ne!(screen.token, before.token);
    assert_eq!(screen.fields, before.fields);
    assert!(screen.notice.unwrap().text.contains("3 tries left"));
    play.press(Action::Sign, &["123456"]);
    match play.jobs.last() {
        Some(Job::Sign { document, .. }) => assert!(document.is_none()),
        _ => panic!("a signature is asked for"),
    }
    play.report(Report::Signed(Err(CardError::SessionOver)));
    play.press(Action::Cancel, &[]);
    let told = [("a", "SS_PIN_INVALID"), ("b", "SS_SIGN_CANCELLED")];
    assert_eq!(play.told(), pairs(&told));
}

#[test]
fn a_request_that_is_closed_while_the_card_works_gives_way_when_the_card_has_answered() {
    let closed = || {
        let mut play = Play::with(request("a"), Tries::Left(3));
        play.arrive(request("b"));
        play.arrive(request("c"));
        play.press(Action::Sign, &["123456"]);
        play.input(Input::Closed);
        assert_eq!(play.screen().kind, Kind::Working);
        assert_eq!(play.flow.exit(), None);
        play
    };
    let mut play = closed();
    play.report(Report::Signed(Ok(vec![0x30, 0x01])));
    // The signature is nobody's, and not the next request's.
    assert_eq!(play.told(), pairs(&[("a", "SS_SIGN_CANCELLED")]));
    assert_eq!(play.shown().as_deref(), Some("b"));
    // A card that never answers keeps nobody: who closes again closes all.
    let mut play = closed();
    play.input(Input::Closed);
    assert_eq!(play.flow.exit(), Some(Exit::NotDone));
    let cancelled = |id| (id, "SS_SIGN_CANCELLED");
    assert_eq!(play.told(), pairs(&["a", "b", "c"].map(cancelled)));
}

#[test]
fn a_result_that_the_browser_did_not_take_does_not_push_the_next_request_aside() {
    let mut play = Play::sign(request("a"));
    play.arrive(request("b"));
    play.sign_with_pin();
    play.press(Action::Close, &[]);
    play.unopened(0);
    assert_eq!(play.shown().as_deref(), Some("b"));
    let notice = play.screen().notice.unwrap();
    assert_eq!(notice.level, Level::Error);
    assert!(notice.text.contains("no program that opens web pages"));
    // That of the request on the screen has a screen of its own, and then the next.
    play.arrive(request("c"));
    play.press(Action::Sign, &[]);
    play.report(Report::Signed(Ok(vec![0x30, 0x01])));
    play.unopened(1);
    assert_eq!(play.screen().title, "Not delivered");
    play.press(Action::Close, &[]);
    assert_eq!(play.shown().as_deref(), Some("c"));
}

#[test]
fn an_answer_that_no_browser_took_is_told_of_the_request_that_it_was_for() {
    // Late, while the signature of another portal's request is on its way.
    let mut play = Play::sign(request("a"));
    play.sign_with_pin();
    play.arrive(order(
        &link("http://localhost:9090/cb", "ss_test_k", &[]).replace("request-7", "b"),
    ));
    play.sign_with_pin();
    assert_eq!(play.screen().title, "Signed");
    play.unopened(0);
    let screen = play.screen();
    assert_eq!(screen.title, "Signed", "its own answer is on its way");
    let notice = screen.notice.unwrap();
    assert_eq!(notice.level, Level::Error);
    for said in [
        "Request a ",
        "http://localhost:8080",
        "no program that opens",
    ] {
        assert!(notice.text.contains(said), "{said}: {}", notice.text);
    }
    // Its own failure has its page, which still tells of the other.
    play.unopened(1);
    assert_eq!(play.screen().title, "Not delivered");
    play.press(Action::Close, &[]);
    assert_eq!(play.flow.exit(), Some(Exit::NotDone));

    // While the card works on the next one, and nothing that happens there hides it.
    let mut play = Play::sign(request("a"));
    play.arrive(request("b"));
    play.sign_with_pin();
    play.press(Action::Close, &[]);
    play.press(Action::Sign, &[]);
    play.unopened(0);
    assert_eq!(play.screen().kind, Kind::Working);
    play.report(Report::Signed(Err(CardError::SessionOver)));
    let text = play.screen().notice.unwrap().text;
    assert!(text.contains("Request a "), "{text}");

    // Where something else is in the way of the next one.
    let mut play = Play::with(request("a"), Tries::Left(3));
    play.arrive(request("b"));
    play.press(Action::Cancel, &[]);
    play.unopened(0);
    play.report(Report::Tokens(Ok(vec![token(Tries::Blocked)])));
    let text = play.screen().notice.unwrap().text;
    assert!(
        text.contains("blocked") && text.contains("Request a "),
        "{text}"
    );

    // After the last one: the program ends with what was not told.
    let mut play = Play::with(request("a"), Tries::Left(3));
    play.arrive(request("b"));
    play.press(Action::Cancel, &[]);
    play.sign_with_pin();
    play.press(Action::Close, &[]);
    assert_eq!(play.flow.exit(), Some(Exit::Done));
    play.unopened(0);
    assert_eq!(play.flow.exit(), Some(Exit::NotDone));
    let text = play.screen().text.join(" ");
    assert!(text.contains("Request a "), "{text}");
}

#[test]
fn tokens_that_were_read_for_one_request_are_not_shown_for_the_next() {
    let named = link(CALLBACK, "ss_test_k", &[("certSerial", "0a:bc")]);
    let mut play = Play::sign(order(&named));
    play.arrive(request("b"));
    play.press(Action::Cancel, &[]);
    assert_eq!(play.shown().as_deref(), Some("b"));
    // What was read with the other's certificate in mind comes now.
    let mut partly = token(Tries::Left(3));
    if let TokenState::Ready(info) = &mut partly.state {
        info.found.credentials.clear();
    }
    play.worker_says(Report::Tokens(Ok(vec![partly])));
    assert_eq!(play.screen().kind, Kind::Working, "its own are still read");
    play.worker_says(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    assert_eq!(play.screen().kind, Kind::Sign);
    assert_eq!(play.screen().certificates.len(), 2);
}

#[test]
fn what_a_token_says_to_a_request_that_was_left_is_no_answer_to_the_next() {
    let mut play = Play::with(request("a"), Tries::Left(3));
    play.press(Action::Sign, &["123456"]);
    play.input(Input::Closed);
    let effects = play.flow.next(request("b"));
    play.keep(effects);
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    play.press(Action::Sign, &["123456"]);
    play.worker_says(Report::Signed(Ok(vec![0x30, 0x01])));
    assert_eq!(play.screen().kind, Kind::Working);
    assert_eq!(play.told(), pairs(&[("a", "SS_SIGN_CANCELLED")]));
    play.worker_says(Report::Signed(Ok(vec![0x30, 0x02])));
    let told = [("a", "SS_SIGN_CANCELLED"), ("b", "signed")];
    assert_eq!(play.told(), pairs(&told));
}

#[test]
fn what_comes_late_for_a_page_is_said_where_a_person_is_by_then() {
    // A copy of the journal, and a settings file that nobody opened.
    let copied = Event::Exported(Ok("/home/a/copy.jsonl".into()));
    for (late, said) in [
        (copied, "/home/a/copy.jsonl"),
        (Event::FileUnopened, "No program opened"),
    ] {
        let mut play = Play::begin(Flow::manage(now()));
        play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
        play.press(Action::Journal, &[]);
        play.arrive(request("a"));
        play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
        play.press(Action::Sign, &["999999"]);
        play.report(Report::Signed(Err(CardError::Wrong {
            secret: Secret::Pin,
            left: Some(2),
        })));
        play.event(late);
        let text = play.screen().notice.unwrap().text;
        assert!(text.contains("Wrong PIN") && text.contains(said), "{text}");
    }
}

#[test]
fn a_site_is_no_longer_new_to_the_requests_that_waited() {
    let mut play = Play::sign(request("a"));
    play.arrive(request("b"));
    let other = link("http://localhost:9090/cb", "ss_test_k", &[]);
    play.arrive(order(&other));
    let is_new = |play: &Play| {
        let text = play.screen().text.join(" ");
        text.contains("first signature for this site")
    };
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    assert!(is_new(&play));
    play.sign_with_pin();
    play.press(Action::Close, &[]);
    assert_eq!(play.shown().as_deref(), Some("b"));
    assert!(!is_new(&play));
    play.press(Action::Cancel, &[]);
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    assert!(is_new(&play));
}
