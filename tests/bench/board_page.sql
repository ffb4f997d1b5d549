SELECT s.user_id, s.minus_value, s.tie, s.at, s.lift_id, u.username, u.display_name, u.avatar_key, u.country, u.shows_points,
       l.weight_kg, l.reps, l.equipment, l.source, l.evidence_url
FROM (SELECT * FROM standings WHERE board = 1 AND basis = 'single' AND of_all AND is_listed
      ORDER BY minus_value, tie, at, lift_id, user_id LIMIT 51) s
JOIN users u ON u.id = s.user_id LEFT JOIN lifts l ON l.id = s.lift_id
ORDER BY s.minus_value, s.tie, s.at, s.lift_id, s.user_id;
