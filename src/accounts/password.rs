//! The rules for passwords.

use super::common_passwords::is_common;

const SHORTEST: usize = 8;
/// Far above any pass phrase, far below what would make hashing a burden.
const LONGEST: usize = 256;

/// A password as somebody typed it. It cannot be printed.
#[derive(Clone)]
pub struct Password(String);

impl Password {
    /// A password to be set.
    pub fn parse(text: String) -> Result<Self, &'static str> {
        if !(SHORTEST..=LONGEST).contains(&text.chars().count()) {
            return Err("must have 8 to 256 characters");
        }
        if is_common(&text) {
            return Err("is one of the most common passwords, which are tried first; choose another");
        }
        Ok(Self(text))
    }

    /// A password to be set by somebody with these names: usernames and e-mails.
    pub fn parse_for(text: String, names: &[&str]) -> Result<Self, &'static str> {
        Self::parse(text)?.unless_named(names)
    }

    /// Refuses the password of somebody with these names if it is one of them, or an e-mail up to its `@`.
    pub fn unless_named(self, names: &[&str]) -> Result<Self, &'static str> {
        let typed = self.0.trim().to_lowercase();
        let is_name = names.iter().any(|name| {
            let name = name.trim().to_lowercase();
            name == typed || name.rsplit_once('@').is_some_and(|(local, _)| local == typed)
        });
        if is_name { Err("must not be the username or the e-mail; choose another") } else { Ok(self) }
    }

    /// A password to be compared: it may be older than today's rules.
    pub fn typed(text: String) -> Self {
        Self(text)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_tried_first_is_refused_in_any_case() {
        for bad in ["password1", "Password1", "PASSWORD", "12345678", "qwertyuiop", "letmein"] {
            assert!(Password::parse(bad.into()).is_err(), "{bad}");
        }
        assert!(Password::parse("correct horse".into()).is_ok());
    }

    #[test]
    fn nobody_s_password_is_their_name() {
        let names = ["Ada.Lovelace", "countess@Example.org"];
        for bad in ["ada.lovelace", "ADA.LOVELACE", "Countess@example.ORG", "countess", " countess"] {
            assert!(Password::parse_for(bad.into(), &names).is_err(), "{bad}");
        }
        assert!(Password::parse_for("countess of L".into(), &names).is_ok());
    }
}
