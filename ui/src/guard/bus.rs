//! D-Bus: the signals that say that the computer goes to sleep, or that its
//! screen is locked. Whoever else sends them can only make us lock.

use std::time::{Duration, Instant};

use zbus::MatchRule;
use zbus::blocking::fdo::DBusProxy;
use zbus::blocking::{Connection, MessageIterator};
use zbus::message::{Message, Type};
use zbus::zvariant::OwnedFd;

use super::Alarm;

/// The log-in service of systemd and elogind, on the system's bus.
const LOGIN: &str = "org.freedesktop.login1";
const LOGIN_PATH: &str = "/org/freedesktop/login1";
const LOGIN_MANAGER: &str = "org.freedesktop.login1.Manager";
const LOGIN_SESSION: &str = "org.freedesktop.login1.Session";
const PREPARE_FOR_SLEEP: &str = "PrepareForSleep";
const LOCK: &str = "Lock";
/// On the session's bus; each desktop has its own interface of that name:
/// org.freedesktop, org.gnome, org.cinnamon, org.mate, org.xfce.
const SCREEN_SAVER: &str = ".ScreenSaver";
const ACTIVE_CHANGED: &str = "ActiveChanged";

/// Listens on both busses until the program ends, each on a thread of its own. A
/// bus that is not there says nothing.
pub fn watch(alarm: &Alarm) {
    let listeners: [fn(&Alarm) -> zbus::Result<()>; 2] = [system, session];
    for listen in listeners {
        let alarm = alarm.clone();
        std::thread::spawn(move || {
            if let Err(error) = listen(&alarm) {
                tracing::debug!("a bus is not listened to: {error}");
            }
        });
    }
}

/// Whether both busses are there, for `doctor`.
pub fn is_there() -> bool {
    Connection::system().is_ok() && Connection::session().is_ok()
}

fn system(alarm: &Alarm) -> zbus::Result<()> {
    let bus = Connection::system()?;
    let mut delay = delay(&bus);
    for message in subscribe(
        &bus,
        &[(LOGIN_MANAGER, PREPARE_FOR_SLEEP), (LOGIN_SESSION, LOCK)],
    )? {
        let message = message?;
        if is(&message, LOGIN_SESSION, LOCK) {
            tracing::debug!("the screen is being locked");
            alarm.ring();
        } else if is(&message, LOGIN_MANAGER, PREPARE_FOR_SLEEP) {
            if message.body().deserialize().unwrap_or(true) {
                tracing::debug!("the computer goes to sleep");
                alarm.ring();
                until_locked(alarm);
                drop(delay.take());
            } else {
                delay = self::delay(&bus);
            }
        }
    }
    Ok(())
}

fn session(alarm: &Alarm) -> zbus::Result<()> {
    let bus = Connection::session()?;
    for message in subscribe(&bus, &[("", ACTIVE_CHANGED)])? {
        let message = message?;
        let active = || message.body().deserialize().unwrap_or(true);
        if is(&message, SCREEN_SAVER, ACTIVE_CHANGED) && active() {
            tracing::debug!("the screen is locked");
            alarm.ring();
        }
    }
    Ok(())
}

/// Asks the bus for signals by interface (empty: any) and name.
fn subscribe(bus: &Connection, signals: &[(&str, &str)]) -> zbus::Result<MessageIterator> {
    let messages = MessageIterator::from(bus);
    let daemon = DBusProxy::new(bus)?;
    for &(interface, name) in signals {
        let mut rule = MatchRule::builder().msg_type(Type::Signal).member(name)?;
        if !interface.is_empty() {
            rule = rule.interface(interface)?;
        }
        daemon.add_match_rule(rule.build())?;
    }
    tracing::debug!("listening to {}", bus.server_guid());
    Ok(messages)
}

fn is(message: &Message, interface: &str, name: &str) -> bool {
    let header = message.header();
    header.message_type() == Type::Signal
        && header.member().is_some_and(|member| member == name)
        && header.interface().is_some_and(|i| i.ends_with(interface))
}

/// Has the computer wait a moment before it sleeps, until the PIN is gone. Where
/// nobody grants that, the signal alone must do.
fn delay(bus: &Connection) -> Option<OwnedFd> {
    let arguments = ("sleep", "SecureSign", "To forget the PIN", "delay");
    let reply = bus
        .call_method(
            Some(LOGIN),
            LOGIN_PATH,
            Some(LOGIN_MANAGER),
            "Inhibit",
            &arguments,
        )
        .inspect_err(|error| tracing::debug!("sleep is not delayed: {error}"))
        .ok()?;
    reply.body().deserialize().ok()
}

/// The system grants five seconds; the worker needs a few milliseconds, unless
/// a card keeps it.
fn until_locked(alarm: &Alarm) {
    let end = Instant::now() + Duration::from_secs(4);
    // What is only typed the front end overwrites as soon as it is woken.
    std::thread::sleep(Duration::from_millis(100));
    while alarm.is_kept() && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(5));
    }
}
