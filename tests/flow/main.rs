//! The flow from link to callback, without a card: what is shown, what is asked
//! of the worker, and what the portal hears.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "here a panic is a failed test"
)]

mod allow;
#[path = "../support/bench.rs"]
mod bench;
mod certificates;
mod chosen;
mod document;
mod enclosed;
mod inquiry;
mod kept;
mod once;
mod pages;
mod pins;
mod play;
mod queue;
mod sign;
mod told;
mod typed;
mod unlock;
