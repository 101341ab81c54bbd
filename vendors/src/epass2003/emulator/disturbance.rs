//! What goes wrong between a program and a token, on demand.

use super::status::sw;
use super::{Command, Epass};

/// One mishap. See [`Epass::disturb`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disturbance {
    /// The response's code is wrong by one bit.
    WrongMac,
    /// The response loses the end of its objects; the status stands behind.
    Truncated,
    /// The response to the wrapped command before is given once more.
    Replayed,
    /// The token has forgotten the session: this status alone, 6985 or 6988.
    SessionLost(u16),
    /// The token refuses the command with this status, in the session that goes on.
    Refused(u16),
    /// Another process has authenticated in between.
    OtherProcess,
}

impl Epass {
    /// Lets this happen to the `nth` command from now; 1 is the next. Only commands
    /// that come wrapped (all of them on a token without secure messaging) count.
    pub fn disturb(&mut self, nth: usize, disturbance: Disturbance) {
        let at = self.wrapped + nth.max(1);
        self.disturbances.push((at, disturbance));
    }

    pub(super) fn disturbance(&mut self) -> Option<Disturbance> {
        self.wrapped += 1;
        let due = self
            .disturbances
            .iter()
            .position(|(at, _)| *at == self.wrapped);
        due.map(|at| self.disturbances.swap_remove(at).1)
    }

    /// The response as it leaves.
    pub(super) fn disturbed(
        &mut self,
        disturbance: Option<Disturbance>,
        response: Vec<u8>,
    ) -> Vec<u8> {
        let earlier = std::mem::replace(&mut self.earlier, response.clone());
        match disturbance {
            Some(Disturbance::WrongMac) => spoil(response),
            Some(Disturbance::Truncated) => cut(&response),
            Some(Disturbance::Replayed) if !earlier.is_empty() => earlier,
            _ => response,
        }
    }

    /// What happens in front of a command: `Some` when it is never seen.
    pub(super) fn interrupted(
        &mut self,
        disturbance: Option<Disturbance>,
        command: &Command,
    ) -> Option<u16> {
        match disturbance? {
            Disturbance::SessionLost(status) => {
                self.drop_session();
                Some(status)
            }
            Disturbance::Refused(status) => {
                // It counts in the session all the same.
                let any_query_code = self.habits.any_query_code;
                if let Some(session) = &mut self.session {
                    let _ = session.unwrap(command, any_query_code);
                }
                Some(status)
            }
            Disturbance::OtherProcess => {
                self.authenticate_as_other();
                None
            }
            _ => None,
        }
    }
}

/// The last byte in front of the status belongs to the code.
fn spoil(mut response: Vec<u8>) -> Vec<u8> {
    if let Some(byte) = response.iter_mut().rev().nth(2) {
        *byte ^= 0x01;
    }
    response
}

fn cut(response: &[u8]) -> Vec<u8> {
    let (objects, status) = response
        .split_last_chunk::<2>()
        .map_or((&[][..], sw::OK.to_be_bytes()), |(o, s)| (o, *s));
    let kept = objects.len().saturating_sub(5);
    [&objects[..kept], &status].concat()
}
