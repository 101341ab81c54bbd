//! Which certificates are offered, and what is said of the others.

use securesign_app::flow::{Event, Order};
use securesign_app::language::Language;
use securesign_app::screen::{Action, Input, Kind, Level, ValidityState};
use securesign_app::settings::Settings;
use securesign_app::worker::{Report, TokenState, TokenView};
use securesign_card::certificate::Certificate;
use securesign_card::profile::{Note, Problem, Tries};

use crate::play::{CALLBACK, Play, link, order, token};

#[test]
fn one_that_is_not_valid_yet_has_not_expired_and_the_clock_is_doubted() {
    let mut play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Left(3));
    let early = "2001-02-03T00:00:00Z".parse().unwrap();
    let effects = play.flow.on(
        Event::Report(Report::Tokens(Ok(vec![token(Tries::Left(3))]))),
        early,
    );
    play.keep(effects);
    let screen = play.screen();
    for card in &screen.certificates {
        let reason = card.unusable.as_deref();
        assert_eq!(reason, Some("It cannot sign before then"));
        // From which day on is said once, before it.
        let validity = &card.validity.as_ref().unwrap().text;
        assert!(
            validity.starts_with("Not valid before 1 Jan 20"),
            "{card:?}"
        );
    }
    let notice = screen.notice.unwrap().text;
    assert!(notice.contains("clock"), "{notice}");
    assert!(notice.contains("3 Feb 2001"), "{notice}");
    let effects = play.flow.on(Event::Input(Input::Closed), early);
    play.keep(effects);
    assert_eq!(play.result()["error"], "SS_CERT_NOT_FOUND");
}

/// A token with this certificate alone, of those in tests/certificates, and with a note.
fn token_with(name: &str, notes: &[Note]) -> TokenView {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/certificates");
    let mut view = token(Tries::Left(3));
    let TokenState::Ready(info) = &mut view.state else {
        panic!("not ready")
    };
    info.found.credentials.truncate(1);
    match Certificate::parse(&std::fs::read(folder.join(name)).unwrap()) {
        Ok(certificate) => info.found.credentials[0].certificate = certificate,
        Err(_) => info.found.credentials.clear(),
    }
    info.found.notes = notes.to_vec();
    view
}

#[test]
fn a_key_for_pss_alone_is_listed_and_not_offered_with_the_reason() {
    for name in ["spki_pss_noparams.der", "spki_pss_params.der"] {
        let mut play = Play::sign(order(&link(CALLBACK, "ss_test_k", &[])));
        play.report(Report::Tokens(Ok(vec![token_with(name, &[])])));
        let screen = play.screen();
        assert_eq!(screen.certificates.len(), 1);
        let reason = screen.certificates[0].unusable.as_deref().unwrap();
        assert!(reason.contains("RSA-PSS"), "{reason}");
        assert!(screen.fields.is_empty());
        assert!(!play.offers(Action::Sign));
        play.input(Input::Closed);
        assert_eq!(play.result()["error"], "SS_CERT_NOT_FOUND");
    }
}

#[test]
fn what_is_refused_is_told_on_the_page_where_it_is_missed() {
    let note = Note {
        place: "Signature (9C)".into(),
        problem: Problem::Damaged("its key describes its curve".into()),
    };
    let told = |name, serial: &[(&str, &str)]| {
        let mut play = Play::sign(order(&link(CALLBACK, "ss_test_k", serial)));
        let view = token_with(name, std::slice::from_ref(&note));
        play.report(Report::Tokens(Ok(vec![view])));
        let text = play.screen().text;
        text.iter().any(|line| line.contains("describes its curve"))
    };
    assert!(told("ec_explicit.der", &[]), "none is left");
    assert!(told("spki_pss_params.der", &[]), "none can be chosen");
    assert!(told("two_cn.der", &[]), "another may have been meant");
    assert!(told("two_cn.der", &[("certSerial", "FF")]), "not found");
    assert!(!told("two_cn.der", &[("certSerial", "1267")]), "not missed");
}

#[test]
fn no_expiry_date_is_said_in_place_of_one() {
    let mut play = Play::sign(order(&link(CALLBACK, "ss_test_k", &[])));
    play.report(Report::Tokens(Ok(vec![token_with(
        "not_after_9999.der",
        &[],
    )])));
    let screen = play.screen();
    let card = &screen.certificates[0];
    assert_eq!(card.validity.as_ref().unwrap().text, "No expiry date");
    assert_eq!(card.unusable, None);
}

