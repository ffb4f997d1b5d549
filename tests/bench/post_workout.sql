-- What a workout of twenty sets costs PostgreSQL at least: the statements that the service sends for it.
\set n random(1, 1000000000)
\set base random(1000000, 100000000) * 20
BEGIN;
SELECT u.scored_as, u.gender, u.preferred_unit, u.time_zone, u.birth_year, u.is_active, u.shows_points, u.weight_kg,
       weighed.kg, weighed.least, weighed.greatest
FROM users u,
     LATERAL (SELECT (now() AT TIME ZONE u.time_zone)::date AS day) days,
     LATERAL (SELECT u.weight_kg AS kg, min(entries.kg) AS least, max(entries.kg) AS greatest FROM (
                  SELECT weight_kg AS kg FROM body_weights WHERE user_id = '@user@' AND measured_on BETWEEN day - 29 AND day + 1
                  UNION ALL
                  SELECT bodyweight_kg FROM lifts
                  WHERE user_id = '@user@' AND exercise_id = ANY ('{back_squat,barbell_bench_press,deadlift,overhead_press,barbell_row}')
                    AND performed_at >= day - 29 AND performed_at < day + 2 AND source = 'self') entries) weighed
WHERE u.id = '@user@' AND u.is_active FOR NO KEY UPDATE OF u;
SELECT exercise_id, score_value, weight_kg, reps, sets, performed_at, lift_id FROM personal_bests
WHERE user_id = '@user@' AND exercise_id = ANY ('{back_squat,barbell_bench_press,deadlift,overhead_press,barbell_row}');
SELECT board, basis::text, minus_value, tie, at, lift_id, parts, sex::text, class, age, of_all, of_sex, of_class, of_age
FROM standings WHERE user_id = '@user@' ORDER BY board, standings.basis, ordinal;
SELECT w.id, w.answer FROM workouts w WHERE w.user_id = '@user@' AND w.completed_at = now();
SELECT (SELECT total FROM user_xp WHERE user_id = '@user@'),
       (SELECT sum(amount) FROM xp_events WHERE user_id = '@user@' AND created_at > now() - interval '168 hours');
INSERT INTO workouts (id, user_id, title, status, minutes, completed_at, local_day, pays, has_lifts)
VALUES (md5(:client_id || ' ' || :n)::uuid, '@user@', 'Morning Workout', 'completed', 60, clock_timestamp(), current_date, true, true);
INSERT INTO lifts (id, user_id, exercise_id, weight_kg, reps, sets, score_value, performed_at, bodyweight_kg, scored_as,
                   equipment, volume_xp, recorded_at)
OVERRIDING SYSTEM VALUE
SELECT :base + place, '@user@', (ARRAY['back_squat', 'barbell_bench_press', 'deadlift', 'overhead_press', 'barbell_row'])[place % 5 + 1],
       40 + place, 3 + place / 5, 1, (40 + place) * (1 + (3 + place / 5) / 30.0), now(), 80, 'men', 'raw', 2, now()
FROM generate_series(0, 19) AS place;
INSERT INTO xp_events AS e (user_id, source, source_id, amount, earned, created_at)
SELECT '@user@'::uuid, 'volume'::xp_source, to_char(l.performed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD'),
       least(600, sum(l.volume_xp))::integer, sum(l.volume_xp), max(l.performed_at)
FROM lifts l WHERE l.id BETWEEN :base AND :base + 19 GROUP BY 3
ON CONFLICT (user_id, source, source_id) DO UPDATE
    SET earned = e.earned + excluded.earned, amount = least(600, e.earned + excluded.earned)::integer;
INSERT INTO workout_sets (workout_id, position, user_id, exercise_id, kind, sets, reps, weight_kg, total_volume, lift_id, performed_at)
SELECT md5(:client_id || ' ' || :n)::uuid, place, '@user@',
       (ARRAY['back_squat', 'barbell_bench_press', 'deadlift', 'overhead_press', 'barbell_row'])[place % 5 + 1], 'normal', 1,
       3 + place / 5, 40 + place, (40 + place) * (3 + place / 5), :base + place, now()
FROM generate_series(0, 19) AS place;
INSERT INTO user_quests AS q (id, user_id, template_id, cycle_start, cycle_end, progress, required, reward_xp, last_progress_at)
SELECT md5('@user@' || t.id::text || c.cycle_start)::uuid, '@user@', t.id, c.cycle_start, c.cycle_end, least(t.target, d.progress), t.target, t.reward_xp, now()
FROM quest_templates t,
     LATERAL (SELECT date_trunc(CASE t.cadence WHEN 'daily' THEN 'day' WHEN 'weekly' THEN 'week' ELSE 'year' END, now()) AS cycle_start,
                     date_trunc(CASE t.cadence WHEN 'daily' THEN 'day' WHEN 'weekly' THEN 'week' ELSE 'year' END, now())
                         + CASE t.cadence WHEN 'daily' THEN interval '1 day' WHEN 'weekly' THEN interval '7 days' ELSE interval '1 year' END AS cycle_end) c,
     LATERAL (SELECT count(*)::integer AS progress FROM workouts w
              WHERE w.user_id = '@user@' AND w.pays AND w.completed_at >= c.cycle_start AND w.completed_at < c.cycle_end) d
ON CONFLICT (user_id, template_id, cycle_start) DO UPDATE SET progress = excluded.progress, last_progress_at = excluded.last_progress_at;
SELECT (SELECT total FROM user_xp WHERE user_id = '@user@'),
       (SELECT sum(amount) FROM xp_events WHERE user_id = '@user@' AND created_at > now() - interval '168 hours');
UPDATE workouts SET answer = repeat('{"exercise_id":"back_squat","weight_kg":100.0}', 100) WHERE id = md5(:client_id || ' ' || :n)::uuid;
COMMIT;
