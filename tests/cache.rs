//! What was read of a token before spares commands, and decides nothing: whatever is kept,
//! the certificates are those of the token that is there.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "here a panic is a failed test"
)]

#[path = "support/bench.rs"]
mod bench;
#[path = "cache/ends.rs"]
mod ends;
#[path = "cache/ftcos.rs"]
mod ftcos;
#[path = "support/instead.rs"]
mod instead;
#[path = "cache/piv.rs"]
mod piv;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use bench::{Bench, Shared};
use securesign_app::worker::Look;
use securesign_card::cache::{Cache, Name};
use securesign_card::certificate::Certificate;
use securesign_card::error::CardError;
use securesign_card::profile::{Credential, Search};
use securesign_vendors::epass2003::emulator::{Builder, Container, Epass, Mode};
use securesign_vendors::piv::emulator::{KeyKind, PivCard, Slot, YUBIKEY5};

const PIN: &str = "12345678";
const READER: Option<usize> = Some(2100);
const HOLDER: &str = "CN=Ada Lovelace,O=Personal,C=IN";

type Layout = fn(Mode) -> Builder;
const LAYOUTS: [Layout; 2] = [Epass::l1, Epass::l2];

/// A cache that the test can look into.
#[derive(Clone, Default)]
struct Memory(Arc<Mutex<BTreeMap<Name, Vec<u8>>>>);

impl Memory {
    fn files(&self) -> MutexGuard<'_, BTreeMap<Name, Vec<u8>>> {
        self.0.lock().unwrap()
    }

    /// Does something to the files that hold a certificate, each with what it holds.
    fn certificates(&self, what: impl FnOnce(Vec<&mut Vec<u8>>)) {
        let mut files = self.files();
        what(files.values_mut().filter(|file| holds_one(file)).collect());
    }
}

/// Whether a file holds a certificate: EF(ODF) does not.
fn holds_one(file: &[u8]) -> bool {
    let begins = |at: &usize| file[*at..].starts_with(&[0x30, 0x82]);
    let at = (0..file.len()).find(begins);
    at.is_some_and(|at| Certificate::parse(&file[at..]).is_ok())
}

impl Cache for Memory {
    fn find(&self, name: &Name) -> Option<Vec<u8>> {
        self.files().get(name).cloned()
    }

    fn keep(&self, name: &Name, file: &[u8]) {
        self.files().insert(*name, file.to_vec());
    }

    fn clear(&self) {
        self.files().clear();
    }
}

/// So many signing certificates of the size that Indian authorities issue, and that of an
/// authority where there are several.
fn filled(layout: Layout, certificates: usize) -> Builder {
    let mut builder = layout(Mode::Aes).seed(b"tests");
    for at in 1..=certificates {
        builder = builder.certificate(Container::signing(HOLDER).label(&format!("number {at}")));
    }
    if certificates > 2 {
        builder = builder.certificate(Container::authority("CN=Sub CA for Individual DSC"));
    }
    builder
}

/// The serial number of the emulator's certificate of this number: 1000 and 20 (hex) for
/// each.
fn serial(at: usize) -> String {
    format!("{:X}", 1000 + 0x20 * at)
}

struct Job {
    offered: Vec<Credential>,
    signed: Result<(), CardError>,
    commands: usize,
    card: Shared<Epass>,
}

/// A start of the program: certificates and tries left, a signature with the last
/// certificate that is wanted, the log-out.
fn job(builder: Builder, cache: &Memory, serial: Option<String>) -> Job {
    let card = Shared::new(builder.build().unwrap());
    let mut bench = Bench::caching(card.clone(), READER, cache.clone());
    let search = Search {
        serial,
        everything: false,
    };
    let (id, info) = bench.token_by(Look::Signing(search.clone()));
    let offered = info.found.credentials;
    let wanted = |it: &&Credential| search.wants(&it.certificate);
    let credential = offered.iter().rfind(wanted).unwrap();
    let signed = bench.sign(&id, credential, Some(PIN)).map(drop);
    bench.stop();
    assert!(!card.card().is_verified());
    Job {
        signed,
        commands: bench.reader.commands(),
        offered,
        card,
    }
}

