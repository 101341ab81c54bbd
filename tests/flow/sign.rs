//! A request from its link to its callback: what is shown, signed, and told.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use securesign_app::flow::{Exit, Flow, Order};
use securesign_app::journal::Mark;
use securesign_app::screen::{Action, Input, Kind, Screen};
use securesign_app::settings::Settings;
use securesign_app::worker::{Job, Report, TokenId, TokenState, TokenView};
use securesign_card::error::{CardError, Secret};
use securesign_card::product::{Confidence, Evidence, Obstacle, Product, Software};
use securesign_card::profile::Tries;
use securesign_card::transport::TransportError;
use securesign_handoff::policy::Portal;
use serde_json::{Value, json};

use crate::play::{CALLBACK, Play, link, now, order, token};

#[test]
fn r10_who_asks_and_what_is_signed_stand_above_the_pin() {
    let mut play = Play::sign(order(&link(CALLBACK, "ss_test_k", &[])));
    // From the very first screen on.
    let asks = |screen: &Screen| {
        screen
            .facts
            .iter()
            .any(|fact| fact.value == "http://localhost:8080" && fact.mark.is_none())
    };
    assert!(asks(&play.screen()));
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    let screen = play.screen();
    assert_eq!(screen.kind, Kind::Sign);
    assert!(asks(&screen));
    // FIPS 180-4, SHA-256 of "abc".
    let digest = screen
        .facts
        .iter()
        .find(|fact| fact.label == "Digest (SHA-256)")
        .unwrap();
    assert_eq!(
        digest.value,
        "ba7816bf 8f01cfea 414140de 5dae2223 b00361a3 96177a9c b410ff61 f20015ad"
    );
    let request = screen
        .facts
        .iter()
        .find(|fact| fact.value == "request-7")
        .unwrap();
    assert!(digest.mark.is_some() && request.mark.is_some());
    assert_eq!(screen.certificates[0].title, "Asha Sharma");
    assert_eq!(screen.chosen, Some(0));
    assert_eq!(screen.fields.len(), 1);
    assert!(
        screen
            .text
            .iter()
            .any(|line| line.contains("first signature for this site"))
    );
    let settings = Settings {
        portals: vec![Portal::new("http://localhost:8080", "ss_test_k").unwrap()],
        ..Settings::default()
    };
    let known = Order::accept(
        link(CALLBACK, "ss_test_k", &[]).as_bytes(),
        &settings.policy("settings.toml"),
        false,
        &|_| true,
    );
    let again = Play::with(known, Tries::Left(3));
    assert!(
        !again
            .screen()
            .text
            .iter()
            .any(|line| line.contains("first signature"))
    );
    // What a portal learns is said before; the demo's page is none.
    let goes_along = "Your name and certificate go to the portal with the signature.";
    let told = again.screen().text;
    assert!(told.iter().any(|line| line == goes_along), "{told:?}");
    assert!(!screen.text.iter().any(|line| line == goes_along));
    // The consent button is not armed at once.
    let consent = screen
        .buttons
        .iter()
        .find(|button| button.action == Action::Sign)
        .unwrap();
    assert_eq!(consent.inert_ms, 500);
}

#[test]
fn r08_a_refused_link_sends_nothing_whatever_is_pressed() {
    let hostile = [
        link("https://portal.example.gov.in/cb", "ss_live_k", &[]),
        link("https://portal.example.gov.in/cb", "ss_test_k", &[]),
        link("http://evil.example/cb", "ss_test_k", &[]),
        link("javascript:alert(1)", "ss_test_k", &[]),
        link(CALLBACK, "ss_live_k", &[]),
        link(CALLBACK, "ss_test_k", &[("documentType", "hash")]),
        "securesign://sign?".into(),
    ];
    for link in hostile {
        let mut play = Play::sign(order(&link));
        assert_eq!(play.screen().kind, Kind::Failed, "{link}");
        play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
        for action in [
            Action::Sign,
            Action::Submit,
            Action::Retry,
            Action::UseLastTry,
        ] {
            play.press(action, &["123456", "123456", "123456"]);
        }
        play.report(Report::Signed(Ok(vec![1, 2, 3])));
        play.press(Action::Cancel, &[]);
        play.input(Input::Closed);
        assert!(play.opened.is_empty(), "{link}");
        assert!(play.jobs.is_empty(), "{link}");
        assert_eq!(play.flow.exit(), Some(Exit::Refused), "{link}");
    }
}

