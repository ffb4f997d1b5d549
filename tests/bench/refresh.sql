\set next :n + 1
WITH spent AS (
    UPDATE refresh_tokens SET spent_at = coalesce(spent_at, clock_timestamp())
    WHERE token_hash = sha256(convert_to('bench ' || :client_id || ':' || :n, 'UTF8'))
      AND session_id = md5('bench ' || :client_id)::uuid
    RETURNING spent_at > clock_timestamp() - make_interval(secs => 10) AS in_time),
renewed AS (
    UPDATE sessions s SET last_used_at = clock_timestamp(), device = 'wrk', address = '127.0.0.1',
                          expires_at = now() + make_interval(secs => 2592000)
    FROM spent, users u
    WHERE s.id = md5('bench ' || :client_id)::uuid AND s.ended_at IS NULL AND spent.in_time AND u.id = s.user_id AND u.is_active
    RETURNING s.id, s.expires_at),
successor AS (
    INSERT INTO refresh_tokens (token_hash, session_id, expires_at)
    SELECT sha256(convert_to('bench ' || :client_id || ':' || :next, 'UTF8')), id, expires_at FROM renewed)
SELECT coalesce((SELECT in_time FROM spent), false), EXISTS (SELECT FROM renewed);
\set n :next
