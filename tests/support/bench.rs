//! A worker with emulated readers, in the test's own process.
#![allow(dead_code, reason = "each test binary uses a part of this")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "here a panic is a failed test"
)]

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use securesign_app::worker::{
    Job, Look, Report, TokenId, TokenInfo, TokenState, TokenView, Worker,
};
use securesign_card::application::PinId;
use securesign_card::cache::Cache;
use securesign_card::digest::{Digest, HashAlgorithm};
use securesign_card::error::{CardError, Secret};
use securesign_card::pin::Pin;
use securesign_card::profile::{Credential, Search};
use securesign_card::token::LastTry;
use securesign_card::transport::TransportError;
use securesign_vendors::emulator::{EmulatedReaders, Emulator, Slot};
use securesign_vendors::piv::emulator::PivCard;
use sha2::Digest as _;

/// Any reader of the tests.
pub const READER: &str = "Test reader 00 00";

/// A card that the test can look into while the worker uses it.
pub struct Shared<C = PivCard>(Arc<Mutex<C>>);

impl<C> Clone for Shared<C> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<C> Shared<C> {
    pub fn new(card: C) -> Self {
        Self(Arc::new(Mutex::new(card)))
    }

    pub fn card(&self) -> MutexGuard<'_, C> {
        self.0.lock().expect("no panic in the card")
    }
}

impl<C: Emulator> Emulator for Shared<C> {
    fn atr(&self) -> Vec<u8> {
        self.card().atr()
    }

    fn reset(&mut self) {
        self.card().reset();
    }

    fn transmit(&mut self, command: &[u8]) -> Vec<u8> {
        self.card().transmit(command)
    }
}

/// Any portal of the tests.
pub const ORIGIN: &str = "https://portal.example.gov.in";

/// The worker's thread, its queue, and the reader it works with.
pub struct Bench {
    /// The reader; card in, card out, faults, counters.
    pub reader: Slot,
    jobs: Sender<Job>,
    reports: Receiver<Report>,
    thread: Option<std::thread::JoinHandle<()>>,
    /// As the last look told.
    seen: Mutex<HashMap<TokenId, TokenInfo>>,
}

/// The one certificate that a token is told to have.
pub fn only(info: &TokenInfo) -> &Credential {
    match &info.found.credentials[..] {
        [only] => only,
        _ => panic!("{info:?}"),
    }
}

/// The error of a PIN that was wrong.
pub fn wrong(secret: Secret, left: impl Into<Option<u8>>) -> CardError {
    let left = left.into();
    CardError::Wrong { secret, left }
}

impl Bench {
    /// With one card in a reader that takes short APDUs only, or extended ones
    /// with up to `max_data` bytes.
    pub fn new(card: impl Emulator + 'static, max_data: Option<usize>) -> Self {
        Self::keeping(card, max_data, Duration::from_secs(60))
    }

    /// The same, and an accepted PIN is kept so long.
    pub fn keeping(card: impl Emulator + 'static, max_data: Option<usize>, idle: Duration) -> Self {
        Self::start(card, max_data, idle, None)
    }

    /// The same, and what is read of certificates is kept here.
    pub fn caching(
        card: impl Emulator + 'static,
        max_data: Option<usize>,
        cache: impl Cache + 'static,
    ) -> Self {
        let idle = Duration::from_secs(60);
        Self::start(card, max_data, idle, Some(Box::new(cache)))
    }

    fn start(
        card: impl Emulator + 'static,
        max_data: Option<usize>,
        idle: Duration,
        cache: Option<Box<dyn Cache>>,
    ) -> Self {
        let reader = Slot::new(READER, max_data);
        reader.insert(Box::new(card));
        let worker = Worker {
            readers: Box::new(EmulatedReaders {
                slots: vec![reader.clone()],
            }),
            profiles: securesign_vendors::PROFILES,
            name: securesign_vendors::known::name,
            only: None,
            session: idle,
            cache,
            progress: securesign_app::worker::Progress::default(),
        };
        let (jobs, queue) = channel();
        let (sender, reports) = channel();
        let thread =
            std::thread::spawn(move || worker.run(&queue, &|report| drop(sender.send(report))));
        Self {
            reader,
            jobs,
            reports,
            thread: Some(thread),
            seen: Mutex::default(),
        }
    }

    pub fn look(&self, look: Look) -> Vec<TokenView> {
        self.send(Job::Look(look));
        match self.report() {
            Report::Tokens(Ok(views)) => {
                for view in &views {
                    if let TokenState::Ready(info) = &view.state {
                        let mut seen = self.seen.lock().expect("no panic");
                        seen.insert(view.id.clone(), info.clone());
                    }
                }
                views
            }
            other => panic!("tokens expected, got {other:?}"),
        }
    }

    /// The only token, read as for signing.
    pub fn token(&self) -> (TokenId, TokenInfo) {
        self.token_by(Look::Signing(Search::default()))
    }

    pub fn token_by(&self, look: Look) -> (TokenId, TokenInfo) {
        let view = self.look(look).remove(0);
        match view.state {
            TokenState::Ready(info) => (view.id, info),
            other => panic!("a usable token expected, got {other:?}"),
        }
    }

