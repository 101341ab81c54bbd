//! The file that is compared with the digest of a request.

use securesign_app::document::{Document, Unreadable};
use securesign_app::flow::{Event, Flow};
use securesign_app::screen::{Action, ButtonStyle, Input, Kind, Level};
use securesign_app::worker::{Job, Report};
use securesign_card::digest::HashAlgorithm;
use securesign_card::error::{CardError, Secret};
use securesign_card::profile::Tries;

use crate::play::{CALLBACK, Play, link, now, order, token};

#[test]
fn a_file_is_compared_with_the_request_and_goes_to_the_token_only_if_it_is_the_one() {
    let mut play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Left(3));
    play.give("file:///home/a/other%20one.pdf");
    assert_eq!(
        play.readings[0].path.to_str(),
        Some("/home/a/other one.pdf")
    );
    assert_eq!(play.document(), "“other one.pdf” is being compared …");
    play.read(b"abd");
    let notice = play.screen().notice.unwrap();
    assert_eq!(notice.level, Level::Error);
    let said = "“other one.pdf” does not match";
    assert!(notice.text.starts_with(said), "{}", notice.text);
    // It can be signed all the same, after one more question, and the warning stays on the
    // screen.
    play.press(Action::Sign, &["999999"]);
    assert_eq!(play.secrets_sent(), 0);
    let [back, sign] = &play.screen().buttons[..] else {
        panic!("two ways");
    };
    assert_eq!(back.action, Action::Back);
    assert_eq!(sign.style, ButtonStyle::Danger);
    assert!(sign.inert_ms > 0 && sign.action.commits());
    play.press(Action::SignAnyway, &[]);
    assert_eq!(play.secrets_sent(), 1);
    play.report(Report::Signed(Err(CardError::Wrong {
        secret: Secret::Pin,
        left: Some(2),
    })));
    assert!(play.document().starts_with("Not “other one.pdf”"));

    // The right one, by its path.
    play.give("/home/a/contract.pdf");
    play.read(b"abc");
    let notice = play.screen().notice.unwrap();
    assert_eq!(notice.level, Level::Success);
    assert!(notice.text.starts_with("“contract.pdf” is the document"));
    assert!(play.document().starts_with("“contract.pdf”: it matches"));
    play.press(Action::Sign, &["123456"]);
    match play.jobs.last() {
        Some(Job::Sign { document, .. }) => assert_eq!(document.as_deref(), Some(&b"abc"[..])),
        _ => panic!("a signature is asked for"),
    }

    // Another one afterwards takes its place only by being the right one.
    let mut play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Left(3));
    play.give("/a");
    play.read(b"abc");
    play.give("/b");
    play.read(b"abd");
    play.press(Action::Sign, &["123456"]);
    play.press(Action::SignAnyway, &[]);
    match play.jobs.last() {
        Some(Job::Sign { document, .. }) => assert!(document.is_none()),
        _ => panic!("a signature is asked for"),
    }
}

#[test]
fn what_is_no_file_here_is_refused_with_a_sentence_and_not_read() {
    let mut play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Left(3));
    let given = [
        (
            vec!["/a".to_owned(), "/b".to_owned()],
            "Drop only the document",
        ),
        (vec![], "not on this computer"),
        (
            vec!["file://server/a.pdf".to_owned()],
            "not on this computer",
        ),
        (
            vec!["https://portal.example/a.pdf".to_owned()],
            "not on this computer",
        ),
    ];
    for (files, said) in given {
        play.input(Input::Files(files));
        let notice = play.screen().notice.unwrap();
        assert!(notice.text.contains(said), "{}", notice.text);
        assert_eq!(notice.level, Level::Error);
    }
    play.input(Input::NoDialog);
    assert!(play.screen().notice.unwrap().text.contains("no dialog"));
    assert!(play.readings.is_empty());
    // What turns out not to be readable says so; what was known before stays.
    play.give("/a.pdf");
    play.read(b"abd");
    play.give("/pipe");
    let reading = play.readings[1].clone();
    play.answer(reading, Err(Unreadable::NoDocument("pipe".into())));
    assert!(play.screen().notice.unwrap().text.starts_with("“pipe”"));
    assert!(play.document().starts_with("Not “a.pdf”"));
    // Where nothing is to be signed nothing is taken.
    let mut play = Play::begin(Flow::manage(now()));
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    assert!(!play.screen().offers(Action::Compare));
    play.give("/a.pdf");
    assert!(play.readings.is_empty());
}

