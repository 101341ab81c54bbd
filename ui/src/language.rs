//! Which language this program speaks on this computer.

use securesign_core::language::Language;

/// The first of the system's that the program speaks, else English. Whoever asks
/// for none at all (`LC_ALL=C`) gets that too, whatever else is set.
pub fn chosen() -> Language {
    let none = |locale: &str| ["C", "POSIX"].contains(&locale);
    sys_locale::get_locales()
        .take_while(|locale| !none(locale))
        .find_map(|locale| Language::of(&locale))
        .unwrap_or_default()
}
