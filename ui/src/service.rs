//! The authentication service, asked by `securesign-helper`: this program has no network
//! code. What the service has allowed is kept for a while, in memory only.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use securesign_handoff::policy::{Approval, Inquiry, Unapproved};
use securesign_handoff::service::{Answer, Base, Question, Trouble};

use crate::helper;
use crate::store::claim;

/// How long an answer serves further requests of the same key and origin. A no serves none.
const KEPT: Duration = Duration::from_secs(5 * 60);
/// How many answers are kept.
const MOST: usize = 64;

static APPROVALS: Mutex<Vec<(Approval, Instant)>> = Mutex::new(Vec::new());

/// What the service has allowed of late.
pub fn approvals() -> Vec<Approval> {
    let kept = APPROVALS.lock().unwrap_or_else(PoisonError::into_inner);
    let fresh = kept.iter().filter(|(_, since)| since.elapsed() < KEPT);
    fresh.map(|(approval, _)| approval.clone()).collect()
}

/// Asks, and keeps a yes. Takes as long as the network does.
pub fn inquire(inquiry: &Inquiry) -> Result<(), Unapproved> {
    let mut question = inquiry.question();
    if let Some(shown) = &mut question.session {
        shown.claim = claim::of(&shown.session_id);
    }
    let approval = inquiry.answered(&ask(&question))?;
    let mut kept = APPROVALS.lock().unwrap_or_else(PoisonError::into_inner);
    kept.retain(|(old, since)| *old != approval && since.elapsed() < KEPT);
    if kept.len() == MOST {
        kept.remove(0);
    }
    kept.push((approval, Instant::now()));
    Ok(())
}

/// Whether the service answers: to a key that nobody has been given, a no will do.
pub fn probe(service: &Base) -> Result<(), Trouble> {
    let question = Question {
        service: service.to_string(),
        key: "ss_test_doctor".to_owned(),
        origin: "https://doctor.invalid".to_owned(),
        session: None,
    };
    match ask(&question) {
        Answer::Unreachable { trouble } => Err(trouble),
        Answer::Allowed { .. }
        | Answer::Refused { .. }
        | Answer::Session { .. }
        | Answer::Busy { .. }
        | Answer::Limited { .. } => Ok(()),
    }
}

fn ask(question: &Question) -> Answer {
    helper::ask(None, question).unwrap_or_else(|trouble| Answer::Unreachable { trouble })
}
