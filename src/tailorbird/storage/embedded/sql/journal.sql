-- name: schema
CREATE TABLE IF NOT EXISTS decisions (
    id INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    person TEXT,
    user_id TEXT,
    anonymous_id TEXT,
    body BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS decisions_person ON decisions (person, id) WHERE person IS NOT NULL;
CREATE INDEX IF NOT EXISTS decisions_user ON decisions (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS decisions_anonymous ON decisions (anonymous_id)
WHERE anonymous_id IS NOT NULL;

-- name: insert
INSERT INTO decisions (at_ms, person, user_id, anonymous_id, body)
SELECT
    json_extract(value, '$[2]'),
    json_extract(value, '$[3]'),
    json_extract(value, '$[4]'),
    json_extract(value, '$[5]'),
    substr(?2, json_extract(value, '$[0]'), json_extract(value, '$[1]'))
FROM json_each(?1);

-- name: of_person
SELECT body FROM decisions WHERE person = ? ORDER BY id DESC LIMIT ?;

-- name: latest
SELECT body FROM decisions ORDER BY id DESC LIMIT ?;

-- name: since
SELECT id, body FROM decisions WHERE id > ? AND at_ms >= ? ORDER BY id LIMIT ?;

-- name: of_user
SELECT body FROM decisions WHERE user_id = ? ORDER BY id;

-- name: of_anonymous
SELECT body FROM decisions WHERE anonymous_id = ? ORDER BY id;

-- name: erase_user
DELETE FROM decisions WHERE user_id = ?;

-- name: erase_anonymous
DELETE FROM decisions WHERE anonymous_id = ?;

-- name: sweep
DELETE FROM decisions
WHERE id IN (SELECT id FROM decisions ORDER BY id LIMIT ?1) AND at_ms < ?2;

-- name: count
SELECT count(*) FROM decisions;
