//! PIV (NIST SP 800-73-4 and -5, SP 800-78) and the tokens that follow it.
//!
//! Facts seen on five independent applets (PivApplet 0.9.0, OpenFIPS201 1.10.2,
//! CanoKey 3.0.2, pico-openpgp 4.6, Nitrokey piv-authenticator 0.7.0) are marked
//! as such; the rest is the standard's.

#[cfg(feature = "emulators")]
pub mod emulator;
mod objects;
mod sign;

use securesign_card::apdu::{Answer, Command};
use securesign_card::atr::Atr;
use securesign_card::cache::Edition;
use securesign_card::certificate::Certificate;
use securesign_card::channel::Channel;
use securesign_card::error::{CardError, Lack, Secret, given};
use securesign_card::pin::{Charset, Form, Pin, PinRules};
use securesign_card::profile::{
    Application, Credential, Flaw, Found, Mark, Note, PinUse, Profile, RetryCounter, Search, Spec,
    Tries,
};
use securesign_card::signature::{PublicKey, ToSign};
use securesign_card::sw::StatusWord;
use securesign_card::{iso, text, tlv};

/// A PIV product: the facts, and what it adds to the standard.
#[derive(Debug)]
pub struct Piv {
    spec: Spec,
    extras: Extras,
}

/// Departures from the standard that change what is sent.
#[derive(Debug)]
struct Extras {
    /// May have a global PIN, so the discovery object is read for it. Tokens
    /// that people provision themselves have none.
    global_pin: bool,
    /// Retired slots are filled without a key history object.
    retired_without_history: bool,
    /// GET SERIAL (INS F8).
    serial: bool,
    /// A wrong PIN is answered `630x`, x being the counter.
    bare_counter: bool,
}

/// `A0 00 00 03 08 00 00 10 00`: without the version, which is the most widely
/// accepted form (SP 800-73-4, part 2, 3.1.1).
const AID: &[u8] = &[0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00];

/// Application labels of software that has no global PIN (sheet PIV, §16: P2 = `00`
/// answers 6A88).
const ONE_PIN: [&str; 2] = ["PivApplet", "Nitrokey PIV"];

/// PIV Card Application PIN.
const PIN: u8 = 0x80;
/// PIN Unblocking Key.
const PUK: u8 = 0x81;
/// Global PIN.
const GLOBAL_PIN: u8 = 0x00;

/// SP 800-73-4, part 2, 2.4.3: 6 to 8 digits, filled with FF. Checked here,
/// because three of the five applets count a badly formed PIN as a wrong one.
const PIN_RULES: PinRules = PinRules {
    min: 6,
    max: 8,
    charset: Charset::Digits,
    form: Form::Padded { len: 8, with: 0xFF },
};

/// Yubico's tokens take any characters, and people use them (sheet PIV, §5).
const YUBICO_PIN: PinRules = PinRules {
    charset: Charset::Printable,
    ..PIN_RULES
};

/// The standard allows any eight bytes; issuers hand out text, and PivApplet
/// takes digits only. Shorter ones are filled (Yubico).
const PUK_RULES: PinRules = PinRules {
    min: 6,
    max: 8,
    charset: Charset::Printable,
    form: Form::Padded { len: 8, with: 0xFF },
};

/// A product whose PIN may hold letters and symbols.
const fn yubico(id: &'static str, name: &'static str, marks: &'static [Mark]) -> Spec {
    Spec {
        pin: YUBICO_PIN,
        ..spec(id, name, marks)
    }
}

const fn spec(id: &'static str, name: &'static str, marks: &'static [Mark]) -> Spec {
    Spec {
        id,
        name,
        marks,
        aid: AID,
        pin_reference: PIN,
        pin: PIN_RULES,
        puk: Some(PUK_RULES),
        counter: RetryCounter::EmptyVerify,
        source: "NIST SP 800-73-4 parts 1 and 2, SP 800-78-4",
    }
}

const STANDARD: Extras = Extras {
    global_pin: true,
    retired_without_history: false,
    serial: false,
    bare_counter: false,
};

