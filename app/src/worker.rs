//! The one thread that talks to cards. Jobs in, reports out; the faces never
//! wait for a card.
//!
//! A dialogue stays open for a moment after each job, so that a signature right
//! after the certificate was read, or right after another signature, needs no
//! new SELECT. It never stays open while a person thinks: Windows resets a card
//! after five idle seconds, and other programs want their turn.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use securesign_card::atr::Atr;
use securesign_card::cache::Cache;
use securesign_card::channel::Extended;
use securesign_card::digest::Digest;
use securesign_card::error::{CardError, Lack, Secret};
use securesign_card::pin::{Pin, PinRules};
use securesign_card::profile::{
    Application, Credential, Flaw, Found, PinUse, Profile, Search, Standing, Tries,
};
use securesign_card::reader::{Presence, Reader, Readers};
use securesign_card::signature::ToSign;
use securesign_card::token::{LastTry, Token};
use securesign_card::transport::{Ending, Transport, TransportError};

mod progress;
mod session;

pub use progress::{Overdue, Progress};
use progress::{Step, Told};
use session::Session;
pub use session::{Binding, Kept};

/// How long a dialogue waits for the next job before it is closed.
const LINGER: Duration = Duration::from_millis(600);

/// A card in a reader, from one insertion to its removal.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TokenId {
    /// Reader name.
    pub reader: String,
    /// As in [`securesign_card::reader::Reader::insertion`].
    pub insertion: u64,
}

/// How much is read of each token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Look {
    /// The tries left of the PIN: two commands.
    Tries,
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
    /// Replace PIN or PUK; answered by [`Report::Changed`].
    Change {
        /// Which token.
        token: TokenId,
        /// PIN or PUK.
        secret: Secret,
        /// Present value.
        old: Pin,
        /// New value.
        new: Pin,
        /// Whether the last try may be spent.
        last: LastTry,
    },
    /// Set a new PIN with the PUK; answered by [`Report::Unblocked`].
    Unblock {
        /// Which token.
        token: TokenId,
        /// PUK.
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
    /// Whether PIN or PUK was replaced.
    Changed(Secret, Result<(), CardError>),
    /// Whether the PIN was unblocked.
    Unblocked(Result<(), CardError>),
    /// From now on this PIN is kept; `None`: none is any more. Comes before the
    /// answer to the job that was the reason.
    Session(Option<Kept>),
    /// Readers or cards came or went.
    ReadersChanged,
    /// Another program has had the card to itself for a while; its name where the
    /// system tells. The job goes on when it lets go.
    Waits(Option<String>),
    /// The token is slow to sign, and may wait for a touch.
    Touch,
    /// The reader does not answer. An answer that comes after that is to a job that was
    /// given up.
    Silent,
}

/// A reader, and what was learned of the card in it.
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
        /// What it is by the list of known ATRs.
        name: Option<String>,
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
    /// PIN tries left.
    pub pin: Tries,
    /// PUK tries left; read with [`Look::Everything`], or when the PIN is blocked.
    pub puk: Tries,
    /// What the PIN looks like.
    pub pin_rules: PinRules,
    /// What the PUK looks like; `None`: there is none.
    pub puk_rules: Option<PinRules>,
    /// How it is named.
    pub unblocker: Secret,
    /// Why there is no PUK, where there is none.
    pub no_puk: Lack,
    /// Whether changing the PIN is known to work on such a token.
    pub change: Standing,
    /// Whether unlocking it is.
    pub unblock: Standing,
    /// Certificates; not read with [`Look::Tries`].
    pub found: Found,
}

/// Everything the thread needs.
pub struct Worker {
    /// Where cards are.
    pub readers: Box<dyn Readers>,
    /// Cards that can be used.
    pub profiles: &'static [&'static dyn Profile],
    /// Names for the others.
    pub name: fn(&Atr) -> Option<String>,
    /// Only this reader.
    pub only: Option<String>,
    /// How long an accepted PIN is kept unused; zero: not at all.
    pub session: Duration,
    /// Where certificates that were read are kept; `None`: nowhere.
    pub cache: Option<Box<dyn Cache>>,
    /// What it is doing, for [`watch_over`].
    pub progress: Progress,
}

