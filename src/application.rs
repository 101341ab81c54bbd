//! The application of one card, from its insertion to its removal: what was learned of it,
//! and what it does.

use crate::channel::Channel;
use crate::credential::{Credential, Found, Search};
use crate::error::{CardError, Missing};
use crate::iso;
use crate::pin::{Pin, Tries};
pub use crate::pin_object::{Confidence, PinId, PinName, PinObject, RetryCounter, Unblock};
use crate::signature::{PublicKey, ToSign};
use crate::spec::Spec;

/// An application that a family's [`Profile`](crate::profile::Profile) has opened. What it
/// keeps is the family's own affair; it is never a secret. The defaults are those of
/// ISO 7816: override only where the card departs from it.
pub trait Application: Send {
    /// Facts about its family.
    fn spec(&self) -> &'static Spec;

    /// Selects it again, and begins secure messaging where the card wants that: at the start
    /// of every further dialogue, and after a chain or a session that broke off.
    /// [`CardError::Changed`]: it is another card, or another application, than the one that
    /// was opened.
    ///
    /// # Errors
    ///
    /// [`CardError::Changed`], or why the card cannot be opened.
    fn select(&mut self, card: &mut Channel<'_>) -> Result<(), CardError>;

    /// What the card calls itself.
    fn label(&self) -> Option<&str> {
        None
    }

    /// Whether PINs are known to be sent as its kind of card wants them. Where that is
    /// inferred, a person is asked before one is.
    fn confidence(&self) -> Confidence {
        Confidence::Known
    }

    /// The secrets of the card that matter for signing. The first with the role
    /// [`Secret::Pin`](crate::error::Secret::Pin) is the card holder's; which one a key wants, its credential names
    /// ([`Credential::pin`]).
    fn pins(&self) -> &[PinObject];

    /// One of them.
    ///
    /// # Errors
    ///
    /// [`CardError::Unsupported`] with [`Missing::Pin`]: it has no such PIN.
    fn pin(&self, id: PinId) -> Result<PinObject, CardError> {
        let found = self.pins().iter().find(|pin| pin.id == id);
        found.copied().ok_or(CardError::Unsupported(Missing::Pin))
    }

    /// What people call this secret where such cards are given out, the same in every language:
    /// "PIN2". `None`: as its role is called.
    fn called(&self, _pin: PinId) -> Option<&'static str> {
        None
    }

    /// Reads signing certificates.
    ///
    /// # Errors
    ///
    /// [`CardError`]: the card does not let any be found. One that cannot be read is a
    /// [`Note`](crate::profile::Note).
    fn credentials(&mut self, card: &mut Channel<'_>, search: &Search) -> Result<Found, CardError>;

    /// PINs that cards of this family leave the factory with, where that is known: a person
    /// who has one of them has chosen none yet.
    fn factory_pins(&self) -> &'static [&'static str] {
        &[]
    }