#[test]
fn a_signature_goes_to_the_callback_once_with_what_was_signed() {
    let mut play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Left(3));
    play.press(Action::Sign, &["123456"]);
    assert_eq!(play.screen().kind, Kind::Working);
    assert_eq!(play.secrets_sent(), 1);
    // A second press does nothing.
    play.press(Action::Sign, &["123456"]);
    assert_eq!(play.secrets_sent(), 1);
    play.report(Report::Signed(Ok(vec![0x30, 0x01])));
    assert_eq!(play.screen().kind, Kind::Done);
    play.input(Input::Closed);
    play.input(Input::Closed);
    assert_eq!(play.flow.exit(), Some(Exit::Done));
    let result = play.result();
    assert_eq!(result["success"], true);
    assert_eq!(result["requestId"], "request-7");
    assert_eq!(result["signatureBase64"], "MAE=");
    assert_eq!(result["hashAlgo"], "SHA256");
    assert_eq!(result["signatureAlgorithm"], "SHA256withECDSA");
    assert_eq!(result["certificate"]["subjectCN"], "Asha Sharma");
    assert_eq!(result["signedAt"], "2026-11-23T12:00:00Z");
}

#[test]
fn giving_up_tells_the_portal_at_which_obstacle() {
    let fresh = || Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Left(3));
    let wrong = |left| CardError::Wrong {
        secret: Secret::Pin,
        left,
    };
    let after = |error: CardError| {
        let mut play = fresh();
        play.press(Action::Sign, &["123456"]);
        play.report(Report::Signed(Err(error)));
        play.input(Input::Closed);
        assert_eq!(play.flow.exit(), Some(Exit::NotDone));
        play.result()
    };
    assert_eq!(
        after(wrong(Some(2))),
        json!({
            "requestId": "request-7", "success": false, "error": "SS_PIN_INVALID",
            "message": "The PIN was wrong.", "remainingAttempts": 2,
        })
    );
    let code = |result: Value| result["error"].as_str().unwrap().to_owned();
    assert_eq!(
        code(after(CardError::Blocked(Secret::Pin))),
        "SS_PIN_BLOCKED"
    );
    assert_eq!(
        code(after(CardError::Transport(TransportError::Removed))),
        "SS_TOKEN_REMOVED"
    );
    assert_eq!(code(after(CardError::BadSignature)), "SS_INTERNAL");
    let mut play = fresh();
    play.press(Action::Cancel, &[]);
    assert_eq!(code(play.result()), "SS_SIGN_CANCELLED");
    let mut play = Play::sign(order(&link(CALLBACK, "ss_test_k", &[])));
    play.report(Report::Tokens(Ok(Vec::new())));
    play.press(Action::Cancel, &[]);
    assert_eq!(code(play.result()), "SS_TOKEN_NOT_FOUND");
    let mut play = Play::with(
        order(&link(CALLBACK, "ss_test_k", &[("certSerial", "0a:bc")])),
        Tries::Left(3),
    );
    assert!(!play.offers(Action::Sign));
    play.press(Action::Cancel, &[]);
    assert_eq!(code(play.result()), "SS_CERT_NOT_FOUND");
    let mut play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Blocked);
    play.press(Action::Cancel, &[]);
    assert_eq!(code(play.result()), "SS_PIN_BLOCKED");
}

