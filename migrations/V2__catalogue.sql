-- The exercises that lifts may name. The catalogue itself is data in the program (src/catalogue);
-- `repduel migrate` mirrors it here so that a personal best can only name an exercise that exists.
CREATE TABLE exercises (
    id            text COLLATE "C" PRIMARY KEY,
    name          text COLLATE "C" NOT NULL UNIQUE,
    is_bodyweight boolean NOT NULL,
    is_ranked     boolean NOT NULL,
    load          text COLLATE "C" NOT NULL CHECK (load IN ('total', 'per_hand', 'added_to_body', 'assistance'))
);
