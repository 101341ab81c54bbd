//! `securesign learn`: what a recording of another program tells about a token. No card is
//! spoken to, and nothing is sent anywhere.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use securesign_app::language::Language;
use securesign_app::words::InWords;
use securesign_card::atr::Atr;
use securesign_card::pin::Pin;
use securesign_card::profile::Profile;
use securesign_card::text;
use securesign_card::trace::Detail;
use securesign_learn::{About, Refused, Unreadable};
use securesign_vendors::{PROFILES, known};
use zeroize::Zeroizing;

use super::DONE;
use crate::args::Learn;
use crate::output::{print, say};
use crate::prompt::{self, Unanswered, can_ask};
use crate::store::own;
use crate::{file, secrets};

/// PINs and PUKs that are asked for.
const MOST: usize = 8;

/// Reads a recording, and writes what may be sent of it.
pub fn learn(arguments: Learn, language: Language) -> Result<u8, String> {
    let path = &arguments.recording;
    let name = text::path(path);
    let bytes = file::read(path, &name).map_err(|unreadable| unreadable.tell(language))?;
    let bytes = Zeroizing::new(bytes);
    let recording =
        securesign_learn::read(&bytes).map_err(|fault| unreadable(&fault, &name, language))?;
    let to = arguments.to.clone().unwrap_or_else(|| beside(path));
    // Before anything is typed for nothing.
    if to.symlink_metadata().is_ok() {
        return Err(exists(&to, language));
    }
    let typed = typed(&arguments, language)?;
    let about = About {
        product: &product,
        application: &application,
        detail: match arguments.full {
            true => Detail::Full,
            false => Detail::Short,
        },
    };
    let trace =
        securesign_learn::learn(&recording, &typed, &about).map_err(|refused| match refused {
            Refused::Memory(error) => error.in_words(language),
            Refused::TooMuch => {
                let file = ("file", name.clone().into());
                language.say_with("learn-too-much", [file])
            }
        })?;
    let trace = text::shown(&trace.to_string());
    own::write_new(&to, trace.as_bytes()).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => exists(&to, language),
        _ => {
            let reason = own::explain(&error, language).into();
            let file = text::path(&to).into();
            language.say_with("learn-unwritten", [("file", file), ("reason", reason)])
        }
    })?;
    print(&trace)?;
    if typed.is_empty() {
        say(&language.say("learn-guarded"));
    }
    let file = ("file", text::path(&to).into());
    say(&language.say_with("learn-written", [file]));
    Ok(DONE)
}

fn unreadable(fault: &Unreadable, name: &str, language: Language) -> String {
    let file = ("file", name.to_owned().into());
    match fault {
        Unreadable::Kind => language.say_with("learn-kind", [file]),
        Unreadable::Link(link) => language.say_with("learn-link", [file, ("link", (*link).into())]),
        Unreadable::Silent => language.say_with("learn-silent", [file]),
    }
}

fn exists(file: &Path, language: Language) -> String {
    language.say_with("file-exists", [("file", text::path(file).into())])
}

/// The file beside the recording.
fn beside(recording: &Path) -> PathBuf {
    let mut name = OsString::from(recording);
    name.push(".trace");
    name.into()
}

/// The PINs and PUKs that were typed while it was recorded.
fn typed(arguments: &Learn, language: Language) -> Result<Vec<Pin>, String> {
    let mut typed = Vec::new();
    let files = [&arguments.pin_file, &arguments.puk_file];
    for file in files.into_iter().flatten() {
        typed.push(secrets::of_file(file, language)?);
    }
    if !typed.is_empty() || arguments.no_pin {
        return Ok(typed);
    }
    if !can_ask() {
        return Err(language.say("learn-nobody"));
    }
    let mut question = language.say("learn-pin");
    while typed.len() < MOST {
        let pin = prompt::secret(&question).map_err(|unanswered| match unanswered {
            Unanswered::Failed(error) => {
                let reason = [("reason", text::reason(&error).into())];
                language.say_with("terminal-silent", reason)
            }
            Unanswered::GivenUp | Unanswered::Locked => language.say("terminal-given-up"),
        })?;
        if pin.is_empty() {
            break;
        }
        typed.push(pin);
        question = language.say("learn-further");
    }
    Ok(typed)
}

fn product(atr: &[u8], reader: &str) -> Option<String> {
    known::name(&Atr::accepted(atr), reader).map(|product| product.to_string())
}

/// The family whose application has this name, which stands behind its products. Some are
/// selected by a part of their name.
fn application(aid: &[u8]) -> Option<String> {
    let specs = PROFILES.iter().rev().map(|profile| Profile::spec(*profile));
    let mut named = specs.filter(|spec| spec.aid.len() >= 5 && aid.len() >= 5);
    let family = named.find(|spec| spec.aid.starts_with(aid) || aid.starts_with(spec.aid));
    family.map(|spec| spec.name.to_owned())
}
