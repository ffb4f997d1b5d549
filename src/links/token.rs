//! The secret of a link: an HMAC of its id by the data key. So whoever has the key can make it again, and nobody has to
//! keep it: neither the queue nor the database holds it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use uuid::Uuid;

use crate::platform::config::{Key, Keys};
use crate::platform::secret;

/// A link's secret. It cannot be printed by mistake.
pub struct LinkToken(String);

impl LinkToken {
    /// The secret of the link with this id.
    pub fn of(id: Uuid, key: &Key) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, key.bytes());
        let mut message = b"link".to_vec();
        message.extend_from_slice(id.as_bytes());
        Self(URL_SAFE_NO_PAD.encode(hmac::sign(&key, &message)))
    }

    /// As it was when the link was stored: by the key of today, or by the one before. None when both are others.
    pub fn again(id: Uuid, keys: &Keys, stored: &[u8]) -> Option<Self> {
        keys.iter().map(|key| Self::of(id, key)).find(|token| token.hash() == stored)
    }

    /// What is stored of it.
    pub fn hash(&self) -> Vec<u8> {
        secret::hash(&self.0).to_vec()
    }

    /// For whoever the link is for.
    pub fn text(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::config::Config;
    use crate::platform::settings::{Settings, Sources};

    fn keys(current: &str, previous: &str) -> Keys {
        let environment = [("ENVIRONMENT", "development"), ("DATA_KEY", current), ("DATA_KEY_PREVIOUS", previous)];
        let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let settings = Settings::from_sources(Sources { environment, ..Sources::default() });
        Config::from_settings(&settings).unwrap().data_keys
    }

    #[test]
    fn a_link_outlives_one_rotation_of_the_key() {
        let (old, new, third) = ("o".repeat(48), "n".repeat(48), "t".repeat(48));
        let id = Uuid::now_v7();
        let stored = LinkToken::of(id, &keys(&old, "").current).hash();
        let again = LinkToken::again(id, &keys(&new, &old), &stored).unwrap();
        assert_eq!(secret::hash(again.text()).to_vec(), stored);
        assert!(LinkToken::again(id, &keys(&third, &new), &stored).is_none());
        assert!(LinkToken::again(Uuid::now_v7(), &keys(&old, ""), &stored).is_none());
    }
}
