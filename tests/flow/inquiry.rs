//! The service is asked about a portal that is not listed, while the token is read.

use securesign_app::flow::{Event, Exit, Order, Refused};
use securesign_app::language::Language;
use securesign_app::screen::{Action, ButtonStyle, Fact, Input, Kind};
use securesign_app::settings::Settings;
use securesign_app::worker::{Job, Look, Report};
use securesign_card::profile::Tries;
use securesign_handoff::policy::{Policy, Unapproved};
use securesign_handoff::service::{Answer, SessionFault, Trouble};

use crate::play::{Play, link, token};

const CALLBACK: &str = "https://services.gst.gov.in/signed";
const KEY: &str = "ss_live_secret";

fn policy() -> Policy {
    let text = "service = \"https://api.example.in/v1\"\n";
    let settings = Settings::from_toml(text).unwrap();
    settings.policy("settings.toml")
}

fn accept(link: &str, policy: &Policy, demo: bool) -> Result<Order, Refused> {
    Order::accept(link.as_bytes(), policy, demo, &|_| false)
}

fn asked() -> Play {
    let link = link(CALLBACK, KEY, &[]);
    Play::sign(accept(&link, &policy(), false))
}

fn allowed() -> Answer {
    let tenant = "org_9f2a".to_owned();
    Answer::Allowed { tenant, rate: 120 }
}

/// The answer as the desk hands it on: what is allowed is in the settings by then.
fn answer(play: &mut Play, answer: &Answer) -> Policy {
    let (number, inquiry) = play.inquiries.pop().unwrap();
    let mut policy = policy();
    let answered = inquiry.answered(answer).map(|it| policy.approvals.push(it));
    play.event(Event::Answered(number, answered));
    if let Some(denied) = play.reopened.pop() {
        let effects = play.flow.reopened(denied.again(&policy, &|_| false));
        play.keep(effects);
    }
    policy
}

fn looks(play: &Play) -> usize {
    let look = |job: &&Job| matches!(job, Job::Look(Look::Signing(_)));
    play.jobs.iter().filter(look).count()
}

#[test]
fn the_token_is_read_once_while_the_service_is_asked() {
    for token_first in [true, false] {
        let mut play = asked();
        assert_eq!((play.inquiries.len(), looks(&play)), (1, 1));
        let question = play.inquiries[0].1.question();
        assert_eq!(question.service, "https://api.example.in/v1");
        assert_eq!(question.origin, "https://services.gst.gov.in");
        assert_eq!(question.key, KEY);
        let tokens = || Report::Tokens(Ok(vec![token(Tries::Left(3))]));
        if token_first {
            play.report(tokens());
        }
        // No PIN is invited, whatever the token has said.
        assert_eq!(play.screen().kind, Kind::Working);
        assert!(play.screen().fields.is_empty());
        let approved = answer(&mut play, &allowed());
        if !token_first {
            assert!(play.screen().fields.is_empty());
            play.report(tokens());
        }
        assert_eq!(play.screen().kind, Kind::Sign);
        assert_eq!(looks(&play), 1, "{token_first}");

        // Whoever takes longer than an answer is kept still has the permission.
        let mut later = approved.clone();
        later.approvals.clear();
        play.flow.judged_by(Box::new(move || Ok(later.clone())));
        play.press(Action::Sign, &["123456"]);
        play.report(Report::Signed(Ok(vec![0x30, 0x01])));
        assert_eq!(play.result()["success"], true);
    }
}

#[test]
fn a_service_that_is_taken_out_of_the_settings_allows_nothing_any_more() {
    let mut play = asked();
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    answer(&mut play, &allowed());
    let now = || Ok(Settings::default().policy("settings.toml"));
    play.flow.judged_by(Box::new(now));
    play.press(Action::Sign, &["123456"]);
    play.report(Report::Signed(Ok(vec![0x30, 0x01])));
    assert!(play.opened.is_empty());
    assert_eq!(play.screen().kind, Kind::Failed);
}

