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

/// Whether neither of a user and the visitor whose id is the parameter has blocked the other.
macro_rules! unblocked {
    ($visitor:literal) => {
        concat!(
            "(NOT EXISTS (SELECT FROM blocks b WHERE b.blocker_id = ",
            $visitor,
            " AND b.blocked_id = u.id) AND NOT EXISTS (SELECT FROM blocks b WHERE b.blocker_id = u.id AND b.blocked_id = ",
            $visitor,
            "))"
        )
    };
}
pub(crate) use unblocked;
