//! The portal's file chooser (org.freedesktop.portal.FileChooser).

use std::collections::HashMap;

use fltk::prelude::*;
use fltk::window::DoubleWindow;
use securesign_app::screen::Input;
use zbus::MatchRule;
use zbus::blocking::fdo::DBusProxy;
use zbus::blocking::{Connection, MessageIterator};
use zbus::message::Type;
use zbus::zvariant::{OwnedObjectPath, OwnedValue, Value};

const PORTAL: &str = "org.freedesktop.portal.Desktop";
const PATH: &str = "/org/freedesktop/portal/desktop";
const CHOOSER: &str = "org.freedesktop.portal.FileChooser";
const REQUEST: &str = "org.freedesktop.portal.Request";
/// What the person answers; everything else is a no.
const CHOSEN: u32 = 0;

/// Asks on a thread of its own: a person takes their time.
pub fn ask(
    window: &DoubleWindow,
    title: &str,
    answer: impl FnOnce(Option<Input>) + Send + 'static,
) {
    let parent = format!("x11:{:x}", window.raw_handle());
    let title = title.to_owned();
    std::thread::spawn(move || {
        answer(choose(&parent, &title).unwrap_or_else(|error| {
            tracing::debug!("no file chooser: {error}");
            Some(Input::NoDialog)
        }));
    });
}

fn choose(parent: &str, title: &str) -> zbus::Result<Option<Input>> {
    let bus = Connection::session()?;
    // Listens before it asks, so that no answer is missed.
    let messages = MessageIterator::from(&bus);
    let answers = MatchRule::builder()
        .msg_type(Type::Signal)
        .sender(PORTAL)?
        .interface(REQUEST)?
        .member("Response")?
        .build();
    DBusProxy::new(&bus)?.add_match_rule(answers)?;
    let options = HashMap::from([("modal", Value::from(true))]);
    let question = (parent, title, options);
    let request: OwnedObjectPath = bus
        .call_method(Some(PORTAL), PATH, Some(CHOOSER), "OpenFile", &question)?
        .body()
        .deserialize()?;
    for message in messages {
        let message = message?;
        let header = message.header();
        if header.message_type() == Type::Signal && header.path() == Some(&request.as_ref()) {
            let (what, mut results): (u32, HashMap<String, OwnedValue>) =
                message.body().deserialize()?;
            let chosen = results.remove("uris").filter(|_| what == CHOSEN);
            let files = chosen.and_then(|uris| Vec::<String>::try_from(uris).ok());
            return Ok(files.map(Input::Files));
        }
    }
    Ok(None)
}
