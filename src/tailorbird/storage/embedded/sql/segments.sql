-- name: schema
CREATE TABLE IF NOT EXISTS segmentation (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    body BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS members (
    person TEXT NOT NULL,
    segment TEXT NOT NULL,
    kind TEXT NOT NULL,
    home TEXT NOT NULL,
    key TEXT NOT NULL,
    since_ms INTEGER NOT NULL,
    pinned INTEGER NOT NULL,
    PRIMARY KEY (person, segment)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS members_segment ON members (segment, person);
CREATE INDEX IF NOT EXISTS members_key ON members (key);
CREATE TABLE IF NOT EXISTS outbox (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL,
    body BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS outbox_key ON outbox (key);

-- name: read
SELECT body FROM segmentation WHERE id = 1;

-- name: write
INSERT INTO segmentation (id, body) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body;

-- name: come
INSERT INTO members (person, key, segment, home, since_ms, pinned, kind) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (person, segment) DO UPDATE SET
key = excluded.key, home = excluded.home, since_ms = excluded.since_ms, pinned = excluded.pinned;

-- name: go
DELETE FROM members WHERE person = ? AND segment = ?;

-- name: of_kind
SELECT person, key, segment, home, since_ms, pinned, kind FROM members WHERE kind = ?;

-- name: inside
SELECT person, key, segment, home, since_ms, pinned, kind FROM members
WHERE segment = ? AND person > ? ORDER BY person LIMIT ?;

-- name: of_person
SELECT person, key, segment, home, since_ms, pinned, kind FROM members
WHERE person = ? ORDER BY segment;

-- name: of_key
SELECT person, key, segment, home, since_ms, pinned, kind FROM members
WHERE key = ? ORDER BY segment;

-- name: counts
SELECT segment, count(*) FROM members GROUP BY segment;

-- name: erase
DELETE FROM members WHERE key = ?;

-- name: erase_news
DELETE FROM outbox WHERE key = ?;

-- name: announce
INSERT INTO outbox (key, body) VALUES (?, ?);

-- name: waiting
SELECT id, body FROM outbox ORDER BY id LIMIT ?;

-- name: told
DELETE FROM outbox WHERE id = ?;
