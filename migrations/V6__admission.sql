-- Who may come in, and what somebody may do here.
ALTER TABLE users
    ADD COLUMN role              text COLLATE "C" NOT NULL DEFAULT 'member'
                                 CHECK (role IN ('member', 'moderator', 'admin')),
    ADD COLUMN email_verified_at timestamptz,
    -- The user's own wish to be on no board and in no search.
    ADD COLUMN is_private        boolean NOT NULL DEFAULT false,
    -- A moderator's decision to the same effect.
    ADD COLUMN is_withheld       boolean NOT NULL DEFAULT false,
    -- When the user agreed that body weight, which says something of their health, is kept.
    ADD COLUMN weight_consent_at timestamptz,
    -- When that was taken back. Existing clients ask for no consent: where both are null nobody was asked.
    ADD COLUMN weight_consent_withdrawn_at timestamptz;
CREATE INDEX users_roles ON users (role) WHERE role <> 'member';

-- A link that lets somebody register. Codes are kept as their SHA-256.
CREATE TABLE invites (
    id         uuid PRIMARY KEY,
    code_hash  bytea NOT NULL UNIQUE,
    created_by uuid REFERENCES users ON DELETE CASCADE,
    note       text,
    uses_left  integer NOT NULL CHECK (uses_left >= 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
);
CREATE INDEX invites_creator ON invites (created_by);
CREATE INDEX invites_expiry ON invites (expires_at);

-- A link for one use: to show that an e-mail address is one's own, or to set a password. It is made from its id with
-- the data key, so that whoever sends the mail can make it again, and is kept as its SHA-256.
CREATE TABLE links (
    id         uuid PRIMARY KEY,
    user_id    uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    purpose    text COLLATE "C" NOT NULL CHECK (purpose IN ('verify_email', 'reset_password')),
    token_hash bytea NOT NULL UNIQUE,
    -- The address that the link was sent to; none when an operator gave it.
    email      text COLLATE "C",
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at    timestamptz
);
CREATE INDEX links_user ON links (user_id);
CREATE INDEX links_expiry ON links (expires_at);

-- Keys by which other programs act for a user, as their SHA-256.
CREATE TABLE api_keys (
    id           uuid PRIMARY KEY,
    user_id      uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    name         text NOT NULL,
    key_hash     bytea NOT NULL UNIQUE,
    -- The first letters, by which people tell their keys apart.
    prefix       text COLLATE "C" NOT NULL,
    may_write    boolean NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz
);
CREATE INDEX api_keys_user ON api_keys (user_id);

-- The secret of a code generator, sealed by the data key. Not confirmed: being set up, and asked of nobody.
CREATE TABLE second_factors (
    user_id       uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    sealed_secret bytea NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    confirmed_at  timestamptz,
    -- The time step of the last code that was taken: each is good once.
    last_step     bigint NOT NULL DEFAULT 0
);
CREATE TABLE recovery_codes (
    user_id   uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    code_hash bytea NOT NULL,
    used_at   timestamptz,
    PRIMARY KEY (user_id, code_hash)
);
