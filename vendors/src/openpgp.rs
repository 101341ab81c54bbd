//! OpenPGP card, specifications 2.0 to 3.4 (sheet OpenPGP): GnuPG's cards, Nitrokey, Gnuk,
//! YubiKey, SmartPGP, CanoKey and others.
//!
//! No real card was at hand. What four independent cards do (SmartPGP 3.0.4, CanoKey 3.0.2,
//! pico-openpgp 4.6, opcard 1.11.0; §15) is marked as seen; what is said of others is the
//! specification's, or their documents'.

mod certificates;
#[cfg(feature = "emulators")]
pub mod emulator;
mod kdf;
mod pin;
mod related;
mod sign;

use securesign_card::apdu::{Answer, Command};
use securesign_card::atr::Atr;
use securesign_card::channel::Channel;
use securesign_card::error::{CardError, Lack, Secret};
use securesign_card::iso;
use securesign_card::pin::{Charset, Form, Pin, PinRules};
use securesign_card::profile::{
    Application, Credential, Found, Mark, Profile, RetryCounter, Search, Spec, Tries,
};
use securesign_card::signature::{PublicKey, ToSign};
use securesign_card::sw::StatusWord;

use related::Related;

/// Every card that has the application.
#[derive(Debug)]
pub struct OpenPgp {
    spec: Spec,
}

/// Without version and serial number: the only form that all cards take (§2).
const AID: &[u8] = &[0xD2, 0x76, 0x00, 0x01, 0x24, 0x01];

/// PW1 as the signature key wants it, and as VERIFY, CHANGE and RESET RETRY COUNTER name the
/// value (specification 3.4, 7.2.2).
const PW1: u8 = 0x81;
/// PW1 as the other keys want it: the same value and counter, another permission.
const PW1_OTHER: u8 = 0x82;
/// The administrator's PIN.
const PW3: u8 = 0x83;

/// Specification 3.4, 4.3.1: at least six characters, sent as they are. Checked here, because
/// two of the four cards count a badly formed one as wrong (§5). How many at most, C4 tells.
const PW1_RULES: PinRules = PinRules {
    min: 6,
    max: 127,
    charset: Charset::Printable,
    form: Form::Exact,
};

/// PW3 and the reset code.
const PW3_RULES: PinRules = PinRules {
    min: 8,
    ..PW1_RULES
};

/// Cards without another application say in their historical bytes what the specification
/// wants there (3.4, 6.1): category, service data, capabilities. They are asked at once.
/// Tokens with PIV as well call themselves by their name.
pub static OPENPGP: OpenPgp = OpenPgp {
    spec: Spec {
        id: "openpgp",
        name: "OpenPGP card",
        marks: &[
            Mark::Historical(&[0x00, 0x31, 0xC5, 0x73]),
            Mark::Historical(&[0x00, 0x31, 0xF5, 0x73]),
            Mark::Historical(&[0x00, 0x31, 0x84, 0x73]),
            Mark::Application,
        ],
        aid: AID,
        pin_reference: PW1,
        pin: PW1_RULES,
        puk: Some(PW3_RULES),
        counter: RetryCounter::Status,
        source: "OpenPGP card specification 2.0.1 and 3.4; sheet OpenPGP",
    },
};

impl Profile for OpenPgp {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn open(&self, card: &mut Channel<'_>, _atr: &Atr) -> Result<Application, CardError> {
        iso::select(card, AID)?;
        let related = Related::read(card)?;
        let mut app = Application {
            pin_is_known: true,
            conforms: true,
            tries: related.status.map(|status| status.pw1),
            ..Application::new(&self.spec)
        };
        related.tell(&mut app);
        Ok(app)
    }

    fn credentials(
        &self,
        card: &mut Channel<'_>,
        app: &mut Application,
        search: &Search,
    ) -> Result<Found, CardError> {
        kdf::learn(card, app)?;
        certificates::find(card, app, search)
    }

    fn lack(&self, _card: &Channel<'_>, _app: &Application, key: &PublicKey) -> Option<Lack> {
        sign::lack(key)
    }

    fn serial(&self, card: &mut Channel<'_>) -> Result<Option<String>, CardError> {
        // Manufacturer and serial number, from the full AID (specification 3.4, 4.2.1).
        let during = "read the serial number";
        let response = card.send(during, &get_data(0x4F))?;
        let number = response.data.get(8..14).filter(|_| response.sw.is_ok());
        Ok(number.map(|number| number.iter().map(|byte| format!("{byte:02X}")).collect()))
    }

    fn pin_tries(
        &self,
        card: &mut Channel<'_>,
        _app: &mut Application,
    ) -> Result<Tries, CardError> {
        pin::tries(card, Secret::Pin)
    }

    fn puk_tries(&self, card: &mut Channel<'_>, app: &mut Application) -> Result<Tries, CardError> {
        let tries = pin::tries(card, app.unblocker)?;
        if (app.unblocker, tries) == (Secret::ResetCode, Tries::Blocked) {
            app.unblocker = Secret::AdminPin;
            app.puk = Some(PW3_RULES);
            return pin::tries(card, Secret::AdminPin);
        }
        Ok(tries)
    }

    fn verify(
        &self,
        card: &mut Channel<'_>,
        app: &Application,
        credential: &Credential,
        pin: &Pin,
    ) -> Result<(), CardError> {
        let reference = match certificates::SIGNATURE.key == credential.key {
            true => PW1,
            false => PW1_OTHER,
        };
        pin::verify(card, app, (reference, Secret::Pin), pin)
    }

    fn change(
        &self,
        card: &mut Channel<'_>,
        app: &Application,
        secret: Secret,
        old: &Pin,
        new: &Pin,
    ) -> Result<(), CardError> {
        match secret {
            Secret::Pin => pin::change(card, app, old, new),
            _ => Err(CardError::Unsupported(Lack::Puk)),
        }
    }

    fn unblock(
        &self,
        card: &mut Channel<'_>,
        app: &Application,
        puk: &Pin,
        new: &Pin,
    ) -> Result<(), CardError> {
        match app.unblocker {
            Secret::ResetCode => pin::unblock_by_code(card, app, puk, new),
            _ => pin::unblock_by_admin(card, app, puk, new),
        }
    }

    fn sign(
        &self,
        card: &mut Channel<'_>,
        _app: &Application,
        credential: &Credential,
        what: ToSign<'_>,
    ) -> Result<Vec<u8>, CardError> {
        sign::sign(card, credential, what)
    }

    fn log_out(&self, card: &mut Channel<'_>, app: &Application) -> Result<(), CardError> {
        // Where it cannot, only the reset that follows does: another SELECT keeps what was
        // verified on two of the four cards.
        if Related::known(app).logs_out() {
            for reference in [PW1, PW1_OTHER] {
                card.send("log out", &Command::new([0x00, 0x20, 0xFF, reference]))?;
            }
        }
        Ok(())
    }
}

/// GET DATA (specification 3.4, 7.2.6).
fn get_data(tag: u16) -> Command<'static> {
    let [p1, p2] = tag.to_be_bytes();
    Command::new([0x00, 0xCA, p1, p2]).answer(Answer::Long)
}

/// The card has no such object, however it says so (§8).
fn is_absent(sw: StatusWord) -> bool {
    matches!(
        sw,
        StatusWord::NO_REFERENCE
            | StatusWord::FUNCTION
            | StatusWord::NOT_FOUND
            | StatusWord::WRONG_P1P2
            | StatusWord(0x6B00)
    )
}
