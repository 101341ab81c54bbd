//! What can go wrong with a card. Texts are English, for logs and for whoever programs
//! with it; what a person reads is the business of whoever shows it.

use std::fmt;
use std::time::Duration;

use crate::pin::PinFormat;
use crate::sw::StatusWord;
use crate::tlv::TlvError;
use crate::transport::TransportError;

/// Which secret an error is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secret {
    /// The PIN of the card holder.
    Pin,
    /// A second PIN of the card holder, for the keys of qualified signatures.
    SignaturePin,
    /// The unblocking key.
    Puk,
    /// What unblocks the PIN of an OpenPGP card that has one (specification 3.4, 4.3.4).
    ResetCode,
    /// The administrator's PIN, where it unblocks the PIN.
    AdminPin,
    /// The administrator's key, where that unblocks the PIN: it never goes to the card itself.
    AdminKey,
}

impl Secret {
    /// Whether it lets a key be used, and does not only unblock what does.
    pub fn is_pin(self) -> bool {
        matches!(self, Self::Pin | Self::SignaturePin)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pin => "PIN",
            Self::SignaturePin => "signature PIN",
            Self::Puk => "PUK",
            Self::ResetCode => "reset code",
            Self::AdminPin => "admin PIN",
            Self::AdminKey => "admin key",
        })
    }
}

/// A failed dialogue with a card. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CardError {
    /// No answer came.
    Transport(TransportError),
    /// The card compared it and it was wrong: one try is gone.
    Wrong {
        /// PIN or PUK.
        secret: Secret,
        /// Tries left where the card told.
        left: Option<u8>,
    },
    /// No tries left.
    Blocked(Secret),
    /// It can never be right, so it was not sent; no try is gone.
    Format {
        /// PIN or PUK.
        secret: Secret,
        /// What is wrong with it.
        fault: PinFormat,
    },
    /// The new PIN can be none on this card, so nothing was sent.
    NewPinFormat(PinFormat),
    /// Not sent: this is the last try and the user has not said so.
    LastTry(Secret),
    /// The card refused the form of what was sent with a new PIN.
    NewPinRefused {
        /// Status word.
        sw: StatusWord,
    },
    /// The card refused a command.
    Refused {
        /// The step, as in traces.
        during: &'static str,
        /// Status word.
        sw: StatusWord,
    },
    /// The card did not check the PIN, or did not sign, and its status word tells why.
    Declined {
        /// Why.
        reason: Reason,
        /// Status word.
        sw: StatusWord,
    },
    /// The card's answer makes no sense.
    Malformed {
        /// The step, as in traces.
        during: &'static str,
        /// Offset in the answer.
        at: usize,
    },
    /// The card's answer was not protected as secure messaging wants it.
    SecureMessaging {
        /// The step, as in traces.
        during: &'static str,
        /// What is wrong with it.
        fault: Fault,
    },
    /// The PUK was right and a new PIN is refused: unlocking is switched off.
    UnblockOff {
        /// Status word.
        sw: StatusWord,
    },
    /// This code was accepted, and the new PIN that came with it is refused: more was typed
    /// than the code, and the rest of it has become the beginning of the PIN.
    OtherPin(Secret),
    /// The card's RSA fails on a digest made outside the card (6F83, seen on
    /// ePass2003 in FIPS mode).
    RawRsa,
    /// The card or the request wants something that this family cannot do.
    Unsupported(Missing),
    /// The signature does not fit the certificate; it was thrown away.
    BadSignature,
    /// Another token, or none of ours, is in the reader now.
    Changed,
    /// The answer to a new PIN or PUK was lost: whether it is in force is not known.
    Unclear(Secret),
    /// The answer to a PIN or PUK was lost: whether a try is gone is not known.
    Unanswered {
        /// Which was sent.
        secret: Secret,
        /// How the answer was lost.
        cause: Box<CardError>,
    },
    /// The PIN of the session was forgotten, by time-out or by its end.
    SessionOver,
}

