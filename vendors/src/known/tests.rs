use std::collections::BTreeSet;

use securesign_card::profile;

use super::*;
use crate::PROFILES;

/// The answer to reset that is written so.
fn atr(hex: &str) -> Atr {
    Atr::parse(&bytes(&hex.replace(' ', "")).unwrap()).unwrap()
}

/// What a token in a reader that says nothing is.
fn told(hex: &str) -> Product {
    name(&atr(hex), "Example reader 00 00").unwrap_or_else(|| panic!("{hex} is not known"))
}

#[test]
fn every_line_is_well_formed() {
    for (at, line) in MARKS.lines().enumerate().skip(1) {
        let at = at + 1;
        let columns: Vec<&str> = line.split('\t').collect();
        assert_eq!(columns.len(), 7, "line {at}");
        let mark = Mark::read(line).unwrap_or_else(|| panic!("line {at}"));
        assert!(!mark.source.is_empty(), "line {at}: where is it from?");
        match mark.pattern {
            Pattern::Atr { value, mask } => {
                assert!((2..=33).contains(&value.len()), "line {at}");
                assert_eq!(value.len(), mask.len(), "line {at}");
                assert_eq!(value[0], 0x3B, "line {at}");
                let bits: u32 = mask.iter().map(|byte| byte.count_ones()).sum();
                assert!(bits >= 32, "line {at}");
            }
            Pattern::Historical(part) => assert!((3..=15).contains(&part.len()), "line {at}"),
            Pattern::Reader(part) => {
                assert_eq!(part, part.to_lowercase(), "line {at}");
                assert!(part.len() > 4, "line {at}");
                assert_eq!(mark.confidence, Confidence::Guess, "line {at}");
            }
        }
    }
}

#[test]
fn every_family_is_well_formed_and_has_marks() {
    let marked: BTreeSet<&str> = marks().map(|mark| mark.family).collect();
    let mut families = BTreeSet::new();
    for line in FAMILIES.lines().skip(1) {
        let [family, name, maker, software, obstacle] = columns(line).unwrap();
        assert!(families.insert(family), "{family} stands there twice");
        assert!(!name.is_empty(), "{family}");
        // The maker's name stands before that of its software.
        let own = software.strip_prefix("own:").unwrap_or_default();
        assert!(own.is_empty() || !maker.is_empty(), "{family}");
        assert!(
            software.is_empty() || software.starts_with("own:") || software.len() > 6,
            "{family}: {software}"
        );
        assert!(
            [
                "unpublished",
                "not-yet",
                "secure-messaging",
                "no-application"
            ]
            .contains(&obstacle),
            "{family}: {obstacle}"
        );
    }
    assert_eq!(marked, families);
}

#[test]
fn an_epass2003_is_named_with_any_of_its_masked_bytes() {
    // OpenSC card-epass2003.c, with the masked bytes filled in.
    let name = told("3B 9F 95 81 31 FE 9F 00 66 46 53 05 01 02 03 71 DF 00 00 03 6A 82 5E");
    assert!(name.to_string().contains("ePass2003"), "{name}");
}

/// Whether some answer to reset has both marks.
fn meet(one: &Pattern, other: &Pattern) -> bool {
    match (one, other) {
        (Pattern::Atr { value, mask }, Pattern::Atr { value: v, mask: m }) => {
            let bits = value.iter().zip(mask).zip(v.iter().zip(m));
            value.len() == v.len()
                && bits
                    .into_iter()
                    .all(|((a, m), (b, n))| (a ^ b) & m & n == 0)
        }
        (Pattern::Historical(one), Pattern::Historical(other)) => {
            let within = |long: &[u8], short: &[u8]| long.windows(short.len()).any(|w| w == short);
            within(one, other) || within(other, one)
        }
        (Pattern::Reader(one), Pattern::Reader(other)) => {
            one.contains(other) || other.contains(one)
        }
        _ => false,
    }
}

#[test]
fn of_two_families_with_the_same_mark_one_says_more() {
    let marks: Vec<Mark> = marks().collect();
    for (at, one) in marks.iter().enumerate() {
        for other in &marks[at + 1..] {
            if one.family == other.family || !meet(&one.pattern, &other.pattern) {
                continue;
            }
            assert_ne!(
                one.weight(),
                other.weight(),
                "{} and {}: {} and {}",
                one.family,
                other.family,
                one.source,
                other.source
            );
        }
    }
    // Gemalto's mark takes this one in; the Belgian card's says more.
    let belgian = "3B7F96000080318065B085040120120FFF829000";
    assert_eq!(told(belgian).family, "belgium");
    // As does that of a Java Card which is sold as an ePass2003 too.
    let java = "3B9F958131FE9F00664653051000FF71DF0000000000EC";
    assert_eq!(
        told(java).to_string(),
        "Feitian JavaCOS (Java Card A22 or A40)"
    );
}

#[test]
fn no_mark_stands_there_twice() {
    let mut seen = BTreeSet::new();
    for line in MARKS.lines().skip(1) {
        let [_, _, kind, value, mask, _, _] = columns(line).unwrap();
        assert!(seen.insert((kind, value, mask)), "{line}");
    }
}