/// Any card that has the PIV application.
pub static PIV: Piv = Piv {
    spec: spec("piv", "PIV", &[Mark::Application]),
    extras: STANDARD,
};

/// YubiKey 4 and 5: "Yubikey" or "YubiKe(y)" in the historical bytes; some NFC
/// readers corrupt the last letter.
pub static YUBIKEY: Piv = Piv {
    spec: yubico(
        "piv-yubikey",
        "YubiKey PIV",
        &[Mark::Historical(b"Yubikey4"), Mark::Historical(b"YubiKe")],
    ),
    extras: Extras {
        global_pin: false,
        retired_without_history: true,
        serial: true,
        ..STANDARD
    },
};

/// YubiKey NEO: its counter lacks the C of `63Cx` (firmware below 1.0.4).
pub static YUBIKEY_NEO: Piv = Piv {
    spec: yubico(
        "piv-yubikey-neo",
        "YubiKey NEO PIV",
        &[Mark::Historical(b"YubikeyNEO")],
    ),
    extras: Extras {
        global_pin: false,
        retired_without_history: true,
        bare_counter: true,
        ..STANDARD
    },
};

/// Nitrokey 3.
pub static NITROKEY: Piv = Piv {
    spec: spec(
        "piv-nitrokey",
        "Nitrokey PIV",
        &[Mark::Historical(b"Nitrokey")],
    ),
    extras: Extras {
        global_pin: false,
        ..STANDARD
    },
};

/// PIVKey.
pub static PIVKEY: Piv = Piv {
    spec: spec("piv-pivkey", "PIVKey", &[Mark::Historical(b"PIVKEY")]),
    extras: Extras {
        global_pin: false,
        ..STANDARD
    },
};

/// Token2.
pub static TOKEN2: Piv = Piv {
    spec: spec("piv-token2", "Token2 PIV", &[Mark::Historical(b"TK\0PIV")]),
    extras: Extras {
        global_pin: false,
        serial: true,
        ..STANDARD
    },
};

/// A place that holds a signing key (SP 800-73-4, part 1, table 4b).
struct Slot {
    key: u8,
    object: u32,
    name: &'static str,
    pin: PinUse,
}

impl Slot {
    /// Tag of its certificate's object; `n` counts the retired ones.
    fn tag(&self, n: u8) -> u32 {
        self.object + u32::from(n)
    }
}

/// PIN always: VERIFY must be the command immediately before the signature.
const DIGITAL_SIGNATURE: Slot = Slot {
    key: 0x9C,
    object: 0x5FC10A,
    name: "Digital signature",
    pin: PinUse::Always,
};
const AUTHENTICATION: Slot = Slot {
    key: 0x9A,
    object: 0x5FC105,
    name: "Authentication",
    pin: PinUse::Once,
};
/// Meant for keys that encrypt, used for signing by some.
const KEY_MANAGEMENT: Slot = Slot {
    key: 0x9D,
    object: 0x5FC10B,
    name: "Key management",
    pin: PinUse::Once,
};
/// Signs without a PIN.
const CARD_AUTHENTICATION: Slot = Slot {
    key: 0x9E,
    object: 0x5FC101,
    name: "Card authentication",
    pin: PinUse::Never,
};
/// The places of the standard, in the order of use.
const SLOTS: [&Slot; 4] = [
    &DIGITAL_SIGNATURE,
    &AUTHENTICATION,
    &KEY_MANAGEMENT,
    &CARD_AUTHENTICATION,
];
/// Retired key n (0 to 19): key reference `82` + n, object `5FC10D` + n.
const RETIRED: Slot = Slot {
    key: 0x82,
    object: 0x5FC10D,
    name: "Retired",
    pin: PinUse::Once,
};
const RETIRED_COUNT: u8 = 20;
/// Where nothing says how many retired slots are filled, this many empty ones
/// in a row end the search.
const RETIRED_GAP: u8 = 4;

