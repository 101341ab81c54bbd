//! What holds over all families: the facts of the registry, what it costs to tell a card, and
//! that the README says of each what was tried.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "here a panic is a failed test"
)]

#[path = "support/instead.rs"]
mod instead;
#[path = "registry/rows.rs"]
mod rows;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use instead::Instead;
use securesign_card::atr::{Atr, AtrPattern};
use securesign_card::channel::Extended;
use securesign_card::known::Known;
use securesign_card::profile::{Mark, Spec};
use securesign_card::reader::Readers;
use securesign_card::token::Token;
use securesign_card::transport::Ending;
use securesign_vendors::PROFILES;
use securesign_vendors::eid::emulator::{self as eid, EidCard};
use securesign_vendors::emulator::{EmulatedReaders, Emulator, KeyKind, Slot};
use securesign_vendors::epass2003::emulator::{Epass, Mode};
use securesign_vendors::gids::emulator::{self as gids, GidsCard};
use securesign_vendors::idprime::emulator::{self as idprime, IdPrimeCard};
use securesign_vendors::openpgp::emulator::{self as openpgp, OpenPgpCard};
use securesign_vendors::piv::emulator::{self as piv, PivCard};
use securesign_vendors::pkcs15::emulator::{self as pkcs15, Object, Pkcs15Card};
use securesign_vendors::sc_hsm::emulator::{self as sc_hsm, ScHsmCard};

use rows::{DEEDS, ROWS};

const SEED: &[u8] = b"registry";

/// What it is part of, as its traces have it.
fn family(id: &str) -> &str {
    id.split('-').next().unwrap()
}

fn specs() -> impl Iterator<Item = &'static Spec> {
    PROFILES.iter().map(|profile| profile.spec())
}

#[test]
fn every_profile_has_an_id_of_its_own_and_cites_its_source() {
    let mut ids = BTreeSet::new();
    for spec in specs() {
        assert!(ids.insert(spec.id), "{} stands there twice", spec.id);
        let is_short = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.+".contains(c);
        assert!(spec.id.chars().all(is_short), "{}", spec.id);
        assert!(!spec.name.is_empty(), "{}", spec.id);
        assert!(spec.source.len() > 8, "{}: where is it from?", spec.id);
        assert!(!spec.marks.is_empty(), "{}", spec.id);
        // ISO 7816-4, 12.2.3.
        let len = spec.aid.len();
        assert!(len == 0 || (5..=16).contains(&len), "{}", spec.id);
        for mark in spec.marks {
            if let Mark::Atr(AtrPattern { value, mask }) = mark {
                assert!((2..=33).contains(&value.len()), "{}", spec.id);
                let rest = value.len().saturating_sub(mask.len()) as u32 * 8;
                let bits: u32 = mask.iter().map(|byte| byte.count_ones()).sum();
                assert!(bits + rest >= 32, "{} would claim too much", spec.id);
            }
        }
    }
}

/// A mask as long as its answer to reset.
fn whole(pattern: &AtrPattern) -> Vec<u8> {
    let mut mask = pattern.mask.to_vec();
    mask.resize(pattern.value.len(), 0xFF);
    mask
}

/// Whether some answer to reset has both marks.
fn meet(one: &Mark, other: &Mark) -> bool {
    match (one, other) {
        (Mark::Atr(one), Mark::Atr(other)) => {
            let bits = whole(one).into_iter().zip(whole(other));
            let bytes = one.value.iter().zip(other.value);
            one.value.len() == other.value.len()
                && bytes
                    .zip(bits)
                    .all(|((a, b), (m, n))| a & m & n == b & m & n)
        }
        (Mark::Atr(pattern), part @ Mark::Historical(_))
        | (part @ Mark::Historical(_), Mark::Atr(pattern)) => {
            part.in_atr(&Atr::accepted(pattern.value))
        }
        (Mark::Historical(one), Mark::Historical(other)) => {
            let within = |part: &[u8], all: &[u8]| all.windows(part.len()).any(|it| it == part);
            within(one, other) || within(other, one)
        }
        _ => false,
    }
}

/// Within a family, products go before what they are products of.
#[test]
fn no_answer_to_reset_is_claimed_by_two_families() {
    let marks: Vec<(&str, &Mark)> = specs()
        .flat_map(|spec| spec.marks.iter().map(|mark| (spec.id, mark)))
        .collect();
    for (at, (id, mark)) in marks.iter().enumerate() {
        for (other_id, other) in &marks[at + 1..] {
            let same = family(id) == family(other_id);
            assert!(
                same || !meet(mark, other),
                "{id} and {other_id}: {mark:?} and {other:?}"
            );
        }
    }
    // The comparison can fail.
    let pattern = |value, mask| Mark::Atr(AtrPattern { value, mask });
    let one = pattern(&[0x3B, 0x02, 0x14, 0x50], &[]);
    assert!(meet(
        &one,
        &pattern(&[0x3B, 0x02, 0x14, 0x51], &[0xFF, 0xFF, 0xFF, 0xF0])
    ));
    assert!(!meet(&one, &pattern(&[0x3B, 0x02, 0x14, 0x51], &[])));
    assert!(meet(&one, &Mark::Historical(&[0x14, 0x50])));
}

