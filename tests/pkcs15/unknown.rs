//! Cards of no known kind.

use securesign_app::worker::{Job, Look, TokenState};
use securesign_card::application::Confidence;
use securesign_card::error::{CardError, Missing, Secret};
use securesign_card::profile::{Problem, Tries};
use securesign_vendors::emulator::{Emulator, KeyKind};
use securesign_vendors::pkcs15::emulator::{
    Layout, MYEID, Object, PLAIN, PinObject, Pkcs15Card, SETCOS441,
};

use crate::bench::{Bench, Shared};
use crate::instead::Instead;
use crate::{HOLDER, NEW, PIN, PUK, openssl, sent};

/// A card of no known kind, as the sheets have seen directories written.
fn unknown(layout: Layout) -> Shared<Pkcs15Card> {
    let builder = Pkcs15Card::builder(PLAIN)
        .seed(b"tests")
        .pin(PinObject::user(PIN).unblocked_by(1))
        .pin(PinObject::unblocking(PUK))
        .object(Object::signing(HOLDER, KeyKind::Rsa2048).label("first"))
        .object(Object::signing(HOLDER, KeyKind::P256).label("second"));
    Shared::new(builder.layout(layout).build().unwrap())
}

#[test]
fn a_card_of_no_known_kind_is_read_in_whatever_way_its_directory_was_written() {
    let plain = Layout::default();
    let layouts = [
        plain,
        Layout {
            filler: Some(0xFF),
            ..plain
        },
        Layout {
            no_token_info: true,
            ..plain
        },
        Layout {
            no_dir: true,
            ..plain
        },
        Layout {
            record_dir: true,
            nameless: true,
            ..plain
        },
        Layout {
            nameless: true,
            no_dir: true,
            ..plain
        },
        Layout {
            short_paths: true,
            ..plain
        },
        Layout {
            inline: true,
            ..plain
        },
        Layout {
            sliced: true,
            ..plain
        },
        Layout {
            negative_references: true,
            ..plain
        },
        Layout {
            unused_bits_zero: true,
            ..plain
        },
        Layout {
            no_auth_ids: true,
            ..plain
        },
        Layout {
            swapped_ids: true,
            ..plain
        },
        Layout {
            broken_first: true,
            ..plain
        },
    ];
    for layout in layouts {
        let card = unknown(layout);
        let bench = Bench::new(card.clone(), None);
        let (id, info) = bench.token();
        assert_eq!(info.family, "PKCS#15", "{layout:?}");
        assert_eq!(info.verify, Confidence::Inferred);
        // An empty VERIFY costs this card a try.
        assert_eq!(info.pin, Tries::Unknown);
        assert_eq!(sent(&card, 0x20), 0);
        let labels: Vec<&str> = info
            .found
            .credentials
            .iter()
            .map(|it| &it.label[..])
            .collect();
        assert_eq!(
            labels,
            ["first", "second"],
            "{layout:?}: {:?}",
            info.found.notes
        );
        for credential in &info.found.credentials {
            let signature = bench
                .sign(&id, credential, Some(PIN))
                .unwrap_or_else(|error| panic!("{layout:?}, {}: {error}", credential.label));
            openssl::judges(credential, &signature);
        }
        bench.unblock(&id, PUK, NEW).unwrap();
        bench
            .sign(&id, &info.found.credentials[0], Some(NEW))
            .unwrap();
    }
}

#[test]
fn a_card_without_a_list_of_pins_is_shown_and_gets_none() {
    let layout = Layout {
        no_aodf: true,
        ..Layout::default()
    };
    let card = unknown(layout);
    let bench = Bench::new(card.clone(), None);
    let (id, info) = bench.token();
    assert_eq!(info.found.credentials, []);
    assert_eq!(info.found.notes.len(), 2, "{:?}", info.found.notes);
    let error = bench.change(&id, Secret::Pin, PIN, NEW).unwrap_err();
    assert_eq!(error, CardError::Unsupported(Missing::Pin));
    let error = bench.unblock(&id, PUK, NEW).unwrap_err();
    assert_eq!(error, CardError::Unsupported(Missing::Pin));
    for ins in [0x20, 0x24, 0x2C] {
        assert_eq!(sent(&card, ins), 0);
    }
}

