//! Windows: messages to a hidden window say that the session is locked or left, that the
//! computer goes to sleep, and that it all ends. Not seen on a real Windows yet.

use std::time::{Duration, Instant};

use winsafe::prelude::*;
use winsafe::{co, gui};

use super::Alarm;

/// Listens until the program ends, on a thread of its own.
pub fn watch(alarm: &Alarm) {
    let alarm = alarm.clone();
    hidden(move |window| {
        let locks = alarm.clone();
        window.on().wm_wts_session_change(move |change| {
            use co::WTS;
            let left = [
                WTS::SESSION_LOCK,
                WTS::SESSION_LOGOFF,
                WTS::CONSOLE_DISCONNECT,
                WTS::REMOTE_DISCONNECT,
            ];
            if left.contains(&change.state) {
                tracing::debug!("the session is locked or left");
                locks.ring();
            }
            Ok(())
        });
        window.on().wm_power_broadcast(move |power| {
            if power.event == co::PBT::APMSUSPEND {
                tracing::debug!("the computer goes to sleep");
                alarm.ring();
                until_locked(&alarm);
            }
            Ok(())
        });
        let this = window.clone();
        window.on().wm_create(move |_| {
            if let Err(error) = session::tell(this.hwnd()) {
                tracing::debug!("the screen lock is not noticed: {error}");
            }
            Ok(0)
        });
    });
}

/// Has this done before the session of Windows ends, which waits for it.
pub fn at_end(part: impl Fn() + Send + 'static) {
    hidden(move |window| {
        window.on().wm_end_session(move |end| {
            if end.is_session_being_ended {
                part();
            }
            Ok(())
        });
    });
}

/// Opens a window that is never shown, on a thread of its own. It has to be a window of the
/// upper level: others hear nothing of the computer.
fn hidden(prepare: impl FnOnce(&gui::WindowMain) + Send + 'static) {
    std::thread::spawn(move || {
        let window = gui::WindowMain::new(gui::WindowMainOpts {
            style: co::WS::POPUP,
            ..Default::default()
        });
        prepare(&window);
        if let Err(error) = window.run_main(Some(co::SW::HIDE)) {
            tracing::debug!("the computer is not listened to: {error}");
        }
    });
}

/// The system grants two seconds; the worker needs a few milliseconds, unless a card
/// keeps it.
fn until_locked(alarm: &Alarm) {
    let end = Instant::now() + Duration::from_millis(1500);
    // What is only typed the front end overwrites as soon as it is woken.
    std::thread::sleep(Duration::from_millis(100));
    while alarm.is_kept() && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Asks Windows to tell of the session. No crate has a safe function for it.
mod session {
    #![allow(unsafe_code)]

    use std::io;

    use windows_sys::Win32::System::RemoteDesktop::{
        NOTIFY_FOR_THIS_SESSION, WTSRegisterSessionNotification,
    };
    use winsafe::HWND;

    /// From now on a window hears of its own session.
    pub fn tell(window: &HWND) -> io::Result<()> {
        // SAFETY: the handle is that of a window which lives, for it is borrowed; the
        // function keeps no pointer.
        match unsafe { WTSRegisterSessionNotification(window.ptr(), NOTIFY_FOR_THIS_SESSION) } {
            0 => Err(io::Error::last_os_error()),
            _ => Ok(()),
        }
    }
}
