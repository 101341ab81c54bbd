//! The one thread that talks to cards. Jobs in, reports out; the front ends never
//! wait for a card.
//!
//! A dialogue stays open for a moment after each job, so that a signature right
//! after the certificate was read, or right after another signature, needs no
//! new SELECT. It never stays open while a person thinks: Windows resets a card
//! after five idle seconds, and other programs want their turn.

use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use securesign_card::application::{Confidence, PinId, PinName};
use securesign_card::atr::Atr;
use securesign_card::cache::Cache;
use securesign_card::digest::Digest;
use securesign_card::error::{CardError, Missing, Secret};
use securesign_card::pin::{Pin, PinRules, Tries};
use securesign_card::product::Product;
use securesign_card::profile::{Credential, Found, Profile, Search};
use securesign_card::reader::Readers;
use securesign_card::token::LastTry;
use securesign_card::transport::TransportError;

mod act;
mod look;
mod progress;
mod session;
mod state;
mod watch;

pub use progress::{News, Progress};
pub use session::{Binding, Kept};
use state::State;
pub use watch::{watch, watch_over};

/// An application of a card in a reader, from one insertion to its removal. Two of one card
/// are two tokens: their PINs and their tries are two.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TokenId {
    /// Reader name.
    pub reader: String,
    /// As in [`securesign_card::reader::Reader::insertion`].
    pub insertion: u64,
    /// The family whose application it is ([`securesign_card::profile::Spec::id`]), where it
    /// stands beside the one that is looked at first; `None`: it is that one.
    pub application: Option<&'static str>,
}

impl TokenId {
    /// Whether they are applications of one card.
    pub fn is_beside(&self, other: &Self) -> bool {
        self != other && (&self.reader, self.insertion) == (&other.reader, other.insertion)
    }
}

/// How much is read of each token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Look {
    /// The tries left of the PIN: two commands.
    Tries,
    /// The tries left of each PIN, in all applications that the token is known to carry: one
    /// command more for each further PIN, and what opening a further application takes.
    Pins,
    /// What signing needs: certificates and tries left.
    Signing(Search),
    /// All there is to show: serial number and PUK counter too.
    Everything,
}

/// Something to do with cards.
pub enum Job {
    /// Read all tokens; answered by [`Report::Tokens`].
    Look(Look),
    /// Sign; answered by [`Report::Signed`].
    Sign {
        /// Which token.
        token: TokenId,
        /// With what.
        credential: Box<Credential>,
        /// What.
        digest: Digest,
        /// The document that this is the digest of, where it is at hand.
        document: Option<Arc<[u8]>>,
        /// For whom: the validated origin of the portal.
        origin: String,
        /// `None`: the PIN that was accepted for this token, certificate and
        /// origin, and is kept.
        pin: Option<Pin>,
        /// Whether the last try may be spent.
        last: LastTry,
    },
    /// Replace a PIN, or what unblocks one; answered by [`Report::Changed`].
    Change {
        /// Which token.
        token: TokenId,
        /// Which one.
        pin: PinId,
        /// Present value.
        old: Pin,
        /// New value.
        new: Pin,
        /// Whether the last try may be spent.
        last: LastTry,
    },
    /// Set a new PIN with what unblocks it; answered by [`Report::Unblocked`].
    Unblock {
        /// Which token.
        token: TokenId,
        /// Which PIN.
        pin: PinId,
        /// What `puk` is a value of; it is sent as nothing else.
        with: PinId,
        /// PUK, reset code or the administrator's PIN.
        puk: Pin,
        /// New PIN.
        new: Pin,
        /// Whether the last PUK try may be spent.
        last: LastTry,
    },
    /// Forget the kept PIN and log its card out; answered by [`Report::Session`]
    /// if there was one.
    Lock,
    /// From now on keep an accepted PIN for so long; one that is kept is forgotten,
    /// for it was typed under another promise.
    Idle(Duration),
    /// Readers or cards came or went: a PIN is not kept for a card that is gone.
    Check,
    /// Forget the kept PIN and end the thread. An open dialogue is ended at once.
    Stop,
}

/// What came of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Report {
    /// All readers, and what is in them.
    Tokens(Result<Vec<TokenView>, TransportError>),
    /// Raw RSA or DER ECDSA signature, checked against the certificate.
    Signed(Result<Vec<u8>, CardError>),
    /// Whether a PIN or a PUK was replaced.
    Changed(Result<(), CardError>),
    /// Whether a PIN was unblocked.
    Unblocked(Result<(), CardError>),
    /// From now on this PIN is kept; `None`: none is any more. Comes before the
    /// answer to the job that was the reason.
    Session(Option<Kept>),
    /// Readers or cards came or went.
    ReadersChanged,
    /// Another program has had the card to itself for a while; its name where the
    /// system tells. The job goes on when it lets go.
    Waits(Option<String>),
    /// The token takes its time.
    Slow,
    /// The token makes the signature now: whatever goes before that is done.
    Signs,
    /// The token is slow to sign, and may wait for a touch.
    Touch,
    /// The reader does not answer. An answer that comes after that is to a job that was
    /// given up.
    Silent,
}

