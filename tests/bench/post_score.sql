\set steps random(8, 38)
BEGIN;
SELECT weight_kg, scored_as, gender, preferred_unit, time_zone FROM users
WHERE id = '@user@' AND is_active FOR NO KEY UPDATE;
SELECT exercise_id, score_value, weight_kg, reps, sets, performed_at, lift_id FROM personal_bests
WHERE user_id = '@user@' AND exercise_id IN ('back_squat', 'back_squat', 'barbell_bench_press', 'deadlift');
INSERT INTO lifts (user_id, exercise_id, weight_kg, reps, sets, score_value, performed_at,
                   bodyweight_kg, scored_as, equipment)
VALUES ('@user@', 'back_squat', 2.5 * :steps, 1, 1, 2.5 * :steps, now(), 80, 'men', 'raw')
RETURNING id, user_id, exercise_id, weight_kg, reps, sets, score_value, performed_at, equipment, source;
COMMIT;
