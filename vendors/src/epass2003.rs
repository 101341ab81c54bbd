//! Feitian ePass2003, sold in India as HYP2003 and HyperPKI (sheet ePass2003).
//!
//! No real token was at hand. Detection, secure messaging with AES and DES, the
//! PIN and OpenSC's layout are confirmed by several sources and by OpenSC as the
//! judge; the vendor's layout by two. Inferred, and said so where it shows: the
//! checksum of answers in FIPS mode, changing the PIN and unlocking on the
//! vendor's layout, the greatest number of tries there.

#[cfg(feature = "emulators")]
pub mod emulator;
mod espk;
mod files;
mod messaging;
mod midstate;
mod opensc;
mod pin;
mod shelf;
mod sign;

use const_oid::ObjectIdentifier;
use securesign_card::apdu::{Answer, Command, Response};
use securesign_card::armor::Fault;
use securesign_card::atr::{Atr, AtrPattern};
use securesign_card::certificate::Certificate;
use securesign_card::channel::Channel;
use securesign_card::error::{self, CardError, Lack, Secret};
use securesign_card::pin::{Charset, Form, Pin, PinRules};
use securesign_card::profile::{
    Application, Credential, Flaw, Found, Mark, Note, Profile, RetryCounter, Search, Spec,
    Standing, Tries,
};
use securesign_card::signature::{PublicKey, ToSign};
use securesign_card::sw::StatusWord;
use securesign_card::tlv;

pub use messaging::{Mode, Session};

/// The ePass2003 in all its personalisations.
#[derive(Debug)]
pub struct Epass2003 {
    spec: Spec,
}

/// Version and vendor bytes are masked (§1.1).
const MASK: &[u8] = &[
    0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0xFF,
    0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00,
];

/// `71 DF 00 00` as OpenSC has it.
const ATR: AtrPattern = AtrPattern {
    value: &[
        0x3B, 0x9F, 0x95, 0x81, 0x31, 0xFE, 0x9F, 0x00, 0x66, 0x46, 0x53, 0x05, 0x00, 0x00, 0x00,
        0x71, 0xDF, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    ],
    mask: MASK,
};

/// `71 C3 9F 00`, seen on ePass2003Auto.
const ATR_AUTO: AtrPattern = AtrPattern {
    value: &[
        0x3B, 0x9F, 0x95, 0x81, 0x31, 0xFE, 0x9F, 0x00, 0x66, 0x46, 0x53, 0x05, 0x00, 0x00, 0x00,
        0x71, 0xC3, 0x9F, 0x00, 0x00, 0x00, 0x00, 0x00,
    ],
    mask: &[
        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00,
        0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00, 0x00,
    ],
};

/// "9000" among the historical bytes: the card has a file system, which is
/// mostly OpenSC's doing.
const HAS_FILES: [u8; 3] = [0x03, 0x90, 0x00];

/// The file at the root (ISO 7816-4, 7.4.1).
const MASTER_FILE: u16 = 0x3F00;

/// Most tries on the vendor's layout, as its minidriver sets them: ten (§4.3). Inferred:
/// nothing on the card tells them.
const MOST_TRIES: u8 = 10;

/// No PIN is made with fewer tries: what is below is what wrong ones have left.
const LEAST_TRIES: u8 = 3;

/// OpenSC's profile for these cards.
const OPENSC_PIN: PinRules = PinRules {
    min: 4,
    max: 16,
    charset: Charset::Printable,
    form: Form::Exact,
};

/// The vendor's program takes longer ones, since only their hash counts.
const PIN: PinRules = PinRules {
    max: 64,
    ..OPENSC_PIN
};

/// Every card of the family.
pub static EPASS2003: Epass2003 = Epass2003 {
    spec: Spec {
        id: "epass2003",
        name: "ePass2003",
        marks: &[Mark::Atr(ATR), Mark::Atr(ATR_AUTO)],
        aid: &[],
        pin_reference: 0x01,
        pin: PIN,
        puk: Some(PIN),
        counter: RetryCounter::EmptyVerify,
        source: "OpenSC card-epass2003.c and pull request 3835; sheet ePass2003",
    },
};

impl Profile for Epass2003 {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn open(&self, card: &mut Channel<'_>, atr: &Atr) -> Result<Application, CardError> {
        let (capabilities, directory) = match begin(card, atr) {
            // Nothing secret was sent yet: once more.
            Err(CardError::Armor { .. }) => begin(card, atr)?,
            other => other?,
        };
        let app = Application {
            capabilities,
            directory,
            ..Application::new(&self.spec)
        };
        Ok(match directory {
            opensc::DIRECTORY => Application {
                pin: OPENSC_PIN,
                puk: Some(OPENSC_PIN),
                ..app
            },
            _ => Application {
                change: Standing::Inferred,
                // India: tokens issued since 2023 ship with it switched off.
                unblock: Standing::Doubtful,
                ..app
            },
        })
    }

