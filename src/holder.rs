//! Who may be holding a token: PC/SC does not tell, but some systems let us see
//! which of the user's programs have the PC/SC library loaded.

/// Names of this user's other programs that use smart cards, comma-separated;
/// `None` where the system does not tell. A good guess, said as such nowhere
/// more firmly than "in use by".
#[cfg(target_os = "linux")]
pub fn suspects() -> Option<String> {
    let me = std::process::id().to_string();
    let mut names: Vec<String> = std::fs::read_dir("/proc")
        .ok()?
        .flatten()
        .filter(|entry| {
            let pid = entry.file_name();
            pid.to_str()
                .is_some_and(|pid| pid != me && pid.bytes().all(|b| b.is_ascii_digit()))
        })
        .filter(|entry| {
            // Readable for one's own programs only.
            std::fs::read_to_string(entry.path().join("maps"))
                .is_ok_and(|maps| maps.contains("libpcsclite.so"))
        })
        .filter_map(|entry| std::fs::read_to_string(entry.path().join("comm")).ok())
        .map(|name| crate::text::clean(name.trim_end(), 32))
        .filter(|name| name != "pcscd")
        .collect();
    names.sort();
    names.dedup();
    (!names.is_empty()).then(|| names.join(", "))
}

/// As on Linux; other systems do not tell.
#[cfg(not(target_os = "linux"))]
pub fn suspects() -> Option<String> {
    None
}
