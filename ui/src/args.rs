//! The command line.

mod sign_file;
mod verify;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::{ContextValue, Error};
use clap::{Args, Parser, Subcommand};
use securesign_card::error::Secret;
use securesign_card::text;

pub use self::sign_file::{Form, Hash, SignFile};
pub use self::verify::{Of, Verify};

/// Sign with the certificate on a USB token, with no vendor driver.
///
/// Without a command the token window opens: PIN tries left, certificates,
/// change the PIN, unlock it with the PUK.
#[derive(Debug, Parser)]
#[command(name = "securesign", version, max_term_width = 90)]
pub struct Arguments {
    /// Use only this reader; "demo" is a token made of software
    #[arg(long, global = true, value_name = "NAME")]
    pub reader: Option<String>,

    /// Print progress to standard error; twice: every command to the card
    /// (never a PIN)
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,

    /// Colours of the window: light or dark [default: as the settings say]
    #[cfg(feature = "window")]
    #[arg(long, value_enum, hide_possible_values = true)]
    pub theme: Option<Theme>,

    #[command(subcommand)]
    pub command: Option<Command>,
}

impl Arguments {
    /// Whether the window is wanted: it looks for the reader that is named by itself.
    pub fn opens_window(&self) -> bool {
        matches!(self.command, None | Some(Command::Open { .. }))
    }
}

/// Colours of the window.
#[cfg(feature = "window")]
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum Theme {
    /// Dark on light
    Light,
    /// Light on dark
    Dark,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Open the window for a link; what the system's link handler calls
    ///
    /// Where a window is open already it takes the link, and this ends at once. Exit
    /// code 0: it has it. 2: refused, or too many wait; the reason is on standard error.
    Open {
        /// securesign://sign?…
        link: OsString,

        /// Write the callback URL to standard output, however long, do not open the browser
        #[arg(long)]
        print: bool,
    },

    /// Sign in the terminal
    ///
    /// Exit code 0: signed. 1: not signed, and a portal that may call was told so. 2:
    /// refused or bad usage, nothing was called back; the reason is on standard error.
    Sign(Sign),

    /// Sign PDF and XML files on this computer, in the terminal, with one PIN for all
    ///
    /// Each signed file is written beside the original as NAME-signed.pdf or NAME-signed.xml;
    /// nothing is ever replaced. In a PDF the signature is a PAdES B-B one, or B-T with a time
    /// stamp, in XML an XML signature. The document is not drawn: its name, size, number of
    /// pages and SHA-256 are shown. Exit code 0: all are signed. 1: not all; the reasons are
    /// told with each file. 2: bad usage.
    SignFile(Box<SignFile>),

    /// Show the signatures in PDF and XML files, or judge a result that came to a portal; needs
    /// no token
    ///
    /// A certificate is trusted where it leads to an authority of the system, one in the folder
    /// authorities beside the settings, or one that --ca names; whether it was revoked is not
    /// asked. Of XML, signatures over exclusive canonical XML are read. Exit code 0: all
    /// signatures are sound, nothing came after the last one, and with --ca all are trusted. 1:
    /// not so, or there is none. 2: a file cannot be read.
    ///
    /// With --result the result of a signature is judged over what the portal has itself, --document
    /// or --hash, and the certificate by --ca, --intermediate and --crl, as the portal's service does
    /// it. Exit code 0: valid. 1: not valid, or nothing was signed. 2: a file cannot be read.
    Verify(Verify),

    /// List readers and tokens: PIN tries left, certificates
    Tokens {
        /// Print as JSON, for programs
        #[arg(long)]
        json: bool,
    },

    /// Show the tries left, change the PIN, unlock it with the PUK
    #[command(subcommand)]
    Pin(Pin),

    /// List what was signed for whom on this computer, the newest first
    Journal {
        /// Print as JSON, for programs
        #[arg(long)]
        json: bool,

        #[command(subcommand)]
        command: Option<Journal>,
    },

    /// Record what goes to the card and back, for a report; never a PIN
    #[command(subcommand)]
    Trace(Trace),

    /// Learn from a recording of another program's talk with a token, for a report
    ///
    /// The recording is a log of pcsc-spy or of pcscd --apdu, or a capture of USB (pcapng or
    /// pcap, of usbmon or USBPcap). What it tells of the token, and its commands without PINs,
    /// is printed and written into a new file. The PIN that was typed while it was recorded is
    /// asked for, so that it is found and left out wherever it stands.
    Learn(Learn),

    /// Look for what is missing on this computer, and say what to do
    Doctor {
        /// Print as JSON, for programs
        #[arg(long)]
        json: bool,
    },

    /// Let securesign:// links of your browser open this program
    ///
    /// For you alone; a package does it for all users by itself. Your browser goes
    /// on asking before it opens a link. Run this again after moving the program.
    Register,

    /// Give securesign:// links back to the program that had them before
    Unregister,

    /// Show the demo token's PIN and PUK, and a link to try, another one each time
    Demo {
        /// Print only the link
        #[arg(long)]
        link: bool,

        /// Write a page to try links on, for your browser; it loads nothing and sends nothing
        #[arg(long, value_name = "FILE", conflicts_with = "link")]
        page: Option<PathBuf>,
    },

    /// Show the result in a callback URL, as the portal reads it
    Result {
        /// The callback URL, or the value of ss_result
        url: String,

        /// Write digest.bin, signature.bin and certificate.pem into this folder
        #[arg(long, value_name = "FOLDER")]
        save: Option<PathBuf>,
    },
}

