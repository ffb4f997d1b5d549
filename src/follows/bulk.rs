//! Made-up edges between made-up members.

use tokio_postgres::Client;

/// Lets each of `number` members, named by a prefix and a number, follow up to six others: near ones, and the first few, whom
/// many know.
pub async fn insert(db: &Client, prefix: &str, number: i64) -> Result<u64, tokio_postgres::Error> {
    db.execute(
        "WITH people AS MATERIALIZED (
             SELECT id, substr(username, length($1) + 1)::bigint AS place FROM users
             WHERE username LIKE replace($1, '_', '\\_') || '%' AND meet_lifter IS NULL)
         INSERT INTO follows (follower_id, followee_id, created_at)
         SELECT a.id, b.id, now() - make_interval(hours => (a.place % 2000)::integer)
         FROM people a CROSS JOIN generate_series(1, 6) AS step
         JOIN people b ON b.place = CASE WHEN step <= 4 THEN (a.place + step * step * 7) % $2
                                         ELSE (a.place * 31 + step) % least($2, 50) END
         WHERE a.id <> b.id AND (a.place + step) % 3 <> 0
         ON CONFLICT DO NOTHING",
        &[&prefix, &number],
    )
    .await
}