    fn credentials(
        &self,
        card: &mut Channel<'_>,
        app: &mut Application,
        search: &Search,
    ) -> Result<Found, CardError> {
        let mut found = match app.directory {
            opensc::DIRECTORY => opensc::credentials(card, app, search)?,
            _ => espk::credentials(card, app, search)?,
        };
        // A directory that names nothing, not even what is of no use, may be no directory.
        if search.serial.is_none() && found == Found::default() {
            found.notes.push(Note {
                place: format!("{:04X}", app.directory),
                flaw: Flaw::Empty,
            });
        }
        Ok(found)
    }

    fn lack(&self, card: &Channel<'_>, _app: &Application, key: &PublicKey) -> Option<Lack> {
        sign::lack(card, key)
    }

    fn serial(&self, card: &mut Channel<'_>) -> Result<Option<String>, CardError> {
        // Eight bytes, as OpenSC shows them (§1.2).
        let command = Command::new([0x00, 0xCA, 0x01, 0x80]).answer(Answer::Short);
        let response = card.send("read the serial number", &command)?;
        let usable = response.sw.is_ok() && (1..=16).contains(&response.data.len());
        Ok(usable.then(|| {
            response
                .data
                .iter()
                .map(|byte| format!("{byte:02X}"))
                .collect()
        }))
    }

    fn pin_tries(
        &self,
        card: &mut Channel<'_>,
        _app: &mut Application,
    ) -> Result<Tries, CardError> {
        pin::tries(card, Secret::Pin)
    }

    fn puk_tries(
        &self,
        card: &mut Channel<'_>,
        _app: &mut Application,
    ) -> Result<Tries, CardError> {
        pin::tries(card, Secret::Puk)
    }

    fn verify(
        &self,
        card: &mut Channel<'_>,
        _app: &Application,
        _credential: &Credential,
        pin: &Pin,
    ) -> Result<(), CardError> {
        pin::verify(card, "verify the PIN", Secret::Pin, pin)
    }

    fn change(
        &self,
        card: &mut Channel<'_>,
        app: &Application,
        secret: Secret,
        old: &Pin,
        new: &Pin,
    ) -> Result<(), CardError> {
        let during = match secret {
            Secret::Pin => "change the PIN",
            _ => "change the PUK",
        };
        let most = most_tries(card, app, secret)?;
        pin::verify(card, during, secret, old)?;
        let full = match (most, app.before) {
            (Some(most), _) => Some(most),
            // It was not told before, and is not asked for again.
            (None, None) => None,
            (None, Some(_)) => full_counter(card, app, secret, old)?,
        };
        let most = tries_to_write(full, app.before);
        written(during, pin::replace(card, secret, most, new)?)
    }

    fn unblock(
        &self,
        card: &mut Channel<'_>,
        app: &Application,
        puk: &Pin,
        new: &Pin,
    ) -> Result<(), CardError> {
        let during = "unblock the PIN";
        let most = match most_tries(card, app, Secret::Pin)? {
            Some(most) => most,
            None => tries_to_give_back(tries_left(card, app)?),
        };
        pin::verify(card, during, Secret::Puk, puk)?;
        let sw = pin::replace(card, Secret::Pin, most, new)?;
        if !sw.is_ok() {
            return Err(CardError::UnblockOff { sw });
        }
        // The card took it; whether it works is told by using it. It is the value
        // just written, so no try of the user's is at stake.
        match pin::verify(card, "check the new PIN", Secret::Pin, new) {
            Err(CardError::Refused { .. }) => Err(CardError::Unclear(Secret::Pin)),
            other => other,
        }
    }

    fn sign(
        &self,
        card: &mut Channel<'_>,
        app: &Application,
        credential: &Credential,
        what: ToSign<'_>,
    ) -> Result<Vec<u8>, CardError> {
        sign::sign(card, app, credential, what)
    }

    fn log_out(&self, card: &mut Channel<'_>, app: &Application) -> Result<(), CardError> {
        // A new mutual authentication ends what was verified (§2.2). Without
        // secure messaging only the reset does.
        match Mode::of(&app.capabilities) {
            Some(mode) => messaging::authenticate(card, mode),
            None => start(card).map(drop),
        }
    }
}

/// A session from the start, with the application's directory open.
fn begin(card: &mut Channel<'_>, atr: &Atr) -> Result<(Vec<u8>, u16), CardError> {
    let capabilities = start(card)?;
    Ok((capabilities, enter(card, atr)?))
}