/// The profile that opens a card, and what was sent until it was open.
fn opened(card: Box<dyn Emulator>) -> (Option<&'static Spec>, Vec<Vec<u8>>) {
    let log: Arc<Mutex<Vec<Vec<u8>>>> = Arc::default();
    let sent = Arc::clone(&log);
    let watched = Instead::of(card, move |card, command| {
        sent.lock().unwrap().push(command.to_vec());
        card.transmit(command)
    });
    let slot = Slot::new("Reader", None);
    slot.insert(Box::new(watched));
    let mut readers = EmulatedReaders { slots: vec![slot] };
    let reader = readers.list().unwrap().remove(0);
    let mut card = readers.connect(&reader.name, reader.insertion).unwrap();
    let atr = card.atr().clone();
    let mut dialogue = card.begin().unwrap();
    let mut known = Known::new(Extended::UNKNOWN);
    let token = Token::open(&mut *dialogue, &atr, &mut known, PROFILES);
    let spec = token.ok().flatten().map(|token| token.spec());
    dialogue.end(Ending::Leave);
    let sent = log.lock().unwrap().clone();
    (spec, sent)
}

fn boxed(card: impl Emulator + 'static) -> Box<dyn Emulator> {
    Box::new(card)
}

/// Every card that there is as software, with the family that it is of.
fn cards() -> Vec<(String, &'static str, Box<dyn Emulator>)> {
    let mut cards = Vec::new();
    let mut add = |family, name: &str, card| cards.push((name.to_owned(), family, card));
    for (name, layout) in [
        ("OpenSC's layout", Epass::l1 as fn(Mode) -> _),
        ("the vendor's layout", Epass::l2),
    ] {
        for mode in [Mode::Aes, Mode::Des, Mode::Fips, Mode::Plain] {
            add(
                "epass2003",
                name,
                boxed(layout(mode).seed(SEED).build().unwrap()),
            );
        }
    }
    for product in piv::ALL {
        let card = PivCard::builder(*product).seed(SEED).build().unwrap();
        add("piv", product.name, boxed(card));
    }
    for product in openpgp::ALL {
        let card = OpenPgpCard::builder(product).seed(SEED).build().unwrap();
        add("openpgp", product.name, boxed(card));
    }
    for product in idprime::ALL {
        let card = IdPrimeCard::builder(product).seed(SEED).build().unwrap();
        add("idprime", product.name, boxed(card));
    }
    for product in sc_hsm::ALL {
        let card = ScHsmCard::builder(product).seed(SEED).build().unwrap();
        add("schsm", product.name, boxed(card));
    }
    for product in gids::ALL {
        let card = GidsCard::builder(product).seed(SEED).build().unwrap();
        add("gids", product.name, boxed(card));
    }
    for product in eid::ALL {
        let card = EidCard::builder(product).seed(SEED).build().unwrap();
        add(product.family, product.name, boxed(card));
    }
    for dialect in pkcs15::ALL {
        let family = match dialect
            .name
            .trim_end_matches("esign")
            .trim_end_matches(|c: char| c.is_ascii_digit())
        {
            "plain" => "pkcs15",
            "epass" | "pk01c" | "ejava" => "ftcos",
            "isoapplet" => "isoapplet",
            name => name,
        };
        let object = Object::signing("CN=Ada Lovelace", KeyKind::Rsa1024);
        let builder = Pkcs15Card::builder(*dialect).seed(SEED);
        let card = builder
            .object(object.clone())
            .object(object)
            .build()
            .unwrap();
        add(family, dialect.name, boxed(card));
    }
    cards
}

const SELECT: u8 = 0xA4;

/// SELECT by name; the name (ISO 7816-4, 11.2.2).
fn by_name(command: &[u8]) -> Option<&[u8]> {
    match command {
        [0x00, SELECT, 0x04, _, len, data @ ..] => data.get(..usize::from(*len)),
        _ => None,
    }
}

/// Whether a card is asked for what it has when it is of this kind: its application by name,
/// or by the name's registered provider, or the first file.
fn is_own(spec: &Spec, command: &[u8]) -> bool {
    match (by_name(command), spec.aid) {
        (Some(name), [_, ..]) => name.get(..5) == spec.aid.get(..5),
        (Some(_), []) => false,
        (None, _) => command[1] == SELECT,
    }
}

