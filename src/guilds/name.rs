use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::GuildError;
use crate::platform::extract::is_unseen;

/// A name that a guild may have: 3 to 40 characters that can be seen, unique without regard to case, spaces and how its letters
/// are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuildName {
    text: String,
    key: String,
}

impl GuildName {
    pub fn parse(text: &str) -> Result<Self, GuildError> {
        let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ").nfc().collect();
        let length = text.chars().count();
        // A mark that stands on nothing is drawn over what comes before the name.
        let stands_alone = text.chars().next().is_some_and(is_combining_mark);
        if !(3..=40).contains(&length)
            || stands_alone
            || text.chars().any(|letter| letter.is_control() || is_unseen(letter))
        {
            return Err(GuildError::BadName);
        }
        let key = text.nfkc().collect::<String>().to_lowercase();
        Ok(Self { text, key })
    }

    /// As it is shown.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// By which it is compared.
    pub fn key(&self) -> &str {
        &self.key
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_same_whatever_their_case_and_spaces() {
        let name = GuildName::parse("  Iron \t Ärmel ").unwrap();
        assert_eq!((name.as_str(), name.key()), ("Iron Ärmel", "iron ärmel"));
        for same in ["IRON ÄRMEL", "iron A\u{308}rmel", "ＩＲＯＮ Ärmel"] {
            assert_eq!(GuildName::parse(same).unwrap().key(), name.key());
        }
    }

    #[test]
    fn names_that_are_short_long_or_unseen_are_refused() {
        for bad in [
            "",
            "ab",
            "a  b\u{200b}",
            "   ",
            "ab\u{202e}cd",
            "a\u{0}bc",
            "\u{2800}\u{2800}\u{2800}",
            "\u{300}\u{300}\u{300}",
            &"x".repeat(41),
        ] {
            assert!(GuildName::parse(bad).is_err(), "{bad:?}");
        }
        for good in ["abc", "三國志", &"ä".repeat(40), "O'Neil's 5%"] {
            assert!(GuildName::parse(good).is_ok(), "{good:?}");
        }
    }
}