/// A session from the start; it ends whatever was before. What the card says of itself.
fn start(card: &mut Channel<'_>) -> Result<Vec<u8>, CardError> {
    let (capabilities, mode) = capabilities(card)?;
    messaging::authenticate(card, mode)?;
    if mode == Mode::Off {
        // Signing takes it; without protection nothing else tells.
        card.trust_extended();
        // Told now by what any card answers, and not after the PIN.
        card.try_extended("try extended length", &CAPABILITIES, &capabilities)?;
    }
    Ok(capabilities)
}

/// What no other token has: told with the capabilities (§1.2) by most, else the serial
/// number.
fn identity(card: &mut Channel<'_>, app: &Application) -> Result<Option<Vec<u8>>, CardError> {
    let told = tlv::find(&app.capabilities, 0x85).ok().flatten();
    if let Some(told) = told.filter(|told| told.iter().any(|byte| *byte != 0x00)) {
        return Ok(Some(told.to_vec()));
    }
    let serial = EPASS2003.serial(card);
    let serial = unless_lost(card, app, serial)?;
    Ok(given(card, serial)?.flatten().map(String::into_bytes))
}

/// What came of something, with the session in order again should it have been lost over
/// it. The outer error: it could not be opened again, or the card is gone.
fn unless_lost<T>(
    card: &mut Channel<'_>,
    app: &Application,
    result: Result<T, CardError>,
) -> Result<Result<T, CardError>, CardError> {
    match result {
        Err(error @ CardError::Transport(_)) => Err(error),
        result => {
            if card.is_broken() {
                resume(card, app)?;
            }
            Ok(result)
        }
    }
}

/// A session that was lost is opened again, in the directory in which it was. Where that
/// fails nothing more is sent, since nobody knows to which directory and in which form.
fn resume(card: &mut Channel<'_>, app: &Application) -> Result<(), CardError> {
    reopen(card, app).map_err(|error| {
        card.tear();
        match error {
            CardError::Transport(_) => error,
            _ => CardError::Armor {
                during: REOPEN,
                fault: Fault::Lost,
            },
        }
    })
}

const REOPEN: &str = "select the application again";

fn reopen(card: &mut Channel<'_>, app: &Application) -> Result<(), CardError> {
    start(card)?;
    if let Err(CardError::Refused { .. }) = files::select(card, REOPEN, app.directory) {
        files::select(card, REOPEN, MASTER_FILE)?;
        files::select(card, REOPEN, app.directory)?;
    }
    card.mended();
    Ok(())
}

/// As [`error::given`]; but the session itself is needed by everything that follows.
fn given<T>(card: &Channel<'_>, result: Result<T, CardError>) -> Result<Option<T>, CardError> {
    if card.is_broken() {
        return result.map(Some);
    }
    error::given(result)
}

/// As [`Note::unreadable`]; but the session itself is needed by everything that follows.
fn unreadable(card: &Channel<'_>, place: String, error: CardError) -> Result<Note, CardError> {
    if card.is_broken() {
        return Err(error);
    }
    Note::unreadable(place, error)
}

/// GET DATA, capabilities (§1.2).
const CAPABILITIES: Command<'static> = Command::new([0x00, 0xCA, 0x01, 0x86]);

/// How the card wants to be spoken to: always asked plain. A JavaCard that shares the
/// answer to reset refuses it, or answers something else.
fn capabilities(card: &mut Channel<'_>) -> Result<(Vec<u8>, Mode), CardError> {
    let during = "read the capabilities";
    let command = CAPABILITIES.answer(Answer::Short);
    let mut response = card.send_bare(during, &command);
    if let Ok(Response { sw, .. }) = response
        && messaging::is_lost(sw)
    {
        // A session of another program, or one that was lost: it is gone by now.
        response = card.send_bare(during, &command);
    }
    let (answer, sw) = match response {
        Ok(Response { data, sw }) if sw.is_ok() => (data, StatusWord::NOT_FOUND),
        Ok(Response { sw, .. }) => return Err(CardError::Refused { during, sw }),
        // Nothing that an ePass2003 says: it may be another family's card.
        Err(CardError::Malformed { .. }) => (Vec::new(), StatusWord::NOT_FOUND),
        Err(error) => return Err(error),
    };
    let mode = Mode::of(&answer).ok_or(CardError::Refused { during, sw })?;
    Ok((answer, mode))
}

