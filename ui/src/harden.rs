//! What the program gives up before it takes a PIN: core dumps, and being read
//! by a debugger.

use std::io;
use std::process::{Child, Command};
#[cfg(unix)]
use std::sync::{Mutex, PoisonError};

#[cfg(unix)]
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// The limit that this program was started with, for those that it starts.
#[cfg(unix)]
static BEFORE: Mutex<Option<Rlimit>> = Mutex::new(None);

/// Called first of all. A system that refuses is no reason not to sign.
#[cfg(unix)]
pub fn harden() {
    let mut before = BEFORE.lock().unwrap_or_else(PoisonError::into_inner);
    *before = Some(getrlimit(Resource::Core));
    switch_off(&before);
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        // Keeps other programs of the same user from attaching (ptrace) and from
        // reading /proc/self/mem, and there are no core dumps whatever the limit is.
        if let Err(error) = set_dumpable_behavior(DumpableBehavior::NotDumpable) {
            tracing::debug!("this program stays readable for debuggers: {error}");
        }
    }
}

/// Starts a program that is none of ours: its core files are its own affair.
#[cfg(unix)]
pub fn spawn(command: &mut Command) -> io::Result<Child> {
    // A child has the limit that its parent has when it is made. One at a time, or
    // the next would find the limit of this one.
    let before = BEFORE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(limit) = &*before {
        set(*limit);
    }
    let child = command.spawn();
    switch_off(&before);
    child
}

/// Becomes another program of ours, which does the same for itself: with the limit that
/// this one was started with. Returns only where that fails.
#[cfg(all(unix, feature = "window"))]
pub fn replace(command: &mut Command) -> io::Result<u8> {
    use std::os::unix::process::CommandExt;

    let before = BEFORE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(limit) = &*before {
        set(*limit);
    }
    let error = command.exec();
    switch_off(&before);
    Err(error)
}

/// The upper limit stays, since nobody could give it back.
#[cfg(unix)]
fn switch_off(before: &Option<Rlimit>) {
    if let Some(limit) = before {
        set(Rlimit {
            current: Some(0),
            maximum: limit.maximum,
        });
    }
}

#[cfg(unix)]
fn set(limit: Rlimit) {
    if let Err(error) = setrlimit(Resource::Core, limit) {
        tracing::debug!("the limit of core files stays as it is: {error}");
    }
}

/// Windows writes no dump of a program that does not crash.
#[cfg(not(unix))]
pub fn harden() {}

/// Starts a program that is none of ours.
#[cfg(not(unix))]
pub fn spawn(command: &mut Command) -> io::Result<Child> {
    command.spawn()
}

/// Starts another program of ours and waits for its end: this system cannot put it in
/// this one's place.
#[cfg(all(not(unix), feature = "window"))]
pub fn replace(command: &mut Command) -> io::Result<u8> {
    let code = command.status()?.code();
    Ok(code.and_then(|code| code.try_into().ok()).unwrap_or(1))
}
