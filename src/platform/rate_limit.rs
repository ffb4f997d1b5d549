//! How much one client may ask for: rates with bursts (GCRA), in memory, by address, user and account; and the pause
//! of an account for an address after failures. Each process counts for itself.
//!
//! The tables are bounded: beyond [`MOST`] keys newcomers share a few. Together they stay below 10 MB.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::IpAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use moka::sync::Cache;
use uuid::Uuid;

use super::Problem;
use super::config::{Rate, RateLimitConfig};

/// A key and its state take some 50 bytes.
const MOST: usize = 40_000;
/// How many keys newcomers share when a table is full.
const SHARED: u64 = 1_024;
/// After so many checks a table is looked at and swept.
const SWEEP: u32 = 4_096;
/// So many failures in a row are followed by a pause.
const FAILURES: u32 = 5;
const PAUSE: Duration = Duration::from_secs(15 * 60);

/// What an account is limited in. Each counts for itself: whoever uses up one leaves the others alone.
#[derive(Debug, Clone, Copy, Hash)]
pub enum Kind {
    Login,
    Registration,
    Refresh,
    Reset,
    Verification,
    Password,
    SecondFactor,
}

/// Keys of one kind with their rates.
struct Zone {
    limiter: DefaultKeyedRateLimiter<u64>,
    rate: Rate,
    checks: AtomicU32,
    is_full: std::sync::atomic::AtomicBool,
}

impl Zone {
    fn new(rate: Rate) -> Self {
        let quota = Quota::per_second(rate.per_second).allow_burst(rate.burst);
        Self { limiter: RateLimiter::keyed(quota), rate, checks: AtomicU32::new(0), is_full: false.into() }
    }

    fn check(&self, key: u64) -> Result<(), Problem> {
        if self.checks.fetch_add(1, Ordering::Relaxed) % SWEEP == SWEEP - 1 {
            // Whoever has been quiet long enough to have the whole burst again needs no entry.
            self.limiter.retain_recent();
            self.limiter.shrink_to_fit();
            self.is_full.store(self.limiter.len() >= MOST, Ordering::Relaxed);
        }
        let key = if self.is_full.load(Ordering::Relaxed) { key % SHARED } else { key };
        self.limiter.check_key(&key).map_err(|not_until| {
            let wait = not_until.wait_time_from(DefaultClock::default().now());
            Problem::too_many_requests(
                "Too many requests; wait a moment.",
                wait.as_secs_f64().ceil().max(1.0) as u32,
                self.rate.burst.get(),
            )
        })
    }
}

/// All limits of a process.
pub struct RateLimits {
    anonymous: Option<Zone>,
    user: Option<Zone>,
    auth_address: Option<Zone>,
    account: Option<Zone>,
    /// By account and address: how many failures, and when the last one was.
    failures: Cache<u64, (u32, Instant)>,
}

impl RateLimits {
    pub fn new(config: &RateLimitConfig) -> Self {
        let wider = |rate: Rate| Rate { burst: rate.burst.saturating_mul(FOUR), ..rate };
        Self {
            anonymous: config.anonymous.map(Zone::new),
            user: config.user.map(Zone::new),
            auth_address: config.auth.map(wider).map(Zone::new),
            account: config.auth.map(Zone::new),
            failures: Cache::builder().max_capacity(MOST as u64).time_to_live(PAUSE).build(),
        }
    }

    /// A request that nobody is signed in for.
    pub fn anonymous(&self, address: Option<IpAddr>) -> Result<(), Problem> {
        check(&self.anonymous, address.map(of_address))
    }

    /// A request of a user, or of an API key.
    pub fn user(&self, id: Uuid) -> Result<(), Problem> {
        check(&self.user, Some(hash(id)))
    }

    /// A login, registration, refresh or reset from an address: wide, since a gym is one address.
    pub fn auth_address(&self, address: Option<IpAddr>) -> Result<(), Problem> {
        check(&self.auth_address, address.map(of_address))
    }

    /// The same for an account, whether it exists or not.
    pub fn account(&self, kind: Kind, name: &str) -> Result<(), Problem> {
        check(&self.account, Some(of_account(kind, name)))
    }

