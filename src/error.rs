//! What can go wrong with a card. Every error has two sentences: what happened,
//! and what to do.

use crate::armor::Fault;
use crate::pin::PinFormat;
use crate::sw::StatusWord;
use crate::tlv::TlvError;
use crate::transport::TransportError;

/// Which secret an error is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secret {
    /// The PIN of the card holder.
    Pin,
    /// The unblocking key.
    Puk,
}

impl std::fmt::Display for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Secret::Pin => "PIN",
            Secret::Puk => "PUK",
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
    /// The card's answer makes no sense.
    Malformed {
        /// The step, as in traces.
        during: &'static str,
        /// Offset in the answer.
        at: usize,
    },
    /// The card's answer was not protected as secure messaging wants it.
    Armor {
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
    /// The card's RSA fails on a digest made outside the card (6F83, seen on
    /// ePass2003 in FIPS mode).
    RawRsa,
    /// The card or the request wants something that this family cannot do.
    Unsupported(&'static str),
    /// The signature does not fit the certificate; it was thrown away.
    BadSignature,
    /// Another token, or none of ours, is in the reader now.
    Changed,
    /// The PIN of the session was forgotten, by time-out or by its end.
    SessionOver,
}

impl CardError {
    /// What happened, in one sentence.
    pub fn what(&self) -> String {
        match self {
            Self::Transport(error) => capital(&format!("{error}.")),
            Self::Wrong {
                secret,
                left: Some(0),
            }
            | Self::Blocked(secret) => {
                format!("The {secret} is blocked: no tries are left.")
            }
            Self::Wrong {
                secret,
                left: Some(1),
            } => {
                format!("The {secret} was wrong. One try is left.")
            }
            Self::Wrong {
                secret,
                left: Some(left),
            } => {
                format!("The {secret} was wrong. {left} tries are left.")
            }
            Self::Wrong { secret, left: None } => {
                format!("The {secret} was wrong. The token does not tell how many tries are left.")
            }
            Self::Format { secret, fault } => {
                format!("This cannot be the {secret}: {fault}. It was not sent, no try is lost.")
            }
            Self::NewPinFormat(fault) => {
                format!("The new PIN does not fit: {fault}. Nothing was sent.")
            }
            Self::LastTry(secret) => {
                format!("One try of the {secret} is left. It was not sent.")
            }
            Self::NewPinRefused { sw } => {
                format!(
                    "The token refused what was typed for its form ({sw}). Nothing was changed."
                )
            }
            Self::Refused { during, sw } => match sw.meaning() {
                Some(meaning) => {
                    format!("The token refused a step: {during} ({sw}, {meaning}).")
                }
                None => format!("The token refused a step: {during} ({sw})."),
            },
            Self::Malformed { during, at } => {
                format!("The token's answer makes no sense: {during}, byte {at}.")
            }
            Self::Armor {
                during,
                fault: Fault::Lost,
            } => {
                format!("The token has lost the protected connection: {during}.")
            }
            Self::Armor {
                during,
                fault: Fault::Checksum,
            } => {
                format!("The token's answer was altered on its way: {during}.")
            }
            Self::Armor {
                during,
                fault: Fault::Malformed,
            } => {
                format!("The token's answer was not protected as agreed: {during}.")
            }
            Self::UnblockOff { sw } => format!(
                "The PUK was right, but the token does not take a new PIN (status word {sw})."
            ),
            Self::RawRsa => {
                "The token refuses to sign a digest that was made outside it (status word 6F83)."
                    .into()
            }
            Self::Unsupported(what) => format!("This token cannot do it: {what}."),
            Self::BadSignature => {
                "The token's signature does not fit its certificate, and was thrown away.".into()
            }
            Self::SessionOver => "The signing session is over: the PIN is asked again.".into(),
            Self::Changed => "The token in the reader is not the one that was shown.".into(),
        }
    }

    /// What to do, in one sentence.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Transport(error) => transport_advice(error),
            Self::Wrong {
                secret: Secret::Pin,
                left: Some(0),
            }
            | Self::Blocked(Secret::Pin) => {
                "Unlock it with the PUK from the letter or mail that came with the token."
            }
            Self::Wrong {
                secret: Secret::Puk,
                left: Some(0),
            }
            | Self::Blocked(Secret::Puk) => {
                "Only the issuer of the token can help now. Do not reset the token yourself: that erases its certificates."
            }
            Self::Wrong { .. } => "Type it again with care.",
            Self::Format { .. } => "Type it again.",
            Self::NewPinFormat(_) => "Choose another one.",
            Self::LastTry(_) => "Make sure that it is right, and confirm that it may be sent.",
            Self::NewPinRefused { .. } => {
                "Choose another PIN of digits that do not repeat; some tokens also want the PUK in digits only."
            }
            Self::Armor {
                fault: Fault::Lost, ..
            } => {
                "Close other programs that use the token, and start again; the PIN is asked again."
            }
            Self::Armor { .. } => {
                "Connect the token directly to the computer, close other programs that use it, and start again."
            }
            Self::UnblockOff { .. } => {
                "Unlocking is switched off on tokens that are sold so. Only initialising it anew helps, with its maker's or issuer's program: the certificate is lost by that. Ask the issuer of the certificate."
            }
            Self::RawRsa => {
                "Sign it in a terminal and give the document too (securesign sign --document FILE LINK): the token then finishes the hash itself."
            }
            Self::Refused { .. } | Self::Malformed { .. } => {
                "Take the token out, put it in again and repeat. If it stays so, record a trace (securesign trace record) and report it."
            }
            Self::Unsupported(_) => "Use another certificate or another token.",
            Self::BadSignature => {
                "Repeat it. If it stays so, certificate and key on the token do not belong together: ask its issuer."
            }
            Self::SessionOver => "Type the PIN.",
            Self::Changed => "Put the right token in and start again.",
        }
    }
}

fn transport_advice(error: &TransportError) -> &'static str {
    match error {
        TransportError::NoService => {
            if cfg!(target_os = "linux") {
                "Install pcscd (on Debian and Ubuntu: sudo apt install pcscd), or start it (sudo systemctl start pcscd.socket)."
            } else {
                "Start the smart-card service of the system, or restart the computer."
            }
        }
        TransportError::NoReader => "Connect the token or the reader.",
        TransportError::Removed => "Put the token in and start again.",
        TransportError::Reset => "Start again; the PIN is asked again.",
        TransportError::Busy { .. } => {
            "Close the other program, or take the token out and put it in again."
        }
        TransportError::Mute => "Take the token out and put it in again, the right way round.",
        TransportError::NotTransacted => "Take the token out, put it in again and repeat.",
        TransportError::Forbidden => {
            "Sign in at the computer itself, or ask its administrator for access to pcscd."
        }
        TransportError::Other(_) => {
            "Take the token out and put it in again; run securesign doctor."
        }
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}

impl std::fmt::Display for CardError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.what(), self.advice())
    }
}

impl std::error::Error for CardError {}

impl From<TransportError> for CardError {
    fn from(error: TransportError) -> Self {
        Self::Transport(error)
    }
}

/// Names the step in which the TLV was read.
pub fn malformed(during: &'static str) -> impl Fn(TlvError) -> CardError {
    move |error| CardError::Malformed {
        during,
        at: error.at,
    }
}
