//! STARCOS 3, where it departs from what the emulator does.

use securesign_app::worker::Look;
use securesign_card::error::{CardError, Missing, Secret};
use securesign_card::profile::Tries;
use securesign_card::transport::TransportError;
use securesign_vendors::emulator::{Emulator, Fault, KeyKind};
use securesign_vendors::pkcs15::emulator::{
    Dialect, Object, Pkcs15Card, STARCOS34_ESIGN, STARCOS35_ESIGN,
};

use crate::bench::{Bench, Shared};
use crate::instead::Instead;
use crate::{HOLDER, KINDS, NEW, PIN, PUK, WRONG, only, openssl, sent};

#[test]
fn the_root_is_selected_without_its_parameters_where_a_card_does_not_give_them() {
    for kind in KINDS.iter().filter(|it| it.family.starts_with("STARCOS 3")) {
        let card = Shared::new(kind.card(KeyKind::Rsa2048).build().unwrap());
        let other = Instead::of(card, |card, command| {
            match command.starts_with(&[0x00, 0xA4, 0x00, 0x00, 0x02, 0x3F, 0x00]) {
                true => vec![0x6A, 0x86],
                false => card.transmit(command),
            }
        });
        let bench = Bench::new(other, None);
        bench.cold_signature(PIN).unwrap();
    }
}

#[test]
fn a_card_of_the_chamber_of_notaries_gets_no_pin() {
    let kind = KINDS.iter().find(|it| it.family == "STARCOS 3.5").unwrap();
    for version in [b'1', b'0'] {
        let card = Shared::new(kind.card(KeyKind::Rsa2048).build().unwrap());
        let mut atr = b"\x3B\xDF\x96\xFF\x81\x31\xFE\x45\x80[DE.BNOTK111\x81\x05\xA0".to_vec();
        atr[19..21].fill(version);
        let other = Instead::of(card.clone(), |card, command| card.transmit(command));
        let bench = Bench::new(other.with_atr(&atr), None);
        let (_, info) = bench.token();
        assert_eq!(info.family, kind.family);
        bench.cold_signature(PIN).unwrap_err();
        assert_eq!(sent(&card, 0x20), 0);
    }
}

/// Both generations with the eSign application: what they are called, the references of their
/// PINs, and whether the tries left are told.
pub const ESIGN: [(Dialect, &str, u8, bool); 2] = [
    (STARCOS34_ESIGN, "STARCOS 3.4", 0x01, true),
    (STARCOS35_ESIGN, "STARCOS 3.5 eSign", 0x06, false),
];

/// A card with the certificate of authentication, and with that of encryption too.
pub fn esign(dialect: Dialect, both: bool) -> Shared<Pkcs15Card> {
    let builder = Pkcs15Card::builder(dialect)
        .seed(b"tests")
        .object(Object::signing(HOLDER, KeyKind::Rsa2048));
    let builder = match both {
        true => builder.object(Object::signing("CN=Encryption", KeyKind::Rsa2048)),
        false => builder,
    };
    Shared::new(builder.build().unwrap())
}

#[test]
fn the_esign_application_signs_with_its_key_of_authentication_alone() {
    for (dialect, family, reference, tells) in ESIGN {
        let card = esign(dialect, true);
        let bench = Bench::new(card.clone(), None);
        let (id, info) = bench.token_by(Look::Everything);
        assert_eq!(info.family, family);
        assert_eq!(info.serial.as_deref(), Some("80490100000123456789"));
        let credential = only(&info).clone();
        assert_eq!(credential.label, "C.CH.AUT");
        let places: Vec<&str> = info.found.notes.iter().map(|it| &it.place[..]).collect();
        assert_eq!(places, ["C.CH.ENC"]);
        let tries = card.card().tries(reference);
        assert_eq!(tries, Some(3));
        let told = if tells {
            Tries::Left(3)
        } else {
            Tries::Unknown
        };
        assert_eq!(info.pin, told);
        let signature = bench.sign(&id, &credential, Some(PIN)).unwrap();
        openssl::judges(&credential, &signature);
        bench.change(&id, Secret::Pin, PIN, NEW).unwrap();
        let error = bench.sign(&id, &credential, Some(WRONG)).unwrap_err();
        let (secret, left) = (Secret::Pin, Some(2));
        assert_eq!(error, CardError::Wrong { secret, left });
        assert_eq!(card.card().tries(reference), Some(2));
        // What its PUK is called, and in which form it goes, is not public.
        let verified = sent(&card, 0x20);
        let error = bench.unblock(&id, PUK, PIN).unwrap_err();
        assert_eq!(error, CardError::Unsupported(Missing::Puk));
        assert_eq!((sent(&card, 0x20), sent(&card, 0x2C)), (verified, 0));
        bench.sign(&id, &credential, Some(NEW)).unwrap();
        bench.end();
        assert!(!card.card().is_verified(reference));
    }
}

#[test]
fn an_esign_application_with_one_certificate_has_nothing_missing() {
    for (dialect, ..) in ESIGN {
        let bench = Bench::new(esign(dialect, false), None);
        let (id, info) = bench.token();
        assert_eq!(info.found.notes, []);
        bench.sign(&id, only(&info), Some(PIN)).unwrap();
    }
}

#[test]
fn counts_of_commands_of_the_esign_application_are_within_their_bounds() {
    for (dialect, family, ..) in ESIGN {
        let bench = Bench::new(esign(dialect, true), None);
        let (_, status) = bench.count(|| bench.token_by(Look::Tries));
        let mut bench = Bench::new(esign(dialect, true), None);
        bench.cold_signature(PIN).unwrap();
        bench.stop();
        let cold = bench.reader.commands();
        println!("{family}, eSign: tries left {status}, cold signature {cold}");
        assert!(status <= 11, "{family}: {status}");
        assert!(cold <= 23, "{family}: {cold}");
    }
}

#[test]
fn a_card_with_the_esign_application_removed_or_reset_at_any_command_loses_nothing() {
    for (dialect, family, reference, _) in ESIGN {
        let card = esign(dialect, true);
        let bench = Bench::new(card.clone(), None);
        bench.cold_signature(PIN).unwrap();
        bench.end();
        let sent = card.card().sent().to_vec();
        let is_last = |header: &[u8; 4]| [0x2A, 0xC0].contains(&header[1]);
        let steps = 1 + sent.iter().rposition(is_last).unwrap();
        for error in [TransportError::Removed, TransportError::Reset] {
            for after in 0..steps {
                let card = esign(dialect, true);
                let bench = Bench::new(card.clone(), None);
                let name = format!("{family}, {error:?}, {after}");
                bench.reader.fault(Fault {
                    after,
                    error: error.clone(),
                });
                let result = bench.cold_signature(PIN);
                if error == TransportError::Removed {
                    result.expect_err(&name);
                }
                bench.end();
                let card = card.card();
                assert_eq!(card.tries(reference), Some(3), "{name}");
                let verified = card.is_verified(reference);
                assert!(error == TransportError::Removed || !verified, "{name}");
            }
        }
    }
}