#[test]
fn a_card_of_a_known_kind_is_told_with_at_most_three_commands_before_its_own() {
    let mut families = BTreeSet::new();
    for (name, expected, card) in cards() {
        let (spec, sent) = opened(card);
        let spec = spec.unwrap_or_else(|| panic!("{name} is not known"));
        assert_eq!(family(spec.id), expected, "{name}");
        families.insert(expected);
        let before = sent
            .iter()
            .position(|command| is_own(spec, command))
            .unwrap();
        // The last one asked for: nothing tells it from a card of no known kind.
        let most = if expected == "pkcs15" { 12 } else { 3 };
        assert!(before <= most, "{name}: {:02X?}", &sent[..=before]);
    }
    let all: BTreeSet<&str> = specs().map(|spec| family(spec.id)).collect();
    assert_eq!(families, all, "every family has a card here");
}

#[test]
fn a_card_of_no_known_kind_gets_at_most_twelve_commands_and_all_of_them_read() {
    // SELECT, READ BINARY, READ RECORD, GET RESPONSE, GET DATA (ISO 7816-4, 5.4.2).
    const READS: [u8; 6] = [SELECT, 0xB0, 0xB2, 0xC0, 0xCA, 0xCB];
    for sw in [
        0x6A82, 0x6D00, 0x6E00, 0x6A81, 0x6A86, 0x6A87, 0x6982, 0x6985, 0x6F00, 0x6700,
    ] {
        let atr = [0x3B, 0x84, 0x80, 0x01, 0x4E, 0x4F, 0x4E, 0x45, 0x44];
        let deaf = Instead::of_nothing(&atr, move |_| u16::to_be_bytes(sw).to_vec());
        let (spec, sent) = opened(Box::new(deaf));
        assert!(spec.is_none(), "{sw:04X}: {spec:?}");
        assert!(sent.len() <= 12, "{sw:04X}: {sent:02X?}");
        let reads = |command: &Vec<u8>| command[0] == 0x00 && READS.contains(&command[1]);
        assert!(sent.iter().all(reads), "{sw:04X}: {sent:02X?}");
    }
}

fn text(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn the_readme_says_of_every_family_what_was_tried() {
    let readme = text("README.md");
    let (_, table) = readme
        .split_once("| family | what was tried |\n|---|---|\n")
        .unwrap();
    let rows: Vec<&str> = table
        .lines()
        .take_while(|line| line.starts_with("| "))
        .collect();
    assert_eq!(rows.len(), ROWS.len());
    let judges = text("tests/judges.rs");
    for ((begin, families, script, cards), row) in ROWS.into_iter().zip(rows) {
        assert!(row[2..].starts_with(begin), "{begin}: {row}");
        let documents = row.contains("by documents only");
        assert_eq!(script.is_empty(), documents, "{row}");
        if !documents {
            assert!(
                judges.contains(&format!("\"tests/{script}\"")),
                "{script} runs nowhere"
            );
            let script = text(&format!("tests/{script}"));
            let words: BTreeSet<&str> =
                script.split(|c: char| !c.is_ascii_alphanumeric()).collect();
            for card in cards {
                assert!(words.contains(card), "{card} is judged nowhere: {row}");
            }
            for (deed, calls) in DEEDS.into_iter().filter(|(deed, _)| row.contains(deed)) {
                assert!(
                    calls.iter().any(|call| script.contains(call)),
                    "nobody {deed}: {row}"
                );
            }
        }
        for family in families {
            for source in sources(family) {
                let is_software = source.contains("emulator") || source.contains("Nitrokey");
                assert!(is_software || !row.contains("no real"), "{source}: {row}");
            }
        }
    }
    let told: BTreeSet<&str> = ROWS.iter().flat_map(|row| row.1).copied().collect();
    let all: BTreeSet<&str> = specs().map(|spec| family(spec.id)).collect();
    assert_eq!(
        told, all,
        "families in the table and families that there are"
    );
    let products = |begin: &str, count: &str| {
        let row = table
            .lines()
            .find(|line| line[2..].starts_with(begin))
            .unwrap();
        assert!(row.contains(&format!("{count} products")), "{row}");
    };
    assert_eq!(
        (piv::ALL.len(), openpgp::ALL.len(), idprime::ALL.len()),
        (10, 9, 9)
    );
    products("PIV (", "ten");
    products("OpenPGP card ", "nine");
    products("IDPrime MD ", "nine");
}

/// Where the traces of a family are from.
fn sources(family: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("apdu-traces")
        .join(family);
    let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{family}: {error}"));
    let source = |file: fs::DirEntry| {
        let text = fs::read_to_string(file.path()).unwrap();
        let line = text.lines().find(|line| line.starts_with("source:"));
        line.unwrap_or_else(|| panic!("{}", file.path().display()))
            .to_owned()
    };
    files.map(|file| source(file.unwrap())).collect()
}
