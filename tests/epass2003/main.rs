//! The ePass2003 profile against the emulator, which was written from the sheet by
//! somebody who had not seen the driver, and which OpenSC judges
//! (tests/judge-epass2003.sh).

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "here a panic is a failed test"
)]
#![allow(clippy::print_stdout, reason = "the counts are for reading")]

#[path = "../support/bench.rs"]
mod bench;
mod counts;
mod faults;
#[path = "../support/instead.rs"]
mod instead;
mod journeys;
mod others;
mod token;
