-- Where everybody stands. `lifts` and `users.energy` are the truth; what follows from them is kept in the same
-- transaction by whoever changes them while holding the lifter's row, and can be made anew (repduel check-boards --repair).

-- Why a lift waits for a moderator. Of 'bodyweight' it is the points and the class that wait, of 'ceiling' the whole lift.
CREATE TYPE lift_doubt AS ENUM ('bodyweight', 'ceiling');
ALTER TABLE lifts
    ADD COLUMN doubt       lift_doubt,
    -- Why, where it was said; both stay when a moderator has accepted the lift.
    ADD COLUMN accepted_at timestamptz,
    ADD COLUMN accepted_by uuid REFERENCES users ON DELETE SET NULL,
    -- What the lifter says to a lift being voided: once.
    ADD COLUMN void_answer text,
    ADD COLUMN answered_at timestamptz;

-- Whether others may read points and class beside the name: kilograms and points together tell the body weight.
ALTER TABLE users ADD COLUMN shows_points boolean NOT NULL DEFAULT false;

CREATE TYPE standing_basis AS ENUM ('single', 'estimate', 'points');

-- A lift, total or energy with which a lifter stands on a board: the best of all, of its sex, of its class or of its age
-- class, most often of all four. `points` are the best singles by DOTS, of which `dots` is made; no board lists them, so they
-- are marked as the best of nothing.
CREATE TABLE standings (
    user_id     uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    -- The number that src/catalogue gives to an exercise; 253 gym_total, 254 dots, 255 energy.
    board       smallint NOT NULL,
    basis       standing_basis NOT NULL,
    ordinal     smallint NOT NULL,
    -- Hundredths of kilograms or of points, repetitions, or energy; negative, so that the first on a board is the first in order.
    minus_value integer NOT NULL,
    -- Of equal kilograms the lighter lifter is first: the body weight in hundredths; for everything else 0.
    tie         integer NOT NULL,
    at          timestamptz NOT NULL,
    -- The lift, or the last of those that make a total.
    lift_id     integer NOT NULL,
    -- The three lifts of a total.
    parts       integer[],
    sex         scoring,
    -- The codes of src/strength/classes.rs and src/strength/age_class.rs.
    class       smallint,
    age         smallint,
    of_all      boolean NOT NULL,
    of_sex      boolean NOT NULL,
    of_class    boolean NOT NULL,
    of_age      boolean NOT NULL,
    -- Copied from the user by a trigger, so that a page can be counted off without looking at users.
    is_listed   boolean NOT NULL,
    PRIMARY KEY (user_id, board, basis, ordinal)
);
CREATE INDEX standings_of_all ON standings (board, basis, minus_value, tie, at, lift_id, user_id)
    WHERE of_all AND is_listed;
CREATE INDEX standings_of_sex ON standings (board, basis, sex, minus_value, tie, at, lift_id, user_id)
    WHERE of_sex AND is_listed;
CREATE INDEX standings_of_class ON standings (board, basis, class, minus_value, tie, at, lift_id, user_id)
    WHERE of_class AND is_listed;
CREATE INDEX standings_of_age ON standings (board, basis, sex, age, minus_value, tie, at, lift_id, user_id)
    WHERE of_age AND is_listed;

-- The same of a lifter in one row, as src/boards/cell.rs packs it: what every process holds in memory.
CREATE TABLE board_lifters (
    user_id      uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    is_listed    boolean NOT NULL,
    shows_points boolean NOT NULL,
    cells        bigint[] NOT NULL
) WITH (fillfactor = 80);

-- Whose standing changed, numbered; each process reads what was committed since its last look and keeps up by that. The
-- transaction is told, so that one which began earlier and ended later is not missed. Kept for two hours.
CREATE TABLE board_changes (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- No foreign key: that somebody was deleted is a change too.
    user_id uuid NOT NULL,
    xact    xid8 NOT NULL DEFAULT pg_current_xact_id(),
    at      timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX board_changes_xact ON board_changes (xact);

-- A lifter who rose by a lift of their own, on the boards that matter most to them. Nobody's fall is kept.
CREATE TABLE rank_rises (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id      uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    -- overall, class or energy.
    board        text COLLATE "C" NOT NULL,
    from_rank    integer,
    to_rank      integer NOT NULL,
    of_lifters   integer NOT NULL,
    -- At most three of those who were passed.
    passed       uuid[] NOT NULL,
    passed_count integer NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX rank_rises_user ON rank_rises (user_id, id DESC);
CREATE INDEX rank_rises_age ON rank_rises (created_at);

-- Whatever of a user shows on boards.
CREATE FUNCTION tell_boards_of_user() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    listed boolean := NEW.is_active AND NOT (NEW.is_hidden OR NEW.is_private OR NEW.is_withheld);
BEGIN
    IF listed IS DISTINCT FROM (OLD.is_active AND NOT (OLD.is_hidden OR OLD.is_private OR OLD.is_withheld)) THEN
        UPDATE standings SET is_listed = listed WHERE user_id = NEW.id;
    END IF;
    UPDATE board_lifters SET is_listed = listed, shows_points = NEW.shows_points
    WHERE user_id = NEW.id AND (is_listed, shows_points) IS DISTINCT FROM (listed, NEW.shows_points);
    INSERT INTO board_changes (user_id) VALUES (NEW.id);
    RETURN NULL;
END
$$;
CREATE TRIGGER boards_are_told_of_changed_users
    AFTER UPDATE OF is_active, is_hidden, is_private, is_withheld, shows_points, username, display_name, avatar_key, country ON users
    FOR EACH ROW WHEN ((OLD.is_active, OLD.is_hidden, OLD.is_private, OLD.is_withheld, OLD.shows_points,
                        OLD.username, OLD.display_name, OLD.avatar_key, OLD.country) IS DISTINCT FROM
                       (NEW.is_active, NEW.is_hidden, NEW.is_private, NEW.is_withheld, NEW.shows_points,
                        NEW.username, NEW.display_name, NEW.avatar_key, NEW.country))
    EXECUTE FUNCTION tell_boards_of_user();

-- For each statement, since bulk deletions exist.
CREATE FUNCTION tell_boards_of_deleted_users() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO board_changes (user_id) SELECT id FROM gone;
    RETURN NULL;
END
$$;
CREATE TRIGGER boards_are_told_of_deleted_users AFTER DELETE ON users
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION tell_boards_of_deleted_users();

-- What the last comparison of the boards with the lifts found. One row.
CREATE TABLE board_checks (
    is_only_row boolean PRIMARY KEY DEFAULT true CHECK (is_only_row),
    checked_at  timestamptz NOT NULL,
    lifters     bigint NOT NULL,
    differences bigint NOT NULL
);
