//! Argon2id on threads of its own; the bcrypt hashes of the existing service are read too.
//!
//! Hashing takes all of a core for tens of milliseconds, so a bounded number of threads does it, at a lower
//! priority than the threads that answer requests; and only so many may wait for them, or memory and patience
//! would run out before the queue did.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use tokio::sync::Semaphore;

use super::Password;
use crate::platform::Problem;
use crate::platform::config::PasswordConfig;

/// How much less urgent hashing is than answering, in steps of `nice`.
const LESS_URGENT: i32 = 19;
/// What bcrypt reads of a password; the existing service cut the rest off without a word.
const BCRYPT_READS: usize = 72;

/// What came of comparing a password with a stored hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Wrong,
    Right,
    /// Right, and stored in a way that is not today's: to be hashed anew.
    RightButOutdated,
}

/// Hashes and verifies passwords.
#[derive(Clone)]
pub struct Hasher {
    argon2: Arc<Argon2<'static>>,
    threads: tokio::runtime::Handle,
    queue: Arc<Semaphore>,
    /// What an unknown user's password is compared with, so that it takes the same work.
    decoy: Arc<str>,
}

/// Keeps the hashing threads alive.
pub struct HashingThreads(Option<tokio::runtime::Runtime>);

impl Drop for HashingThreads {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl Hasher {
    pub fn start(config: &PasswordConfig) -> std::io::Result<(Self, HashingThreads)> {
        let params = Params::new(config.memory_kib, config.iterations, config.parallelism, None)
            .map_err(|error| std::io::Error::other(format!("the Argon2 settings do not fit together: {error}")))?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        // A runtime is the shortest way to a bounded, named pool of blocking threads.
        let runtime = tokio::runtime::Builder::new_current_thread()
            .max_blocking_threads(config.hashers)
            .thread_name("hashing")
            .on_thread_start(|| {
                // Not allowed to be less urgent? Then as urgent as the rest.
                let _ = rustix::process::nice(LESS_URGENT);
            })
            .build()?;
        let salt = b"no user has this";
        let decoy: PasswordHash = argon2
            .hash_password_with_salt(b"nor this password", salt)
            .map_err(|error| std::io::Error::other(error.to_string()))?;
        let hasher = Self {
            argon2: Arc::new(argon2),
            threads: runtime.handle().clone(),
            queue: Arc::new(Semaphore::new(config.hashers + config.queue)),
            decoy: decoy.to_string().into(),
        };
        Ok((hasher, HashingThreads(Some(runtime))))
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Argon2<'static>) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let place = self.queue.clone().try_acquire_owned().map_err(|_| {
            Problem::unavailable("Too many people are signing in at this moment; try again in a few seconds.", 3)
        })?;
        let argon2 = self.argon2.clone();
        let done = self.threads.spawn_blocking(move || {
            let result = work(&argon2);
            drop(place);
            result
        });
        done.await.map_err(Problem::internal)
    }

    /// The text to store for a password: algorithm, parameters, salt and hash.
    pub async fn hash(&self, password: Password) -> Result<String, Problem> {
        let hash: Result<PasswordHash, _> = self.run(move |argon2| argon2.hash_password(password.bytes())).await?;
        hash.map(|hash| hash.to_string()).map_err(Problem::internal)
    }

    /// Whether the password is the one that was stored; `None` takes as long and never is.
    pub async fn verify(&self, password: Password, stored: Option<String>) -> Result<bool, Problem> {
        Ok(self.examine(password, stored).await? != Verdict::Wrong)
    }

    /// As [`Hasher::verify`], and whether the stored hash is today's.
    pub async fn examine(&self, password: Password, stored: Option<String>) -> Result<Verdict, Problem> {
        let decoy = self.decoy.clone();
        self.run(move |argon2| {
            // Nor has anybody a password whose hash is none: it takes the same work.
            let Some(stored) = stored.filter(|stored| stored.starts_with('$')) else {
                let _ = argon2.verify_password(password.bytes(), &*decoy);
                return Verdict::Wrong;
            };
            if ["$2a$", "$2b$", "$2y$"].iter().any(|start| stored.starts_with(start)) {
                return match bcrypt::verify(password.bytes(), &stored) {
                    // Of a longer one the end has not been compared: to hash it now could shut its owner out.
                    Ok(true) if password.bytes().len() > BCRYPT_READS => Verdict::Right,
                    Ok(true) => Verdict::RightButOutdated,
                    _ => Verdict::Wrong,
                };
            }
            match argon2.verify_password(password.bytes(), stored.as_str()) {
                Ok(()) if way(&stored) == way(&decoy) => Verdict::Right,
                Ok(()) => Verdict::RightButOutdated,
                Err(_) => Verdict::Wrong,
            }
        })
        .await
    }
}

/// The part of a stored hash before its salt: the algorithm, its version and its parameters.
fn way(stored: &str) -> &str {
    stored.rsplitn(3, '$').nth(2).unwrap_or_default()
}
