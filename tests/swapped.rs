//! A card that is put in place of the one that was shown gets nothing that was typed for
//! that one.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "here a panic is a failed test"
)]

#[path = "support/bench.rs"]
mod bench;

use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use bench::{ORIGIN, Shared, abc};
use securesign_app::worker::{Job, Look, Report, TokenState, Worker};
use securesign_card::digest::HashAlgorithm;
use securesign_card::error::CardError;
use securesign_card::pin::Pin;
use securesign_card::profile::Search;
use securesign_card::reader::{Reader, Readers, Watcher};
use securesign_card::token::LastTry;
use securesign_card::transport::{Card, TransportError};
use securesign_vendors::emulator::{EmulatedReaders, Emulator, Slot};
use securesign_vendors::epass2003::emulator::{self as epass2003, Container, Epass, Mode};
use securesign_vendors::piv::emulator::{self as piv, KeyKind, PivCard, YUBIKEY5};

const VERIFY: u8 = 0x20;

/// Readers into which somebody puts another card just before the n-th connection.
struct Swapping {
    readers: EmulatedReaders,
    slot: Slot,
    other: Option<Box<dyn Emulator>>,
    connections: usize,
    at: usize,
}

impl Readers for Swapping {
    fn list(&mut self) -> Result<Vec<Reader>, TransportError> {
        self.readers.list()
    }

    fn connect(&mut self, name: &str, insertion: u64) -> Result<Box<dyn Card>, TransportError> {
        self.connections += 1;
        if self.connections == self.at
            && let Some(other) = self.other.take()
        {
            self.slot.insert(other);
        }
        self.readers.connect(name, insertion)
    }

    fn watcher(&mut self) -> Result<Box<dyn Watcher>, TransportError> {
        self.readers.watcher()
    }
}

fn card(serial: u32) -> PivCard {
    PivCard::builder(YUBIKEY5)
        .seed(b"swapped")
        .serial(serial)
        .key(piv::Slot::SIGNATURE, KeyKind::P256)
        .build()
        .unwrap()
}

fn start(readers: Box<dyn Readers>) -> (std::sync::mpsc::Sender<Job>, Receiver<Report>) {
    let worker = Worker {
        readers,
        profiles: securesign_vendors::PROFILES,
        name: securesign_vendors::known::name,
        only: None,
        session: Duration::from_secs(60),
        cache: None,
        progress: securesign_app::worker::Progress::default(),
    };
    let (jobs, queue) = channel();
    let (sender, reports) = channel();
    std::thread::spawn(move || worker.run(&queue, &|report| drop(sender.send(report))));
    (jobs, reports)
}

fn pin(text: &str) -> Pin {
    Pin::copy(text.as_bytes()).unwrap()
}

/// What came of a signature, a change and an unlock with the card that was shown first.
fn outcomes(make: impl Fn() -> Box<dyn Readers>, look: &Look) -> Vec<CardError> {
    let mut errors = Vec::new();
    for what in 0..3 {
        let (jobs, reports) = start(make());
        jobs.send(Job::Look(look.clone())).unwrap();
        let Ok(Report::Tokens(Ok(views))) = reports.recv_timeout(Duration::from_secs(20)) else {
            panic!("tokens expected");
        };
        let TokenState::Ready(info) = &views[0].state else {
            panic!("{:?}", views[0].state);
        };
        // The dialogue that lingers is over: the next job connects again.
        std::thread::sleep(Duration::from_millis(800));
        let token = views[0].id.clone();
        let last = LastTry::Keep;
        let (old, new) = (pin("123456"), pin("654321"));
        jobs.send(match what {
            0 => Job::Sign {
                token,
                credential: Box::new(info.found.credentials[0].clone()),
                digest: abc(HashAlgorithm::Sha256),
                document: None,
                origin: ORIGIN.into(),
                pin: Some(old),
                last,
            },
            1 => Job::Change {
                token,
                pin: info.first,
                old,
                new,
                last,
            },
            _ => Job::Unblock {
                token,
                pin: info.first,
                with: info.puk_id.unwrap(),
                puk: pin("12345678"),
                new,
                last,
            },
        })
        .unwrap();
        errors.push(match reports.recv_timeout(Duration::from_secs(20)) {
            Ok(Report::Signed(Err(error))) => error,
            Ok(Report::Changed(Err(error)) | Report::Unblocked(Err(error))) => error,
            other => panic!("{other:?}"),
        });
        jobs.send(Job::Stop).unwrap();
    }
    errors
}

#[test]
fn a_card_that_was_put_in_between_listing_and_connecting_gets_no_pin() {
    let other = Shared::new(card(2));
    let make = || -> Box<dyn Readers> {
        let slot = Slot::new("Reader", None);
        slot.insert(Box::new(card(1)));
        Box::new(Swapping {
            readers: EmulatedReaders {
                slots: vec![slot.clone()],
            },
            slot,
            other: Some(Box::new(other.clone())),
            connections: 0,
            at: 2,
        })
    };
    let errors = outcomes(make, &Look::Signing(Search::default()));
    let removed = CardError::Transport(TransportError::Removed);
    assert!(errors.iter().all(|error| *error == removed), "{errors:?}");
    assert_eq!(other.card().log().len(), 0, "not even SELECT");
}