#[test]
fn a_key_that_names_none_of_several_pins_gets_none() {
    let card = Pkcs15Card::builder(PLAIN)
        .seed(b"tests")
        .pin(PinObject::user(PIN))
        .pin(PinObject::user(NEW).reference(0x02))
        .object(Object::signing(HOLDER, KeyKind::Rsa2048))
        .layout(Layout {
            no_auth_ids: true,
            ..Layout::default()
        });
    let bench = Bench::new(Shared::new(card.build().unwrap()), None);
    let (_, info) = bench.token();
    assert_eq!(info.found.credentials, []);
    let problems: Vec<&Problem> = info.found.notes.iter().map(|it| &it.problem).collect();
    assert!(matches!(problems[..], [Problem::NoPin]), "{problems:?}");
}

#[test]
fn the_holders_pin_is_that_of_a_key_that_does_not_want_consent_to_each_use() {
    let consents = Object::signing(HOLDER, KeyKind::Rsa2048).label("first");
    let other = Object::signing(HOLDER, KeyKind::P256).label("second");
    let card = Pkcs15Card::builder(PLAIN)
        .seed(b"tests")
        .pin(PinObject::user(NEW).reference(0x02))
        .pin(PinObject::user(PIN))
        .object(consents.behind(Some(0)).once())
        .object(other.behind(Some(1)));
    let card = Shared::new(card.build().unwrap());
    let bench = Bench::new(card.clone(), None);
    let (id, _) = bench.token();
    let longer = "135791113";
    bench.change(&id, Secret::Pin, PIN, longer).unwrap();
    let (id, info) = bench.token();
    let second = &info.found.credentials[1];
    assert_eq!(second.label, "second");
    bench.sign(&id, second, Some(longer)).unwrap();
}

#[test]
fn no_pin_is_changed_while_the_keys_do_not_tell_which_one_is_the_holders() {
    let consents = Object::signing(HOLDER, KeyKind::Rsa2048).label("first");
    let other = Object::signing(HOLDER, KeyKind::P256).label("second");
    let card = Pkcs15Card::builder(PLAIN)
        .seed(b"tests")
        .pin(PinObject::user(NEW).reference(0x02))
        .pin(PinObject::user(PIN))
        .object(consents.behind(Some(0)).once())
        .object(other.behind(Some(1)));
    let card = Shared::new(card.build().unwrap());
    let is_sulking = Shared::new(true);
    let sulks = is_sulking.clone();
    // Refuses to select EF(PrKDF).
    let sulking = Instead::of(card.clone(), move |card, command| {
        let meant = command[1] == 0xA4 && command.windows(2).any(|it| it == [0x44, 0x02]);
        match meant && *sulks.card() {
            true => vec![0x69, 0x85],
            false => card.transmit(command),
        }
    });
    let bench = Bench::new(sulking, None);
    let (id, _) = bench.token_by(Look::Tries);
    let error = bench.change(&id, Secret::Pin, PIN, "13579111").unwrap_err();
    assert_eq!(error, CardError::Unsupported(Missing::Change));
    // The next dialogue reads them again.
    *is_sulking.card() = false;
    bench.send(Job::Check);
    let (id, _) = bench.token_by(Look::Tries);
    bench.change(&id, Secret::Pin, PIN, "13579111").unwrap();
}

/// A card that knows no SELECT of one identifier.
fn logged(card: Shared<Pkcs15Card>) -> Instead<Shared<Pkcs15Card>> {
    Instead::of(card, |card, command| {
        match command.starts_with(&[0x00, 0xA4, 0x00]) {
            true => vec![0x6A, 0x86],
            false => card.transmit(command),
        }
    })
}

