//! The system's own dialog, as the toolkit opens it.

use fltk::dialog::{NativeFileChooser, NativeFileChooserType};
use fltk::window::DoubleWindow;
use securesign_app::screen::Input;

/// Asks, and comes back with the answer.
pub fn ask(_window: &DoubleWindow, title: &str, answer: impl FnOnce(Option<Input>)) {
    let mut dialog = NativeFileChooser::new(NativeFileChooserType::BrowseFile);
    dialog.set_title(title);
    dialog.show();
    let path = dialog.filename();
    let chosen = !path.as_os_str().is_empty();
    answer(chosen.then(|| Input::Files(vec![path.to_string_lossy().into_owned()])));
}
