//! Jobs for one token: signatures, and new PINs.

use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

use securesign_card::error::CardError;
use securesign_card::pin::Pin;
use securesign_card::profile::{Credential, PinUse};
use securesign_card::signature::ToSign;
use securesign_card::token::{LastTry, Token};
use securesign_card::transport::TransportError;

use super::progress::Step;
use super::session::Session;
use super::state::{Meant, State};
use super::{Binding, Job, Kept, Report, TokenId, TokenState};

/// How long a dialogue waits for the next job before it is closed.
const LINGER: Duration = Duration::from_millis(600);

impl State<'_> {
    /// A job for one token, in a dialogue of its own.
    pub(super) fn act(&mut self, job: Job) {
        let Some(id) = job.token().cloned() else {
            return;
        };
        if let Err(error) = self.is_there(&id) {
            return (self.report)(failed(&job, error.into()));
        }
        self.dialogue(&id, Meant::Same, |this, token| {
            let token = match token {
                Ok(token) => token,
                Err(TokenState::Failed(error)) => return (this.report)(failed(&job, error)),
                Err(_) => return (this.report)(failed(&job, CardError::Changed)),
            };
            if let Err(error) = token.is_same() {
                return (this.report)(failed(&job, error));
            }
            this.perform(job, &id, token);
            this.linger(&id, token);
        });
    }

    fn is_there(&mut self, id: &TokenId) -> Result<(), TransportError> {
        let readers = self.worker.readers.list()?;
        self.part_with_absent(&readers);
        let mut same = readers.iter().filter(|it| it.insertion == id.insertion);
        match same.any(|reader| reader.name == id.reader) {
            true => Ok(()),
            false => Err(TransportError::Removed),
        }
    }

    /// Keeps the dialogue open for jobs that follow at once.
    pub(super) fn linger(&mut self, id: &TokenId, token: &mut Token<'_>) {
        loop {
            match self.jobs.recv_timeout(LINGER) {
                Ok(Job::Stop) | Err(RecvTimeoutError::Disconnected) => {
                    self.stopped = true;
                    return;
                }
                Ok(job) if job.token() == Some(id) => self.perform(job, id, token),
                Ok(Job::Lock) => {
                    // The PIN goes first, whatever the card does then. Another
                    // card than this one is logged out since its own dialogue.
                    if self.forget().as_ref() == Some(id) {
                        token.log_out();
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
        self.worker.progress.is(Some(Step::Talks));
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
                    pin: credential.pin,
                    origin,
                };
                Report::Signed(self.sign(binding, token, &credential, what, pin, last))
            }
            Job::Change {
                pin,
                old,
                new,
                last,
                ..
            } => {
                self.forget();
                Report::Changed(token.change(pin, &old, &new, last))
            }
            Job::Unblock {
                pin,
                with,
                puk,
                new,
                last,
                ..
            } => {
                self.forget();
                Report::Unblocked(token.unblock((pin, with), &puk, &new, last))
            }
            Job::Look(_) | Job::Lock | Job::Idle(_) | Job::Check | Job::Stop => return,
        };
        self.worker.progress.is(None);
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
            _ if credential.when == PinUse::Never => token.sign_without_pin(credential, what),
            Some(pin) => token.sign(credential, what, pin, last),
            None => Err(CardError::SessionOver),
        };
        // Kept only while all goes well: the first refusal forgets it.
        let keep = result.is_ok() && token.accepted(credential.pin) && !self.idle.is_zero();
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

fn failed(job: &Job, error: CardError) -> Report {
    match job {
        Job::Change { .. } => Report::Changed(Err(error)),
        Job::Unblock { .. } => Report::Unblocked(Err(error)),
        _ => Report::Signed(Err(error)),
    }
}