/// What is offered without any cache.
fn truth(builder: Builder) -> Vec<Credential> {
    let bench = Bench::new(builder.build().unwrap(), READER);
    bench.token().1.found.credentials
}

/// Beside the session, the tries left, the PIN, the signature and the log-out (12
/// commands): OpenSC's lists of keys and of certificates and the time of the last change 6;
/// the vendor's index 3, of each certificate's key, which tells whether it is still its own, 2,
/// and of its serial number, which tells whether it is still the same, 2.
#[test]
fn a_warm_start_reads_the_directory_and_no_certificate() {
    // Cold, warm, and warm where the last one is asked for.
    type Row = (Layout, usize, [usize; 2], usize);
    let table: [Row; 4] = [
        (Epass::l1, 1, [22, 18], 18),
        (Epass::l1, 3, [26, 18], 18),
        (Epass::l2, 1, [19, 19], 19),
        (Epass::l2, 3, [27, 27], 19),
    ];
    for (layout, certificates, expected, named) in table {
        let token = || filled(layout, certificates);
        let cache = Memory::default();
        let cold = job(token(), &cache, None);
        let warm = job(token(), &cache, None);
        cold.signed.unwrap();
        warm.signed.unwrap();
        let name = format!("{certificates} of {:?}", cold.offered[0].label);
        assert_eq!(cold.offered, truth(token()), "{name}");
        assert_eq!(warm.offered, cold.offered, "{name}");
        assert_eq!([cold.commands, warm.commands], expected, "{name}");
        // Where one is asked for, of the vendor's keys only its own is looked at.
        let cache = Memory::default();
        let last = || job(token(), &cache, Some(serial(certificates)));
        last().signed.unwrap();
        assert_eq!(last().commands, named, "{name}");
    }
}

/// Nothing was kept, and while a person types other programs may use the token: session,
/// directory and counter once more.
#[test]
fn a_first_signature_with_a_pin_that_a_person_types_takes_at_most_28_commands() {
    let card = Shared::new(filled(Epass::l1, 1).build().unwrap());
    let mut bench = Bench::caching(card.clone(), READER, Memory::default());
    let (id, info) = bench.token();
    std::thread::sleep(Duration::from_millis(900));
    let credential = &info.found.credentials[0];
    bench.sign(&id, credential, Some(PIN)).unwrap();
    bench.stop();
    assert!(!card.card().is_verified());
    assert_eq!(bench.reader.commands(), 28);
}

#[test]
fn nothing_is_kept_but_files_that_hold_a_certificate() {
    for (layout, odf) in LAYOUTS.into_iter().zip([1, 0]) {
        let builder = || filled(layout, 3).certificate(Container::encryption(HOLDER));
        let cache = Memory::default();
        let card = job(builder(), &cache, None).card;
        assert!(cache.files().len() >= 3);
        // And OpenSC's object directory, which is kept under the time of the last change.
        let others = cache.files().values().filter(|it| !holds_one(it)).count();
        assert_eq!(others, odf);
        for file in cache.files().values() {
            // As anybody reads it from the token.
            let card = card.card();
            let directories = [[0x3F00, 0x5015], [0x3F00, 0x2003]];
            let mut files = directories.iter().flat_map(|[root, directory]| {
                let path = move |file| [*root, *directory, file];
                (0..=u16::MAX).map(path)
            });
            let same = |path: [u16; 3]| card.file(&path).is_some_and(|it| it.starts_with(file));
            assert!(files.any(same));
        }
    }
}

