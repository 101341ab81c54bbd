//! Records the journeys of a card that is software, as tests/traces.rs plays them.

use std::fs;
use std::path::Path;

use securesign_card::application::PinObject;
use securesign_card::channel::Extended;
use securesign_card::digest::{Digest, HashAlgorithm};
use securesign_card::error::{CardError, Secret};
use securesign_card::known::Known;
use securesign_card::profile::{Search, Tries};
use securesign_card::reader::Readers;
use securesign_card::signature::ToSign;
use securesign_card::token::{LastTry, Token};
use securesign_card::trace::{Detail, RecordedReaders, Recording};
use securesign_card::transport::TransportError;
use securesign_vendors::emulator::{EmulatedReaders, Fault, Slot};

use crate::bench::secret;

/// What `securesign demo` asks to sign.
const DOCUMENT: &[u8] = b"SecureSign demo document\n";
const PIN: &str = "123456";
const WRONG: &str = "999999";
const SOURCE: &str = "recorded from the project's own emulator";

/// A card, and where its traces go.
pub struct Subject<'a> {
    /// The folder: its family.
    pub folder: &'a str,
    pub profile: &'a str,
    /// The beginning of the files' names.
    pub name: &'a str,
    /// What unblocks its PIN.
    pub code: &'a str,
    /// A card that nothing was done with yet.
    pub fresh: &'a dyn Fn() -> Slot,
}

/// What is done, as the headings of traces have it.
#[derive(Clone, Copy)]
enum Journey<'a> {
    Status,
    Sign(&'a str),
    Unblock(&'a str),
    Change,
}

impl Journey<'_> {
    fn name(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Sign(_) => "sign",
            Self::Unblock(_) => "unblock",
            Self::Change => "change",
        }
    }

    /// As tests/traces.rs plays it.
    fn go(self, token: &mut Token<'_>) -> Result<String, CardError> {
        match self {
            Self::Status => {
                return Ok(match token.pin_tries()? {
                    Tries::Left(count) => format!("{count} tries"),
                    Tries::Blocked => "blocked".into(),
                    Tries::Unknown => "unknown".into(),
                });
            }
            Self::Sign(pin) => {
                let found = token.credentials(&Search::default())?;
                if token.pin_tries()? == Tries::Blocked {
                    token.puk_tries()?;
                    return Err(CardError::Blocked(Secret::Pin));
                }
                let digest = Digest::of(HashAlgorithm::Sha256, DOCUMENT);
                let what = ToSign::Digest(&digest);
                let first = &found.credentials[0];
                let own = token.pins().iter().find(|own| own.id == first.pin);
                let pin = secret(own.map_or(pin, |own| fitting(own, pin)));
                token.sign(first, what, &pin, LastTry::Use)?;
                return Ok("signed".into());
            }
            Self::Unblock(code) => {
                token.pin_tries()?;
                let pins = (token.pin()?.id, token.unblocker()?.id);
                token.unblock(pins, &secret(code), &secret(PIN), LastTry::Keep)?;
            }
            Self::Change => {
                token.pin_tries()?;
                let pin = token.pin()?;
                let (old, new) = (fitting(&pin, PIN), fitting(&pin, WRONG));
                token.change(pin.id, &secret(old), &secret(new), LastTry::Keep)?;
            }
        }
        Ok("done".into())
    }
}

/// As much of it as the card has room for.
fn fitting<'a>(pin: &PinObject, text: &'a str) -> &'a str {
    &text[..text.len().min(pin.rules.max)]
}

fn end(result: Result<String, CardError>) -> String {
    match result {
        Ok(end) => end,
        Err(CardError::Wrong {
            secret: Secret::Pin,
            left: Some(left),
        }) => format!("wrong, {left} left"),
        Err(CardError::Blocked(Secret::Pin)) => "blocked".into(),
        Err(CardError::Unanswered { cause, .. })
            if *cause == CardError::Transport(TransportError::Removed) =>
        {
            "removed, tries unknown".into()
        }
        Err(error) => error.to_string(),
    }
}

/// One dialogue: its answer to reset, its steps, and what came of it.
fn dialogue(slot: &Slot, journey: Journey<'_>) -> (String, String, String) {
    let recording = Recording::new(Detail::Full);
    let mut readers = RecordedReaders {
        readers: Box::new(EmulatedReaders {
            slots: vec![slot.clone()],
        }),
        recording: recording.clone(),
    };
    let reader = readers.list().unwrap().remove(0);
    let mut card = readers.connect(&reader.name, reader.insertion).unwrap();
    let atr = card.atr().clone();
    let mut dialogue = card.begin().unwrap();
    let mut known = Known::new(Extended::UNKNOWN);
    let profiles = securesign_vendors::PROFILES;
    let mut token = Token::open(&mut *dialogue, &atr, &mut known, profiles)
        .unwrap()
        .unwrap();
    let end = end(journey.go(&mut token));
    let ending = token.close();
    dialogue.end(ending);
    let text = recording.trace().to_string();
    let body = text.split_once("atr:").unwrap().1;
    let (atr, steps) = body.split_once('\n').unwrap();
    (atr.trim().to_owned(), steps.trim().to_owned(), end)
}

/// Writes one, and gives its steps.
fn keep(
    card: &Subject<'_>,
    slot: &Slot,
    name: &str,
    comment: &str,
    journey: Journey<'_>,
) -> String {
    let (atr, steps, end) = dialogue(slot, journey);
    let text = format!(
        "# {comment}\nprofile: {}\natr:     {atr}\nsource:  {SOURCE}\n\
         do:      {}\nexpect:  {end}\n\n{steps}\n",
        card.profile,
        journey.name()
    );
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("apdu-traces")
        .join(card.folder);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(format!("{}-{name}.trace", card.name)), text).unwrap();
    steps
}

/// All that a family must be able to show.
pub fn record(card: &Subject<'_>) {
    let slot = (card.fresh)();
    let keep = |name: &str, comment: &str, journey| keep(card, &slot, name, comment, journey);
    keep(
        "status",
        "What is known of the PIN tries left; spends none.",
        Journey::Status,
    );
    let signed = keep(
        "sign",
        "Sign one digest; right PIN at the first try.",
        Journey::Sign(PIN),
    );
    keep(
        "wrong-pin",
        "A wrong PIN costs one try.",
        Journey::Sign(WRONG),
    );
    for _ in 0..2 {
        dialogue(&slot, Journey::Sign(WRONG));
    }
    keep(
        "blocked",
        "A PIN without tries is not taken.",
        Journey::Sign(PIN),
    );
    let unblocked = keep(
        "unblock",
        "What unblocks the PIN sets a new one.",
        Journey::Unblock(card.code),
    );
    // Nothing was sent where nothing unblocks it.
    let open = match unblocked.contains("<pin:") {
        true => slot.clone(),
        false => (card.fresh)(),
    };
    self::keep(
        card,
        &open,
        "change",
        "The PIN is changed.",
        Journey::Change,
    );
    let before = signed.split("<pin:").next().unwrap();
    let after = before.matches("\n> ").count() - 1;
    let fresh = (card.fresh)();
    let error = TransportError::Removed;
    fresh.fault(Fault { after, error });
    let comment = "The token is pulled out while the PIN is sent.";
    self::keep(card, &fresh, "removed", comment, Journey::Sign(PIN));
}
