//! Tries, changing the PIN, and unlocking.

use securesign_app::flow::Flow;
use securesign_app::language::Language;
use securesign_app::screen::{Action, Kind, Level};
use securesign_app::worker::{Job, Report, TokenState, TokenView};
use securesign_card::application::Confidence;
use securesign_card::error::{CardError, Secret};
use securesign_card::profile::Tries;
use securesign_card::token::LastTry;

use crate::play::{CALLBACK, Play, link, moved, now, order, token};

#[test]
fn r24_one_try_left_is_confirmed_and_none_offers_unlocking() {
    let mut play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Left(1));
    assert!(play.screen().notice.unwrap().text.contains("1 try left"));
    play.press(Action::Sign, &["123456"]);
    assert_eq!(play.screen().kind, Kind::Form);
    assert_eq!(play.secrets_sent(), 0);
    play.press(Action::Back, &[]);
    assert_eq!(play.screen().kind, Kind::Sign);
    play.press(Action::Sign, &["123456"]);
    play.press(Action::UseLastTry, &[]);
    assert_eq!(play.secrets_sent(), 1);
    play.report(Report::Signed(Err(CardError::Blocked(Secret::Pin))));
    let screen = play.screen();
    assert!(screen.fields.is_empty() && !play.offers(Action::Sign));
    assert!(play.offers(Action::Unlock));
    play.press(Action::Sign, &["123456"]);
    assert_eq!(play.secrets_sent(), 1);
}

#[test]
fn r24_an_impossible_pin_is_not_even_handed_to_the_worker() {
    let mut play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Left(3));
    for impossible in ["1", "12345", "123456789", "abcdef"] {
        play.press(Action::Sign, &[impossible]);
        let notice = play.screen().notice.unwrap();
        assert_eq!(notice.level, Level::Error);
        assert!(notice.text.contains("no try was used"), "{}", notice.text);
    }
    assert_eq!(play.secrets_sent(), 0);
}

#[test]
fn r24_an_unknown_counter_is_shown_as_unknown() {
    let play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Unknown);
    assert!(play.screen().notice.unwrap().text.contains("unknown"));
    let mut play = Play::begin(Flow::manage(now()));
    play.report(Report::Tokens(Ok(vec![token(Tries::Unknown)])));
    assert!(
        play.screen()
            .counters
            .iter()
            .all(|counter| counter.value == "unknown")
    );
}

#[test]
fn r25_unlocking_needs_a_click_for_each_puk_and_a_blocked_puk_has_its_own_screen() {
    let mut play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Blocked);
    play.press(Action::Unlock, &[]);
    assert_eq!(play.screen().kind, Kind::Form);
    assert_eq!(play.screen().counters[0].caption, "PUK tries left");
    // First it says which secret it needs, how long it is, and whose tries it spends.
    let text = play.screen().text.join(" ");
    assert!(play.screen().fields.is_empty());
    for said in [
        "the PUK",
        "8 characters",
        "SO PIN",
        "came with the token",
        "uses one of its tries",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    // New PINs that differ, or cannot be PINs, spend nothing; the PUK is not asked
    // for again.
    play.unlock("12345678", "482915", "482916");
    play.press(Action::Submit, &["48291", "48291"]);
    assert_eq!(play.secrets_sent(), 0);
    // Nor does what cannot be the PUK.
    play.press(Action::Back, &[]);
    play.press(Action::Next, &[""]);
    assert_eq!(play.screen().fields.len(), 1);
    play.unlock("12345678", "482915", "482915");
    assert_eq!(play.secrets_sent(), 1);
    let wrong = CardError::Wrong {
        secret: Secret::Puk,
        left: Some(1),
    };
    play.report(Report::Unblocked(Err(wrong)));
    assert_eq!(play.secrets_sent(), 1);
    assert_eq!(play.screen().counters[0].value, "1");
    // The last one wants a word.
    play.unlock("12345678", "482915", "482915");
    assert_eq!(play.secrets_sent(), 1);
    play.press(Action::UseLastTry, &[]);
    assert_eq!(play.secrets_sent(), 2);
    play.report(Report::Unblocked(Err(CardError::Blocked(Secret::Puk))));
    let screen = play.screen();
    assert_eq!(
        (screen.kind, screen.title.as_str()),
        (Kind::Failed, "The PUK is blocked")
    );
    assert!(!play.offers(Action::Submit));
}

