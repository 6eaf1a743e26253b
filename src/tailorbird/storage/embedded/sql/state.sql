-- name: schema
CREATE TABLE IF NOT EXISTS links (key TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS nodes (key TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
-- A profile is too long for an index to hold it: its tree would be seven pages deep, not three.
CREATE TABLE IF NOT EXISTS profiles (key TEXT PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS checkpoint (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    last_offset INTEGER NOT NULL,
    fold_version INTEGER NOT NULL
);

-- name: read_links
SELECT body FROM links WHERE key = ?;

-- name: read_nodes
SELECT body FROM nodes WHERE key = ?;

-- name: read_profiles
SELECT body FROM profiles WHERE key = ?;

-- name: read_many_links
SELECT group_concat(asked.key || ' ' || hex(body), char(10))
FROM json_each(?) AS asked CROSS JOIN links ON links.key = asked.value;

-- name: write_links
INSERT INTO links (key, body)
SELECT
    json_extract(value, '$[2]'),
    substr(?2, json_extract(value, '$[0]'), json_extract(value, '$[1]'))
FROM json_each(?1)
WHERE true
ON CONFLICT (key) DO UPDATE SET body = excluded.body;

-- name: read_many_nodes
SELECT group_concat(asked.key || ' ' || hex(body), char(10))
FROM json_each(?) AS asked CROSS JOIN nodes ON nodes.key = asked.value;

-- name: write_nodes
INSERT INTO nodes (key, body)
SELECT
    json_extract(value, '$[2]'),
    substr(?2, json_extract(value, '$[0]'), json_extract(value, '$[1]'))
FROM json_each(?1)
WHERE true
ON CONFLICT (key) DO UPDATE SET body = excluded.body;

-- name: read_many_profiles
SELECT group_concat(asked.key || ' ' || hex(body), char(10))
FROM json_each(?) AS asked CROSS JOIN profiles ON profiles.key = asked.value;

-- name: write_profiles
INSERT INTO profiles (key, body)
SELECT
    json_extract(value, '$[2]'),
    substr(?2, json_extract(value, '$[0]'), json_extract(value, '$[1]'))
FROM json_each(?1)
WHERE true
ON CONFLICT (key) DO UPDATE SET body = excluded.body;

-- name: delete_links
DELETE FROM links WHERE key IN (SELECT value FROM json_each(?));

-- name: delete_nodes
DELETE FROM nodes WHERE key IN (SELECT value FROM json_each(?));

-- name: delete_profiles
DELETE FROM profiles WHERE key IN (SELECT value FROM json_each(?));

-- name: containing_links
SELECT key FROM links WHERE instr(body, ?) > 0;

-- name: all_links
SELECT key, body FROM links ORDER BY key;

-- name: containing_nodes
SELECT key FROM nodes WHERE instr(body, ?) > 0;

-- name: all_nodes
SELECT key, body FROM nodes ORDER BY key;

-- name: containing_profiles
SELECT key FROM profiles WHERE instr(body, ?) > 0;

-- name: all_profiles
SELECT key, body FROM profiles ORDER BY key;

-- name: page_nodes
SELECT key, body FROM nodes WHERE key > ? ORDER BY key LIMIT ?;

-- name: page_links
SELECT key, body FROM links WHERE key > ? ORDER BY key LIMIT ?;

-- name: page_profiles
SELECT key, body FROM profiles WHERE key > ? ORDER BY key LIMIT ?;

-- name: people
SELECT nodes.key, nodes.body, profiles.body FROM nodes LEFT JOIN profiles ON profiles.key = nodes.key
WHERE nodes.key > ? ORDER BY nodes.key LIMIT ?;

-- name: count_profiles
SELECT count(*) FROM profiles;

-- name: read_checkpoint
SELECT last_offset, fold_version FROM checkpoint WHERE id = 1;

-- name: write_checkpoint
INSERT INTO checkpoint (id, last_offset, fold_version) VALUES (1, ?, ?)
ON CONFLICT (id) DO UPDATE
SET last_offset = excluded.last_offset, fold_version = excluded.fold_version;