#[test]
fn an_unknown_token_is_named_and_reported_as_unsupported() {
    let mut play = Play::sign(order(&link(CALLBACK, "ss_test_k", &[])));
    let atr = securesign_card::atr::Atr::parse(&[0x3B, 0x02, 0x14, 0x50]).unwrap();
    let id = TokenId {
        reader: "A reader".into(),
        insertion: 1,
        application: None,
    };
    let state = TokenState::Unknown {
        atr,
        name: Some(Product {
            family: "some",
            name: "Some card",
            model: "",
            maker: Some("Some maker"),
            software: Some(Software::Own(Some("Some Manager"))),
            obstacle: Obstacle::Unpublished,
            evidence: Evidence::Atr,
            confidence: Confidence::Several,
            source: "a test",
        }),
    };
    play.report(Report::Tokens(Ok(vec![TokenView { id, state }])));
    let screen = play.screen();
    assert_eq!(screen.kind, Kind::Waiting);
    assert!(screen.text.iter().any(|line| line.contains("Some card")));
    assert!(screen.settled, "nothing is under way");
    let atr = screen.facts.last().unwrap();
    assert_eq!((&*atr.label, &*atr.value), ("ATR", "3B 02 14 50"));
    assert_eq!(atr.copy.as_ref().unwrap().text, "3B 02 14 50");
    play.input(Input::Copied);
    assert_eq!(play.screen().notice.unwrap().text, "Copied.");
    let all = screen.text.join(" ");
    for said in [
        "not public",
        "software of its maker, Some maker: Some Manager.",
    ] {
        assert!(all.contains(said), "{said}: {all}");
    }
    play.press(Action::Cancel, &[]);
    assert_eq!(play.result()["error"], "SS_TOKEN_UNSUPPORTED");
}

#[test]
fn every_trouble_with_the_service_has_its_own_text() {
    let mut texts = Vec::new();
    for error in [
        TransportError::NoService,
        TransportError::Forbidden,
        TransportError::Busy {
            by: Some("scdaemon".into()),
        },
        TransportError::Mute,
    ] {
        let mut play = Play::begin(Flow::manage(now()));
        play.report(Report::Tokens(Err(error)));
        assert_eq!(play.screen().kind, Kind::Waiting);
        assert!(play.offers(Action::Retry));
        texts.push(play.screen().text);
    }
    let mut play = Play::begin(Flow::manage(now()));
    play.report(Report::Tokens(Ok(Vec::new())));
    texts.push(play.screen().text);
    let id = TokenId {
        reader: "A reader".into(),
        insertion: 0,
        application: None,
    };
    play.report(Report::Tokens(Ok(vec![TokenView {
        id,
        state: TokenState::Empty,
    }])));
    texts.push(play.screen().text);
    assert!(texts[2].iter().any(|line| line.contains("scdaemon")));
    let mut distinct = texts.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), texts.len(), "{texts:#?}");
}

#[test]
fn a_token_that_is_pulled_out_takes_the_flow_back_to_waiting() {
    let mut play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Left(3));
    play.report(Report::ReadersChanged);
    let id = TokenId {
        reader: "A reader".into(),
        insertion: 2,
        application: None,
    };
    play.report(Report::Tokens(Ok(vec![TokenView {
        id,
        state: TokenState::Empty,
    }])));
    assert_eq!(play.screen().kind, Kind::Waiting);
    play.press(Action::Sign, &["123456"]);
    assert_eq!(play.secrets_sent(), 0);
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    assert_eq!(play.screen().kind, Kind::Sign);
}

#[test]
fn closing_while_the_card_signs_calls_back_once() {
    let mut play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Left(3));
    play.press(Action::Sign, &["123456"]);
    play.input(Input::Closed);
    play.report(Report::Signed(Ok(vec![0x30, 0x01])));
    assert_eq!(play.result()["error"], "SS_SIGN_CANCELLED");
}

#[test]
fn the_result_carries_the_certificate_that_signed_whatever_happens_meanwhile() {
    let (a, mut b) = (token(Tries::Left(3)), token(Tries::Left(3)));
    b.id.reader = "Another reader".into();
    if let TokenState::Ready(info) = &mut b.state {
        info.found.credentials.remove(0);
    }
    let mut gone = a.clone();
    let busy = TransportError::Busy { by: None };
    gone.state = TokenState::Failed(CardError::Transport(busy));
    for meanwhile in [vec![gone.clone(), b.clone()], vec![gone]] {
        let mut play = Play::sign(order(&link(CALLBACK, "ss_test_k", &[])));
        play.report(Report::Tokens(Ok(vec![a.clone(), b.clone()])));
        play.press(Action::Sign, &["123456"]);
        play.report(Report::Tokens(Ok(meanwhile)));
        play.report(Report::Signed(Ok(vec![0x30, 0x01])));
        assert_eq!(play.result()["certificate"]["subjectCN"], "Asha Sharma");
    }
}

