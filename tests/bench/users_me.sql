SELECT u.id, u.username, u.email, u.display_name, u.avatar_key, u.subscription_level, u.preferred_unit,
       u.is_active, u.gender, u.scored_as, u.country, u.energy, u.rank, u.weight_kg, u.birth_year, u.time_zone,
       u.original_transaction_id, u.created_at, u.updated_at
FROM users u WHERE id = '@user@' AND is_active;
