//! The dialogue with a card: what it costs, how it breaks off, how it ends.

use crate::bench::{Bench, Shared, abc, secret};
use crate::instead::Instead;
use securesign_app::worker::{Look, TokenState};
use securesign_card::atr::Atr;
use securesign_card::channel::Extended;
use securesign_card::digest::HashAlgorithm;
use securesign_card::error::{CardError, Secret};
use securesign_card::frame::Frame;
use securesign_card::known::Known;
use securesign_card::profile::{Search, Tries};
use securesign_card::signature::ToSign;
use securesign_card::token::{LastTry, Token};
use securesign_card::transport::{Transport, TransportError};
use securesign_vendors::emulator::{Emulator, Fault};
use securesign_vendors::piv::emulator::{
    KeyKind, NIST, PICO, PIV_AUTHENTICATOR, PIVAPPLET, PivCard, Slot, YUBIKEY5,
};

use super::card::{Breaking, EXTENDED, PIN, PUK, SELECT, card, p256, watched};

#[test]
fn counts_of_commands_are_within_their_bounds() {
    let ask = Bench::new(p256(NIST), None);
    // Any PIV card may have a global PIN: which counter is asked has to be read once.
    let (_, tries) = ask.count(|| ask.token_by(Look::Tries));
    println!("tries left: {tries} commands");
    assert!(tries <= 3, "{tries}");
    let (_, tries) = ask.count(|| ask.token_by(Look::Tries));
    println!("tries left, once more: {tries} commands");
    assert!(tries <= 2, "{tries}");
    let ask = Bench::new(p256(YUBIKEY5), None);
    let (_, tries) = ask.count(|| ask.token_by(Look::Tries));
    assert!(tries <= 2, "{tries}");

    for (name, max_data, extended, cold_bound) in
        [("short", None, false, 9), ("extended", EXTENDED, true, 7)]
    {
        let builder = card(NIST).key(Slot::SIGNATURE, KeyKind::P256);
        let builder = if extended {
            builder.extended_capability()
        } else {
            builder
        };
        let bench = Bench::new(builder.build().unwrap(), max_data);
        let (_, cold) = bench.count(|| {
            let (id, info) = bench.token();
            assert_eq!(info.pin, Tries::Left(3));
            bench
                .sign(&id, &info.found.credentials[0], Some(PIN))
                .unwrap();
        });
        println!("cold signature, {name}: {cold} commands");
        assert!(cold <= cold_bound, "{cold}");
        let (id, info) = {
            // Look again would close the dialogue: what is known serves on.
            let (_, more) = bench.count(|| ());
            assert_eq!(more, 0);
            bench.token()
        };
        bench
            .sign(&id, &info.found.credentials[0], Some(PIN))
            .unwrap();
        let (_, further) =
            bench.count(|| bench.sign(&id, &info.found.credentials[0], None).unwrap());
        println!("further signature, PIN always, {name}: {further} commands");
        assert!(further <= 2, "{further}");
    }

    let once = card(NIST)
        .key(Slot::AUTHENTICATION, KeyKind::P256)
        .build()
        .unwrap();
    let bench = Bench::new(once, None);
    let (id, info) = bench.token();
    bench
        .sign(&id, &info.found.credentials[0], Some(PIN))
        .unwrap();
    let (_, further) = bench.count(|| bench.sign(&id, &info.found.credentials[0], None).unwrap());
    println!("further signature, PIN once: {further} commands");
    assert!(further <= 1, "{further}");
}

#[test]
fn r23_a_reset_in_the_middle_asks_for_the_pin_again_and_repeats_nothing() {
    let (bench, card) = watched(NIST);
    let (id, info) = bench.token();
    let credential = &info.found.credentials[0];
    // At VERIFY, at VERIFY after the counter was asked, and between VERIFY and the
    // signature.
    for after in [0, 1, 2] {
        let verifies = card.card().count(0x20);
        bench.reader.fault(Fault {
            after,
            error: TransportError::Reset,
        });
        let error = bench.sign(&id, credential, Some(PIN)).unwrap_err();
        let reset = CardError::Transport(TransportError::Reset);
        let expected = match after {
            // What the card made of the PIN that was sent to it nobody knows.
            0 | 1 => CardError::Unanswered {
                secret: Secret::Pin,
                cause: Box::new(reset),
            },
            _ => reset,
        };
        assert_eq!(error, expected);
        assert_eq!(card.card().count(0x20) - verifies, after);
        assert!(!card.card().is_verified());
        // The session is forgotten too.
        assert_eq!(
            bench.sign(&id, credential, None).unwrap_err(),
            CardError::SessionOver
        );
    }
    bench.sign(&id, credential, Some(PIN)).unwrap();
}

#[test]
fn r23_a_pin_accepted_earlier_is_forgotten_at_its_first_refusal() {
    let (bench, card) = watched(NIST);
    let (id, info) = bench.token();
    let credential = &info.found.credentials[0];
    bench.sign(&id, credential, Some(PIN)).unwrap();
    // Another program changes the PIN.
    let mut change = vec![0x00, 0x24, 0x00, 0x80, 0x10];
    change.extend(b"123456\xFF\xFF654321\xFF\xFF");
    let answer = securesign_vendors::emulator::Emulator::transmit(&mut *card.card(), &change);
    assert_eq!(answer, [0x90, 0x00]);
    let before = card.card().pin_tries();
    assert!(bench.sign(&id, credential, None).is_err());
    assert_eq!(card.card().pin_tries(), before - 1);
    assert_eq!(
        bench.sign(&id, credential, None).unwrap_err(),
        CardError::SessionOver
    );
    assert_eq!(card.card().pin_tries(), before - 1);
}

