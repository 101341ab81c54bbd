//! A token whose keys do not all want the same PIN.

use securesign_app::flow::Flow;
use securesign_app::language::Language;
use securesign_app::screen::{Action, Input};
use securesign_app::worker::{Job, PinView, Report, TokenState, TokenView, UnblockView};
use securesign_card::application::{Confidence, PinId};
use securesign_card::error::{CardError, Missing, Secret};
use securesign_card::pin::{Charset, Form, PinRules};
use securesign_card::profile::Tries;

use crate::play::{CALLBACK, Play, link, moved, now, order, token};

const SECOND: PinId = PinId(2);

/// The key of the first certificate wants the first PIN, that of the second the other one.
fn two_pins(first: Tries, second: Tries, unblock: Result<UnblockView, Missing>) -> TokenView {
    let mut view = token(first);
    let TokenState::Ready(info) = &mut view.state else {
        panic!("{:?}", view.state);
    };
    info.found.credentials[1].pin = SECOND;
    let rules = PinRules {
        min: 8,
        max: 12,
        charset: Charset::Digits,
        form: Form::Exact,
    };
    let view_of = PinView {
        id: SECOND,
        role: Secret::SignaturePin,
        called: None,
        rules,
        tries: second,
        change: Ok(Confidence::Known),
        unblock,
        otherwise: None,
    };
    info.further = vec![view_of];
    view
}

/// As an Estonian card has them.
fn numbered(mut view: TokenView) -> TokenView {
    let TokenState::Ready(info) = &mut view.state else {
        panic!("{:?}", view.state);
    };
    info.called = Some("PIN1");
    info.further[0].called = Some("PIN2");
    view
}

#[test]
fn pins_have_the_names_that_people_know_beside_what_they_are_for() {
    let view = numbered(two_pins(Tries::Left(3), Tries::Left(2), Err(Missing::Puk)));
    let mut play = Play::sign(order(&link(CALLBACK, "ss_test_k", &[])));
    play.report(Report::Tokens(Ok(vec![view])));
    assert_eq!(play.screen().fields[0].label, "PIN1 (authentication)");
    play.input(Input::Choose(1));
    assert_eq!(play.screen().fields[0].label, "PIN2 (signature)");
}

fn play(first: Tries, second: Tries) -> Play {
    let mut play = Play::sign(order(&link(CALLBACK, "ss_test_k", &[])));
    play.report(Report::Tokens(Ok(vec![two_pins(
        first,
        second,
        Err(Missing::Puk),
    )])));
    play
}

#[test]
fn the_pin_of_the_chosen_key_is_asked_for_by_its_name_and_in_its_form() {
    let mut play = play(Tries::Left(3), Tries::Left(2));
    let field = play.screen().fields[0].clone();
    assert_eq!((field.label.as_str(), field.max), ("PIN", 8));
    play.input(Input::Choose(1));
    let screen = play.screen();
    let field = &screen.fields[0];
    assert_eq!((field.label.as_str(), field.max), ("Signature PIN", 12));
    assert!(screen.notice.unwrap().text.contains('2'));
    // Right for the first.
    play.press(Action::Sign, &["123456"]);
    assert_eq!(play.secrets_sent(), 0);
    play.press(Action::Sign, &["12345678"]);
    assert!(matches!(play.jobs.last(), Some(Job::Sign { .. })));
    let (secret, left) = (Secret::SignaturePin, Some(1));
    play.report(Report::Signed(Err(CardError::Wrong { secret, left })));
    // One try is left of this one, and all of the other.
    play.press(Action::Sign, &["12345678"]);
    assert!(play.offers(Action::UseLastTry));
    let told = play.screen().text.join(" ");
    assert!(
        told.contains("Signature PIN") && !told.contains("PUK"),
        "{told}"
    );
    play.press(Action::Back, &[]);
    play.input(Input::Choose(0));
    play.press(Action::Sign, &["123456"]);
    assert_eq!(play.secrets_sent(), 2);
}

