//! Sessions: the tokens by which a request proves whose it is.
//!
//! HS256 JSON Web Tokens with `sub`, `type`, `iat`, `exp` and `jti`. Access and refresh tokens are signed with
//! different keys and carry different types; neither passes for the other.

mod cookie;
mod signed_in;

use std::time::Duration;

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::platform::config::{Config, Key};
use crate::platform::{Problem, UserId};

pub use cookie::refresh_cookie;
pub use signed_in::SignedIn;

/// What a token is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenType {
    Access,
    Refresh,
}

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    sub: Uuid,
    #[serde(rename = "type")]
    token_type: TokenType,
    iat: u64,
    exp: u64,
    jti: Uuid,
}

/// Signs and reads one type of token.
struct Signer {
    token_type: TokenType,
    life: Duration,
    header: Header,
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
}

impl Signer {
    fn new(token_type: TokenType, key: &Key, life: Duration) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.leeway = 0;
        validation.set_required_spec_claims(&["exp", "sub"]);
        Self {
            token_type,
            life,
            header: Header::new(Algorithm::HS256),
            encoding: EncodingKey::from_secret(key.bytes()),
            decoding: DecodingKey::from_secret(key.bytes()),
            validation,
        }
    }

    fn sign(&self, user: UserId) -> Result<String, Problem> {
        let now = jsonwebtoken::get_current_timestamp();
        let claims = Claims {
            sub: user.0,
            token_type: self.token_type,
            iat: now,
            exp: now + self.life.as_secs(),
            jti: Uuid::now_v7(),
        };
        jsonwebtoken::encode(&self.header, &claims, &self.encoding).map_err(Problem::internal)
    }

    fn read(&self, token: &str) -> Option<UserId> {
        let claims = jsonwebtoken::decode::<Claims>(token, &self.decoding, &self.validation).ok()?.claims;
        (claims.token_type == self.token_type).then_some(UserId(claims.sub))
    }
}

/// The keys of this installation.
pub struct Tokens {
    access: Signer,
    refresh: Signer,
}

impl Tokens {
    pub fn new(config: &Config) -> Self {
        Self {
            access: Signer::new(TokenType::Access, &config.access_key, config.access_token_life),
            refresh: Signer::new(TokenType::Refresh, &config.refresh_key, config.refresh_token_life),
        }
    }

    /// A token that opens requests for a while.
    pub fn sign_access(&self, user: UserId) -> Result<String, Problem> {
        self.access.sign(user)
    }

    /// A token that gets new access tokens.
    pub fn sign_refresh(&self, user: UserId) -> Result<String, Problem> {
        self.refresh.sign(user)
    }

    /// Whose access token this is; none when it is forged, expired or of another type.
    pub fn read_access(&self, token: &str) -> Option<UserId> {
        self.access.read(token)
    }
}