/// Enters the application's directory: from the root, where a reset leaves the
/// card, and else by way of it. Its name is no identity (§10): only the
/// directory is asked for. The answer to reset is a hint that may be old: the daemon
/// keeps the one that it got before the token was personalised.
fn enter(card: &mut Channel<'_>, atr: &Atr) -> Result<u16, CardError> {
    let during = "select the application";
    let by_opensc = atr.historical().windows(3).any(|part| part == HAS_FILES);
    let directories = if by_opensc {
        [opensc::DIRECTORY, espk::DIRECTORY]
    } else {
        [espk::DIRECTORY, opensc::DIRECTORY]
    };
    let mut enter = |file| match files::select(card, during, file) {
        Ok(_) => Ok(true),
        Err(CardError::Refused { .. }) => Ok(false),
        Err(error) => Err(error),
    };
    for from_root in [false, true] {
        if from_root {
            enter(MASTER_FILE)?;
        }
        for directory in directories {
            if enter(directory)? {
                return Ok(directory);
            }
        }
    }
    Err(CardError::Unsupported(Lack::Setup))
}

/// Most tries, 1 to 15, which go with every new value; OpenSC keeps them in a
/// file. `None`: not told.
fn most_tries(
    card: &mut Channel<'_>,
    app: &Application,
    secret: Secret,
) -> Result<Option<u8>, CardError> {
    if app.directory != opensc::DIRECTORY {
        return Ok(None);
    }
    let during = "read the most tries";
    let bytes = files::read(card, &mut app.clone(), during, opensc::MOST_TRIES, Some(2));
    let Some(bytes) = given(card, bytes)? else {
        return Ok(None);
    };
    let most = match secret {
        Secret::Pin => bytes.first(),
        _ => bytes.get(1),
    };
    Ok(most.copied().filter(|most| (1..=15).contains(most)))
}

/// The counter after a right value, when it is full. Where the card does not tell it,
/// the session may be gone over the question, and what was verified in it: the value,
/// known to be right, is verified in a new one.
fn full_counter(
    card: &mut Channel<'_>,
    app: &Application,
    secret: Secret,
    right: &Pin,
) -> Result<Option<u8>, CardError> {
    let tries = error::given(pin::tries(card, secret))?.and_then(Tries::count);
    if tries.is_none() {
        resume(card, app)?;
        pin::verify(card, "verify the PIN again", secret, right)?;
    }
    Ok(tries)
}

/// The number of tries that goes with a new value: what the card says, but never fewer
/// than there were `before`, which would take tries away, and never none, which would
/// block it for good.
fn tries_to_write(full: Option<u8>, before: Option<u8>) -> u8 {
    let full = full.filter(|full| *full > 0).unwrap_or(MOST_TRIES);
    full.max(before.unwrap_or(1)).clamp(1, 15)
}

/// Tries left of the PIN that is to be unlocked, where the card tells them; nothing secret
/// was sent yet.
fn tries_left(card: &mut Channel<'_>, app: &Application) -> Result<Option<u8>, CardError> {
    let tries = pin::tries(card, Secret::Pin);
    let tries = unless_lost(card, app, tries)?;
    Ok(given(card, tries)?.and_then(Tries::count))
}

/// The number of tries that goes with a PIN that is unlocked, where nothing tells the most
/// it may have: what it had left, which may be all there ever were. Where that is next to
/// nothing, or not told, it is what the vendor's program sets (§4.3, §4.4).
fn tries_to_give_back(left: Option<u8>) -> u8 {
    let all = left.filter(|left| *left >= LEAST_TRIES);
    tries_to_write(all, left)
}

/// A certificate that signs, from what a card has in a place of that name; or a
/// note why it is not offered. One of an authority is there for the chain only.
fn signing(name: &str, der: &[u8], notes: &mut Vec<Note>) -> Option<Certificate> {
    let mut note = |flaw| {
        let place = name.to_owned();
        notes.push(Note { place, flaw });
    };
    let certificate = match Certificate::parse(der) {
        Ok(certificate) => certificate,
        Err(error) => {
            note(Flaw::Refused(error));
            return None;
        }
    };
    if certificate.is_authority() {
        return None;
    }
    if !certificate.may_sign() {
        note(Flaw::Encryption(certificate.subject()));
        return None;
    }
    Some(certificate)
}

/// What the answer to a new value says; the old one was right.
fn written(during: &'static str, sw: StatusWord) -> Result<(), CardError> {
    match sw {
        StatusWord::OK => Ok(()),
        StatusWord::WRONG_DATA | StatusWord::CONDITIONS => Err(CardError::NewPinRefused { sw }),
        sw => Err(CardError::Refused { during, sw }),
    }
}

/// Policies of the Controller of Certifying Authorities, India.
const CLASS_2: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.356.100.2.2");
const CLASS_3: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.356.100.2.3");

/// Which of several certificates of one holder goes first: class 3 before those
/// without a class, class 2 last (sheet on Indian tokens, §4).
fn rank(certificate: &Certificate) -> u8 {
    let policies = certificate.policies();
    if policies.contains(&CLASS_3) {
        0
    } else if policies.contains(&CLASS_2) {
        2
    } else {
        1
    }
}
