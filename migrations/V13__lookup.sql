-- Names are found in parts of a hundred thousand, in the order in which they came: a search takes one part after the other
-- until it has found enough, so that a piece which a hundred thousand names hold costs as little as one that a thousand hold. An
-- index over all of them has to be read whole, or by name past all that come before.
--
-- What the release before searches by (lookup_names_trigrams, lookup_names_short, short_pieces, pg_trgm) stays for as long
-- as that may be gone back to.
CREATE SEQUENCE lookup_names_number MINVALUE 0;
ALTER TABLE lookup_names ADD COLUMN part integer NOT NULL DEFAULT nextval('lookup_names_number') / 100000;
ALTER SEQUENCE lookup_names_number OWNED BY lookup_names.part;

-- All pieces of one, two and three characters, each behind the number of its part. Some are in it more than once, which an
-- index does not mind. To be read from one: it costs some 20 µs.
CREATE FUNCTION name_pieces(part integer, searched text) RETURNS text[] LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 5000 AS $$
DECLARE
    mark   text := part || ' ';
    pieces text[] := '{}';
    first  text := '';
    second text := '';
    third  text;
BEGIN
    FOREACH third IN ARRAY string_to_array(searched, NULL) LOOP
        pieces := pieces || ARRAY[mark || third, mark || second || third, mark || first || second || third];
        first := second;
        second := third;
    END LOOP;
    RETURN pieces;
END
$$;

-- A new name stays in its part: one that changes often would otherwise leave parts with few names behind.
CREATE OR REPLACE FUNCTION name_changed_user() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT NEW.is_active OR NEW.is_hidden OR NEW.is_private OR NEW.is_withheld OR NEW.meet_lifter IS NOT NULL THEN
        DELETE FROM lookup_names WHERE user_id = NEW.id;
        RETURN NULL;
    END IF;
    UPDATE lookup_names
    SET username = lower(NEW.username), searched = lower(NEW.username) || E'\n' || lower(coalesce(NEW.display_name, ''))
    WHERE user_id = NEW.id;
    IF NOT FOUND THEN
        INSERT INTO lookup_names (user_id, username, searched)
        VALUES (NEW.id, lower(NEW.username), lower(NEW.username) || E'\n' || lower(coalesce(NEW.display_name, '')));
    END IF;
    RETURN NULL;
END
$$;
