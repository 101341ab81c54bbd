//! A token with two applications is two tokens: each has its own certificates, PIN and tries,
//! and nothing that was typed for one reaches the other.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "here a panic is a failed test"
)]

#[path = "support/bench.rs"]
mod bench;
#[path = "support/pair.rs"]
mod pair;

use std::time::Duration;

use bench::{Bench, Shared, abc, secret};
use pair::{Pair, Selected};
use securesign_app::flow::{Effect, Event, Flow};
use securesign_app::language::Language;
use securesign_app::screen::{Action, Input, Screen};
use securesign_app::worker::{Job, Look, Report, TokenId, TokenInfo, TokenState, TokenView};
use securesign_card::digest::HashAlgorithm;
use securesign_card::error::{CardError, Secret};
use securesign_card::profile::{Credential, Search, Tries};
use securesign_card::signature::ToSign;
use securesign_card::transport::TransportError;
use securesign_vendors::emulator::{Emulator, Fault, KeyKind};
use securesign_vendors::openpgp::emulator::{self as openpgp, KeySlot, OpenPgpCard};
use securesign_vendors::piv::emulator::{NIST, PivCard, Slot, YUBIKEY5};

const PIV_PIN: &str = "111111";
const OPENPGP_PIN: &str = "222222";
const PUK: &str = "33333333";
const RESET_CODE: &str = "44444444";
/// One SELECT.
const PROBE: usize = 1;

/// PIV with these keys in 9C.
fn piv(keys: &[KeyKind]) -> PivCard {
    let mut card = PivCard::builder(YUBIKEY5).seed(b"several");
    for kind in keys {
        card = card.key(Slot::SIGNATURE, *kind);
    }
    card.pin(PIV_PIN).puk(PUK).build().unwrap()
}

fn open_pgp(holder: &str) -> OpenPgpCard {
    OpenPgpCard::builder(openpgp::YUBIKEY5)
        .seed(holder.as_bytes())
        .holder(holder)
        .pw1(OPENPGP_PIN)
        .reset_code(RESET_CODE)
        .key(KeySlot::Signature, KeyKind::P256)
        .build()
        .unwrap()
}

fn pair(keys: &[KeyKind]) -> (Bench, Shared<Pair>) {
    let pair = Pair::new(piv(keys), open_pgp("CN=Ada Lovelace"));
    let shared = Shared::new(pair);
    let bench = Bench::keeping(shared.clone(), None, Duration::from_secs(60));
    (bench, shared)
}

const P256: &[KeyKind] = &[KeyKind::P256];

fn any() -> Look {
    Look::Signing(Search::default())
}

fn only(serial: &str) -> Look {
    Look::Signing(Search {
        serial: Some(serial.to_owned()),
        everything: false,
    })
}

fn ready(view: &TokenView) -> (TokenId, TokenInfo) {
    match &view.state {
        TokenState::Ready(info) => (view.id.clone(), info.clone()),
        other => panic!("{other:?}"),
    }
}

/// Both of them.
fn both(bench: &Bench) -> [(TokenId, TokenInfo); 2] {
    let views = bench.look(Look::Everything);
    let [piv, openpgp] = &views[..] else {
        panic!("{views:?}");
    };
    [ready(piv), ready(openpgp)]
}

fn fits(credential: &Credential, signature: &[u8]) -> bool {
    let digest = abc(HashAlgorithm::Sha256);
    let key = credential.certificate.key();
    key.verify(ToSign::Digest(&digest), signature)
}

/// What reading such a card alone costs.
fn alone(card: impl Emulator + 'static, look: &Look) -> usize {
    let bench = Bench::new(card, None);
    bench.count(|| bench.look(look.clone())).1
}

