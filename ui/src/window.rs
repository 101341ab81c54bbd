//! The window.

use securesign_core::screen::{Input, Screen};

/// What a face shows and what it tells. The window knows nothing else.
pub trait Model {
    /// What is to be seen now.
    fn screen(&self) -> Screen;
    /// A person did something.
    fn input(&mut self, input: Input);
    /// Takes in what the card worker has reported meanwhile; true when the
    /// screen may have changed. Called on the window's thread after a wake-up.
    fn poll(&mut self) -> bool;
    /// The window should close now.
    fn finished(&self) -> bool;
    /// Hands over how the worker thread wakes the window.
    fn on_wake(&mut self, wake: Box<dyn Fn() + Send + Sync>);
}
