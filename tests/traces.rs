//! Every trace in `apdu-traces/` is replayed: the profile must send exactly what
//! the trace has, with every PIN marked, and come to the same end.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "here a panic is a failed test"
)]

#[path = "support/bench.rs"]
mod bench;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use bench::secret;
use securesign_card::atr::Atr;
use securesign_card::channel::Extended;
use securesign_card::digest::{Digest, HashAlgorithm};
use securesign_card::error::{CardError, Secret};
use securesign_card::known::Known;
use securesign_card::pin::Charset;
use securesign_card::profile::{Search, Tries};
use securesign_card::signature::ToSign;
use securesign_card::token::{LastTry, Token};
use securesign_card::trace::{Replay, Trace};
use securesign_card::transport::TransportError;

/// What `securesign demo` asks to sign.
const DOCUMENT: &[u8] = b"SecureSign demo document\n";

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
    let families: BTreeSet<&str> = securesign_vendors::PROFILES
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
        let (doing, expected) = (header("do"), header("expect"));
        let mut replay = Replay::new(trace.clone());
        let end = play(&mut replay, &header("atr"), &header("profile"), &doing);
        replay
            .finish()
            .unwrap_or_else(|fault| panic!("{file}: {fault}"));
        assert_eq!(end, expected, "{file}");
    }
}

fn play(replay: &mut Replay, atr: &str, profile: &str, doing: &str) -> String {
    let bytes: Vec<u8> = atr
        .split(' ')
        .map(|byte| u8::from_str_radix(byte, 16).unwrap())
        .collect();
    let atr = Atr::parse(&bytes).unwrap();
    let mut known = Known::new(Extended::UNKNOWN);
    let opened = Token::open(replay, &atr, &mut known, securesign_vendors::PROFILES);
    let mut token = opened.unwrap().expect("a card that is recognised");
    assert_eq!(token.spec().id, profile);
    let result = match doing {
        "status" => token.pin_tries().map(|tries| match tries {
            Tries::Left(count) => format!("{count} tries"),
            Tries::Blocked => "blocked".into(),
            Tries::Unknown => "unknown".into(),
        }),
        "sign" => sign(&mut token),
        "unblock" | "change" => form(&mut token, doing),
        other => panic!("no such journey: {other}"),
    };
    let end = match result {
        Ok(end) => end,
        Err(CardError::Wrong {
            secret: Secret::Pin,
            left: Some(left),
        }) => {
            format!("wrong, {left} left")
        }
        Err(CardError::Blocked(Secret::Pin)) => "blocked".into(),
        Err(CardError::Transport(TransportError::Removed)) => "removed".into(),
        Err(CardError::Unanswered { cause, .. }) => match *cause {
            CardError::Transport(TransportError::Removed) => "removed, tries unknown".into(),
            other => other.to_string(),
        },
        Err(error) => error.to_string(),
    };
    token.close();
    end
}

fn sign(token: &mut Token<'_>) -> Result<String, CardError> {
    let found = token.credentials(&Search::default())?;
    if token.pin_tries()? == Tries::Blocked {
        // What the screen of a blocked PIN shows; nothing is sent.
        token.puk_tries()?;
        return Err(CardError::Blocked(Secret::Pin));
    }
    let digest = Digest::of(HashAlgorithm::Sha256, DOCUMENT);
    let what = ToSign::Digest(&digest);
    token.sign(
        &found.credentials[0],
        what,
        &secret("123456"),
        LastTry::Keep,
    )?;
    Ok("signed".into())
}

/// In the terminal nothing but the tries left is read before a form is sent.
fn form(token: &mut Token<'_>, doing: &str) -> Result<String, CardError> {
    token.pin_tries()?;
    let pin = token.pin()?.id;
    match doing {
        "unblock" => {
            // The same eight bytes, where these are typed as hexadecimal digits; as often as
            // there is room for.
            let unblocker = token.unblocker()?;
            let code = match unblocker.rules.charset {
                Charset::Hex => "3132333435363738".repeat(unblocker.rules.max / 16),
                _ => "12345678".to_owned(),
            };
            let pins = (pin, unblocker.id);
            token.unblock(pins, &secret(&code), &secret("123456"), LastTry::Keep)?;
        }
        _ => token.change(pin, &secret("123456"), &secret("999999"), LastTry::Keep)?,
    }
    Ok("done".into())
}