#[test]
fn a_pin_that_is_blocked_stops_its_own_keys_only() {
    let mut play = play(Tries::Left(3), Tries::Blocked);
    assert!(play.offers(Action::Sign));
    play.input(Input::Choose(1));
    assert!(!play.offers(Action::Sign));
    // The PUK is the first PIN's.
    assert!(!play.offers(Action::Unlock));
    let text = play.screen().notice.unwrap().text;
    assert!(text.contains("Signature PIN"), "{text}");
    play.press(Action::Cancel, &[]);
    assert_eq!(play.result()["error"], "SS_PIN_BLOCKED");
}

#[test]
fn the_first_pin_may_be_blocked_and_the_other_key_signs() {
    let mut play = play(Tries::Blocked, Tries::Left(3));
    assert!(play.offers(Action::Unlock));
    play.input(Input::Choose(1));
    assert!(play.offers(Action::Sign) && !play.offers(Action::Unlock));
    play.press(Action::Sign, &["12345678"]);
    assert_eq!(play.secrets_sent(), 1);
}

/// As a card of no known kind.
fn untried() -> TokenView {
    let mut view = token(Tries::Unknown);
    if let TokenState::Ready(info) = &mut view.state {
        info.family = "PKCS#15".into();
        info.verify = Confidence::Inferred;
    }
    view
}

#[test]
fn a_pin_goes_to_a_kind_that_was_never_tried_only_after_that_was_said() {
    let mut play = Play::sign(order(&link(CALLBACK, "ss_test_k", &[])));
    play.report(Report::Tokens(Ok(vec![untried()])));
    play.press(Action::Sign, &["123456"]);
    assert_eq!(play.secrets_sent(), 0);
    let screen = play.screen();
    assert!(screen.fields.is_empty());
    let text = screen.text.join(" ");
    assert!(
        text.contains("PKCS#15") && text.contains("Nothing was sent"),
        "{text}"
    );
    // Back is back, and asks anew.
    play.press(Action::Back, &[]);
    play.press(Action::Sign, &["123456"]);
    assert_eq!(play.secrets_sent(), 0);
    play.press(Action::GoOn, &[]);
    assert_eq!(play.secrets_sent(), 1);
    // Once it was said of this token it need not be said again.
    let (secret, left) = (Secret::Pin, Some(2));
    play.report(Report::Signed(Err(CardError::Wrong { secret, left })));
    play.press(Action::Sign, &["482915"]);
    assert_eq!(play.secrets_sent(), 2);
}

#[test]
fn what_was_said_of_one_token_counts_for_no_other() {
    let mut play = Play::sign(order(&link(CALLBACK, "ss_test_k", &[])));
    play.report(Report::Tokens(Ok(vec![untried()])));
    play.press(Action::Sign, &["123456"]);
    play.report(Report::Tokens(Ok(vec![moved(untried())])));
    play.press(Action::GoOn, &[]);
    assert_eq!(play.secrets_sent(), 0);
    play.press(Action::Sign, &["123456"]);
    assert!(play.offers(Action::GoOn));
    assert_eq!(play.secrets_sent(), 0);
}

const PUK: PinId = PinId(7);

/// The second PIN has a PUK of its own.
fn unlocked_by(tries: Tries) -> Result<UnblockView, Missing> {
    Ok(UnblockView {
        id: PUK,
        role: Secret::Puk,
        rules: PinRules {
            min: 10,
            max: 10,
            charset: Charset::Digits,
            form: Form::Exact,
        },
        tries,
        confidence: Confidence::Known,
    })
}

fn managed(language: Language, view: &TokenView) -> Play {
    let mut play = Play::begin(Flow::manage(now()));
    play.flow.speak(language);
    play.report(Report::Tokens(Ok(vec![view.clone()])));
    play
}

/// What a screen says, but for what it offers elsewhere.
fn said(play: &Play) -> String {
    let screen = play.screen();
    let labels = screen.fields.iter().map(|field| field.label.clone());
    let buttons = screen.buttons.iter().map(|button| button.label.clone());
    let counters = screen.counters.iter().map(|it| it.caption.clone());
    let all = screen.text.iter().cloned().chain(labels).chain(buttons);
    let all: Vec<String> = all.chain(counters).chain([screen.title]).collect();
    all.join(" | ")
}

