-- Fills each table that a growing list reads to :n rows, for tests/bench/flat.sh. One member has a thousand of each ("heavy"), one
-- is followed by half of all and by no fewer than five thousand ("famous"), one has what everybody has ("usual").
-- Run by a superuser: that all keys are there is known, and looking for each would take most of the time.
SET session_replication_role = replica;
SET ROLE repduel;
BEGIN;
SET LOCAL synchronous_commit = off;
SET LOCAL work_mem = '256MB';
CREATE TEMP TABLE people ON COMMIT DROP AS
SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM users WHERE meet_lifter IS NULL AND is_active AND NOT is_hidden;
CREATE UNIQUE INDEX ON people (place);
ANALYZE people;
SELECT count(*) AS people FROM people \gset
CREATE TABLE bench_flat (role text PRIMARY KEY, id uuid NOT NULL, text text);
INSERT INTO bench_flat (role, id) SELECT CASE place WHEN 11 THEN 'heavy' WHEN 12 THEN 'famous' WHEN 13 THEN 'moderator' ELSE 'usual' || place END, id
FROM people WHERE place BETWEEN 11 AND 13 OR place BETWEEN 100 AND 149;
UPDATE users SET role = 'admin' WHERE id = (SELECT id FROM bench_flat WHERE role = 'moderator');
-- Whose a row is: of every ten thousand a thousand are the heavy one's while there are any, all others everybody's in turn.
CREATE TEMP TABLE rows ON COMMIT DROP AS
SELECT i, CASE WHEN i <= 1000 THEN (SELECT id FROM bench_flat WHERE role = 'heavy') ELSE p.id END AS id,
       now() - make_interval(hours => CASE WHEN i <= 1000 THEN i ELSE (i / :people) % 4000 END::integer, secs => i % 3000) AS at
FROM generate_series(1, :n) AS i JOIN people p ON p.place = i % :people;

INSERT INTO workouts (id, user_id, title, status, minutes, completed_at, recorded_at, local_day, pays, has_lifts)
SELECT gen_random_uuid(), id, 'Evening Workout', 'completed', 45, at, at, at::date, true, false FROM rows ON CONFLICT DO NOTHING;
INSERT INTO workout_sets (workout_id, position, user_id, exercise_id, reps, weight_kg, total_volume, performed_at)
SELECT w.id, 0, w.user_id, 'back_squat', 5, 60, 300, w.completed_at
FROM workouts w ON CONFLICT DO NOTHING;
INSERT INTO personal_best_events (user_id, exercise_id, score_value, weight_kg, reps, created_at)
SELECT id, 'back_squat', 100, 100, 1, at FROM rows ORDER BY i;
INSERT INTO energy_history (user_id, energy, created_at) SELECT id, i % 900, at FROM rows;
INSERT INTO rank_rises (user_id, board, from_rank, to_rank, of_lifters, passed, passed_count, created_at)
SELECT id, 'energy', 20, 10, 100, '{}', 10, at FROM rows ORDER BY i;
SET LOCAL repduel.sums_xp = 'itself';
INSERT INTO xp_events (user_id, source, source_id, amount, earned, created_at)
SELECT id, 'volume', 'bench ' || i, 10, 10, at FROM rows ON CONFLICT DO NOTHING;
INSERT INTO user_quests (user_id, template_id, cycle_start, cycle_end, required, reward_xp, created_at)
SELECT r.id, t.id, r.at, r.at + interval '1 hour', 1, 10, r.at FROM rows r, (SELECT id FROM quest_templates ORDER BY id LIMIT 1) t
ON CONFLICT DO NOTHING;
INSERT INTO lifts (user_id, exercise_id, weight_kg, reps, score_value, performed_at, equipment, voided_at, void_reason)
SELECT id, 'back_squat', 100, 1, 100, at, 'multi_ply', at, 'bench' FROM rows ORDER BY i;
INSERT INTO audit (actor, action, target, result, at) SELECT id, 'login', id, 'done', at FROM rows ORDER BY i;
INSERT INTO follows (follower_id, followee_id, created_at)
SELECT a.id, b.id, a.at FROM rows a JOIN people b ON b.place = (a.i * 31 + 7) % :people WHERE a.id <> b.id
UNION ALL
SELECT p.id, f.id, now() - make_interval(secs => p.place) FROM people p, bench_flat f
WHERE f.role = 'famous' AND p.id <> f.id AND p.place % 2 = 1
ON CONFLICT DO NOTHING;
-- The heavy one's are answered.
INSERT INTO follows (follower_id, followee_id) SELECT followee_id, follower_id FROM follows
WHERE follower_id = (SELECT id FROM bench_flat WHERE role = 'heavy') ON CONFLICT DO NOTHING;
INSERT INTO blocks (blocker_id, blocked_id)
SELECT a.id, b.id FROM rows a JOIN people b ON b.place = (a.i * 17 + 3) % :people
WHERE a.id <> b.id AND a.id NOT IN (SELECT id FROM bench_flat) AND b.id NOT IN (SELECT id FROM bench_flat) ON CONFLICT DO NOTHING;
INSERT INTO reports (id, reporter_id, user_id, reason, closed_at)
SELECT gen_random_uuid(), a.id, b.id, 'spam', CASE WHEN a.i % 2 = 0 THEN now() END
FROM rows a JOIN people b ON b.place = (a.i * 13 + 5 + a.i / :people) % :people WHERE a.id <> b.id ON CONFLICT DO NOTHING;
INSERT INTO guilds (id, name, name_key, points, counted, members)
SELECT gen_random_uuid(), 'Guild ' || i, 'guild ' || i, 1 + (i::bigint * 7919) % 200000, 5, 5 FROM rows;
-- Where a page from the middle of the guilds' board begins.
INSERT INTO bench_flat SELECT 'middle', (SELECT id FROM bench_flat WHERE role = 'heavy'), g.points || '.' || g.id || '.' || :n / 2 || '.' || :n / 2
FROM (SELECT id, points FROM guilds WHERE points > 0 ORDER BY points DESC, id OFFSET :n / 2 LIMIT 1) g;
COMMIT;
RESET ROLE;
VACUUM (ANALYZE);
