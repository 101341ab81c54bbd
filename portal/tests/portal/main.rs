//! The service from outside: the real program, real sockets, and both databases for real.
//! PostgreSQL is Debian's, started here in a folder of its own, never the machine's.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "here a panic is a failed test"
)]

mod console;
mod crash;
mod demo;
mod desktop;
mod hostile;
mod keys;
mod open;
mod operation;
mod origins;
mod published;
mod sessions;
mod support;
mod verify;
