//! What the worker keeps between jobs, and a dialogue with one card.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use securesign_card::atr::Atr;
use securesign_card::cache::Cache;
use securesign_card::channel::Extended;
use securesign_card::error::CardError;
use securesign_card::known::Known;
use securesign_card::reader::{Presence, Reader};
use securesign_card::token::Token;
use securesign_card::transport::Ending;

use super::progress::{Step, Told};
use super::session::Session;
use super::{Job, Report, TokenId, TokenState, Worker};

/// The worker at work.
pub(super) struct State<'a> {
    pub(super) worker: Worker,
    pub(super) report: &'a dyn Fn(Report),
    pub(super) jobs: &'a Receiver<Job>,
    cache: Option<&'a dyn Cache>,
    /// A job that came in while a dialogue with another token was open.
    pub(super) pending: Option<Job>,
    pub(super) stopped: bool,
    /// The PIN that is kept.
    pub(super) session: Option<Session>,
    /// How long it is kept unused.
    pub(super) idle: Duration,
    /// What was learned of the cards that are there.
    cards: HashMap<TokenId, Known>,
}

/// A card that is connected.
pub(super) struct Line<'a> {
    told: Told<'a>,
    atr: Atr,
    /// What the card and its reader say of extended length.
    promised: Extended,
}

/// Which card a dialogue is meant for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meant {
    /// Whatever is there.
    Any,
    /// The one that was seen there before, if one was.
    Same,
}

impl<'a> State<'a> {
    pub(super) fn new(
        worker: Worker,
        cache: Option<&'a dyn Cache>,
        jobs: &'a Receiver<Job>,
        report: &'a dyn Fn(Report),
    ) -> Self {
        Self {
            idle: worker.session,
            worker,
            report,
            jobs,
            cache,
            pending: None,
            stopped: false,
            session: None,
            cards: HashMap::new(),
        }
    }

    /// The next job; `None` ends the thread.
    pub(super) fn next(&mut self) -> Option<Job> {
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
    pub(super) fn forget(&mut self) -> Option<TokenId> {
        let session = self.session.take()?;
        let token = session.binding.token.clone();
        drop(session);
        tracing::debug!("the kept PIN is forgotten");
        (self.report)(Report::Session(None));
        Some(token)
    }

    /// From now on an accepted PIN is kept for so long.
    pub(super) fn keep_for(&mut self, idle: Duration) {
        self.lock();
        self.idle = idle;
    }

    /// Forgets the kept PIN, then logs its card out. Its own dialogue has done so
    /// already when it ended; this one is for whoever verified a PIN since.
    pub(super) fn lock(&mut self) {
        let Some(id) = self.forget() else { return };
        let readers = self.worker.readers.list().unwrap_or_default();
        if readers.iter().any(|reader| holds(reader, &id)) {
            self.dialogue(&id, Meant::Same, |_, token| match token {
                Ok(token) => token.log_out(),
                Err(found) => tracing::debug!("the card was not logged out once more: {found:?}"),
            });
        }
    }

    /// A card that cannot be found is as good as gone.
    pub(super) fn check(&mut self) {
        if self.session.is_some() {
            let readers = self.worker.readers.list().unwrap_or_default();
            self.part_with_absent(&readers);
        }
    }

    /// A token that is gone takes its kept PIN with it, and what was learned of it.
    pub(super) fn part_with_absent(&mut self, readers: &[Reader]) {
        let stays = |id: &TokenId| readers.iter().any(|reader| holds(reader, id));
        if let Some(session) = &self.session
            && !stays(&session.binding.token)
        {
            self.forget();
        }
        self.cards.retain(|id, _| stays(id));
    }

    /// What is kept of an application. One that stands beside the first is found by way of
    /// that, and never mistaken for it.
    fn known(&mut self, id: &TokenId, promised: Extended) -> Option<Known> {
        if let Some(known) = self.cards.remove(id) {
            return Some(known);
        }
        let Some(family) = id.application else {
            return Some(Known::new(promised));
        };
        let first = TokenId {
            application: None,
            ..id.clone()
        };
        self.cards.get(&first)?.beside(family)
    }

    /// One dialogue with an application of the card in a reader. `work` gets its token, or
    /// what is there instead.
    pub(super) fn dialogue<T>(
        &mut self,
        id: &TokenId,
        meant: Meant,
        work: impl FnOnce(&mut Self, Result<&mut Token<'_>, TokenState>) -> T,
    ) -> T {
        self.connected(id, |this, line| match line {
            Ok(line) => this.application(line, id, meant, work),
            Err(found) => (work(this, Err(found)), Ending::Leave),
        })
    }

    /// One connection to the card in a reader, to itself. `work` says how it is left.
    pub(super) fn connected<T>(
        &mut self,
        id: &TokenId,
        work: impl FnOnce(&mut Self, Result<&mut Line<'_>, TokenState>) -> (T, Ending),
    ) -> T {
        self.worker.progress.is(Some(Step::Waits));
        let mut card = match self.worker.readers.connect(&id.reader, id.insertion) {
            Ok(card) => card,
            Err(error) => return work(self, Err(TokenState::Failed(error.into()))).0,
        };
        let atr = card.atr().clone();
        let promised = Extended::of(&atr, card.max_data());
        let mut dialogue = match card.begin() {
            Ok(dialogue) => dialogue,
            Err(error) => return work(self, Err(TokenState::Failed(error.into()))).0,
        };
        let progress = self.worker.progress.clone();
        progress.is(Some(Step::Talks));
        let told = Told {
            transport: &mut *dialogue,
            progress: &progress,
            signs: false,
        };
        let mut line = Line {
            told,
            atr,
            promised,
        };
        let (result, ending) = work(self, Ok(&mut line));
        dialogue.end(ending);
        result
    }

    /// Opens an application of the card that is connected. `work` gets its token, or what is
    /// there instead; how the card must be left then.
    pub(super) fn application<T>(
        &mut self,
        line: &mut Line<'_>,
        id: &TokenId,
        meant: Meant,
        work: impl FnOnce(&mut Self, Result<&mut Token<'_>, TokenState>) -> T,
    ) -> (T, Ending) {
        let Some(mut known) = self.known(id, line.promised) else {
            let gone = TokenState::Failed(CardError::Changed);
            return (work(self, Err(gone)), Ending::Leave);
        };
        let open = match meant {
            Meant::Any => Token::open,
            Meant::Same => Token::reopen,
        };
        let profiles = self.worker.profiles;
        let left = match open(&mut line.told, &line.atr, &mut known, profiles) {
            Ok(Some(mut token)) => {
                if let Some(cache) = self.cache {
                    token.remember(cache);
                }
                let result = work(self, Ok(&mut token));
                (result, token.close())
            }
            Ok(None) => {
                let atr = line.atr.clone();
                let name = (self.worker.name)(&atr, &id.reader);
                let unknown = TokenState::Unknown { atr, name };
                (work(self, Err(unknown)), Ending::Leave)
            }
            Err(error) => (work(self, Err(TokenState::Failed(error))), Ending::Leave),
        };
        self.cards.insert(id.clone(), known);
        left
    }
}

/// The same card, since the same insertion.
pub(super) fn holds(reader: &Reader, id: &TokenId) -> bool {
    reader.presence == Presence::Card
        && reader.name == id.reader
        && reader.insertion == id.insertion
}
