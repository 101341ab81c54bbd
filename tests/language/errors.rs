//! Every error in Hindi.

use securesign_app::flow::{Event, Unopened};
use securesign_app::language::Language;
use securesign_app::screen::{Action, Kind};
use securesign_app::words::Explain;
use securesign_app::worker::{Report, TokenState};
use securesign_card::error::{CardError, Reason, Secret};
use securesign_card::profile::Tries;
use securesign_card::sw::StatusWord;
use securesign_card::transport::TransportError;
use std::collections::BTreeSet;

use super::story::{CALLBACK, Story, link, link_to, token};

pub fn transport_errors() -> Vec<TransportError> {
    vec![
        TransportError::NoService,
        TransportError::NoReader,
        TransportError::Removed,
        TransportError::Reset,
        TransportError::Busy { by: None },
        TransportError::Busy {
            by: Some("scdaemon".into()),
        },
        TransportError::Mute,
        TransportError::NotTransacted,
        TransportError::Forbidden,
        TransportError::Other("0x80100016".into()),
    ]
}

pub fn card_errors() -> Vec<CardError> {
    use securesign_card::error::Fault;
    use securesign_card::error::Missing;
    use securesign_card::pin::{Charset, PinFormat};
    let during = "read a certificate";
    let mut errors: Vec<CardError> = transport_errors()
        .into_iter()
        .map(CardError::Transport)
        .collect();
    let faults = [
        PinFormat::Length(6..=8, Charset::Digits),
        PinFormat::Length(6..=6, Charset::Digits),
        PinFormat::Length(6..=8, Charset::Printable),
        PinFormat::Length(6..=6, Charset::Printable),
        PinFormat::Charset(Charset::Digits),
        PinFormat::Charset(Charset::Printable),
        PinFormat::Charset(Charset::Alphanumeric),
    ];
    for fault in faults {
        errors.push(CardError::NewPinFormat(fault.clone()));
        for secret in [Secret::Pin, Secret::Puk] {
            let fault = fault.clone();
            errors.push(CardError::Format { secret, fault });
        }
    }
    for secret in [Secret::Pin, Secret::Puk] {
        for left in [None, Some(0), Some(1), Some(2)] {
            errors.push(CardError::Wrong { secret, left });
        }
        errors.push(CardError::Blocked(secret));
        errors.push(CardError::LastTry(secret));
    }
    for sw in 0..=u16::MAX {
        let sw = StatusWord(sw);
        if sw.meaning().is_some() {
            errors.push(CardError::Refused { during, sw });
        }
    }
    let sw = StatusWord(0x6FAB);
    errors.push(CardError::Refused { during, sw });
    errors.push(CardError::NewPinRefused { sw });
    errors.push(CardError::UnblockOff { sw });
    for reason in [
        Reason::NoTouch,
        Reason::PinForgotten,
        Reason::NoKey,
        Reason::PinNotTaken,
        Reason::NoPin,
        Reason::Conditions,
        Reason::Fault,
    ] {
        errors.push(CardError::Declined { reason, sw });
    }
    errors.push(CardError::Malformed { during, at: 7 });
    for secret in [Secret::Pin, Secret::Puk] {
        let cause = Box::new(CardError::Malformed { during, at: 0 });
        errors.push(CardError::Unanswered { secret, cause });
        errors.push(CardError::Unclear(secret));
        errors.push(CardError::OtherPin(secret));
    }
    for fault in [Fault::Lost, Fault::Checksum, Fault::Malformed] {
        errors.push(CardError::SecureMessaging { during, fault });
    }
    for missing in [
        Missing::Puk,
        Missing::KeyKind,
        Missing::Reader,
        Missing::KeyLength,
        Missing::KeyTooShort,
        Missing::Ed25519,
        Missing::PinLength,
        Missing::GlobalPin,
        Missing::Setup,
        Missing::Session,
        Missing::Issuer,
        Missing::SharedPin,
        Missing::Digest,
    ] {
        errors.push(CardError::Unsupported(missing));
    }
    errors.extend([
        CardError::RawRsa,
        CardError::BadSignature,
        CardError::Changed,
        CardError::SessionOver,
    ]);
    errors
}

