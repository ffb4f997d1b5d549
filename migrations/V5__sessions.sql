-- A session is a family of refresh tokens: one login and all that was made from it.
CREATE TABLE sessions (
    id            uuid PRIMARY KEY,
    user_id       uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    -- What the client said that it is (User-Agent), shortened.
    device        text,
    address       inet,
    created_at    timestamptz NOT NULL DEFAULT now(),
    last_used_at  timestamptz NOT NULL DEFAULT now(),
    -- When nothing made from it is valid any more.
    expires_at    timestamptz NOT NULL,
    ended_at      timestamptz
);
CREATE INDEX sessions_user ON sessions (user_id, created_at DESC);
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- Refresh tokens by the SHA-256 of their id; the token itself is with its client alone. A spent one stays for a day:
-- whoever comes with one that is signed and not here (any more) is as late as with one that was spent long ago.
CREATE TABLE refresh_tokens (
    token_hash bytea PRIMARY KEY,
    session_id uuid NOT NULL REFERENCES sessions ON DELETE CASCADE,
    expires_at timestamptz NOT NULL,
    spent_at   timestamptz
);
CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);
CREATE INDEX refresh_tokens_spent ON refresh_tokens (spent_at) WHERE spent_at IS NOT NULL;

-- What access tokens are refused for although they have not expired: ended sessions, API keys that were taken back,
-- users who are deactivated or gone. Every process holds this in memory; the trigger tells them of each change.
CREATE TABLE revocations (
    id         uuid PRIMARY KEY,
    expires_at timestamptz NOT NULL
);
CREATE FUNCTION tell_revocation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM pg_notify('revocations', '-' || OLD.id);
    ELSE
        PERFORM pg_notify('revocations', '+' || NEW.id);
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER revocations_told AFTER INSERT OR DELETE ON revocations
    FOR EACH ROW EXECUTE FUNCTION tell_revocation();
