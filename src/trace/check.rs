//! Whether the drivers still say what a trace has: what is done is told by its headings, and
//! what they send is compared with it command by command.

use std::num::ParseIntError;

use crate::application::PinObject;
use crate::atr::Atr;
use crate::channel::Extended;
use crate::digest::{Digest, HashAlgorithm};
use crate::error::{CardError, Secret};
use crate::known::Known;
use crate::pin::{Charset, Form, Pin, PinRules, Tries};
use crate::profile::{Profile, Search};
use crate::signature::ToSign;
use crate::token::{LastTry, Token};
use crate::transport::TransportError;

use super::{Entry, Replay, Trace};

/// What the journeys of this project's own traces sign: that of `securesign demo`.
const DOCUMENT: &[u8] = b"SecureSign demo document\n";

/// What is typed. Traces never have it, only its length.
const PIN: &str = "123456789012";
const NEW: &str = "999999999999";
const CODE: &str = "1234567812345678";

/// What came of a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// How many of its commands were sent as it has them.
    pub agreed: usize,
    /// How it ended: as the heading `expect` has it where all is well.
    pub end: String,
    /// Where trace and driver part, in words.
    pub parted: Option<String>,
    /// It was played with the driver that it names alone.
    pub is_alone: bool,
}

/// Plays a trace with all drivers, and where that parts, with the one alone that its heading
/// `profile` names: a conversation of another program has none of our probes for other
/// families. Which of the two went further is told.
///
/// Headings: `profile`, `atr`, and `do`, which is `status`, `sign`, `unblock` or `change`;
/// of `sign`, where the trace is none of ours, also `certificate`, a serial number, and
/// `digest`, what was signed.
///
/// # Errors
///
/// In words: what is missing for playing it.
pub fn check(trace: &Trace, profiles: &[&'static dyn Profile]) -> Result<Checked, String> {
    let named = heading(trace, "profile")?;
    let own = profiles.iter().copied();
    let own: Vec<_> = own.filter(|it| it.spec().id == named).collect();
    if own.is_empty() {
        return Err(format!("there is no driver “{named}”"));
    }
    let all = play(trace, profiles)?;
    if all.parted.is_none() {
        return Ok(all);
    }
    let alone = play(trace, &own)?;
    let is_further = alone.parted.is_none() || alone.agreed > all.agreed;
    let is_alone = true;
    Ok(match is_further {
        true => Checked { is_alone, ..alone },
        false => all,
    })
}

fn heading<'a>(trace: &'a Trace, key: &str) -> Result<&'a str, String> {
    let missing = || format!("it has no heading “{key}”");
    trace.header(key).ok_or_else(missing)
}

fn bytes(key: &str, hex: &str) -> Result<Vec<u8>, String> {
    let digits: String = hex.split_whitespace().collect();
    let byte = |at: usize| match digits.get(at..at + 2) {
        Some(pair) => {
            u8::from_str_radix(pair, 16).map_err(|error: ParseIntError| error.to_string())
        }
        None => Err("half a byte".into()),
    };
    let bytes = (0..digits.len()).step_by(2).map(byte);
    bytes
        .collect::<Result<_, _>>()
        .map_err(|error| format!("its heading “{key}” is not hexadecimal: {error}"))
}

/// What is to be done, from the headings.
enum Journey {
    Status,
    Sign { search: Search, digest: Digest },
    Unblock,
    Change,
}

impl Journey {
    fn of(trace: &Trace) -> Result<Self, String> {
        Ok(match heading(trace, "do")? {
            "status" => Self::Status,
            "unblock" => Self::Unblock,
            "change" => Self::Change,
            "sign" => Self::Sign {
                search: Search {
                    serial: trace.header("certificate").map(str::to_ascii_uppercase),
                    everything: false,
                },
                digest: match trace.header("digest") {
                    Some(hex) => digest(&bytes("digest", hex)?)?,
                    None => Digest::of(HashAlgorithm::Sha256, DOCUMENT),
                },
            },
            other => return Err(format!("nobody knows how to do “{other}”")),
        })
    }
}

fn digest(bytes: &[u8]) -> Result<Digest, String> {
    let algorithm = match bytes.len() {
        32 => HashAlgorithm::Sha256,
        48 => HashAlgorithm::Sha384,
        64 => HashAlgorithm::Sha512,
        _ => return Err("its heading “digest” has the length of none".into()),
    };
    Digest::new(algorithm, bytes).ok_or("its heading “digest” is none".into())
}

/// Length of the first secret that was sent.
fn first_secret(trace: &Trace) -> Option<usize> {
    let tokens = trace.entries.iter().flat_map(|entry| match entry {
        Entry::Sent(tokens) => &tokens[..],
        _ => &[],
    });
    let mut lengths = tokens.filter_map(|token| token.strip_prefix("<pin:")?.strip_suffix('>'));
    lengths.next()?.parse().ok()
}

