//! Reading what is in the readers.

use std::collections::BTreeSet;

use securesign_card::application::{Confidence, PinId};
use securesign_card::error::{CardError, Missing, Secret};
use securesign_card::profile::{Found, Problem, Search, Tries};
use securesign_card::reader::{Presence, Reader};
use securesign_card::token::Token;
use securesign_card::transport::TransportError;

use super::state::{Meant, State};
use super::{Look, PinView, Report, TokenId, TokenInfo, TokenState, TokenView};

impl State<'_> {
    /// Reads every token in turn. The dialogue with the last one lingers.
    pub(super) fn look(&mut self, look: &Look) {
        let readers = match self.worker.readers.list() {
            Ok(readers) => readers,
            Err(error) => return (self.report)(Report::Tokens(Err(error))),
        };
        let only = self.worker.only.as_ref();
        let readers: Vec<_> = readers
            .into_iter()
            .filter(|reader| only.is_none_or(|only| *only == reader.name))
            .collect();
        self.part_with_absent(&readers);
        for reader in &readers {
            tracing::debug!("reader {}: {:?}", reader.name, reader.presence);
        }
        let mut views: Vec<TokenView> = readers.iter().map(unread).collect();
        let cards = (0..readers.len()).filter(|&at| readers[at].presence == Presence::Card);
        let cards: Vec<usize> = cards.collect();
        let Some((last, others)) = cards.split_last() else {
            return (self.report)(Report::Tokens(Ok(views)));
        };
        for &at in others {
            let id = views[at].id.clone();
            views[at].state = self.dialogue(&id, Meant::Any, |_, token| state(token, look));
        }
        let id = views[*last].id.clone();
        self.dialogue(&id, Meant::Any, |this, mut token| {
            views[*last].state = state(token.as_deref_mut().map_err(|found| found.clone()), look);
            this.worker.progress.is(None);
            (this.report)(Report::Tokens(Ok(views)));
            if let Ok(token) = token {
                this.linger(&id, token);
            }
        });
    }
}

/// A reader whose card, if there is one, was not read.
fn unread(reader: &Reader) -> TokenView {
    let id = TokenId {
        reader: reader.name.clone(),
        insertion: reader.insertion,
    };
    let state = match reader.presence {
        Presence::Mute => TokenState::Failed(CardError::Transport(TransportError::Mute)),
        Presence::Empty | Presence::Card => TokenState::Empty,
    };
    TokenView { id, state }
}

/// What is read of a token. A card that went away meanwhile leaves an empty reader.
fn state(token: Result<&mut Token<'_>, TokenState>, look: &Look) -> TokenState {
    let read = match token {
        Ok(token) => inspect(token, look),
        Err(TokenState::Failed(error)) => Err(error),
        Err(found) => return found,
    };
    match read {
        Ok(info) => TokenState::Ready(info),
        Err(CardError::Transport(TransportError::Removed | TransportError::NoReader)) => {
            TokenState::Empty
        }
        Err(error) => TokenState::Failed(error),
    }
}

/// What there is to know of a token. Only what the job needs may fail: who wants to sign
/// needs certificates, who wants to look or to change the PIN does not.
fn inspect(token: &mut Token<'_>, look: &Look) -> Result<TokenInfo, CardError> {
    let everything = *look == Look::Everything;
    let mut found = match look {
        Look::Tries => Found::default(),
        Look::Signing(search) => token.credentials(search)?,
        Look::Everything => {
            let all = Search {
                serial: None,
                everything: true,
            };
            match token.credentials(&all) {
                Err(error @ CardError::Transport(_)) => return Err(error),
                Err(error) => Found::failed(token.label(), error),
                Ok(found) => found,
            }
        }
    };
    let serial = if everything { token.serial()? } else { None };
    let (pin, further) = count(token, &mut found)?;
    let puk = if everything || (pin == Tries::Blocked && *look != Look::Tries) {
        token.puk_tries()?
    } else {
        Tries::Unknown
    };
    let object = token.pin()?;
    let unblocker = token.unblocker();
    Ok(TokenInfo {
        family: token.spec().name.into(),
        label: token.label(),
        serial,
        pin,
        puk,
        pin_rules: object.rules,
        puk_rules: unblocker.as_ref().ok().map(|puk| puk.rules),
        unblocker: unblocker.map_or(Secret::Puk, |puk| puk.role),
        no_puk: object.unblock.err().unwrap_or(Missing::Puk),
        verify: token.confidence(),
        change: object.change.unwrap_or(Confidence::Known),
        unblock: object.unblock.map_or(Confidence::Known, |it| it.confidence),
        found,
        further,
    })
}

/// Tries left of the card holder's PIN, and the other PINs that keys want. Keys whose PIN the
/// card does not have are withheld.
fn count(
    token: &mut Token<'_>,
    found: &mut Found,
) -> Result<(Tries, Vec<(PinId, PinView)>), CardError> {
    let first = token.pin()?.id;
    let wanted = found.credentials.iter().map(|credential| credential.pin);
    let wanted: BTreeSet<PinId> = wanted.chain([first]).collect();
    let (mut pin, mut further) = (Tries::Unknown, Vec::new());
    for object in token.pins().to_vec() {
        if !wanted.contains(&object.id) {
            continue;
        }
        let tries = match token.tries(object.id) {
            Err(CardError::Unsupported(Missing::Pin)) => {
                found.withhold(object.id, &Problem::NoPin);
                continue;
            }
            told => told?,
        };
        if object.id == first {
            pin = tries;
        } else {
            let (role, rules) = (object.role, object.rules);
            let view = PinView { role, rules, tries };
            further.push((object.id, view));
        }
    }
    Ok((pin, further))
}
