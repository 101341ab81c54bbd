//! The token window's pages: settings, journal, about.

use std::time::Duration;

use securesign_app::flow::{Context, Event, Flow};
use securesign_app::journal::{Ledger, Mark};
use securesign_app::screen::{Action, Input, Kind, Level, Setting};
use securesign_app::settings::{Appearance, Change, Settings, Tongue};
use securesign_app::worker::{Binding, Job, Kept, Report, TokenState};
use securesign_card::profile::Tries;
use securesign_handoff::policy::Portal;

use crate::play::{CALLBACK, IDLE, Play, link, now, order, token};

/// The token window, and what the settings file says.
fn managed(settings: Settings) -> Play {
    let (mut flow, effects) = Flow::manage(now());
    flow.know(Context {
        settings,
        ..Context::default()
    });
    let mut play = Play::begin((flow, effects));
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    play
}

#[test]
fn what_is_chosen_in_the_settings_is_changed_and_shown_when_it_was_written() {
    let mut play = managed(Settings::default());
    play.press(Action::Settings, &[]);
    let chosen = |play: &Play, setting| {
        let choices = play.screen().choices;
        let choice = choices.into_iter().find(|c| c.setting == setting).unwrap();
        choice.options[choice.chosen].clone()
    };
    assert_eq!(chosen(&play, Setting::Idle), "15 min");
    play.input(Input::Set(Setting::Idle, 0));
    play.input(Input::Set(Setting::Language, 2));
    play.input(Input::Set(Setting::Language, 9));
    let hindi = Appearance {
        language: Tongue::Hindi,
        ..Appearance::default()
    };
    let expected = [Change::Idle(Duration::ZERO), Change::Appearance(hindi)];
    assert_eq!(play.changes, expected);
    // Not before it was written.
    assert_eq!(chosen(&play, Setting::Idle), "15 min");
    play.event(Event::Settings(Err("The disk is full.".into())));
    let notice = play.screen().notice.unwrap();
    assert!(notice.text.contains("The disk is full."), "{}", notice.text);
    play.event(Event::Settings(Ok(Settings {
        idle: Duration::ZERO,
        ..Settings::default()
    })));
    assert_eq!(chosen(&play, Setting::Idle), "never");
    play.press(Action::Back, &[]);
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    assert_eq!(play.screen().kind, Kind::Token);
}

#[test]
fn a_portal_is_typed_in_and_removed_only_after_a_question() {
    let mut play = managed(Settings::default());
    play.press(Action::Settings, &[]);
    play.press(Action::AddPortal, &[]);
    for (origin, key) in [
        ("portal", "ss_live_key"),
        ("https://portal.example", "key"),
        ("", ""),
    ] {
        play.input(Input::Lines(vec![origin.into(), key.into()]));
        play.press(Action::Submit, &[]);
        assert_eq!(play.screen().notice.unwrap().level, Level::Error);
        // What was typed stays, to be mended.
        assert_eq!(play.screen().lines[0].text, origin);
    }
    assert!(play.changes.is_empty());
    let right = ["https://portal.example", "ss_live_key"].map(str::to_owned);
    play.input(Input::Lines(right.to_vec()));
    play.press(Action::Submit, &[]);
    let portal = Portal::new(&right[0], &right[1]).unwrap();
    assert_eq!(play.changes, [Change::Allow(portal.clone())]);

    let portals = vec![portal.clone()];
    play.event(Event::Settings(Ok(Settings {
        portals,
        ..Settings::default()
    })));
    assert_eq!(play.screen().rows[0].title, "https://portal.example");
    play.input(Input::Row(0));
    play.press(Action::Back, &[]);
    play.input(Input::Row(7));
    assert_eq!(play.changes.len(), 1);
    play.input(Input::Row(0));
    play.press(Action::Remove, &[]);
    assert_eq!(play.changes[1], Change::Forbid(portal));
}

#[test]
fn the_service_is_shown_behind_the_portals_and_cannot_be_pressed() {
    let text = "service = \"https://api.example.in/v1\"\n";
    let mut settings = Settings::from_toml(text).unwrap();
    let mut play = managed(settings.clone());
    play.press(Action::Settings, &[]);
    let alone = play.screen();
    assert_eq!(
        alone.heading.as_deref(),
        Some("These portals may ask for signatures")
    );
    assert_eq!(alone.rows.len(), 1);
    assert!(
        alone.rows[0]
            .detail
            .starts_with("https://api.example.in/v1 ·")
    );
    assert_eq!(alone.rows[0].action, None);
    play.input(Input::Row(0));
    assert_eq!(play.screen(), alone);

    let portal = Portal::new("https://portal.example", "ss_live_key").unwrap();
    settings.portals = vec![portal.clone()];
    play.event(Event::Settings(Ok(settings)));
    assert_eq!(play.screen().rows[0].title, "https://portal.example");
    assert_eq!(play.screen().rows[1], alone.rows[0]);
    play.input(Input::Row(1));
    assert!(play.changes.is_empty() && play.offers(Action::AddPortal));
    play.input(Input::Row(0));
    play.press(Action::Remove, &[]);
    assert_eq!(play.changes, [Change::Forbid(portal)]);
}