#[test]
fn both_are_shown_each_with_its_name_its_certificates_and_its_tries() {
    let (bench, _) = pair(P256);
    let (views, cost) = bench.count(|| both(&bench));
    let [(first, piv_info), (second, openpgp_info)] = views;
    assert_eq!(first.application, None);
    assert_eq!(second.application, Some("openpgp"));
    assert_eq!(piv_info.family, "YubiKey PIV");
    assert_eq!(openpgp_info.family, "OpenPGP card");
    assert_ne!(piv_info.label, openpgp_info.label);
    for info in [&piv_info, &openpgp_info] {
        assert_eq!(info.pin, Tries::Left(3));
        assert_eq!(info.found.credentials.len(), 1);
    }
    assert_eq!(openpgp_info.unblocker, Secret::ResetCode);
    // What each of them costs alone, but for the probe of a PIV card that has nothing else.
    let expected = alone(piv(P256), &Look::Everything) - PROBE
        + alone(open_pgp("CN=Ada Lovelace"), &Look::Everything)
        - PROBE;
    assert_eq!(cost, expected);
}

#[test]
fn who_wants_the_tries_of_each_pin_reads_those_of_both() {
    let (bench, _) = pair(P256);
    let (views, cost) = bench.count(|| bench.look(Look::Pins));
    let tries = views.iter().map(|view| ready(view).1.pin);
    assert_eq!(tries.collect::<Vec<_>>(), [Tries::Left(3); 2]);
    let expected = alone(piv(P256), &Look::Pins) - PROBE
        + alone(open_pgp("CN=Ada Lovelace"), &Look::Pins)
        - PROBE;
    assert_eq!(cost, expected);
}

#[test]
fn who_signs_with_the_first_asks_nothing_of_the_second() {
    let (bench, _) = pair(P256);
    let (views, cost) = bench.count(|| bench.look(any()));
    assert_eq!(views.len(), 1);
    assert_eq!(cost, alone(piv(P256), &any()));
    let serial = ready(&views[0]).1.found.credentials[0].certificate.serial();
    let (views, cost) = bench.count(|| bench.look(only(&serial)));
    assert_eq!(views.len(), 1);
    // The application is selected anew, as for a card that has no other.
    assert_eq!(cost, {
        let bench = Bench::new(piv(P256), None);
        bench.look(any());
        bench.count(|| bench.look(only(&serial))).1
    });
}

#[test]
fn the_second_is_looked_at_and_signs_where_the_first_has_nothing_to_sign_with() {
    let empty: &[KeyKind] = &[];
    // A key whose signatures no portal can use is nothing to sign with.
    for keys in [empty, &[KeyKind::Ed25519]] {
        let (bench, card) = pair(keys);
        let (views, cost) = bench.count(|| bench.look(any()));
        let second = alone(open_pgp("CN=Ada Lovelace"), &any()) - PROBE;
        let first = alone(piv(keys), &any()) - PROBE;
        assert_eq!(cost, first + second);
        let (id, info) = ready(&views[1]);
        let credential = &info.found.credentials[0];
        // At once, in the dialogue that is still open.
        let sign = || bench.sign(&id, credential, Some(OPENPGP_PIN));
        let (signature, cost) = bench.count(sign);
        assert!(fits(credential, &signature.unwrap()));
        assert!(cost <= 3, "{cost}");
        assert_eq!(card.card().sent, [Selected::OpenPgp]);
    }
}

#[test]
fn a_certificate_that_only_the_second_has_is_found_by_its_serial_number() {
    let (bench, card) = pair(P256);
    let [_, (_, info)] = both(&bench);
    let serial = info.found.credentials[0].certificate.serial();
    let views = bench.look(only(&serial));
    let (id, info) = ready(&views[1]);
    let credential = &info.found.credentials[0];
    let signature = bench.sign(&id, credential, Some(OPENPGP_PIN)).unwrap();
    assert!(fits(credential, &signature));
    assert_eq!(card.card().sent, [Selected::OpenPgp]);
}

