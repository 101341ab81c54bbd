//! The error codes of SecureSign handoff protocol, §4.

use std::fmt;

/// Why a request failed, as the portal is told (or, for some, only the user).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// The user closed or cancelled.
    SignCancelled,
    /// Wrong PIN, and the user gave up.
    PinInvalid,
    /// No tries left.
    PinBlocked,
    /// No token, and the user gave up waiting.
    TokenNotFound,
    /// The callback's origin is not on the allow-list. Screen only.
    DomainNotAllowed,
    /// The key is invalid or revoked. Screen only.
    ApiKeyInvalid,
    /// The signing session timed out.
    SessionExpired,
    /// Raised by the portal's page after a time-out.
    AppNotInstalled,
    /// Raised by the portal's page after a time-out.
    DesktopSoftwareNotRunning,
    /// The link is malformed.
    RequestInvalid,
    /// No certificate that may sign this.
    CertNotFound,
    /// The certificate has expired.
    CertExpired,
    /// A card nobody knows.
    TokenUnsupported,
    /// The token was pulled out.
    TokenRemoved,
    /// The service that knows the portals does not answer. Screen only.
    ServiceUnreachable,
    /// It was asked too often with this key. Screen only.
    RateLimited,
    /// A fault of ours.
    Internal,
}

impl ErrorCode {
    /// Every code, in the order of the protocol.
    pub const ALL: [ErrorCode; 17] = [
        ErrorCode::SignCancelled,
        ErrorCode::PinInvalid,
        ErrorCode::PinBlocked,
        ErrorCode::TokenNotFound,
        ErrorCode::DomainNotAllowed,
        ErrorCode::ApiKeyInvalid,
        ErrorCode::SessionExpired,
        ErrorCode::AppNotInstalled,
        ErrorCode::DesktopSoftwareNotRunning,
        ErrorCode::RequestInvalid,
        ErrorCode::CertNotFound,
        ErrorCode::CertExpired,
        ErrorCode::TokenUnsupported,
        ErrorCode::TokenRemoved,
        ErrorCode::ServiceUnreachable,
        ErrorCode::RateLimited,
        ErrorCode::Internal,
    ];

    /// As it stands in `error`.
    pub fn as_str(self) -> &'static str {
        match self {
            ErrorCode::SignCancelled => "SS_SIGN_CANCELLED",
            ErrorCode::PinInvalid => "SS_PIN_INVALID",
            ErrorCode::PinBlocked => "SS_PIN_BLOCKED",
            ErrorCode::TokenNotFound => "SS_TOKEN_NOT_FOUND",
            ErrorCode::DomainNotAllowed => "SS_DOMAIN_NOT_ALLOWED",
            ErrorCode::ApiKeyInvalid => "SS_API_KEY_INVALID",
            ErrorCode::SessionExpired => "SS_SESSION_EXPIRED",
            ErrorCode::AppNotInstalled => "SS_APP_NOT_INSTALLED",
            ErrorCode::DesktopSoftwareNotRunning => "SS_DESKTOP_SOFTWARE_NOT_RUNNING",
            ErrorCode::RequestInvalid => "SS_REQUEST_INVALID",
            ErrorCode::CertNotFound => "SS_CERT_NOT_FOUND",
            ErrorCode::CertExpired => "SS_CERT_EXPIRED",
            ErrorCode::TokenUnsupported => "SS_TOKEN_UNSUPPORTED",
            ErrorCode::TokenRemoved => "SS_TOKEN_REMOVED",
            ErrorCode::ServiceUnreachable => "SS_SERVICE_UNREACHABLE",
            ErrorCode::RateLimited => "SS_RATE_LIMITED",
            ErrorCode::Internal => "SS_INTERNAL",
        }
    }

    /// The one that stands so in `error`; `None` where it is none of these.
    pub fn named(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_str() == text)
    }

    /// Whether a callback may carry it; the others are for the screen or for the
    /// portal's own page.
    pub fn goes_to_callback(self) -> bool {
        !matches!(
            self,
            ErrorCode::DomainNotAllowed
                | ErrorCode::ApiKeyInvalid
                | ErrorCode::AppNotInstalled
                | ErrorCode::DesktopSoftwareNotRunning
                | ErrorCode::ServiceUnreachable
                | ErrorCode::RateLimited
        )
    }

    /// A sentence for `message` where the flow has none that says more.
    pub fn sentence(self) -> &'static str {
        match self {
            ErrorCode::SignCancelled => "The user cancelled the signature.",
            ErrorCode::PinInvalid => "The PIN was wrong.",
            ErrorCode::PinBlocked => "The PIN is blocked; it must be unlocked with the PUK.",
            ErrorCode::TokenNotFound => "No token was found.",
            ErrorCode::DomainNotAllowed => "The callback's origin is not allowed.",
            ErrorCode::ApiKeyInvalid => "The API key is invalid.",
            ErrorCode::SessionExpired => "The signing session timed out.",
            ErrorCode::AppNotInstalled => "The desktop software is not installed.",
            ErrorCode::DesktopSoftwareNotRunning => "The desktop software is not running.",
            ErrorCode::RequestInvalid => "The signing request is invalid.",
            ErrorCode::CertNotFound => "No matching certificate is on the token.",
            ErrorCode::CertExpired => "The certificate has expired.",
            ErrorCode::TokenUnsupported => "The token is not supported.",
            ErrorCode::TokenRemoved => "The token was removed.",
            ErrorCode::ServiceUnreachable => "The authentication service does not answer.",
            ErrorCode::RateLimited => "The authentication service was asked too often.",
            ErrorCode::Internal => "The desktop software failed.",
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