#[test]
fn about_opens_the_settings_file_and_says_where_nothing_opened_it() {
    let mut play = managed(Settings::default());
    play.press(Action::About, &[]);
    play.press(Action::OpenFile, &[]);
    assert_eq!(play.files_opened, 1);
    play.event(Event::FileUnopened);
    let notice = play.screen().notice.unwrap().text;
    assert!(notice.contains("in a text editor"), "{notice}");
    assert!(play.offers(Action::Diagnose));
}

#[test]
fn what_is_reported_is_shown_as_a_whole_before_it_is_saved() {
    const REPORT: &str = "SecureSign\nok  a reader\n\n> 00 20 00 80 | 08 <pin:8>\n< 63 C2\n";
    let mut play = managed(Settings::default());
    play.press(Action::About, &[]);
    play.press(Action::Diagnose, &[]);
    assert_eq!(play.diagnoses, 1);
    assert!(!play.offers(Action::Export) && !play.offers(Action::Copy));
    play.event(Event::Diagnosed(REPORT.to_owned()));
    let screen = play.screen();
    assert_eq!(screen.verbatim.join("\n") + "\n", REPORT);
    assert_eq!(screen.copy.as_deref(), Some(REPORT));
    assert!(play.reports.is_empty());
    play.press(Action::Export, &[]);
    assert_eq!(play.reports, [REPORT]);
    play.event(Event::Exported(Err("The disk is full.".into())));
    let said = play.screen().notice.unwrap().text;
    assert_eq!(said, "The report was not saved: The disk is full.");
    play.press(Action::Back, &[]);
    assert!(play.offers(Action::Diagnose));
    // One that comes late is not shown anywhere else.
    play.event(Event::Diagnosed(REPORT.to_owned()));
    assert!(play.offers(Action::Diagnose));
}

#[test]
fn the_journal_shows_what_it_holds_and_whether_it_holds_together() {
    let mut play = managed(Settings::default());
    let (flow, _) = Flow::sign(order(&link(CALLBACK, "ss_test_k", &[])), now());
    let mut request = Play::begin((flow, Vec::new()));
    request.input(Input::Closed);
    play.press(Action::Journal, &[]);
    assert!(!play.offers(Action::Export));
    let record = request.recorded.remove(0);
    let (_, mark) = Mark::start().append(&record);
    play.event(Event::Journal(Ok(Ledger {
        entries: vec![record],
        verdict: Ok(mark),
    })));
    let screen = play.screen();
    assert_eq!(screen.rows[0].title, "http://localhost:8080");
    assert_eq!(screen.rows[0].pill, "SS_TOKEN_NOT_FOUND");
    assert!(screen.rows[0].detail.starts_with("No token was found · "));
    assert!(screen.rows[0].detail.contains("ba7816bf8f01cfea"));
    assert_eq!(screen.notice.unwrap().level, Level::Success);
    assert!(play.offers(Action::Export));
}

#[test]
fn r26_a_kept_pin_is_locked_from_a_page_too() {
    for action in [Action::Settings, Action::About] {
        let mut play = managed(Settings::default());
        let view = token(Tries::Left(3));
        let TokenState::Ready(info) = &view.state else {
            panic!("it can be used");
        };
        let binding = Binding {
            token: view.id.clone(),
            certificate: info.found.credentials[0].certificate.der().to_vec(),
            pin: info.found.credentials[0].pin,
            origin: "https://portal.example".into(),
        };
        let idle = IDLE;
        play.report(Report::Session(Some(Kept { binding, idle })));
        play.press(action, &[]);
        play.press(Action::Lock, &[]);
        assert!(matches!(play.jobs.last(), Some(Job::Lock)));
        assert!(play.screen().kept.is_none());
        assert_eq!(play.screen().kind, Kind::Page);
    }
}

#[test]
fn a_request_is_not_left_for_the_settings() {
    let mut play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Left(3));
    for action in [Action::Settings, Action::Journal, Action::About] {
        play.press(action, &[]);
        assert_eq!(play.screen().kind, Kind::Sign);
    }
    play.input(Input::Set(Setting::Idle, 0));
    play.input(Input::Row(0));
    assert!(play.changes.is_empty());
}