#[test]
fn what_a_profile_serves_is_not_said_to_be_impossible() {
    let serves = |pattern: &Pattern| {
        let mut marks = PROFILES.iter().flat_map(|profile| profile.spec().marks);
        marks.any(|mark| match (mark, pattern) {
            (profile::Mark::Atr(served), Pattern::Atr { value, mask }) => {
                let full = vec![0xFF; served.value.len()];
                let served = Pattern::Atr {
                    value: served.value.to_vec(),
                    mask: match served.mask {
                        [] => full,
                        mask => mask.to_vec(),
                    },
                };
                let (value, mask) = (value.clone(), mask.clone());
                meet(&served, &Pattern::Atr { value, mask })
            }
            (profile::Mark::Historical(served), Pattern::Historical(part)) => meet(
                &Pattern::Historical(served.to_vec()),
                &Pattern::Historical(part.clone()),
            ),
            (profile::Mark::Historical(served), Pattern::Atr { value, .. }) => Atr::parse(value)
                .is_ok_and(|atr| {
                    let mut parts = atr.historical().windows(served.len());
                    parts.any(|part| part == *served)
                }),
            _ => false,
        })
    };
    let mut served = BTreeSet::new();
    // A mask of other cards that has such an answer in it is outweighed by the mark of that alone.
    let outweighed = |mark: &Mark| {
        let exact = |served: &profile::Mark| match served {
            profile::Mark::Atr(pattern) if pattern.mask.is_empty() => {
                let atr = Atr::accepted(pattern.value);
                mark.fits(&atr, "").then(|| name(&atr, "").unwrap())
            }
            _ => None,
        };
        let mut said = crate::PROFILES.iter().flat_map(|it| it.spec().marks);
        said.find_map(exact)
            .is_some_and(|it| it.family != mark.family && it.obstacle == Obstacle::NoApplication)
    };
    for mark in marks().filter(|mark| serves(&mark.pattern) && !outweighed(mark)) {
        let product = mark.product().unwrap();
        assert_eq!(product.obstacle, Obstacle::NoApplication, "{product}");
        served.insert(product.family);
    }
    assert!(served.len() > 3, "{served:?}");
}

#[test]
fn each_example_has_its_name() {
    // Answers to reset that were published with the name of their token.
    let examples = include_str!("examples.tsv").lines().skip(1);
    for line in examples {
        let [atr, name] = columns(line).unwrap();
        let product = told(atr);
        assert_eq!(product.to_string(), name, "{atr}");
        assert_ne!(product.evidence, Evidence::Reader, "{atr}");
    }
}

#[test]
fn the_readers_name_is_a_guess_and_asked_last() {
    let unknown = atr("3B 02 14 51");
    for (reader, family) in [
        ("Watchdata USB Key [WDIND USB CCID Key] 00 00", "watchdata"),
        ("WD PROXKEY USB Token 0", "watchdata"),
        ("TrustKey Token 00 00", "trustkey"),
        ("Longmai mToken CryptoIDA 0", "longmai"),
        ("Longmai mTokenCryptoFIPS 0", "longmai"),
        ("AKS ifdh 0", "etoken"),
        ("SafeNet eToken 5100 [eToken 5110 SC] 00 00", "etoken"),
        ("Bit4id tokenME FIPS 0", "bit4id"),
        ("Precision Biometric InnaITKey 0", "innait"),
        ("Giesecke & Devrient GmbH StarSign CUT S 00 00", "starsign"),
        ("FS USB Token 0", "epass"),
        ("FT ePass2003Auto 00 00", "epass"),
        ("Hypersecu USB TOKEN 00 00", "epass"),
    ] {
        let product = name(&unknown, reader).unwrap_or_else(|| panic!("{reader}"));
        assert_eq!(product.family, family, "{reader}");
        assert_eq!(product.evidence, Evidence::Reader, "{reader}");
        assert_eq!(product.confidence, Confidence::Guess, "{reader}");
    }
    assert_eq!(name(&unknown, "Alcor Micro AU9540 00 00"), None);
    // What is in the reader says more than what the reader is called.
    let bytes = atr("3B 6D 00 00 57 44 36 41 01 86 93 12 11 3C 19 70 AF");
    let product = name(&bytes, "Feitian SCR301 00 00").unwrap();
    assert_eq!(product.family, "watchdata");
    assert_eq!(product.evidence, Evidence::Atr);
}

#[test]
fn what_the_owner_is_told_of_the_tokens_sold_in_india() {
    let proxkey = told("3B6D00005744364101869312113C1970AF");
    assert_eq!(proxkey.name, "Watchdata ProxKey");
    assert_eq!(proxkey.maker, Some("Watchdata"));
    assert_eq!(proxkey.obstacle, Obstacle::Unpublished);
    assert!(
        matches!(proxkey.software, Some(Software::Own(Some(name))) if name.contains("WatchKey"))
    );
    let unpublished = [
        "watchdata",
        "trustkey",
        "longmai",
        "etoken-java",
        "innait",
        "bit4id",
        "starsign",
    ];
    for mark in marks().filter(|mark| unpublished.contains(&mark.family)) {
        let product = mark.product().unwrap();
        assert_eq!(product.obstacle, Obstacle::Unpublished, "{product}");
        assert!(product.software.is_some(), "{product}");
    }
}