    /// Reads the first token and signs with its first certificate.
    pub fn cold_signature(&self, pin: &str) -> Result<Vec<u8>, CardError> {
        let view = self.look(Look::Signing(Search::default())).remove(0);
        let info = match view.state {
            TokenState::Ready(info) => info,
            TokenState::Failed(error) => return Err(error),
            TokenState::Empty => return Err(CardError::Transport(TransportError::Removed)),
            other => panic!("{other:?}"),
        };
        match info.found.credentials.first() {
            Some(credential) => self.sign(&view.id, credential, Some(pin)),
            None => Err(CardError::Changed),
        }
    }

    pub fn sign(
        &self,
        token: &TokenId,
        credential: &Credential,
        pin: Option<&str>,
    ) -> Result<Vec<u8>, CardError> {
        self.sign_at(token, credential, pin, LastTry::Keep)
    }

    pub fn sign_at(
        &self,
        token: &TokenId,
        credential: &Credential,
        pin: Option<&str>,
        last: LastTry,
    ) -> Result<Vec<u8>, CardError> {
        self.sign_for(ORIGIN, token, credential, pin, last)
    }

    pub fn sign_for(
        &self,
        origin: &str,
        token: &TokenId,
        credential: &Credential,
        pin: Option<&str>,
        last: LastTry,
    ) -> Result<Vec<u8>, CardError> {
        self.send(Job::Sign {
            token: token.clone(),
            credential: Box::new(credential.clone()),
            digest: abc(HashAlgorithm::Sha256),
            document: None,
            origin: origin.to_owned(),
            pin: pin.map(secret),
            last,
        });
        match self.report() {
            Report::Signed(result) => result,
            other => panic!("a signature expected, got {other:?}"),
        }
    }

    pub fn change(
        &self,
        token: &TokenId,
        which: Secret,
        old: &str,
        new: &str,
    ) -> Result<(), CardError> {
        let (old, new) = (secret(old), secret(new));
        let pin = self.pin(token, which);
        self.send(Job::Change {
            token: token.clone(),
            pin,
            old,
            new,
            last: LastTry::Keep,
        });
        match self.report() {
            Report::Changed(result) => result,
            other => panic!("a change expected, got {other:?}"),
        }
    }

    pub fn unblock(&self, token: &TokenId, puk: &str, new: &str) -> Result<(), CardError> {
        self.unblock_with(token, self.pin(token, Secret::Puk), puk, new)
    }

    /// With the one that is named, where there are several.
    pub fn unblock_with(
        &self,
        token: &TokenId,
        with: PinId,
        puk: &str,
        new: &str,
    ) -> Result<(), CardError> {
        let (puk, new) = (secret(puk), secret(new));
        let pin = self.pin(token, Secret::Pin);
        self.send(Job::Unblock {
            token: token.clone(),
            pin,
            with,
            puk,
            new,
            last: LastTry::Keep,
        });
        match self.report() {
            Report::Unblocked(result) => result,
            other => panic!("an unblocking expected, got {other:?}"),
        }
    }

    /// Which one it is of the token's, as the last look told.
    fn pin(&self, token: &TokenId, which: Secret) -> PinId {
        let seen = self.seen.lock().expect("no panic");
        let none = PinId(u8::MAX);
        let Some(info) = seen.get(token) else {
            return none;
        };
        let pins = info.pins();
        let pin = pins.iter().find(|pin| pin.role == which);
        pin.map_or(info.puk_id.unwrap_or(none), |pin| pin.id)
    }

    /// How many commands `work` sends to the card.
    pub fn count<T>(&self, work: impl FnOnce() -> T) -> (T, usize) {
        let before = self.reader.commands();
        let value = work();
        (value, self.reader.commands() - before)
    }

    /// Lets the dialogue that lingers come to its end.
    pub fn end(mut self) {
        self.stop();
    }

    pub fn send(&self, job: Job) {
        self.jobs.send(job).expect("the worker runs");
    }

    /// The answer to a job.
    pub fn report(&self) -> Report {
        loop {
            match self.any_report() {
                Report::Session(_) => {}
                answer => return answer,
            }
        }
    }

    /// Whatever comes next.
    pub fn any_report(&self) -> Report {
        self.reports
            .recv_timeout(Duration::from_secs(60))
            .expect("a report")
    }

    /// Ends the worker; it stays to be asked what became of the card.
    pub fn stop(&mut self) {
        let _ = self.jobs.send(Job::Stop);
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the worker ended well");
        }
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.stop();
    }
}

pub fn secret(text: &str) -> Pin {
    Pin::take(text.to_owned()).expect("memory")
}

/// The digest of "abc" (FIPS 180-4, examples).
pub fn abc(algorithm: HashAlgorithm) -> Digest {
    let bytes = match algorithm {
        HashAlgorithm::Sha256 => sha2::Sha256::digest(b"abc").to_vec(),
        HashAlgorithm::Sha384 => sha2::Sha384::digest(b"abc").to_vec(),
        HashAlgorithm::Sha512 => sha2::Sha512::digest(b"abc").to_vec(),
    };
    Digest::new(algorithm, &bytes).expect("a digest")
}
