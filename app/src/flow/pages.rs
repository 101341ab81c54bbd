//! The pages that no card has to do with: settings, journal, about. They are
//! reached from the token window.

use std::time::Duration;

use jiff::tz::TimeZone;

use securesign_card::profile::Credential;
use securesign_handoff::policy::{Portal, PortalFault};

use crate::language::Language;
use crate::settings::{Appearance, Change, SCALES, Settings, Theme, Tongue};

use super::{Effect, Flow, Remark, State};
use crate::journal::Ledger;
use crate::screen::{Action, Setting};

/// What the program knows of itself and of its user.
#[derive(Clone, Debug)]
pub struct Context {
    /// As in the settings file.
    pub settings: Settings,
    /// Where that file is.
    pub settings_file: String,
    /// Where the journal is.
    pub journal_file: String,
    /// The program's version.
    pub version: String,
    /// In which times are shown; asked when there are any, for the system looks it up
    /// in many files.
    pub zone: fn() -> TimeZone,
    /// What the system speaks.
    pub system: Language,
}

impl Context {
    fn language(&self) -> Language {
        self.settings.window.language.language(self.system)
    }
}

impl Default for Context {
    /// Nothing known yet; times in UTC.
    fn default() -> Self {
        Self {
            settings: Settings::default(),
            settings_file: String::new(),
            journal_file: String::new(),
            version: String::new(),
            zone: || TimeZone::UTC,
            system: Language::default(),
        }
    }
}

/// Which page is open.
pub(super) enum Page {
    Settings,
    /// A portal is being typed in.
    Allow(Draft),
    /// May this portal be removed?
    Forbid(Box<Portal>),
    /// `None` while it is read; the reason where it cannot be.
    Journal(Option<Result<Ledger, String>>),
    About,
    /// All that a certificate says.
    Certificate(Box<Credential>),
    /// What is to be reported; `None` while it is gathered.
    Diagnostics(Option<String>),
    /// The settings are not understood; the file, its line, and what is wrong.
    Broken(String),
}

/// What was typed of a portal.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) origin: String,
    pub(super) key: String,
}

impl Flow {
    /// Tells what the pages show, and so what is spoken.
    pub fn know(&mut self, context: Context) {
        self.language = context.language();
        self.context = context;
    }

    /// The settings file is not understood, and why: said before anything else. Nobody
    /// may call meanwhile.
    pub fn tell_broken(&mut self, reason: String) {
        self.state = State::Page(Page::Broken(reason));
    }

    /// What it was told, and what was changed since.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// A button that leads to a page, or is on one.
    pub(super) fn turn(&mut self, action: Action) -> Vec<Effect> {
        self.remark = None;
        let State::Page(page) = &self.state else {
            return match action {
                Action::Settings => self.open(Page::Settings),
                Action::About => self.open(Page::About),
                Action::Journal => {
                    self.open(Page::Journal(None));
                    vec![Effect::ReadJournal]
                }
                _ => Vec::new(),
            };
        };
        match (page, action) {
            (Page::About, Action::Diagnose) | (Page::Diagnostics(_), _) => self.report_on(action),
            (Page::Allow(_) | Page::Forbid(_), Action::Back) => {
                self.open(Page::Settings);
                self.give_way()
            }
            // The request, or the token window, is as it was.
            (Page::Certificate(_), Action::Back) => self.show(State::Ready),
            (_, Action::Back) => {
                self.state = State::Looking;
                vec![self.look()]
            }
            (Page::Settings, Action::AddPortal) => self.open(Page::Allow(Draft::default())),
            (Page::Allow(draft), Action::Submit) => match Portal::new(&draft.origin, &draft.key) {
                Ok(portal) => {
                    self.open(Page::Settings);
                    let change = Effect::Change(Change::Allow(portal));
                    std::iter::once(change).chain(self.give_way()).collect()
                }
                Err(fault) => {
                    self.remark = Some(Remark::NoPortal(fault));
                    Vec::new()
                }
            },
            (Page::Forbid(portal), Action::Remove) => {
                let change = Effect::Change(Change::Forbid((**portal).clone()));
                self.open(Page::Settings);
                std::iter::once(change).chain(self.give_way()).collect()
            }
            (Page::Broken(_) | Page::About, Action::OpenFile) => vec![Effect::OpenFile],
            (Page::Journal(Some(Ok(_))), Action::Export) => vec![Effect::Export],
            // The front end has done it.
            (Page::Certificate(_), Action::Copy) => {
                self.remark = Some(Remark::Copied);
                Vec::new()
            }
            (Page::Certificate(credential), Action::Export) => {
                let certificate = &credential.certificate;
                let pem = certificate.pem().unwrap_or_default();
                let serial = certificate.serial();
                vec![Effect::Save { serial, pem }]
            }
            _ => Vec::new(),
        }
    }

