//! The ePass2003 profile against the emulator, which was written from the sheet by
//! somebody who had not seen the driver, and which OpenSC judges
//! (tests/judge-epass2003.sh).

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "here a panic is a failed test"
)]
#![allow(clippy::print_stdout, reason = "the counts are for reading")]

#[path = "support/bench.rs"]
mod bench;

use std::time::Duration;

use bench::{Bench, Shared, abc, secret};
use securesign_app::language::Language;
use securesign_app::words::{Explain, InWords};
use securesign_app::worker::{Look, TokenState};
use securesign_card::application::Confidence;
use securesign_card::application::Known;
use securesign_card::atr::Atr;
use securesign_card::channel::Extended;
use securesign_card::digest::{Digest, HashAlgorithm};
use securesign_card::error::{CardError, Secret};
use securesign_card::frame::Frame;
use securesign_card::messaging::Fault;
use securesign_card::profile::{Credential, Search, Tries};
use securesign_card::signature::ToSign;
use securesign_card::token::{LastTry, Token};
use securesign_card::transport::{Transport, TransportError};
use securesign_vendors::emulator::{Emulator, Fault as ReaderFault};
use securesign_vendors::epass2003::emulator::{
    Builder, Container, Disturbance, Epass, Id, LastChunk, Mode, Tail,
};
use securesign_vendors::piv::emulator::{KeyKind, NIST, PivCard, Slot};

const PIN: &str = "12345678";
const PUK: &str = "rockey";
const WRONG: &str = "87654321";
const HOLDER: &str = "CN=Ada Lovelace,O=Personal,C=IN";
const MODES: [Mode; 4] = [Mode::Aes, Mode::Des, Mode::Fips, Mode::Plain];
/// What USB tokens of this family say (2100 bytes).
const READER: Option<usize> = Some(2100);

/// One signing certificate as Indian tokens have it.
fn token(mode: Mode) -> Builder {
    Epass::l2(mode)
        .seed(b"tests")
        .certificate(Container::signing(HOLDER).size(1600))
}

/// A bench whose card the test can look into.
fn watched(builder: Builder) -> (Bench, Shared<Epass>) {
    let shared = Shared::new(builder.build().unwrap());
    (Bench::new(shared.clone(), READER), shared)
}

fn subjects(bench: &Bench) -> Vec<String> {
    let (_, info) = bench.token();
    let subject = |c: &securesign_card::profile::Credential| {
        format!("{} / {}", c.label, c.certificate.subject())
    };
    info.found.credentials.iter().map(subject).collect()
}

#[test]
fn counts_of_commands_are_within_their_bounds() {
    for mode in [Mode::Aes, Mode::Des, Mode::Fips] {
        let (bench, _) = watched(token(mode));
        let (_, tries) = bench.count(|| bench.token_by(Look::Tries));
        println!("{mode:?}: tries left: {tries} commands");
        assert!(tries <= 6, "{mode:?}: {tries}");

        let (bench, card) = watched(token(mode));
        let (_, cold) = bench.count(|| {
            let (id, info) = bench.token();
            assert_eq!(info.pin, Tries::Left(10));
            let len = info.found.credentials[0].certificate.der().len();
            assert!((1_590..1_610).contains(&len), "{len}");
            bench
                .sign(&id, &info.found.credentials[0], Some(PIN))
                .unwrap();
        });
        println!("{mode:?}: cold signature: {cold} commands");
        assert!(cold <= 24, "{mode:?}: {cold}");

        let (id, info) = bench.token();
        let credential = &info.found.credentials[0];
        bench.sign(&id, credential, Some(PIN)).unwrap();
        let (_, further) = bench.count(|| bench.sign(&id, credential, None).unwrap());
        println!("{mode:?}: further signature: {further} commands");
        assert!(further <= 2, "{mode:?}: {further}");
        let (_, fresh) = bench.count(|| bench.sign(&id, credential, Some(PIN)).unwrap());
        println!("{mode:?}: further signature, PIN typed again: {fresh} commands");
        assert!(fresh <= 3, "{mode:?}: {fresh}");
        assert_eq!(card.card().pin_tries(), 10);
    }
}

