//! The way back to a portal: open as long as the policy says so.

use securesign_handoff::callback::{Failed, Outcome};
use securesign_handoff::code::ErrorCode;
use securesign_handoff::link::ReplyTo;
use securesign_handoff::policy::{Permit, Policy};

use super::reason::Reason;

/// Where an answer goes, and the permission for it. It is asked for again whenever
/// something is shown for the portal or goes to it: settings change while people think.
#[derive(Clone, Debug)]
pub(super) struct Way {
    to: ReplyTo,
    permit: Permit,
    demo: bool,
    caller: Option<String>,
}

impl Way {
    /// Asks the policy whether the portal may call. `demo`: the demo token is in use,
    /// which serves test keys only.
    pub(super) fn open(to: ReplyTo, policy: &Policy, demo: bool) -> Result<Self, Reason> {
        let permit = judged(&to, policy, demo)?;
        Ok(Self {
            to,
            permit,
            demo,
            caller: None,
        })
    }

    /// The same question once more, to the settings as they are now.
    pub(super) fn judged(&self, policy: &Policy) -> Result<Permit, Reason> {
        let judged = judged(&self.to, policy, self.demo);
        judged.or_else(|reason| policy.renewed(&self.permit).ok_or(reason))
    }

    /// From now on with this permission, which was given for it.
    pub(super) fn renew(&mut self, permit: Permit) {
        self.permit = permit;
    }

    pub(super) fn called_by(&mut self, caller: String) {
        self.caller = Some(caller);
    }

    pub(super) fn caller(&self) -> Option<&str> {
        self.caller.as_deref()
    }

    pub(super) fn to(&self) -> &ReplyTo {
        &self.to
    }

    pub(super) fn permit(&self) -> &Permit {
        &self.permit
    }

    pub(super) fn is_demo(&self) -> bool {
        self.demo
    }

    /// The validated origin, exactly.
    pub(super) fn origin(&self) -> &str {
        self.permit.origin().as_str()
    }

    /// As in the link.
    pub(super) fn request_id(&self) -> &str {
        self.to.request_id.as_str()
    }

    /// The validated origin for people, and the name that the settings give it.
    pub(super) fn requester(&self) -> String {
        let origin = self.permit.origin_display();
        match self.permit.name() {
            Some(name) => format!("{origin} ({name})"),
            None => origin,
        }
    }

    /// The result when nothing was signed.
    pub(super) fn failed(&self, code: ErrorCode, remaining: Option<u8>) -> Outcome {
        let failed = Failed::new(self.to.request_id.clone(), code);
        Outcome::Failed(Failed {
            remaining_attempts: remaining,
            ..failed
        })
    }
}

fn judged(to: &ReplyTo, policy: &Policy, demo: bool) -> Result<Permit, Reason> {
    let permit = policy
        .judge(to, demo)
        .map_err(|denial| Reason::Denied(Box::new(denial)))?;
    if demo && !to.api_key.is_test() {
        return Err(Reason::DemoOnly);
    }
    Ok(permit)
}