#[test]
fn an_expired_certificate_cannot_be_chosen_and_the_demo_serves_no_live_key() {
    let mut play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Left(3));
    let later = "2050-01-01T00:00:00Z".parse().unwrap();
    let effects = play.flow.on(
        Event::Report(Report::Tokens(Ok(vec![token(Tries::Left(3))]))),
        later,
    );
    play.keep(effects);
    let screen = play.screen();
    assert!(
        screen
            .certificates
            .iter()
            .all(|card| card.unusable.is_some())
    );
    assert!(!play.offers(Action::Sign));
    let effects = play.flow.on(Event::Input(Input::Closed), later);
    play.keep(effects);
    assert_eq!(play.result()["error"], "SS_CERT_EXPIRED");

    let settings = format!(
        "[[portal]]\norigin = \"https://portal.example.gov.in\"\nkey = \"sha256:{}\"\n",
        "0".repeat(64)
    );
    let fingerprint = {
        use sha2::Digest as _;
        let digest = sha2::Sha256::digest(b"ss_live_k");
        digest
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    };
    let settings = settings.replace(&"0".repeat(64), &fingerprint);
    let policy = Settings::from_toml(&settings)
        .unwrap()
        .policy("settings.toml");
    let live = link("https://portal.example.gov.in/cb", "ss_live_k", &[]);
    assert!(Order::accept(live.as_bytes(), &policy, false, &|_| true).is_ok());
    let refused = Order::accept(live.as_bytes(), &policy, true, &|_| true)
        .err()
        .unwrap();
    assert!(refused.what(Language::English).contains("live key"));
}

fn shown(name: &str, notes: &[Note], at: &str) -> Play {
    let now = at.parse().unwrap();
    let mut play = Play::sign(order(&link(CALLBACK, "ss_test_k", &[])));
    let report = Event::Report(Report::Tokens(Ok(vec![token_with(name, notes)])));
    let effects = play.flow.on(report, now);
    play.keep(effects);
    play
}

#[test]
fn whether_a_certificate_is_valid_is_said_in_words_with_a_state() {
    // Valid from 2024-01-01 to 2034-01-01 00:00:00, as openssl x509 -dates tells it.
    let state = |at: &str| {
        let mut cards = shown("two_cn.der", &[], at).screen().certificates;
        let card = cards.remove(0);
        let validity = card.validity.unwrap();
        (validity.state, validity.text)
    };
    for (at, expected, text) in [
        (
            "2023-12-31T23:59:59Z",
            ValidityState::NotYet,
            "Not valid before 1 Jan 2024: is this computer’s clock right?",
        ),
        (
            "2024-01-01T00:00:00Z",
            ValidityState::Valid,
            "Valid until 1 Jan 2034",
        ),
        (
            "2033-12-02T00:00:00Z",
            ValidityState::Valid,
            "Valid until 1 Jan 2034",
        ),
        (
            "2033-12-02T00:00:01Z",
            ValidityState::Expiring,
            "Expires in 29 days",
        ),
        (
            "2033-12-23T00:00:00Z",
            ValidityState::Expiring,
            "Expires in 9 days",
        ),
        (
            "2033-12-31T00:00:00Z",
            ValidityState::Expiring,
            "Expires in 1 day",
        ),
        (
            "2033-12-31T12:00:00Z",
            ValidityState::Expiring,
            "Expires within a day",
        ),
        (
            "2034-01-01T00:00:01Z",
            ValidityState::Expired,
            "Expired on 1 Jan 2034",
        ),
    ] {
        assert_eq!(state(at), (expected, text.to_owned()), "{at}");
    }
}

#[test]
fn where_all_have_expired_it_is_said_with_what_to_do() {
    let play = shown("two_cn.der", &[], "2034-02-01T00:00:00Z");
    let screen = play.screen();
    let notice = screen.notice.unwrap();
    assert_eq!(notice.level, Level::Error);
    let said = "has expired: renew it with its issuer, Test Sub CA";
    assert!(notice.text.contains(said), "{}", notice.text);
    assert!(screen.fields.is_empty() && screen.certificates[0].unusable.is_some());
    // One that is not valid yet is another matter.
    let play = shown("two_cn.der", &[], "2020-02-01T00:00:00Z");
    assert!(play.screen().notice.unwrap().text.contains("clock"));
}

#[test]
fn certificates_of_one_person_are_told_apart() {
    let detail = |name: &str| {
        let play = shown(name, &[], "2027-06-01T00:00:00Z");
        let card = play.screen().certificates.remove(0);
        assert_eq!(card.title, "Asha Sharma");
        card.detail
    };
    assert_eq!(
        detail("class3_organisation.der"),
        "Example Traders Ltd · Class 3, organisation · Issued by Asha Sharma · serial …FFEE"
    );
    assert_eq!(
        detail("class3_individual.der"),
        "Class 3, individual · Issued by Asha Sharma · serial …FFEE"
    );
    // Elsewhere policies are numbered otherwise, and nothing is said of a class.
    assert_eq!(detail("two_cn.der"), "Issued by Test Sub CA · serial …1267");
}