/// A reader, and what was learned of the card in it, or of one application of that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenView {
    /// Which one.
    pub id: TokenId,
    /// What is in it.
    pub state: TokenState,
}

/// What is in a reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenState {
    /// Nothing.
    Empty,
    /// A card that no profile knows.
    Unknown {
        /// Its answer to reset.
        atr: Atr,
        /// What it is, where that is known.
        name: Option<Product>,
    },
    /// A card that cannot be read.
    Failed(CardError),
    /// A card that can be used.
    Ready(TokenInfo),
}

/// What was read of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenInfo {
    /// Its family: "PIV".
    pub family: String,
    /// What it calls itself.
    pub label: String,
    /// Serial number; read with [`Look::Everything`] only.
    pub serial: Option<String>,
    /// The card holder's PIN.
    pub first: PinId,
    /// What people call that one ([`PinView::called`]).
    pub called: Option<&'static str>,
    /// Its tries left.
    pub pin: Tries,
    /// PUK tries left; read with [`Look::Everything`], or when the PIN is blocked.
    pub puk: Tries,
    /// What the PIN looks like.
    pub pin_rules: PinRules,
    /// What the PUK looks like; `None`: there is none.
    pub puk_rules: Option<PinRules>,
    /// Which one it is; `None`: there is none.
    pub puk_id: Option<PinId>,
    /// How it is named.
    pub unblocker: Secret,
    /// PINs that such tokens leave the factory with.
    pub factory_pins: &'static [&'static str],
    /// Why there is no PUK, where there is none.
    pub no_puk: Missing,
    /// Whether such a token is known to take its PIN as it is sent.
    pub verify: Confidence,
    /// Whether changing the PIN is known to work on such a token, or why it cannot be changed.
    pub change: Result<Confidence, Missing>,
    /// Whether unlocking it is.
    pub unblock: Confidence,
    /// What unlocks it as well, where a person may have the choice.
    pub otherwise: Option<UnblockView>,
    /// Certificates; not read with [`Look::Tries`] and [`Look::Pins`].
    pub found: Found,
    /// Further PINs of the card holder's: with [`Look::Signing`] as far as the keys that were
    /// found want them, with [`Look::Tries`] none.
    pub further: Vec<PinView>,
}

/// A PIN, as it is shown and asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PinView {
    /// Its name within the token.
    pub id: PinId,
    /// What it is for.
    pub role: Secret,
    /// What people call it, where that is not what it is for.
    pub called: Option<&'static str>,
    /// What it looks like.
    pub rules: PinRules,
    /// Tries left.
    pub tries: Tries,
    /// Whether changing it is known to work on such a token, or why it cannot be changed.
    pub change: Result<Confidence, Missing>,
    /// What unlocks it, or why nothing does.
    pub unblock: Result<UnblockView, Missing>,
    /// What unlocks it as well.
    pub otherwise: Option<UnblockView>,
}

/// What unlocks a PIN, as it is shown and asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnblockView {
    /// Its name within the token.
    pub id: PinId,
    /// How it is named.
    pub role: Secret,
    /// What it looks like.
    pub rules: PinRules,
    /// Tries left; read with [`Look::Everything`], or when the PIN is blocked.
    pub tries: Tries,
    /// Whether unlocking is known to work on such a token.
    pub confidence: Confidence,
}

impl PinView {
    /// How it is named.
    pub fn name(&self) -> PinName {
        PinName {
            role: self.role,
            called: self.called,
        }
    }

    /// Whether something that a person may have unlocks it.
    pub fn can_be_unblocked(&self) -> bool {
        self.unblock.is_ok_and(|it| it.tries != Tries::Blocked)
    }

    /// All that unlocks it; what a card holder is most likely to have goes first.
    pub fn ways(&self) -> impl Iterator<Item = UnblockView> + use<> {
        self.unblock.into_iter().chain(self.otherwise)
    }

    /// As one sees it who unlocks it with this secret.
    pub fn by(self, with: PinId) -> Self {
        match self.otherwise {
            Some(way) if way.id == with => Self {
                unblock: Ok(way),
                otherwise: self.unblock.ok(),
                ..self
            },
            _ => self,
        }
    }

    /// With what has tries left in front.
    fn usable(self) -> Self {
        let is_blocked = |way: UnblockView| way.tries == Tries::Blocked;
        match (self.unblock, self.otherwise) {
            (Ok(first), Some(other)) if is_blocked(first) && !is_blocked(other) => {
                self.by(other.id)
            }
            _ => self,
        }
    }
}

