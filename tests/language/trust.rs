//! The first contact with a portal, and with a token's own PIN, in Hindi.

use securesign_app::flow::{Effect, Event, Flow, Order};
use securesign_app::screen::{Action, Kind};
use securesign_app::settings::Settings;
use securesign_app::worker::{Report, TokenState};
use securesign_card::profile::Tries;
use securesign_handoff::policy::Unapproved;
use securesign_handoff::service::Trouble;

use super::story::{Story, link_to, now, token};

#[test]
fn whether_a_portal_may_call_is_asked_in_hindi() {
    let policies = [Settings::default(), listed()];
    for (callback, key) in [
        ("https://services.gst.gov.in/cb", "ss_live_k"),
        ("http://localhost:8080/cb", "ss_test_k"),
        ("myapp:cb", "ss_live_k"),
    ] {
        for settings in &policies {
            let policy = settings.policy("/etc/settings.toml");
            let link = link_to(callback, key, &[]);
            let order = Order::accept(link.as_bytes(), &policy, false, &|_| false);
            let mut story = Story::begin(Flow::sign(order, now()));
            assert_eq!(story.press(Action::AllowPortal, &[]).kind, Kind::Form);
            story.press(Action::Allow, &[]);
            story.event(Event::Settings(Err("कारण".into())));
        }
    }
}

/// The same portals with another key.
fn listed() -> Settings {
    let entry = |origin: &str| {
        let key = "0".repeat(64);
        format!("[[portal]]\norigin = \"{origin}\"\nkey = \"sha256:{key}\"\ntest = true\n")
    };
    let origins = [
        "https://services.gst.gov.in",
        "http://localhost:8080",
        "myapp:",
    ];
    Settings::from_toml(&origins.map(entry).concat()).unwrap()
}

#[test]
fn what_the_service_says_of_a_portal_is_in_hindi() {
    let settings = Settings::from_toml("service = \"https://api.example.in/v1\"\n").unwrap();
    let policy = settings.policy("/etc/settings.toml");
    let busy = [None, Some(1), Some(30)].map(Unapproved::Busy);
    let silent = Trouble::ALL.map(Unapproved::Unreachable);
    let refused = [Unapproved::Key, Unapproved::Origin];
    for why in busy.into_iter().chain(silent).chain(refused) {
        let link = link_to("https://services.gst.gov.in/cb", "ss_live_k", &[]);
        let order = Order::accept(link.as_bytes(), &policy, false, &|_| false);
        let (flow, effects) = Flow::sign(order, now());
        let number = effects.iter().find_map(|effect| match effect {
            Effect::Inquire(number, _) => Some(*number),
            _ => None,
        });
        let mut story = Story::begin((flow, effects));
        let screen = story.event(Event::Answered(number.unwrap(), Err(why)));
        assert_eq!(screen.kind, Kind::Failed);
    }
}

#[test]
fn the_makers_pin_is_pointed_out_in_hindi() {
    let mut view = token(Tries::Left(3));
    if let TokenState::Ready(info) = &mut view.state {
        info.factory_pins = &["246810"];
    }
    for terminal in [false, true] {
        let mut story = Story::signing(&view);
        if terminal {
            story.flow.in_terminal();
        }
        story.press(Action::Sign, &["246810"]);
        let before = story
            .report(Report::Signed(Ok(vec![0x30, 0x01])))
            .text
            .len();
        assert!(before > 2);
    }
    let mut story = Story::managing(&view);
    story.press(Action::ChangePin, &[]);
    story.press(Action::Submit, &["123456", "246810", "246810"]);
    story.press(Action::Submit, &["482915", "482915", "482915"]);
}