#[test]
fn another_token_and_a_directory_that_has_changed_are_read_anew() {
    type Change = fn(Builder) -> Builder;
    let changes: [(Layout, Change); 4] = [
        (Epass::l1, |token| token.serial([0x11; 8])),
        (Epass::l2, |token| token.serial([0x11; 8])),
        // A certificate took the place of another: only the time says so.
        (Epass::l1, |token| token.changed("20260101000000Z")),
        (Epass::l2, |token| {
            token.certificate(Container::signing(HOLDER))
        }),
    ];
    for (at, (layout, change)) in changes.into_iter().enumerate() {
        let token = || change(filled(layout, 2));
        let cache = Memory::default();
        job(filled(layout, 2), &cache, None).signed.unwrap();
        let first = cache.files().clone();
        let changed = job(token(), &cache, None);
        changed.signed.unwrap();
        let untouched = job(token(), &Memory::default(), None);
        assert_eq!(changed.commands, untouched.commands, "{at}");
        assert_eq!(changed.offered, untouched.offered, "{at}");
        assert!(cache.files().keys().any(|name| !first.contains_key(name)));
    }
}

#[test]
fn a_token_that_does_not_tell_when_it_was_changed_is_read_each_time() {
    let token = || filled(Epass::l1, 1).changed("");
    let cache = Memory::default();
    let commands = [(); 2].map(|()| job(token(), &cache, None).commands);
    assert_eq!(commands[0], commands[1]);
    assert!(cache.files().is_empty());
}

/// The vendor's index is the same where a container was filled anew and no length differs:
/// the key tells. OpenSC's layout has a time for that; should it lie, the signature that
/// does not fit ends it.
#[test]
fn a_certificate_that_is_no_longer_its_keys_is_read_anew_or_forgotten() {
    let at_once: [(Layout, bool); 2] = [(Epass::l1, false), (Epass::l2, true)];
    for (layout, at_once) in at_once {
        let token = || filled(layout, 2);
        let cache = Memory::default();
        job(token(), &cache, None).signed.unwrap();
        cache.certificates(|mut files| {
            let [first, second] = &mut files[..] else {
                panic!("{} certificates", files.len());
            };
            std::mem::swap(*first, *second);
        });
        let swapped = job(token(), &cache, None);
        assert_eq!(swapped.card.card().pin_tries(), 10);
        if at_once {
            swapped.signed.unwrap();
            assert_eq!(swapped.offered, truth(token()));
        } else {
            assert_eq!(swapped.signed, Err(CardError::BadSignature));
            assert!(cache.files().is_empty(), "nothing wrong stays");
        }
        let next = job(token(), &cache, None);
        next.signed.unwrap();
        assert_eq!(next.offered, truth(token()));
    }
}

#[test]
fn a_certificate_that_is_asked_for_and_was_not_kept_is_found_on_the_token() {
    for layout in LAYOUTS {
        let cache = Memory::default();
        // The first one's file stands where the second's should.
        job(filled(layout, 2), &cache, None).signed.unwrap();
        cache.certificates(|files| {
            let first = files[0].clone();
            files.into_iter().for_each(|file| file.clone_from(&first));
        });
        for at in [1, 2] {
            let named = job(filled(layout, 2), &cache, Some(serial(at)));
            let label = format!("number {at}");
            let offered = named.offered.iter().any(|it| it.label == label);
            assert!(offered, "{:?}", named.offered);
        }
    }
}

#[test]
fn whatever_is_kept_the_token_is_read_and_signs() {
    type Junk = fn(&[u8]) -> Vec<u8>;
    // Object directories that name files of which there are none, and no lists at all.
    const ELSEWHERE: &[u8] = &[
        0xA0, 0x06, 0x30, 0x04, 0x04, 0x02, 0x99, 0x98, 0xA4, 0x06, 0x30, 0x04, 0x04, 0x02, 0x99,
        0x99,
    ];
    const NOWHERE: &[u8] = &[0xA8, 0x06, 0x30, 0x04, 0x04, 0x02, 0x99, 0x98];
    let junk: [Junk; 7] = [
        |_| ELSEWHERE.to_vec(),
        |_| NOWHERE.to_vec(),
        |_| Vec::new(),
        |_| vec![0x00; 20_480],
        |_| vec![0xFF; 3],
        |file| file[..file.len() / 2].to_vec(),
        |file| file.iter().map(|byte| byte ^ 0x55).collect(),
    ];
    for layout in LAYOUTS {
        for (at, junk) in junk.into_iter().enumerate() {
            let cache = Memory::default();
            job(filled(layout, 2), &cache, None).signed.unwrap();
            for file in cache.files().values_mut() {
                *file = junk(file);
            }
            for named in [None, Some(serial(2))] {
                let next = job(filled(layout, 2), &cache, named);
                next.signed.unwrap();
                let last = next.offered.last();
                assert_eq!(last, truth(filled(layout, 2)).last(), "junk {at}");
            }
        }
    }
}

