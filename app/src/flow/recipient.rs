//! Whom an answer is for. It goes along with the answer and comes back where nobody took
//! it: by then another request may be on the screen.

use crate::language::Language;

use super::unopened::Unopened;
use super::way::Way;

/// The portal of one request, and the browser that the request came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// Which request of this run, for two may have the same id.
    pub(super) number: u32,
    /// As in the link.
    request: String,
    /// For people: the validated origin, and its name.
    requester: String,
    caller: Option<String>,
}

impl Recipient {
    pub(super) fn new(number: u32, way: &Way) -> Self {
        Self {
            number,
            request: way.request_id().to_owned(),
            requester: way.requester(),
            caller: way.caller().map(str::to_owned),
        }
    }

    /// That no browser took its answer.
    pub(super) fn unanswered(&self, reason: &Unopened, language: Language) -> String {
        let request = ("request", self.request.as_str().into());
        let requester = ("requester", self.requester.as_str().into());
        let reason = ("reason", reason.what(language).into());
        language.say_with("undelivered-before", [request, requester, reason])
    }

    /// Who had called, as in [`super::Order::called_by`].
    pub fn caller(&self) -> Option<&str> {
        self.caller.as_deref()
    }
}
