//! Common Access Cards (CAC) of the US Department of Defense without PIV (sheet CAC): each key
//! in an applet of its own, and the key is the applet that is selected.
//!
//! OpenSC uses such cards. Those that have PIV too are served as PIV cards.

mod applets;

use securesign_card::apdu::{Answer, Command};
use securesign_card::application::{Application, Confidence, PinId, PinObject, RetryCounter};
use securesign_card::atr::Atr;
use securesign_card::certificate;
use securesign_card::channel::Channel;
use securesign_card::error::{CardError, Missing, Secret, given};
use securesign_card::iso;
use securesign_card::pin::{Charset, Form, Pin, PinRules, Tries};
use securesign_card::profile::{
    Credential, Found, Mark, PinUse, Profile, SIGN, Search, Spec, unless_refused,
};
use securesign_card::signature::{PublicKey, ToSign, emsa_pkcs1_v15};
use securesign_card::text::hex_upper;

use applets::{
    ACCESS_CONTROL, Applet, CERTIFICATE, CHUNK, CONTAINER, KEYS, Layout, select_own, tags, values,
};

use super::{
    Place, credentials, exactly, same, select_application, select_file, stored_certificate,
    unless_rsa,
};
use crate::piv;

/// Every layout of their applets.
#[derive(Debug)]
pub struct America {
    spec: Spec,
}

/// Other cards of the makers have some of these answers to reset: the applets decide. A card
/// with another one is looked for after all that have a name, by its card capability container
/// alone.
pub static CAC: America = America {
    spec: Spec {
        id: "uscac",
        name: "Common Access Card (CAC)",
        marks: &[
            exactly(&[
                0x3B, 0x7F, 0x11, 0x00, 0x00, 0x00, 0x31, 0xC0, 0x53, 0xCA, 0xC4, 0x01, 0x64, 0x52,
                0xD9, 0x04, 0x00, 0x82, 0x90, 0x00,
            ]),
            exactly(&[
                0x3B, 0x7D, 0x11, 0x00, 0x00, 0x00, 0x31, 0x80, 0x71, 0x8E, 0x64, 0x86, 0xD6, 0x01,
                0x00, 0x81, 0x90, 0x00,
            ]),
            // The alternate token.
            exactly(&[
                0x3B, 0xF9, 0x96, 0x00, 0x00, 0x80, 0x31, 0xFE, 0x45, 0x53, 0x43, 0x45, 0x37, 0x20,
                0x0F, 0x00, 0x20, 0x46, 0x4E,
            ]),
            Mark::Application,
        ],
        aid: CONTAINER,
        source: "OpenSC 0.23, card-cac.c; GSC-IS 2.1; pcsc-tools' list of ATRs; sheet CAC",
    },
};

impl Profile for America {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn open(
        &'static self,
        card: &mut Channel<'_>,
        atr: &Atr,
    ) -> Result<Option<Box<dyn Application>>, CardError> {
        let is_marked = self.spec.marks.iter().any(|mark| mark.in_atr(atr));
        if is_marked && has_piv(card)? {
            return Ok(None);
        }
        let Some(applets) = unless_refused(applets::find(card, is_marked))? else {
            return Ok(None);
        };
        let mut opened = Opened {
            layout: applets.layout,
            applets: applets.list,
            mark: applets.number,
            at: None,
        };
        if opened.mark.is_none() {
            opened.mark = opened.begin(card)?;
        }
        Ok(Some(Box::new(opened)))
    }
}

const PINS: [PinObject; 1] = [PinObject {
    id: PinId(1),
    role: Secret::Pin,
    reference: 0x00,
    rules: PinRules {
        min: 4,
        max: 8,
        charset: Charset::Digits,
        form: Form::Padded { len: 8, with: 0xFF },
    },
    counter: RetryCounter::EmptyVerify,
    change: Ok(Confidence::Known),
    unblock: Err(Missing::Issuer),
    otherwise: None,
}];

/// Fewest digits of a new PIN.
const NEW_PIN: usize = 6;

/// As much of the first certificate as tells one card from another.
const MARK: usize = 0x80;

/// What is selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    AccessControl,
    Key(Applet),
}

