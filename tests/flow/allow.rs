//! A portal is allowed where it is refused, and the same request goes on.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use securesign_app::flow::{Arrival, Event, Exit};
use securesign_app::screen::{Action, Input, Kind, Level};
use securesign_app::settings::{Change, Settings};
use securesign_app::worker::{Job, Report};
use securesign_card::digest::HashAlgorithm;
use securesign_card::profile::Tries;

use crate::bench::abc;
use crate::play::{Play, accept, link, token};

const CALLBACK: &str = "https://services.gst.gov.in/signed";

/// The refusal of a portal that nobody has allowed.
fn refused(callback: &str, key: &str) -> Play {
    Play::sign(accept(&link(callback, key, &[]), false, false))
}

/// What the settings file says after a change.
fn written(play: &Play, before: &str) -> (String, Settings) {
    play.changes[0].apply(before).unwrap()
}

#[test]
fn a_portal_is_allowed_where_it_is_refused_and_its_request_goes_on() {
    let mut play = refused(CALLBACK, "ss_live_secret");
    assert_eq!(play.screen().kind, Kind::Failed);
    play.press(Action::AllowPortal, &[]);
    let screen = play.screen();
    let site = &screen.facts[0];
    assert_eq!(site.value, "https://services.gst.gov.in");
    assert_eq!(site.strong.as_deref(), Some("gst.gov.in"));
    // SHA-256 of the key, by sha256sum.
    let fingerprint = screen.facts.iter().find(|it| it.label.contains("SHA-256"));
    let digits = fingerprint.unwrap().value.replace(' ', "");
    assert_eq!(
        digits,
        "f329ddbc1d4138f472bfc1a2d0b6927d774e3f9b36c07372975cc2f490cd596f"
    );
    assert!(screen.text.join(" ").contains("gst.gov.in"));
    assert!(!format!("{screen:?}").contains("ss_live_secret"));
    // Back comes first, nothing is the main button, and what allows is inert at first.
    let [back, allow] = &screen.buttons[..] else {
        panic!("{:?}", screen.buttons);
    };
    assert_eq!((back.action, allow.action), (Action::Back, Action::Allow));
    assert!(!back.is_main() && !allow.is_main());
    assert!(back.inert_ms == 0 && allow.inert_ms >= 500);
    assert!(Action::Allow.commits());

    play.press(Action::Allow, &[]);
    let (text, settings) = written(&play, "# mine\n");
    assert!(
        text.contains("# mine\n") && !text.contains("ss_live_secret"),
        "{text}"
    );
    assert!(!settings.portals[0].test);
    // Not before it was written.
    assert!(play.reopened.is_empty() && play.jobs.is_empty());
    play.event(Event::Settings(Ok(settings.clone())));
    let denied = play.reopened.remove(0);
    let order = denied.again(&settings.policy("settings.toml"), &|_| false);
    let effects = play.flow.reopened(order);
    play.keep(effects);
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    assert_eq!(play.screen().kind, Kind::Sign);
    assert_eq!(play.shown().as_deref(), Some("request-7"));
    // It is the only one, not the second of two.
    assert_eq!(play.screen().progress, None);
    play.press(Action::Sign, &["123456"]);
    assert!(matches!(play.jobs.last(), Some(Job::Sign { .. })));
    play.report(Report::Signed(Ok(vec![0x30, 0x01])));
    assert_eq!(play.result()["success"], true);
}

#[test]
fn whoever_goes_back_or_closes_has_allowed_nothing_and_nobody_is_told() {
    for leave in [Action::Back, Action::Close] {
        let mut play = refused(CALLBACK, "ss_live_k");
        play.press(Action::AllowPortal, &[]);
        if leave == Action::Back {
            play.press(Action::Back, &[]);
            assert_eq!(play.screen().kind, Kind::Failed);
            play.press(Action::Close, &[]);
        } else {
            play.input(Input::Closed);
        }
        assert_eq!(play.flow.exit(), Some(Exit::Refused));
        assert!(play.opened.is_empty() && play.changes.is_empty());
    }
    // Only what the screen offers counts.
    let mut play = refused(CALLBACK, "ss_live_k");
    play.press(Action::Allow, &[]);
    assert!(play.changes.is_empty());
}

