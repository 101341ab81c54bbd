//! An assistive program of the test's own: reads names, roles and states over
//! AT-SPI, by D-Bus alone, and asks for the focus and for clicks.

#![allow(dead_code, reason = "each test binary uses a part of this")]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "here a panic is a failed test"
)]

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use zbus::Error;
use zbus::blocking::connection::Builder;
use zbus::blocking::{Connection, MessageIterator, Proxy};
use zbus::message::{Message, Type};
use zbus::zvariant::{OwnedObjectPath, OwnedValue};

use crate::bus::Bus;
use crate::support::run::eventually;

const LIMIT: Duration = Duration::from_secs(30);
const ACCESSIBLE: &str = "org.a11y.atspi.Accessible";
const COMPONENT: &str = "org.a11y.atspi.Component";
const ACTION: &str = "org.a11y.atspi.Action";
/// What the bus answers for a program that left it.
const GONE: &str = "org.freedesktop.DBus.Error.NoReply";
/// Bits of AT-SPI's set of states.
pub const CHECKED: u32 = 4;
pub const ENABLED: u32 = 8;
pub const FOCUSED: u32 = 12;

type Place = (String, OwnedObjectPath);

/// What a node tells of itself: everything that it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub name: String,
    pub role: String,
    pub description: String,
    pub states: u64,
    pub interfaces: Vec<String>,
    pub attributes: BTreeMap<String, String>,
    /// Texts and values, where there are any.
    pub contents: Vec<String>,
    place: (String, String),
}

impl Told {
    pub fn is(&self, state: u32) -> bool {
        self.states & (1 << state) != 0
    }

    pub fn has_action(&self) -> bool {
        self.interfaces.iter().any(|name| name == ACTION)
    }
}

/// The client, and everything that was signalled to it.
pub struct Reader {
    bus: Connection,
    events: Arc<Mutex<Vec<Message>>>,
}

