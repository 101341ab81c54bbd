//! A request is signed once.

use std::cell::RefCell;

use securesign_app::flow::{Arrival, Exit, Spent};
use securesign_app::screen::{Action, Input, Kind};
use securesign_app::worker::Report;
use securesign_card::error::{CardError, Secret};
use securesign_card::profile::Tries;

use crate::play::{Play, bad_request, link, now, order, pairs, request, token};

#[test]
fn r13_a_used_id_is_refused_and_claimed_last_of_all() {
    let claims = RefCell::new(Vec::new());
    let claim = |origin: &str, id: &str| {
        let mut claims = claims.borrow_mut();
        let pair = (origin.to_owned(), id.to_owned());
        let used = claims.contains(&pair);
        claims.push(pair);
        if used { Err(Spent::Before) } else { Ok(()) }
    };
    let mut play = Play::sign(request("a").and_then(|order| order.claimed(&claim)));
    let jobs = play.jobs.len();
    // Given up, and opened again.
    for id in ["b", "c", "d", "e", "f", "g"] {
        let (arrival, _) = play.flow.arrive(request(id), &claim, now());
        assert_eq!(arrival == Arrival::Full, id == "g");
    }
    let (_, effects) = play.flow.arrive(bad_request(), &claim, now());
    assert!(effects.is_empty());
    let claimed: Vec<String> = claims.borrow().iter().map(|(_, id)| id.clone()).collect();
    assert_eq!(claimed, ["a", "b", "c", "d", "e", "f"]);
    assert_eq!(claims.borrow()[0].0, "http://localhost:8080");
    assert_eq!(play.jobs.len(), jobs);

    // A replay after the request has gone.
    let mut play = Play::sign(request("a").and_then(|order| order.claimed(&claim)));
    let screen = play.screen();
    assert_eq!(screen.kind, Kind::Failed);
    assert_eq!(screen.facts[0].value, "SS_REQUEST_INVALID");
    assert!(screen.text[0].contains("already used on this computer"));
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    play.press(Action::Sign, &["123456"]);
    assert!(play.jobs.is_empty() && play.opened.is_empty());
    // Its portal may call, so it hears why; and the id stays used.
    play.press(Action::Close, &[]);
    assert_eq!(play.flow.exit(), Some(Exit::NotDone));
    assert_eq!(play.told(), pairs(&[("a", "SS_REQUEST_INVALID")]));
    assert!(play.jobs.is_empty() && play.released.is_empty());

    // One that is open elsewhere is refused, and its portal waits for that answer.
    let open = |_: &str, _: &str| Err(Spent::Open);
    let mut play = Play::sign(request("a").and_then(|order| order.claimed(&open)));
    assert_eq!(play.screen().kind, Kind::Failed);
    play.press(Action::Close, &[]);
    assert!(play.opened.is_empty());
    assert_eq!(play.flow.exit(), Some(Exit::Refused));

    // Where nobody can tell, nothing is signed either.
    let unknown = |_: &str, _: &str| Err(Spent::Unknown("the disk is full".into()));
    let play = Play::sign(request("z").and_then(|order| order.claimed(&unknown)));
    assert_eq!(play.screen().kind, Kind::Failed);
    assert!(play.screen().text[0].contains("the disk is full"));
    assert!(play.jobs.is_empty());
}

#[test]
fn r13_an_id_may_be_used_again_when_it_was_given_up_and_never_when_it_was_signed() {
    let mut play = Play::with(request("a"), Tries::Left(3));
    play.press(Action::Cancel, &[]);
    assert_eq!(play.released, ["a"]);
    let mut play = Play::with(request("a"), Tries::Left(3));
    play.press(Action::Sign, &["123456"]);
    play.report(Report::Signed(Err(CardError::Wrong {
        secret: Secret::Pin,
        left: Some(2),
    })));
    play.press(Action::Cancel, &[]);
    assert_eq!(play.released, ["a"]);
    let mut play = Play::sign(request("a"));
    play.sign_with_pin();
    play.press(Action::Close, &[]);
    assert!(play.released.is_empty());
    assert_eq!(play.spent, ["a"]);
    // Signed, and not delivered.
    let mut play = Play::sign(request("a"));
    play.sign_with_pin();
    play.unopened(0);
    play.press(Action::Close, &[]);
    assert!(play.released.is_empty());
    // The token may sign it yet, also where its reader hangs.
    for silent in [false, true] {
        let mut play = Play::with(request("a"), Tries::Left(3));
        play.press(Action::Sign, &["123456"]);
        if silent {
            play.report(Report::Silent);
        }
        play.input(Input::Closed);
        assert_eq!(play.told().len(), 1);
        assert!(play.released.is_empty(), "{silent}");
    }
}

#[test]
fn r13_a_request_is_shown_once() {
    let mut play = Play::with(request("a"), Tries::Left(3));
    assert_eq!(play.arrive(request("a")), Arrival::AlreadyThere);
    play.arrive(request("b"));
    assert_eq!(play.arrive(request("b")), Arrival::AlreadyThere);
    // The same id of another origin is another request.
    let other = link("http://localhost:9090/cb", "ss_test_k", &[]).replace("request-7", "a");
    assert_eq!(play.arrive(order(&other)), Arrival::Waiting(2));
    assert_eq!(
        play.screen().waiting.unwrap().text,
        "2 more requests are waiting."
    );
}