    /// All of a certificate on the screen, by its place there.
    pub(super) fn detail(&mut self, at: usize) -> Vec<Effect> {
        if !matches!(self.state, State::Ready) {
            return Vec::new();
        }
        let offers = self.offers();
        match offers.get(at).map(|offer| offer.credential.clone()) {
            Some(credential) => self.show(State::Page(Page::Certificate(Box::new(credential)))),
            None => Vec::new(),
        }
    }

    /// The certificate was saved in this file, or why not.
    pub(super) fn saved(&mut self, file: Result<String, String>) -> Vec<Effect> {
        let remark = match file {
            Ok(file) => Remark::Saved(file),
            Err(reason) => Remark::Unsaved(reason),
        };
        let there = matches!(self.state, State::Page(Page::Certificate(_)));
        self.tell(remark, there)
    }

    /// Whether this is what is wrong with the portal that was typed.
    pub(super) fn faults(&self, fault: PortalFault) -> bool {
        matches!(self.remark, Some(Remark::NoPortal(found)) if found == fault)
    }

    fn open(&mut self, page: Page) -> Vec<Effect> {
        self.state = State::Page(page);
        Vec::new()
    }

    /// A value was chosen.
    pub(super) fn set(&mut self, setting: Setting, at: usize) -> Vec<Effect> {
        if !matches!(self.state, State::Page(Page::Settings)) {
            return Vec::new();
        }
        self.remark = None;
        let settings = &self.context.settings;
        let mut window = settings.window;
        let change = match setting {
            Setting::Idle => idles(settings).get(at).copied().map(Change::Idle),
            Setting::Language => TONGUES.get(at).map(|language| {
                window.language = *language;
                Change::Appearance(window)
            }),
            Setting::Theme => THEMES.get(at).map(|theme| {
                window.theme = *theme;
                Change::Appearance(window)
            }),
            Setting::Scale => scales(window).get(at).map(|scale| {
                window.scale = *scale;
                Change::Appearance(window)
            }),
        };
        change.into_iter().map(Effect::Change).collect()
    }

    /// The button of a row was pressed: of a portal, or of one of several tokens.
    pub(super) fn row(&mut self, at: usize) -> Vec<Effect> {
        let portals = &self.context.settings.portals;
        match (&self.state, portals.get(at)) {
            (State::Page(Page::Settings), Some(portal)) => {
                let portal = Box::new(portal.clone());
                self.open(Page::Forbid(portal))
            }
            (State::Page(_), _) => Vec::new(),
            _ => self.open_token(at),
        }
    }

    /// What stands in the lines.
    pub(super) fn write(&mut self, lines: Vec<String>) -> Vec<Effect> {
        match (&mut self.state, &lines[..]) {
            (State::Page(Page::Allow(draft)), [origin, key]) => {
                let (origin, key) = (origin.clone(), key.clone());
                *draft = Draft { origin, key };
            }
            (State::Ready, [path]) if self.path.is_some() => self.path = Some(path.clone()),
            _ => {}
        }
        Vec::new()
    }

