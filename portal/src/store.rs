//! What is kept, and the statements for it.

pub mod audit;
pub mod keys;
pub mod origins;
pub mod sessions;
pub mod tenants;
pub mod usage;

/// An id that nobody can guess, as `org_…`.
pub fn id(prefix: &str) -> Result<String, getrandom::Error> {
    Ok(format!("{prefix}_{}", crate::key::random(16)?))
}