#[test]
fn whatever_is_not_a_yes_is_a_page_and_nothing_is_sent() {
    let refused = |code: &str| Answer::Refused {
        code: code.to_owned(),
    };
    let unreachable = |trouble| Answer::Unreachable { trouble };
    let mut answers = vec![
        (refused("SS_API_KEY_INVALID"), "SS_API_KEY_INVALID", false),
        (
            refused("SS_DOMAIN_NOT_ALLOWED"),
            "SS_DOMAIN_NOT_ALLOWED",
            false,
        ),
        (refused("SS_INTERNAL"), "SS_SERVICE_UNREACHABLE", true),
        (
            Answer::Busy { after: Some(7) },
            "SS_SERVICE_UNREACHABLE",
            true,
        ),
    ];
    answers.push((Answer::Limited { after: None }, "SS_RATE_LIMITED", true));
    answers.extend(SessionFault::ALL.map(|fault| {
        let code = match fault {
            SessionFault::Expired | SessionFault::Used | SessionFault::Over => "SS_SESSION_EXPIRED",
            SessionFault::Altered | SessionFault::Absent => "SS_REQUEST_INVALID",
        };
        (Answer::Session { fault }, code, false)
    }));
    answers.extend(Trouble::ALL.map(|it| (unreachable(it), "SS_SERVICE_UNREACHABLE", true)));
    for (said, code, again) in answers {
        let mut play = asked();
        play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
        answer(&mut play, &said);
        let screen = play.screen();
        assert_eq!(screen.kind, Kind::Failed, "{said:?}");
        assert!(screen.facts.iter().any(|it| it.value == code), "{said:?}");
        assert_eq!(screen.offers(Action::Retry), again, "{said:?}");
        let main = screen
            .buttons
            .iter()
            .filter(|it| it.style == ButtonStyle::Main);
        let main: Vec<Action> = main.map(|it| it.action).collect();
        let site = |it: &Fact| it.value == "https://services.gst.gov.in";
        if again {
            // Nobody has refused anything yet.
            assert_eq!(screen.title, "This portal could not be checked");
            assert_eq!(main, [Action::Retry], "{said:?}");
            assert!(screen.facts.iter().any(site) && screen.offers(Action::Close));
        } else {
            assert_eq!(screen.title, "This request was refused");
            assert_eq!(main, [Action::Close], "{said:?}");
        }
        assert!(!screen.offers(Action::AllowPortal));
        assert!(!format!("{screen:?}").contains(KEY));
        if again {
            play.press(Action::Retry, &[]);
            answer(&mut play, &allowed());
            play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
            assert_eq!(play.screen().kind, Kind::Sign, "{said:?}");
            continue;
        }
        play.event(Event::Input(Input::Closed));
        assert_eq!(play.flow.exit(), Some(Exit::Refused));
        assert!(play.opened.is_empty());
    }
}

#[test]
fn each_fault_of_a_session_is_told_in_words_of_its_own() {
    let mut told = std::collections::BTreeSet::new();
    for fault in SessionFault::ALL {
        for language in [Language::English, Language::Hindi] {
            let mut play = asked();
            play.flow.speak(language);
            answer(&mut play, &Answer::Session { fault });
            let screen = play.screen();
            let text = screen.text.join(" ");
            assert!(text.contains("services.gst.gov.in"), "{text}");
            told.insert(text);
        }
    }
    assert_eq!(told.len(), 2 * SessionFault::ALL.len());
}

#[test]
fn a_session_is_shown_with_what_the_link_says_and_its_yes_serves_that_link_alone() {
    let session =
        |more: &[(&str, &str)]| link("https://services.gst.gov.in/signed?a=b%20c", KEY, more);
    let one = session(&[("sessionId", "sess_7x9y")]);
    let mut play = Play::sign(accept(&one, &policy(), false));
    let (number, inquiry) = play.inquiries.pop().unwrap();
    let shown = inquiry.question().session.clone().unwrap();
    assert_eq!(shown.session_id, "sess_7x9y");
    assert_eq!(shown.request_id, "request-7");
    assert_eq!(shown.document_type, "hash");
    assert_eq!(shown.hash_algo, "SHA256");
    // FIPS 180-2, appendix B.1.
    assert_eq!(
        shown.hash_base64,
        "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="
    );
    assert_eq!(
        shown.callback_url,
        "https://services.gst.gov.in/signed?a=b%20c"
    );
    assert_eq!(shown.claim, None);
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    play.inquiries.push((number, inquiry));
    let mut approved = answer(&mut play, &allowed());
    assert_eq!(play.screen().kind, Kind::Sign);
    assert!(accept(&one, &approved, false).is_ok());

    let asks = |link: &str, policy: &Policy| accept(link, policy, false).err().unwrap().asks();
    let other_id = one.replace("request-7", "request-8");
    let other_hash = one.replace("ungWv48B", "ungWv48C");
    let other_address = one.replace("signed", "other");
    assert!(other_hash != one && other_address != one);
    for other in [
        &session(&[]),
        &session(&[("sessionId", "sess_7x9z")]),
        &other_id,
        &other_hash,
        &other_address,
    ] {
        assert!(asks(other, &approved), "{other}");
    }
    // A portal that is being built, on this computer: asked about where it opens sessions.
    let local = |more: &[(&str, &str)]| link("http://localhost:8080/cb", "ss_test_secret", more);
    assert!(accept(&local(&[]), &policy(), true).is_ok());
    let session = local(&[("sessionId", "sess_1")]);
    assert!(accept(&session, &policy(), true).err().unwrap().asks());
    assert!(accept(&session, &Settings::default().policy("x"), true).is_ok());
    // Nor does a yes without a session serve a link with one: that has to be used up.
    approved.approvals.clear();
    let (_, plain) = asked().inquiries.pop().unwrap();
    approved.approvals.push(plain.answered(&allowed()).unwrap());
    assert!(accept(&link(CALLBACK, KEY, &[]), &approved, false).is_ok());
    assert!(asks(&one, &approved));
}