#[test]
fn after_unlocking_the_request_goes_on() {
    let mut play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Blocked);
    play.press(Action::Unlock, &[]);
    play.unlock("12345678", "482915", "482915");
    play.report(Report::Unblocked(Ok(())));
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    assert_eq!(play.screen().kind, Kind::Sign);
    play.press(Action::Sign, &["482915"]);
    assert!(matches!(
        play.jobs.last(),
        Some(Job::Sign { pin: Some(_), .. })
    ));
}

#[test]
fn what_was_typed_for_one_token_is_not_sent_to_another() {
    let sent = |play: &Play| {
        let secret = |job: &&Job| !matches!(job, Job::Look(_));
        play.jobs.iter().filter(secret).count()
    };
    let mut play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Left(1));
    play.press(Action::Sign, &["123456"]);
    assert!(play.offers(Action::UseLastTry));
    play.report(Report::Tokens(Ok(vec![moved(token(Tries::Left(1)))])));
    play.press(Action::UseLastTry, &[]);
    assert_eq!(sent(&play), 0);
    for open in [Action::ChangePin, Action::Unlock] {
        let mut play = Play::begin(Flow::manage(now()));
        play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
        play.press(open, &[]);
        assert_eq!(play.screen().kind, Kind::Form);
        play.report(Report::Tokens(Ok(vec![moved(token(Tries::Left(3)))])));
        assert_eq!(play.screen().kind, Kind::Token);
        play.press(Action::Submit, &["12345678", "482915", "482915"]);
        play.unlock("12345678", "482915", "482915");
        assert_eq!(sent(&play), 0);
    }
    // The front end is told that what it holds was typed for another token.
    let before = token(Tries::Left(3));
    let mut play = Play::sign(order(&link(CALLBACK, "ss_test_k", &[])));
    play.report(Report::Tokens(Ok(vec![before.clone()])));
    let first = play.screen();
    play.report(Report::Tokens(Ok(vec![moved(before)])));
    assert_eq!(first.fields, play.screen().fields);
    assert_ne!(first.token, play.screen().token);
}

#[test]
fn r25_what_a_refusal_told_of_the_puk_outlives_the_next_look() {
    let mut play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Blocked);
    play.press(Action::Unlock, &[]);
    play.unlock("99999999", "482915", "482915");
    let wrong = CardError::Wrong {
        secret: Secret::Puk,
        left: Some(1),
    };
    play.report(Report::Unblocked(Err(wrong)));
    play.report(Report::ReadersChanged);
    play.report(Report::Tokens(Ok(vec![token(Tries::Blocked)])));
    let before = play.secrets_sent();
    play.unlock("99999999", "482915", "482915");
    assert_eq!(play.secrets_sent(), before);
    play.press(Action::UseLastTry, &[]);
    let last = play.jobs.last().unwrap();
    assert!(matches!(
        last,
        Job::Unblock {
            last: LastTry::Use,
            ..
        }
    ));
}

