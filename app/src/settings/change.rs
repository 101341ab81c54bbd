//! One change to the settings file, made in its text: comments, order and what
//! else stands there stay as they are.

use std::time::Duration;

use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, TableLike, value};

use super::{Appearance, Fault, Portal, Settings, SettingsError, Theme, Tongue};

/// What a person changes in the settings window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// How long a PIN is kept unused; whole minutes, zero: never kept.
    Idle(Duration),
    /// How the window looks and speaks.
    Appearance(Appearance),
    /// Another portal may call.
    Allow(Portal),
    /// The portal with this origin and key may call no more.
    Forbid(Portal),
}

impl Change {
    /// The text of the settings file after the change. What comes out is read
    /// again before it is handed out: a file that is not understood allows nobody
    /// anything.
    pub fn apply(&self, text: &str) -> Result<(String, Settings), SettingsError> {
        // The stricter reader first: what it does not understand is not touched.
        let before = Settings::from_toml(text)?;
        let mut file: DocumentMut = text.parse().map_err(|_| not_changed())?;
        self.write(&mut file, &before).ok_or_else(not_changed)?;
        let text = file.to_string();
        let settings = Settings::from_toml(&text)?;
        Ok((text, settings))
    }

    /// `None` where something stands that is no table.
    fn write(&self, file: &mut DocumentMut, before: &Settings) -> Option<()> {
        match self {
            Self::Idle(idle) => {
                let minutes = i64::try_from(idle.as_secs() / 60).ok()?;
                put(table(file, "session")?, "idle_minutes", minutes);
            }
            Self::Appearance(appearance) => {
                let window = table(file, "window")?;
                put(window, "language", tongue(appearance.language));
                put(window, "theme", theme(appearance.theme));
                match appearance.scale {
                    Some(scale) => put(window, "scale", i64::from(scale)),
                    None => {
                        window.remove("scale");
                    }
                }
            }
            // Twice the same would have to be taken away twice.
            Self::Allow(portal) if before.portals.iter().any(|old| old.covers(portal)) => {}
            Self::Allow(portal) => {
                let empty = || Item::ArrayOfTables(ArrayOfTables::new());
                let portals = file.entry("portal").or_insert_with(empty);
                let mut entry = Table::new();
                put(&mut entry, "origin", portal.origin.as_str());
                put(&mut entry, "key", format!("sha256:{}", portal.fingerprint));
                if let Some(name) = &portal.name {
                    put(&mut entry, "name", name.as_str());
                }
                if portal.test {
                    put(&mut entry, "test", true);
                }
                portals.as_array_of_tables_mut()?.push(entry);
            }
            Self::Forbid(portal) => {
                // In the order of the file, as `before` has them.
                let mut at = before.portals.iter();
                let portals = file.get_mut("portal")?.as_array_of_tables_mut()?;
                portals.retain(|_| at.next().is_none_or(|old| !old.is(portal)));
            }
        }
        Some(())
    }
}

fn table<'a>(file: &'a mut DocumentMut, name: &str) -> Option<&'a mut dyn TableLike> {
    let item = file
        .entry(name)
        .or_insert_with(|| Item::Table(Table::new()));
    item.as_table_like_mut()
}

/// A new value in the place of the old one, whose comment stays.
fn put(table: &mut dyn TableLike, name: &str, new: impl Into<toml_edit::Value>) {
    let mut new = new.into();
    if let Some(old) = table.get(name).and_then(Item::as_value) {
        *new.decor_mut() = old.decor().clone();
    }
    table.insert(name, value(new));
}

fn tongue(tongue: Tongue) -> &'static str {
    match tongue {
        Tongue::System => "system",
        Tongue::English => "en",
        Tongue::Hindi => "hi",
    }
}

fn theme(theme: Theme) -> &'static str {
    match theme {
        Theme::System => "system",
        Theme::Light => "light",
        Theme::Dark => "dark",
    }
}

fn not_changed() -> SettingsError {
    SettingsError {
        line: None,
        fault: Fault::Form,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "here a panic is a failed test")]
mod tests {
    use super::*;
    use securesign_handoff::policy::PortalFault;

    const FILE: &str = "\
# who may call
[[portal]] # the first
origin = \"https://a.example\"
key = \"sha256:0000000000000000000000000000000000000000000000000000000000000000\" # of 2026

[session]
idle_minutes = 15 # fifteen

[callback]
schemes = []
";

    fn applied(change: &Change, text: &str) -> (String, Settings) {
        change.apply(text).unwrap()
    }

    fn portal() -> Portal {
        Portal::new("https://b.example", "ss_test_key").unwrap()
    }

    #[test]
    fn a_change_leaves_everything_else_as_it_is() {
        let (text, settings) = applied(&Change::Idle(Duration::from_secs(300)), FILE);
        assert_eq!(
            text,
            FILE.replace("= 15 # fifteen", "= 5 # fifteen"),
            "comments stay"
        );
        assert_eq!(settings.idle, Duration::from_secs(300));
    }

    #[test]
    fn a_portal_that_was_allowed_is_forbidden_again_without_a_trace() {
        let (with, settings) = applied(&Change::Allow(portal()), FILE);
        assert_eq!(settings.portals.len(), 2);
        assert_eq!(settings.portals[1], portal());
        assert!(portal().test && !with.contains("ss_test_key"), "{with}");
        assert_eq!(applied(&Change::Allow(portal()), &with).0, with, "twice");
        let (without, settings) = applied(&Change::Forbid(portal()), &with);
        assert_eq!(without, FILE);
        assert_eq!(settings.portals.len(), 1);
    }

    #[test]
    fn the_first_of_two_portals_is_the_one_that_goes() {
        let (with, _) = applied(&Change::Allow(portal()), FILE);
        let first = Settings::from_toml(FILE).unwrap().portals.remove(0);
        let (_, settings) = applied(&Change::Forbid(first), &with);
        assert_eq!(settings.portals, [portal()]);
    }

    #[test]
    fn a_file_that_is_not_there_begins_with_the_change() {
        let appearance = Appearance {
            language: Tongue::Hindi,
            theme: Theme::Dark,
            scale: Some(150),
        };
        let (text, settings) = applied(&Change::Appearance(appearance), "");
        assert_eq!(settings.window, appearance);
        let back = Change::Appearance(Appearance::default());
        assert_eq!(applied(&back, &text).1, Settings::default());
    }

    #[test]
    fn a_file_that_is_not_understood_is_not_touched() {
        let idle = Change::Idle(Duration::ZERO);
        assert!(idle.apply("idle_minutes = ").is_err());
        assert!(idle.apply("[window]\nscale = 90\n").is_err());
        let inline = "portal = [{ origin = \"https://a.example\", key = \"sha256:00\" }]";
        assert!(Change::Allow(portal()).apply(inline).is_err());
    }

    #[test]
    fn what_is_no_portal_is_told_apart() {
        let of = |origin, key| Portal::new(origin, key).unwrap_err();
        assert_eq!(of("http://a.example", "ss_live_k"), PortalFault::Origin);
        assert_eq!(of("https://a.example/x", "ss_live_k"), PortalFault::Origin);
        assert_eq!(of("https://a.example", "sha256:00"), PortalFault::Key);
    }
}
