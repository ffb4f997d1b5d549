//! The 10,000 most common passwords, the most common first, in lower case: `common_passwords.txt`.
//!
//! They are the first 10,000 of the list in the crate zxcvbn 3.1.0 (<https://crates.io/crates/zxcvbn>), which has them
//! from zxcvbn of Dropbox. Both are under the MIT licence, whose text lies beside the list.

use std::collections::HashSet;
use std::sync::LazyLock;

static COMMON: LazyLock<HashSet<&str>> = LazyLock::new(|| include_str!("common_passwords.txt").lines().collect());

/// Whether many have this password, without regard to case.
pub fn is_common(password: &str) -> bool {
    COMMON.contains(password.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_ten_thousand() {
        assert_eq!(COMMON.len(), 10_000);
        assert!(COMMON.iter().all(|password| password.to_lowercase() == *password && !password.is_empty()));
    }
}