#[test]
fn each_pin_of_a_token_is_shown_by_its_name_with_change_and_unlock() {
    let puk = unlocked_by(Tries::Left(5));
    for (language, names) in [
        (
            Language::English,
            [
                "Change PIN",
                "Change Signature PIN",
                "Unlock Signature PIN with PUK",
            ],
        ),
        (
            Language::Hindi,
            [
                "पिन बदलें",
                "हस्ताक्षर पिन बदलें",
                "PUK कोड से हस्ताक्षर पिन अनलॉक करें",
            ],
        ),
    ] {
        let play = managed(language, &two_pins(Tries::Left(3), Tries::Left(2), puk));
        let screen = play.screen();
        let counted = |value: &str| {
            let mut counters = screen.counters.iter();
            counters.any(|counter| counter.value == value)
        };
        assert!(counted("3") && counted("2") && counted("5"), "{screen:?}");
        let actions = [
            Action::ChangePin,
            Action::ChangeFurther(SECOND),
            Action::UnlockFurther(SECOND),
        ];
        for (action, name) in actions.into_iter().zip(names) {
            let mut buttons = screen.buttons.iter().filter(|it| it.action == action);
            assert_eq!(buttons.next().unwrap().label, name);
        }
        let mut captions: Vec<&str> = screen.counters.iter().map(|it| &it.caption[..]).collect();
        captions.sort_unstable();
        captions.dedup();
        assert_eq!(captions.len(), screen.counters.len(), "{captions:?}");
        assert_eq!(screen.buttons.iter().filter(|it| it.is_main()).count(), 1);
    }
}

#[test]
fn a_second_pin_is_changed_and_the_first_one_is_not_spoken_of() {
    for (language, name) in [
        (Language::English, "Signature PIN"),
        (Language::Hindi, "हस्ताक्षर पिन"),
    ] {
        let puk = unlocked_by(Tries::Left(5));
        let view = two_pins(Tries::Left(3), Tries::Left(1), puk);
        let mut play = managed(language, &view);
        let before = play.screen().token;
        play.press(Action::ChangeFurther(SECOND), &[]);
        let text = said(&play);
        assert!(text.contains(name), "{text}");
        // What is typed here is for no other PIN.
        assert_ne!(play.screen().token, before);
        assert_eq!(play.screen().fields[0].max, 12);
        // Right for the first one only.
        play.press(Action::Submit, &["123456", "87482915", "87482915"]);
        assert_eq!(play.secrets_sent(), 0);
        play.press(Action::Submit, &["12345678", "87482915", "87482915"]);
        assert!(play.offers(Action::UseLastTry));
        assert!(said(&play).contains(name), "{}", said(&play));
        play.press(Action::UseLastTry, &[]);
        assert!(matches!(play.jobs.last(), Some(Job::Change { pin, .. }) if *pin == SECOND));
        assert!(said(&play).contains(name), "{}", said(&play));
        play.report(Report::Changed(Ok(())));
        play.report(Report::Tokens(Ok(vec![view])));
        let notice = play.screen().notice.unwrap().text;
        assert!(notice.contains(name), "{notice}");
    }
}

#[test]
fn the_sign_page_of_a_blocked_second_pin_leads_to_its_unlocking() {
    for (language, name) in [
        (Language::English, "Signature PIN"),
        (Language::Hindi, "हस्ताक्षर पिन"),
    ] {
        let view = two_pins(Tries::Left(3), Tries::Blocked, unlocked_by(Tries::Left(2)));
        let mut play = Play::sign(order(&link(CALLBACK, "ss_test_k", &[])));
        play.flow.speak(language);
        play.report(Report::Tokens(Ok(vec![view])));
        play.input(Input::Choose(1));
        let notice = play.screen().notice.unwrap().text;
        assert!(notice.contains(name), "{notice}");
        assert!(!play.offers(Action::Unlock));
        play.press(Action::UnlockFurther(SECOND), &[]);
        assert!(said(&play).contains(name), "{}", said(&play));
        // The PUK of the second PIN, which is longer than that of the first.
        play.unlock("12345678", "87482915", "87482915");
        assert_eq!(play.secrets_sent(), 0);
        play.unlock("1234567890", "87482915", "87482915");
        let job = play.jobs.last();
        assert!(
            matches!(job, Some(Job::Unblock { pin, with, .. }) if (*pin, *with) == (SECOND, PUK))
        );
        let (secret, left) = (Secret::Puk, Some(1));
        play.report(Report::Unblocked(Err(CardError::Wrong { secret, left })));
        // Told of this PUK, and of no other.
        assert_eq!(play.screen().counters[0].value, "1");
        play.unlock("1234567890", "87482915", "87482915");
        assert!(play.offers(Action::UseLastTry));
        play.press(Action::UseLastTry, &[]);
        play.report(Report::Unblocked(Ok(())));
        let view = two_pins(Tries::Left(3), Tries::Left(3), unlocked_by(Tries::Unknown));
        play.report(Report::Tokens(Ok(vec![view])));
        let notice = play.screen().notice.unwrap().text;
        assert!(notice.contains(name), "{notice}");
        assert!(play.offers(Action::Sign));
    }
}