/// A reader that does not count insertions: only the card itself tells.
struct Uncounted(Slot, Option<Box<dyn Emulator>>, usize);

impl Readers for Uncounted {
    fn list(&mut self) -> Result<Vec<Reader>, TransportError> {
        let mut readers = EmulatedReaders {
            slots: vec![self.0.clone()],
        }
        .list()?;
        readers.iter_mut().for_each(|reader| reader.insertion = 7);
        Ok(readers)
    }

    fn connect(&mut self, name: &str, _: u64) -> Result<Box<dyn Card>, TransportError> {
        self.2 += 1;
        if self.2 == 2
            && let Some(other) = self.1.take()
        {
            self.0.insert(other);
        }
        let mut readers = EmulatedReaders {
            slots: vec![self.0.clone()],
        };
        let insertion = readers.list()?[0].insertion;
        readers.connect(name, insertion)
    }

    fn watcher(&mut self) -> Result<Box<dyn Watcher>, TransportError> {
        Err(TransportError::NoService)
    }
}

#[test]
fn a_token_with_another_serial_number_than_the_one_shown_gets_no_pin() {
    let other = Shared::new(card(2));
    let make = || -> Box<dyn Readers> {
        let slot = Slot::new("Reader", None);
        slot.insert(Box::new(card(1)));
        Box::new(Uncounted(slot, Some(Box::new(other.clone())), 0))
    };
    let errors = outcomes(make, &Look::Everything);
    assert!(
        errors.iter().all(|error| *error == CardError::Changed),
        "{errors:?}"
    );
    let log = other.card().log().to_vec();
    assert!(!log.is_empty());
    // Only the counter was asked for, if at all: no VERIFY has spent a try.
    assert_eq!(other.card().pin_tries(), 3);
    assert!(
        log.iter()
            .all(|e| e.instruction != 0x24 && e.instruction != 0x2C)
    );
    assert!(
        log.iter()
            .all(|e| e.instruction != VERIFY || e.status != 0x9000)
    );
}

#[test]
fn a_token_of_another_family_gets_none_either() {
    let make = || -> Box<dyn Readers> {
        let slot = Slot::new("Reader", Some(2100));
        slot.insert(Box::new(card(1)));
        let other = Epass::l2(Mode::Aes)
            .seed(b"swapped")
            .certificate(Container::signing("CN=Ada Lovelace"))
            .build()
            .unwrap();
        Box::new(Swapping {
            readers: EmulatedReaders {
                slots: vec![slot.clone()],
            },
            slot,
            other: Some(Box::new(other)),
            connections: 0,
            at: 2,
        })
    };
    let errors = outcomes(make, &Look::Everything);
    let removed = CardError::Transport(TransportError::Removed);
    assert!(errors.iter().all(|error| *error == removed), "{errors:?}");
}

fn epass(layout: fn(Mode) -> epass2003::Builder, serial: u8) -> Epass {
    let holder = Container::signing("CN=Ada Lovelace");
    let token = layout(Mode::Aes).seed(b"swapped").serial([serial; 8]);
    token.certificate(holder).build().unwrap()
}

#[test]
fn a_token_with_another_directory_or_number_gets_none_even_if_no_number_was_shown() {
    type Make = fn() -> Epass;
    let pairs: [(Make, Make); 2] = [
        (|| epass(Epass::l1, 1), || epass(Epass::l2, 1)),
        (|| epass(Epass::l2, 1), || epass(Epass::l2, 2)),
    ];
    for (first, second) in pairs {
        let other = Shared::new(second());
        let tries = || {
            let card = other.card();
            (card.pin_tries(), card.so_tries())
        };
        let full = tries();
        let make = || -> Box<dyn Readers> {
            let slot = Slot::new("Reader", Some(2100));
            slot.insert(Box::new(first()));
            Box::new(Uncounted(slot, Some(Box::new(other.clone())), 0))
        };
        let errors = outcomes(make, &Look::Signing(Search::default()));
        assert!(
            errors.iter().all(|error| *error == CardError::Changed),
            "{errors:?}"
        );
        // What is typed here is wrong: it would have cost a try.
        assert_eq!(tries(), full);
    }
}

#[test]
fn a_card_that_was_taken_for_another_is_recognised_anew_when_the_tokens_are_read() {
    let (second, piv) = (epass(Epass::l2, 2), card(1));
    for other in [Box::new(second) as Box<dyn Emulator>, Box::new(piv)] {
        let slot = Slot::new("Reader", Some(2100));
        slot.insert(Box::new(epass(Epass::l1, 1)));
        let readers = Uncounted(slot, Some(other), 0);
        let (jobs, reports) = start(Box::new(readers));
        let mut labels = Vec::new();
        for _ in 0..2 {
            jobs.send(Job::Look(Look::Signing(Search::default())))
                .unwrap();
            let Ok(Report::Tokens(Ok(views))) = reports.recv_timeout(Duration::from_secs(20))
            else {
                panic!("tokens expected");
            };
            let TokenState::Ready(info) = &views[0].state else {
                panic!("{:?}", views[0].state);
            };
            assert_eq!(info.found.credentials.len(), 1);
            labels.push(info.found.credentials[0].label.clone());
        }
        assert_ne!(labels[0], labels[1]);
        jobs.send(Job::Stop).unwrap();
    }
}
