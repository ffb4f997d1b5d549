SELECT id, username, display_name, energy, avatar_key FROM users WHERE is_active
ORDER BY energy DESC, updated_at DESC, id LIMIT 50 OFFSET 0;
