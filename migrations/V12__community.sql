-- Who follows, blocks and reports whom; guilds; and how lifters are found by a piece of their name.
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- The constraint's name says, as others do, that its lack means the account that acts is gone.
CREATE TABLE follows (
    follower_id uuid NOT NULL CONSTRAINT follows_user_id_fkey REFERENCES users ON DELETE CASCADE,
    followee_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    created_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (follower_id, followee_id),
    CHECK (follower_id <> followee_id)
);
CREATE INDEX follows_following ON follows (follower_id, created_at DESC, followee_id DESC);
CREATE INDEX follows_followers ON follows (followee_id, created_at DESC, follower_id DESC);

-- When somebody followed or unfollowed within the last hour: at most 60 times, so one row is enough.
CREATE TABLE follow_calls (
    user_id   uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    called_at timestamptz[] NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE blocks (
    blocker_id uuid NOT NULL CONSTRAINT blocks_user_id_fkey REFERENCES users ON DELETE CASCADE,
    blocked_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (blocker_id, blocked_id),
    CHECK (blocker_id <> blocked_id)
);
CREATE INDEX blocks_blocked ON blocks (blocked_id);

-- What one lifter tells the moderators of another.
CREATE TABLE reports (
    id          uuid PRIMARY KEY,
    reporter_id uuid NOT NULL CONSTRAINT reports_by_user_id_fkey REFERENCES users ON DELETE CASCADE,
    user_id     uuid NOT NULL CONSTRAINT reports_reported_fkey REFERENCES users ON DELETE CASCADE,
    reason      text COLLATE "C" NOT NULL CHECK (reason IN ('harassment', 'name_or_picture', 'false_lifts', 'spam', 'other')),
    note        text,
    created_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    closed_at   timestamptz,
    closed_by   uuid REFERENCES users ON DELETE SET NULL,
    -- What the moderator says to it.
    outcome     text,
    CHECK (reporter_id <> user_id)
);
CREATE UNIQUE INDEX reports_open_pair ON reports (reporter_id, user_id) WHERE closed_at IS NULL;
CREATE INDEX reports_open ON reports (id) WHERE closed_at IS NULL;
CREATE INDEX reports_closed ON reports (id) WHERE closed_at IS NOT NULL;
CREATE INDEX reports_reporter ON reports (reporter_id);
CREATE INDEX reports_reported ON reports (user_id);
CREATE INDEX reports_closed_by ON reports (closed_by) WHERE closed_by IS NOT NULL;

-- The names of everybody who may be found, in lower case. Apart from users, whose rows change with every best: the indexes
-- below (and those in indexes.toml) would have to follow each time. Kept by triggers.
CREATE TABLE lookup_names (
    user_id  uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    username text COLLATE "C" NOT NULL,
    -- Both names, each in a line.
    searched text COLLATE "C" NOT NULL
);
CREATE UNIQUE INDEX lookup_names_username ON lookup_names (username);

-- All pieces of one and of two characters: what is too short for trigrams. To be read from an index: it costs some 20 µs.
CREATE FUNCTION short_pieces(searched text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 5000 AS $$
    SELECT array_agg(DISTINCT piece COLLATE "C")
    FROM generate_series(1, length(searched)) AS place,
         LATERAL (VALUES (substr(searched, place, 1)), (substr(searched, place, 2))) AS pieces (piece)
$$;

INSERT INTO lookup_names (user_id, username, searched)
SELECT u.id, lower(u.username), lower(u.username) || E'\n' || lower(coalesce(u.display_name, ''))
FROM users u WHERE u.is_active AND NOT (u.is_hidden OR u.is_private OR u.is_withheld) AND u.meet_lifter IS NULL;

-- For each statement, since users are also added by the million.
CREATE FUNCTION name_new_users() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO lookup_names (user_id, username, searched)
    SELECT u.id, lower(u.username), lower(u.username) || E'\n' || lower(coalesce(u.display_name, ''))
    FROM made u WHERE u.is_active AND NOT (u.is_hidden OR u.is_private OR u.is_withheld) AND u.meet_lifter IS NULL;
    RETURN NULL;
END
$$;
CREATE TRIGGER new_users_can_be_found AFTER INSERT ON users
    REFERENCING NEW TABLE AS made FOR EACH STATEMENT EXECUTE FUNCTION name_new_users();

CREATE FUNCTION name_changed_user() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM lookup_names WHERE user_id = NEW.id;
    IF NEW.is_active AND NOT (NEW.is_hidden OR NEW.is_private OR NEW.is_withheld) AND NEW.meet_lifter IS NULL THEN
        INSERT INTO lookup_names (user_id, username, searched)
        VALUES (NEW.id, lower(NEW.username), lower(NEW.username) || E'\n' || lower(coalesce(NEW.display_name, '')));
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER changed_users_can_be_found
    AFTER UPDATE OF is_active, is_hidden, is_private, is_withheld, meet_lifter, username, display_name ON users
    FOR EACH ROW WHEN ((OLD.is_active, OLD.is_hidden, OLD.is_private, OLD.is_withheld, OLD.meet_lifter, OLD.username,
                        OLD.display_name) IS DISTINCT FROM
                       (NEW.is_active, NEW.is_hidden, NEW.is_private, NEW.is_withheld, NEW.meet_lifter, NEW.username,
                        NEW.display_name))
    EXECUTE FUNCTION name_changed_user();

-- A guild. `points`, `is_rounded`, `counted` and `members` follow from its members (count_guild): the points of the best
-- five, in hundredths; of whoever does not show theirs rounded down to ten, as on boards.
CREATE TABLE guilds (
    id         uuid PRIMARY KEY,
    name       text NOT NULL,
    -- The name by which guilds are compared: in lower case.
    name_key   text COLLATE "C" NOT NULL CONSTRAINT guilds_name_key UNIQUE,
    icon_url   text,
    -- By which lifters join; none while the owner wants none.
    code       text COLLATE "C" CONSTRAINT guilds_code_key UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    points     integer NOT NULL DEFAULT 0,
    is_rounded boolean NOT NULL DEFAULT false,
    counted    smallint NOT NULL DEFAULT 0,
    members    smallint NOT NULL DEFAULT 0
) WITH (fillfactor = 80);
CREATE INDEX guilds_board ON guilds (points DESC, id) WHERE points > 0;

-- A lifter is in one guild at most. The owner is a member too, so that whoever goes, goes from both.
CREATE TABLE guild_members (
    user_id   uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    guild_id  uuid NOT NULL CONSTRAINT guild_members_guild_fkey REFERENCES guilds ON DELETE CASCADE,
    is_owner  boolean NOT NULL DEFAULT false,
    joined_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX guild_members_longest ON guild_members (guild_id, joined_at, user_id);
CREATE UNIQUE INDEX guild_members_owner ON guild_members (guild_id) WHERE is_owner;

CREATE TABLE guild_requests (
    user_id    uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    guild_id   uuid NOT NULL CONSTRAINT guild_requests_guild_fkey REFERENCES guilds ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (user_id, guild_id)
);
CREATE INDEX guild_requests_guild ON guild_requests (guild_id, created_at, user_id);

-- Counts a guild anew. The guild is held first, and counted by a statement that begins afterwards: so of two members who
-- lift at once the second sees what the first did.
CREATE FUNCTION count_guild(counted_guild uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM guilds WHERE id = counted_guild FOR NO KEY UPDATE;
    UPDATE guilds g SET points = c.points, is_rounded = c.is_rounded, counted = c.counted, members = c.members
    FROM (SELECT coalesce(sum(best.points), 0)::integer AS points, coalesce(bool_or(best.is_rounded), false) AS is_rounded,
                 count(best.points)::smallint AS counted,
                 (SELECT count(*)::smallint FROM guild_members WHERE guild_id = counted_guild) AS members
          FROM (SELECT CASE WHEN u.shows_points THEN -s.minus_value ELSE -s.minus_value / 1000 * 1000 END AS points,
                       NOT u.shows_points AS is_rounded
                FROM guild_members m
                JOIN users u ON u.id = m.user_id
                JOIN standings s ON s.user_id = m.user_id AND s.board = 254 AND s.basis = 'single' AND s.of_all AND s.is_listed
                WHERE m.guild_id = counted_guild
                ORDER BY 1 DESC, u.shows_points DESC LIMIT 5) best) c
    WHERE g.id = counted_guild
      AND (g.points, g.is_rounded, g.counted, g.members) IS DISTINCT FROM (c.points, c.is_rounded, c.counted, c.members);
END
$$;

-- Every change of a standing, and of who shows theirs, writes the lifter's row here once.
CREATE FUNCTION count_guild_of_lifter() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    guild uuid;
BEGIN
    SELECT guild_id INTO guild FROM guild_members WHERE user_id = NEW.user_id;
    IF guild IS NOT NULL THEN
        PERFORM count_guild(guild);
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER guilds_follow_lifters AFTER INSERT OR UPDATE ON board_lifters
    FOR EACH ROW EXECUTE FUNCTION count_guild_of_lifter();

-- Whoever is in a guild asks for no other.
CREATE FUNCTION enter_guild() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM guild_requests WHERE user_id = NEW.user_id;
    PERFORM count_guild(NEW.guild_id);
    RETURN NULL;
END
$$;
CREATE TRIGGER guilds_follow_new_members AFTER INSERT ON guild_members FOR EACH ROW EXECUTE FUNCTION enter_guild();

-- However somebody goes, an account that is deleted too: a guild without an owner passes to whoever has been in it for
-- longest, and one without members goes.
CREATE FUNCTION leave_guild() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM guilds WHERE id = OLD.guild_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    DELETE FROM guilds g WHERE g.id = OLD.guild_id AND NOT EXISTS (SELECT FROM guild_members m WHERE m.guild_id = g.id);
    IF FOUND THEN
        RETURN NULL;
    END IF;
    IF OLD.is_owner THEN
        UPDATE guild_members SET is_owner = true
        WHERE user_id = (SELECT m.user_id FROM guild_members m WHERE m.guild_id = OLD.guild_id
                         ORDER BY m.joined_at, m.user_id LIMIT 1)
          AND NOT EXISTS (SELECT FROM guild_members m WHERE m.guild_id = OLD.guild_id AND m.is_owner);
    END IF;
    PERFORM count_guild(OLD.guild_id);
    RETURN NULL;
END
$$;
CREATE TRIGGER guilds_follow_lost_members AFTER DELETE ON guild_members FOR EACH ROW EXECUTE FUNCTION leave_guild();

-- Those among whom somebody is compared apart from everybody: whom one follows, and who is in the same guild.
CREATE VIEW circles AS
    SELECT follower_id AS user_id, 'following'::text AS circle, followee_id AS member_id FROM follows
    UNION ALL
    SELECT own.user_id, 'guild', other.user_id
    FROM guild_members own JOIN guild_members other ON other.guild_id = own.guild_id AND other.user_id <> own.user_id;
