-- Which database this is, and which programs may run on it. One row.
CREATE TABLE installation (
    -- A host remembers the id of the database that it was set up with, and refuses another.
    id              uuid NOT NULL DEFAULT gen_random_uuid(),
    -- The oldest release that runs on this schema, by the newest migration that it knows. A migration that takes
    -- something away raises it; that is what keeps a rollback from going too far.
    compatible_from integer NOT NULL,
    is_only_row     boolean PRIMARY KEY DEFAULT true CHECK (is_only_row)
);
INSERT INTO installation (compatible_from) VALUES (4);

-- Members that are on no board: the account that tries out a release.
ALTER TABLE users ADD is_hidden boolean NOT NULL DEFAULT false;