/// Why a card did not check a PIN, or did not sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The key waited for a touch, and none came.
    NoTouch,
    /// No PIN counts as verified, or none any more.
    PinForgotten,
    /// There is no such key, or it is none for this certificate.
    NoKey,
    /// A PIN is not taken in this way: often, without contacts.
    PinNotTaken,
    /// There is no such PIN.
    NoPin,
    /// Its conditions of use are not satisfied.
    Conditions,
    /// A fault of the card's own.
    Fault,
}

/// Keys wait about fifteen seconds for a touch (sheet PIV, 9.2), and then say what they say
/// to a missing PIN. No other refusal takes so long.
const TOUCH_MISSED: Duration = Duration::from_secs(10);

impl Reason {
    /// What a status word says after VERIFY; `None`: nothing that is known.
    pub fn of_verifying(sw: StatusWord) -> Option<Self> {
        match sw {
            StatusWord::SECURITY_STATUS => Some(Self::PinNotTaken),
            StatusWord::NO_REFERENCE | StatusWord::WRONG_P1P2 => Some(Self::NoPin),
            sw => Self::of_any(sw),
        }
    }

    /// What a status word says in place of a signature, after so long a silence; `None`:
    /// nothing that is known.
    pub fn of_signing(sw: StatusWord, silence: Duration) -> Option<Self> {
        match sw {
            _ if silence >= TOUCH_MISSED => Some(Self::NoTouch),
            StatusWord::NOT_TOUCHED => Some(Self::NoTouch),
            StatusWord::SECURITY_STATUS => Some(Self::PinForgotten),
            StatusWord::WRONG_DATA
            | StatusWord::NOT_FOUND
            | StatusWord::WRONG_P1P2
            | StatusWord::NO_REFERENCE => Some(Self::NoKey),
            sw => Self::of_any(sw),
        }
    }

    fn of_any(sw: StatusWord) -> Option<Self> {
        match (sw, sw.sw1()) {
            (StatusWord::CONDITIONS, _) => Some(Self::Conditions),
            // ISO 7816-4, 5.6: execution errors, and no precise diagnosis.
            (_, 0x64 | 0x65 | 0x6F) => Some(Self::Fault),
            _ => None,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoTouch => "the key was not touched",
            Self::PinForgotten => "no PIN counts as verified",
            Self::NoKey => "there is no such key",
            Self::PinNotTaken => "the PIN is not taken in this way",
            Self::NoPin => "there is no such PIN",
            Self::Conditions => "the conditions of use are not satisfied",
            Self::Fault => "the card reports a fault of its own",
        })
    }
}

/// What a card, its family or a request lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// There is no PUK.
    Puk,
    /// There is no PIN under any reference that is known.
    Pin,
    /// Keys of this kind cannot sign.
    KeyKind,
    /// RSA keys of this length cannot sign.
    KeyLength,
    /// The RSA key is shorter than the padded digest.
    KeyTooShort,
    /// Ed25519 hashes the document itself.
    Ed25519,
    /// It cannot be changed.
    Change,
    /// A PIN of this length fits into no command.
    PinLength,
    /// Its PIN is that of the whole card, which no PUK resets.
    GlobalPin,
    /// It has no application that is known: blank, or set up otherwise.
    Setup,
    /// The card opens no protected session with the keys that are published.
    Session,
    /// What has to be sent for a signature is longer than the reader takes.
    Reader,
    /// Unblocking is switched off on it.
    UnblockOff,
    /// In which form this model takes its PIN is not known: the wrong one would cost a try.
    PinForm,
    /// What unblocks it is not the holder's: who issued the card has it.
    Issuer,
    /// Another application of the card has the same PIN, which would stay as it is.
    SharedPin,
    /// Digests of this kind are not signed with this key.
    Digest,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Puk => "it has no PUK",
            Self::Pin => "it has no PIN that is known",
            Self::KeyKind => "keys of this kind do not sign here",
            Self::KeyLength => "RSA keys of this length do not sign here",
            Self::KeyTooShort => "the RSA key is shorter than the padded digest",
            Self::Ed25519 => "Ed25519 hashes the document itself",
            Self::Change => "it cannot be changed",
            Self::PinLength => "a PIN of this length fits into no command",
            Self::GlobalPin => "no PUK resets the PIN of the whole card",
            Self::Setup => "it has no application that is known",
            Self::Session => "it opens no protected session with the published keys",
            Self::Reader => "the command is longer than the reader takes",
            Self::UnblockOff => "unblocking is switched off",
            Self::PinForm => "it is not known how this model takes its PIN",
            Self::Issuer => "who issued the card has its PUK",
            Self::SharedPin => "another application of the card has the same PIN",
            Self::Digest => "digests of this kind are not signed with this key",
        })
    }
}