struct State<'a> {
    jobs: &'a Receiver<Job>,
    report: &'a dyn Fn(Report),
    /// A job that came in while a dialogue with another token was open.
    pending: Option<Job>,
    stopped: bool,
    session: Option<Session>,
    idle: Duration,
    extended: HashMap<TokenId, Extended>,
    /// Which PIN is the card holder's, as read with the certificates.
    applications: HashMap<TokenId, Application>,
    /// Serial numbers that were shown.
    serials: HashMap<TokenId, String>,
    progress: Progress,
}

/// Gets the open token, or what is there instead, and hands the token back to
/// be closed.
type Work<'w> =
    dyn for<'t> FnMut(Result<Token<'t>, TokenState>, &mut State<'_>) -> Option<Token<'t>> + 'w;

impl Worker {
    /// Works until [`Job::Stop`] or until nobody can send jobs any more.
    pub fn run(mut self, jobs: &Receiver<Job>, report: &dyn Fn(Report)) {
        let mut state = State {
            jobs,
            report,
            pending: None,
            stopped: false,
            session: None,
            idle: self.session,
            extended: HashMap::new(),
            applications: HashMap::new(),
            serials: HashMap::new(),
            progress: self.progress.clone(),
        };
        while let Some(job) = state.next() {
            tracing::debug!("{}", job.name());
            match job {
                Job::Look(look) => self.look(&look, &mut state),
                Job::Lock => self.lock(&mut state),
                Job::Idle(idle) => {
                    self.lock(&mut state);
                    state.idle = idle;
                }
                Job::Check => self.check(&mut state),
                job => self.act(job, &mut state),
            }
            self.progress.is(None);
        }
        self.progress.end();
    }