#[test]
fn what_was_not_written_allows_nobody() {
    let mut play = refused(CALLBACK, "ss_live_k");
    play.press(Action::AllowPortal, &[]);
    play.press(Action::Allow, &[]);
    play.event(Event::Settings(Err("The disk is full.".into())));
    let notice = play.screen().notice.unwrap();
    assert_eq!(notice.level, Level::Error);
    assert!(notice.text.contains("The disk is full."));
    assert!(play.reopened.is_empty() && play.offers(Action::Allow));
    // Settings that say something else let nobody go on either.
    play.event(Event::Settings(Ok(Settings::default())));
    assert!(play.reopened.is_empty());
}

#[test]
fn a_test_key_is_marked_as_one_and_written_as_one() {
    let mut play = refused("http://localhost:8080/cb", "ss_test_k");
    play.press(Action::AllowPortal, &[]);
    let screen = play.screen();
    let said = format!("{:?}", screen.facts);
    assert!(said.contains("test key"), "{said}");
    assert!(
        screen.text[0].contains("any program can take it"),
        "{screen:?}"
    );
    assert!(!screen.text.join(" ").contains("whose site"), "{screen:?}");
    play.press(Action::Allow, &[]);
    let (text, settings) = written(&play, "");
    assert!(
        settings.portals[0].test && text.contains("test = true"),
        "{text}"
    );
    // One that is listed and not as a test portal.
    let live = text
        .replace("test = true\n", "")
        .replace("http://localhost:8080", "https://a.example");
    let policy = Settings::from_toml(&live).unwrap().policy("settings.toml");
    let link = link("https://a.example/cb", "ss_test_k", &[]);
    let order = securesign_app::flow::Order::accept(link.as_bytes(), &policy, false, &|_| false);
    let mut play = Play::sign(order);
    play.press(Action::AllowPortal, &[]);
    play.press(Action::Allow, &[]);
    let (_, settings) = written(&play, &live);
    play.event(Event::Settings(Ok(settings.clone())));
    let denied = play.reopened.remove(0);
    assert!(
        denied
            .again(&settings.policy("settings.toml"), &|_| false)
            .is_ok()
    );
}

#[test]
fn what_no_entry_can_allow_is_not_offered() {
    // A live key with a callback on this computer; a link that is no good in itself.
    for (callback, key) in [
        ("http://localhost:8080/cb", "ss_live_k"),
        ("http://evil.example/cb", "ss_live_k"),
    ] {
        let play = refused(callback, key);
        assert!(!play.offers(Action::AllowPortal), "{callback}");
    }
    // The file has its portals in a form that no table can be added to.
    let key = "0".repeat(64);
    let inline = format!("portal = [{{ origin = \"https://a.example\", key = \"sha256:{key}\" }}]");
    let policy = Settings::from_toml(&inline)
        .unwrap()
        .policy("settings.toml");
    let link = link(CALLBACK, "ss_live_k", &[]);
    let order = securesign_app::flow::Order::accept(link.as_bytes(), &policy, false, &|_| false);
    let play = Play::sign(order);
    assert!(!play.offers(Action::AllowPortal));
    assert!(play.screen().text.join(" ").contains("settings.toml"));
}

#[test]
fn a_question_about_a_portal_is_not_replaced_by_another_link() {
    let mut play = refused(CALLBACK, "ss_live_k");
    play.press(Action::AllowPortal, &[]);
    let other = accept(
        &link("https://b.example/cb", "ss_live_k", &[]),
        false,
        false,
    );
    assert_eq!(play.arrive(other), Arrival::Waiting(1));
    assert!(play.offers(Action::Allow));
    let same = accept(&link(CALLBACK, "ss_live_k", &[]), false, false);
    assert_eq!(play.arrive(same), Arrival::AlreadyThere);
}

#[test]
fn the_settings_form_takes_an_address_without_its_scheme() {
    use securesign_handoff::policy::{Portal, PortalFault};
    for (typed, key, origin) in [
        ("gst.gov.in", "ss_live_k", "https://gst.gov.in"),
        (" GST.gov.in/ ", "ss_live_k", "https://gst.gov.in"),
        (
            "portal.example:8443",
            "ss_live_k",
            "https://portal.example:8443",
        ),
        ("localhost:8080", "ss_test_k", "http://localhost:8080"),
        ("https://gst.gov.in", "ss_live_k", "https://gst.gov.in"),
    ] {
        let portal = Portal::new(typed, key).unwrap();
        assert_eq!(portal.origin.as_str(), origin, "{typed}");
    }
    for typed in [
        "",
        "gst",
        "localhost:8080",
        "gst.gov.in/login",
        "javascript:x",
        "a@b.example",
        "myapp:",
    ] {
        let fault = Portal::new(typed, "ss_live_k").unwrap_err();
        assert_eq!(fault, PortalFault::Origin, "{typed}");
    }
}