#[test]
fn removal_in_the_middle_is_told_and_another_card_is_not_taken_for_it() {
    let (bench, _) = watched(NIST);
    let (id, info) = bench.token();
    bench.reader.fault(Fault {
        after: 1,
        error: TransportError::Removed,
    });
    let error = bench
        .sign(&id, &info.found.credentials[0], Some(PIN))
        .unwrap_err();
    assert_eq!(error, CardError::Transport(TransportError::Removed));
    assert_eq!(bench.look(Look::Tries)[0].state, TokenState::Empty);
    let other = Shared::new(p256(PIVAPPLET));
    bench.reader.insert(Box::new(other.clone()));
    assert!(
        bench
            .sign(&id, &info.found.credentials[0], Some(PIN))
            .is_err()
    );
    assert_eq!(other.card().log().len(), 0);
}

#[test]
fn the_card_is_logged_out_and_reset_when_the_dialogue_ends() {
    for personality in [NIST, PIV_AUTHENTICATOR, PICO] {
        let (bench, card) = watched(personality);
        let reader = bench.reader.clone();
        let (id, info) = bench.token();
        bench
            .sign(&id, &info.found.credentials[0], Some(PIN))
            .unwrap();
        bench.end();
        assert_eq!(reader.resets(), 1);
        assert!(!card.card().is_verified());
    }
}

#[test]
fn r28_an_unrecognised_card_gets_select_and_nothing_else() {
    let stranger = [0x3B, 0x04, 0x11, 0x22, 0x33, 0x44];
    let card = Shared::new(Instead::of_nothing(&stranger, |_| vec![0x6A, 0x82]));
    let bench = Bench::new(card.clone(), EXTENDED);
    for look in [
        Look::Tries,
        Look::Signing(Search::default()),
        Look::Everything,
    ] {
        let view = bench.look(look).remove(0);
        assert!(matches!(view.state, TokenState::Unknown { .. }));
        let (pin, puk) = (secret(PIN), secret(PUK));
        bench.send(securesign_app::worker::Job::Unblock {
            token: view.id,
            pin: securesign_card::application::PinId(1),
            with: securesign_card::application::PinId(2),
            puk,
            new: pin,
            last: LastTry::Use,
        });
        assert_eq!(
            bench.report(),
            securesign_app::worker::Report::Unblocked(Err(CardError::Changed))
        );
    }
    let sent = card.card().seen.clone();
    assert!(!sent.is_empty());
    assert!(sent.iter().all(|it| it[1] == 0xA4), "{sent:02X?}");
}

#[test]
fn nothing_but_select_follows_a_chain_that_broke_off() {
    // On this card a log-out inside the chain would be compared as a PIN.
    let mut piv = card(PICO)
        .key(Slot::AUTHENTICATION, KeyKind::Rsa2048)
        .build()
        .unwrap();
    let atr = Atr::parse(&piv.atr()).unwrap();
    let mut line = Breaking {
        card: &mut piv,
        whole: true,
    };
    let mut known = Known::new(Extended::UNKNOWN);
    let token = Token::open(&mut line, &atr, &mut known, securesign_vendors::PROFILES);
    let mut token = token.unwrap().unwrap();
    let found = token.credentials(&Search::default()).unwrap();
    let digest = abc(HashAlgorithm::Sha256);
    let what = ToSign::Digest(&digest);
    assert!(
        token
            .sign(&found.credentials[0], what, &secret(PIN), LastTry::Keep)
            .is_err()
    );
    token.close();
    piv.reset();
    piv.transmit(SELECT);
    assert_eq!(piv.transmit(&[0x00, 0x20, 0x00, 0x80]), [0x63, 0xC3]);
}

/// A card that takes a minute and more for a signature.
struct Patient<'a> {
    card: &'a mut PivCard,
    now: std::time::Duration,
}

impl Transport for Patient<'_> {
    fn exchange(&mut self, frame: &Frame) -> Result<Vec<u8>, TransportError> {
        if frame.expose()[1] == 0x87 {
            self.now += std::time::Duration::from_secs(61);
        }
        Ok(self.card.transmit(frame.expose()))
    }

    fn elapsed(&self) -> std::time::Duration {
        self.now
    }
}

#[test]
fn r23_however_long_a_signature_took_the_card_is_logged_out() {
    let mut piv = p256(NIST);
    let atr = Atr::parse(&piv.atr()).unwrap();
    let mut line = Patient {
        card: &mut piv,
        now: std::time::Duration::ZERO,
    };
    let profiles = securesign_vendors::PROFILES;
    let mut known = Known::new(Extended::UNKNOWN);
    let token = Token::open(&mut line, &atr, &mut known, profiles);
    let mut token = token.unwrap().unwrap();
    let found = token.credentials(&Search::default()).unwrap();
    let digest = abc(HashAlgorithm::Sha256);
    let what = ToSign::Digest(&digest);
    token
        .sign(&found.credentials[0], what, &secret(PIN), LastTry::Keep)
        .unwrap();
    token.close();
    // Not by a reset, which comes on top.
    assert!(!piv.is_verified());
}

#[test]
fn a_card_that_ignores_the_log_out_is_logged_out_for_programs_that_do_not_select() {
    let piv = card(PICO)
        .key(Slot::AUTHENTICATION, KeyKind::P256)
        .build()
        .unwrap();
    let mut shared = Shared::new(piv);
    let bench = Bench::new(shared.clone(), None);
    let (id, info) = bench.token();
    bench
        .sign(&id, &info.found.credentials[0], Some(PIN))
        .unwrap();
    bench.end();
    assert_ne!(shared.transmit(&[0x00, 0x20, 0x00, 0x80]), [0x90, 0x00]);
}