#[test]
fn a_wrong_pin_of_one_leaves_the_tries_of_the_other() {
    let (bench, card) = pair(P256);
    let [piv, openpgp] = both(&bench);
    let wrong = CardError::Wrong {
        secret: Secret::Pin,
        left: Some(2),
    };
    let (id, info) = &openpgp;
    let refused = bench.sign(id, &info.found.credentials[0], Some(PIV_PIN));
    assert_eq!(refused, Err(wrong.clone()));
    let [first, second] = both(&bench);
    assert_eq!(
        (first.1.pin, second.1.pin),
        (Tries::Left(3), Tries::Left(2))
    );
    let (id, info) = &piv;
    let refused = bench.sign(id, &info.found.credentials[0], Some(OPENPGP_PIN));
    assert_eq!(refused, Err(wrong));
    let [first, second] = both(&bench);
    assert_eq!(
        (first.1.pin, second.1.pin),
        (Tries::Left(2), Tries::Left(2))
    );
    assert_eq!(card.card().sent, [Selected::OpenPgp, Selected::Piv]);
}

#[test]
fn each_is_signed_with_in_turn_and_what_one_has_verified_is_nothing_to_the_other() {
    let (bench, card) = pair(P256);
    let [piv, openpgp] = both(&bench);
    let both = [(&piv, PIV_PIN), (&openpgp, OPENPGP_PIN)];
    for _ in 0..2 {
        for ((id, info), pin) in both {
            let credential = &info.found.credentials[0];
            let signature = bench.sign(id, credential, Some(pin)).unwrap();
            assert!(fits(credential, &signature));
        }
    }
    // The PIN that is kept is that of the second.
    let over = bench.sign(&piv.0, &piv.1.found.credentials[0], None);
    assert_eq!(over, Err(CardError::SessionOver));
    let sent = [Selected::Piv, Selected::OpenPgp].repeat(2);
    assert_eq!(card.card().sent, sent);
}

#[test]
fn the_pin_of_the_second_is_kept_for_it_alone_and_its_card_logged_out() {
    let (bench, card) = pair(P256);
    let [piv, openpgp] = both(&bench);
    let (id, info) = &openpgp;
    let credential = &info.found.credentials[0];
    bench.sign(id, credential, Some(OPENPGP_PIN)).unwrap();
    bench.sign(id, credential, None).unwrap();
    // The same certificate, as if it were the first application's.
    let lent = bench.sign(&piv.0, credential, None);
    assert_eq!(lent, Err(CardError::SessionOver));
    assert_eq!(card.card().sent, [Selected::OpenPgp; 2]);
    let resets = bench.reader.resets();
    bench.end();
    assert!(resets > 0, "the dialogue of the second ended in a reset");
}

#[test]
fn each_pin_is_changed_and_unblocked_for_itself() {
    let (bench, _) = pair(P256);
    let [(piv, _), (openpgp, info)] = both(&bench);
    bench
        .change(&openpgp, Secret::Pin, OPENPGP_PIN, "555555")
        .unwrap();
    bench.change(&piv, Secret::Pin, PIV_PIN, "666666").unwrap();
    let credential = &info.found.credentials[0];
    bench.sign(&openpgp, credential, Some("555555")).unwrap();
    bench.unblock(&openpgp, RESET_CODE, "777777").unwrap();
    bench.unblock(&piv, PUK, "888888").unwrap();
    bench.sign(&openpgp, credential, Some("777777")).unwrap();
}

#[test]
fn a_token_that_was_taken_out_or_is_another_one_gets_nothing() {
    let (bench, card) = pair(P256);
    let [_, (id, info)] = both(&bench);
    let credential = &info.found.credentials[0];
    std::thread::sleep(Duration::from_millis(800));
    // Another card of the same kind, in a reader that has not noticed.
    card.card().openpgp = OpenPgpCard::builder(openpgp::YUBIKEY5)
        .seed(b"other")
        .pw1("999999")
        .key(KeySlot::Signature, KeyKind::P256)
        .build()
        .unwrap();
    let refused = bench.sign(&id, credential, Some(OPENPGP_PIN));
    assert_eq!(refused, Err(CardError::Changed));
    // One that has no such application any more is no better.
    let removed = bench.reader.remove();
    let refused = bench.sign(&id, credential, Some(OPENPGP_PIN));
    let gone = CardError::Transport(TransportError::Removed);
    assert_eq!(refused, Err(gone.clone()));
    assert_eq!(bench.look(Look::Everything).len(), 1);
    bench.reader.insert(removed.unwrap());
    let refused = bench.sign(&id, credential, Some(OPENPGP_PIN));
    assert_eq!(refused, Err(gone));
    assert_eq!(both(&bench)[1].1.pin, Tries::Left(3));
    assert_eq!(card.card().sent, []);
}

