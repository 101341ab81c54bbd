//! The authentication service, asked by `securesign-helper`: this program has no network
//! code. What the service has allowed is kept for a while, in memory only.

use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use securesign_handoff::policy::{Approval, Inquiry, Unapproved};
use securesign_handoff::service::{self, Answer, Base, MESSAGE_LIMIT, Question, Trouble};

use crate::beside;
use crate::store::claim;

/// How long an answer serves further requests of the same key and origin. A no serves none.
const KEPT: Duration = Duration::from_secs(5 * 60);
/// How many answers are kept.
const MOST: usize = 64;
/// How long the helper may take, which gives up by itself before.
const PATIENCE: Duration = Duration::from_secs(15);

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
    let unreachable = |trouble| Answer::Unreachable { trouble };
    let Ok(path) = beside::path(beside::HELPER) else {
        return unreachable(Trouble::Missing);
    };
    let mut command = Command::new(path);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let Ok(mut child) = command.spawn() else {
        return unreachable(Trouble::Missing);
    };
    let answer = talk(&mut child, question);
    // It has nothing left to do, whatever it does.
    let _ = child.kill();
    let _ = child.wait();
    answer.unwrap_or_else(unreachable)
}

fn talk(child: &mut Child, question: &Question) -> Result<Answer, Trouble> {
    let (Some(mut to), Some(from)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(Trouble::Ended);
    };
    let (sender, said) = channel();
    std::thread::spawn(move || {
        let mut from = from.take(MESSAGE_LIMIT as u64 + 4);
        let _ = sender.send(service::read::<Answer>(&mut from));
    });
    service::write(question, &mut to as &mut dyn Write).map_err(|_| Trouble::Ended)?;
    // The pipe to it stays open until it has answered.
    match said.recv_timeout(PATIENCE) {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(_)) => Err(Trouble::Ended),
        Err(_) => Err(Trouble::Time),
    }
}