#[derive(Debug, Args)]
pub struct Sign {
    /// securesign://sign?…, or - for links on standard input, one a line
    pub link: OsString,

    #[command(flatten)]
    pub secrets: SignSecrets,

    /// The document itself: its digest is compared with the link's, and a token
    /// that can finish the hash itself does so
    #[arg(long, value_name = "FILE")]
    pub document: Option<PathBuf>,

    /// Write the callback URL to standard output, however long, do not open the browser
    #[arg(long)]
    pub print: bool,

    /// How long to wait for a token [default: forever in a terminal, else 0]
    #[arg(long, value_name = "SECONDS")]
    pub wait: Option<u64>,
}

#[derive(Debug, Subcommand)]
pub enum Pin {
    /// PIN tries left; spends none
    Status {
        /// Print as JSON, for programs
        #[arg(long)]
        json: bool,
    },
    /// Change the PIN (you need the present one)
    Change {
        /// Which PIN, on a token with several: pin, signature, as pin status names them
        #[arg(long, value_name = "PIN")]
        which: Option<String>,

        /// Which application, on a token with several: a part of its name, as pin status
        /// tells it
        #[arg(long, value_name = "NAME")]
        application: Option<String>,

        #[command(flatten)]
        secrets: ChangeSecrets,

        /// Print the outcome as JSON, for programs
        #[arg(long)]
        json: bool,
    },
    /// Unlock a blocked PIN and set a new one (you need the PUK)
    #[command(visible_alias = "unlock")]
    Unblock {
        /// Which PIN, on a token with several: pin, signature, as pin status names them
        #[arg(long, value_name = "PIN")]
        which: Option<String>,

        /// What you have, on a token with two secrets that unlock (an OpenPGP card with a reset
        /// code)
        #[arg(long, value_name = "SECRET", value_enum)]
        with: Option<With>,

        /// Which application, on a token with several: a part of its name, as pin status
        /// tells it
        #[arg(long, value_name = "NAME")]
        application: Option<String>,

        #[command(flatten)]
        secrets: UnblockSecrets,

        /// Print the outcome as JSON, for programs
        #[arg(long)]
        json: bool,
    },
}

/// What unlocks a PIN.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum With {
    Puk,
    ResetCode,
    AdminPin,
    AdminKey,
}

impl With {
    pub fn secret(self) -> Secret {
        match self {
            Self::Puk => Secret::Puk,
            Self::ResetCode => Secret::ResetCode,
            Self::AdminPin => Secret::AdminPin,
            Self::AdminKey => Secret::AdminKey,
        }
    }
}

/// Secrets come from files or are asked without echo: never from an argument or
/// the environment, where other programs could read them.
#[derive(Debug, Default)]
pub struct SecretFiles {
    pub pin_file: Option<PathBuf>,
    pub puk_file: Option<PathBuf>,
    pub new_pin_file: Option<PathBuf>,
    pub use_last_try: bool,
    pub unconfirmed: bool,
}

#[derive(Debug, Args)]
pub struct SignSecrets {
    /// File whose first line is the PIN; - is standard input
    #[arg(long, value_name = "FILE")]
    pin_file: Option<PathBuf>,

    /// Spend the last PIN try without asking
    #[arg(long)]
    use_last_try: bool,

    /// Go on where this was never tried on a real token of the kind
    #[arg(long)]
    unconfirmed: bool,
}

#[derive(Debug, Args)]
pub struct ChangeSecrets {
    /// File whose first line is the present PIN; - is standard input
    #[arg(long, value_name = "FILE")]
    pin_file: Option<PathBuf>,