#[test]
fn every_failure_of_a_signature_is_in_hindi() {
    let view = token(Tries::Left(3));
    for error in card_errors() {
        for language in Language::ALL {
            let (what, advice) = (error.what(language), error.advice(language));
            assert!(what.ends_with(['.', '।']), "{what}");
            assert!(advice.ends_with(['.', '।']), "{advice}");
        }
        let mut story = Story::signing(&view);
        story.press(Action::Sign, &["123456"]);
        story.report(Report::Signed(Err(error)));
    }
    // Kept, locked, for another portal.
    let mut story = Story::signing(&view);
    story.press(Action::Sign, &["123456"]);
    story.kept("http://localhost:8080");
    story.report(Report::Signed(Ok(vec![1])));
    for unopened in [
        Unopened::NoProgram,
        Unopened::Unstarted("exit status: 4".into()),
        Unopened::Unwritten("os error 28".into()),
        Unopened::Closed("os error 32".into()),
    ] {
        let told = story.told.clone().unwrap();
        story.event(Event::OpenFailed(told, unopened));
    }
    let mut story = Story::signing(&view);
    story.press(Action::Sign, &["123456"]);
    story.kept("http://localhost:8080");
    story.report(Report::Signed(Err(CardError::Changed)));
    story.report(Report::Tokens(Ok(vec![view.clone()])));
    story.press(Action::Lock, &[]);
    let mut story = Story::signing(&view);
    story.press(Action::Sign, &["123456"]);
    story.kept("http://localhost:9090");
    // Certificates that cannot be chosen, and none at all.
    for year in [2020, 2050] {
        let mut story = Story::signing(&view);
        let then = format!("{year}-01-01T00:00:00Z").parse().unwrap();
        let tokens = Report::Tokens(Ok(vec![view.clone()]));
        let effects = story.flow.on(Event::Report(tokens), then);
        story.keep(effects);
        let cards = &story.seen.last().unwrap().certificates;
        assert!(cards.iter().all(|card| card.unusable.is_some()));
    }
    let mut story = Story::of_link(&link(&[("certSerial", "0a:bc")]));
    story.report(Report::Tokens(Ok(vec![view.clone()])));
    let mut empty = view;
    if let TokenState::Ready(info) = &mut empty.state {
        info.found.credentials.clear();
    }
    Story::signing(&empty);
}

#[test]
fn every_refused_link_is_refused_in_hindi() {
    let good = link(&[]);
    let replaced = |from: &str, to: &str| good.replace(from, to);
    let hostile: Vec<Vec<u8>> = [
        link_to("https://portal.example.gov.in/cb", "ss_live_k", &[]),
        link_to(CALLBACK, "ss_live_k", &[]),
        link_to("myapp:done", "ss_live_k", &[]),
        link_to("http://evil.example/cb", "ss_test_k", &[]),
        link_to("javascript:alert(1)", "ss_test_k", &[]),
        link_to("https://a\\b/", "ss_test_k", &[]),
        link_to("https://a@b.example/", "ss_test_k", &[]),
        link_to("https://a.example/?ss_result=1", "ss_test_k", &[]),
        link_to("https://localhost./", "ss_test_k", &[]),
        link_to("https://a.example./", "ss_test_k", &[]),
        link_to("nonsense", "ss_test_k", &[]),
        link_to(CALLBACK, "key", &[]),
        link(&[("documentType", "hash")]),
        link(&[("certSerial", "xyz")]),
        link(&[("unknown\u{202E}", "1")]),
        replaced("documentType=hash", "documentType=pdf&documentBase64=YWJj"),
        replaced("documentType=hash", "documentType=xml&documentBase64=YWJj"),
        replaced("documentType=hash", "documentType=odt"),
        replaced("documentType=hash", "documentType=hash&documentBase64=YWJj"),
        replaced("hashAlgo=SHA256", "hashAlgo=MD5"),
        replaced("hashAlgo=SHA256", "hashAlgo=SHA512"),
        replaced("hashBase64=", "hashBase64=!"),
        replaced("requestId=request-7", "requestId=a+b"),
        replaced("requestId=request-7", "requestId="),
        replaced("requestId=", "requestId=%zz"),
        replaced("securesign://sign", "securesign://sing"),
        replaced("securesign://sign", "securesign://sign:80"),
        replaced("securesign://sign", "securesign://a@sign"),
        replaced("securesign://sign", "securesign://sign/more"),
        replaced("securesign://sign", "mailto://sign"),
        format!("{good}#f"),
        "securesign://sign?".to_owned(),
        "securesign:".to_owned(),
        good[..good.len() - 3].to_owned(),
        good[..good.find("callbackUrl").unwrap()].to_owned(),
        good[..good.find("callbackUrl").unwrap() + 20].to_owned(),
        format!("{good}&more=%"),
        format!("{good}&requestId={}", "x".repeat(3_000_000)),
        format!("{good}&more={}", "x".repeat(10_000)),
        replaced("request-7", &"x".repeat(10_000)),
    ]
    .into_iter()
    .map(String::into_bytes)
    .chain([b"securesign://sign?\xFF".to_vec()])
    .collect();
    let mut texts = BTreeSet::new();
    for link in hostile {
        let story = Story::of_bytes(&link, false);
        let screen = story.flow.screen();
        if screen.kind == Kind::Failed {
            texts.insert(screen.text[0].clone());
        }
    }
    // As many different answers as there are reasons, or nearly.
    assert!(texts.len() > 25, "{texts:#?}");
}
