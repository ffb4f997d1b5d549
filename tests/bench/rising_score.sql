\set changes random(0, 1)
BEGIN;
SELECT weight_kg, scored_as, gender, preferred_unit, time_zone FROM users
WHERE id = '@user@' AND is_active FOR NO KEY UPDATE;
SELECT coalesce(max(score_value) FILTER (WHERE exercise_id = 'back_squat'), 60) + 0.25 AS kg FROM personal_bests
WHERE user_id = '@user@' AND exercise_id IN ('back_squat', 'back_squat', 'barbell_bench_press', 'deadlift') \gset
INSERT INTO lifts (user_id, exercise_id, weight_kg, reps, sets, score_value, performed_at,
                   bodyweight_kg, scored_as, equipment)
VALUES ('@user@', 'back_squat', :kg, 1, 1, :kg, now(), 80, 'men', 'raw')
RETURNING id \gset
INSERT INTO personal_bests (user_id, exercise_id, lift_id, score_value, weight_kg, reps, sets, performed_at)
VALUES ('@user@', 'back_squat', :id, :kg, :kg, 1, 1, now())
ON CONFLICT (user_id, exercise_id) DO UPDATE
    SET lift_id = excluded.lift_id, score_value = excluded.score_value, weight_kg = excluded.weight_kg,
        reps = excluded.reps, sets = excluded.sets, performed_at = excluded.performed_at;
INSERT INTO personal_best_events (user_id, exercise_id, lift_id, score_value, weight_kg, reps)
VALUES ('@user@', 'back_squat', :id, :kg, :kg, 1);
\if :changes
WITH changed AS (UPDATE users SET energy = energy, rank = rank, updated_at = now() WHERE id = '@user@' RETURNING id, energy)
INSERT INTO energy_history (user_id, energy) SELECT id, energy FROM changed;
\endif
COMMIT;
