//! The application of one card: its PINs, and what SELECT tells of it.

use securesign_card::apdu::{Answer, Command, Response};
use securesign_card::application::{Application, PinId, PinObject};
use securesign_card::channel::Channel;
use securesign_card::error::{CardError, Missing, given};
use securesign_card::pin::{Pin, Tries};
use securesign_card::profile::{Credential, Found, Search, Spec};
use securesign_card::signature::{PublicKey, ToSign};
use securesign_card::sw::StatusWord;
use securesign_card::{iso, text, tlv};

use super::memory::{Memory, NO_METADATA, OWN_PIN};
use super::pins::{GLOBAL_PIN, PIN, PIN_UNBLOCKING_KEY, PUK, pins};
use super::{AID, Piv, certificates, objects, sign};

/// Application labels of software that has no global PIN (sheet PIV, §16: P2 = `00`
/// answers 6A88).
const ONE_PIN: [&str; 2] = ["PivApplet", "Nitrokey PIV"];

/// The application of one card.
pub struct Opened {
    product: &'static Piv,
    /// Label that the card gives itself.
    label: Option<String>,
    /// What SELECT answered has the form of the standard: its other answers mean what they
    /// should.
    conforms: bool,
    /// Algorithm identifiers that the card lists, if it does.
    algorithms: Vec<u8>,
    /// The PIN that is taken for the card holder's, and what unblocks it.
    pins: Vec<PinObject>,
    /// Which PIN is the card holder's was found out, or cannot be.
    pin_is_known: bool,
    /// What was found out in this start or an earlier one.
    memory: Memory,
}

impl Opened {
    pub fn new(product: &'static Piv, template: &[u8]) -> Self {
        let objects = application_template(template);
        let label = label(&objects);
        let algorithms = objects
            .iter()
            .filter(|object| object.tag == 0xAC)
            .flat_map(|object| tlv::split(object.value).unwrap_or_default())
            .filter(|object| object.tag == 0x80)
            .filter_map(|object| object.value.first().copied())
            .collect();
        let own_name = label.as_deref().unwrap_or_default();
        Self {
            product,
            pin_is_known: ONE_PIN.iter().any(|name| own_name.starts_with(name)),
            conforms: objects.iter().any(|object| object.tag == 0x4F),
            label,
            algorithms,
            pins: pins(product, PIN),
            memory: Memory::default(),
        }
    }
}

/// The objects of the application property template (SP 800-73-4, part 2, 3.1.1).
/// Tolerant: one card answers a template that is no TLV, and is PIV all the same (sheet PIV,
/// §16).
fn application_template(template: &[u8]) -> Vec<tlv::Object<'_>> {
    let content = tlv::expect(template, 0x61).unwrap_or_default();
    tlv::split(content).unwrap_or_default()
}