impl Profile for Piv {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn open(&self, card: &mut Channel<'_>, _atr: &Atr) -> Result<Application, CardError> {
        let template = iso::select(card, AID)?;
        // Tolerant: one card answers a template that is no TLV, and is PIV all
        // the same (sheet PIV, §16).
        let content = tlv::expect(&template, 0x61).unwrap_or_default();
        let objects = tlv::split(content).unwrap_or_default();
        let label = objects
            .iter()
            .find(|object| object.tag == 0x50)
            .map(|object| text::clean(&String::from_utf8_lossy(object.value), 40))
            .filter(|label| !label.is_empty());
        let algorithms = objects
            .iter()
            .filter(|object| object.tag == 0xAC)
            .flat_map(|object| tlv::split(object.value).unwrap_or_default())
            .filter(|object| object.tag == 0x80)
            .filter_map(|object| object.value.first().copied())
            .collect();
        let own_name = label.as_deref().unwrap_or_default();
        Ok(Application {
            pin_is_known: ONE_PIN.iter().any(|name| own_name.starts_with(name)),
            conforms: objects.iter().any(|object| object.tag == 0x4F),
            label,
            algorithms,
            ..Application::new(&self.spec)
        })
    }

    fn credentials(
        &self,
        card: &mut Channel<'_>,
        app: &mut Application,
        search: &Search,
    ) -> Result<Found, CardError> {
        self.find_pin(card, app)?;
        let mut found = Found::default();
        if search.serial.is_some() {
            find_one(card, search, &mut found)?;
            return Ok(found);
        }
        for slot in [&DIGITAL_SIGNATURE, &AUTHENTICATION] {
            read_slot(card, slot, 0, &mut found)?;
        }
        if search.everything || !found.satisfies(search) {
            self.read_retired(card, &mut found)?;
            for slot in [&KEY_MANAGEMENT, &CARD_AUTHENTICATION] {
                read_slot(card, slot, 0, &mut found)?;
            }
        }
        Ok(found)
    }

    fn lack(&self, _card: &Channel<'_>, _app: &Application, key: &PublicKey) -> Option<Lack> {
        sign::lack(key)
    }

    fn serial(&self, card: &mut Channel<'_>) -> Result<Option<String>, CardError> {
        if self.extras.serial {
            // Yubico GET SERIAL, firmware 5.0 and later: 4 bytes, big-endian.
            let command = Command::new([0x00, 0xF8, 0x00, 0x00]).answer(Answer::Short);
            let response = card.send("read the serial number", &command)?;
            // Only a card that never has it is known by another number: the same card
            // must not have two.
            if response.sw != StatusWord::UNKNOWN_INS {
                let number = response.data.try_into().ok();
                let number = number.filter(|_| response.sw.is_ok());
                return Ok(number.map(|number| u32::from_be_bytes(number).to_string()));
            }
        }
        let during = "read the card holder unique identifier";
        let object = objects::read(card, during, objects::CHUID)?;
        Ok(object.and_then(|object| objects::card_number(&object)))
    }

    fn pin_tries(&self, card: &mut Channel<'_>, app: &mut Application) -> Result<Tries, CardError> {
        self.find_pin(card, app)?;
        let sw = query(card, app.pin_reference)?;
        if !may_be_absent(sw) {
            let tries = self.counted(card, app.pin_reference, sw)?;
            if self.extras.global_pin && !app.pin_is_known {
                return self.of_either(card, app, tries);
            }
            return Ok(tries);
        }
        // Whatever is sent to a PIN that the card does not have is lost. The other one is
        // taken where the card says that it has it.
        let other = other(app.pin_reference);
        let is_there =
            |sw: &StatusWord| sw.counter().is_some() || sw.is_ok() || *sw == StatusWord::BLOCKED;
        match given(query(card, other))?.filter(is_there) {
            Some(sw) => {
                use_pin(app, other);
                self.counted(card, other, sw)
            }
            None if is_absent(sw) => Err(CardError::Unsupported(Lack::Pin)),
            // It may only be the question that the card does not know.
            None => Ok(Tries::Unknown),
        }
    }

    fn puk_tries(
        &self,
        card: &mut Channel<'_>,
        _app: &mut Application,
    ) -> Result<Tries, CardError> {
        // The standard has no query (VERIFY with P2=81 answers 6A88). GET
        // METADATA is Yubico's; others have it too, the rest refuse it unread.
        metadata_tries(card, "read the PUK tries left", PUK)
    }

