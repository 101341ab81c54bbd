#![doc = include_str!("../README.md")]

pub mod callback;
pub mod code;
pub mod link;
pub mod policy;
pub mod service;
pub mod stamp;