impl Reader {
    /// Says on the session's bus that there is an assistive program.
    pub fn start(session: &Bus) -> Self {
        let session = connect(&session.address);
        let door = |interface: &'static str| {
            Proxy::new(&session, "org.a11y.Bus", "/org/a11y/bus", interface).unwrap()
        };
        let address: String = door("org.a11y.Bus")
            .call("GetAddress", &())
            .expect("at-spi2-core; scripts/install-deps --tests installs it");
        door("org.a11y.Status")
            .set_property("IsEnabled", true)
            .unwrap();
        let bus = connect(&address);
        let events = Arc::default();
        listen(&bus, &events);
        Self { bus, events }
    }

    /// The program's nodes in reading order, with what each says of itself.
    pub fn tree(&self) -> Vec<Told> {
        let desktop = (
            "org.a11y.atspi.Registry".to_owned(),
            path("/org/a11y/atspi/accessible/root"),
        );
        let mut nodes = Vec::new();
        for program in self.children(&desktop).unwrap_or_default() {
            for window in self.children(&program).unwrap_or_default() {
                self.walk(&window, &mut nodes);
            }
        }
        nodes
    }

    /// Waits for a node of this role with this name, or one that begins so where
    /// it ends with dots.
    pub fn find(&self, role: &str, name: &str) -> Told {
        let mut found = None;
        let there = eventually(LIMIT, || {
            let nodes = self.tree().into_iter();
            let mut fitting = nodes.filter(|node| node.role == role && named(node, name));
            found = fitting.next();
            found.is_some()
        });
        assert!(there, "no {role} {name:?} in {:#?}", self.tree());
        found.unwrap()
    }

    /// Waits until a node of this role and name is in a state.
    pub fn becomes(&self, role: &str, name: &str, state: u32) -> bool {
        eventually(LIMIT, || self.find(role, name).is(state))
    }

    pub fn focus(&self, node: &Told) -> zbus::Result<bool> {
        self.proxy(node, COMPONENT).call("GrabFocus", &())
    }

    /// Presses a button. A program that ends by that may be gone before it has answered.
    pub fn click(&self, node: &Told) -> zbus::Result<bool> {
        match self.proxy(node, ACTION).call("DoAction", &0i32) {
            Err(Error::MethodError(name, ..)) if name.as_str() == GONE => Ok(true),
            answer => answer,
        }
    }

    /// Waits for an event with this member whose body holds this text.
    pub fn hears(&self, member: &str, text: &str) -> bool {
        eventually(LIMIT, || {
            let events = self.events.lock().unwrap();
            events
                .iter()
                .any(|event| is(event, member) && holds(event, text))
        })
    }

    /// Whether any event held this text.
    pub fn heard(&self, text: &str) -> bool {
        let events = self.events.lock().unwrap();
        events.iter().any(|event| holds(event, text))
    }

    /// Forgets the events so far.
    pub fn forget(&self) {
        self.events.lock().unwrap().clear();
    }

    fn proxy(&self, node: &Told, interface: &'static str) -> Proxy<'_> {
        let (name, path) = node.place.clone();
        Proxy::new(&self.bus, name, path, interface).unwrap()
    }

    fn children(&self, place: &Place) -> zbus::Result<Vec<Place>> {
        Proxy::new(&self.bus, &*place.0, &place.1, ACCESSIBLE)?.call("GetChildren", &())
    }

    /// A node may vanish while it is read: then it is not there.
    fn walk(&self, place: &Place, nodes: &mut Vec<Told>) {
        let Ok(told) = self.read(place) else { return };
        nodes.push(told);
        for child in self.children(place).unwrap_or_default() {
            self.walk(&child, nodes);
        }
    }

    fn read(&self, place: &Place) -> zbus::Result<Told> {
        let node = Proxy::new(&self.bus, &*place.0, &place.1, ACCESSIBLE)?;
        let states: Vec<u32> = node.call("GetState", &())?;
        let interfaces: Vec<String> = node.call("GetInterfaces", &())?;
        let attributes: HashMap<String, String> = node.call("GetAttributes", &())?;
        let mut contents = Vec::new();
        let has = |name: &str| interfaces.iter().any(|interface| interface == name);
        if has("org.a11y.atspi.Text") {
            let text = Proxy::new(&self.bus, &*place.0, &place.1, "org.a11y.atspi.Text")?;
            contents.push(text.call("GetText", &(0i32, -1i32))?);
        }
        if has("org.a11y.atspi.Value") {
            let value = Proxy::new(&self.bus, &*place.0, &place.1, "org.a11y.atspi.Value")?;
            let current: OwnedValue = value.get_property("CurrentValue")?;
            contents.push(format!("{current:?}"));
        }
        Ok(Told {
            name: node.get_property("Name")?,
            description: node.get_property("Description")?,
            role: role(node.call("GetRole", &())?),
            states: u64::from(states[0]) | u64::from(states[1]) << 32,
            attributes: attributes.into_iter().collect(),
            interfaces,
            contents,
            place: (place.0.clone(), place.1.to_string()),
        })
    }
}

fn connect(address: &str) -> Connection {
    Builder::address(address).unwrap().build().expect("a bus")
}

fn path(path: &str) -> OwnedObjectPath {
    path.to_owned().try_into().unwrap()
}

/// Takes down every event of an object or window from now on.
fn listen(bus: &Connection, events: &Arc<Mutex<Vec<Message>>>) {
    let daemon = zbus::blocking::fdo::DBusProxy::new(bus).unwrap();
    let rule = zbus::MatchRule::builder()
        .msg_type(Type::Signal)
        .path_namespace("/org/a11y/atspi")
        .unwrap()
        .build();
    let messages = MessageIterator::from(bus);
    daemon.add_match_rule(rule).unwrap();
    let events = events.clone();
    std::thread::spawn(move || {
        for message in messages.map_while(Result::ok) {
            if message.message_type() == Type::Signal {
                events.lock().unwrap().push(message);
            }
        }
    });
}

/// By its number in AT-SPI.
fn role(number: u32) -> String {
    let name = match number {
        16 => "dialog",
        23 => "frame",
        29 => "label",
        31 => "list",
        32 => "list item",
        39 => "panel",
        40 => "password text",
        43 => "button",
        44 => "radio button",
        54 => "status bar",
        83 => "heading",
        101 => "notification",
        other => return other.to_string(),
    };
    name.to_owned()
}

fn named(node: &Told, name: &str) -> bool {
    match name.strip_suffix("...") {
        Some(start) => node.name.starts_with(start),
        None => node.name == name,
    }
}

fn is(event: &Message, member: &str) -> bool {
    event.header().member().is_some_and(|name| name == member)
}

fn holds(event: &Message, text: &str) -> bool {
    let body = event.body();
    memchr::memmem::find(body.data().bytes(), text.as_bytes()).is_some()
}
