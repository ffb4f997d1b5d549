//! Sealing: what must lie in the database and not be read there.
//!
//! AES-256-GCM under a key that HKDF-SHA256 derives from `DATA_KEY` for each purpose. What is sealed is bound to its
//! purpose and its owner, so that nobody can pass off one user's as another's by moving rows. The key's id stands in
//! front: what the key before sealed is still opened. Form: id (8 bytes), nonce (12), ciphertext and tag.

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::error::Unspecified;
use ring::hkdf::{HKDF_SHA256, Prk, Salt};

use super::config::Keys;
use super::{Problem, UserId};

const ID_LEN: usize = 8;

/// Seals by the key in use, opens by that or the one before.
pub struct Sealer(Vec<(String, Prk)>);

/// What was sealed.
pub struct Opened {
    pub content: Vec<u8>,
    /// Sealed by the key before: to be sealed again while that one is still there.
    pub is_old: bool,
}

impl Sealer {
    pub fn new(keys: &Keys) -> Self {
        let salt = Salt::new(HKDF_SHA256, b"repduel seal 1");
        Self(keys.iter().map(|key| (key.id(), salt.extract(key.bytes()))).collect())
    }

    pub fn seal(&self, purpose: &str, owner: UserId, content: &[u8]) -> Result<Vec<u8>, Problem> {
        let (id, secret) = self.0.first().ok_or_else(|| Problem::internal("there is no data key"))?;
        let mut nonce = [0; NONCE_LEN];
        getrandom::fill(&mut nonce).map_err(Problem::internal)?;
        let mut sealed = content.to_vec();
        let key = derive(secret, purpose).map_err(|_| Problem::internal("no key could be derived"))?;
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), bound_to(purpose, owner), &mut sealed)
            .map_err(|_| Problem::internal("this could not be sealed"))?;
        Ok([id.as_bytes(), &nonce, &sealed].concat())
    }

    pub fn open(&self, purpose: &str, owner: UserId, sealed: &[u8]) -> Result<Opened, Problem> {
        let (id, rest) = sealed.split_at_checked(ID_LEN).ok_or_else(broken)?;
        let (nonce, rest) = rest.split_at_checked(NONCE_LEN).ok_or_else(broken)?;
        let found = self.0.iter().position(|(known, _)| known.as_bytes() == id);
        let place = found.ok_or_else(|| {
            let detail =
                "Codes cannot be checked here at the moment; use a recovery code, or ask whoever runs this server.";
            Problem::unavailable(detail, 60).caused_by("something was sealed by a DATA_KEY that is not set any more")
        })?;
        let key = derive(&self.0[place].1, purpose).map_err(|_| broken())?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| broken())?;
        let mut content = rest.to_vec();
        let length = key.open_in_place(nonce, bound_to(purpose, owner), &mut content).map_err(|_| broken())?.len();
        content.truncate(length);
        Ok(Opened { content, is_old: place > 0 })
    }
}

fn derive(secret: &Prk, purpose: &str) -> Result<LessSafeKey, Unspecified> {
    Ok(LessSafeKey::new(UnboundKey::from(secret.expand(&[purpose.as_bytes()], &AES_256_GCM)?)))
}

fn bound_to(purpose: &str, owner: UserId) -> Aad<Vec<u8>> {
    Aad::from([owner.0.as_bytes(), purpose.as_bytes()].concat())
}

fn broken() -> Problem {
    Problem::internal("what was sealed cannot be opened: it was changed, or belongs to somebody else")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::config::Key;

    fn keys(current: &str, previous: Option<&str>) -> Keys {
        let key = |text: &str| Key::of(text.as_bytes());
        Keys { current: key(current), previous: previous.map(key) }
    }

    #[test]
    fn only_its_owner_s_and_its_purpose_s_seal_opens() {
        let (sealer, ada, ben) = (Sealer::new(&keys("a", None)), UserId::new(), UserId::new());
        let sealed = sealer.seal("codes", ada, b"secret").unwrap();
        assert_eq!(sealer.open("codes", ada, &sealed).unwrap().content, b"secret");
        assert!(!sealed.windows(6).any(|part| part == b"secret"));
        assert_ne!(sealed, sealer.seal("codes", ada, b"secret").unwrap());
        assert!(sealer.open("codes", ben, &sealed).is_err());
        assert!(sealer.open("other", ada, &sealed).is_err());
        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert!(sealer.open("codes", ada, &changed).is_err(), "{place}");
            assert!(sealer.open("codes", ada, &sealed[..place]).is_err(), "{place}");
        }
    }

    #[test]
    fn the_key_before_opens_and_no_other() {
        let ada = UserId::new();
        let sealed = Sealer::new(&keys("a", None)).seal("codes", ada, b"secret").unwrap();
        assert!(Sealer::new(&keys("b", Some("a"))).open("codes", ada, &sealed).unwrap().is_old);
        assert!(!Sealer::new(&keys("a", Some("b"))).open("codes", ada, &sealed).unwrap().is_old);
        assert!(Sealer::new(&keys("b", Some("c"))).open("codes", ada, &sealed).is_err());
    }
}