    /// Why this card, in this reader, cannot sign with such a key: known before a PIN is
    /// asked for, since what cannot work costs no try. Asks the card nothing.
    fn missing(&self, card: &Channel<'_>, key: &PublicKey) -> Option<Missing>;

    /// Why this card cannot sign that with the key of this credential, where it can sign other
    /// digests: known before a PIN is sent. Asks the card nothing.
    fn refuses(&self, _credential: &Credential, _what: ToSign<'_>) -> Option<Missing> {
        None
    }

    /// The token's serial number as people read it, where there is one.
    ///
    /// # Errors
    ///
    /// [`CardError`]: the card does not tell it.
    fn serial(&mut self, card: &mut Channel<'_>) -> Result<Option<String>, CardError>;

    /// Tries left; spends none.
    /// [`CardError::Unsupported`] with [`Missing::Pin`]: the card has no such PIN, so that
    /// none may be sent.
    ///
    /// # Errors
    ///
    /// As said; or the card does not tell them.
    fn tries(&mut self, card: &mut Channel<'_>, pin: PinId) -> Result<Tries, CardError> {
        let pin = self.pin(pin)?;
        match pin.counter {
            RetryCounter::EmptyVerify => iso::pin_tries(card, pin.reference),
            RetryCounter::Status | RetryCounter::Unknown => Ok(Tries::Unknown),
        }
    }

    /// Sends the PIN of this credential, once: some cards count it as verified for one key
    /// and not for the other.
    ///
    /// # Errors
    ///
    /// [`CardError::Wrong`], [`CardError::Blocked`], [`CardError::Format`], or what else the
    /// card says. Only a status word of the card tells whether a try is gone.
    fn verify(
        &mut self,
        card: &mut Channel<'_>,
        credential: &Credential,
        value: &Pin,
    ) -> Result<(), CardError> {
        iso::verify(card, &self.pin(credential.pin)?, value)
    }

    /// Replaces a PIN; `old` is sent, once. `_left`: as many tries were left at least before
    /// that, where it is known. Where the number of tries is written along, it must not be
    /// below that.
    ///
    /// # Errors
    ///
    /// As [`Application::verify`]; [`CardError::NewPinFormat`] or [`CardError::NewPinRefused`]
    /// for the new value.
    fn change(
        &mut self,
        card: &mut Channel<'_>,
        pin: PinId,
        old: &Pin,
        new: &Pin,
        _left: Option<u8>,
    ) -> Result<(), CardError> {
        iso::change(card, &self.pin(pin)?, old, new)
    }

    /// Sets a new PIN with what unblocks it ([`PinObject::unblock`]); `code` is sent, once.
    ///
    /// # Errors
    ///
    /// As [`Application::change`], of the code; [`CardError::UnblockOff`]: the code was right
    /// and the card unblocks nothing.
    fn unblock(
        &mut self,
        card: &mut Channel<'_>,
        pin: PinId,
        with: PinId,
        code: &Pin,
        new: &Pin,
    ) -> Result<(), CardError> {
        iso::unblock(card, (&self.pin(pin)?, &self.pin(with)?), code, new)
    }

    /// Asks for a signature; the PIN is verified already. RSA: PKCS#1 v1.5, as long as the
    /// modulus; ECDSA: DER, or r and s; Ed25519: 64 bytes. [`PublicKey::standard`] brings it
    /// into the form that portals get.
    ///
    /// # Errors
    ///
    /// What the card says. A PIN is never sent because of it.
    fn sign(
        &mut self,
        card: &mut Channel<'_>,
        credential: &Credential,
        what: ToSign<'_>,
    ) -> Result<Vec<u8>, CardError>;

    /// Forgets a verified PIN. The card is reset afterwards in any case.
    ///
    /// # Errors
    ///
    /// The card did not do it; the reset that follows is what counts.
    fn log_out(&mut self, card: &mut Channel<'_>) -> Result<(), CardError>;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::Extended;
    use crate::error::Secret;
    use crate::frame::Frame;
    use crate::pin::{Charset, Form, PinRules};
    use crate::transport::{Transport, TransportError};

    /// A card that says 63C2 to every question, 9000 to all else, and forgets nothing.
    #[derive(Default)]
    struct Plain(Vec<Vec<u8>>);

    impl Transport for Plain {
        fn exchange(&mut self, frame: &Frame) -> Result<Vec<u8>, TransportError> {
            self.0.push(frame.expose().to_vec());
            Ok(match frame.expose() {
                [_, 0x20, _, _] => vec![0x63, 0xC2],
                _ => vec![0x90, 0x00],
            })
        }
    }

    const SPEC: Spec = Spec {
        id: "plain",
        name: "Plain",
        marks: &[],
        aid: &[],
        source: "ISO 7816-4",
    };

    /// A family that has nothing of its own.
    struct ByTheBook([PinObject; 2]);

    impl Application for ByTheBook {
        fn spec(&self) -> &'static Spec {
            &SPEC
        }

        fn select(&mut self, _card: &mut Channel<'_>) -> Result<(), CardError> {
            Ok(())
        }

        fn pins(&self) -> &[PinObject] {
            &self.0
        }

        fn credentials(
            &mut self,
            _card: &mut Channel<'_>,
            _search: &Search,
        ) -> Result<Found, CardError> {
            Ok(Found::default())
        }

        fn missing(&self, _card: &Channel<'_>, _key: &PublicKey) -> Option<Missing> {
            None
        }

        fn serial(&mut self, _card: &mut Channel<'_>) -> Result<Option<String>, CardError> {
            Ok(None)
        }

        fn sign(
            &mut self,
            _card: &mut Channel<'_>,
            _credential: &Credential,
            _what: ToSign<'_>,
        ) -> Result<Vec<u8>, CardError> {
            Ok(Vec::new())
        }

        fn log_out(&mut self, _card: &mut Channel<'_>) -> Result<(), CardError> {
            Ok(())
        }
    }

    #[test]
    fn a_family_without_commands_of_its_own_sends_those_of_iso_7816() {
        let (pin, puk) = (PinId(1), PinId(2));
        let object = PinObject {
            id: pin,
            role: Secret::Pin,
            reference: 0x81,
            rules: PinRules {
                min: 4,
                max: 8,
                charset: Charset::Digits,
                form: Form::Exact,
            },
            counter: RetryCounter::EmptyVerify,
            change: Ok(Confidence::Known),
            unblock: Ok(Unblock {
                with: puk,
                confidence: Confidence::Known,
            }),
            otherwise: None,
        };
        let unblocks = PinObject {
            id: puk,
            role: Secret::Puk,
            reference: 0x82,
            counter: RetryCounter::Unknown,
            unblock: Err(Missing::Puk),
            ..object
        };
        let mut app = ByTheBook([object, unblocks]);
        let mut plain = Plain::default();
        let mut card = Channel::new(&mut plain, Extended::UNKNOWN);
        let secret = |text: &str| Pin::copy(text.as_bytes()).unwrap();
        let (old, new) = (secret("1234"), secret("5678"));
        assert_eq!(app.tries(&mut card, pin), Ok(Tries::Left(2)));
        // Nobody knows whether asking is free.
        assert_eq!(app.tries(&mut card, puk), Ok(Tries::Unknown));
        app.change(&mut card, pin, &old, &new, None).unwrap();
        app.unblock(&mut card, pin, puk, &old, &new).unwrap();
        let short = app.change(&mut card, puk, &secret("1"), &new, None);
        assert!(matches!(short, Err(CardError::Format { .. })));
        assert_eq!(
            plain.0,
            [
                &b"\x00\x20\x00\x81"[..],
                b"\x00\x20\x00\x81\x041234",
                b"\x00\x24\x00\x81\x0812345678",
                b"\x00\x2C\x00\x81\x0812345678",
                b"\x00\x20\x00\x81\x045678",
            ]
        );
    }
}
