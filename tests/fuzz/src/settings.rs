//! The settings file.

use std::time::Duration;

use securesign_app::settings::Settings;

/// What is accepted holds only what may be allowed at all; what is refused says
/// why in bounded words.
pub fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    match Settings::from_toml(text) {
        Ok(settings) => {
            for portal in &settings.portals {
                let origin = portal.origin.as_str();
                let plain = origin.starts_with("http://");
                assert!(!plain || portal.test, "{origin}");
                let app = origin.ends_with(':') && !origin.contains('/');
                assert!(plain || app || origin.starts_with("https://"), "{origin}");
                assert_eq!(portal.fingerprint.len(), 64);
                let name = portal.name.as_deref().unwrap_or_default();
                assert!(!name.contains(char::is_control));
                assert!(name.chars().count() <= 200);
            }
            for scheme in &settings.schemes {
                let harmful = ["http", "https", "javascript", "file", "data", "securesign"];
                assert!(!harmful.contains(&scheme.as_str()), "{scheme}");
                assert!(scheme.is_ascii() && !scheme.contains([':', '/']));
            }
            assert!(settings.idle <= Duration::from_secs(24 * 60 * 60));
        }
        Err(error) => {
            let lines = 1 + text.matches('\n').count();
            assert!(error.line().is_none_or(|line| (1..=lines).contains(&line)));
            assert!(error.to_string().chars().count() < 1_000);
        }
    }
}