impl fmt::Display for CardError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Transport(error) => error.fmt(f),
            Self::Wrong {
                secret,
                left: Some(left),
            } => write!(f, "wrong {secret}, tries left: {left}"),
            Self::Wrong { secret, left: None } => {
                write!(f, "wrong {secret}, the tries left are not known")
            }
            Self::Blocked(secret) => write!(f, "the {secret} is blocked"),
            Self::Format { secret, fault } => write!(f, "this is no {secret}: {fault}"),
            Self::NewPinFormat(fault) => write!(f, "the new value can be none: {fault}"),
            Self::LastTry(secret) => write!(f, "one try of the {secret} is left; nothing was sent"),
            Self::NewPinRefused { sw } => write!(f, "the form of a new value was refused ({sw})"),
            Self::Refused { during, sw } => match sw.meaning() {
                Some(meaning) => write!(f, "{during}: refused ({sw}, {meaning})"),
                None => write!(f, "{during}: refused ({sw})"),
            },
            Self::Declined { reason, sw } => write!(f, "{reason} ({sw})"),
            Self::Malformed { during, at } => {
                write!(f, "{during}: the answer makes no sense at byte {at}")
            }
            Self::SecureMessaging { during, fault } => write!(f, "{during}: {fault}"),
            Self::UnblockOff { sw } => write!(f, "unblocking is switched off ({sw})"),
            Self::OtherPin(secret) => {
                write!(
                    f,
                    "the {secret} was accepted, and the new PIN is another one than typed"
                )
            }
            Self::RawRsa => f.write_str("the card does not sign digests made outside it"),
            Self::Unsupported(missing) => write!(f, "not possible with this card: {missing}"),
            Self::BadSignature => f.write_str("the signature does not fit the certificate"),
            Self::Changed => f.write_str("another card is in the reader"),
            Self::Unclear(secret) => write!(f, "it is not known whether the new {secret} holds"),
            Self::Unanswered { secret, cause } => {
                write!(
                    f,
                    "{cause}; it is not known whether a try of the {secret} is gone"
                )
            }
            Self::SessionOver => f.write_str("the PIN of the session was forgotten"),
        }
    }
}

impl std::error::Error for CardError {}

impl From<TransportError> for CardError {
    fn from(error: TransportError) -> Self {
        Self::Transport(error)
    }
}

/// What no job needs: nothing where the card does not give it, for whatever reason. Only a
/// card or reader that is gone is an error, and a card that is another one by now.
///
/// # Errors
///
/// [`CardError::Transport`] and [`CardError::Changed`] as they came.
pub fn given<T>(result: Result<T, CardError>) -> Result<Option<T>, CardError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error @ (CardError::Transport(_) | CardError::Changed)) => Err(error),
        Err(error) => {
            tracing::debug!("not known: {error}");
            Ok(None)
        }
    }
}

/// Names the step in which the TLV was read.
pub fn malformed(during: &'static str) -> impl Fn(TlvError) -> CardError {
    move |error| CardError::Malformed {
        during,
        at: error.at,
    }
}

/// What is wrong with a protected answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The card says that it knows no session (any more), or none in which this
    /// command came: another program's, a reset, or a lost count. Or the command did not get
    /// to it, and was counted on one side only.
    Lost,
    /// The checksum is not the one of this answer to this command.
    Checksum,
    /// No protection where there must be some, or objects that make no sense.
    Malformed,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Lost => "the protected session was lost",
            Self::Checksum => "the checksum of the answer is wrong",
            Self::Malformed => "the answer is not protected as it should be",
        })
    }
}
