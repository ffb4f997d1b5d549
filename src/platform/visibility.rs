//! Who is there for whom, as conditions on `users` (as `u`) for every statement that shows lifters.

/// Whether a user stands on boards and is found by others.
macro_rules! listed {
    () => {
        "(u.is_active AND NOT (u.is_hidden OR u.is_private OR u.is_withheld))"
    };
}
pub(crate) use listed;

/// Whether a user is there for the visitor whose id, or null, is the parameter: one always is for oneself.
macro_rules! visible {
    ($visitor:literal) => {
        concat!("(u.is_active AND (NOT (u.is_hidden OR u.is_private OR u.is_withheld) OR u.id = ", $visitor, "))")
    };
}
pub(crate) use visible;
