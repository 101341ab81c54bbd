//! Cards that are pulled out, are reset by others, or refuse what is not needed: no try is
//! lost, and a signature needs no more than it must.

use std::collections::BTreeSet;

use securesign_app::worker::{Look, TokenState};
use securesign_card::transport::TransportError;
use securesign_vendors::eid::emulator::EidCard;
use securesign_vendors::emulator::Fault;

use super::bench::{Bench, Shared};
use super::between::{ANSWERS, At, Between, Studied};
use super::{CHANGE, KINDS, Kind, UNBLOCK, sent, tries, unblock, watched};

/// Commands that replace a PIN.
const REPLACES: [u8; 2] = [CHANGE, UNBLOCK];

fn full(kind: &Kind) -> Vec<u8> {
    kind.product.pins.iter().map(|pin| pin.tries).collect()
}

#[test]
fn a_card_removed_or_reset_at_any_command_loses_nothing() {
    for kind in KINDS {
        let pin = kind.value(kind.keys()[0].pin);
        let (mut bench, _) = watched(kind);
        bench.cold_signature(pin).unwrap();
        bench.stop();
        let steps = bench.reader.commands();
        for error in [TransportError::Removed, TransportError::Reset] {
            for after in 0..steps {
                let (bench, card) = watched(kind);
                let name = format!("{}, {error:?}, {after}", kind.product.name);
                bench.reader.fault(Fault {
                    after,
                    error: error.clone(),
                });
                let result = bench.cold_signature(pin);
                let may_be_done = error != TransportError::Removed || after + 1 == steps;
                assert!(
                    may_be_done || result.is_err() || after + 2 >= steps,
                    "{name}"
                );
                bench.end();
                assert_eq!(tries(&card, kind), full(kind), "{name}");
                // Out of the reader it has no power, and forgets.
                let is_reset = error == TransportError::Reset;
                assert!(!is_reset || !card.card().is_verified(), "{name}");
            }
        }
    }
}

/// Whatever is lost on the way: nothing is sent twice, and the present PIN loses no try.
#[test]
fn a_card_removed_or_reset_while_a_pin_is_replaced_gets_nothing_twice() {
    for kind in KINDS {
        let key = kind.keys()[0];
        let role = kind.role(key.pin);
        let puk = kind.puk(key.pin);
        let jobs: &[bool] = match puk {
            Some(_) => &[false, true],
            None => &[false],
        };
        let replace = |bench: &Bench, unblocks: bool| {
            let view = bench.look(Look::Everything).remove(0);
            let TokenState::Ready(info) = view.state else {
                return None;
            };
            let new = kind.other(key.pin);
            let pin = info.pins().into_iter().find(|pin| pin.role == role)?;
            Some(match (unblocks, puk) {
                (true, Some(puk)) => unblock(
                    bench,
                    &view.id,
                    (pin.id, pin.unblock.ok()?.id),
                    puk.value,
                    new,
                ),
                _ => bench.change(&view.id, role, kind.value(key.pin), new),
            })
        };
        for unblocks in jobs {
            let (bench, card) = watched(kind);
            let (_, before) = bench.count(|| bench.look(Look::Everything));
            let (done, steps) = bench.count(|| replace(&bench, *unblocks));
            done.unwrap().unwrap();
            let compared = card.card().compared();
            let usual: Vec<usize> = REPLACES.iter().map(|ins| sent(&card, *ins)).collect();
            for error in [TransportError::Removed, TransportError::Reset] {
                for after in before..steps {
                    let (bench, card) = watched(kind);
                    bench.reader.fault(Fault {
                        after,
                        error: error.clone(),
                    });
                    let name = format!("{}, {unblocks}, {error:?}, {after}", kind.product.name);
                    let done = replace(&bench, *unblocks);
                    bench.end();
                    let is_lost = error == TransportError::Removed;
                    assert!(!is_lost || !matches!(done, Some(Ok(()))), "{name}");
                    assert!(card.card().compared() <= compared, "{name}");
                    for (ins, usual) in REPLACES.iter().zip(&usual) {
                        assert!(sent(&card, *ins) <= *usual, "{name}: {ins:02X}");
                    }
                    assert_eq!(tries(&card, kind), full(kind), "{name}");
                    assert!(is_lost || !card.card().is_verified(), "{name}");
                }
            }
        }
    }
}

impl Studied for EidCard {
    const ACTS_FIRST: bool = false;

    /// READ BINARY, and READ BUFFER of GSC-IS, wherever it reads; SELECT and GET DATA by what they ask for.
    fn about(&self, command: &[u8]) -> String {
        match command {
            [_, 0xB0 | 0x52, ..] => format!("read {:04X?}", self.selected()),
            [_, ins @ (0xA4 | 0xCB | 0x20), p1, p2, data @ ..] => {
                let secret = *ins == 0x20;
                let data = if secret { &[][..] } else { data };
                format!("{ins:02X}{p1:02X}{p2:02X} {data:02X?}")
            }
            [_, ins, p1, p2, ..] => format!("{ins:02X}{p1:02X}{p2:02X}"),
            _ => format!("{command:02X?}"),
        }
    }
}

/// Of all that a card is asked, what selects and reads the certificate, the PIN and the
/// signature are needed. What is refused that is not, stops nothing; what is refused that is
/// needed costs no try.
#[test]
fn what_the_card_refuses_and_is_not_needed_stops_nothing() {
    // Products of a family are sent the same commands.
    let mut families = BTreeSet::new();
    for kind in KINDS.iter().filter(|kind| families.insert(kind.family)) {
        let key = kind.keys()[0];
        let done = |at: At, answer| {
            let card = EidCard::builder(kind.product).seed(b"tests");
            let card = Shared::new(card.build().unwrap());
            let between = Shared::new(Between::new(card.clone(), at, answer));
            let bench = Bench::new(between.clone(), None);
            let view = bench.look(Look::Everything).remove(0);
            let result = match view.state {
                TokenState::Ready(info) => {
                    let mut own = info.found.credentials.iter();
                    let own = own.find(|it| it.label == kind.labels[0]);
                    own.map(|own| {
                        bench
                            .sign(&view.id, own, Some(kind.value(key.pin)))
                            .map(drop)
                    })
                }
                _ => None,
            };
            bench.end();
            let log = between.card().log.clone();
            (result, log, card)
        };
        let (result, mut log, _) = done(At::Nowhere, &[]);
        result.unwrap().unwrap();
        log.sort_unstable();
        log.dedup();
        for about in log {
            let needed = kind.needed.iter().any(|it| about.starts_with(it));
            for answer in ANSWERS {
                let name = format!("{}: {about}, {answer:02X?}", kind.product.name);
                let (result, _, card) = done(At::About(about.clone()), answer);
                let is_done = matches!(result, Some(Ok(())));
                assert!(needed || is_done, "{name}: {result:?}");
                // Said to be selected, and it was not: what is sent is compared with what was.
                let lies = kind.selects_pins && answer.ends_with(&[0x90, 0x00]);
                let may_cost = lies && about.starts_with("A4");
                assert!(may_cost || tries(&card, kind) == full(kind), "{name}");
                assert!(!card.card().is_verified(), "{name}");
            }
        }
    }
}