#[test]
fn every_request_that_ends_is_recorded_once_with_its_outcome() {
    let mut play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Left(3));
    play.press(Action::Sign, &["123456"]);
    play.report(Report::Signed(Ok(vec![0x30, 0x01])));
    play.input(Input::Closed);
    let [record] = &play.recorded[..] else {
        panic!("{:?}", play.recorded);
    };
    assert!(record.is_signed());
    assert_eq!(record.origin, "http://localhost:8080");
    assert_eq!(record.request_id, "request-7");
    assert_eq!(record.time, now());
    assert_eq!(record.certificate.as_ref().unwrap().subject, "Asha Sharma");

    let mut play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Left(3));
    play.input(Input::Closed);
    assert_eq!(play.recorded[0].outcome, "SS_SIGN_CANCELLED");
    assert_eq!(play.recorded[0].certificate, None);

    // A refused link was no request.
    let mut play = Play::sign(order("securesign://sign?x"));
    play.input(Input::Closed);
    assert!(play.recorded.is_empty());
}

#[test]
fn r16_a_record_holds_no_key_no_pin_and_no_signature() {
    let mut play = Play::with(
        order(&link(CALLBACK, "ss_test_sentinel", &[])),
        Tries::Left(3),
    );
    play.press(Action::Sign, &["483915"]);
    play.report(Report::Signed(Ok(b"signature-sentinel".to_vec())));
    let (line, _) = Mark::start().append(&play.recorded[0]);
    assert!(line.contains("Asha Sharma"), "{line}");
    let signature = STANDARD.encode(b"signature-sentinel");
    for secret in ["sentinel", "483915", &signature, "ss_result", "BEGIN"] {
        assert!(!line.contains(secret), "{secret}: {line}");
    }
}

#[test]
fn what_a_lost_answer_leaves_open_is_said_and_read_before_anything_is_typed_again() {
    let looks = |play: &Play| {
        let looks = |job: &&Job| matches!(job, Job::Look(_));
        play.jobs.iter().filter(looks).count()
    };
    let mut play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Left(3));
    play.press(Action::Sign, &["123456"]);
    let before = looks(&play);
    let cause = Box::new(CardError::Transport(TransportError::Removed));
    let secret = Secret::Pin;
    let lost = CardError::Unanswered { secret, cause };
    play.report(Report::Signed(Err(lost)));
    assert_eq!(play.screen().kind, Kind::Working);
    assert_eq!(looks(&play), before + 1);
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(2))])));
    let screen = play.screen();
    assert_eq!(screen.kind, Kind::Sign);
    let said = screen.notice.unwrap().text;
    assert!(said.contains("not known whether a try was used"), "{said}");
    assert!(said.contains("2 tries left"), "{said}");
    // Nothing went out again by itself.
    let sent = |job: &&Job| matches!(job, Job::Sign { .. });
    assert_eq!(play.jobs.iter().filter(sent).count(), 1);
    play.input(Input::Closed);
    assert_eq!(play.result()["error"], "SS_TOKEN_REMOVED");
    // A new PIN that may be in force or not.
    let mut play = Play::begin(Flow::manage(now()));
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    play.press(Action::ChangePin, &[]);
    play.press(Action::Submit, &["123456", "482915", "482915"]);
    let before = looks(&play);
    play.report(Report::Changed(Err(CardError::Unclear(secret))));
    assert_eq!(play.screen().kind, Kind::Working);
    assert_eq!(looks(&play), before + 1);
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    let screen = play.screen();
    assert_eq!(screen.kind, Kind::Token);
    let said = screen.notice.unwrap().text;
    assert!(said.contains("Try the new PIN first"), "{said}");
}
