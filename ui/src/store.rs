//! What this program writes for its user, and reads again: a file each. All of it but
//! `shared` goes through `own`, which knows how a folder of ours is told from another's.

pub mod cache;
pub mod claim;
pub mod folders;
pub mod journal;
pub mod mark;
pub mod own;
pub mod seen;
pub mod settings;
#[cfg(all(unix, not(target_os = "macos")))]
pub mod shared;
pub mod used;
