//! Which language this program speaks on this computer.

use securesign_app::language::Language;

use crate::store::settings;

/// The one in the settings, else the system's. A settings file that cannot be
/// read is told of in the system's.
pub fn chosen() -> Language {
    let system = of_system();
    settings::load(system).map_or(system, |(settings, _)| {
        settings.window.language.language(system)
    })
}

/// The first of the system's that the program speaks, else English. Whoever asks
/// for none at all (`LC_ALL=C`) gets that too, whatever else is set.
pub fn of_system() -> Language {
    let none = |locale: &str| ["C", "POSIX"].contains(&locale);
    sys_locale::get_locales()
        .take_while(|locale| !none(locale))
        .find_map(|locale| Language::of(&locale))
        .unwrap_or_default()
}
