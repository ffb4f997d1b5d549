-- Training: workouts with their sets, and what they give.

-- Exercises that lifters made for themselves: private, and never ranked.
CREATE TABLE own_exercises (
    -- `own_` and 16 letters and digits.
    id            text COLLATE "C" PRIMARY KEY,
    user_id       uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    name          text NOT NULL,
    is_bodyweight boolean NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    -- The exercise of the catalogue that has its history now.
    merged_into   text COLLATE "C"
);
CREATE UNIQUE INDEX own_exercises_name ON own_exercises (user_id, lower(name)) WHERE merged_into IS NULL;

-- A workout that was done. The clock of the phone says when (completed_at), ours when it came (recorded_at).
CREATE TABLE workouts (
    id           uuid PRIMARY KEY,
    user_id      uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    routine_id   uuid REFERENCES routines ON DELETE SET NULL,
    -- Stays when the routine goes.
    title        text NOT NULL,
    status       text NOT NULL,
    note         text,
    minutes      double precision NOT NULL,
    completed_at timestamptz NOT NULL,
    recorded_at  timestamptz NOT NULL DEFAULT now(),
    -- The day of its lifter, in the time zone of then.
    local_day    date NOT NULL,
    -- Whether it came in time to count for quests.
    pays         boolean NOT NULL,
    -- Whether its sets are lifts; existing clients send those on their own.
    has_lifts    boolean NOT NULL DEFAULT false,
    -- Of what was sent: another workout of the same time is no repetition.
    content      bytea,
    -- What the client was told, for when it asks again; until the workout is edited.
    answer       text,
    -- The same workout from two phones is one.
    UNIQUE (user_id, completed_at)
);
CREATE INDEX workouts_days ON workouts (user_id, local_day);
CREATE INDEX workouts_routine ON workouts (routine_id) WHERE routine_id IS NOT NULL;

CREATE TYPE set_kind AS ENUM ('normal', 'warm_up', 'drop', 'failure');

CREATE TABLE workout_sets (
    workout_id   uuid NOT NULL REFERENCES workouts ON DELETE CASCADE,
    position     smallint NOT NULL,
    user_id      uuid NOT NULL,
    -- An exercise of the catalogue, or one of the lifter's own.
    exercise_id  text COLLATE "C" NOT NULL,
    kind         set_kind NOT NULL DEFAULT 'normal',
    -- Existing clients may send several equal sets as one.
    sets         set_count NOT NULL DEFAULT 1,
    reps         rep_count NOT NULL,
    weight_kg    lifted_kg NOT NULL,
    total_volume double precision NOT NULL,
    -- Whether weight_kg helps the lifter instead of being lifted.
    is_assisted  boolean NOT NULL DEFAULT false,
    rpe          real,
    rest_seconds integer,
    -- The id that the phone gave to the set.
    client_id    uuid,
    -- The lift that was made of it, with the other sets of the same weight and repetitions.
    lift_id      integer REFERENCES lifts ON DELETE SET NULL,
    performed_at timestamptz NOT NULL,
    PRIMARY KEY (workout_id, position)
);
CREATE INDEX workout_sets_history ON workout_sets (user_id, exercise_id);
CREATE INDEX workout_sets_lift ON workout_sets (lift_id) WHERE lift_id IS NOT NULL;
CREATE UNIQUE INDEX workout_sets_client_id ON workout_sets (user_id, client_id) WHERE client_id IS NOT NULL;

-- Ids of sets whose workout was deleted: a phone that sends them once more brings nothing back.
CREATE TABLE deleted_sets (
    user_id    uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    client_id  uuid NOT NULL,
    PRIMARY KEY (user_id, client_id)
);

-- Points of experience of a lift, as they were earned: a day pays at most 600 of them (xp_events).
ALTER TABLE lifts ADD COLUMN volume_xp integer NOT NULL DEFAULT 0;

-- What points of experience are for, each once: 'volume' and 'best' of a day (source_id is the day), 'quest' (a user's quest).
CREATE TYPE xp_source AS ENUM ('volume', 'best', 'quest');
CREATE TABLE xp_events (
    user_id    uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    source     xp_source NOT NULL,
    source_id  text COLLATE "C" NOT NULL,
    amount     integer NOT NULL CHECK (amount > 0),
    -- Of a day: without its limit.
    earned     bigint NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, source, source_id)
);
CREATE INDEX xp_events_newest ON xp_events (user_id, created_at);

-- The sum of a lifter's events.
CREATE TABLE user_xp (
    user_id    uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    total      bigint NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 80);

-- Kept by the database itself, so that no two who add at once can lose anything.
CREATE FUNCTION sum_xp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        UPDATE user_xp SET total = total - OLD.amount, updated_at = now() WHERE user_id = OLD.user_id;
    ELSIF TG_OP = 'INSERT' THEN
        INSERT INTO user_xp (user_id, total) VALUES (NEW.user_id, NEW.amount)
        ON CONFLICT (user_id) DO UPDATE SET total = user_xp.total + NEW.amount, updated_at = now();
    ELSIF NEW.amount <> OLD.amount THEN
        UPDATE user_xp SET total = total + NEW.amount - OLD.amount, updated_at = now() WHERE user_id = NEW.user_id;
    END IF;
    RETURN NULL;
END
$$;
-- Whoever stores the events of many at once says so, and sums them too.
CREATE TRIGGER xp_is_summed AFTER INSERT OR UPDATE OR DELETE ON xp_events
    FOR EACH ROW WHEN (current_setting('repduel.sums_xp', true) IS DISTINCT FROM 'itself') EXECUTE FUNCTION sum_xp();

-- What can be done for points: data of the program (src/quests), mirrored by `repduel migrate`.
CREATE TABLE quest_templates (
    id             uuid PRIMARY KEY,
    code           text COLLATE "C" NOT NULL UNIQUE,
    title          text NOT NULL,
    description    text,
    cadence        text COLLATE "C" NOT NULL CHECK (cadence IN ('daily', 'weekly', 'limited')),
    metric         text COLLATE "C" NOT NULL CHECK (metric IN ('workouts_completed', 'active_minutes')),
    -- How progress is counted: workouts, minutes, the longest session, or days with one of half an hour.
    counted        text COLLATE "C" NOT NULL CHECK (counted IN ('workouts', 'minutes', 'longest_session', 'long_days')),
    target         integer NOT NULL CHECK (target > 0),
    reward_xp      integer NOT NULL CHECK (reward_xp > 0),
    auto_claim     boolean NOT NULL,
    is_active      boolean NOT NULL,
    available_from timestamptz,
    expires_at     timestamptz
);

-- A quest of a lifter in one cycle.
CREATE TABLE user_quests (
    id               uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id          uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    template_id      uuid NOT NULL REFERENCES quest_templates,
    cycle_start      timestamptz NOT NULL,
    -- Null: it never ends.
    cycle_end        timestamptz,
    progress         integer NOT NULL DEFAULT 0,
    required         integer NOT NULL,
    reward_xp        integer NOT NULL,
    completed_at     timestamptz,
    claimed_at       timestamptz,
    last_progress_at timestamptz,
    created_at       timestamptz NOT NULL DEFAULT now(),
    UNIQUE (user_id, template_id, cycle_start)
);
CREATE INDEX user_quests_newest ON user_quests (user_id, cycle_start DESC);
CREATE INDEX user_quests_template ON user_quests (template_id);
