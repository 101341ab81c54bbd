//! The handoff protocol seen from a hostile page, requirement by requirement.
#![allow(clippy::unwrap_used, clippy::panic)]

mod answer;
mod generated;
mod link;
mod page;
mod policy;