    fn verify(
        &self,
        card: &mut Channel<'_>,
        app: &Application,
        _credential: &Credential,
        pin: &Pin,
    ) -> Result<(), CardError> {
        self.told(
            Secret::Pin,
            iso::verify(card, app.pin_reference, &app.pin, pin),
        )
    }

    fn change(
        &self,
        card: &mut Channel<'_>,
        app: &Application,
        secret: Secret,
        old: &Pin,
        new: &Pin,
    ) -> Result<(), CardError> {
        // SP 800-73-4, part 2, 3.2.2
        let (reference, rules) = match secret {
            Secret::Pin => (app.pin_reference, &app.pin),
            _ => (PUK, &PUK_RULES),
        };
        self.told(
            secret,
            iso::change(card, reference, secret, rules, old, new),
        )
    }

    fn unblock(
        &self,
        card: &mut Channel<'_>,
        app: &Application,
        puk: &Pin,
        new: &Pin,
    ) -> Result<(), CardError> {
        if app.pin_reference != PIN {
            return Err(CardError::Unsupported(Lack::GlobalPin));
        }
        // SP 800-73-4, part 2, 3.2.3: only the PIV PIN can be reset.
        self.told(
            Secret::Puk,
            iso::unblock(card, PIN, (&app.pin, &PUK_RULES), puk, new),
        )
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
        // SP 800-73-4, part 2, 3.2.1: P1 = FF.
        let during = "log out";
        let answer = card.send(during, &Command::new([0x00, 0x20, 0xFF, app.pin_reference]))?;
        let logged_out = match answer.sw {
            StatusWord::OK => app.conforms,
            // The status of a PIN that was not verified.
            sw => sw.counter().is_some() || sw == StatusWord::BLOCKED,
        };
        if logged_out {
            return Ok(());
        }
        // Older cards do not know the log-out (6A86), and one takes it for a question.
        let still = card.send(during, &Command::new([0x00, 0x20, 0x00, app.pin_reference]))?;
        if still.sw.is_ok() {
            // Selecting anew forgets the PIN on the cards that ignore the log-out.
            iso::select(card, AID)?;
        }
        Ok(())
    }
}

impl Piv {
    /// Which PIN is the card holder's: the discovery object says so where there is one.
    /// Read once for each card.
    fn find_pin(&self, card: &mut Channel<'_>, app: &mut Application) -> Result<(), CardError> {
        if app.pin_is_known || !self.extras.global_pin {
            return Ok(());
        }
        let during = "read the discovery object";
        // Refused, by dual CAC/PIV cards for instance: it stays open for now, and is asked
        // again in the next dialogue.
        let Some(object) = given(objects::read(card, during, objects::DISCOVERY))? else {
            return Ok(());
        };
        if object.is_some_and(|object| objects::global_pin_is_primary(&object)) {
            use_pin(app, GLOBAL_PIN);
        }
        app.pin_is_known = true;
        Ok(())
    }

    /// `tries` of the PIN that is taken, where nothing has told whether it is the holder's.
    /// If the card has both PINs, these are told only where they hold for either, or where
    /// they keep back what would be sent to that PIN.
    fn of_either(
        &self,
        card: &mut Channel<'_>,
        app: &mut Application,
        tries: Tries,
    ) -> Result<Tries, CardError> {
        let other = other(app.pin_reference);
        let Some(sw) = given(query(card, other))? else {
            return Ok(kept_back(tries));
        };
        if may_be_absent(sw) {
            app.pin_is_known = true;
            return Ok(tries);
        }
        let same = given(self.counted(card, other, sw))? == Some(tries);
        Ok(if same { tries } else { kept_back(tries) })
    }

