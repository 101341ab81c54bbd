//! What is kept, and the statements for it. The command line and the console call the same ones.

pub mod audit;
pub mod keys;
pub mod operators;
pub mod origins;
pub mod sessions;
pub mod tenants;
pub mod usage;

/// An id that nobody can guess, as `org_…`.
pub fn id(prefix: &str) -> sqlx::Result<String> {
    let random = crate::key::random(16).map_err(unlucky)?;
    Ok(format!("{prefix}_{random}"))
}

/// Whether it can be a name or a label: one line of at most 100 characters.
pub fn is_line(text: &str) -> bool {
    text.chars().count() <= 100 && !text.contains(char::is_control)
}

/// The system gave no random bytes.
fn unlucky(error: getrandom::Error) -> sqlx::Error {
    sqlx::Error::Io(error.into())
}
