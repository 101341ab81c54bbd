//! Reading what is in the readers.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use securesign_card::application::{Confidence, PinId, PinObject};
use securesign_card::digest::HashAlgorithm;
use securesign_card::error::{CardError, Missing, Secret};
use securesign_card::profile::{Credential, Found, Problem, Search, Tries};
use securesign_card::reader::{Presence, Reader};
use securesign_card::token::Token;
use securesign_card::transport::{Ending, TransportError};

use super::state::{Meant, State};
use super::{Look, PinView, Report, TokenId, TokenInfo, TokenState, TokenView, UnblockView};

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
        let mut views: Vec<Vec<TokenView>> = readers.iter().map(|it| vec![unread(it)]).collect();
        let cards = (0..readers.len()).filter(|&at| readers[at].presence == Presence::Card);
        let cards: Vec<usize> = cards.collect();
        let Some((last, others)) = cards.split_last() else {
            return (self.report)(Report::Tokens(Ok(views.concat())));
        };
        for &at in others {
            self.read(&mut views[at], look, |_, _, _| {});
        }
        let mut card = std::mem::take(&mut views[*last]);
        self.read(&mut card, look, |this, card, mut token| {
            views[*last] = card.to_vec();
            this.worker.progress.is(None);
            (this.report)(Report::Tokens(Ok(views.concat())));
            if let Some((id, token)) = &mut token {
                this.linger(id, token);
            }
        });
    }

    /// Reads the applications of one card, in one connection: the first one, and where that
    /// is not enough those that its kind is known to carry beside it. `end` is called when
    /// all is read, while the last one is open.
    fn read(
        &mut self,
        card: &mut Vec<TokenView>,
        look: &Look,
        end: impl FnOnce(&mut Self, &[TokenView], Option<(TokenId, &mut Token<'_>)>),
    ) {
        let Some(mut id) = card.first().map(|view| view.id.clone()) else {
            return;
        };
        let mut end = Some(end);
        let mut beside: VecDeque<&'static str> = VecDeque::new();
        self.connected(&id.clone(), |this, line| {
            let line = match line {
                Ok(line) => line,
                Err(found) => {
                    enter(card, &id, state(Err(found), look));
                    end.take().into_iter().for_each(|end| end(this, card, None));
                    return ((), Ending::Leave);
                }
            };
            let mut left = Ending::Leave;
            loop {
                let (_, ending) = this.application(line, &id, Meant::Any, |this, mut token| {
                    let found = state(token.as_deref_mut().map_err(|it| it.clone()), look);
                    if let (None, Ok(token)) = (id.application, &token) {
                        beside.extend(token.beside());
                    }
                    if suffices(&found, look) {
                        beside.clear();
                    }
                    enter(card, &id, found);
                    if let Some(end) = end.take_if(|_| beside.is_empty()) {
                        end(this, card, token.ok().map(|token| (id.clone(), token)));
                    }
                });
                if ending == Ending::Reset {
                    left = ending;
                }
                match beside.pop_front() {
                    Some(family) => id.application = Some(family),
                    None => return ((), left),
                }
            }
        });
    }
}

/// Puts what was read of an application beside what was read of the first one.
fn enter(card: &mut Vec<TokenView>, id: &TokenId, state: TokenState) {
    let view = TokenView {
        id: id.clone(),
        state,
    };
    match &view.state {
        // The card does not carry it.
        TokenState::Unknown { .. } if id.application.is_some() => {}
        // The card is gone, and all that it carried.
        TokenState::Empty => {
            card.truncate(1);
            card.iter_mut()
                .for_each(|view| view.state = TokenState::Empty);
        }
        _ if id.application.is_some() => card.push(view),
        _ => *card = vec![view],
    }
}

/// Whether no further application of the card need be looked at.
fn suffices(state: &TokenState, look: &Look) -> bool {
    match (state, look) {
        (TokenState::Empty | TokenState::Failed(CardError::Transport(_)), _) | (_, Look::Tries) => {
            true
        }
        (TokenState::Ready(info), Look::Signing(search)) => {
            let now = Timestamp::now();
            let signs = |credential: &Credential| {
                let certificate = &credential.certificate;
                let algorithm = certificate.key().signature_algorithm(HashAlgorithm::Sha256);
                search.wants(certificate)
                    && certificate.may_sign()
                    && certificate.is_valid_at(now)
                    && algorithm.is_some()
                    && credential.missing.is_none()
            };
            info.found.credentials.iter().any(signs)
        }
        _ => false,
    }
}

/// A reader whose card, if there is one, was not read.
fn unread(reader: &Reader) -> TokenView {
    let id = TokenId {
        reader: reader.name.clone(),
        insertion: reader.insertion,
        application: None,
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
        Look::Tries | Look::Pins => Found::default(),
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
    let mut pins = pins(token, &mut found, look)?;
    let first = pins.remove(0);
    let unblock = first.unblock;
    Ok(TokenInfo {
        family: token.spec().name.into(),
        label: token.label(),
        serial,
        first: first.id,
        called: first.called,
        pin: first.tries,
        puk: unblock.map_or(Tries::Unknown, |puk| puk.tries),
        pin_rules: first.rules,
        puk_rules: unblock.ok().map(|puk| puk.rules),
        puk_id: unblock.ok().map(|puk| puk.id),
        unblocker: unblock.map_or(Secret::Puk, |puk| puk.role),
        no_puk: unblock.err().unwrap_or(Missing::Puk),
        change: first.change,
        unblock: unblock.map_or(Confidence::Known, |puk| puk.confidence),
        otherwise: first.otherwise,
        verify: token.confidence(),
        factory_pins: token.factory_pins(),
        found,
        further: pins,
    })
}

/// The card holder's PINs with their tries left, the first one in front, and what unlocks them.
fn pins(token: &mut Token<'_>, found: &mut Found, look: &Look) -> Result<Vec<PinView>, CardError> {
    let counted = count(token, found, look)?;
    let mut left = BTreeMap::new();
    let mut pins = Vec::new();
    for (id, tries) in counted {
        let blocked = tries == Tries::Blocked && matches!(look, Look::Signing(_));
        let wanted = *look == Look::Everything || blocked;
        if wanted {
            count_unblockers(token, id, &mut left)?;
        }
        pins.push(view(token, id, tries, &left)?);
    }
    Ok(pins)
}

/// Tries left of what unblocks a PIN, each counted once.
fn count_unblockers(
    token: &mut Token<'_>,
    pin: PinId,
    left: &mut BTreeMap<PinId, Tries>,
) -> Result<(), CardError> {
    let is_new = |it: &PinObject, left: &BTreeMap<PinId, Tries>| !left.contains_key(&it.id);
    if token.unblocker_of(pin).is_ok_and(|it| is_new(&it, left)) {
        let tries = token.unblocker_tries(pin)?;
        // Counting may have put another one in its place.
        if let Ok(unblocker) = token.unblocker_of(pin) {
            left.insert(unblocker.id, tries);
        }
    }
    if let Some(other) = token.other_unblocker_of(pin).filter(|it| is_new(it, left)) {
        left.insert(other.id, token.other_unblocker_tries(pin)?);
    }
    Ok(())
}

/// A PIN as it is known after its tries were counted, which may have told more of it. `left`:
/// of what unblocks one, as far as that was counted.
fn view(
    token: &Token<'_>,
    id: PinId,
    tries: Tries,
    left: &BTreeMap<PinId, Tries>,
) -> Result<PinView, CardError> {
    let mut objects = token.pins().iter();
    let object = objects.find(|it| it.id == id);
    let object = *object.ok_or(CardError::Unsupported(Missing::Pin))?;
    let way = |unblocker: PinObject, confidence| UnblockView {
        id: unblocker.id,
        role: unblocker.role,
        rules: unblocker.rules,
        tries: left.get(&unblocker.id).copied().unwrap_or(Tries::Unknown),
        confidence,
    };
    let unblock = object.unblock.and_then(|unblock| {
        let unblocker = token.unblocker_of(id).map_err(|_| Missing::Puk)?;
        Ok(way(unblocker, unblock.confidence))
    });
    let other = object.otherwise.zip(token.other_unblocker_of(id));
    Ok(PinView {
        id,
        role: object.role,
        called: token.called(id),
        rules: object.rules,
        tries,
        change: object.change,
        unblock,
        otherwise: other.map(|(it, unblocker)| way(unblocker, it.confidence)),
    })
}

/// Tries left of the card holder's PINs, the first one in front: of all there are, or for a
/// signature of those that keys want. Keys whose PIN the card does not have are withheld.
fn count(
    token: &mut Token<'_>,
    found: &mut Found,
    look: &Look,
) -> Result<Vec<(PinId, Tries)>, CardError> {
    let first = token.pin()?.id;
    let mut counted = vec![(first, Tries::Unknown)];
    for object in token.pins().to_vec() {
        let wanted = match look {
            Look::Signing(_) => found.credentials.iter().any(|it| it.pin == object.id),
            Look::Tries => false,
            Look::Pins | Look::Everything => object.role.is_pin(),
        };
        if object.id != first && !wanted {
            continue;
        }
        match token.tries(object.id) {
            Err(CardError::Unsupported(Missing::Pin)) => {
                found.withhold(object.id, &Problem::NoPin);
            }
            Ok(tries) if object.id == first => counted[0].1 = tries,
            told => counted.push((object.id, told?)),
        }
    }
    Ok(counted)
}