impl TokenInfo {
    /// The PIN that is asked for where this key is to sign.
    pub fn pin_for(&self, credential: &Credential) -> PinView {
        self.pin_of(credential.pin)
            .unwrap_or_else(|| self.pin_view())
    }

    /// The PIN of this name; `None`: it is not known to be there.
    pub fn pin_of(&self, id: PinId) -> Option<PinView> {
        self.pins().into_iter().find(|pin| pin.id == id)
    }

    /// All PINs of the card holder's, the first one in front.
    pub fn pins(&self) -> Vec<PinView> {
        let further = self.further.iter().map(|pin| pin.usable());
        std::iter::once(self.pin_view()).chain(further).collect()
    }

    /// The card holder's first PIN.
    pub fn pin_view(&self) -> PinView {
        let unblock = self.puk_id.zip(self.puk_rules);
        let view = PinView {
            id: self.first,
            role: Secret::Pin,
            called: self.called,
            rules: self.pin_rules,
            tries: self.pin,
            change: self.change,
            unblock: unblock
                .map(|(id, rules)| UnblockView {
                    id,
                    role: self.unblocker,
                    rules,
                    tries: self.puk,
                    confidence: self.unblock,
                })
                .ok_or(self.no_puk),
            otherwise: self.otherwise,
        };
        view.usable()
    }

    /// It is known by now that the card does not unblock this PIN.
    pub fn learn_unblock_off(&mut self, id: PinId) {
        if id == self.first {
            self.puk_id = None;
            self.no_puk = Missing::UnblockOff;
            self.otherwise = None;
        }
        for pin in self.further.iter_mut().filter(|pin| pin.id == id) {
            pin.unblock = Err(Missing::UnblockOff);
            pin.otherwise = None;
        }
    }

    /// What is known by now of the tries left of a PIN, or of what unlocks one.
    pub fn learn(&mut self, id: PinId, tries: Tries) {
        if id == self.first {
            self.pin = tries;
        }
        if Some(id) == self.puk_id {
            self.puk = tries;
        }
        let mut ways: Vec<&mut UnblockView> = self.otherwise.iter_mut().collect();
        for pin in &mut self.further {
            if pin.id == id {
                pin.tries = tries;
            }
            ways.extend(pin.unblock.iter_mut().chain(&mut pin.otherwise));
        }
        for way in ways.into_iter().filter(|way| way.id == id) {
            way.tries = tries;
        }
    }
}

/// Everything the thread needs.
pub struct Worker {
    /// Where cards are.
    pub readers: Box<dyn Readers>,
    /// Cards that can be used.
    pub profiles: &'static [&'static dyn Profile],
    /// What the others are, by their answer to reset and the name of their reader.
    pub name: fn(&Atr, &str) -> Option<Product>,
    /// Only this reader.
    pub only: Option<String>,
    /// How long an accepted PIN is kept unused; zero: not at all.
    pub session: Duration,
    /// Where certificates that were read are kept; `None`: nowhere.
    pub cache: Option<Box<dyn Cache>>,
    /// What it is doing, for [`watch_over`].
    pub progress: Progress,
}

impl Worker {
    /// Works until [`Job::Stop`] or until nobody can send jobs any more.
    pub fn run(mut self, jobs: &Receiver<Job>, report: &dyn Fn(Report)) {
        let cache = self.cache.take();
        let progress = self.progress.clone();
        let mut state = State::new(self, cache.as_deref(), jobs, report);
        while let Some(job) = state.next() {
            tracing::debug!("{}", job.name());
            match job {
                Job::Look(look) => state.look(&look),
                Job::Lock => state.lock(),
                Job::Idle(idle) => state.keep_for(idle),
                Job::Check => state.check(),
                Job::Stop => return progress.end(),
                job => state.act(job),
            }
            progress.is(None);
        }
        progress.end();
    }
}

impl Job {
    /// For the log.
    fn name(&self) -> &'static str {
        match self {
            Job::Look(_) => "reading all tokens",
            Job::Sign { .. } => "signing",
            Job::Change { .. } => "changing the PIN",
            Job::Unblock { .. } => "unlocking the PIN",
            Job::Lock => "locking",
            Job::Idle(_) => "setting how long a PIN is kept",
            Job::Check => "looking which tokens are there",
            Job::Stop => "ending",
        }
    }

    /// The token that it is for, where it is for one.
    fn token(&self) -> Option<&TokenId> {
        match self {
            Job::Sign { token, .. } | Job::Change { token, .. } | Job::Unblock { token, .. } => {
                Some(token)
            }
            Job::Look(_) | Job::Lock | Job::Idle(_) | Job::Check | Job::Stop => None,
        }
    }
}