#[test]
fn what_was_told_of_one_puk_says_nothing_of_the_other() {
    let view = two_pins(Tries::Blocked, Tries::Blocked, unlocked_by(Tries::Unknown));
    let mut play = managed(Language::English, &view);
    play.press(Action::UnlockFurther(SECOND), &[]);
    play.unlock("1234567890", "87482915", "87482915");
    let (secret, left) = (Secret::Puk, Some(1));
    play.report(Report::Unblocked(Err(CardError::Wrong { secret, left })));
    play.report(Report::ReadersChanged);
    play.report(Report::Tokens(Ok(vec![view])));
    play.press(Action::Back, &[]);
    let tokens = play.flow.pins();
    let of = |at: usize| tokens[at].unblock.unwrap().tries;
    assert_eq!((of(0), of(1)), (Tries::Unknown, Tries::Left(1)));
}

#[test]
fn a_pin_that_cannot_be_changed_or_unlocked_says_why() {
    let mut view = two_pins(Tries::Left(3), Tries::Left(3), Err(Missing::GlobalPin));
    if let TokenState::Ready(info) = &mut view.state {
        info.further[0].change = Err(Missing::Change);
    }
    let play = managed(Language::English, &view);
    assert!(!play.offers(Action::ChangeFurther(SECOND)));
    assert!(!play.offers(Action::UnlockFurther(SECOND)));
    let text = play.screen().text.join("\n");
    assert!(
        text.contains("The Signature PIN of this token cannot be changed."),
        "{text}"
    );
    assert!(
        text.contains("The Signature PIN cannot be unlocked on this token: its PIN is"),
        "{text}"
    );
}

#[test]
fn a_code_that_was_typed_for_another_secret_is_sent_as_what_it_was_asked_for() {
    let view = two_pins(Tries::Left(3), Tries::Blocked, unlocked_by(Tries::Left(2)));
    let mut play = managed(Language::English, &view);
    play.press(Action::UnlockFurther(SECOND), &[]);
    play.press(Action::Next, &[]);
    play.press(Action::Next, &["1234567890"]);
    // Meanwhile another program has used it up, and something else unlocks the PIN.
    let mut other = view;
    if let TokenState::Ready(info) = &mut other.state
        && let Ok(unblock) = &mut info.further[0].unblock
    {
        (unblock.id, unblock.role) = (PinId(8), Secret::AdminPin);
    }
    play.report(Report::Tokens(Ok(vec![other])));
    play.press(Action::Submit, &["87482915", "87482915"]);
    // The card's side refuses that: see tests/pins.rs.
    let job = play.jobs.last();
    assert!(matches!(job, Some(Job::Unblock { with, .. }) if *with == PUK));
}

const ADMIN: PinId = PinId(8);

/// The second PIN is unlocked by a code of ten digits, and by an admin PIN of at least six
/// characters.
fn two_ways(code: Tries, admin: Tries) -> TokenView {
    let code = UnblockView {
        role: Secret::ResetCode,
        ..unlocked_by(code).unwrap()
    };
    let other = UnblockView {
        id: ADMIN,
        role: Secret::AdminPin,
        rules: PinRules {
            min: 6,
            max: 20,
            charset: Charset::Printable,
            form: Form::Exact,
        },
        tries: admin,
        confidence: Confidence::Inferred,
    };
    let mut view = two_pins(Tries::Left(3), Tries::Blocked, Ok(code));
    if let TokenState::Ready(info) = &mut view.state {
        info.further[0].otherwise = Some(other);
    }
    view
}

