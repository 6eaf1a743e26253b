-- name: schema
CREATE TABLE IF NOT EXISTS counts (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    log_offset INTEGER NOT NULL,
    cells BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS pending (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL,
    kind TEXT NOT NULL,
    body BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS pending_key ON pending (key);

-- name: counts
SELECT log_offset, cells FROM counts WHERE id = 1;

-- name: pending
SELECT body FROM pending WHERE kind = ? ORDER BY id;

-- name: write_counts
INSERT INTO counts (id, log_offset, cells) VALUES (1, ?, ?)
ON CONFLICT (id) DO UPDATE SET log_offset = excluded.log_offset, cells = excluded.cells;

-- name: clear
DELETE FROM pending;

-- name: add
INSERT INTO pending (key, kind, body) VALUES (?, ?, ?);

-- name: erase
DELETE FROM pending WHERE key = ?;

-- name: of_key
SELECT kind, body FROM pending WHERE key = ? ORDER BY id;