#[test]
fn a_card_of_another_kind_is_not_asked_for_more() {
    // It has both, and nothing says so: the second is not looked for.
    let piv = || PivCard::builder(NIST).seed(b"several").build().unwrap();
    let bench = Bench::new(Pair::new(piv(), open_pgp("CN=Ada Lovelace")), None);
    for look in [any(), Look::Everything, Look::Tries] {
        let (views, cost) = bench.count(|| bench.look(look.clone()));
        assert_eq!(views.len(), 1);
        let single = Bench::new(piv(), None);
        if look != any() {
            single.look(any());
        }
        assert_eq!(cost, single.count(|| single.look(look)).1);
    }
    // Nor is one that is made for both asked where only the tries are wanted.
    let (bench, _) = pair(&[]);
    assert_eq!(bench.look(Look::Tries).len(), 1);
}

/// The token window, in which this was done.
fn screen(bench: &Bench, language: Language, done: Option<Input>) -> Screen {
    let now = "2026-11-23T12:00:00Z".parse().unwrap();
    let (mut flow, _) = Flow::manage(now);
    flow.speak(language);
    let views = bench.look(Look::Everything);
    flow.on(Event::Report(Report::Tokens(Ok(views))), now);
    if let Some(input) = done {
        flow.on(Event::Input(input), now);
    }
    flow.screen()
}

#[test]
fn the_window_lists_both_and_shows_the_one_that_is_opened() {
    let (bench, _) = pair(P256);
    let list = screen(&bench, Language::English, None);
    let titles: Vec<_> = list.rows.iter().map(|row| row.title.as_str()).collect();
    assert_eq!(titles, ["YubiKey PIV", "OpenPGP card"]);
    assert!(list.rows.iter().all(|row| row.pill == "3 PIN tries left"));
    assert!(list.certificates.is_empty() && !list.offers(Action::ChangePin));

    let screen = screen(&bench, Language::English, Some(Input::Row(1)));
    assert_eq!(screen.certificates.len(), 1);
    let detail = &screen.certificates[0].detail;
    assert!(detail.ends_with("· OpenPGP card"), "{detail}");
    assert_eq!(screen.chosen, None);
    assert_eq!(screen.facts[0].value, "OpenPGP card");
    assert_eq!(screen.counters[1].caption, "Reset code tries left");
    assert!(screen.offers(Action::ChangePin) && screen.offers(Action::Back));
}

#[test]
fn one_without_a_certificate_is_listed_and_has_its_page_too() {
    let (bench, _) = pair(&[]);
    for (language, tries) in [
        (Language::English, "3 PIN tries left"),
        (Language::Hindi, "पिन के 3 प्रयास शेष"),
    ] {
        let list = screen(&bench, language, None);
        assert_eq!(list.rows[0].title, "YubiKey PIV");
        assert_eq!(list.rows[0].pill, tries);
        let screen = screen(&bench, language, Some(Input::Row(0)));
        assert_eq!(screen.facts[0].value, "YubiKey PIV");
        assert!(screen.certificates.is_empty());
        assert!(screen.offers(Action::ChangePin));
    }
}