/// A token of this layout with so many signing certificates of the size that Indian
/// authorities issue, and that of an authority where there are several.
fn filled(layout: fn(Mode) -> Builder, certificates: usize) -> Builder {
    let mut builder = layout(Mode::Aes).seed(b"tests");
    for at in 1..=certificates {
        builder = builder.certificate(Container::signing(HOLDER).label(&format!("number {at}")));
    }
    if certificates > 2 {
        builder = builder.certificate(Container::authority("CN=Sub CA for Individual DSC"));
    }
    builder
}

/// A whole cold job: which certificates are offered, a signature with the last of them and
/// the tries left shown, up to the log-out; and how many commands that takes.
fn cold_job(builder: Builder, serial: Option<&str>) -> (Vec<String>, usize) {
    let (mut bench, card) = watched(builder);
    let search = Search {
        serial: serial.map(str::to_owned),
        everything: false,
    };
    let (id, info) = bench.token_by(Look::Signing(search.clone()));
    assert_eq!(info.pin, Tries::Left(10));
    let wanted = |c: &&Credential| search.wants(&c.certificate);
    let credential = info.found.credentials.iter().rfind(wanted).unwrap();
    bench.sign(&id, credential, Some(PIN)).unwrap();
    bench.stop();
    assert!(!card.card().is_verified());
    let labels = info.found.credentials.iter().map(|c| c.label.clone());
    (labels.collect(), bench.reader.commands())
}

/// The bounds for OpenSC's layout are 28, 32 and 36 (one certificate, two, three and an
/// authority's): with one of them named, what is left of the others is a look at their
/// serial numbers, and of the authority's nothing.
#[test]
fn a_cold_signature_costs_as_many_commands_as_the_table_says() {
    // Layout, certificates, commands where nothing is said, for the first and for the last.
    type Row = (fn(Mode) -> Builder, usize, [usize; 3]);
    let table: [Row; 6] = [
        (Epass::l1, 1, [23, 23, 23]),
        (Epass::l1, 2, [28, 23, 25]),
        (Epass::l1, 3, [33, 23, 27]),
        (Epass::l2, 1, [23, 23, 23]),
        (Epass::l2, 2, [30, 23, 25]),
        (Epass::l2, 3, [37, 23, 27]),
    ];
    let mut is = Vec::new();
    for (layout, certificates, _) in table {
        let token = || filled(layout, certificates);
        let all: Vec<String> = (1..=certificates)
            .map(|at| format!("number {at}"))
            .collect();
        let (offered, silent) = cold_job(token(), None);
        assert_eq!(offered, all, "who may choose sees all");
        // The emulator numbers its certificates 1000 + 20 (hex) for each.
        let serial = |at: usize| format!("{:X}", 1000 + 0x20 * at);
        let (offered, first) = cold_job(token(), Some(&serial(1)));
        assert_eq!(offered, all[..1]);
        let (offered, last) = cold_job(token(), Some(&serial(certificates)));
        assert_eq!(offered, all[certificates - 1..]);
        is.push([silent, first, last]);
    }
    let should: Vec<[usize; 3]> = table.iter().map(|row| row.2).collect();
    assert_eq!(is, should);
}

/// While a person types, other programs may use the token: session, directory and counter
/// once more, which are six commands.
#[test]
fn a_pin_that_a_person_types_costs_a_second_dialogue_and_no_more() {
    for layout in [Epass::l1, Epass::l2] {
        let (mut bench, card) = watched(filled(layout, 1));
        let (id, info) = bench.token();
        std::thread::sleep(Duration::from_millis(900));
        bench
            .sign(&id, &info.found.credentials[0], Some(PIN))
            .unwrap();
        bench.stop();
        assert!(!card.card().is_verified());
        assert_eq!(bench.reader.commands(), 23 + 6);
    }
}

