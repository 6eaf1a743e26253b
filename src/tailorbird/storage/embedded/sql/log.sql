-- name: schema
CREATE TABLE IF NOT EXISTS events (
    offset INTEGER PRIMARY KEY AUTOINCREMENT,
    dedup BLOB NOT NULL,
    user_id TEXT,
    anonymous_id TEXT,
    previous_id TEXT,
    is_split INTEGER,
    body BLOB NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS events_dedup ON events (dedup);
CREATE INDEX IF NOT EXISTS events_user ON events (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS events_anonymous ON events (anonymous_id) WHERE anonymous_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS events_previous ON events (previous_id) WHERE previous_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS events_split ON events (is_split) WHERE is_split IS NOT NULL;

-- name: known
SELECT substr(?2, json_extract(value, '$[0]'), json_extract(value, '$[1]'))
FROM json_each(?1)
WHERE EXISTS (
    SELECT 1 FROM events
    WHERE dedup = substr(?2, json_extract(value, '$[0]'), json_extract(value, '$[1]'))
);

-- name: insert
INSERT INTO events (dedup, user_id, anonymous_id, previous_id, is_split, body)
SELECT
    substr(?2, json_extract(value, '$[0]'), 16),
    json_extract(value, '$[2]'),
    json_extract(value, '$[3]'),
    json_extract(value, '$[4]'),
    json_extract(value, '$[5]'),
    substr(?2, json_extract(value, '$[0]') + 16, json_extract(value, '$[1]') - 16)
FROM json_each(?1);

-- name: last_inserted
SELECT last_insert_rowid();

-- name: last_offset
SELECT ifnull(max(offset), 0) FROM events;

-- name: count
SELECT count(*) FROM events;

-- name: read
SELECT offset, body FROM events WHERE offset > ? ORDER BY offset LIMIT ?;

-- name: of_user
SELECT offset, body FROM events WHERE user_id = ? AND offset > ? ORDER BY offset LIMIT ?;

-- name: of_anonymous
SELECT offset, body FROM events WHERE anonymous_id = ? AND offset > ? ORDER BY offset LIMIT ?;

-- name: of_previous
SELECT offset, body FROM events WHERE previous_id = ? AND offset > ? ORDER BY offset LIMIT ?;

-- name: splits
SELECT offset, body FROM events WHERE is_split = 1 ORDER BY offset;

-- name: erase_one
DELETE FROM events WHERE offset = ?;

-- name: at
SELECT offset, body FROM events WHERE offset IN (SELECT value FROM json_each(?)) ORDER BY offset;
