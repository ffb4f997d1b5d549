use uuid::Uuid;

use crate::platform::visibility::visible;
use crate::platform::{Connection, DatabaseError, UserId};

/// Whether a lift (as `l`) came in time to be paid: the clock of phones runs ahead by minutes, and what is a day old is
/// history.
macro_rules! in_time {
    () => {
        "(l.source = 'self' AND l.voided_at IS NULL AND l.performed_at >= l.recorded_at - interval '24 hours' \
          AND l.performed_at <= l.recorded_at + interval '5 minutes')"
    };
}

/// Whether its volume is paid too: not while a moderator has to look at it.
macro_rules! pays_volume {
    () => {
        concat!("(l.volume_xp > 0 AND (l.doubt IS NULL OR l.accepted_at IS NOT NULL) AND ", in_time!(), ")")
    };
}

/// The day that a lift (as `l`) is paid on, in UTC for everybody: no change of a time zone makes a day begin anew.
macro_rules! day {
    () => {
        "to_char(l.performed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')"
    };
}

/// The statement of [`award_lifts`].
pub const AWARD_LIFTS: &str = concat!(
    "INSERT INTO xp_events AS e (user_id, source, source_id, amount, earned, created_at)
     SELECT l.user_id, 'volume'::xp_source, ",
    day!(),
    ", least(600, sum(l.volume_xp))::integer, sum(l.volume_xp), max(l.performed_at)
     FROM lifts l WHERE l.id = ANY ($1::integer[]) AND ",
    pays_volume!(),
    " GROUP BY 1, 3
     UNION ALL
     SELECT l.user_id, 'best'::xp_source, ",
    day!(),
    ", least(200, 10 * count(*))::integer, 10 * count(*), max(l.performed_at)
     FROM lifts l WHERE l.id = ANY ($2::integer[]) AND ",
    in_time!(),
    " GROUP BY 1, 3
     ON CONFLICT (user_id, source, source_id) DO UPDATE
         SET earned = e.earned + excluded.earned,
             amount = least(CASE e.source WHEN 'best' THEN 200 ELSE 600 END, e.earned + excluded.earned)::integer,
             created_at = greatest(e.created_at, excluded.created_at)"
);

/// Pays lifts that were just stored, and those of them that are personal bests.
pub async fn award_lifts(db: &Connection, lifts: &[i32], bests: &[i32]) -> Result<u64, DatabaseError> {
    db.execute(AWARD_LIFTS, &[&lifts, &bests]).await
}

/// What lifts (as `l`) of the users that a condition names are worth.
macro_rules! earned {
    ($users:literal) => {
        concat!(
            "SELECT l.user_id, 'volume'::xp_source AS source, ",
            day!(),
            " AS source_id, least(600, sum(l.volume_xp))::integer AS amount, sum(l.volume_xp) AS earned,
                    max(l.performed_at) AS at
             FROM lifts l WHERE ",
            $users,
            " AND ",
            pays_volume!(),
            " GROUP BY 1, 3
             UNION ALL
             SELECT l.user_id, 'best', ",
            day!(),
            ", least(200, 10 * count(*))::integer, 10 * count(*), max(l.performed_at)
             FROM personal_best_events b JOIN lifts l ON l.id = b.lift_id WHERE ",
            $users,
            " AND ",
            in_time!(),
            " GROUP BY 1, 3"
        )
    };
}

/// Brings what the lifts of somebody paid to what they give now. The caller holds the lifter's row.
pub async fn recount(db: &Connection, user: UserId) -> Result<u64, DatabaseError> {
    db.execute(
        concat!(
            "WITH earned AS (",
            earned!("l.user_id = $1"),
            "), gone AS (
                 DELETE FROM xp_events e WHERE e.user_id = $1 AND e.source IN ('volume', 'best')
                   AND NOT EXISTS (SELECT FROM earned n WHERE (n.source, n.source_id) = (e.source, e.source_id)))
             INSERT INTO xp_events AS e (user_id, source, source_id, amount, earned, created_at)
             SELECT user_id, source, source_id, amount, earned, at FROM earned
             ON CONFLICT (user_id, source, source_id) DO UPDATE
                 SET amount = excluded.amount, earned = excluded.earned, created_at = excluded.created_at
                 WHERE (e.amount, e.earned) IS DISTINCT FROM (excluded.amount, excluded.earned)"
        ),
        &[&user.0],
    )
    .await
}

/// Makes the sum of somebody's points anew.
pub async fn refresh_total(db: &Connection, user: UserId) -> Result<u64, DatabaseError> {
    db.execute(
        "INSERT INTO user_xp AS x (user_id, total)
         SELECT $1::uuid, coalesce((SELECT sum(amount) FROM xp_events WHERE user_id = $1), 0)
         ON CONFLICT (user_id) DO UPDATE SET total = excluded.total, updated_at = now()
             WHERE x.total <> excluded.total",
        &[&user.0],
    )
    .await
}

/// What differs between what some lifters were paid and what their lifts, bests and quests give; the totals too.
pub async fn check(db: &Connection, users: &[Uuid]) -> Result<Vec<(Uuid, String)>, DatabaseError> {
    let rows = db
        .query(
            concat!(
                "WITH earned AS (",
                earned!("l.user_id = ANY ($1::uuid[])"),
                " UNION ALL
                  SELECT user_id, 'quest', id::text, reward_xp, reward_xp, claimed_at FROM user_quests
                  WHERE user_id = ANY ($1::uuid[]) AND claimed_at IS NOT NULL)
                 SELECT coalesce(n.user_id, e.user_id), coalesce(n.source, e.source)::text || ' '
                        || coalesce(n.source_id, e.source_id) || ' paid ' || coalesce(e.amount::text, 'nothing')
                        || ', should pay ' || coalesce(n.amount::text, 'nothing')
                 FROM earned n FULL JOIN (SELECT * FROM xp_events WHERE user_id = ANY ($1::uuid[])) e
                      ON (n.user_id, n.source, n.source_id) = (e.user_id, e.source, e.source_id)
                 WHERE (n.amount, n.earned) IS DISTINCT FROM (e.amount, e.earned)
                 UNION ALL
                 SELECT u.id, 'has ' || coalesce(x.total, 0) || ' points, should have ' || coalesce(s.sum, 0)
                 FROM unnest($1::uuid[]) AS u (id) LEFT JOIN user_xp x ON x.user_id = u.id
                 LEFT JOIN (SELECT user_id, sum(amount) FROM xp_events WHERE user_id = ANY ($1::uuid[])
                            GROUP BY user_id) s ON s.user_id = u.id
                 WHERE coalesce(x.total, 0) <> coalesce(s.sum, 0)"
            ),
            &[&users],
        )
        .await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// The statement of [`find_xp`].
pub const FIND_XP: &str = concat!(
    "SELECT coalesce((SELECT total FROM user_xp WHERE user_id = u.id), 0),
            coalesce((SELECT sum(amount) FROM xp_events
                      WHERE user_id = u.id AND created_at > now() - interval '168 hours'), 0)::bigint
     FROM users u WHERE u.id = $1 AND ",
    visible!("$2")
);

/// The points of somebody, and those of the last seven times 24 hours.
pub async fn find_xp(
    db: &Connection,
    user: UserId,
    visitor: Option<UserId>,
) -> Result<Option<(i64, i64)>, DatabaseError> {
    let row = db.query_opt(FIND_XP, &[&user.0, &visitor.map(|visitor| visitor.0)]).await?;
    Ok(row.map(|row| (row.get(0), row.get(1))))
}