#[test]
fn r25_what_unlocks_is_named_as_the_token_has_it_in_both_languages() {
    for (unblocker, english, hindi) in [
        (Secret::Puk, "PUK", "PUK"),
        (Secret::ResetCode, "Reset code", "रीसेट कोड"),
        (Secret::AdminPin, "Admin PIN", "एडमिन पिन"),
        (Secret::AdminKey, "Admin key", "एडमिन कुंजी-कोड"),
    ] {
        for (language, name) in [(Language::English, english), (Language::Hindi, hindi)] {
            let mut view = token(Tries::Blocked);
            if let TokenState::Ready(info) = &mut view.state {
                info.unblocker = unblocker;
            }
            let mut play = Play::sign(order(&link(CALLBACK, "ss_test_k", &[])));
            play.flow.speak(language);
            play.report(Report::Tokens(Ok(vec![view])));
            let mut screens = vec![play.screen()];
            for (action, typed) in [
                (Action::Unlock, None),
                (Action::Next, None),
                (Action::Next, Some("12345678")),
            ] {
                play.press(action, &typed.map_or_else(Vec::new, |it| vec![it]));
                screens.push(play.screen());
            }
            play.press(Action::Submit, &["482915", "482915"]);
            play.report(Report::Unblocked(Err(CardError::Wrong {
                secret: unblocker,
                left: Some(1),
            })));
            screens.push(play.screen());
            play.unlock("12345678", "482915", "482915");
            screens.push(play.screen());
            for screen in screens {
                // Signs that combine are escaped in both.
                let said = format!("{screen:?}");
                let name = format!("{name:?}");
                assert!(said.contains(name.trim_matches('"')), "{name}: {said}");
                assert_eq!(said.contains("PUK"), unblocker == Secret::Puk, "{said}");
            }
            assert_eq!(play.secrets_sent(), 1);
        }
    }
}

/// A token on which changing and unlocking are known from documents only.
fn unconfirmed(unblock: Confidence) -> TokenView {
    let mut view = token(Tries::Left(3));
    if let TokenState::Ready(info) = &mut view.state {
        info.family = "ePass2003".into();
        info.change = Ok(Confidence::Inferred);
        info.unblock = unblock;
    }
    view
}

#[test]
fn what_is_unconfirmed_is_said_and_asked_before_it_is_used() {
    for (open, what) in [
        (Action::ChangePin, "We have not tested changing the PIN"),
        (Action::Unlock, "We have not tested unlocking"),
    ] {
        let mut play = Play::begin(Flow::manage(now()));
        play.report(Report::Tokens(Ok(vec![unconfirmed(Confidence::Doubtful)])));
        play.press(open, &[]);
        let screen = play.screen();
        assert!(screen.fields.is_empty());
        let text = screen.text.join(" ");
        assert!(text.contains(what) && text.contains("ePass2003"), "{text}");
        assert_eq!(
            text.contains("the certificate on it is lost"),
            open == Action::Unlock,
            "{text}"
        );
        // Nothing goes past the question, and back is back.
        play.press(Action::Submit, &["12345678", "482915", "482915"]);
        assert_eq!(play.secrets_sent(), 0);
        play.press(Action::Back, &[]);
        assert_eq!(play.screen().kind, Kind::Token);
        play.press(open, &[]);
        play.press(Action::GoOn, &[]);
        if open == Action::Unlock {
            // What is needed has been said with the question.
            assert!(text.contains("You need the PUK"), "{text}");
            assert_eq!(play.screen().fields.len(), 1);
            play.unlock("12345678", "482915", "482915");
        } else {
            assert_eq!(play.screen().fields.len(), 3);
            play.press(Action::Submit, &["12345678", "482915", "482915"]);
        }
        assert_eq!(play.secrets_sent(), 1);
    }
    // Another token in the meantime: the answer was not given for it.
    let mut play = Play::begin(Flow::manage(now()));
    play.report(Report::Tokens(Ok(vec![unconfirmed(Confidence::Inferred)])));
    play.press(Action::Unlock, &[]);
    play.report(Report::Tokens(Ok(vec![moved(unconfirmed(
        Confidence::Inferred,
    ))])));
    play.press(Action::GoOn, &[]);
    assert_eq!(play.screen().kind, Kind::Token);
}

