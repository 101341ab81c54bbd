//! Which certificates are offered, and what is said of the others.

use securesign_app::flow::{Event, Order};
use securesign_app::language::Language;
use securesign_app::screen::{Action, Input};
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
        assert!(
            card.unusable
                .as_deref()
                .unwrap()
                .starts_with("Valid only from"),
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
    assert!(card.detail.ends_with("no expiry date"), "{card:?}");
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
