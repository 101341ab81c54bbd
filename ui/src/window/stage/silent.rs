//! Assistive programs of this system are not served yet.

use securesign::front::WindowError;

use super::Stage;

/// Says nothing and hears nothing.
#[derive(Default)]
pub struct Speech;

impl Stage {
    /// Nobody listens.
    pub(super) fn speak(&mut self) {}

    /// Nobody asks.
    pub(super) fn hear(&mut self) -> Result<bool, WindowError> {
        Ok(false)
    }
}
