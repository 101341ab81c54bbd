//! What stays the same when one screen takes the place of another.

use securesign_app::screen::Screen;

/// What a person has before them that is still the same.
#[derive(Clone, Copy)]
pub struct Same {
    /// Nothing but the time for which a PIN is kept has changed.
    pub all_but_time: bool,
    /// What is being typed is asked for still.
    pub form: bool,
    /// The request: nothing new appeared, though another certificate may be chosen.
    pub request: bool,
    /// The settings: a value was chosen, be it another language.
    pub settings: bool,
}

impl Same {
    /// Compares them.
    pub fn of(before: &Screen, next: &Screen) -> Self {
        let at_this_time = Screen {
            kept: next.kept.clone(),
            ..before.clone()
        };
        let of_this_choice = Screen {
            chosen: next.chosen,
            signing_as: next.signing_as.clone(),
            waiting: next.waiting.clone(),
            turned_away: next.turned_away.clone(),
            progress: next.progress.clone(),
            ..at_this_time.clone()
        };
        Self {
            all_but_time: at_this_time == *next,
            form: next.kind == before.kind
                && next.title == before.title
                && next.fields == before.fields
                && next.token == before.token,
            request: of_this_choice == *next,
            settings: !before.choices.is_empty() && !next.choices.is_empty(),
        }
    }
}
