//! The files of both languages, and that the program asks for all that is in them.

use fluent_syntax::ast::{
    CallArguments, Entry as FluentEntry, Expression, InlineExpression, Pattern, PatternElement,
    VariantKey,
};
use securesign_app::flow::Order;
use securesign_app::language::Language;
use securesign_app::settings::Settings;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::story::link;

/// What stands in a Fluent file under one name.
#[derive(Default)]
pub struct Text {
    /// Its words, placeables left out.
    pub words: String,
    /// What is to be filled in: `$left`.
    variables: BTreeSet<String>,
    /// Other texts and terms in it.
    pub references: BTreeSet<String>,
    /// What the choice between variants depends on, and the variants.
    pub variants: BTreeMap<String, BTreeSet<String>>,
}

/// A file, strictly read: what the parser would skip fails the test.
pub fn file(language: &str) -> BTreeMap<String, Text> {
    let path = root().join(format!("app/src/language/{language}.ftl"));
    let source = std::fs::read_to_string(path).unwrap();
    let resource = fluent_syntax::parser::parse(source.as_str())
        .unwrap_or_else(|(_, errors)| panic!("{language}: {errors:?}"));
    let mut texts = BTreeMap::new();
    for entry in &resource.body {
        let (name, pattern, attributes) = match entry {
            FluentEntry::Message(message) => {
                let value = message.value.as_ref();
                let value = value.unwrap_or_else(|| panic!("{} is empty", message.id.name));
                (message.id.name, value, &message.attributes)
            }
            FluentEntry::Term(term) => (term.id.name, &term.value, &term.attributes),
            _ => continue,
        };
        assert!(attributes.is_empty(), "{language}: {name}: none is used");
        let mut text = Text::default();
        text.read(pattern);
        // The library keeps terms and texts under one name: the later one wins.
        let before = texts.insert(name.to_owned(), text);
        assert!(before.is_none(), "{language}: {name} stands there twice");
    }
    texts
}

impl Text {
    fn read(&mut self, pattern: &Pattern<&str>) {
        for element in &pattern.elements {
            match element {
                PatternElement::TextElement { value } => self.words.push_str(value),
                PatternElement::Placeable { expression } => self.read_expression(expression),
            }
        }
    }

    fn read_expression(&mut self, expression: &Expression<&str>) {
        match expression {
            Expression::Inline(inline) => self.read_inline(inline),
            Expression::Select { selector, variants } => {
                self.read_inline(selector);
                let InlineExpression::VariableReference { id } = selector else {
                    panic!("a choice depends on a variable");
                };
                let keys = variants.iter().map(|variant| match variant.key {
                    VariantKey::Identifier { name } => name.to_owned(),
                    VariantKey::NumberLiteral { value } => value.to_owned(),
                });
                self.variants.insert(id.name.to_owned(), keys.collect());
                for variant in variants {
                    self.words.push(' ');
                    self.read(&variant.value);
                }
            }
        }
    }

    fn read_inline(&mut self, inline: &InlineExpression<&str>) {
        // So that what stands around it is not read as one word.
        self.words.push(' ');
        match inline {
            InlineExpression::VariableReference { id } => {
                self.variables.insert(id.name.to_owned());
            }
            InlineExpression::TermReference { id, arguments, .. } => {
                let none = |arguments: &CallArguments<&str>| {
                    arguments.positional.is_empty() && arguments.named.is_empty()
                };
                assert!(arguments.as_ref().is_none_or(none));
                self.references.insert(id.name.to_owned());
            }
            InlineExpression::MessageReference { id, .. } => {
                self.references.insert(id.name.to_owned());
            }
            InlineExpression::Placeable { expression } => self.read_expression(expression),
            InlineExpression::StringLiteral { value } => self.words.push_str(value),
            InlineExpression::NumberLiteral { .. } => {}
            InlineExpression::FunctionReference { .. } => panic!("no function is there"),
        }
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Everything that is compiled into the program.
fn sources() -> Vec<String> {
    let mut folders: Vec<PathBuf> = ["src", "handoff/src", "app/src", "vendors/src", "ui/src"]
        .map(|folder| root().join(folder))
        .into();
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                sources.push(read(&path));
            }
        }
    }
    sources
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