fn play(trace: &Trace, profiles: &[&'static dyn Profile]) -> Result<Checked, String> {
    let named = heading(trace, "profile")?;
    let journey = Journey::of(trace)?;
    let atr = bytes("atr", heading(trace, "atr")?)?;
    let atr = Atr::parse(&atr).map_err(|error| error.to_string())?;
    let mut replay = Replay::new(trace.clone());
    let sent = first_secret(trace);
    let mut known = Known::new(Extended::UNKNOWN);
    let mut other = None;
    let result = match Token::open(&mut replay, &atr, &mut known, profiles) {
        Ok(Some(mut token)) => {
            let id = token.spec().id;
            other = (id != named).then(|| format!("the card is taken for “{id}”"));
            let result = go(&mut token, &journey, sent);
            token.close();
            result
        }
        Ok(None) => Ok("not recognised".into()),
        Err(error) => Err(error),
    };
    Ok(Checked {
        agreed: replay.agreed(),
        end: result.unwrap_or_else(|error| end(&error)),
        parted: replay.finish().err().or(other),
        is_alone: false,
    })
}

/// What a journey comes to, as the headings have it.
fn end(error: &CardError) -> String {
    match error {
        CardError::Wrong {
            secret: Secret::Pin,
            left: Some(left),
        } => format!("wrong, {left} left"),
        CardError::Blocked(Secret::Pin) => "blocked".into(),
        CardError::Transport(TransportError::Removed) => "removed".into(),
        CardError::Unanswered { cause, .. }
            if **cause == CardError::Transport(TransportError::Removed) =>
        {
            "removed, tries unknown".into()
        }
        CardError::Unanswered { cause, .. } => cause.to_string(),
        error => error.to_string(),
    }
}

fn go(token: &mut Token<'_>, journey: &Journey, sent: Option<usize>) -> Result<String, CardError> {
    match journey {
        Journey::Status => Ok(match token.pin_tries()? {
            Tries::Left(count) => format!("{count} tries"),
            Tries::Blocked => "blocked".into(),
            Tries::Unknown => "unknown".into(),
        }),
        Journey::Sign { search, digest } => sign(token, search, digest, sent),
        Journey::Unblock => {
            token.pin_tries()?;
            let (pin, with) = (token.pin()?, token.unblocker()?);
            let ids = (pin.id, with.id);
            let (code, new) = (typed(&with, CODE, 8)?, typed(&pin, PIN, 6)?);
            token.unblock(ids, &code, &new, LastTry::Keep)?;
            Ok("done".into())
        }
        Journey::Change => {
            token.pin_tries()?;
            let pin = token.pin()?;
            let (old, new) = (typed(&pin, PIN, 6)?, typed(&pin, NEW, 6)?);
            token.change(pin.id, &old, &new, LastTry::Keep)?;
            Ok("done".into())
        }
    }
}

/// `sent`: how long the first secret is that the trace has.
fn sign(
    token: &mut Token<'_>,
    search: &Search,
    digest: &Digest,
    sent: Option<usize>,
) -> Result<String, CardError> {
    let found = token.credentials(search)?;
    if token.pin_tries()? == Tries::Blocked {
        // What the screen of a blocked PIN shows; nothing is sent.
        token.puk_tries()?;
        return Err(CardError::Blocked(Secret::Pin));
    }
    let Some(credential) = found.credentials.first() else {
        return Ok("nothing to sign with".into());
    };
    let what = ToSign::Digest(digest);
    let pin = token.pins().iter().find(|pin| pin.id == credential.pin);
    let Some(pin) = pin.copied() else {
        token.sign_without_pin(credential, what)?;
        return Ok("signed".into());
    };
    let usual = match (pin.rules.form, sent) {
        (Form::Exact, Some(len)) => len,
        _ => 6,
    };
    token.sign(credential, what, &typed(&pin, PIN, usual)?, LastTry::Keep)?;
    Ok("signed".into())
}

/// So many characters of a text, or as near to that as the card's rules are.
fn typed(pin: &PinObject, text: &str, usual: usize) -> Result<Pin, CardError> {
    let PinRules {
        min, max, charset, ..
    } = pin.rules;
    // The same bytes, where these are typed as hexadecimal digits; as often as there is room.
    let text = match charset {
        Charset::Hex => "3132333435363738".repeat(max / 16),
        _ => text[..usual.min(max).max(min).min(text.len())].to_owned(),
    };
    Pin::take(text).map_err(|_| CardError::Transport(TransportError::Other("memory".into())))
}