    /// File whose first line is the new PIN; - is standard input, the line after
    /// the present PIN
    #[arg(long, value_name = "FILE")]
    new_pin_file: Option<PathBuf>,

    /// Spend the last PIN try without asking
    #[arg(long)]
    use_last_try: bool,

    /// Go on where this was never tried on a real token of the kind
    #[arg(long)]
    unconfirmed: bool,
}

#[derive(Debug, Args)]
pub struct UnblockSecrets {
    /// File whose first line is the PUK, or what the token has in its place (an OpenPGP
    /// card: reset code, admin PIN or key); - is standard input
    #[arg(long, value_name = "FILE")]
    puk_file: Option<PathBuf>,

    /// File whose first line is the new PIN; - is standard input, the line after
    /// the PUK
    #[arg(long, value_name = "FILE")]
    new_pin_file: Option<PathBuf>,

    /// Spend the last PUK try without asking
    #[arg(long)]
    use_last_try: bool,

    /// Go on where this was never tried on a real token of the kind
    #[arg(long)]
    unconfirmed: bool,
}

impl From<SignSecrets> for SecretFiles {
    fn from(
        SignSecrets {
            pin_file,
            use_last_try,
            unconfirmed,
        }: SignSecrets,
    ) -> Self {
        Self {
            pin_file,
            use_last_try,
            unconfirmed,
            ..Self::default()
        }
    }
}

impl From<ChangeSecrets> for SecretFiles {
    fn from(
        ChangeSecrets {
            pin_file,
            new_pin_file,
            use_last_try,
            unconfirmed,
        }: ChangeSecrets,
    ) -> Self {
        Self {
            pin_file,
            new_pin_file,
            use_last_try,
            unconfirmed,
            puk_file: None,
        }
    }
}

impl From<UnblockSecrets> for SecretFiles {
    fn from(
        UnblockSecrets {
            puk_file,
            new_pin_file,
            use_last_try,
            unconfirmed,
        }: UnblockSecrets,
    ) -> Self {
        Self {
            puk_file,
            new_pin_file,
            use_last_try,
            unconfirmed,
            pin_file: None,
        }
    }
}

#[derive(Debug, Args)]
pub struct Learn {
    /// The recording
    pub recording: PathBuf,

    /// File to write [default: the name of the recording, and .trace]
    #[arg(long, value_name = "FILE")]
    pub to: Option<PathBuf>,

    /// File whose first line is the PIN that was typed; - is standard input
    #[arg(long, value_name = "FILE")]
    pub pin_file: Option<PathBuf>,

    /// File whose first line is the PUK that was typed; - is standard input, the line after
    /// the PIN
    #[arg(long, value_name = "FILE")]
    pub puk_file: Option<PathBuf>,

    /// Ask for no PIN: what cannot be known to hold none is left out
    #[arg(long, conflicts_with_all = ["pin_file", "puk_file"])]
    pub no_pin: bool,

    /// Keep whole answers, certificates with their names too: for test cards
    #[arg(long)]
    pub full: bool,
}

#[derive(Debug, Subcommand)]
pub enum Journal {
    /// Check that no line was altered, taken out or cut off
    Verify {
        /// A copy that was exported [default: the journal itself]
        file: Option<PathBuf>,
    },
    /// Copy the journal to a file that does not exist yet
    Export {
        /// File to write
        file: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub enum Trace {
    /// Run a command and write what went to the card and back into FILE
    Record {
        /// Keep whole answers, certificates with their names too: for test cards
        #[arg(long)]
        full: bool,

        /// File to write
        file: PathBuf,

        /// The command, after --: for instance -- tokens
        #[arg(last = true, required = true)]
        command: Vec<OsString>,
    },
    /// Play traces with the driver that each names in its heading "profile", and say where they part
    ///
    /// Headings: profile, atr, do (status, sign, unblock, change), expect (how it ends); of sign
    /// also certificate (a serial number) and digest. Ends with 1 where one parts.
    Check {
        /// Files to play
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Print a trace with the meaning of each status word
    Show {
        /// File to show
        file: PathBuf,
    },
}

/// What is wrong with a command line, in the parser's words. What was typed is repeated in
/// it, each as one line.
pub fn told(mut error: Error) -> String {
    let typed: Vec<_> = error
        .context()
        .filter_map(|(kind, value)| match value {
            ContextValue::String(typed) => Some((kind, text::reason(typed))),
            _ => None,
        })
        .collect();
    for (kind, typed) in typed {
        error.insert(kind, ContextValue::String(typed));
    }
    error.to_string().trim_end().to_owned()
}