#[test]
fn of_two_secrets_that_unlock_a_pin_a_person_takes_the_one_they_have() {
    for (language, code, admin) in [
        (Language::English, "Reset code", "Admin PIN"),
        (Language::Hindi, "रीसेट कोड", "एडमिन पिन"),
    ] {
        let mut play = managed(language, &two_ways(Tries::Left(3), Tries::Left(2)));
        let counters = play.screen().counters;
        assert!(counters.iter().any(|it| it.caption.contains(admin)));
        play.press(Action::UnlockFurther(SECOND), &[]);
        assert!(said(&play).contains(code), "{}", said(&play));
        assert_eq!(play.screen().counters[0].value, "3");
        // It is asked about first where it is unconfirmed.
        play.press(Action::OtherWay, &[]);
        assert!(play.offers(Action::GoOn) && said(&play).contains(admin));
        // And back, where that is not.
        play.press(Action::OtherWay, &[]);
        assert!(play.offers(Action::Next) && !play.offers(Action::GoOn));
        play.press(Action::OtherWay, &[]);
        assert_eq!(play.screen().counters[0].value, "2");
        play.press(Action::GoOn, &[]);
        assert_eq!(play.screen().fields[0].label, admin);
        assert!(!play.offers(Action::OtherWay));
        // The form of the admin PIN counts, not that of the code.
        play.press(Action::Next, &["pass7"]);
        assert_eq!(play.screen().fields.len(), 1);
        play.press(Action::Next, &["pass76"]);
        play.press(Action::Submit, &["87482915", "87482915"]);
        let job = play.jobs.last();
        assert!(
            matches!(job, Some(Job::Unblock { pin, with, .. }) if (*pin, *with) == (SECOND, ADMIN))
        );
        let (secret, left) = (Secret::AdminPin, Some(1));
        play.report(Report::Unblocked(Err(CardError::Wrong { secret, left })));
        // Of the code nothing was told.
        assert_eq!(play.screen().counters[0].value, "1");
        let view = play.flow.pins()[1];
        assert_eq!(view.unblock.unwrap().tries, Tries::Left(3));
        assert_eq!(view.otherwise.unwrap().tries, Tries::Left(1));
        // The last try of this one is asked about, though the other has three.
        play.press(Action::Next, &["pass77"]);
        play.press(Action::Submit, &["87482915", "87482915"]);
        assert!(play.offers(Action::UseLastTry));
        assert!(said(&play).contains(admin), "{}", said(&play));
        assert_eq!(play.secrets_sent(), 1);
    }
}

#[test]
fn a_secret_that_is_used_up_is_not_chosen_and_the_other_one_takes_its_place() {
    let mut play = managed(Language::English, &two_ways(Tries::Left(3), Tries::Blocked));
    play.press(Action::UnlockFurther(SECOND), &[]);
    assert!(play.offers(Action::Next) && !play.offers(Action::OtherWay));

    let used_up = two_ways(Tries::Blocked, Tries::Left(3));
    let mut play = managed(Language::English, &used_up);
    assert!(said(&play).contains("Unlock Signature PIN with Admin PIN"));
    play.press(Action::UnlockFurther(SECOND), &[]);
    assert!(play.offers(Action::GoOn) && !play.offers(Action::OtherWay));

    // While its value is typed: the page of what is left is one press away.
    let mut play = managed(Language::English, &two_ways(Tries::Left(1), Tries::Left(3)));
    play.press(Action::UnlockFurther(SECOND), &[]);
    play.press(Action::Next, &[]);
    let (secret, left) = (Secret::ResetCode, Some(0));
    play.press(Action::Next, &["1234567890"]);
    play.press(Action::Submit, &["87482915", "87482915"]);
    play.press(Action::UseLastTry, &[]);
    play.report(Report::Unblocked(Err(CardError::Wrong { secret, left })));
    assert_eq!(play.screen().fields.len(), 0);
    play.press(Action::OtherWay, &[]);
    assert!(said(&play).contains("Admin PIN"), "{}", said(&play));
    assert_eq!(play.secrets_sent(), 1);
}
