//! Which certificates are offered, and which one is chosen.

use securesign_card::application::PinId;
use securesign_card::error::Missing;
use securesign_card::profile::{Credential, KeyId, PinUse, Search, Tries};
use securesign_card::signature::{PublicKey, ToSign};

use super::{Entry, Flow, Purpose, Remark, State};
use crate::screen::ValidityState;
use crate::validity;
use crate::words::InWords;
use crate::worker::{TokenId, TokenInfo, TokenState};

/// A certificate on a token.
pub(super) struct Offer<'a> {
    pub(super) token: &'a TokenId,
    pub(super) credential: &'a Credential,
}

/// The certificate that is chosen. It is told by what it is: at its place in the list there
/// may be another one after the next look.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Chosen {
    pub(super) token: TokenId,
    key: KeyId,
    pin: PinId,
    /// DER.
    certificate: Vec<u8>,
}

impl Chosen {
    fn new(token: &TokenId, credential: &Credential) -> Self {
        Self {
            token: token.clone(),
            key: credential.key,
            pin: credential.pin,
            certificate: credential.certificate.der().to_vec(),
        }
    }

    pub(super) fn is(&self, offer: &Offer<'_>) -> bool {
        self.token == *offer.token && self.is_credential(offer.credential)
    }

    fn is_credential(&self, credential: &Credential) -> bool {
        self.key == credential.key
            && self.pin == credential.pin
            && self.certificate == credential.certificate.der()
    }
}

impl Flow {
    /// Tokens that can be used.
    pub(super) fn ready(&self) -> impl Iterator<Item = (&TokenId, &TokenInfo)> {
        self.tokens().iter().filter_map(|view| match &view.state {
            TokenState::Ready(info) => Some((&view.id, info)),
            _ => None,
        })
    }

    /// Certificates that the request may be signed with, of all tokens; in the
    /// token window all of them.
    pub(super) fn offers(&self) -> Vec<Offer<'_>> {
        let search = match &self.purpose {
            Purpose::Sign(order) => Search {
                serial: order.serial(),
                everything: false,
            },
            Purpose::Manage => Search::default(),
        };
        let opened = self.opened();
        self.ready()
            .flat_map(|(token, info)| {
                let credentials = info.found.credentials.iter();
                credentials.map(move |credential| Offer { token, credential })
            })
            .filter(|offer| search.wants(&offer.credential.certificate))
            .filter(|offer| opened.is_none_or(|opened| opened == offer.token))
            .collect()
    }

    /// Why a certificate cannot be chosen; `None` when it can.
    pub(super) fn unusable(&self, credential: &Credential) -> Option<String> {
        let Purpose::Sign(order) = &self.purpose else {
            return None;
        };
        let certificate = &credential.certificate;
        if !certificate.may_sign() {
            return Some(self.language.say("certificate-not-for-signatures"));
        }
        match self.validity_of(credential) {
            ValidityState::Valid | ValidityState::Expiring => {}
            ValidityState::NotYet => return Some(self.language.say("certificate-not-yet")),
            ValidityState::Expired => return Some(self.language.say("certificate-expired")),
        }
        if matches!(certificate.key(), PublicKey::RsaPss(_)) {
            return Some(self.language.say("certificate-pss"));
        }
        if let Some(missing) = credential.missing {
            let missing = ("missing", missing.in_words(self.language).into());
            return Some(
                self.language
                    .say_with("certificate-not-with-token", [missing]),
            );
        }
        // Said of the key alone: nothing is asked of the card for it.
        let key = certificate.key();
        if key.missing(ToSign::Digest(order.digest())) == Some(Missing::KeyTooShort) {
            return Some(self.language.say("certificate-key-too-short"));
        }
        key.signature_algorithm(order.digest().algorithm())
            .is_none()
            .then(|| self.language.say("certificate-no-digest"))
    }

    /// Where today lies in its time, as far as this computer's clock is right.
    pub(super) fn validity_of(&self, credential: &Credential) -> ValidityState {
        validity::state(&credential.certificate, self.now)
    }

    /// Whether there is a certificate to sign with whose PIN is not blocked.
    pub(super) fn has_another(&self) -> bool {
        let signs = |offer: &Offer<'_>| {
            let info = self.ready().find(|(id, _)| *id == offer.token);
            let pin = info.map(|(_, info)| info.pin_for(offer.credential));
            let pinless = offer.credential.when == PinUse::Never;
            self.unusable(offer.credential).is_none()
                && (pinless || pin.is_some_and(|pin| pin.tries != Tries::Blocked))
        };
        self.offers().iter().any(signs)
    }

    pub(super) fn choose(&mut self, index: usize) {
        // What waits behind a question was typed for the one that is chosen.
        if !self.screen().is_choice() {
            return;
        }
        let offers = self.offers();
        let Some(offer) = offers.get(index) else {
            return;
        };
        if self.unusable(offer.credential).is_none() {
            self.chosen = Some(Chosen::new(offer.token, offer.credential));
            self.remark = None;
        }
    }

    /// Keeps the choice as long as it exists; else that for which a PIN is kept, or the
    /// first usable one.
    pub(super) fn choose_default(&mut self) {
        let offers = self.offers();
        let usable = |offer: &&Offer<'_>| self.unusable(offer.credential).is_none();
        let still = |offer: &&Offer<'_>| {
            let chosen = self.chosen.as_ref();
            chosen.is_some_and(|chosen| chosen.is(offer))
        };
        let kept = |offer: &&Offer<'_>| self.is_kept_for(offer.token, offer.credential);
        let usable: Vec<&Offer<'_>> = offers.iter().filter(usable).collect();
        let find = |wanted: &dyn Fn(&&Offer<'_>) -> bool| usable.iter().find(|it| wanted(it));
        let found = find(&still).or_else(|| find(&kept)).or(usable.first());
        self.chosen = found.map(|offer| Chosen::new(offer.token, offer.credential));
    }

    /// The choice by what the tokens hold now. A PIN that was typed for a certificate that is
    /// gone goes to no other.
    pub(super) fn choose_again(&mut self) {
        let Some(before) = self.chosen.clone() else {
            return self.choose_default();
        };
        self.choose_default();
        if self.chosen.as_ref() == Some(&before) {
            return;
        }
        self.forgotten += 1;
        if let State::Asked(_, _, Entry::Sign(_)) = self.state {
            let is_here = self.ready().any(|(id, _)| *id == before.token);
            self.state = State::Ready;
            self.remark = Some(match is_here {
                true => Remark::CertificateGone,
                false => Remark::TakenOut,
            });
        }
    }

    pub(super) fn credential(&self) -> Option<&Credential> {
        let chosen = self.chosen.as_ref()?;
        let (_, info) = self.ready().find(|(id, _)| **id == chosen.token)?;
        let mut credentials = info.found.credentials.iter();
        credentials.find(|credential| chosen.is_credential(credential))
    }

    /// The token in question: that of the chosen certificate; in the token window the
    /// one that was opened, or the only one.
    pub(super) fn token(&self) -> Option<(&TokenId, &TokenInfo)> {
        let chosen = self.chosen.as_ref().map(|chosen| &chosen.token);
        match self.opened().or(chosen) {
            Some(token) => self.ready().find(|(id, _)| *id == token),
            None => self.ready().next(),
        }
    }
}