#[test]
fn every_mode_lists_signs_and_logs_out() {
    for mode in MODES {
        let (bench, card) = watched(token(mode));
        let (id, info) = bench.token_by(Look::Everything);
        assert_eq!(info.family, "ePass2003");
        assert_eq!((info.pin, info.puk), (Tries::Left(10), Tries::Left(10)));
        assert_eq!(info.label, "HYP2003");
        assert!(info.serial.is_some());
        assert_eq!(info.change, Confidence::Inferred);
        assert_eq!(info.unblock, Confidence::Doubtful);
        let credential = &info.found.credentials[0];
        let signature = bench.sign(&id, credential, Some(PIN)).unwrap();
        let digest = abc(HashAlgorithm::Sha256);
        let key = credential.certificate.key();
        assert!(key.verify(ToSign::Digest(&digest), &signature), "{mode:?}");
        assert!(card.card().is_verified());
        bench.end();
        assert!(!card.card().is_verified(), "{mode:?}");
    }
}

#[test]
fn habits_of_single_products() {
    type Habit = fn(Builder) -> Builder;
    let habits: [(&str, Habit); 7] = [
        ("lengths in one byte", Builder::one_byte_length),
        ("SELECT wants Le", Builder::select_needs_length),
        ("plain commands 6982", |b| b.plain_refusal(0x6982)),
        ("the last chunk 6Cxx", |b| {
            b.last_chunk(LastChunk::WrongLength)
        }),
        ("the last chunk short", |b| {
            b.last_chunk(LastChunk::Shortened)
        }),
        ("a hole in the index", Builder::hole),
        ("an MF in the ATR", |b| b.atr_tail(Tail::Status)),
    ];
    for (name, habit) in habits {
        for mode in [Mode::Aes, Mode::Des] {
            let (bench, _) = watched(habit(token(mode)));
            let (id, info) = bench.token();
            let credential = &info.found.credentials[0];
            bench
                .sign(&id, credential, Some(PIN))
                .unwrap_or_else(|error| panic!("{name}, {mode:?}: {error}"));
        }
    }
}

#[test]
fn a_token_that_wants_short_reads_gets_them() {
    /// No answer longer than OpenSC asks for.
    struct Small(Epass);
    impl Emulator for Small {
        fn atr(&self) -> Vec<u8> {
            self.0.atr()
        }
        fn reset(&mut self) {
            self.0.reset();
        }
        fn transmit(&mut self, command: &[u8]) -> Vec<u8> {
            match command {
                // 00 is 256.
                [_, 0xB0, _, _, le] if !(1..=0xD8).contains(le) => vec![0x67, 0x00],
                _ => self.0.transmit(command),
            }
        }
    }
    let bench = Bench::new(Small(token(Mode::Plain).build().unwrap()), READER);
    let (id, info) = bench.token();
    bench
        .sign(&id, &info.found.credentials[0], Some(PIN))
        .unwrap();
}

#[test]
fn of_several_certificates_the_signing_ones_are_offered_with_their_own_keys() {
    // As a public description of an Indian token has it: two authorities, pairs
    // of one subject, CKA_ID as text on one of them, and the chain.
    let builder = Epass::l2(Mode::Aes)
        .seed(b"tests")
        .certificate(Container::encryption(HOLDER).label("first encryption"))
        .certificate(Container::signing(HOLDER).label("first signing"))
        .certificate(
            Container::signing(HOLDER)
                .label("second signing")
                .id(Id::Bytes(
                    b"le-Ada Lovelace's 2nd Capital Signing Key 2025-03-04".to_vec(),
                )),
        )
        .certificate(
            Container::signing(HOLDER)
                .label("by modulus")
                .id(Id::Missing),
        )
        .certificate(Container::signing(HOLDER).label("protected").protected())
        .certificate(Container::signing(HOLDER).label("no key").without_key())
        .certificate(Container::authority("CN=Sub CA for Individual DSC"));
    let (bench, _) = watched(builder);
    assert_eq!(
        subjects(&bench),
        [
            "first signing / Ada Lovelace",
            "second signing / Ada Lovelace",
            "by modulus / Ada Lovelace",
            "protected / Ada Lovelace",
        ]
    );
    let (id, info) = bench.token_by(Look::Everything);
    let notes: Vec<String> = info
        .found
        .notes
        .iter()
        .map(|note| note.in_words(Language::English))
        .collect();
    let notes = notes.join("\n");
    assert!(notes.contains("for encryption only"), "{notes}");
    assert!(notes.contains("without its private key"), "{notes}");
    for credential in &info.found.credentials {
        // Checked against this very certificate before it is returned.
        bench
            .sign(&id, credential, Some(PIN))
            .unwrap_or_else(|error| panic!("{}: {error}", credential.label));
    }
}

