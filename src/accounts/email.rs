use std::fmt;

/// An e-mail address: one `@`, a local part, a domain with a dot. The domain is kept in lower case; two addresses
/// that differ only by case are the same. Whether mail arrives only mail can tell.
#[derive(Clone, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        const PROBLEM: &str = "must be an e-mail address such as ada@example.org";
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or(PROBLEM)?;
        let is_clean = |part: &str| part.chars().all(|c| !c.is_control() && !c.is_whitespace() && c != '@');
        let is_domain = domain.contains('.')
            && domain.split('.').all(|label| {
                (1..=63).contains(&label.len())
                    && label.chars().all(|c| c.is_alphanumeric() || c == '-')
                    && !label.starts_with('-')
                    && !label.ends_with('-')
            });
        // What no mail server would take would only die in the queue.
        if text.parse::<lettre::Address>().is_err() {
            return Err(PROBLEM);
        }
        if local.is_empty() || local.len() > 64 || text.len() > 254 || !is_clean(local) || !is_domain {
            return Err(PROBLEM);
        }
        Ok(Self(format!("{local}@{}", domain.to_lowercase())))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Not shown: it must not reach a log.
impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_people_write_them() {
        assert_eq!(Email::parse(" Ada@Example.ORG ").unwrap().as_str(), "Ada@example.org");
        for bad in [
            "",
            "ada",
            "ada@",
            "@example.org",
            "ada@localhost",
            "a b@example.org",
            "a@b@example.org",
            "a\0@b.c",
            "a..b@c.de",
            ".a@b.c",
            "a,b@c.de",
            "<a@b.c",
        ] {
            assert!(Email::parse(bad).is_err(), "{bad}");
        }
    }
}