    /// What the answer to an empty VERIFY says of the tries left.
    fn counted(
        &self,
        card: &mut Channel<'_>,
        reference: u8,
        sw: StatusWord,
    ) -> Result<Tries, CardError> {
        Ok(match (sw.counter(), sw) {
            (Some(count), _) => Tries::from_count(count),
            (None, StatusWord::BLOCKED) => Tries::Blocked,
            (None, StatusWord(bare @ 0x6300..=0x630F)) if self.extras.bare_counter => {
                Tries::from_count((bare & 0x0F) as u8)
            }
            // Verified by somebody before us: only metadata tells the counter.
            (None, StatusWord::OK) => metadata_tries(card, TRIES_LEFT, reference)?,
            _ => Tries::Unknown,
        })
    }

    /// The counter of a refusal, on cards that leave the C out of `63Cx`.
    fn told(&self, secret: Secret, result: Result<(), CardError>) -> Result<(), CardError> {
        match result {
            Err(CardError::Refused {
                sw: StatusWord(bare @ 0x6301..=0x630F),
                ..
            }) if self.extras.bare_counter => Err(CardError::Wrong {
                secret,
                left: Some((bare & 0x0F) as u8),
            }),
            other => other,
        }
    }

    /// The retired slots, as many as the card says that it uses; where it does not say,
    /// until several in a row are empty, and the rest is noted.
    fn read_retired(&self, card: &mut Channel<'_>, found: &mut Found) -> Result<(), CardError> {
        let history = objects::read(card, "read the key history", objects::KEY_HISTORY);
        let told = match given(history)? {
            Some(None) if !self.extras.retired_without_history => Some(0),
            // Such products write the object when a program has them do so.
            Some(Some(object)) => objects::retired_on_card(&object)
                .filter(|count| *count > 0 || !self.extras.retired_without_history),
            _ => None,
        };
        let mut gap = 0;
        for n in 0..told.unwrap_or(RETIRED_COUNT) {
            if told.is_none() && gap == RETIRED_GAP {
                let (first, last) = (RETIRED.key + n, RETIRED.key + RETIRED_COUNT - 1);
                found.notes.push(Note {
                    place: format!("{} ({first:02X}–{last:02X})", RETIRED.name),
                    flaw: Flaw::Unsought,
                });
                break;
            }
            let there = read_slot(card, &RETIRED, n, found)?;
            gap = if there { 0 } else { gap + 1 };
        }
        Ok(())
    }
}

/// Looks for one certificate and reads no other, as far as the first bytes of each tell
/// which it is. Before it is said to be missing, every place is looked at, whatever the
/// key history says, and what was passed over is read after all.
fn find_one(card: &mut Channel<'_>, search: &Search, found: &mut Found) -> Result<(), CardError> {
    let retired = (0..RETIRED_COUNT).map(|n| (&RETIRED, n));
    let places = SLOTS.map(|slot| (slot, 0)).into_iter().chain(retired);
    let mut places: Vec<(&Slot, u8)> = places.collect();
    // Where the certificate was the last time goes first. It is read all the same.
    let serial = search.serial.as_deref().unwrap_or_default();
    let hint = Edition::of(&[b"PIV slot", serial.as_bytes()]).file(0);
    let hinted = card.cache().and_then(|cache| cache.find(&hint));
    if let Some(hinted) = &hinted {
        // Not a key that signs without a PIN before one that wants it.
        places.sort_by_key(|(slot, n)| slot.pin == PinUse::Never || *hinted != [slot.key + n]);
    }
    let mut passed = Vec::new();
    for (slot, n) in places {
        let begun = objects::begin(card, READ, slot.tag(n));
        let object = match begun {
            Ok(Some(part)) => {
                let certificate = objects::certificate_at(&part.data);
                if certificate.is_some_and(|beginning| search.rules_out(beginning)) {
                    passed.push((slot, n));
                    continue;
                }
                objects::complete(card, READ, part)
            }
            Ok(None) => Ok(None),
            Err(error) => Err(error),
        };
        take_in(slot, n, object, found)?;
        if found.satisfies(search) {
            let key = [slot.key + n];
            if let Some(cache) = card.cache()
                && !passed.is_empty()
            {
                cache.keep(&hint, &key);
            }
            return Ok(());
        }
    }
    for (slot, n) in passed {
        read_slot(card, slot, n, found)?;
    }
    Ok(())
}

