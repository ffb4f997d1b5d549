use std::fmt;

/// Words that are part of routes, so that a profile could not be fetched by them.
const RESERVED: [&str; 9] =
    ["me", "lookup", "username", "followers", "following", "friends", "relationship", "refresh", "standing"];

/// A name that a lifter may have: 3 to 32 of `A–Z a–z 0–9 _ . -`, unique without regard to case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Username(String);

impl Username {
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let text = text.trim();
        let is_clean = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte));
        if !(3..=32).contains(&text.len()) || !is_clean {
            return Err("must be 3 to 32 letters A to Z, digits, '_', '.' or '-'");
        }
        if RESERVED.iter().any(|word| word.eq_ignore_ascii_case(text)) {
            return Err("is a reserved word; choose another");
        }
        if is_meet_lifter(text) {
            return Err("is the form of names of lifters known from meets; choose another");
        }
        Ok(Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of a lifter known by a number from meet results. No member can take it.
    pub fn of_meet_lifter(number: i32) -> Self {
        Self(format!("lifter-{number}"))
    }
}

fn is_meet_lifter(text: &str) -> bool {
    let number = text.to_ascii_lowercase().strip_prefix("lifter-").map(str::to_owned);
    number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_could_not_be_fetched_or_mistaken_are_refused() {
        for good in ["ada", "Ada_Lovelace", "a.b-c", "x".repeat(32).as_str(), "lifter-a"] {
            assert!(Username::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "ab", "a b c", "a/b", "ädä", "me\0me", "x".repeat(33).as_str(), "Followers", "LIFTER-12"] {
            assert!(Username::parse(bad).is_err(), "{bad}");
        }
    }
}