/// Families that want a PIN in their own way, and a card of one that did not open as such.
#[test]
fn a_card_of_a_family_with_a_coding_of_its_own_gets_no_pin() {
    let belgian = b"\x3B\x7F\x96\0\0\x80\x31\x80\x65\xB0\x85\x04\x01\x20\x12\x0F\xFF\x82\x90\0";
    let spanish = b"\x3B\x7F\x96\0\0\0jDNIe\0\x01\x01\x55\x04\x21\x03\x90\0";
    let epass = b"\x3B\x9F\x95\x81\x31\xFE\x9F\0fFS\x05\x30\x06\x71\x71\xDF\0\0\x03\x90\0\x80";
    let idprime = b"\x3B\x7F\x96\0\0\x80\x31\x80\x65\xB0\x85\x59\x56\xFB\x12\x0F\xFE\x82\x90\0";
    let ejava = b"\x3B\xFC\x18\0\0\x81\x31\x80\x45\x90gFJ\0\x64\x18\x14\0\0\0\0\x02";
    for atr in [&belgian[..], spanish, epass, idprime, ejava] {
        let card = unknown(Layout::default());
        let bench = Bench::new(logged(card.clone()).with_atr(atr), None);
        let (id, info) = bench.token();
        assert_eq!(info.family, "PKCS#15", "{atr:02X?}");
        assert_eq!(info.found.credentials, [], "{atr:02X?}");
        assert_eq!(info.found.notes.len(), 2, "{atr:02X?}");
        bench.cold_signature(PIN).unwrap_err();
        bench.change(&id, Secret::Pin, PIN, NEW).unwrap_err();
        bench.unblock(&id, PUK, NEW).unwrap_err();
        for ins in [0x20, 0x24, 0x2C] {
            assert_eq!(sent(&card, ins), 0, "{atr:02X?}");
        }
    }
}

#[test]
fn the_application_is_selected_again_before_its_pin_is_sent() {
    let logged = Shared::new(logged(unknown(Layout::default())));
    let bench = Bench::new(logged.clone(), None);
    bench.cold_signature(PIN).unwrap();
    bench.end();
    let seen = logged.card().seen.clone();
    let verify = seen.iter().position(|it| it[1] == 0x20).unwrap();
    let before = &seen[..verify];
    let last = before.iter().rfind(|it| it[1] == 0xA4).unwrap();
    // By its name or its path, or a file below it.
    let is_home = last[2] == 0x04 || last[5..].starts_with(&[0x50, 0x15]) && last[4] == 2;
    assert!(is_home || [0x02, 0x09].contains(&last[2]), "{last:02X?}");
}

#[test]
fn a_card_of_a_dedicated_kind_that_does_not_open_is_not_taken_for_one_of_no_known_kind() {
    let card = unknown(Layout {
        short_paths: true,
        ..Layout::default()
    });
    for dialect in [MYEID, SETCOS441] {
        let atr = Pkcs15Card::builder(dialect).build().unwrap().atr();
        // Its directory is not where that kind has it, but by name.
        let moved = Instead::of(card.clone(), |card, command| {
            match command.starts_with(&[0x00, 0xA4, 0x08]) {
                true => vec![0x6A, 0x82],
                false => card.transmit(command),
            }
        });
        let bench = Bench::new(moved.with_atr(&atr), None);
        let view = bench.look(Look::Everything).remove(0);
        match view.state {
            TokenState::Failed(error) => {
                assert_eq!(error, CardError::Unsupported(Missing::Setup), "{atr:02X?}");
            }
            other => panic!("{atr:02X?}: {other:?}"),
        }
    }
}

#[test]
fn r28_a_card_that_nobody_knows_is_read_and_no_more_and_at_most_twelve_times() {
    for answer in [
        &[0x6A, 0x82][..],
        &[0x6D, 0x00],
        &[0x6A, 0x86],
        &[0x6E, 0x00],
        &[0x69, 0x85],
    ] {
        let says = Instead::of_nothing(&[0x3B, 0x80, 0x01, 0x81], |_| answer.to_vec());
        let card = Shared::new(says);
        let bench = Bench::new(card.clone(), None);
        let view = bench.look(Look::Everything).remove(0);
        let known = matches!(view.state, TokenState::Ready(_) | TokenState::Failed(_));
        bench.end();
        let seen = card.card().seen.clone();
        println!("{answer:02X?}: {} commands", seen.len());
        let reads = |command: &Vec<u8>| [0xA4, 0xB0, 0xB2, 0xCA].contains(&command[1]);
        assert!(seen.iter().all(reads), "{answer:02X?}: {seen:02X?}");
        assert!(seen.len() <= 12, "{answer:02X?}: {seen:02X?}");
        assert!(!known, "{answer:02X?}");
    }
}

/// A card with a directory of its applications, none of which is known, and nothing else.
struct Listed(Vec<Vec<u8>>, bool);