/// False where the slot is empty.
fn read_slot(
    card: &mut Channel<'_>,
    slot: &Slot,
    n: u8,
    found: &mut Found,
) -> Result<bool, CardError> {
    let object = objects::read(card, READ, slot.tag(n));
    take_in(slot, n, object, found)
}

/// Takes in what a slot holds; false where it is empty. A certificate that cannot be used
/// is a note, not an error: the others are still good.
fn take_in(
    slot: &Slot,
    n: u8,
    object: Result<Option<Vec<u8>>, CardError>,
    found: &mut Found,
) -> Result<bool, CardError> {
    let key = slot.key + n;
    let label = format!("{} ({key:02X})", slot.name);
    let object = match object {
        Ok(Some(object)) => object,
        Ok(None) => return Ok(false),
        Err(error) => {
            found.notes.push(Note::unreadable(label, error)?);
            return Ok(false);
        }
    };
    let parsed = objects::certificate(&object)
        .map_err(Flaw::Damaged)
        .and_then(|der| {
            let read = der.map(|der| Certificate::parse(&der));
            read.transpose().map_err(Flaw::Refused)
        });
    match parsed {
        Ok(None) => return Ok(false),
        Ok(Some(certificate)) => {
            found.credentials.push(Credential {
                label,
                key: u16::from(key),
                pin: slot.pin,
                certificate,
                lack: None,
            });
        }
        Err(flaw) => {
            found.notes.push(Note { place: label, flaw });
        }
    }
    Ok(true)
}

/// The step in which certificates are read, for errors and traces.
const READ: &str = "read a certificate";
/// The step in which tries are counted.
const TRIES_LEFT: &str = "read the PIN tries left";

/// VERIFY without data (SP 800-73-4, part 2, 3.2.1): spends no try.
fn query(card: &mut Channel<'_>, reference: u8) -> Result<StatusWord, CardError> {
    let command = Command::new([0x00, 0x20, 0x00, reference]);
    Ok(card.send(TRIES_LEFT, &command)?.sw)
}

/// The card has no PIN of this reference.
fn is_absent(sw: StatusWord) -> bool {
    matches!(sw, StatusWord::WRONG_P1P2 | StatusWord::NO_REFERENCE)
}

/// The card has none, or does not know how to tell (ISO 7816-4, 5.6: nothing found,
/// wrong P1 or P2).
fn may_be_absent(sw: StatusWord) -> bool {
    is_absent(sw) || matches!(sw, StatusWord::NOT_FOUND | StatusWord(0x6B00))
}

/// The global PIN for the PIV PIN, and the other way round.
fn other(reference: u8) -> u8 {
    match reference {
        PIN => GLOBAL_PIN,
        _ => PIN,
    }
}

/// What is told of the tries of a PIN that may not be the holder's: no number, except where
/// nothing, or not without a question, may be sent to it.
fn kept_back(tries: Tries) -> Tries {
    match tries {
        Tries::Blocked | Tries::Left(1) => tries,
        _ => Tries::Unknown,
    }
}

/// Takes one PIN or the other, and what it brings with it.
fn use_pin(app: &mut Application, reference: u8) {
    app.pin_reference = reference;
    // SP 800-73-4, part 2, 3.2.3: only the PIV PIN can be reset.
    (app.puk, app.no_puk) = match reference {
        GLOBAL_PIN => (None, Lack::GlobalPin),
        _ => (Some(PUK_RULES), Lack::Puk),
    };
    app.pin_is_known = true;
}

/// GET METADATA (Yubico, firmware 5.3 and later), tag `06`: total and remaining
/// tries. Other cards refuse the instruction or answer without data.
fn metadata_tries(
    card: &mut Channel<'_>,
    during: &'static str,
    reference: u8,
) -> Result<Tries, CardError> {
    let command = Command::new([0x00, 0xF7, 0x00, reference]).answer(Answer::Short);
    let response = card.send(during, &command)?;
    if !response.sw.is_ok() {
        return Ok(Tries::Unknown);
    }
    let retries = tlv::find(&response.data, 0x06).ok().flatten();
    Ok(match retries {
        Some(&[_total, left]) => Tries::from_count(left),
        _ => Tries::Unknown,
    })
}
