-- Whoever writes what boards keep of a lifter holds the lifter's row, so nobody has to be looked for at each of its rows. They go
-- with the lifter, by the trigger that tells the boards.
ALTER TABLE standings DROP CONSTRAINT standings_user_id_fkey;
ALTER TABLE rank_rises DROP CONSTRAINT rank_rises_user_id_fkey;

CREATE OR REPLACE FUNCTION tell_boards_of_deleted_users() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM standings s USING gone WHERE s.user_id = gone.id;
    DELETE FROM rank_rises r USING gone WHERE r.user_id = gone.id;
    INSERT INTO board_changes (user_id) SELECT id FROM gone;
    RETURN NULL;
END
$$;