/// A token that cannot be unlocked: the last page says why, what the issuer must do and what
/// is lost, and asks for nothing.
fn is_final(play: &Play, manages: bool) {
    let screen = play.screen();
    assert_eq!(screen.kind, Kind::Failed, "{screen:?}");
    assert!(screen.fields.is_empty());
    let text = screen.text.join(" ");
    assert!(text.contains("Only its issuer can help"), "{text}");
    assert!(text.contains("certificate"), "{text}");
    let actions: Vec<Action> = screen.buttons.iter().map(|it| it.action).collect();
    let leave = match manages {
        true => Action::Close,
        false => Action::Cancel,
    };
    assert_eq!(actions, [Action::Copy, leave]);
    let copied = screen.copy.unwrap();
    assert!(copied.contains("Token: "), "{copied}");
    assert!(!play.offers(Action::Unlock) && !play.offers(Action::Next));
}

fn with(tries: Tries, change: impl FnOnce(&mut securesign_app::worker::TokenInfo)) -> TokenView {
    let mut view = token(tries);
    if let TokenState::Ready(info) = &mut view.state {
        change(info);
    }
    view
}

#[test]
fn a_puk_without_tries_is_offered_nowhere() {
    let spent = || with(Tries::Blocked, |info| info.puk = Tries::Blocked);
    let mut play = Play::sign(order(&link(CALLBACK, "ss_test_k", &[])));
    play.report(Report::Tokens(Ok(vec![spent()])));
    is_final(&play, false);
    play.press(Action::Unlock, &[]);
    play.press(Action::Next, &["12345678"]);
    assert_eq!(play.secrets_sent(), 0);
    play.press(Action::Cancel, &[]);
    assert_eq!(play.result()["error"], "SS_PIN_BLOCKED");
    let mut play = Play::begin(Flow::manage(now()));
    play.report(Report::Tokens(Ok(vec![spent()])));
    assert!(!play.offers(Action::Unlock));
    // One that has none at all.
    let none = with(Tries::Blocked, |info| info.puk_id = None);
    let mut play = Play::sign(order(&link(CALLBACK, "ss_test_k", &[])));
    play.report(Report::Tokens(Ok(vec![none])));
    is_final(&play, false);
    // Another token takes its place at once.
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    assert_eq!(play.screen().kind, Kind::Sign);
}

#[test]
fn where_another_certificate_signs_nothing_is_final() {
    let mut play = Play::sign(order(&link(CALLBACK, "ss_test_k", &[])));
    let mut other = moved(token(Tries::Left(3)));
    other.id.reader = "Another reader".into();
    let spent = with(Tries::Blocked, |info| info.puk = Tries::Blocked);
    play.report(Report::Tokens(Ok(vec![spent, other])));
    assert_eq!(play.screen().kind, Kind::Sign);
    assert!(!play.offers(Action::Unlock));
    play.input(securesign_app::screen::Input::Choose(2));
    play.press(Action::Sign, &["123456"]);
    assert_eq!(play.secrets_sent(), 1);
}

