-- Enums and domains rather than CHECK constraints: PostgreSQL reads every CHECK of a table anew at each INSERT,
-- which takes a sixth of the time of recording a lift.
CREATE TYPE scoring AS ENUM ('men', 'women');
CREATE TYPE worn AS ENUM ('raw', 'wraps', 'straps', 'single_ply', 'multi_ply', 'unlimited');
CREATE TYPE lift_source AS ENUM ('self', 'meet', 'import', 'device');
CREATE TYPE meet_event AS ENUM ('SBD', 'BD', 'SD', 'SB', 'S', 'B', 'D');
CREATE DOMAIN lifted_kg AS double precision CHECK (VALUE BETWEEN 0 AND 1000);
CREATE DOMAIN rep_count AS integer CHECK (VALUE BETWEEN 0 AND 1000);
CREATE DOMAIN set_count AS integer CHECK (VALUE BETWEEN 0 AND 100);

-- A lift and everything that a board or a points formula will ever ask of it, copied at the moment it was done:
-- a later change of the profile changes no lift.
CREATE TABLE lifts (
    id            integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id       uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    -- No foreign key: it would lock the exercise's one row for each lift, and everybody squats. The program knows its
    -- exercises, and the first lift of somebody in one becomes a personal best, which has the key.
    exercise_id   text COLLATE "C" NOT NULL,
    weight_kg     lifted_kg NOT NULL,
    reps          rep_count,
    sets          set_count,
    score_value   double precision NOT NULL,
    performed_at  timestamptz NOT NULL,
    recorded_at   timestamptz NOT NULL DEFAULT now(),
    bodyweight_kg double precision,
    scored_as     scoring,
    age_years     real,
    equipment     worn NOT NULL DEFAULT 'raw',
    source        lift_source NOT NULL DEFAULT 'self',
    meet          integer,
    event         meet_event,
    is_tested     boolean,
    evidence_url  text,
    voided_at     timestamptz,
    voided_by     uuid REFERENCES users ON DELETE SET NULL,
    void_reason   text
);
CREATE INDEX lifts_history ON lifts (user_id, exercise_id, performed_at DESC, id DESC);
-- One lift per lifter, day, exercise and equipment: what makes loading a file of results twice the same as once.
CREATE UNIQUE INDEX lifts_meet_key ON lifts (user_id, exercise_id, performed_at, equipment) WHERE source = 'meet';

-- The best raw or wraps lift of each lifter and exercise; of equal ones the newest. It is what boards list.
CREATE TABLE personal_bests (
    user_id      uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    exercise_id  text COLLATE "C" NOT NULL REFERENCES exercises,
    lift_id      integer NOT NULL REFERENCES lifts ON DELETE CASCADE,
    score_value  double precision NOT NULL,
    weight_kg    double precision NOT NULL,
    reps         integer,
    sets         integer,
    performed_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, exercise_id)
);
CREATE INDEX personal_bests_board ON personal_bests (exercise_id, score_value DESC, performed_at DESC, lift_id DESC);
CREATE INDEX personal_bests_lift ON personal_bests (lift_id);

-- Every rise of a personal best.
CREATE TABLE personal_best_events (
    id          integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id     uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    exercise_id text COLLATE "C" NOT NULL REFERENCES exercises,
    lift_id     integer REFERENCES lifts ON DELETE SET NULL,
    score_value double precision NOT NULL,
    weight_kg   double precision NOT NULL,
    reps        integer,
    created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX personal_best_events_history ON personal_best_events (user_id, created_at DESC, id DESC);
CREATE INDEX personal_best_events_lift ON personal_best_events (lift_id);

-- Every change of a lifter's energy.
CREATE TABLE energy_history (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id    uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    energy     double precision NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX energy_history_user ON energy_history (user_id, created_at DESC);
