//! Cards that are pulled out, are reset by others, or refuse what is not needed: no try is
//! lost, and a signature needs no more than it must.

use securesign_app::worker::{Look, TokenState};
use securesign_card::error::Secret;
use securesign_card::profile::Tries;
use securesign_card::transport::TransportError;
use securesign_vendors::emulator::Fault;
use securesign_vendors::gids::emulator::{ALL, GIDS_APPLET, GidsCard};

use super::bench::{Bench, Shared};
use super::between::{ANSWERS, At, Between, Studied};
use super::{
    ADMIN_KEY, AUTHENTICATE, CHANGE, NEW, PIN, PSO, UNBLOCK, only, sent, tries, watched, with_key,
    with_puk,
};

#[test]
fn objects_that_make_no_sense_are_notes_and_never_a_panic() {
    let garbage: [&[u8]; 7] = [
        &[],
        &[0x00],
        &[0x01],
        &[0x01, 0x00],
        &[0x30, 0x80],
        &[0x01, 0x00, 0x10, 0x00, 0x78, 0xDA, 0xFF, 0xFF],
        &[0xFF; 300],
    ];
    for (file, tag) in [
        (0xA000, 0xDF1F),
        (0xA010, 0xDF23),
        (0xA010, 0xDF24),
        (0xA012, 0xDF20),
    ] {
        for bytes in garbage {
            let (bench, gids) = watched(with_key(GIDS_APPLET).object(file, tag, bytes));
            bench.look(Look::Everything);
            let name = format!("{file:04X} {tag:04X} {bytes:02X?}");
            assert_eq!(tries(&gids)[0], 3, "{name}");
            assert_eq!(sent(&gids, 0x20), 0, "{name}");
        }
    }
}

/// Whatever is lost on the way: nothing is sent twice, and the present PIN loses no try.
#[test]
fn a_card_removed_or_reset_while_its_pin_is_replaced_gets_nothing_twice() {
    let replace = |bench: &Bench, unblocks: bool| {
        let view = bench.look(Look::Tries).remove(0);
        let is_there = matches!(view.state, TokenState::Ready(_));
        is_there.then(|| match unblocks {
            true => bench.unblock(&view.id, ADMIN_KEY, NEW),
            false => bench.change(&view.id, Secret::Pin, PIN, NEW),
        })
    };
    for unblocks in [false, true] {
        let (bench, _) = watched(with_key(GIDS_APPLET));
        let (done, steps) = bench.count(|| replace(&bench, unblocks));
        done.unwrap().unwrap();
        for error in [TransportError::Removed, TransportError::Reset] {
            for after in 0..steps {
                let (bench, gids) = watched(with_key(GIDS_APPLET));
                bench.reader.fault(Fault {
                    after,
                    error: error.clone(),
                });
                let name = format!("{unblocks}, {error:?}, {after}");
                let done = replace(&bench, unblocks);
                bench.end();
                let is_lost = error == TransportError::Removed;
                assert!(!is_lost || !matches!(done, Some(Ok(()))), "{name}");
                assert!(sent(&gids, CHANGE) <= 1, "{name}");
                assert!(sent(&gids, UNBLOCK) <= 1, "{name}");
                assert!(sent(&gids, AUTHENTICATE) <= 2, "{name}");
                assert_eq!(tries(&gids)[0], 3, "{name}");
                let verified = gids.card().is_verified();
                let is_reset = error == TransportError::Reset;
                assert!(!is_reset || verified == [false, false], "{name}");
            }
        }
    }
}

