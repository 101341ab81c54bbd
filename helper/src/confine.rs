//! What this program gives up. A system that refuses is no reason not to ask.

/// Before anything is read: core dumps, debuggers, and to live
/// longer than whoever started it.
#[cfg(unix)]
pub fn at_once() {
    use rustix::process::{Resource, Rlimit, setrlimit};

    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    let _ = setrlimit(Resource::Core, none);
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{
            DumpableBehavior, Signal, set_dumpable_behavior, set_parent_process_death_signal,
        };
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
        let _ = set_parent_process_death_signal(Some(Signal::KILL));
    }
}

/// Windows writes no dump of a program that does not crash.
#[cfg(not(unix))]
pub fn at_once() {}

/// New privileges, and all files but those that a call needs to read: libraries and settings of the resolver,
/// and root certificates. Nothing can be written or started, and of a home nothing is seen.
#[cfg(target_os = "linux")]
pub fn files() {
    use landlock::{
        ABI, Access, AccessFs, Ruleset, RulesetAttr, RulesetCreatedAttr, path_beneath_rules,
    };

    const READ: [&str; 8] = [
        "/etc",
        "/usr",
        "/lib",
        "/lib64",
        "/run",
        "/var/lib/ca-certificates",
        "/nix/store",
        "/proc/sys",
    ];
    // The person's own roots, as OpenSSL's programs name them.
    let named = ["SSL_CERT_FILE", "SSL_CERT_DIR"].map(std::env::var_os);
    let named = named.iter().flatten().flat_map(std::env::split_paths);
    let paths = READ.into_iter().map(Into::into).chain(named);
    let abi = ABI::V5;
    let _ = Ruleset::default()
        .handle_access(AccessFs::from_all(abi))
        .and_then(Ruleset::create)
        .and_then(|rules| {
            rules.add_rules(path_beneath_rules(
                paths,
                AccessFs::ReadFile | AccessFs::ReadDir,
            ))
        })
        .and_then(|rules| rules.restrict_self());
}

/// Other systems have nothing like it for a program that was not signed for it.
#[cfg(not(target_os = "linux"))]
pub fn files() {}