#[test]
fn who_looks_at_the_token_itself_sees_what_is_on_it_and_corrects_what_was_kept() {
    for layout in LAYOUTS {
        let cache = Memory::default();
        job(filled(layout, 2), &cache, None).signed.unwrap();
        let right = cache.files().clone();
        for file in cache.files().values_mut() {
            file.clear();
        }
        let card = filled(layout, 2).build().unwrap();
        let bench = Bench::caching(card, READER, cache.clone());
        let (_, info) = bench.token_by(Look::Everything);
        assert_eq!(info.found.credentials, truth(filled(layout, 2)));
        assert_eq!(*cache.files(), right);
    }
}

/// As the token in the reader was filled before: the same key and lengths, and another
/// serial number.
#[test]
fn a_certificate_of_the_same_key_and_length_that_took_the_place_of_a_kept_one_is_offered() {
    let cache = Memory::default();
    job(filled(Epass::l2, 1), &cache, None).signed.unwrap();
    let der = truth(filled(Epass::l2, 1))[0].certificate.der().to_vec();
    for file in cache.files().values_mut() {
        let at = file.windows(der.len()).position(|it| it == der).unwrap();
        // 1020 (hex), the emulator's number, as a DER INTEGER of two bytes.
        let number = file[at..]
            .windows(4)
            .position(|it| it == [0x02, 0x02, 0x04, 0x08]);
        file[at + number.unwrap() + 3] ^= 0x40;
    }
    let next = job(filled(Epass::l2, 1), &cache, None);
    next.signed.unwrap();
    assert_eq!(next.offered, truth(filled(Epass::l2, 1)));
}

#[test]
fn a_kept_certificate_outside_its_validity_is_read_anew() {
    for (layout, odf) in LAYOUTS.into_iter().zip([2, 0]) {
        let day = Duration::from_secs(24 * 60 * 60);
        let expired = Container::signing(HOLDER).validity(day, 2 * day);
        let token = || {
            layout(Mode::Aes)
                .seed(b"tests")
                .certificate(expired.clone())
        };
        let cache = Memory::default();
        let cold = job(token(), &cache, None).commands;
        let again = job(token(), &cache, None).commands;
        // OpenSC's object directory is no certificate.
        assert!(again + odf >= cold, "{again}, {cold}");
    }
}

/// The certificate of another token in place of what was kept: with a key as large, with
/// one that the card refuses, and with one that no token of this family has.
#[test]
fn a_foreign_certificate_among_what_is_kept_blocks_no_signature_for_long() {
    for kind in [KeyKind::Rsa2048, KeyKind::P256, KeyKind::P384] {
        let other = PivCard::builder(YUBIKEY5)
            .seed(b"foreign")
            .key(Slot::SIGNATURE, kind)
            .build()
            .unwrap();
        let (_, other) = Bench::new(other, READER).token();
        let foreign = other.found.credentials[0].certificate.der().to_vec();
        let cache = Memory::default();
        job(filled(Epass::l1, 1), &cache, None).signed.unwrap();
        cache.certificates(|files| {
            files.into_iter().for_each(|file| file.clone_from(&foreign));
        });
        job(filled(Epass::l1, 1), &cache, None);
        let next = job(filled(Epass::l1, 1), &cache, None);
        next.signed.unwrap();
        assert_eq!(next.offered, truth(filled(Epass::l1, 1)), "{kind:?}");
    }
}
