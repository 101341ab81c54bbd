//! Notifications of this system are not used yet.

/// Says nothing.
pub fn tell(_title: &str, _more: Option<&str>) {}