#[test]
fn a_wrong_pin_costs_one_try_and_the_last_one_is_asked_for() {
    for mode in MODES {
        let (bench, card) = watched(token(mode).tries(3, 10));
        let (id, info) = bench.token();
        let credential = &info.found.credentials[0];
        for left in [2, 1] {
            let error = bench.sign(&id, credential, Some(WRONG)).unwrap_err();
            let wrong = CardError::Wrong {
                secret: Secret::Pin,
                left: Some(left),
            };
            assert_eq!(error, wrong, "{mode:?}");
            assert_eq!(card.card().pin_tries(), left, "{mode:?}");
        }
        let error = bench.sign(&id, credential, Some(PIN)).unwrap_err();
        assert_eq!(error, CardError::LastTry(Secret::Pin));
        assert_eq!(card.card().pin_tries(), 1);
        let error = bench
            .sign_at(&id, credential, Some(WRONG), LastTry::Use)
            .unwrap_err();
        assert_eq!(error, CardError::Blocked(Secret::Pin), "{mode:?}");
        // At no tries nothing is sent.
        let (result, _) = bench.count(|| bench.sign_at(&id, credential, Some(PIN), LastTry::Use));
        assert_eq!(result.unwrap_err(), CardError::Blocked(Secret::Pin));
        assert_eq!(card.card().pin_tries(), 0);
    }
}

#[test]
fn a_blocked_token_is_unlocked_and_its_pin_changed() {
    for mode in MODES {
        for blocked in [0x63C0, 0x6983] {
            let (bench, card) = watched(token(mode).tries(2, 5).blocked_status(blocked));
            let (id, info) = bench.token();
            let credential = &info.found.credentials[0];
            for _ in 0..2 {
                let _ = bench.sign_at(&id, credential, Some(WRONG), LastTry::Use);
            }
            let (id, info) = bench.token_by(Look::Everything);
            assert_eq!((info.pin, info.puk), (Tries::Blocked, Tries::Left(5)));

            let error = bench.unblock(&id, "nonsense", "newpin").unwrap_err();
            assert_eq!(
                error,
                CardError::Wrong {
                    secret: Secret::Puk,
                    left: Some(4)
                }
            );
            bench.unblock(&id, PUK, "newpin").unwrap();
            assert_eq!(card.card().so_tries(), 5);
            let (id, info) = bench.token();
            assert_eq!(info.pin, Tries::Left(10), "ten, as inferred");
            let credential = &info.found.credentials[0];
            bench.sign(&id, credential, Some("newpin")).unwrap();
            bench
                .change(&id, Secret::Pin, "newpin", "another one")
                .unwrap();
            let (id, info) = bench.token();
            assert_eq!(info.pin, Tries::Left(10));
            bench
                .sign(&id, &info.found.credentials[0], Some("another one"))
                .unwrap();
            let error = bench.change(&id, Secret::Pin, PIN, "12345").unwrap_err();
            assert!(
                matches!(error, CardError::Wrong { left: Some(9), .. }),
                "{error}"
            );
        }
    }
}

