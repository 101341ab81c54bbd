//! How many commands each thing costs, and what costs none.

use securesign_app::worker::Look;
use securesign_card::error::{CardError, Missing};
use securesign_vendors::emulator::KeyKind;

use crate::{KINDS, PIN, only};

#[test]
fn counts_of_commands_are_within_their_bounds() {
    for kind in KINDS {
        let (bench, _) = kind.watched(kind.card(kind.keys[0]));
        let (_, status) = bench.count(|| bench.token_by(Look::Tries));
        let (mut bench, _) = kind.watched(kind.card(kind.keys[0]));
        bench.cold_signature(PIN).unwrap();
        bench.stop();
        let cold = bench.reader.commands();
        println!(
            "{}: tries left {status}, cold signature {cold}",
            kind.name()
        );
        let (most_status, most_cold) = kind.bounds;
        assert!(status <= most_status, "{}: {status}", kind.name());
        assert!(cold <= most_cold, "{}: {cold}", kind.name());
    }
}

#[test]
fn a_curve_of_the_older_isoapplet_is_refused_before_a_pin_is_typed() {
    let kind = &KINDS[0];
    let (bench, card) = kind.watched(kind.card(KeyKind::P256));
    let (id, info) = bench.token();
    let credential = only(&info);
    assert_eq!(credential.missing, Some(Missing::KeyKind));
    let error = bench.sign(&id, credential, Some(PIN)).unwrap_err();
    assert_eq!(error, CardError::Unsupported(Missing::KeyKind));
    assert_eq!(card.card().tries(1), Some(3));
    assert!(!card.card().is_verified(1));
}
