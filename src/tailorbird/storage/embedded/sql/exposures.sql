-- name: schema
CREATE TABLE IF NOT EXISTS first_exposures (
    experiment TEXT NOT NULL,
    person TEXT NOT NULL,
    variant TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    key TEXT NOT NULL,
    PRIMARY KEY (person, experiment)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS first_exposures_key ON first_exposures (key);

-- name: first
SELECT variant, at_ms, key FROM first_exposures WHERE person = ? AND experiment = ?;

-- name: of_person
SELECT experiment, variant, at_ms, key FROM first_exposures WHERE person = ? ORDER BY experiment;

-- name: put
INSERT INTO first_exposures (experiment, person, variant, at_ms, key) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (person, experiment) DO UPDATE SET
variant = excluded.variant, at_ms = excluded.at_ms, key = excluded.key;

-- name: drop
DELETE FROM first_exposures WHERE experiment = ? AND person = ?;

-- name: of_key
SELECT experiment, person, variant, at_ms FROM first_exposures WHERE key = ?
ORDER BY experiment, person;

-- name: erase
DELETE FROM first_exposures WHERE key = ?;