#[test]
fn whoever_cancels_while_it_is_asked_tells_nobody_and_a_late_yes_opens_nothing() {
    let mut play = asked();
    let (number, _) = play.inquiries[0];
    play.press(Action::Close, &[]);
    assert_eq!(play.flow.exit(), Some(Exit::Refused));
    play.event(Event::Answered(number, Ok(())));
    assert!(play.opened.is_empty() && play.reopened.is_empty());

    // Nor does the answer to one request serve the next.
    let mut play = asked();
    let (number, _) = play.inquiries.pop().unwrap();
    play.event(Event::Answered(number + 1, Ok(())));
    play.event(Event::Answered(number - 1, Err(Unapproved::Key)));
    assert!(play.reopened.is_empty());
    assert_eq!(play.screen().kind, Kind::Working);
}

#[test]
fn who_is_listed_is_not_asked_about_nor_who_can_never_call() {
    let listed = format!(
        "service = \"https://api.example.in/v1\"\n[[portal]]\norigin = \"https://services.gst.gov.in\"\nkey = \"sha256:{}\"\n",
        // By sha256sum.
        "f329ddbc1d4138f472bfc1a2d0b6927d774e3f9b36c07372975cc2f490cd596f"
    );
    let listed = Settings::from_toml(&listed)
        .unwrap()
        .policy("settings.toml");
    assert!(accept(&link(CALLBACK, KEY, &[]), &listed, false).is_ok());

    let plain = "service = \"http://127.0.0.1:8080/v1\"\n";
    let plain = Settings::from_toml(plain).unwrap().policy("settings.toml");
    let asks = |callback: &str, key: &str, policy: &Policy, demo: bool| {
        let order = accept(&link(callback, key, &[]), policy, demo);
        order.err().unwrap().asks()
    };
    assert!(asks(CALLBACK, KEY, &policy(), false));
    assert!(asks("myapp://done", KEY, &policy(), false));
    assert!(asks(CALLBACK, "ss_test_secret", &policy(), true));
    assert!(asks(CALLBACK, "ss_test_secret", &plain, true));
    // A live key to this computer; a live key for the demo token; a test key for a real one;
    // a live key to a service that could be anybody's.
    assert!(!asks("http://localhost/cb", KEY, &policy(), false));
    assert!(!asks(CALLBACK, KEY, &policy(), true));
    assert!(!asks(CALLBACK, "ss_test_secret", &policy(), false));
    assert!(!asks(CALLBACK, KEY, &plain, false));
    assert!(!asks(
        CALLBACK,
        KEY,
        &Settings::default().policy("x"),
        false
    ));
    // What one service allows another one does not.
    let (_, inquiry) = asked().inquiries.pop().unwrap();
    let mut other = Settings::from_toml("service = \"https://other.example.in\"\n")
        .unwrap()
        .policy("settings.toml");
    other.approvals.push(inquiry.answered(&allowed()).unwrap());
    assert!(asks(CALLBACK, KEY, &other, false));
}

#[test]
fn the_address_of_a_service_is_https_or_this_computer() {
    for good in [
        "https://api.example.in/v1",
        "https://api.example.in:8443",
        "http://localhost:8080/v1",
    ] {
        let text = format!("service = \"{good}\"\n");
        let service = Settings::from_toml(&text).unwrap().service.unwrap();
        assert_eq!(service.to_string(), good);
    }
    for bad in [
        "",
        "api.example.in",
        "http://api.example.in/v1",
        "https://user@api.example.in",
        "https://api.example.in/v1?key=1",
        "https://api.example.in/v1#a",
        "ftp://api.example.in",
        "myapp:",
    ] {
        let error = Settings::from_toml(&format!("\nservice = \"{bad}\"\n")).unwrap_err();
        assert_eq!(error.line(), Some(2), "{bad}");
    }
}
