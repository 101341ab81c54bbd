//! What the program gives up before it takes a PIN: core dumps, and being read
//! by a debugger.

/// Called first of all. A system that refuses is no reason not to sign.
#[cfg(unix)]
pub fn harden() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    if let Err(error) = setrlimit(Resource::Core, none) {
        tracing::debug!("core dumps stay on: {error}");
    }
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        // Also keeps other programs of the same user from attaching (ptrace)
        // and from reading /proc/self/mem.
        if let Err(error) = set_dumpable_behavior(DumpableBehavior::NotDumpable) {
            tracing::debug!("this program stays readable for debuggers: {error}");
        }
    }
}

/// Windows writes no dump of a program that does not crash.
#[cfg(not(unix))]
pub fn harden() {}
