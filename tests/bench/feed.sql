-- The first page of the feed, as src/feed/store.rs asks for it.
WITH people AS MATERIALIZED (
                 SELECT u.id, u.username, u.display_name, u.avatar_key, u.shows_points OR u.id = '@user@'::uuid AS shows_points
                 FROM (SELECT coalesce(NULL::uuid, '@user@'::uuid) AS id
                       UNION SELECT f.followee_id FROM follows f WHERE f.follower_id = '@user@'::uuid AND NULL::uuid IS NULL) wanted
                 JOIN users u ON u.id = wanted.id AND (u.is_active AND (NOT (u.is_hidden OR u.is_private OR u.is_withheld) OR u.id = '@user@'::uuid)) AND (NOT EXISTS (SELECT FROM blocks b WHERE b.blocker_id = '@user@'::uuid AND b.blocked_id = u.id) AND NOT EXISTS (SELECT FROM blocks b WHERE b.blocker_id = u.id AND b.blocked_id = '@user@'::uuid))),
                  newest AS MATERIALIZED (
                 SELECT p.id, greatest(
                     (SELECT w.completed_at FROM workouts w WHERE w.user_id = p.id AND (w.completed_at, w.id) < ('9999-12-30 22:00:00.999999+00'::timestamptz, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid) ORDER BY w.completed_at DESC LIMIT 1),
                     (SELECT e.created_at FROM personal_best_events e WHERE e.user_id = p.id AND (e.created_at, e.id) < ('9999-12-30 22:00:00.999999+00'::timestamptz, '2147483647'::integer) ORDER BY e.created_at DESC, e.id DESC LIMIT 1),
                     (SELECT r.created_at FROM rank_rises r WHERE r.user_id = p.id AND (r.created_at, r.id) < ('9999-12-30 22:00:00.999999+00'::timestamptz, '9223372036854775807'::bigint)
           AND (p.shows_points OR r.board NOT IN ('overall', 'class')) ORDER BY r.created_at DESC, r.id DESC LIMIT 1)) AS at
                 FROM people p),
                  chosen AS MATERIALIZED (SELECT id, at FROM newest WHERE at IS NOT NULL ORDER BY at DESC LIMIT 51),
                  since AS MATERIALIZED (
                 SELECT CASE WHEN count(*) < 51 THEN '-infinity' ELSE min(at) END AS at FROM chosen),
                  page AS MATERIALIZED (
                 SELECT p.id AS user_id, thing.* FROM chosen JOIN people p ON p.id = chosen.id, since, LATERAL (
                     (SELECT 3 AS kind, w.completed_at AS at, w.id AS workout, 0::bigint AS number FROM workouts w WHERE w.user_id = p.id AND (w.completed_at, w.id) < ('9999-12-30 22:00:00.999999+00'::timestamptz, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid) AND w.completed_at >= since.at ORDER BY w.completed_at DESC LIMIT 51)
                     UNION ALL
                     (SELECT 2, e.created_at, NULL, e.id FROM personal_best_events e WHERE e.user_id = p.id AND (e.created_at, e.id) < ('9999-12-30 22:00:00.999999+00'::timestamptz, '2147483647'::integer) AND e.created_at >= since.at ORDER BY e.created_at DESC, e.id DESC LIMIT 51)
                     UNION ALL
                     (SELECT 1, r.created_at, NULL, r.id FROM rank_rises r WHERE r.user_id = p.id AND (r.created_at, r.id) < ('9999-12-30 22:00:00.999999+00'::timestamptz, '9223372036854775807'::bigint)
           AND (p.shows_points OR r.board NOT IN ('overall', 'class')) AND r.created_at >= since.at ORDER BY r.created_at DESC, r.id DESC LIMIT 51)) thing
                 ORDER BY thing.at DESC, thing.kind DESC, thing.workout DESC, thing.number DESC LIMIT 51)
             SELECT page.kind, page.at, page.workout, page.number, p.id, p.username, p.display_name, p.avatar_key,
                    w.title, w.minutes, done.sets, done.volume_kg, done.exercises,
                    e.exercise_id, e.score_value, e.weight_kg, e.reps,
                    r.board, r.from_rank, r.to_rank, r.of_lifters, r.passed_count,
                    ARRAY(SELECT u.username FROM unnest(r.passed) WITH ORDINALITY AS passed (id, place)
                          JOIN users u ON u.id = passed.id AND (u.is_active AND NOT (u.is_hidden OR u.is_private OR u.is_withheld))                   AND (u.shows_points OR r.board NOT IN ('overall', 'class'))
                          WHERE page.user_id = '@user@'::uuid ORDER BY passed.place)
             FROM page
             JOIN people p ON p.id = page.user_id
             LEFT JOIN workouts w ON w.id = page.workout
             LEFT JOIN LATERAL (
                 SELECT sum(s.sets)::bigint AS sets, sum(s.total_volume) AS volume_kg,
                        array_agg(s.exercise_id ORDER BY s.position) AS exercises
                 FROM workout_sets s WHERE s.workout_id = page.workout) done ON true
             LEFT JOIN personal_best_events e ON page.kind = 2 AND e.id = page.number::integer
             LEFT JOIN rank_rises r ON page.kind = 1 AND r.id = page.number
             ORDER BY page.at DESC, page.kind DESC, page.workout DESC, page.number DESC;