#[test]
fn an_answer_for_another_file_or_another_request_is_nobodys() {
    let mut play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Left(3));
    play.give("/slow.pdf");
    play.give("/quick.pdf");
    let slow = play.readings[0].clone();
    let document = |content: &[u8]| Document::new(HashAlgorithm::Sha256, content.to_vec());
    play.answer(slow, Ok(document(b"abc")));
    assert_eq!(play.document(), "“quick.pdf” is being compared …");
    play.read(b"abd");
    assert!(play.document().starts_with("Not “quick.pdf”"));

    play.give("/late.pdf");
    let effects = play.flow.next(order(&link(CALLBACK, "ss_test_k", &[])));
    play.keep(effects);
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    play.read(b"abc");
    assert_eq!(
        play.document(),
        "Only its fingerprint (hash); the document stays with the portal"
    );
    assert_eq!(play.screen().notice.unwrap().text, "3 tries left");
}

#[test]
fn a_document_that_does_not_match_is_asked_about_once_and_another_one_again() {
    let mut play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Left(1));
    play.give("/a.pdf");
    play.read(b"abd");
    play.press(Action::Sign, &["123456"]);
    let text = play.screen().text.join(" ");
    assert!(text.contains("“a.pdf” does not match"), "{text}");
    // Back is back, and nothing was sent.
    play.press(Action::Back, &[]);
    assert_eq!(play.screen().kind, Kind::Sign);
    assert_eq!(play.secrets_sent(), 0);
    // Each question for itself: the last try is asked about too.
    play.press(Action::Sign, &["123456"]);
    play.press(Action::UseLastTry, &[]);
    assert_eq!(play.secrets_sent(), 0);
    play.press(Action::SignAnyway, &[]);
    assert!(play.offers(Action::UseLastTry));
    assert_eq!(play.secrets_sent(), 0);
    play.press(Action::Back, &[]);
    // Asked and answered for this file; the next one is another question.
    play.press(Action::Sign, &["123456"]);
    assert!(play.offers(Action::UseLastTry));
    play.press(Action::Back, &[]);
    play.give("/b.pdf");
    play.read(b"abe");
    play.press(Action::Sign, &["123456"]);
    assert!(play.offers(Action::SignAnyway));
    play.press(Action::Back, &[]);
    // The right one needs no word.
    play.give("/c.pdf");
    play.read(b"abc");
    play.press(Action::Sign, &["123456"]);
    assert!(play.offers(Action::UseLastTry));
    // The computer is locked meanwhile: what was typed is gone.
    play.event(Event::Locked);
    play.press(Action::UseLastTry, &[]);
    assert_eq!(play.secrets_sent(), 0);
}

#[test]
fn a_token_that_wants_the_document_has_it_asked_for_where_it_can_be_given() {
    let mut play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Left(3));
    let asked = |play: &Play| play.screen().compare.unwrap().label;
    let before = asked(&play);
    play.press(Action::Sign, &["123456"]);
    play.report(Report::Signed(Err(CardError::RawRsa)));
    let notice = play.screen().notice.unwrap().text;
    assert!(notice.contains("drop it here"), "{notice}");
    assert!(!notice.contains("terminal") && !notice.contains("--document"));
    assert!(asked(&play).contains("from the document itself"));
    play.give("/contract.pdf");
    play.read(b"abc");
    assert_eq!(asked(&play), before);
    play.press(Action::Sign, &["123456"]);
    assert!(matches!(
        play.jobs.last(),
        Some(Job::Sign {
            document: Some(_),
            ..
        })
    ));
}