    /// Refuses somebody who failed too often at an account from where they are. Others, elsewhere, are not paused.
    pub fn paused(&self, kind: Kind, name: &str, address: Option<IpAddr>) -> Result<(), Problem> {
        match self.failures.get(&of_pair(kind, name, address)) {
            Some((failures, last)) if failures >= FAILURES && self.account.is_some() => {
                let left = PAUSE.saturating_sub(last.elapsed()).as_secs().max(1) as u32;
                let detail = "Too many failures for this account from where you are; wait, or reset the password.";
                Err(Problem::too_many_requests(detail, left, FAILURES))
            }
            _ => Ok(()),
        }
    }

    pub fn failed(&self, kind: Kind, name: &str, address: Option<IpAddr>) {
        let next = |known: Option<moka::Entry<u64, (u32, Instant)>>| {
            (known.map_or(0, |entry| entry.into_value().0).saturating_add(1), Instant::now())
        };
        self.failures.entry(of_pair(kind, name, address)).and_upsert_with(next);
    }

    pub fn succeeded(&self, kind: Kind, name: &str, address: Option<IpAddr>) {
        self.failures.invalidate(&of_pair(kind, name, address));
    }
}

const FOUR: std::num::NonZeroU32 = std::num::NonZeroU32::new(4).unwrap();

fn check(zone: &Option<Zone>, key: Option<u64>) -> Result<(), Problem> {
    match (zone, key) {
        (Some(zone), Some(key)) => zone.check(key),
        _ => Ok(()),
    }
}

/// Whoever has one IPv6 address has all of its /64.
fn of_address(address: IpAddr) -> u64 {
    match address.to_canonical() {
        IpAddr::V4(address) => hash(address),
        IpAddr::V6(address) => hash(&address.octets()[..8]),
    }
}

fn of_account(kind: Kind, name: &str) -> u64 {
    hash((kind, name.trim().to_lowercase()))
}

fn of_pair(kind: Kind, name: &str, address: Option<IpAddr>) -> u64 {
    hash((of_account(kind, name), address.map(of_address)))
}

/// Keyed by nothing: to make two keys meet on purpose gains nobody more than sharing a limit.
fn hash(key: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> RateLimits {
        let rate = |per_second, burst| {
            let number = |number| std::num::NonZeroU32::new(number).unwrap();
            Some(Rate { per_second: number(per_second), burst: number(burst) })
        };
        RateLimits::new(&RateLimitConfig { anonymous: rate(10, 20), user: rate(40, 120), auth: rate(1, 5) })
    }

    #[test]
    fn neighbours_in_one_ipv6_network_share_a_limit() {
        let limits = limits();
        let passed =
            (0..60u16).filter(|host| limits.anonymous(format!("2001:db8::{host:x}").parse().ok()).is_ok()).count();
        assert!((20..=22).contains(&passed), "{passed}");
        assert!(limits.anonymous("2001:db8:0:1::1".parse().ok()).is_ok());
        assert!(limits.anonymous("::ffff:192.0.2.1".parse().ok()).is_ok());
    }

    #[test]
    fn tables_stay_bounded_under_a_flood_of_addresses() {
        let limits = limits();
        for number in 0..400_000u32 {
            let _ = limits.anonymous(Some(IpAddr::from(number.to_be_bytes())));
        }
        let kept = limits.anonymous.as_ref().unwrap().limiter.len();
        assert!(kept <= MOST + SWEEP as usize + SHARED as usize, "{kept}");
    }

    #[test]
    fn five_failures_pause_an_account_for_one_address_alone() {
        let limits = limits();
        let (here, there) = ("192.0.2.1".parse().ok(), "192.0.2.2".parse().ok());
        for _ in 0..5 {
            assert!(limits.paused(Kind::Login, "Ada@example.org", here).is_ok());
            limits.failed(Kind::Login, "ada@EXAMPLE.org ", here);
        }
        assert!(limits.paused(Kind::Login, "ada@example.org", here).is_err());
        assert!(limits.paused(Kind::Login, "ada@example.org", there).is_ok());
        limits.succeeded(Kind::Login, "ada@example.org", here);
        assert!(limits.paused(Kind::Login, "ada@example.org", here).is_ok());
    }
}
