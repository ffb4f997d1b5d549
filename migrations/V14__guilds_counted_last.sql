-- A guild is counted when the transaction of whoever moved its points ends, not in the midst of it: it is held from then on, and a
-- lifter who merges thousands of sets would keep all others of the guild waiting.
DROP TRIGGER guilds_follow_lifters ON board_lifters;
CREATE CONSTRAINT TRIGGER guilds_follow_lifters AFTER INSERT OR UPDATE ON board_lifters
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION count_guild_of_lifter();