#[test]
fn the_focus_goes_where_the_fault_is() {
    let mut play = Play::begin(securesign_app::flow::Flow::manage(crate::play::now()));
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    play.press(Action::Settings, &[]);
    play.press(Action::AddPortal, &[]);
    let faults = |play: &Play| {
        play.screen()
            .lines
            .iter()
            .map(|line| line.fault)
            .collect::<Vec<_>>()
    };
    assert_eq!(faults(&play), [false, false]);
    for (origin, key, expected) in [
        ("gst", "ss_live_k", [true, false]),
        ("gst.gov.in", "key", [false, true]),
    ] {
        play.input(Input::Lines(vec![origin.into(), key.into()]));
        play.press(Action::Submit, &[]);
        assert_eq!(faults(&play), expected, "{origin} {key}");
    }
    play.input(Input::Lines(vec!["gst.gov.in".into(), "ss_live_k".into()]));
    play.press(Action::Submit, &[]);
    assert!(matches!(&play.changes[..], [Change::Allow(_)]));
}

#[test]
fn another_request_of_a_portal_that_is_not_allowed_yet_waits_for_its_turn() {
    let request = |id: &str| link(CALLBACK, "ss_live_k", &[]).replace("request-7", id);
    let other_digest = request("request-7").replace("SHA256", "SHA384");
    let other_digest = other_digest.replace(
        &encoded(HashAlgorithm::Sha256),
        &encoded(HashAlgorithm::Sha384),
    );
    for other in [request("request-8"), other_digest] {
        let mut play = refused(CALLBACK, "ss_live_k");
        play.press(Action::AllowPortal, &[]);
        let other = || accept(&other, false, false);
        assert_eq!(play.arrive(other()), Arrival::Waiting(1));
        assert_eq!(play.arrive(other()), Arrival::AlreadyThere);
        assert_eq!(play.flow.waiting(), 1);
    }
    // Where nothing is asked yet, it takes the place of the one that is shown.
    let mut play = refused(CALLBACK, "ss_live_k");
    let other = accept(&request("request-8"), false, false);
    assert_eq!(play.arrive(other), Arrival::Shown);
    play.press(Action::AllowPortal, &[]);
    play.press(Action::Allow, &[]);
    let (_, settings) = written(&play, "");
    play.event(Event::Settings(Ok(settings.clone())));
    let denied = play.reopened.remove(0);
    let order = denied.again(&settings.policy("settings.toml"), &|_| false);
    assert_eq!(order.unwrap().request_id(), "request-8");
}

#[test]
fn what_waited_is_not_refused_for_a_portal_that_was_allowed_meanwhile() {
    let mut play = refused(CALLBACK, "ss_live_k");
    play.press(Action::AllowPortal, &[]);
    let more = [
        (CALLBACK, "ss_live_k", "request-8"),
        ("https://b.example/cb", "ss_live_k", "request-9"),
    ];
    for (callback, key, id) in more {
        let link = link(callback, key, &[]).replace("request-7", id);
        play.arrive(accept(&link, false, false));
    }
    play.press(Action::Allow, &[]);
    let (_, settings) = written(&play, "");
    play.event(Event::Settings(Ok(settings.clone())));
    // As the front end does it.
    let reopen = |play: &mut Play| {
        let denied = play.reopened.remove(0);
        let order = denied.again(&settings.policy("settings.toml"), &|_| false);
        let effects = play.flow.reopened(order);
        play.keep(effects);
        play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    };
    for (id, progress) in [
        ("request-7", "Request 1 of 3"),
        ("request-8", "Request 2 of 3"),
    ] {
        reopen(&mut play);
        assert_eq!(play.shown().as_deref(), Some(id));
        assert_eq!(play.screen().progress.as_deref(), Some(progress));
        play.press(Action::Cancel, &[]);
    }
    // Another portal's is asked about, as before.
    reopen(&mut play);
    assert!(play.offers(Action::AllowPortal));
    assert!(play.reopened.is_empty());
}

/// The digest of "abc" as a link has it, escaped.
fn encoded(algorithm: HashAlgorithm) -> String {
    let text = STANDARD.encode(abc(algorithm).bytes());
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
