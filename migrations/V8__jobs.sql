-- How jobs of each task have ended, since the beginning: `done`; `failed`, and tried again; `dead`, and not tried again.
CREATE TABLE job_counts (
    task    text COLLATE "C" NOT NULL,
    outcome text COLLATE "C" NOT NULL CHECK (outcome IN ('done', 'failed', 'dead')),
    number  bigint NOT NULL,
    PRIMARY KEY (task, outcome)
);

-- What the jobs that try out the queue leave behind, a row each. No key is unique: a job that ran twice shall be seen.
CREATE TABLE job_probes (
    key     text COLLATE "C" NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX job_probes_key ON job_probes (key);
