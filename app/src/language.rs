//! What the program says, in the languages it can say it in. All texts stand in
//! the Fluent files beside this one; the rest of the program names them.
//!
//! What goes to a portal, into JSON, a log or a trace is English always: others
//! than the person at the screen read it.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};

/// What a text says beside its words. A number is given as a number, because the
/// words around it may depend on it.
pub use fluent_bundle::FluentValue as Value;

/// A language that the program speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// The one that is complete by definition.
    #[default]
    English,
    /// In Devanagari, with Latin digits.
    Hindi,
}

impl Language {
    /// In the order of a list to choose from.
    pub const ALL: [Self; 2] = [Self::English, Self::Hindi];

    /// The one that a language tag (`hi-IN`) or a locale (`hi_IN.UTF-8`) means,
    /// if it is one of ours.
    pub fn of(tag: &str) -> Option<Self> {
        let first = tag.split(['-', '_', '.', '@']).next()?;
        let named = |language: &Self| language.tag().eq_ignore_ascii_case(first);
        Self::ALL.into_iter().find(named)
    }

    /// Its tag.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Hindi => "hi",
        }
    }

    /// Whether its script has strokes so fine that it wants larger type than Latin.
    pub fn is_fine(self) -> bool {
        self == Self::Hindi
    }

    /// What its speakers call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Hindi => "हिन्दी",
        }
    }

    /// The text of this name.
    pub fn say(self, id: &str) -> String {
        self.say_with(id, [])
    }

    /// The text of this name, with what it speaks of.
    pub fn say_with<const N: usize>(
        self,
        id: &str,
        arguments: [(&'static str, Value<'_>); N],
    ) -> String {
        let arguments: FluentArgs<'_> = arguments.into_iter().collect();
        // The tests leave no gap; a person would rather read English or a name
        // than nothing.
        self.find(id, &arguments)
            .or_else(|| Self::English.find(id, &arguments))
            .unwrap_or_else(|| id.to_owned())
    }

    fn find(self, id: &str, arguments: &FluentArgs<'_>) -> Option<String> {
        let texts = self.texts();
        let pattern = texts.get_message(id)?.value()?;
        let mut errors = Vec::new();
        let text = texts.format_pattern(pattern, Some(arguments), &mut errors);
        errors.is_empty().then(|| inner_quotes(text.into_owned()))
    }

    /// Read when first spoken: most people need one language only.
    fn texts(self) -> &'static Texts {
        static ENGLISH: LazyLock<Texts> =
            LazyLock::new(|| read(Language::English, include_str!("language/en.ftl")));
        static HINDI: LazyLock<Texts> =
            LazyLock::new(|| read(Language::Hindi, include_str!("language/hi.ftl")));
        match self {
            Self::English => &ENGLISH,
            Self::Hindi => &HINDI,
        }
    }
}

/// What is quoted inside a quotation has the other kind of marks, wherever it comes from.
fn inner_quotes(text: String) -> String {
    if text.matches('“').count() < 2 {
        return text;
    }
    let mut depth = 0_u32;
    let mark = |c: char| match c {
        '“' => {
            depth += 1;
            if depth > 1 { '‘' } else { c }
        }
        '”' => {
            depth = depth.saturating_sub(1);
            if depth > 0 { '’' } else { c }
        }
        _ => c,
    };
    text.chars().map(mark).collect()
}

type Texts = FluentBundle<FluentResource>;

fn read(language: Language, file: &str) -> Texts {
    // What could not be read is left out, and found by the tests.
    let resource = FluentResource::try_new(file.to_owned()).unwrap_or_else(|(read, _)| read);
    let locale = language.tag().parse().unwrap_or_default();
    let mut texts = FluentBundle::new_concurrent(vec![locale]);
    // Marks of direction are for texts that mix left and right.
    texts.set_use_isolating(false);
    texts.add_resource_overriding(resource);
    texts
}
