//! Every trace in `apdu-traces/` is replayed: the profile must send exactly what
//! the trace has, with every PIN marked, and come to the same end.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "here a panic is a failed test"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use securesign_card::trace::{Trace, check};
use securesign_vendors::PROFILES;

/// What every family must be able to show.
const JOURNEYS: [&str; 7] = [
    "blocked",
    "change",
    "removed",
    "sign",
    "status",
    "unblock",
    "wrong-pin",
];

fn traces() -> Vec<(PathBuf, String)> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("apdu-traces");
    let mut found = Vec::new();
    for family in fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
    {
        for file in fs::read_dir(family)
            .unwrap()
            .map(|entry| entry.unwrap().path())
        {
            let text = fs::read_to_string(&file).unwrap();
            found.push((file, text));
        }
    }
    found.sort();
    found
}

#[test]
fn every_trace_agrees_with_its_own_print() {
    for (file, text) in traces() {
        let trace =
            Trace::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        assert_eq!(trace.to_string(), text, "{}", file.display());
    }
}

#[test]
fn every_family_has_its_journeys() {
    let mut journeys: BTreeSet<(String, String)> = BTreeSet::new();
    for (file, text) in traces() {
        let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
        let (_, journey) = name.split_once('-').unwrap();
        let family = file.parent().unwrap().file_name().unwrap();
        let family = family.to_str().unwrap().to_owned();
        let trace = Trace::parse(&text).unwrap();
        assert!(
            trace.header("profile").unwrap().starts_with(&family),
            "{}",
            file.display()
        );
        journeys.insert((family, journey.to_owned()));
    }
    // Products of a family share its traces.
    let families: BTreeSet<&str> = PROFILES
        .iter()
        .map(|profile| profile.spec().id.split('-').next().unwrap())
        .collect();
    for family in families {
        for journey in JOURNEYS {
            let there = journeys.contains(&(family.to_owned(), journey.to_owned()));
            assert!(there, "apdu-traces/{family} has no {journey}");
        }
    }
}

#[test]
fn every_trace_is_replayed_to_its_end() {
    for (file, text) in traces() {
        let file = file.display();
        let trace = Trace::parse(&text).unwrap();
        let header = |key: &str| {
            trace
                .header(key)
                .unwrap_or_else(|| panic!("{file}: no {key}"))
                .to_owned()
        };
        let checked = check(&trace, PROFILES).unwrap_or_else(|fault| panic!("{file}: {fault}"));
        assert_eq!(checked.parted, None, "{file}");
        // With all drivers: its card is known among those of the others.
        assert!(!checked.is_alone, "{file}");
        assert_eq!(checked.agreed, trace.commands(), "{file}");
        assert_eq!(checked.end, header("expect"), "{file}");
    }
}

/// A trace that has something else somewhere is told apart, and where.
#[test]
fn a_trace_that_parts_from_its_driver_is_found() {
    let (_, text) = traces()
        .into_iter()
        .find(|(file, _)| file.ends_with("esteid/esteid8-sign.trace"))
        .unwrap();
    let parted = |text: &str| check(&Trace::parse(text).unwrap(), PROFILES).unwrap();
    let all = parted(&text);
    let verify = "> 00 20 00 85 | 0C <pin:12>";
    let at = text.split(verify).next().unwrap().matches("\n> ").count();
    for (other, agreed) in [
        (text.replace(verify, "> 00 20 00 81 | 0C <pin:12>"), at),
        // A PIN that stands there as any other data.
        (
            text.replace("<pin:12>", "31 32 33 34 35 36 FF FF FF FF FF FF"),
            at,
        ),
        (text.replace("== verify the PIN", "== sign"), at),
        (text.replace("A0 00 00 00 77", "A0 00 00 00 78"), 0),
    ] {
        assert_ne!(other, text);
        let parts = parted(&other);
        assert_eq!(parts.agreed, agreed, "{parts:?}");
        assert!(parts.parted.is_some(), "{other}");
    }
    // Longer than the driver's, and shorter.
    let longer = format!("{text}\n> 00 B0 00 00 00\n< 90 00\n");
    assert!(parted(&longer).parted.unwrap().starts_with("never sent"));
    let (shorter, _) = text.split_once("\n== verify the PIN").unwrap();
    assert!(
        parted(shorter)
            .parted
            .unwrap()
            .starts_with("beyond the end")
    );
    // One of another program has no steps.
    let lines = text.lines().filter(|line| !line.starts_with("== "));
    let without: String = lines.map(|line| format!("{line}\n")).collect();
    assert_eq!(parted(&without), all);
    // Nor are there our probes for other families, where it is told by them alone.
    let gids = traces().into_iter();
    let mut gids = gids.filter(|(file, _)| file.ends_with("gids/gidsapplet-status.trace"));
    let (_, probed) = gids.next().unwrap();
    let probe = probed.find("== ").unwrap();
    let own = probed.find("A0 00 00 03 97").unwrap();
    let own = probed[..own].rfind("== ").unwrap();
    let checked = parted(&format!("{}{}", &probed[..probe], &probed[own..]));
    assert_eq!((checked.parted, checked.is_alone), (None, true));
    let unknown = text.replace("profile: esteid", "profile: another");
    let error = check(&Trace::parse(&unknown).unwrap(), PROFILES).unwrap_err();
    assert!(error.contains("another"), "{error}");
}
