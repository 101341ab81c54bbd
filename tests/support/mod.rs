//! What integration tests stand on: a PC/SC daemon of their own, cards in its
//! readers, and the programs of others, each under a time limit.

#![allow(dead_code, reason = "each test binary uses a part of this")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "here a panic is a failed test"
)]

pub mod display;
pub mod local;
pub mod nitrokey;
pub mod opensc;
pub mod pcscd;
pub mod run;
pub mod vpcd;