/// Whether the card has PIV: what that answers begins with its template (SP 800-73-4, part 2).
fn has_piv(card: &mut Channel<'_>) -> Result<bool, CardError> {
    let answer = given(iso::select(card, piv::PIV.spec().aid))?;
    Ok(answer.is_some_and(|template| template.first() == Some(&0x61)))
}

/// The applets of one card.
struct Opened {
    layout: Layout,
    applets: Vec<Applet>,
    /// What tells one card from another, where the card gives it.
    mark: Option<Vec<u8>>,
    /// What is selected, as far as it is known.
    at: Option<At>,
}

impl Opened {
    /// Reads what tells one card from another: its number, or else the beginning of its first
    /// certificate as it is stored.
    fn begin(&mut self, card: &mut Channel<'_>) -> Result<Option<Vec<u8>>, CardError> {
        self.at = None;
        let during = "read the serial number";
        let len = match (self.layout, self.applets.first()) {
            (Layout::Container { number }, _) => {
                select_application(card, CONTAINER)?;
                number
            }
            (_, Some(first)) => {
                self.enter(card, At::Key(*first))?;
                MARK
            }
            (Layout::AccessControl, None) => {
                self.enter(card, At::AccessControl)?;
                0
            }
            (Layout::Bare, None) => 0,
        };
        Ok(given(values(card, during, len, &|_| false))?.flatten())
    }

    fn enter(&mut self, card: &mut Channel<'_>, at: At) -> Result<(), CardError> {
        if self.at == Some(at) {
            return Ok(());
        }
        self.at = None;
        match at {
            At::AccessControl => select_own(card, ACCESS_CONTROL)?,
            At::Key(applet) => {
                select_own(card, applet.id)?;
                if let Some(object) = applet.object {
                    select_file(card, "select the key", object)?;
                }
            }
        }
        self.at = Some(at);
        Ok(())
    }

    /// Selects where the PIN is.
    fn enter_pin(&mut self, card: &mut Channel<'_>, near: Option<Applet>) -> Result<(), CardError> {
        let at = match (self.layout, near.or(self.applets.first().copied())) {
            (Layout::AccessControl, _) => At::AccessControl,
            (_, Some(applet)) => match self.at {
                Some(At::Key(selected)) if near.is_none() => At::Key(selected),
                _ => At::Key(applet),
            },
            (_, None) => return Err(CardError::Unsupported(Missing::Pin)),
        };
        self.enter(card, at)
    }

    fn applet(&self, credential: &Credential) -> Option<Applet> {
        self.applets.get(usize::from(credential.key.0)).copied()
    }

    /// The certificate of the applet that is selected, as it is stored.
    fn certificate(
        card: &mut Channel<'_>,
        unwanted: &dyn Fn(&[u8]) -> bool,
    ) -> Result<Option<Vec<u8>>, CardError> {
        let during = "read a certificate";
        let tags = tags(card, during)?;
        let own = tags.iter().position(|(tag, _)| *tag == CERTIFICATE);
        let Some(own) = own else {
            return Ok(Some(Vec::new()));
        };
        let (before, upto) = tags.split_at(own);
        let before = before.iter().map(|(_, len)| len).sum::<usize>();
        let len = before + upto[0].1;
        if len > certificate::MAX {
            return Err(CardError::Malformed { during, at: 0 });
        }
        stored_certificate(during, before, unwanted, |unwanted| {
            values(card, during, len, unwanted)
        })
    }
}

/// What the certificates are for, by the number of their applet: that of signatures first.
fn places(applets: &[Applet]) -> Vec<Place> {
    let named = applets.iter().enumerate().map(|(key, applet)| Place {
        name: match applet.id {
            [KEYS, 0x00] => "Identity",
            [KEYS, 0x01] => "E-mail signature",
            [KEYS, 0x02] => "E-mail encryption",
            _ => "Key",
        },
        file: u16::from_be_bytes(applet.id),
        key: key as u8,
        pin: PINS[0].id,
        when: PinUse::Once,
    });
    let mut places: Vec<Place> = named.collect();
    places.sort_by_key(|place| place.file != u16::from_be_bytes([KEYS, 0x01]));
    places
}

