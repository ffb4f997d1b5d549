//! Signed tokens: HS256 JSON Web Tokens with `sub`, `type`, `sid` (the session), `iat`, `exp`, `jti`,
//! and of refresh tokens `lasts`.
//!
//! Access and refresh tokens are signed with different keys and carry different types; neither passes for the other.
//! `kid` names the key: the current one, or the one before, which still opens what it signed.

use std::time::Duration;

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::platform::config::{Config, Keys, TokenLives};
use crate::platform::{Problem, UserId};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum TokenType {
    Access,
    Refresh,
}

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    sub: Uuid,
    #[serde(rename = "type")]
    token_type: TokenType,
    sid: Uuid,
    iat: u64,
    exp: u64,
    jti: Uuid,
    /// Of refresh tokens: whether the cookie that carries it outlives the browser's session.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    lasts: bool,
}

/// Signs and reads one type of token.
struct Signer {
    token_type: TokenType,
    header: Header,
    encoding: EncodingKey,
    /// By `kid`.
    decoding: Vec<(String, DecodingKey)>,
    validation: Validation,
}

impl Signer {
    fn new(token_type: TokenType, keys: &Keys) -> Self {
        // One algorithm, whatever a token's header says.
        let mut validation = Validation::new(Algorithm::HS256);
        validation.leeway = 0;
        validation.set_required_spec_claims(&["exp", "sub"]);
        Self {
            token_type,
            header: Header { kid: Some(keys.current.id()), ..Header::new(Algorithm::HS256) },
            encoding: EncodingKey::from_secret(keys.current.bytes()),
            decoding: keys.iter().map(|key| (key.id(), DecodingKey::from_secret(key.bytes()))).collect(),
            validation,
        }
    }

    fn sign(
        &self,
        user: UserId,
        session: Uuid,
        jti: Uuid,
        life: Duration,
        cookie: CookieLife,
    ) -> Result<String, Problem> {
        let now = jsonwebtoken::get_current_timestamp();
        let (sub, token_type, exp) = (user.0, self.token_type, now + life.as_secs());
        let lasts = cookie == CookieLife::Lasting;
        let claims = Claims { sub, token_type, sid: session, iat: now, exp, jti, lasts };
        jsonwebtoken::encode(&self.header, &claims, &self.encoding).map_err(Problem::internal)
    }

    fn read(&self, token: &str) -> Option<Claims> {
        let kid = jsonwebtoken::decode_header(token).ok()?.kid?;
        let (_, key) = self.decoding.iter().find(|(known, _)| *known == kid)?;
        let claims = jsonwebtoken::decode::<Claims>(token, key, &self.validation).ok()?.claims;
        (claims.token_type == self.token_type).then_some(claims)
    }
}

/// How long a browser keeps the cookie that carries a refresh token. It stands in the token, so that whoever renews it knows
/// without asking the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CookieLife {
    /// Until the browser is closed, as existing clients know it.
    OfBrowser,
    /// As long as the token is good: an app on a phone is closed all the time, and stays signed in.
    Lasting,
}

/// Whose access token it is, and of which session.
#[derive(Debug, Clone, Copy)]
pub struct Access {
    pub user: UserId,
    pub session: Uuid,
}

/// A refresh token that is to be given out.
pub struct NewRefresh {
    pub text: String,
    pub hash: Vec<u8>,
}

/// A refresh token that somebody sent; nothing but its signature has been looked at.
pub struct Refresh {
    pub user: UserId,
    pub session: Uuid,
    pub hash: Vec<u8>,
    pub cookie: CookieLife,
}

/// The keys of this installation, and how long what they sign is good for.
pub struct Tokens {
    access: Signer,
    refresh: Signer,
    lives: TokenLives,
}

impl Tokens {
    pub fn new(config: &Config) -> Self {
        Self {
            access: Signer::new(TokenType::Access, &config.access_keys),
            refresh: Signer::new(TokenType::Refresh, &config.refresh_keys),
            lives: config.token_lives,
        }
    }

    pub fn access_life(&self) -> Duration {
        self.lives.access
    }

    /// For clients that never refresh.
    pub fn legacy_access_life(&self) -> Duration {
        self.lives.legacy_access
    }

    pub fn refresh_life(&self) -> Duration {
        self.lives.refresh
    }

    /// The Max-Age of a refresh token's cookie.
    pub fn cookie_life(&self, cookie: CookieLife) -> Option<Duration> {
        (cookie == CookieLife::Lasting).then_some(self.lives.refresh)
    }

    /// How long anything made from a login can be good for without a refresh.
    pub fn session_life(&self, access_life: Duration) -> Duration {
        self.lives.refresh.max(access_life)
    }

    /// How long what is revoked has to be remembered.
    pub fn longest_access(&self) -> Duration {
        self.lives.access.max(self.lives.legacy_access)
    }

    pub fn sign_access(&self, user: UserId, session: Uuid, life: Duration) -> Result<String, Problem> {
        self.access.sign(user, session, Uuid::now_v7(), life, CookieLife::OfBrowser)
    }

    pub fn sign_refresh(&self, user: UserId, session: Uuid, cookie: CookieLife) -> Result<NewRefresh, Problem> {
        let id = Uuid::new_v4();
        Ok(NewRefresh { text: self.refresh.sign(user, session, id, self.lives.refresh, cookie)?, hash: hash(id) })
    }

    /// None when it is forged, expired or of another type.
    pub fn read_access(&self, token: &str) -> Option<Access> {
        self.access.read(token).map(|claims| Access { user: UserId(claims.sub), session: claims.sid })
    }

    /// None when it is forged, expired or of another type.
    pub fn read_refresh(&self, token: &str) -> Option<Refresh> {
        let claims = self.refresh.read(token)?;
        let cookie = if claims.lasts { CookieLife::Lasting } else { CookieLife::OfBrowser };
        Some(Refresh { user: UserId(claims.sub), session: claims.sid, hash: hash(claims.jti), cookie })
    }
}

/// What is stored of a refresh token: its id is as random as a key, so a plain hash keeps it.
fn hash(id: Uuid) -> Vec<u8> {
    Sha256::digest(id.as_bytes()).to_vec()
}
