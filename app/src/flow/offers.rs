//! Which certificates are offered, and which one is chosen.

use securesign_card::error::Missing;
use securesign_card::profile::{Credential, PinUse, Search, Tries};
use securesign_card::signature::{PublicKey, ToSign};

use super::{Flow, Purpose, words};
use crate::words::InWords;
use crate::worker::{TokenId, TokenInfo, TokenState};

/// A certificate on a token.
pub(super) struct Offer<'a> {
    pub(super) token: &'a TokenId,
    pub(super) index: usize,
    pub(super) credential: &'a Credential,
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
        self.ready()
            .flat_map(|(token, info)| {
                info.found
                    .credentials
                    .iter()
                    .enumerate()
                    .map(move |(index, credential)| Offer {
                        token,
                        index,
                        credential,
                    })
            })
            .filter(|offer| search.wants(&offer.credential.certificate))
            .filter(|offer| self.opened().is_none_or(|opened| opened == offer.token))
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
        if self.is_early(credential) {
            let (from, _) = certificate.validity();
            let date = [("date", words::date(from, self.language).into())];
            return Some(self.language.say_with("certificate-not-yet", date));
        }
        if self.is_outdated(credential) {
            return Some(self.language.say("certificate-expired"));
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

    pub(super) fn is_outdated(&self, credential: &Credential) -> bool {
        !credential.certificate.is_valid_at(self.now)
    }

    /// Not valid yet, as far as this computer's clock is right.
    pub(super) fn is_early(&self, credential: &Credential) -> bool {
        self.now < credential.certificate.validity().0
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
        let offers = self.offers();
        let Some(offer) = offers.get(index) else {
            return;
        };
        if self.unusable(offer.credential).is_none() {
            let chosen = (offer.token.clone(), offer.index);
            self.chosen = Some(chosen);
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
            chosen.is_some_and(|(token, index)| token == offer.token && *index == offer.index)
        };
        let kept = |offer: &&Offer<'_>| self.is_kept_for(offer.token, offer.credential);
        let usable: Vec<&Offer<'_>> = offers.iter().filter(usable).collect();
        let find = |wanted: &dyn Fn(&&Offer<'_>) -> bool| usable.iter().find(|it| wanted(it));
        let found = find(&still).or_else(|| find(&kept)).or(usable.first());
        self.chosen = found.map(|offer| (offer.token.clone(), offer.index));
    }

    pub(super) fn credential(&self) -> Option<&Credential> {
        let (token, index) = self.chosen.as_ref()?;
        let (_, info) = self.ready().find(|(id, _)| *id == token)?;
        info.found.credentials.get(*index)
    }

    /// The token in question: that of the chosen certificate; in the token window the
    /// one that was opened, or the only one.
    pub(super) fn token(&self) -> Option<(&TokenId, &TokenInfo)> {
        let chosen = self.chosen.as_ref().map(|(token, _)| token);
        match self.opened().or(chosen) {
            Some(token) => self.ready().find(|(id, _)| *id == token),
            None => self.ready().next(),
        }
    }
}