#[test]
fn the_tokens_are_named_where_there_are_several() {
    let mut play = Play::sign(order(&link(CALLBACK, "ss_test_k", &[])));
    let mut other = token(Tries::Left(3));
    other.id.reader = "Second reader".into();
    play.report(Report::Tokens(Ok(vec![
        token(Tries::Left(3)),
        other.clone(),
    ])));
    let end = |play: &Play, at: usize| {
        let details = play.screen().certificates[at].detail.clone();
        details.rsplit(" · ").next().unwrap().to_owned()
    };
    // Both are called the same.
    assert_eq!(end(&play, 2), "Second reader");
    if let TokenState::Ready(info) = &mut other.state {
        info.label = "Other token".into();
    }
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3)), other])));
    assert_eq!(end(&play, 2), "Other token");
    assert_ne!(end(&play, 0), end(&play, 2));
}

#[test]
fn one_that_only_encrypts_is_a_card_that_cannot_be_chosen_and_no_line_of_text() {
    let note = Note {
        place: "Encryption (9D)".into(),
        problem: Problem::Encryption("Asha Sharma".into()),
    };
    let notes = std::slice::from_ref(&note);
    let mut play = shown("two_cn.der", notes, "2027-06-01T00:00:00Z");
    let screen = play.screen();
    let [_, card] = &screen.certificates[..] else {
        panic!("{:?}", screen.certificates);
    };
    assert_eq!(
        (card.title.as_str(), card.details.as_ref()),
        ("Asha Sharma", None)
    );
    assert!(card.unusable.as_ref().unwrap().contains("encryption"));
    assert!(!screen.text.join(" ").contains("encrypt"));
    play.input(Input::Choose(1));
    play.input(Input::Details(1));
    assert_eq!(
        (play.screen().chosen, play.screen().kind),
        (Some(0), Kind::Sign)
    );
    // The portal has named another one.
    let mut play = Play::sign(order(&link(
        CALLBACK,
        "ss_test_k",
        &[("certSerial", "1267")],
    )));
    play.report(Report::Tokens(Ok(vec![token_with("two_cn.der", notes)])));
    assert_eq!(play.screen().certificates.len(), 1);
    // Where nothing else is there, it is seen why.
    let mut play = Play::sign(order(&link(CALLBACK, "ss_test_k", &[])));
    play.report(Report::Tokens(Ok(vec![token_with(
        "ec_explicit.der",
        notes,
    )])));
    let screen = play.screen();
    assert_eq!(screen.certificates.len(), 1);
    assert!(
        screen
            .notice
            .unwrap()
            .text
            .contains("no certificate on this token that could sign")
    );
}

#[test]
fn all_of_a_certificate_is_shown_on_a_page_of_its_own_and_the_request_stays() {
    let mut play = shown("class3_organisation.der", &[], "2027-06-01T00:00:00Z");
    play.input(Input::Details(0));
    let screen = play.screen();
    assert_eq!(screen.kind, Kind::Page);
    let value = |label: &str| {
        let fact = screen.facts.iter().find(|fact| fact.label == label);
        fact.unwrap_or_else(|| panic!("{label}")).value.clone()
    };
    // As openssl x509 tells them.
    assert_eq!(
        value("Holder"),
        "C=IN, O=Example Traders Ltd, CN=Asha Sharma"
    );
    assert_eq!(value("Serial number"), "7A51BEEF00C0FFEE");
    assert_eq!(value("Key usage"), "digitalSignature, nonRepudiation");
    assert!(value("Policies").contains("2.16.356.100.2.3"));
    assert_eq!(
        value("Fingerprint (SHA-256)"),
        "08CD43022D307A0794C12363A6D154B607575320FB0C819CEE7DFDCEEE0258D6"
    );
    let pem = screen.copy.unwrap();
    assert!(pem.starts_with("-----BEGIN CERTIFICATE-----"), "{pem}");
    play.press(Action::Copy, &[]);
    assert_eq!(play.screen().notice.unwrap().level, Level::Success);
    play.press(Action::Export, &[]);
    assert_eq!(play.saved, [("7A51BEEF00C0FFEE".to_owned(), pem)]);
    play.event(Event::Saved(Ok("/home/asha/certificate.pem".into())));
    assert!(
        play.screen()
            .notice
            .unwrap()
            .text
            .contains("/home/asha/certificate.pem")
    );
    // A link that comes meanwhile does not give up the request.
    let (text, key) = (link(CALLBACK, "ss_test_k", &[]), "request-7");
    play.arrive(order(&text.replace(key, "request-8")));
    assert_eq!(play.screen().kind, Kind::Page);
    play.press(Action::Back, &[]);
    assert_eq!(play.screen().kind, Kind::Sign);
    assert_eq!(play.shown().as_deref(), Some("request-7"));
    assert!(play.opened.is_empty());
}