#[test]
fn what_is_blocked_is_at_the_top() {
    let (bench, card) = pair(P256);
    let blocked = |flow: &mut Flow, now| {
        let mut views = bench.look(Look::Everything);
        if let TokenState::Ready(info) = &mut views[1].state {
            info.pin = Tries::Blocked;
        }
        flow.on(Event::Report(Report::Tokens(Ok(views))), now);
    };
    let now = "2026-11-23T12:00:00Z".parse().unwrap();
    let (mut flow, _) = Flow::manage(now);
    blocked(&mut flow, now);
    let rows = flow.screen().rows;
    assert_eq!(rows[0].title, "OpenPGP card");
    assert_eq!(rows[0].pill, "PIN blocked");
    // What is opened is what was shown there; Back is the list again.
    flow.on(Event::Input(Input::Row(0)), now);
    assert_eq!(flow.screen().facts[0].value, "OpenPGP card");
    flow.on(Event::Input(Input::Press(Action::Back, Vec::new())), now);
    assert_eq!(flow.screen().rows, rows);
    // A form that is left comes back to the page of its token.
    flow.on(Event::Input(Input::Row(1)), now);
    flow.on(
        Event::Input(Input::Press(Action::ChangePin, Vec::new())),
        now,
    );
    flow.on(Event::Input(Input::Press(Action::Back, Vec::new())), now);
    assert_eq!(flow.screen().facts[0].value, "YubiKey PIV");
    // Where the other one is gone it has the window to itself.
    let mut views = bench.look(Look::Everything);
    views.truncate(1);
    flow.on(Event::Report(Report::Tokens(Ok(views))), now);
    let alone = flow.screen();
    assert_eq!(alone.facts[0].value, "YubiKey PIV");
    assert!(alone.offers(Action::Close) && !alone.offers(Action::Back));
    assert_eq!(card.card().sent, []);
}

#[test]
fn what_is_typed_for_one_is_for_the_screen_of_the_other_no_more() {
    let (bench, card) = pair(P256);
    let now = "2026-11-23T12:00:00Z".parse().unwrap();
    let (mut flow, _) = Flow::manage(now);
    let views = bench.look(Look::Everything);
    flow.on(Event::Report(Report::Tokens(Ok(views))), now);
    let mut bound = Vec::new();
    let mut meant = Vec::new();
    for (at, pin) in [(0, PIV_PIN), (1, OPENPGP_PIN)] {
        flow.on(Event::Input(Input::Press(Action::Back, Vec::new())), now);
        flow.on(Event::Input(Input::Row(at)), now);
        bound.push(flow.screen().token);
        let press = |action, secrets: &[&str]| {
            let secrets = secrets.iter().map(|text| secret(text)).collect();
            Event::Input(Input::Press(action, secrets))
        };
        flow.on(press(Action::ChangePin, &[]), now);
        let effects = flow.on(press(Action::Submit, &[pin, "975310", "975310"]), now);
        for effect in effects {
            let Effect::Job(job) = effect else {
                panic!("a job expected");
            };
            if let Job::Change { token, .. } = &job {
                meant.push(token.application);
            }
            bench.send(job);
        }
        let report = bench.report();
        assert!(matches!(report, Report::Changed(Ok(()))), "{report:?}");
        flow.on(Event::Report(report), now);
        let views = bench.look(Look::Everything);
        flow.on(Event::Report(Report::Tokens(Ok(views))), now);
    }
    assert_ne!(bound[0], bound[1]);
    assert_eq!(meant, [None, Some("openpgp")]);
    // An OpenPGP card's PIN is verified before it is replaced.
    let openpgp = [Selected::OpenPgp; 2];
    assert_eq!(card.card().sent, [&[Selected::Piv], &openpgp[..]].concat());
}

#[test]
fn a_token_that_is_taken_out_while_it_is_read_leaves_an_empty_reader() {
    let cost = {
        let (bench, _) = pair(P256);
        bench.count(|| both(&bench)).1
    };
    for after in 0..cost {
        let (bench, _) = pair(P256);
        let error = TransportError::Removed;
        bench.reader.fault(Fault { after, error });
        let views = bench.look(Look::Everything);
        let states: Vec<_> = views.iter().map(|view| &view.state).collect();
        assert_eq!(states, [&TokenState::Empty], "after {after} commands");
        assert_eq!(views[0].id.application, None);
    }
}
