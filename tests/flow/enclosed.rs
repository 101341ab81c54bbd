//! A document that comes with the link: what is said of it, what the token signs, and what the
//! portal hears where that does not go into it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use securesign_app::screen::{Action, Kind};
use securesign_app::worker::{Job, Report};
use securesign_card::digest::{Digest, HashAlgorithm};
use securesign_card::profile::Tries;

use crate::play::{CALLBACK, Play, link, order, pairs};

/// A link that brings it in place of a digest.
fn enclosing(kind: &str, document: &[u8]) -> String {
    let given = link(CALLBACK, "ss_test_k", &[]);
    let (head, rest) = given.split_once("hashBase64=").unwrap();
    let (_, rest) = rest.split_once('&').unwrap();
    let rest = rest.replace("documentType=hash", &format!("documentType={kind}"));
    let document = STANDARD.encode(document);
    let document: String = url::form_urlencoded::byte_serialize(document.as_bytes()).collect();
    format!("{head}{rest}&documentBase64={document}")
}

fn pdf() -> Vec<u8> {
    std::fs::read("tests/documents/signed-once-pyhanko.pdf").unwrap()
}

#[test]
fn what_it_is_stands_above_the_pin_and_what_its_format_has_signed_goes_to_the_token() {
    let pdf = pdf();
    let mut play = Play::with(order(&enclosing("pdf", &pdf)), Tries::Left(3));
    let screen = play.screen();
    assert_eq!(screen.kind, Kind::Sign);
    assert!(play.document().starts_with("PDF, "), "{}", play.document());
    // It came along: there is nothing to compare it with.
    assert!(!screen.offers(Action::Compare));
    let earlier = "There is a signature in it already, which stays as it is.";
    assert!(screen.text.iter().any(|text| text == earlier), "{screen:?}");
    let digest = Digest::of(HashAlgorithm::Sha256, &pdf);
    let shown = screen.facts.iter().find(|it| it.value == digest.grouped());
    assert!(shown.unwrap().mark.is_none(), "it was computed here");

    play.press(Action::Sign, &["123456"]);
    let Some(Job::Sign {
        digest: signed,
        document: Some(message),
        ..
    }) = play.jobs.last()
    else {
        panic!("{:?}", play.screen());
    };
    assert_eq!(*signed, Digest::of(HashAlgorithm::Sha256, message));
    // The attributes of a CMS, which hold a digest of the document with its update.
    assert!(message.starts_with(&[0x31]) && *signed != digest);

    // What is no signature over them does not go into it.
    play.report(Report::Signed(Ok(vec![0x30, 0x01])));
    assert_eq!(play.screen().kind, Kind::Failed);
    assert!(play.opened.is_empty());
    play.press(Action::Close, &[]);
    assert_eq!(play.told(), pairs(&[("request-7", "SS_INTERNAL")]));
    assert!(play.spent.is_empty());
}

/// A link that brings the digest of a document that the person has.
fn wanting(kind: &str, document: &[u8]) -> String {
    let whole = enclosing(kind, document);
    let (head, _) = whole.split_once("&documentBase64=").unwrap();
    let digest = Digest::of(HashAlgorithm::Sha256, document);
    let digest = STANDARD.encode(digest.bytes());
    let digest: String = url::form_urlencoded::byte_serialize(digest.as_bytes()).collect();
    format!("{head}&hashBase64={digest}")
}

#[test]
fn a_document_that_the_person_has_is_asked_for_before_the_pin() {
    let pdf = pdf();
    let mut play = Play::with(order(&wanting("pdf", &pdf)), Tries::Left(3));
    assert_eq!(play.document(), "A file that you have");
    let can_sign = |play: &Play| {
        let screen = play.screen();
        screen.offers(Action::Sign) || !screen.fields.is_empty()
    };
    assert!(play.screen().offers(Action::Compare) && !can_sign(&play));
    play.press(Action::Sign, &["123456"]);
    assert_eq!(play.secrets_sent(), 0);
    // Another one is none, also where the right one was given before.
    for _ in 0..2 {
        play.give("/home/a/other.pdf");
        play.read(b"%PDF-1.7");
        assert!(!can_sign(&play));
        play.give("/home/a/contract.pdf");
        play.read(&pdf);
        assert!(can_sign(&play), "{:?}", play.screen());
    }
    assert!(play.document().starts_with("PDF, "), "{}", play.document());
    play.press(Action::Sign, &["123456"]);
    assert_eq!(play.secrets_sent(), 1);
}

#[test]
fn a_document_that_the_person_has_and_that_cannot_be_signed_is_refused_and_told() {
    let locked = std::fs::read("tests/documents/certified-p1.pdf").unwrap();
    let mut play = Play::with(order(&wanting("pdf", &locked)), Tries::Left(3));
    play.give("/home/a/contract.pdf");
    play.read(&locked);
    let screen = play.screen();
    assert_eq!(screen.kind, Kind::Failed);
    assert!(
        screen.text[1].starts_with("The author of the PDF"),
        "{screen:?}"
    );
    assert_eq!(play.released, ["request-7"]);
    play.press(Action::Close, &[]);
    assert_eq!(play.told(), pairs(&[("request-7", "SS_REQUEST_INVALID")]));
}

#[test]
fn xml_is_named_and_a_key_on_a_curve_is_warned_of() {
    let play = Play::with(order(&enclosing("xml", b"<a/>")), Tries::Left(3));
    let screen = play.screen();
    assert_eq!(play.document(), "XML, 1 kB; it came with the request");
    let warned = |it: &String| it.contains("want XML signed with an RSA key");
    assert!(screen.text.iter().any(warned), "{screen:?}");
}
