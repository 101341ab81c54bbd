//! What a person can do on a screen.

use securesign_card::application::PinId;
use securesign_card::pin::Pin;

use super::Setting;

/// What a button means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Sign with the chosen certificate and the PIN typed.
    Sign,
    /// Go on although one try is left.
    UseLastTry,
    /// Sign although the document that was given is another one.
    SignAnyway,
    /// Go on although it was never tried on a real token of this kind.
    GoOn,
    /// Open the form that changes the PIN.
    ChangePin,
    /// Open the form that unlocks with the PUK.
    Unlock,
    /// As [`Action::ChangePin`], of a further PIN.
    ChangeFurther(PinId),
    /// As [`Action::Unlock`], of a further PIN.
    UnlockFurther(PinId),
    /// Unlock it with the other secret that does that on this token.
    OtherWay,
    /// To the next step of the form.
    Next,
    /// Send the form that is open.
    Submit,
    /// Open the settings.
    Settings,
    /// Open the form that lets a portal call.
    AddPortal,
    /// Ask whether the portal that was refused may call from now on.
    AllowPortal,
    /// Let it call, and go on with its request.
    Allow,
    /// Take from the portal what it was allowed.
    Remove,
    /// Open the journal.
    Journal,
    /// Copy the journal to a file.
    Export,
    /// Open the settings file in the program that the system has for it.
    OpenFile,
    /// Tell about this program.
    About,
    /// Gather what is to be reported when something goes wrong.
    Diagnose,
    /// Back to the screen before.
    Back,
    /// Look for tokens again.
    Retry,
    /// Choose a file that is compared with the request.
    Compare,
    /// Copy what is to be reported of a token into the clipboard.
    Copy,
    /// Forget the kept PIN, and log its card out.
    Lock,
    /// Give up, and tell the portal so.
    Cancel,
    /// Leave; nothing more is sent.
    Close,
}

impl Action {
    /// It spends or changes something that is the person's: a signature, a try, who
    /// may ask for signatures. A hand must do that, with a key or the mouse; no other program may in its place.
    pub fn commits(self) -> bool {
        match self {
            Self::Sign
            | Self::UseLastTry
            | Self::SignAnyway
            | Self::GoOn
            | Self::Submit
            | Self::Allow
            | Self::Remove => true,
            Self::ChangePin
            | Self::Unlock
            | Self::ChangeFurther(_)
            | Self::UnlockFurther(_)
            | Self::OtherWay
            | Self::Next
            | Self::Settings
            | Self::AddPortal
            | Self::AllowPortal
            | Self::Journal
            | Self::Export
            | Self::OpenFile
            | Self::About
            | Self::Diagnose
            | Self::Back
            | Self::Retry
            | Self::Compare
            | Self::Copy
            | Self::Lock
            | Self::Cancel
            | Self::Close => false,
        }
    }
}

/// What a person did.
pub enum Input {
    /// Chose a certificate.
    Choose(usize),
    /// Pressed a button; the fields' contents in their order.
    Press(Action, Vec<Pin>),
    /// Chose this value of a setting.
    Set(Setting, usize),
    /// Pressed the button of this row.
    Row(usize),
    /// What stands in the lines now, in their order; comes before a button that
    /// was pressed with them.
    Lines(Vec<String>),
    /// Gave files: `file:` URLs or paths, as the desktop names them.
    Files(Vec<String>),
    /// Had the value of a fact copied; the front end has done it.
    Copied,
    /// Pressed the button of this certificate.
    Details(usize),
    /// Wanted to choose a file, and the desktop has no dialog for that.
    NoDialog,
    /// Closed the window (or ended the input).
    Closed,
}
