use tokio_postgres::Row;

use super::JudgedLift;
use super::api::State;
use crate::boards::Doubt;
use crate::lifts::Moment;
use crate::lifts::store::lift_from_row;
use crate::platform::{Connection, DatabaseError, UserId};
use crate::strength::ScoredAs;

/// What makes a [`JudgedLift`], of `lifts` (as `l`) and `users` (as `u`). The first ten are what [`lift_from_row`] reads.
macro_rules! judged_lifts {
    () => {
        "SELECT l.id, l.user_id, l.exercise_id, l.weight_kg, l.reps, l.sets, l.score_value, l.performed_at, \
                l.equipment::text, l.source::text, l.bodyweight_kg, l.scored_as::text, l.age_years, l.doubt::text, \
                u.username, l.evidence_url, l.accepted_at, l.voided_at, l.void_reason, l.void_answer, l.answered_at \
         FROM lifts l JOIN users u ON u.id = l.user_id "
    };
}

/// The moderators' order. Whoever is hidden tries out a release.
macro_rules! oldest_first {
    () => {
        " AND NOT u.is_hidden AND l.id > $1::bigint ORDER BY l.id LIMIT $2"
    };
}

fn judged_lift(row: &Row) -> JudgedLift {
    JudgedLift {
        lift: lift_from_row(row),
        moment: Moment {
            bodyweight_kg: row.get(10),
            scored_as: row.get::<_, Option<&str>>(11).and_then(ScoredAs::parse),
            age_years: row.get(12),
            doubt: row.get::<_, Option<&str>>(13).and_then(Doubt::parse),
        },
        username: row.get(14),
        evidence_url: row.get(15),
        accepted_at: row.get(16),
        voided_at: row.get(17),
        void_reason: row.get(18),
        void_answer: row.get(19),
        answered_at: row.get(20),
    }
}

/// Everybody's lifts in a state, the oldest entry first, from behind the number `after`.
pub async fn list_lifts(
    db: &Connection,
    state: State,
    after: i64,
    limit: i64,
) -> Result<Vec<JudgedLift>, DatabaseError> {
    let sql = match state {
        State::Waiting => concat!(
            judged_lifts!(),
            "WHERE l.doubt IS NOT NULL AND l.accepted_at IS NULL AND l.voided_at IS NULL",
            oldest_first!()
        ),
        State::Voided => concat!(judged_lifts!(), "WHERE l.voided_at IS NOT NULL", oldest_first!()),
        State::Answered => {
            concat!(judged_lifts!(), "WHERE l.voided_at IS NOT NULL AND l.answered_at IS NOT NULL", oldest_first!())
        }
    };
    Ok(db.query(sql, &[&after, &limit]).await?.iter().map(judged_lift).collect())
}

/// Of a lifter the lifts that wait or were judged, the newest entry first, from before the number `before`.
pub async fn list_lifts_of(
    db: &Connection,
    user: UserId,
    before: i64,
    limit: i64,
) -> Result<Vec<JudgedLift>, DatabaseError> {
    let sql = concat!(
        judged_lifts!(),
        "WHERE l.user_id = $1 AND (l.doubt IS NOT NULL OR l.voided_at IS NOT NULL) AND l.id < $2::bigint
         ORDER BY l.id DESC LIMIT $3"
    );
    Ok(db.query(sql, &[&user.0, &before, &limit]).await?.iter().map(judged_lift).collect())
}

pub async fn find_lift(db: &Connection, user: UserId, id: i32) -> Result<Option<JudgedLift>, DatabaseError> {
    let sql = concat!(judged_lifts!(), "WHERE l.id = $2 AND l.user_id = $1");
    Ok(db.query_opt(sql, &[&user.0, &id]).await?.as_ref().map(judged_lift))
}

/// Keeps a user from being deleted until the transaction ends.
pub async fn hold_moderator(db: &Connection, user: UserId) -> Result<u64, DatabaseError> {
    db.execute("SELECT FROM users WHERE id = $1 FOR KEY SHARE", &[&user.0]).await
}

/// Takes hold of whose a lift is, active or not, until the transaction ends.
pub async fn lock_lifter_of(db: &Connection, lift: i32) -> Result<Option<UserId>, DatabaseError> {
    let sql = "SELECT id FROM users WHERE id = (SELECT user_id FROM lifts WHERE id = $1) FOR NO KEY UPDATE";
    Ok(db.query_opt(sql, &[&lift]).await?.map(|row| UserId(row.get(0))))
}

pub async fn accept_lift(db: &Connection, lift: i32, moderator: UserId) -> Result<u64, DatabaseError> {
    let sql = "UPDATE lifts SET accepted_at = clock_timestamp(), accepted_by = $2 WHERE id = $1";
    db.execute(sql, &[&lift, &moderator.0]).await
}

/// What was accepted before is so no longer.
pub async fn void_lift(db: &Connection, lift: i32, moderator: UserId, reason: &str) -> Result<u64, DatabaseError> {
    db.execute(
        "UPDATE lifts SET voided_at = clock_timestamp(), voided_by = $2, void_reason = $3, accepted_at = NULL, accepted_by = NULL
         WHERE id = $1",
        &[&lift, &moderator.0, &reason],
    )
    .await
}

pub async fn restore_lift(db: &Connection, lift: i32) -> Result<u64, DatabaseError> {
    db.execute(
        "UPDATE lifts SET voided_at = NULL, voided_by = NULL, void_reason = NULL, void_answer = NULL, answered_at = NULL
         WHERE id = $1",
        &[&lift],
    )
    .await
}

pub async fn answer_lift(db: &Connection, lift: i32, text: &str) -> Result<u64, DatabaseError> {
    let sql = "UPDATE lifts SET void_answer = $2, answered_at = clock_timestamp() WHERE id = $1";
    db.execute(sql, &[&lift, &text]).await
}