/// The names that the program asks for. They stand there as they are, so that
/// they can be found: by this test and by whoever reads.
pub fn named() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for source in sources() {
        for call in [".say(", ".say_with("] {
            for (at, _) in source.match_indices(call) {
                let rest = source[at + call.len()..].trim_start();
                // Language's own.
                if rest.starts_with("id, ") {
                    continue;
                }
                let name = rest
                    .strip_prefix('"')
                    .and_then(|rest| rest.split('"').next());
                let line = rest.lines().next();
                names.insert(name.unwrap_or_else(|| panic!("{call}{line:?}")).to_owned());
            }
        }
    }
    names
}

#[test]
fn every_text_that_is_named_exists_and_every_text_is_named() {
    let names = named();
    assert!(names.len() > 200, "{}", names.len());
    let texts = file("en");
    let referred: BTreeSet<&String> = texts.values().flat_map(|text| &text.references).collect();
    for name in &names {
        assert!(texts.contains_key(name), "{name} is nowhere");
    }
    for name in texts.keys() {
        let used = names.contains(name) || referred.contains(name);
        assert!(used, "{name} is said nowhere");
    }
}

#[test]
fn both_languages_have_the_same_texts_with_the_same_to_fill_in() {
    let (english, hindi) = (file("en"), file("hi"));
    let names = |file: &BTreeMap<String, Text>| file.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&english), names(&hindi));
    for (name, text) in &english {
        assert_eq!(text.variables, hindi[name].variables, "{name}");
        assert_eq!(text.variants, hindi[name].variants, "{name}");
        for file in [&english, &hindi] {
            for referred in &file[name].references {
                assert!(file.contains_key(referred), "{name}: {referred}");
            }
        }
    }
}

#[test]
fn a_choice_by_number_has_what_the_plurals_of_both_languages_want() {
    for language in ["en", "hi"] {
        for (name, text) in file(language) {
            for (variable, variants) in &text.variants {
                let months: BTreeSet<String> =
                    (1..=12).map(|month: u8| month.to_string()).collect();
                let plurals = BTreeSet::from(["one".to_owned(), "other".to_owned()]);
                let fits = *variants == plurals || (variable == "month" && *variants == months);
                assert!(fits, "{language}: {name}: {variants:?}");
            }
        }
    }
    let left =
        |language: Language, left: u8| language.say_with("tries-left", [("left", left.into())]);
    assert_eq!(left(Language::English, 1), "1 try left");
    assert_eq!(left(Language::English, 2), "2 tries left");
    assert_eq!(left(Language::Hindi, 1), "1 प्रयास शेष है");
    assert_eq!(left(Language::Hindi, 2), "2 प्रयास शेष हैं");
}

#[test]
fn a_language_is_known_by_its_tag_and_by_a_locale() {
    for tag in ["hi", "hi-IN", "hi_IN.UTF-8", "HI", "hi-Deva-IN"] {
        assert_eq!(Language::of(tag), Some(Language::Hindi), "{tag}");
    }
    for tag in ["en", "en_IN", "en-GB"] {
        assert_eq!(Language::of(tag), Some(Language::English), "{tag}");
    }
    for tag in ["", "C", "C.UTF-8", "POSIX", "ta_IN", "hif_FJ", "mr-IN"] {
        assert_eq!(Language::of(tag), None, "{tag}");
    }
}

#[test]
fn a_quotation_inside_a_quotation_has_other_marks() {
    let policy = Settings::default().policy("/etc/settings.toml");
    let refused = |more: &str| {
        let link = format!("{}&{more}", link(&[]));
        let refused = Order::accept(link.as_bytes(), &policy, true, &|_| false).err();
        refused.expect("it is refused")
    };
    for (more, said) in [
        ("a=%FF&b=1", "“‘a’: The link is not UTF-8.”"),
        (
            "%D0%B0=%4&b=1",
            "“‘а’: A percent sign is not followed by two hex digits.”",
        ),
        ("a=%4", "of ‘a’. Windows"),
    ] {
        for language in [Language::English, Language::Hindi] {
            let advice = refused(more).advice(language);
            assert!(advice.contains(said), "{advice}");
        }
    }
    // The name of a file as its owner has written it.
    let name = ("name", "the “final” one.pdf".into());
    let text = Language::English.say_with("unread-too-large", [name]);
    assert!(
        text.starts_with("“the ‘final’ one.pdf” is larger"),
        "{text}"
    );
}