    /// Reads every token in turn. The dialogue with the last one lingers.
    fn look(&mut self, look: &Look, state: &mut State<'_>) {
        let readers = match self.readers.list() {
            Ok(readers) => readers,
            Err(error) => return (state.report)(Report::Tokens(Err(error))),
        };
        let readers: Vec<_> = readers
            .into_iter()
            .filter(|reader| self.only.as_ref().is_none_or(|only| *only == reader.name))
            .collect();
        state.part_with_absent(&readers);
        for reader in &readers {
            tracing::debug!("reader {}: {:?}", reader.name, reader.presence);
        }
        let mut views = Vec::new();
        let last = readers
            .iter()
            .rposition(|reader| reader.presence == Presence::Card);
        for (at, reader) in readers.iter().enumerate() {
            let id = TokenId {
                reader: reader.name.clone(),
                insertion: reader.insertion,
            };
            match reader.presence {
                Presence::Empty => views.push(TokenView {
                    id,
                    state: TokenState::Empty,
                }),
                Presence::Mute => {
                    let error = CardError::Transport(TransportError::Mute);
                    views.push(TokenView {
                        id,
                        state: TokenState::Failed(error),
                    });
                }
                Presence::Card if Some(at) == last => {
                    // The empty readers behind it belong into the same report.
                    let behind: Vec<TokenView> = readers[at + 1..].iter().map(empty).collect();
                    let mut report = |state: &State<'_>, this: TokenView| {
                        let mut all = std::mem::take(&mut views);
                        all.push(this);
                        all.extend(behind.iter().cloned());
                        (state.report)(Report::Tokens(Ok(all)));
                    };
                    return self.read(&id, look, state, &mut report, true);
                }
                Presence::Card => {
                    self.read(&id, look, state, &mut |_, view| views.push(view), false);
                }
            }
        }
        (state.report)(Report::Tokens(Ok(views)));
    }

    fn read(
        &mut self,
        id: &TokenId,
        look: &Look,
        state: &mut State<'_>,
        deliver: &mut dyn FnMut(&State<'_>, TokenView),
        linger: bool,
    ) {
        let mut delivered = false;
        let mut report = |state: &State<'_>, found: TokenState| {
            delivered = true;
            deliver(
                state,
                TokenView {
                    id: id.clone(),
                    state: found,
                },
            );
        };
        let result = self.open(id, state, &mut |token, state| {
            let mut token = match token {
                Ok(token) => token,
                Err(TokenState::Failed(error)) => {
                    report(state, unreadable(error));
                    return None;
                }
                Err(found) => {
                    report(state, found);
                    return None;
                }
            };
            if let Some(app) = state.applications.get(id) {
                token.recall(app);
            }
            let found = match inspect(&mut token, look) {
                Ok(info) => {
                    state
                        .applications
                        .insert(id.clone(), token.application().clone());
                    if let Some(serial) = &info.serial {
                        state.serials.insert(id.clone(), serial.clone());
                    }
                    TokenState::Ready(info)
                }
                Err(error) => unreadable(error),
            };
            state.progress.is(None);
            report(state, found);
            if linger {
                state.linger(id, &mut token);
            }
            Some(token)
        });
        if let (Err(error), false) = (result, delivered) {
            deliver(
                state,
                TokenView {
                    id: id.clone(),
                    state: unreadable(error.into()),
                },
            );
        }
    }

    /// Forgets the kept PIN, then logs its card out. Its own dialogue has done so
    /// already when it ended; this one is for whoever verified a PIN since.
    fn lock(&mut self, state: &mut State<'_>) {
        let Some(id) = state.forget() else { return };
        let there = self
            .readers
            .list()
            .is_ok_and(|readers| readers.iter().any(|reader| holds(reader, &id)));
        if there {
            let logged_out = self.open(&id, state, &mut |token, _| {
                let mut token = token.ok()?;
                token.seal();
                Some(token)
            });
            if let Err(error) = logged_out {
                tracing::debug!("the card was not logged out once more: {error:?}");
            }
        }
    }

    /// A card that cannot be found is as good as gone.
    fn check(&mut self, state: &mut State<'_>) {
        if state.session.is_some() {
            let readers = self.readers.list().unwrap_or_default();
            state.part_with_absent(&readers);
        }
    }

    /// A job for one token that starts a dialogue of its own.
    fn act(&mut self, job: Job, state: &mut State<'_>) {
        let id = match &job {
            Job::Sign { token, .. } | Job::Change { token, .. } | Job::Unblock { token, .. } => {
                token.clone()
            }
            Job::Look(_) | Job::Lock | Job::Idle(_) | Job::Check | Job::Stop => return,
        };
        let mut job = Some(job);
        let same = self.readers.list().map(|readers| {
            state.part_with_absent(&readers);
            readers
                .iter()
                .any(|r| r.name == id.reader && r.insertion == id.insertion)
        });
        let result = match same {
            Ok(true) => self.open(&id, state, &mut |token, state| {
                let Some(job) = job.take() else {
                    return token.ok();
                };
                match token {
                    Ok(mut token) => {
                        if let Some(app) = state.applications.get(&id) {
                            token.recall(app);
                        }
                        if let Some(serial) = state.serials.get(&id)
                            && let Err(error) = same_serial(&mut token, serial)
                        {
                            (state.report)(failed(&job, error));
                            return Some(token);
                        }
                        state.perform(job, &id, &mut token);
                        state.linger(&id, &mut token);
                        Some(token)
                    }
                    Err(TokenState::Failed(error)) => {
                        (state.report)(failed(&job, error));
                        None
                    }
                    Err(_) => {
                        (state.report)(failed(&job, CardError::Changed));
                        None
                    }
                }
            }),
            Ok(false) => Err(TransportError::Removed),
            Err(error) => Err(error),
        };
        if let (Err(error), Some(job)) = (result, job) {
            (state.report)(failed(&job, error.into()));
        }
    }

    /// One dialogue with the card in a reader.
    fn open(
        &mut self,
        id: &TokenId,
        state: &mut State<'_>,
        work: &mut Work<'_>,
    ) -> Result<(), TransportError> {
        self.progress.is(Some(Step::Waits));
        let mut card = self.readers.connect(&id.reader, id.insertion)?;
        let atr = card.atr().clone();
        let promised = Extended::of(&atr, card.max_data());
        let profiles = self.profiles;
        let name = self.name;
        let progress = &self.progress;
        let cache = self.cache.as_deref();
        card.dialogue(&mut |transport: &mut dyn Transport| {
            progress.is(Some(Step::Talks));
            let transport = &mut Told {
                transport,
                progress,
                signs: false,
            };
            let extended = state.extended.get(id).copied().unwrap_or(promised);
            let token = match Token::open(transport, &atr, extended, profiles) {
                Ok(Some(mut token)) => {
                    if let Some(cache) = cache {
                        token.remember(cache);
                    }
                    Ok(token)
                }
                Ok(None) => Err(TokenState::Unknown {
                    atr: atr.clone(),
                    name: name(&atr),
                }),
                Err(error) => Err(TokenState::Failed(error)),
            };
            match work(token, state) {
                Some(token) => {
                    let (ending, learned) = token.close();
                    state.extended.insert(id.clone(), learned);
                    ending
                }
                None => Ending::Leave,
            }
        })
    }
}

