//! Secrets that are made up here and given out once: codes and keys. What is kept of one is its hash; they are as
//! random as a key, so a plain one does.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::Problem;

/// So many random bytes as text that fits into an address.
pub fn new_code(bytes: usize) -> Result<String, Problem> {
    let mut random = vec![0; bytes];
    getrandom::fill(&mut random).map_err(Problem::internal)?;
    Ok(URL_SAFE_NO_PAD.encode(random))
}

/// What is kept of a secret. It is found by its hash, so that nothing is compared letter by letter.
pub fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}
