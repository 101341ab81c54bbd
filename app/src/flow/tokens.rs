//! The token window where there are several: a list, and the page of the one that was
//! opened, or that a form is for. Each application of a token is one of its own.

use std::collections::HashSet;

use securesign_card::profile::Tries;

use super::offers::Offer;
use super::{Effect, Flow, Purpose, State};
use crate::screen::Level;
use crate::worker::{TokenId, TokenInfo, TokenState, TokenView};

impl Flow {
    /// All that is to be listed, what is most urgent at the top; nothing where the one
    /// there is has the window to itself.
    pub(super) fn listed(&self) -> Vec<&TokenView> {
        let there = |view: &&TokenView| !matches!(view.state, TokenState::Empty);
        let mut listed: Vec<&TokenView> = self.tokens().iter().filter(there).collect();
        listed.sort_by_key(|view| std::cmp::Reverse(urgency(&view.state)));
        match &self.purpose {
            Purpose::Manage if !self.lean && listed.len() > 1 => listed,
            _ => Vec::new(),
        }
    }

    /// How many tokens may be the one that is meant: for a request those with a
    /// certificate that it can be signed with, else all that can be used.
    pub fn candidates(&self) -> usize {
        match &self.purpose {
            Purpose::Sign(_) => {
                let offers = self.offers();
                let usable = |offer: &&Offer<'_>| self.unusable(offer.credential).is_none();
                let tokens = offers.iter().filter(usable).map(|offer| offer.token);
                tokens.collect::<HashSet<_>>().len()
            }
            Purpose::Manage if self.opened().is_some() => 1,
            Purpose::Manage => self.ready().count(),
        }
    }

    /// The list is to be seen, and not one of its tokens.
    pub(super) fn lists(&self) -> bool {
        self.opened().is_none() && !self.listed().is_empty()
    }

    /// Which of the list was opened, as long as it is there.
    pub(super) fn opened(&self) -> Option<&TokenId> {
        let opened = self.opened.as_ref()?;
        let there = self.ready().any(|(id, _)| id == opened);
        (there && (self.lean || self.listed().len() > 1)).then_some(opened)
    }

    /// Where only a form is shown: this token's, of several.
    pub fn aim(&mut self, token: &TokenId) {
        self.opened = Some(token.clone());
    }

    /// The name of the application in question, where its token has several.
    pub fn application(&self) -> Option<&str> {
        let (id, info) = self.token()?;
        let mut others = self.tokens().iter();
        let several = others.any(|view| view.id.is_beside(id));
        several.then_some(&*info.family)
    }

    /// One of the list was pressed.
    pub(super) fn open_token(&mut self, at: usize) -> Vec<Effect> {
        if !matches!(self.state, State::Ready) || !self.lists() {
            return Vec::new();
        }
        let listed = self.listed();
        let ready = |view: &&&TokenView| matches!(view.state, TokenState::Ready(_));
        let ready = listed.get(at).filter(ready);
        if let Some(view) = ready {
            self.opened = Some(view.id.clone());
            self.remark = None;
            self.choose_default();
        }
        Vec::new()
    }
}

/// The PIN that is worst off.
pub(super) fn worst(info: &TokenInfo) -> Tries {
    let urgent = |tries: &Tries| level(*tries);
    let tries = info.pins().into_iter().map(|pin| pin.tries);
    tries.max_by_key(urgent).unwrap_or(info.pin)
}

/// How serious that is.
pub(super) fn level(tries: Tries) -> Level {
    match tries {
        Tries::Blocked => Level::Error,
        Tries::Left(1) => Level::Warning,
        Tries::Left(_) | Tries::Unknown => Level::Info,
    }
}

/// What can be helped here comes before what cannot.
fn urgency(state: &TokenState) -> (bool, Level) {
    match state {
        TokenState::Ready(info) => (true, level(worst(info))),
        TokenState::Failed(_) => (false, Level::Error),
        TokenState::Unknown { .. } | TokenState::Empty => (false, Level::Info),
    }
}
