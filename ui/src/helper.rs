//! `securesign-helper`, started for one question: this program has no network code.

use std::io::{Read, Write};
use std::process::{Child, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;

use securesign_handoff::service::{self, MESSAGE_LIMIT, Trouble};
use serde::{Deserialize, Serialize};

use crate::beside;

/// How long it may take, which gives up by itself before.
const PATIENCE: Duration = Duration::from_secs(15);

/// Asks. `kind`: of whom, where that is not the authentication service.
///
/// # Errors
///
/// It is not there, or has ended or was ended without an answer.
pub fn ask<Q, A>(kind: Option<&str>, question: &Q) -> Result<A, Trouble>
where
    Q: Serialize,
    A: for<'a> Deserialize<'a> + Send + 'static,
{
    let path = beside::path(beside::HELPER).map_err(|_| Trouble::Missing)?;
    let mut command = beside::quiet(path);
    command
        .args(kind)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = command.spawn().map_err(|_| Trouble::Missing)?;
    let answer = talk(&mut child, question);
    // It has nothing left to do, whatever it does.
    let _ = child.kill();
    let _ = child.wait();
    answer
}

fn talk<Q, A>(child: &mut Child, question: &Q) -> Result<A, Trouble>
where
    Q: Serialize,
    A: for<'a> Deserialize<'a> + Send + 'static,
{
    let (Some(mut to), Some(from)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(Trouble::Ended);
    };
    let (sender, said) = channel();
    std::thread::spawn(move || {
        let mut from = from.take(MESSAGE_LIMIT as u64 + 4);
        let _ = sender.send(service::read::<A>(&mut from));
    });
    service::write(question, &mut to as &mut dyn Write).map_err(|_| Trouble::Ended)?;
    // The pipe to it stays open until it has answered.
    match said.recv_timeout(PATIENCE) {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(_)) => Err(Trouble::Ended),
        Err(_) => Err(Trouble::Time),
    }
}
