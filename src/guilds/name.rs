use super::GuildError;

/// A name that a guild may have: 3 to 40 characters that can be seen, unique without regard to case and spaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuildName {
    text: String,
    key: String,
}

impl GuildName {
    pub fn parse(text: &str) -> Result<Self, GuildError> {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let length = text.chars().count();
        if !(3..=40).contains(&length) || text.chars().any(|letter| letter.is_control() || is_unseen(letter)) {
            return Err(GuildError::BadName);
        }
        let key = text.to_lowercase();
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

/// What takes no room, or turns what follows around: two names that look the same would be different ones.
fn is_unseen(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_same_whatever_their_case_and_spaces() {
        let name = GuildName::parse("  Iron \t Ärmel ").unwrap();
        assert_eq!((name.as_str(), name.key()), ("Iron Ärmel", "iron ärmel"));
        assert_eq!(GuildName::parse("IRON ÄRMEL").unwrap().key(), name.key());
    }

    #[test]
    fn names_that_are_short_long_or_unseen_are_refused() {
        for bad in ["", "ab", "a  b\u{200b}", "   ", "ab\u{202e}cd", "a\u{0}bc", &"x".repeat(41)] {
            assert!(GuildName::parse(bad).is_err(), "{bad:?}");
        }
        for good in ["abc", "三國志", &"ä".repeat(40), "O'Neil's 5%"] {
            assert!(GuildName::parse(good).is_ok(), "{good:?}");
        }
    }
}
