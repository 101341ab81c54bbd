//! A link that is not followed, and whether its portal hears of it.

use std::sync::Arc;

use securesign_card::digest::Digest;
use securesign_handoff::callback::Outcome;
use securesign_handoff::code::ErrorCode;
use securesign_handoff::link::Request;
use securesign_handoff::policy::{Denial, Inquiry, Policy};

use crate::document::Document;
use crate::language::Language;

use super::OtherDocument;
use super::reason::Reason;
use super::way::Way;

/// Why a link is not followed. A portal that may call is told when the person has seen
/// it; to anybody else nothing is ever sent.
#[derive(Clone, Debug)]
pub struct Refused {
    pub(super) reason: Reason,
    way: Option<Box<Way>>,
    /// What goes on once the portal is allowed, where a person can do that here, or the
    /// service.
    denied: Option<Box<Denied>>,
    /// What the service is asked.
    pub(super) inquiry: Option<Box<Inquiry>>,
}

/// A request that was understood, and whose portal may not call yet.
#[derive(Clone, Debug)]
pub struct Denied {
    pub(super) request: Request,
    pub(super) demo: bool,
    pub(super) caller: Option<String>,
    pub(super) document: Option<Arc<[u8]>>,
}

impl Denied {
    /// As [`super::Order::serial`].
    pub(super) fn serial(&self) -> Option<String> {
        self.request.cert_serial.as_ref().map(ToString::to_string)
    }
}

impl Refused {
    /// What is wrong with the settings, by which every link is judged.
    pub fn unjudged(reason: String) -> Self {
        Reason::Unjudged(reason).into()
    }

    pub(super) fn told(reason: Reason, way: Way) -> Self {
        Self {
            way: Some(Box::new(way)),
            ..reason.into()
        }
    }

    /// The request is kept where a person may allow its portal, in a file that takes another
    /// one, or the service.
    pub(super) fn unless_allowed(
        reason: Reason,
        request: Request,
        policy: &Policy,
        demo: bool,
    ) -> Self {
        let mut refused = Self::from(reason);
        if refused.denial().is_none() {
            return refused;
        }
        refused = refused.asking(policy.inquiry(&request.reply_to(), demo));
        if refused.asks() || refused.can_be_listed() {
            refused.denied = Some(Box::new(Denied {
                request,
                demo,
                caller: None,
                document: None,
            }));
        }
        refused
    }

    fn can_be_listed(&self) -> bool {
        let can_be = |denial: &Denial| denial.remedy().is_some() && !denial.list().inline;
        self.denial().is_some_and(can_be)
    }

    /// Who may not call, and why, where that is the reason.
    pub(super) fn denial(&self) -> Option<&Denial> {
        match &self.reason {
            Reason::Denied(denial) => Some(denial),
            _ => None,
        }
    }

    /// A person can allow its portal here.
    pub(super) fn can_be_allowed(&self) -> bool {
        self.denied.is_some() && self.can_be_listed()
    }

    /// What may go on by the settings as they are now.
    pub(super) fn denied(&self) -> Option<&Denied> {
        self.denied.as_deref()
    }

    /// What goes on once the portal is allowed.
    pub(super) fn into_denied(self) -> Option<Box<Denied>> {
        self.denied
    }

    /// What would be signed, where the request may go on.
    pub fn digest(&self) -> Option<&Digest> {
        self.denied().map(|denied| denied.request.document.digest())
    }

    /// As [`super::Order::attach`], for when it goes on.
    pub fn attach(&mut self, document: Document) -> Result<(), OtherDocument> {
        let Some(denied) = &mut self.denied else {
            return Ok(());
        };
        denied.document = document.matching(denied.request.document.digest());
        denied.document.as_ref().map(|_| ()).ok_or(OtherDocument)
    }

    /// The portal that may hear of it.
    pub(super) fn way(&self) -> Option<&Way> {
        self.way.as_deref()
    }

    /// It was handed over by another start of the program that this browser had called,
    /// as in [`super::Order::called_by`].
    pub fn called_by(mut self, caller: String) -> Self {
        if let Some(way) = &mut self.way {
            way.called_by(caller.clone());
        }
        if let Some(denied) = &mut self.denied {
            denied.caller = Some(caller);
        }
        self
    }

    /// Because of the settings, which cannot be read.
    pub(super) fn is_unjudged(&self) -> bool {
        matches!(self.reason, Reason::Unjudged(_))
    }

    /// Who is told when the person closes the page, for people.
    pub fn requester(&self) -> Option<String> {
        self.way().map(Way::requester)
    }

    /// What the portal is told.
    pub(super) fn outcome(&self) -> Option<Outcome> {
        self.way().map(|way| way.failed(self.code(), None))
    }

    /// Error code of the handoff protocol, §4.
    pub fn code(&self) -> ErrorCode {
        self.reason.code()
    }

    /// What happened.
    pub fn what(&self, language: Language) -> String {
        self.reason.what(language)
    }

    /// What to do.
    pub fn advice(&self, language: Language) -> String {
        self.reason.advice(language)
    }
}

impl From<Reason> for Refused {
    fn from(reason: Reason) -> Self {
        Self {
            reason,
            way: None,
            denied: None,
            inquiry: None,
        }
    }
}

/// The same refusal of the same request.
impl PartialEq for Refused {
    fn eq(&self, other: &Self) -> bool {
        let to = |refused: &Self| refused.way().map(|way| way.to().clone());
        let request = |refused: &Self| refused.denied().map(|it| it.request.clone());
        self.reason == other.reason && to(self) == to(other) && request(self) == request(other)
    }
}