#[test]
fn a_card_removed_or_reset_at_any_command_loses_nothing() {
    for product in ALL {
        let (bench, gids) = watched(with_key(product));
        bench.cold_signature(PIN).unwrap();
        bench.end();
        let sent = gids.card().sent().to_vec();
        let steps = 1 + sent.iter().position(|header| header[1] == PSO).unwrap();
        for error in [TransportError::Removed, TransportError::Reset] {
            for after in 0..steps {
                let (bench, gids) = watched(with_key(product));
                let before = tries(&gids);
                let name = format!("{}, {error:?}, {after}", product.name);
                bench.reader.fault(Fault {
                    after,
                    error: error.clone(),
                });
                let result = bench.cold_signature(PIN);
                if error == TransportError::Removed {
                    result.expect_err(&name);
                }
                bench.end();
                assert_eq!(tries(&gids), before, "{name}");
                // Out of the reader it has no power, and forgets.
                let verified = gids.card().is_verified()[0];
                assert!(error == TransportError::Removed || !verified, "{name}");
            }
        }
    }
}

impl Studied for GidsCard {
    const ACTS_FIRST: bool = false;

    fn about(&self, command: &[u8]) -> String {
        match command {
            [_, 0xCB, high, low, _, 0x5C, _, tag @ ..] => {
                format!("object {high:02X}{low:02X} {:02X?}", &tag[..2])
            }
            [_, 0xA4, 0x04, ..] => "select".to_owned(),
            [_, 0x20, 0x00, 0x82] => "log out".to_owned(),
            [_, ins, ..] => format!("{ins:02X}"),
            _ => format!("{command:02X?}"),
        }
    }
}

/// What says that there is a PUK is refused once, when the card is read: the administrator's key
/// is not asked for before it is asked again.
#[test]
fn a_puk_that_was_not_seen_at_first_is_seen_before_the_admin_key_is_asked_for() {
    let about = "object 3FFF [7F, 73]";
    let look = |at| {
        let card = Shared::new(with_puk().build().unwrap());
        let between = Shared::new(Between::new(card, at, &[0x6F, 0x00]));
        let bench = Bench::new(between.clone(), None);
        let (_, info) = bench.token_by(Look::Everything);
        let log = between.card().log.clone();
        (info, log)
    };
    let (info, log) = look(At::Nowhere);
    assert_eq!((info.unblocker, info.puk), (Secret::Puk, Tries::Left(3)));
    let first = log.iter().position(|it| it == about).unwrap();
    let (refused, again) = look(At::Nth(first));
    assert_eq!(refused, info);
    assert_eq!(again.iter().filter(|it| *it == about).count(), 3);
}

/// Of all that the card is asked, SELECT, the index, one certificate, the PIN and the
/// signature are needed; to unblock also that the administrator is known.
#[test]
fn what_the_card_refuses_and_is_not_needed_stops_nothing() {
    let needed = [
        "select",
        "object A000 [DF, 1F]",
        "object A010 [DF, 24]",
        "20",
        "22",
        "24",
        "2A",
        "2C",
        "87",
    ];
    for product in ALL {
        for job in ["sign", "change", "unblock"] {
            let done = |at: At, answer| {
                let card = Shared::new(with_key(product).build().unwrap());
                let between = Shared::new(Between::new(card.clone(), at, answer));
                let bench = Bench::new(between.clone(), None);
                let (id, info) = bench.token_by(match job {
                    "sign" => Look::Everything,
                    _ => Look::Tries,
                });
                let result = match job {
                    "sign" => bench.sign(&id, only(&info), Some(PIN)).map(drop),
                    "change" => bench.change(&id, Secret::Pin, PIN, NEW),
                    _ => bench.unblock(&id, ADMIN_KEY, NEW),
                };
                bench.end();
                assert_eq!(card.card().tries()[0], 3);
                assert_eq!(card.card().is_verified(), [false, false]);
                let log = between.card().log.clone();
                (result, log)
            };
            let (result, mut log) = done(At::Nowhere, &[]);
            result.unwrap();
            log.sort_unstable();
            log.dedup();
            log.retain(|about| !needed.contains(&about.as_str()));
            let status = "object 3FFF [7F, 71]".to_owned();
            assert!(log.contains(&status), "{log:?}");
            for about in log {
                for answer in ANSWERS {
                    let name = format!("{}, {job}: {about}, {answer:02X?}", product.name);
                    let (result, _) = done(At::About(about.clone()), answer);
                    result.unwrap_or_else(|error| panic!("{name}: {error}"));
                }
            }
        }
    }
}
