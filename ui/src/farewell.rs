//! The program is told to end from outside: Ctrl-C, the end of the desktop
//! session, a terminal that is closed.

use crate::hand::Hand;

/// From now on the card is logged out first; then the program ends as it would
/// have without this. Nothing is called back: nobody has said no to a portal.
#[cfg(unix)]
pub fn heed(hand: Hand) {
    use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::emulate_default_handler;

    let mut signals = match Signals::new([SIGHUP, SIGINT, SIGTERM]) {
        Ok(signals) => signals,
        Err(error) => return tracing::debug!("signals end the program at once: {error}"),
    };
    // A terminal that is asked for a PIN just then would stay without echo.
    let keyboard = crate::secrets::keyboard();
    let modes = keyboard
        .as_ref()
        .and_then(|keyboard| tcgetattr(keyboard).ok());
    std::thread::spawn(move || {
        let Some(signal) = signals.forever().next() else {
            return;
        };
        hand.dismiss();
        if let (Some(keyboard), Some(modes)) = (keyboard, modes) {
            let _ = tcsetattr(&keyboard, OptionalActions::Now, &modes);
        }
        let _ = emulate_default_handler(signal);
    });
}

/// Not built yet for other systems: there the service resets the card when a
/// program is gone.
#[cfg(not(unix))]
pub fn heed(_hand: Hand) {}