#[test]
fn a_change_keeps_the_number_of_tries() {
    let (bench, card) = watched(token(Mode::Aes).tries(7, 10));
    let (id, _) = bench.token();
    bench.change(&id, Secret::Pin, PIN, "1234567890").unwrap();
    assert_eq!(card.card().pin_tries(), 7);
    let error = bench.change(&id, Secret::Pin, WRONG, "x").unwrap_err();
    assert!(matches!(error, CardError::NewPinFormat(_)), "{error}");
    assert_eq!(card.card().pin_tries(), 7);
}

#[test]
fn where_unlocking_is_switched_off_that_is_what_the_error_says() {
    let (bench, card) = watched(token(Mode::Aes).without_pin_reset());
    let (id, _) = bench.token();
    let error = bench.unblock(&id, PUK, "newpin").unwrap_err();
    assert!(matches!(error, CardError::UnblockOff { .. }), "{error:?}");
    assert!(
        error.tell(Language::English).contains("PUK was right"),
        "{error}"
    );
    assert!(
        error
            .advice(Language::English)
            .contains("certificate is lost"),
        "{error}"
    );
    assert_eq!(card.card().pin_tries(), 10);
    assert_eq!(card.card().so_tries(), 10);
}

#[test]
fn a_token_that_refuses_bare_rsa_signs_where_the_document_is_at_hand() {
    let (bench, _) = watched(token(Mode::Fips).refuses_raw_rsa());
    let (id, info) = bench.token();
    let error = bench
        .sign(&id, &info.found.credentials[0], Some(PIN))
        .unwrap_err();
    assert_eq!(error, CardError::RawRsa);
    drop(bench);

    for mode in MODES {
        let mut card = token(mode).refuses_raw_rsa().build().unwrap();
        let atr = Atr::parse(&card.atr()).unwrap();
        for len in [1, 55, 63, 64, 65, 128, 2_900] {
            card.reset();
            let document: Vec<u8> = (0..len).map(|at| at as u8).collect();
            let digest = Digest::of(HashAlgorithm::Sha256, &document);
            let mut line = Line(&mut card);
            let mut known = Known::new(Extended::UNKNOWN);
            let mut token = open(&mut line, &atr, &mut known);
            let found = token.credentials(&Search::default()).unwrap();
            let what = ToSign::Message(&digest, &document);
            token
                .sign(&found.credentials[0], what, &secret(PIN), LastTry::Keep)
                .unwrap_or_else(|error| panic!("{mode:?}, {len} bytes: {error}"));
            token.close();
        }
        assert_eq!(card.pin_tries(), 10);
    }
}

/// What goes over the wire, straight into the card.
struct Line<'a, C>(&'a mut C);

impl<C: Emulator> Transport for Line<'_, C> {
    fn exchange(&mut self, frame: &Frame) -> Result<Vec<u8>, TransportError> {
        Ok(self.0.transmit(frame.expose()))
    }
}

fn open<'a>(line: &'a mut dyn Transport, atr: &Atr, known: &'a mut Known) -> Token<'a> {
    Token::open(line, atr, known, securesign_vendors::PROFILES)
        .unwrap()
        .unwrap()
}

/// One job from a cold start: read, then sign with this PIN.
fn journey(bench: &Bench, pin: &str) -> Result<(), CardError> {
    let view = bench.look(Look::Signing(Search::default())).remove(0);
    let info = match view.state {
        TokenState::Ready(info) => info,
        TokenState::Failed(error) => return Err(error),
        TokenState::Empty => return Err(CardError::Changed),
        other => panic!("{other:?}"),
    };
    let credential = info.found.credentials.first();
    let credential = credential.ok_or(CardError::Changed)?;
    bench.sign(&view.id, credential, Some(pin)).map(drop)
}

/// How many protected commands a journey takes without mishaps: all but GET DATA
/// and the mutual authentication.
fn length(mode: Mode) -> usize {
    let (bench, _) = watched(token(mode));
    bench.count(|| journey(&bench, PIN).unwrap()).1 - 3
}

