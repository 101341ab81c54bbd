//! Both languages are complete: every text that is named exists in both, with the
//! same words to fill in, and no screen in Hindi is half English.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "here a panic is a failed test"
)]

#[path = "../support/bench.rs"]
mod bench;
mod errors;
mod screens;
mod story;
mod strangers;
mod texts;
mod trust;