fn label(objects: &[tlv::Object<'_>]) -> Option<String> {
    objects
        .iter()
        .find(|object| object.tag == 0x50)
        .map(|object| text::clean(&String::from_utf8_lossy(object.value), 40))
        .filter(|label| !label.is_empty())
}

impl Application for Opened {
    fn spec(&self) -> &'static Spec {
        &self.product.spec
    }

    fn select(&mut self, card: &mut Channel<'_>) -> Result<(), CardError> {
        let template = iso::select(card, AID)?;
        let told = label(&application_template(&template));
        match told.is_some() && self.label.is_some() && told != self.label {
            true => Err(CardError::Changed),
            false => Ok(()),
        }
    }

    fn label(&self) -> Option<&str> {
        self.label.as_deref()
    }

    fn pins(&self) -> &[PinObject] {
        &self.pins
    }

    fn credentials(&mut self, card: &mut Channel<'_>, search: &Search) -> Result<Found, CardError> {
        let unlisted = self.product.extras.retired_without_history;
        let found = certificates::find(card, search, unlisted)?;
        self.memory.meet(card, &found);
        self.find_pin(card)?;
        Ok(found)
    }

    fn missing(&self, _card: &Channel<'_>, key: &PublicKey) -> Option<Missing> {
        sign::missing(key)
    }

    fn serial(&mut self, card: &mut Channel<'_>) -> Result<Option<String>, CardError> {
        if self.product.extras.serial {
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

    fn tries(&mut self, card: &mut Channel<'_>, pin: PinId) -> Result<Tries, CardError> {
        match pin {
            // The standard has no query (VERIFY with P2=81 answers 6A88). GET METADATA is
            // Yubico's; others have it too, the rest refuse it unread.
            PUK => self.puk_tries(card),
            _ => self.pin_tries(card),
        }
    }

    fn verify(
        &mut self,
        card: &mut Channel<'_>,
        credential: &Credential,
        value: &Pin,
    ) -> Result<(), CardError> {
        let pin = self.pin(credential.pin)?;
        let result = iso::verify(card, &pin, value);
        self.told(card, &pin, result)
    }

    fn change(
        &mut self,
        card: &mut Channel<'_>,
        pin: PinId,
        old: &Pin,
        new: &Pin,
        _left: Option<u8>,
    ) -> Result<(), CardError> {
        // SP 800-73-4, part 2, 3.2.2
        let pin = self.pin(pin)?;
        let result = iso::change(card, &pin, old, new);
        self.told(card, &pin, result)
    }

    fn unblock(
        &mut self,
        card: &mut Channel<'_>,
        pin: PinId,
        with: PinId,
        code: &Pin,
        new: &Pin,
    ) -> Result<(), CardError> {
        let (pin, with) = (self.pin(pin)?, self.pin(with)?);
        // Nobody was asked whether the last try may be spent, because another card, or this one
        // at another time, told no tries left.
        if self.memory.recalls(NO_METADATA) {
            match self.ask_puk_tries(card)? {
                Tries::Left(1) => return Err(CardError::LastTry(with.role)),
                Tries::Blocked => return Err(CardError::Blocked(with.role)),
                Tries::Left(_) | Tries::Unknown => {}
            }
        }
        let result = iso::unblock(card, (&pin, &with), code, new);
        self.told(card, &with, result)
    }

    fn sign(
        &mut self,
        card: &mut Channel<'_>,
        credential: &Credential,
        what: ToSign<'_>,
    ) -> Result<Vec<u8>, CardError> {
        sign::sign(card, &self.algorithms, credential, what)
    }

    fn log_out(&mut self, card: &mut Channel<'_>) -> Result<(), CardError> {
        // SP 800-73-4, part 2, 3.2.1: P1 = FF.
        let during = "log out";
        let reference = self.reference();
        let answer = card.send(during, &Command::new([0x00, 0x20, 0xFF, reference]))?;
        let logged_out = match answer.sw {
            StatusWord::OK => self.conforms,
            // The status of a PIN that was not verified.
            sw => sw.counter().is_some() || sw == StatusWord::BLOCKED,
        };
        if logged_out {
            return Ok(());
        }
        // Older cards do not know the log-out (6A86), and one takes it for a question.
        let still = card.send(during, &Command::new([0x00, 0x20, 0x00, reference]))?;
        if still.sw.is_ok() {
            // Selecting anew forgets the PIN on the cards that ignore the log-out.
            iso::select(card, AID)?;
        }
        Ok(())
    }
}

impl Opened {
    /// Reference of the PIN that is taken for the card holder's.
    fn reference(&self) -> u8 {
        self.pins.first().map_or(PIN, |pin| pin.reference)
    }

    /// Takes one PIN or the other, and what it brings with it.
    fn use_pin(&mut self, reference: u8) {
        self.pins = pins(self.product, reference);
        self.pin_is_known = true;
    }

    fn pin_tries(&mut self, card: &mut Channel<'_>) -> Result<Tries, CardError> {
        self.find_pin(card)?;
        let reference = self.reference();
        let sw = query(card, reference)?;
        if !may_be_absent(sw) {
            let tries = self.counted(card, reference, sw)?;
            if self.product.extras.global_pin && !self.pin_is_known {
                return self.of_either(card, tries);
            }
            return Ok(tries);
        }
        // Whatever is sent to a PIN that the card does not have is lost. The other one is
        // taken where the card says that it has it.
        let other = other(reference);
        let is_there =
            |sw: &StatusWord| sw.counter().is_some() || sw.is_ok() || *sw == StatusWord::BLOCKED;
        match given(query(card, other))?.filter(is_there) {
            Some(sw) => {
                self.use_pin(other);
                self.counted(card, other, sw)
            }
            None if is_absent(sw) => Err(CardError::Unsupported(Missing::Pin)),
            // It may only be the question that the card does not know.
            None => Ok(Tries::Unknown),
        }
    }

    /// Which PIN is the card holder's: the discovery object says so where there is one.
    /// Read once for each card.
    fn find_pin(&mut self, card: &mut Channel<'_>) -> Result<(), CardError> {
        if self.pin_is_known || !self.product.extras.global_pin {
            return Ok(());
        }
        if self.memory.knows(OWN_PIN) {
            self.pin_is_known = true;
            return Ok(());
        }
        let during = "read the discovery object";
        // Refused, by dual CAC/PIV cards for instance: it stays open for now, and is asked
        // again in the next dialogue.
        let Some(object) = given(objects::read(card, during, objects::DISCOVERY))? else {
            return Ok(());
        };
        match object.is_some_and(|object| objects::global_pin_is_primary(&object)) {
            true => self.use_pin(GLOBAL_PIN),
            false => self.memory.learn(card, OWN_PIN),
        }
        self.pin_is_known = true;
        Ok(())
    }

    fn puk_tries(&mut self, card: &mut Channel<'_>) -> Result<Tries, CardError> {
        match self.memory.knows(NO_METADATA) {
            true => Ok(Tries::Unknown),
            false => self.ask_puk_tries(card),
        }
    }

    fn ask_puk_tries(&mut self, card: &mut Channel<'_>) -> Result<Tries, CardError> {
        let answer = metadata(card, "read the PUK tries left", PIN_UNBLOCKING_KEY)?;
        let refused = [
            StatusWord::OK,
            StatusWord::UNKNOWN_INS,
            StatusWord::FUNCTION,
        ];
        let tries = tries_in(&answer);
        match tries {
            Tries::Unknown if refused.contains(&answer.sw) => self.memory.learn(card, NO_METADATA),
            Tries::Unknown => {}
            Tries::Left(_) | Tries::Blocked => self.memory.forget(card, NO_METADATA),
        }
        Ok(tries)
    }

    /// `tries` of the PIN that is taken, where nothing has told whether it is the holder's.
    /// If the card has both PINs, these are told only where they hold for either, or where
    /// they keep back what would be sent to that PIN.
    fn of_either(&mut self, card: &mut Channel<'_>, tries: Tries) -> Result<Tries, CardError> {
        let other = other(self.reference());
        let Some(sw) = given(query(card, other))? else {
            return Ok(kept_back(tries));
        };
        if may_be_absent(sw) {
            self.pin_is_known = true;
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
        Ok(match sw {
            StatusWord(bare @ 0x6300..=0x630F) if self.product.extras.bare_counter => {
                Tries::from_count((bare & 0x0F) as u8)
            }
            // Verified by somebody before us: only metadata tells the counter.
            StatusWord::OK => tries_in(&metadata(card, TRIES_LEFT, reference)?),
            _ => iso::tries_told(sw),
        })
    }

    /// What a PIN or PUK was answered, with the counter of a refusal also of cards that leave
    /// the C out of `63Cx`. What was refused may be right for another PIN than the one that
    /// was the holder's once: what is remembered is asked again.
    fn told(
        &mut self,
        card: &Channel<'_>,
        pin: &PinObject,
        result: Result<(), CardError>,
    ) -> Result<(), CardError> {
        if result.is_err() && self.memory.doubt(card) {
            self.pin_is_known = false;
        }
        match result {
            Err(CardError::Refused {
                sw: StatusWord(bare @ 0x6301..=0x630F),
                ..
            }) if self.product.extras.bare_counter => Err(CardError::Wrong {
                secret: pin.role,
                left: Some((bare & 0x0F) as u8),
            }),
            other => other,
        }
    }
}

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
    is_absent(sw) || matches!(sw, StatusWord::NOT_FOUND | StatusWord::BEHIND_END)
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

/// GET METADATA (Yubico, firmware 5.3 and later). Other cards refuse the instruction or answer
/// without data.
fn metadata(
    card: &mut Channel<'_>,
    during: &'static str,
    reference: u8,
) -> Result<Response, CardError> {
    let command = Command::new([0x00, 0xF7, 0x00, reference]).answer(Answer::Short);
    card.send(during, &command)
}

/// Tag `06` of metadata: total and remaining tries.
fn tries_in(metadata: &Response) -> Tries {
    let retries = tlv::find(&metadata.data, 0x06).ok().flatten();
    match retries.filter(|_| metadata.sw.is_ok()) {
        Some(&[_total, left]) => Tries::from_count(left),
        _ => Tries::Unknown,
    }
}