#[test]
fn secure_messaging_faults_at_every_step_are_typed_errors_and_cost_no_second_try() {
    for mode in [Mode::Aes, Mode::Des, Mode::Fips] {
        let steps = length(mode);
        for disturbance in [
            Disturbance::WrongMac,
            Disturbance::Truncated,
            Disturbance::Replayed,
            Disturbance::SessionLost(0x6985),
            Disturbance::SessionLost(0x6988),
            Disturbance::OtherProcess,
        ] {
            let mut failures = 0;
            for step in 1..=steps {
                let name = format!("{mode:?}, {disturbance:?} at {step}");
                // A right PIN: at most an error, and no try is lost for good.
                let (bench, card) = watched(token(mode));
                card.card().disturb(step, disturbance);
                match journey(&bench, PIN) {
                    Ok(()) => {}
                    Err(CardError::SecureMessaging { fault, .. }) => {
                        failures += 1;
                        if let Disturbance::SessionLost(_) = disturbance {
                            assert_eq!(fault, Fault::Lost, "{name}");
                        }
                    }
                    // Answers are not protected in a way that is confirmed there.
                    Err(error) if mode == Mode::Fips => {
                        println!("{name}: {error}");
                        failures += 1;
                    }
                    Err(error) => panic!("{name}: {error}"),
                }
                // The next attempt finds the token usable.
                journey(&bench, PIN).unwrap_or_else(|error| panic!("{name}, again: {error}"));
                assert_eq!(card.card().pin_tries(), 10, "{name}");

                // A wrong one: one try, whatever happens around it.
                let (bench, card) = watched(token(mode));
                card.card().disturb(step, disturbance);
                journey(&bench, WRONG).unwrap_err();
                assert!(card.card().pin_tries() >= 9, "{name}");
            }
            println!("{mode:?}, {disturbance:?}: {failures} of {steps} steps end in an error");
        }
    }
}

#[test]
fn a_token_removed_at_any_step_loses_nothing() {
    let steps = length(Mode::Aes);
    for after in 0..steps {
        let (bench, card) = watched(token(Mode::Aes));
        let error = TransportError::Removed;
        bench.reader.fault(ReaderFault { after, error });
        let error = journey(&bench, PIN).unwrap_err();
        assert!(
            matches!(error, CardError::Transport(_) | CardError::Changed),
            "{after}: {error}"
        );
        assert_eq!(card.card().pin_tries(), 10);
    }
}

#[test]
fn a_blank_token_is_named_and_left_alone() {
    let (bench, card) = watched(Epass::blank(Mode::Aes).seed(b"tests"));
    let view = bench.look(Look::Everything).remove(0);
    match view.state {
        TokenState::Failed(error @ CardError::Unsupported(_)) => {
            assert!(error.tell(Language::English).contains("blank"), "{error}");
        }
        other => panic!("{other:?}"),
    }
    let authentications = card.card().authentications();
    assert_eq!(
        card.card().count(0x82),
        authentications,
        "no PIN, not even a question"
    );
}

/// Feitian's JavaCard with the answer to reset of an ePass2003.
struct JavaCard {
    atr: Vec<u8>,
    /// To GET DATA of the capabilities.
    answer: Vec<u8>,
    applet: Option<PivCard>,
    seen: Vec<Vec<u8>>,
}

impl Emulator for JavaCard {
    fn atr(&self) -> Vec<u8> {
        self.atr.clone()
    }

    fn reset(&mut self) {}

    fn transmit(&mut self, command: &[u8]) -> Vec<u8> {
        self.seen.push(command.to_vec());
        match command {
            [0x00, 0xCA, 0x01, 0x86, ..] => self.answer.clone(),
            // The applet of another family, where there is one.
            _ => match &mut self.applet {
                Some(applet) => applet.transmit(command),
                None => vec![0x6D, 0x00],
            },
        }
    }
}

