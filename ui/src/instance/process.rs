//! Whose a process is, for pipes tell no more than its number.

use std::io;

use winsafe::{HPROCESS, SysResult, TokenInfo, co};

/// Whose a process is.
#[derive(PartialEq, Eq)]
pub struct Process {
    /// The user's security identifier, in its text form.
    pub user: String,
    /// A user may be signed in more than once: at the screen, and by Remote Desktop.
    pub session: u32,
}

impl Process {
    /// This one.
    pub fn this() -> io::Result<Self> {
        Self::asked(&HPROCESS::GetCurrentProcess()).map_err(refused)
    }

    /// The one of that number.
    pub fn of(id: u32) -> io::Result<Self> {
        let process = HPROCESS::OpenProcess(co::PROCESS::QUERY_LIMITED_INFORMATION, false, id);
        Self::asked(&*process.map_err(refused)?).map_err(refused)
    }

    fn asked(process: &HPROCESS) -> SysResult<Self> {
        use co::TOKEN_INFORMATION_CLASS as Class;
        let token = process.OpenProcessToken(co::TOKEN::QUERY)?;
        let user = match token.GetTokenInformation(Class::User)? {
            TokenInfo::User(user) => user.User.Sid().map(|sid| sid.to_string()),
            _ => None,
        };
        let session = match token.GetTokenInformation(Class::SessionId)? {
            TokenInfo::SessionId(session) => Some(*session),
            _ => None,
        };
        match (user, session) {
            (Some(user), Some(session)) => Ok(Self { user, session }),
            _ => Err(co::ERROR::INVALID_DATA),
        }
    }
}

fn refused(error: co::ERROR) -> io::Error {
    io::Error::from_raw_os_error(error.raw() as i32)
}
