//! The PIV profile against the emulator, which other people's tools judge
//! (tests/judge-piv.sh), with the habits of ten products.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "here a panic is a failed test"
)]
#![allow(clippy::print_stdout, reason = "the counts are for reading")]

#[path = "../support/bench.rs"]
mod bench;
mod card;
mod dialogue;
#[path = "../support/instead.rs"]
mod instead;
mod pins;
mod sign;