impl Emulator for Listed {
    fn atr(&self) -> Vec<u8> {
        vec![0x3B, 0x80, 0x01, 0x81]
    }

    fn reset(&mut self) {
        self.1 = false;
    }

    fn transmit(&mut self, command: &[u8]) -> Vec<u8> {
        self.0.push(command.to_vec());
        // An application by its name, and by its path.
        const DIR: &[u8] = b"\x61\x0E\x4F\x05\xA0\x00\x00\x01\x67\x51\x05\x3F\x00\x50\x15\x00";
        match command {
            [_, 0xA4, ..] => {
                self.1 = command.windows(2).any(|id| id == [0x2F, 0x00]);
                match self.1 {
                    true => vec![0x90, 0x00],
                    false => vec![0x6A, 0x82],
                }
            }
            [_, 0xB0, 0x00, 0x00, ..] if self.1 => [DIR, &[0x90, 0x00]].concat(),
            [_, 0xB0, ..] if self.1 => vec![0x6B, 0x00],
            _ => vec![0x69, 0x86],
        }
    }
}

#[test]
fn r28_a_card_with_a_directory_and_nothing_in_it_is_read_and_no_more() {
    let card = Shared::new(Listed(Vec::new(), false));
    let bench = Bench::new(card.clone(), None);
    let view = bench.look(Look::Everything).remove(0);
    bench.end();
    let seen = card.card().0.clone();
    println!("{} commands", seen.len());
    let reads = |command: &Vec<u8>| [0xA4, 0xB0, 0xB2].contains(&command[1]);
    assert!(seen.iter().all(reads), "{seen:02X?}");
    assert!(seen.iter().any(|command| command[1] == 0xB0), "{seen:02X?}");
    assert!(seen.len() <= 12, "{seen:02X?}");
    assert!(matches!(view.state, TokenState::Unknown { .. }));
}

/// A card whose list of applications has one alone, which nobody knows: with a directory such
/// as PKCS#15 has, but no name of it.
struct Foreign(Vec<Vec<u8>>, Option<[u8; 2]>);

/// The identifier of its directory.
const ITS_OWN: [u8; 2] = [0xAD, 0xF1];

impl Emulator for Foreign {
    fn atr(&self) -> Vec<u8> {
        vec![0x3B, 0x80, 0x01, 0x81]
    }

    fn reset(&mut self) {
        self.1 = None;
    }

    fn transmit(&mut self, command: &[u8]) -> Vec<u8> {
        self.0.push(command.to_vec());
        const DIR: &[u8] = b"\x61\x0D\x4F\x05\xA0\0\0\x01\x67\x51\x04\x3F\0\xAD\xF1\0";
        const ODF: &[u8] = b"\xA8\x06\x30\x04\x04\x02\x44\x01\0";
        let inside = command.windows(2).any(|it| it == ITS_OWN);
        match (command, self.1) {
            ([_, 0xA4, ..], _) => {
                let last = command[5..]
                    .windows(2)
                    .rfind(|it| [[0x2F, 0], [0x50, 0x31]].contains(&[it[0], it[1]]));
                self.1 = last
                    .map(|it| [it[0], it[1]])
                    .filter(|it| inside || *it == [0x2F, 0x00]);
                match self.1.is_some() || inside {
                    true => vec![0x90, 0x00],
                    false => vec![0x6A, 0x82],
                }
            }
            ([_, 0xB0, 0, 0, ..], Some([0x2F, 0x00])) => [DIR, &[0x90, 0x00]].concat(),
            ([_, 0xB0, 0, 0, ..], Some(_)) => [ODF, &[0x90, 0x00]].concat(),
            _ => vec![0x69, 0x86],
        }
    }
}

#[test]
fn an_application_that_nobody_knows_is_not_entered_because_it_is_listed() {
    let card = Shared::new(Foreign(Vec::new(), None));
    let bench = Bench::new(card.clone(), None);
    let view = bench.look(Look::Everything).remove(0);
    assert!(matches!(view.state, TokenState::Unknown { .. }));
    bench.end();
    let seen = card.card().0.clone();
    let enters = |command: &Vec<u8>| command.windows(2).any(|it| it == ITS_OWN);
    assert!(!seen.iter().any(enters), "{seen:02X?}");
    assert!(seen.iter().any(|command| command[1] == 0xB0), "{seen:02X?}");
}