    /// What a person passes on was copied.
    pub(super) fn copied(&mut self) -> Vec<Effect> {
        self.remark = Some(Remark::Copied);
        Vec::new()
    }

    /// The settings as they are now, or why they were not changed.
    pub(super) fn changed(&mut self, settings: Result<Settings, String>) -> Vec<Effect> {
        match settings {
            Ok(settings) => {
                self.context.settings = settings;
                self.language = self.context.language();
                let settings = self.context.settings.clone();
                self.go_on_allowed(&settings)
            }
            Err(reason) => {
                self.remark = Some(Remark::Unchanged(reason));
                Vec::new()
            }
        }
    }

    /// The journal was read.
    pub(super) fn journal(&mut self, read: Result<Ledger, String>) -> Vec<Effect> {
        if let State::Page(Page::Journal(ledger)) = &mut self.state {
            *ledger = Some(read);
        }
        Vec::new()
    }

    /// A button that leads to what is to be reported, or is on that page.
    fn report_on(&mut self, action: Action) -> Vec<Effect> {
        match (&self.state, action) {
            (_, Action::Diagnose) => {
                self.open(Page::Diagnostics(None));
                vec![Effect::Diagnose]
            }
            (_, Action::Back) => self.open(Page::About),
            (_, Action::Copy) => self.copied(),
            (State::Page(Page::Diagnostics(Some(text))), Action::Export) => {
                vec![Effect::SaveReport(text.clone())]
            }
            _ => Vec::new(),
        }
    }

    /// What is to be reported was gathered.
    pub(super) fn diagnosed(&mut self, text: String) -> Vec<Effect> {
        if let State::Page(Page::Diagnostics(shown)) = &mut self.state {
            *shown = Some(text);
        }
        Vec::new()
    }

    /// A file was written for the user, or why not.
    pub(super) fn exported(&mut self, file: Result<String, String>) -> Vec<Effect> {
        let remark = match file {
            Ok(file) => Remark::Exported(file),
            Err(reason) if matches!(self.state, State::Page(Page::Diagnostics(_))) => {
                Remark::Unreported(reason)
            }
            Err(reason) => Remark::Unexported(reason),
        };
        let there = matches!(
            self.state,
            State::Page(Page::Journal(_) | Page::Diagnostics(_))
        );
        self.tell(remark, there)
    }

    /// No program has opened the settings file.
    pub(super) fn unopened(&mut self) -> Vec<Effect> {
        let there = self.screen().offers(Action::OpenFile);
        self.tell(Remark::FileUnopened, there)
    }

    /// Tells it on its page, or beside what is shown by now.
    fn tell(&mut self, remark: Remark, there: bool) -> Vec<Effect> {
        if there {
            self.remark = Some(remark);
            Vec::new()
        } else {
            self.late(remark)
        }
    }
}

/// Languages that can be chosen.
pub(super) const TONGUES: [Tongue; 3] = [Tongue::System, Tongue::English, Tongue::Hindi];
/// Colours that can be chosen.
pub(super) const THEMES: [Theme; 3] = [Theme::System, Theme::Light, Theme::Dark];

/// Idle times that can be chosen: usual ones, and the one that is set.
pub(super) fn idles(settings: &Settings) -> Vec<Duration> {
    with(
        [0, 5, 15, 30, 60].map(|minutes| Duration::from_secs(60 * minutes)),
        settings.idle,
    )
}

/// Sizes that can be chosen: the system's, usual ones, and the one that is set.
pub(super) fn scales(window: Appearance) -> Vec<Option<u16>> {
    let usual = [100, 125, 150, 175, 200].map(Some);
    debug_assert!(usual.iter().flatten().all(|scale| SCALES.contains(scale)));
    let mut scales = with(usual, window.scale.or(Some(100)));
    scales.insert(0, None);
    scales
}

fn with<T: Ord, const N: usize>(usual: [T; N], present: T) -> Vec<T> {
    let mut values = Vec::from(usual);
    values.push(present);
    values.sort();
    values.dedup();
    values
}