/// JavaCOS (sheet, §1.1: the false match).
const JAVACOS: [u8; 23] = [
    0x3B, 0x9F, 0x95, 0x81, 0x31, 0xFE, 0x9F, 0x00, 0x66, 0x46, 0x53, 0x05, 0x10, 0x00, 0xFF, 0x71,
    0xDF, 0x00, 0x00, 0x00, 0x00, 0x00, 0xEC,
];
/// A token of the family (sheet, §1.1: complete examples).
const TOKEN: [u8; 23] = [
    0x3B, 0x9F, 0x95, 0x81, 0x31, 0xFE, 0x9F, 0x00, 0x66, 0x46, 0x53, 0x05, 0x10, 0x11, 0x31, 0x71,
    0xDF, 0x00, 0x00, 0x86, 0x00, 0x00, 0xB5,
];
/// What is no answer of an ePass2003 to GET DATA of its capabilities.
const NO_CAPABILITIES: [&[u8]; 9] = [
    &[0x6D, 0x00],
    &[0x6E, 0x00],
    &[0x6A, 0x88],
    &[0x6A, 0x82],
    &[0x6A, 0x81],
    &[0x69, 0x85],
    &[0x69, 0x82],
    &[0x90, 0x00],
    &[0xDE, 0xAD, 0xBE, 0xEF, 0x90, 0x00],
];

#[test]
fn the_javacard_with_the_same_answer_to_reset_is_not_taken_for_one() {
    for (atr, looks_like) in [
        (JAVACOS, "Feitian JavaCOS (Java Card A22 or A40)"),
        (TOKEN, "Feitian ePass2003 (FTCOS/ePass2003)"),
    ] {
        for answer in NO_CAPABILITIES {
            let card = Shared::new(JavaCard {
                atr: atr.to_vec(),
                answer: answer.to_vec(),
                applet: None,
                seen: Vec::new(),
            });
            let bench = Bench::new(card.clone(), READER);
            let view = bench.look(Look::Everything).remove(0);
            match view.state {
                TokenState::Unknown { name, .. } => {
                    let name = name.map(|product| product.to_string());
                    assert_eq!(name.as_deref(), Some(looks_like), "{answer:02X?}");
                }
                other => panic!("{answer:02X?}: {other:?}"),
            }
            // GET DATA and SELECT, and nothing else.
            for command in &card.card().seen {
                assert!(matches!(command[1], 0xCA | 0xA4), "{command:02X?}");
            }
        }
    }
}

#[test]
fn a_javacard_with_that_answer_to_reset_is_what_its_applet_is() {
    let endless: &[u8] = &[0x61, 0x10];
    for answer in NO_CAPABILITIES.into_iter().chain([endless]) {
        let applet = PivCard::builder(NIST)
            .seed(b"tests")
            .key(Slot::SIGNATURE, KeyKind::P256)
            .build()
            .unwrap();
        let card = JavaCard {
            atr: JAVACOS.to_vec(),
            answer: answer.to_vec(),
            applet: Some(applet),
            seen: Vec::new(),
        };
        let bench = Bench::new(card, READER);
        let (id, info) = bench.token();
        assert_eq!(info.family, "PIV", "{answer:02X?}");
        bench
            .sign(&id, &info.found.credentials[0], Some("123456"))
            .unwrap();
    }
}

#[test]
fn a_token_with_other_keys_is_told_from_one_that_is_broken() {
    /// Its cryptogram is wrong.
    struct Stranger(Epass);
    impl Emulator for Stranger {
        fn atr(&self) -> Vec<u8> {
            self.0.atr()
        }
        fn reset(&mut self) {
            self.0.reset();
        }
        fn transmit(&mut self, command: &[u8]) -> Vec<u8> {
            let mut answer = self.0.transmit(command);
            if command[1] == 0x50 {
                let at = answer.len() - 3;
                answer[at] ^= 0x01;
            }
            answer
        }
    }
    let bench = Bench::new(Stranger(token(Mode::Aes).build().unwrap()), READER);
    let view = bench.look(Look::Everything).remove(0);
    match view.state {
        TokenState::Failed(error @ CardError::Unsupported(_)) => {
            assert!(
                error.tell(Language::English).contains("published keys"),
                "{error}"
            );
        }
        other => panic!("{other:?}"),
    }
}
