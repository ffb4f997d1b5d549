-- Belongs to the machine checks alone: a release after this one, whose schema this release must be able to serve from.
CREATE TABLE next_release (
    id   integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    note text NOT NULL
);
ALTER TABLE lifts ADD COLUMN next_note text;
