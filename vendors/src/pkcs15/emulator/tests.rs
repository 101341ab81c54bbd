//! Rows of the sheets as expectations; nothing here is taken from the emulator's own output.
#![allow(clippy::unwrap_used)]

mod any;