impl State<'_> {
    /// The next job; `None` ends the thread.
    fn next(&mut self) -> Option<Job> {
        if self.stopped {
            return None;
        }
        let job = match self.pending.take() {
            Some(job) => job,
            None => self.wait()?,
        };
        (!matches!(job, Job::Stop)).then_some(job)
    }

    /// Waits for a job, and forgets the kept PIN when its time is over. Its card
    /// was logged out long ago; other programs may be at work with it by now.
    fn wait(&mut self) -> Option<Job> {
        loop {
            let Some(session) = &self.session else {
                return self.jobs.recv().ok();
            };
            match self.jobs.recv_timeout(session.left(self.idle)) {
                Ok(job) => return Some(job),
                Err(RecvTimeoutError::Timeout) => _ = self.forget(),
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
    }

    /// Overwrites the kept PIN; whose it was.
    fn forget(&mut self) -> Option<TokenId> {
        let session = self.session.take()?;
        let token = session.binding.token.clone();
        drop(session);
        tracing::debug!("the kept PIN is forgotten");
        (self.report)(Report::Session(None));
        Some(token)
    }

    /// A token that is gone takes its kept PIN with it.
    fn part_with_absent(&mut self, readers: &[Reader]) {
        let here = |session: &Session| {
            let holds = |reader| holds(reader, &session.binding.token);
            readers.iter().any(holds)
        };
        if !self.session.as_ref().is_none_or(here) {
            self.forget();
        }
        // What was learned of a card goes with it.
        let stays = |id: &TokenId| readers.iter().any(|reader| holds(reader, id));
        self.extended.retain(|id, _| stays(id));
        self.applications.retain(|id, _| stays(id));
        self.serials.retain(|id, _| stays(id));
    }

    /// Keeps the dialogue open for jobs that follow at once.
    fn linger(&mut self, id: &TokenId, token: &mut Token<'_>) {
        loop {
            match self.jobs.recv_timeout(LINGER) {
                Ok(Job::Stop) | Err(RecvTimeoutError::Disconnected) => {
                    self.stopped = true;
                    return;
                }
                Ok(job) if job.is_for(id) => self.perform(job, id, token),
                Ok(Job::Lock) => {
                    // The PIN goes first, whatever the card does then. Another
                    // card than this one is logged out since its own dialogue.
                    if self.forget().as_ref() == Some(id) {
                        token.seal();
                    }
                    return;
                }
                Ok(other) => {
                    self.pending = Some(other);
                    return;
                }
                Err(RecvTimeoutError::Timeout) => return,
            }
        }
    }

    fn perform(&mut self, job: Job, id: &TokenId, token: &mut Token<'_>) {
        self.progress.is(Some(Step::Talks));
        let report = match job {
            Job::Sign {
                credential,
                digest,
                document,
                origin,
                pin,
                last,
                ..
            } => {
                let what = match &document {
                    Some(document) => ToSign::Message(&digest, document),
                    None => ToSign::Digest(&digest),
                };
                let binding = Binding {
                    token: id.clone(),
                    certificate: credential.certificate.der().to_vec(),
                    origin,
                };
                Report::Signed(self.sign(binding, token, &credential, what, pin, last))
            }
            Job::Change {
                secret,
                old,
                new,
                last,
                ..
            } => {
                self.forget();
                Report::Changed(secret, token.change(secret, &old, &new, last))
            }
            Job::Unblock { puk, new, last, .. } => {
                self.forget();
                Report::Unblocked(token.unblock(&puk, &new, last))
            }
            Job::Look(_) | Job::Lock | Job::Idle(_) | Job::Check | Job::Stop => return,
        };
        self.progress.is(None);
        tracing::debug!("the token has answered");
        (self.report)(report);
    }

    fn sign(
        &mut self,
        binding: Binding,
        token: &mut Token<'_>,
        credential: &Credential,
        what: ToSign<'_>,
        pin: Option<Pin>,
        last: LastTry,
    ) -> Result<Vec<u8>, CardError> {
        let session = self.session.take();
        let had = session.is_some();
        let pin = match pin {
            Some(typed) => {
                token.forget();
                Some(typed)
            }
            None => session.and_then(|session| session.pin_for(&binding, self.idle)),
        };
        let result = match &pin {
            _ if credential.pin == PinUse::Never => token.sign_without_pin(credential, what),
            Some(pin) => token.sign(credential, what, pin, last),
            None => Err(CardError::SessionOver),
        };
        // Kept only while all goes well: the first refusal forgets it.
        let keep = result.is_ok() && token.accepted() && !self.idle.is_zero();
        match pin.filter(|_| keep) {
            Some(pin) => {
                let idle = self.idle;
                let kept = Kept {
                    binding: binding.clone(),
                    idle,
                };
                self.session = Some(Session::new(binding, pin));
                (self.report)(Report::Session(Some(kept)));
            }
            None if had => (self.report)(Report::Session(None)),
            None => {}
        }
        result
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

    fn is_for(&self, id: &TokenId) -> bool {
        match self {
            Job::Sign { token, .. } | Job::Change { token, .. } | Job::Unblock { token, .. } => {
                token == id
            }
            Job::Look(_) | Job::Lock | Job::Idle(_) | Job::Check | Job::Stop => false,
        }
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
    let pin = match token.pin_tries() {
        Err(CardError::Unsupported(Lack::Pin)) => {
            found.withhold(&Flaw::NoPin);
            Tries::Unknown
        }
        other => other?,
    };
    let puk = if everything || (pin == Tries::Blocked && *look != Look::Tries) {
        token.puk_tries()?
    } else {
        Tries::Unknown
    };
    let app = token.application();
    Ok(TokenInfo {
        family: token.spec().name.into(),
        label: token.label(),
        serial,
        pin,
        puk,
        pin_rules: app.pin,
        puk_rules: app.puk,
        unblocker: app.unblocker,
        no_puk: app.no_puk,
        change: app.change,
        unblock: app.unblock,
        found,
    })
}

/// [`CardError::Changed`] where the token does not tell the serial number that it has told
/// before. A card may fail to once; one that does twice is another.
fn same_serial(token: &mut Token<'_>, serial: &str) -> Result<(), CardError> {
    for _ in 0..2 {
        match token.serial() {
            Ok(Some(told)) if told == serial => return Ok(()),
            // Nothing is known of a card that is gone.
            Err(error @ CardError::Transport(_)) => return Err(error),
            _ => {}
        }
    }
    Err(CardError::Changed)
}

/// A card that went away while it was read leaves an empty reader.
fn unreadable(error: CardError) -> TokenState {
    match error {
        CardError::Transport(TransportError::Removed | TransportError::NoReader) => {
            TokenState::Empty
        }
        error => TokenState::Failed(error),
    }
}

/// The same card, since the same insertion.
fn holds(reader: &Reader, id: &TokenId) -> bool {
    reader.presence == Presence::Card
        && reader.name == id.reader
        && reader.insertion == id.insertion
}

fn empty(reader: &Reader) -> TokenView {
    let id = TokenId {
        reader: reader.name.clone(),
        insertion: reader.insertion,
    };
    let state = match reader.presence {
        Presence::Mute => TokenState::Failed(CardError::Transport(TransportError::Mute)),
        _ => TokenState::Empty,
    };
    TokenView { id, state }
}

fn failed(job: &Job, error: CardError) -> Report {
    match job {
        Job::Change { secret, .. } => Report::Changed(*secret, Err(error)),
        Job::Unblock { .. } => Report::Unblocked(Err(error)),
        _ => Report::Signed(Err(error)),
    }
}

/// Reports [`Report::ReadersChanged`] until `report` says that nobody listens any
/// more. For a thread of its own; a service that is down is tried again. `waiting` is
/// called when every change from then on will be reported: what is read after that
/// need not be read twice.
pub fn watch(readers: &mut dyn Readers, waiting: &dyn Fn(), report: &dyn Fn(Report) -> bool) {
    const AGAIN: Duration = Duration::from_secs(2);
    let mut first = true;
    loop {
        let watcher = readers.watcher();
        waiting();
        // What happened while nobody watched is not known.
        if !std::mem::replace(&mut first, false) && !report(Report::ReadersChanged) {
            return;
        }
        if let Ok(mut watcher) = watcher {
            while let Ok(changed) = watcher.wait(AGAIN) {
                if changed && !report(Report::ReadersChanged) {
                    return;
                }
            }
        }
        std::thread::sleep(AGAIN);
    }
}

/// Reports what takes the worker too long, until it ends. For a thread of its own: the
/// worker's stands still meanwhile.
pub fn watch_over(progress: &Progress, report: &dyn Fn(Report)) {
    while let Some(overdue) = progress.overdue() {
        report(match overdue {
            Overdue::Others => Report::Waits(securesign_card::holder::suspects()),
            Overdue::Touch => Report::Touch,
            Overdue::Silence => Report::Silent,
        });
    }
}
