-- Who somebody is. Names are compared without case and sorted by bytes ("C"),
-- so that no change of the system's collation can ever break a unique index.
CREATE TABLE users (
    id                      uuid PRIMARY KEY,
    email                   text COLLATE "C",
    username                text COLLATE "C" NOT NULL,
    password_hash           text COLLATE "C",
    display_name            text,
    avatar_key              text COLLATE "C",
    gender                  text,
    scored_as               text COLLATE "C" CHECK (scored_as IN ('men', 'women')),
    birth_year              smallint CHECK (birth_year BETWEEN 1900 AND 2100),
    country                 text COLLATE "C" CHECK (length(country) = 2),
    time_zone               text COLLATE "C" NOT NULL DEFAULT 'UTC',
    preferred_unit          text COLLATE "C" NOT NULL DEFAULT 'kg' CHECK (preferred_unit IN ('kg', 'lbs')),
    -- The newest entry of body_weights, kept here because every profile and every lift reads it.
    weight_kg               double precision CHECK (weight_kg > 0 AND weight_kg <= 500),
    energy                  double precision NOT NULL DEFAULT 0,
    rank                    text COLLATE "C" NOT NULL DEFAULT 'Unranked',
    subscription_level      text COLLATE "C" NOT NULL DEFAULT 'free'
                            CHECK (subscription_level IN ('free', 'gold', 'platinum')),
    original_transaction_id text COLLATE "C" UNIQUE,
    is_active               boolean NOT NULL DEFAULT true,
    -- The number of a lifter known from meet results alone: on boards, but no member.
    meet_lifter             integer,
    created_at              timestamptz NOT NULL DEFAULT now(),
    updated_at              timestamptz NOT NULL DEFAULT now(),
    CHECK (meet_lifter IS NOT NULL OR (email IS NOT NULL AND password_hash IS NOT NULL))
);

-- The order matters: of two collisions PostgreSQL reports the older index, and clients are told of the e-mail first.
CREATE UNIQUE INDEX users_email_key ON users (lower(email));
CREATE UNIQUE INDEX users_username_key ON users (lower(username));
CREATE UNIQUE INDEX users_meet_lifter_key ON users (meet_lifter) WHERE meet_lifter IS NOT NULL;
CREATE INDEX users_energy_board ON users (energy DESC, updated_at DESC, id) WHERE is_active;

-- Body weight is a log; null says that from this day on it is not stated.
CREATE TABLE body_weights (
    user_id     uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    measured_on date NOT NULL,
    weight_kg   double precision CHECK (weight_kg > 0 AND weight_kg <= 500),
    PRIMARY KEY (user_id, measured_on)
);

-- The answer to a write that carried an Idempotency-Key, stored in the write's own transaction.
CREATE TABLE idempotency_keys (
    user_id      uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    key          text COLLATE "C" NOT NULL,
    request_hash bytea NOT NULL,
    status       smallint NOT NULL,
    answer       text NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, key)
);