#[test]
fn unlocking_that_the_card_refuses_for_good_ends_on_a_page_without_a_field() {
    let off = || CardError::UnblockOff {
        sw: securesign_card::sw::StatusWord(0x6985),
    };
    let mut play = Play::begin(Flow::manage(now()));
    play.report(Report::Tokens(Ok(vec![token(Tries::Blocked)])));
    play.press(Action::Unlock, &[]);
    play.unlock("12345678", "482915", "482915");
    play.report(Report::Unblocked(Err(off())));
    is_final(&play, true);
    assert!(play.screen().text[0].contains("6985"));
    assert!(play.screen().copy.unwrap().contains("6985"));
    play.press(Action::Copy, &[]);
    assert_eq!(play.screen().notice.unwrap().level, Level::Success);
    // It is known from now on, and after the next look too.
    play.report(Report::ReadersChanged);
    play.report(Report::Tokens(Ok(vec![token(Tries::Blocked)])));
    is_final(&play, true);
    // For a request the token was asked for too.
    let mut play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Blocked);
    play.press(Action::Unlock, &[]);
    play.unlock("12345678", "482915", "482915");
    play.report(Report::Unblocked(Err(off())));
    is_final(&play, false);
    play.press(Action::Cancel, &[]);
    assert_eq!(play.result()["error"], "SS_PIN_BLOCKED");
    // With a PIN that works nothing is lost, and it goes on.
    let mut play = Play::with(order(&link(CALLBACK, "ss_test_k", &[])), Tries::Left(3));
    play.press(Action::Unlock, &[]);
    assert_eq!(play.screen().kind, Kind::Sign, "not offered there");
    let mut play = Play::begin(Flow::manage(now()));
    play.report(Report::Tokens(Ok(vec![token(Tries::Left(3))])));
    play.press(Action::Unlock, &[]);
    play.unlock("12345678", "482915", "482915");
    play.report(Report::Unblocked(Err(off())));
    let text = play.screen().text.join(" ");
    assert!(text.contains("still works"), "{text}");
    play.press(Action::Back, &[]);
    assert_eq!(play.screen().kind, Kind::Token);
    assert!(!play.offers(Action::Unlock) && play.offers(Action::ChangePin));
}

#[test]
fn the_start_of_unlocking_says_what_a_person_needs_in_this_order() {
    let view = with(Tries::Left(2), |info| info.puk = Tries::Left(3));
    let mut play = Play::begin(Flow::manage(now()));
    play.report(Report::Tokens(Ok(vec![view])));
    play.press(Action::Unlock, &[]);
    let text = play.screen().text.join("\n");
    let places = [
        // Whoever has a PIN that works may not need any of this.
        "Your PIN works, and 2 tries are left",
        "You need the PUK",
        "SO PIN",
        "came with the token",
        "3 tries are left",
        "When no tries are left",
    ]
    .map(|said| text.find(said).unwrap_or_else(|| panic!("{said}: {text}")));
    assert!(places.is_sorted(), "{places:?} {text}");
    let step = |play: &Play| play.screen().progress.unwrap();
    assert_eq!(step(&play), "Step 1 of 3");
    play.press(Action::Next, &[]);
    assert_eq!(step(&play), "Step 2 of 3");
    play.press(Action::Next, &["12345678"]);
    assert_eq!(step(&play), "Step 3 of 3");
    // A blocked PIN does not work, and nobody says so of one that does not tell.
    for tries in [Tries::Blocked, Tries::Unknown] {
        let mut play = Play::begin(Flow::manage(now()));
        play.report(Report::Tokens(Ok(vec![token(tries)])));
        play.press(Action::Unlock, &[]);
        assert!(!play.screen().text.join(" ").contains("works"));
    }
}

#[test]
fn the_question_before_the_last_try_says_what_is_true_for_the_token() {
    let asked = |view: TokenView| {
        let mut play = Play::sign(order(&link(CALLBACK, "ss_test_k", &[])));
        play.report(Report::Tokens(Ok(vec![view])));
        play.press(Action::Sign, &["123456"]);
        assert!(play.offers(Action::UseLastTry));
        play.screen().text[0].clone()
    };
    let one = || Tries::Left(1);
    let known = asked(token(one()));
    assert!(known.contains("unlocked with the PUK"), "{known}");
    let doubtful = asked(with(one(), |info| {
        info.family = "Example family".into();
        info.unblock = Confidence::Doubtful;
    }));
    assert!(doubtful.contains("On most tokens of this kind (Example family)"));
    assert!(doubtful.contains("the certificate is lost"), "{doubtful}");
    for hopeless in [
        asked(with(one(), |info| info.puk_id = None)),
        asked(with(one(), |info| info.puk = Tries::Blocked)),
    ] {
        assert!(hopeless.contains("nothing you have can unlock it"));
    }
}
