//! One client of many: asks, waits for the answer, asks again.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Method, Request};
use http_body_util::Full;
use machine_client::Failure;
use serde_json::Value;

use crate::connection::{Connection, Dialer, Failed, Sent};
use crate::ledger::{Ledger, Lift};
use crate::lifters::Lifter;

const LIFT: &str = "/api/v1/scores/scenario/deadlift/";
const GETS: [&str; 3] =
    ["/api/v1/users/me", "/api/v1/scores/scenario/deadlift/leaderboard?limit=10", "/api/v1/energy/leaderboard"];

/// What all clients share.
pub struct Load {
    pub dialer: Dialer,
    pub lifters: Vec<Lifter>,
    pub ledger: Mutex<Ledger>,
    pub rate: f64,
    pub posts: f64,
    pub fresh: f64,
    pub timeout: Duration,
    pub began: Instant,
    pub asked: AtomicU64,
    pub stopping: AtomicBool,
}

impl Load {
    /// Waits until the next request is due. Each has its time from the start on, whatever became of those before it:
    /// after a standstill the load makes up for it, so that the rate is kept.
    async fn next_is_due(&self) {
        if self.rate > 0.0 {
            let number = self.asked.fetch_add(1, Ordering::Relaxed) as f64;
            let due = self.began + Duration::from_secs_f64(number / self.rate);
            tokio::time::sleep_until(due.into()).await;
        }
    }

    fn ledger(&self) -> std::sync::MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Asks until told to stop.
    pub async fn run(&self) -> Result<(), Failure> {
        let mut kept: Option<Connection> = None;
        loop {
            self.next_is_due().await;
            if self.stopping.load(Ordering::Relaxed) {
                return Ok(());
            }
            if fastrand::f64() < self.fresh {
                kept = None;
            }
            self.ask(&mut kept).await?;
        }
    }

    async fn ask(&self, kept: &mut Option<Connection>) -> Result<(), Failure> {
        let lifter = fastrand::choice(&self.lifters).ok_or("there are no lifters")?;
        let (request, lift) = self.make_request(lifter)?;
        let what = format!("{} {}", request.method(), request.uri());
        let began = Instant::now();
        let sent = tokio::time::timeout(self.timeout, self.deliver(kept, request)).await;
        let wait = began.elapsed();
        let outcome = match sent {
            Err(_) => Err(Failed::new("timeout", "no whole answer in time")),
            Ok(Err(failed)) => Err(failed),
            Ok(Ok((status, body))) if status == 200 => match &lift {
                None => Ok(None),
                Some(_) => lift_id(&body).map(Some),
            },
            Ok(Ok((status, body))) => {
                let body = String::from_utf8_lossy(&body);
                Err(Failed::new(format!("status-{}", status.as_u16()), body.chars().take(300).collect::<String>()))
            }
        };
        let mut ledger = self.ledger();
        match outcome {
            Ok(id) => {
                ledger.answered(wait);
                if let (Some(lift), Some(id)) = (lift, id) {
                    ledger.acknowledged(&lift, id)?;
                }
            }
            Err(failed) => {
                *kept = None;
                ledger.failed(&what, wait, &failed, lift.as_ref())?;
            }
        }
        Ok(())
    }

    /// One request on the kept connection or a new one.
    async fn deliver(
        &self,
        kept: &mut Option<Connection>,
        request: Request<Full<Bytes>>,
    ) -> Result<(http::StatusCode, Bytes), Failed> {
        let mut connection = match kept.take() {
            Some(mut connection) => match connection.send(request.clone()).await {
                Sent::Answer { status, body, reusable } => {
                    *kept = reusable.then_some(connection);
                    return Ok((status, body));
                }
                Sent::Failed(failed) => return Err(failed),
                Sent::Unsent => {
                    self.ledger().found_closed += 1;
                    self.dialer.connect().await?
                }
            },
            None => self.dialer.connect().await?,
        };
        self.ledger().connections += 1;
        match connection.send(request).await {
            Sent::Answer { status, body, reusable } => {
                *kept = reusable.then_some(connection);
                Ok((status, body))
            }
            Sent::Failed(failed) => Err(failed),
            Sent::Unsent => Err(Failed::new("closed-new", "a new connection was closed before anything was sent")),
        }
    }

    fn make_request(&self, lifter: &Lifter) -> Result<(Request<Full<Bytes>>, Option<Lift>), Failure> {
        if fastrand::f64() >= self.posts {
            let path = fastrand::choice(GETS).unwrap_or(GETS[0]);
            let request = self.dialer.request(Method::GET, path).header(AUTHORIZATION, &lifter.bearer);
            return Ok((request.body(Full::default())?, None));
        }
        let lift = Lift { user_id: lifter.id.clone(), weight: lifter.next_weight(), reps: fastrand::u32(1..6) };
        // No Idempotency-Key: it would make one of two, were a request ever sent twice on its way.
        let body = format!(r#"{{"weight_lifted":{},"reps":{}}}"#, lift.weight, lift.reps);
        let request = self.dialer.request(Method::POST, LIFT).header(AUTHORIZATION, &lifter.bearer);
        let request = request.header(CONTENT_TYPE, "application/json").body(Full::new(Bytes::from(body)))?;
        Ok((request, Some(lift)))
    }
}

fn lift_id(body: &[u8]) -> Result<i64, Failed> {
    let answer: Value = serde_json::from_slice(body).map_err(|error| Failed::new("not-json", error))?;
    answer["score"]["id"].as_i64().ok_or_else(|| Failed::new("no-id", "the answer names no score"))
}