impl Application for Opened {
    fn spec(&self) -> &'static Spec {
        &CAC.spec
    }

    fn select(&mut self, card: &mut Channel<'_>) -> Result<(), CardError> {
        same(&self.begin(card)?, &self.mark)
    }

    fn pins(&self) -> &[PinObject] {
        &PINS
    }

    fn credentials(&mut self, card: &mut Channel<'_>, search: &Search) -> Result<Found, CardError> {
        let places = places(&self.applets);
        credentials(card, self.spec(), &places, search, |card, place, known| {
            let applet = self.applets[usize::from(place.key)];
            self.enter(card, At::Key(applet))?;
            Self::certificate(card, known.unwanted)
        })
    }

    fn missing(&self, _card: &Channel<'_>, key: &PublicKey) -> Option<Missing> {
        unless_rsa(key, &[128, 256])
    }

    /// What stands behind provider, manufacturer and type in the card's identifier (GSC-IS 2.1).
    fn serial(&mut self, _card: &mut Channel<'_>) -> Result<Option<String>, CardError> {
        // It was told in this dialogue: another one, or none, would have been another card's.
        Ok(match (self.layout, self.mark.as_deref()) {
            (Layout::Container { .. }, Some([_, _, _, _, _, _, _, number @ ..])) => {
                Some(hex_upper(number)).filter(|number| !number.is_empty())
            }
            _ => None,
        })
    }

    fn tries(&mut self, card: &mut Channel<'_>, pin: PinId) -> Result<Tries, CardError> {
        let reference = self.pin(pin)?.reference;
        self.enter_pin(card, None)?;
        iso::pin_tries(card, reference)
    }

    fn verify(
        &mut self,
        card: &mut Channel<'_>,
        credential: &Credential,
        value: &Pin,
    ) -> Result<(), CardError> {
        self.enter_pin(card, self.applet(credential))?;
        iso::verify(card, &self.pin(credential.pin)?, value)
    }

    fn change(
        &mut self,
        card: &mut Channel<'_>,
        pin: PinId,
        old: &Pin,
        new: &Pin,
        _left: Option<u8>,
    ) -> Result<(), CardError> {
        let PinObject { rules, role, .. } = self.pin(pin)?;
        let old = rules.encode(old).map_err(|fault| CardError::Format {
            secret: role,
            fault,
        })?;
        let new = PinRules {
            min: NEW_PIN,
            ..rules
        }
        .encode(new)
        .map_err(CardError::NewPinFormat)?;
        self.enter_pin(card, None)?;
        let way = match self.layout {
            Layout::AccessControl => 0x01,
            _ => 0x00,
        };
        let during = "change the PIN";
        let both = iso::both(&old, &new);
        let change = Command::new([0x00, 0x24, way, PINS[0].reference]).secret(&both);
        iso::judge_new(during, role, card.send(during, &change)?.sw)
    }

    /// The private key does no more than its arithmetic: what it gets is padded.
    fn sign(
        &mut self,
        card: &mut Channel<'_>,
        credential: &Credential,
        what: ToSign<'_>,
    ) -> Result<Vec<u8>, CardError> {
        let len = credential.certificate.key().rsa_len().unwrap_or_default();
        let block = emsa_pkcs1_v15(what.digest(), len);
        let block = block.ok_or(CardError::Unsupported(Missing::KeyTooShort))?;
        let applet = self.applet(credential);
        self.enter(card, At::Key(applet.ok_or(CardError::Changed)?))?;
        let mut signature = Vec::new();
        let last = block.chunks(CHUNK).count() - 1;
        for (at, part) in block.chunks(CHUNK).enumerate() {
            let more = if at < last { 0x80 } else { 0x00 };
            let compute = Command::new([0x00, 0x42, more, 0x00]).data(part);
            let answer = compute.answer(Answer::Short).once();
            signature.extend(card.require(SIGN, &answer)?);
        }
        Ok(signature)
    }

    /// There is no command for it: the reset that follows forgets what was verified.
    fn log_out(&mut self, _card: &mut Channel<'_>) -> Result<(), CardError> {
        Ok(())
    }
}
