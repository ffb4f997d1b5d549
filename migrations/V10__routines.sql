-- Pictures that members uploaded, by their key; what nothing names is removed. Pictures of users that are older than this
-- table are not in it.
CREATE TABLE uploads (
    key         text COLLATE "C" PRIMARY KEY,
    user_id     uuid REFERENCES users ON DELETE SET NULL,
    bytes       integer NOT NULL CHECK (bytes >= 0),
    uploaded_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX uploads_user ON uploads (user_id);

-- Plans of training. One without a user is everybody's: data of the program (src/routines), mirrored by `repduel migrate`.
CREATE TABLE routines (
    id         uuid PRIMARY KEY,
    user_id    uuid REFERENCES users ON DELETE CASCADE,
    name       text NOT NULL,
    -- Null, `routines/<name>.<extension>` of an uploaded picture. Several routines may have one, which stays while one has.
    image_key  text COLLATE "C" REFERENCES uploads,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX routines_user ON routines (user_id, created_at, id);
CREATE INDEX routines_image ON routines (image_key) WHERE image_key IS NOT NULL;

-- In the order in which the lifter put them; an exercise may come twice.
CREATE TABLE routine_items (
    routine_id   uuid NOT NULL REFERENCES routines ON DELETE CASCADE,
    position     smallint NOT NULL,
    -- An exercise of the catalogue, or one of the lifter's own.
    exercise_id  text COLLATE "C" NOT NULL,
    sets         set_count NOT NULL,
    reps         rep_count NOT NULL,
    -- Items of one number are done in turn.
    superset     smallint,
    weight_kg    lifted_kg,
    -- Of the estimated maximum, instead of a weight.
    percent      real,
    rest_seconds integer,
    note         text,
    PRIMARY KEY (routine_id, position)
);

-- Routines of everybody that somebody does not want to see.
CREATE TABLE hidden_routines (
    user_id    uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    routine_id uuid NOT NULL REFERENCES routines ON DELETE CASCADE,
    PRIMARY KEY (user_id, routine_id)
);
CREATE INDEX hidden_routines_routine ON hidden_routines (routine_id);

-- A routine as it was when it was shared. It outlives the routine and whoever shared it.
CREATE TABLE routine_shares (
    code       text COLLATE "C" PRIMARY KEY,
    routine_id uuid REFERENCES routines ON DELETE SET NULL,
    shared_by  uuid REFERENCES users ON DELETE SET NULL,
    -- Of name, picture and items: shared again unchanged, a routine keeps its code.
    content    bytea NOT NULL,
    name       text NOT NULL,
    -- A share that was revoked, or whose maker is gone, does not keep its picture.
    image_key  text COLLATE "C" REFERENCES uploads ON DELETE SET NULL,
    items      jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz
);
CREATE UNIQUE INDEX routine_shares_unchanged ON routine_shares (shared_by, routine_id, content) WHERE revoked_at IS NULL;
CREATE INDEX routine_shares_routine ON routine_shares (routine_id);
CREATE INDEX routine_shares_image ON routine_shares (image_key) WHERE image_key IS NOT NULL;
