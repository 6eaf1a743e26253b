-- name: schema
CREATE TABLE IF NOT EXISTS dead_letters (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms INTEGER NOT NULL,
    source TEXT NOT NULL,
    field TEXT NOT NULL,
    reason BLOB NOT NULL,
    message_id BLOB,
    body BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS dead_letter_subjects (
    digest BLOB NOT NULL,
    id INTEGER NOT NULL,
    PRIMARY KEY (digest, id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tally (
    day INTEGER NOT NULL,
    source TEXT NOT NULL,
    kind TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (day, source, kind)
) WITHOUT ROWID;

-- name: insert
INSERT INTO dead_letters (at_ms, source, field, reason, message_id, body) VALUES (?, ?, ?, ?, ?, ?);

-- name: insert_subject
INSERT OR IGNORE INTO dead_letter_subjects (digest, id) VALUES (?, ?);

-- name: page
SELECT id, at_ms, source, field, reason, message_id, body FROM dead_letters
WHERE id > ? ORDER BY id LIMIT ?;

-- name: count
SELECT count(*) FROM dead_letters;

-- name: count_since
SELECT count(*) FROM dead_letters WHERE at_ms >= ?;

-- name: of_subject
SELECT id FROM dead_letter_subjects WHERE digest = ?;

-- name: one
SELECT id, at_ms, source, field, reason, message_id, body FROM dead_letters WHERE id = ?;

-- name: discard
DELETE FROM dead_letters WHERE id = ?;

-- name: discard_subjects
DELETE FROM dead_letter_subjects WHERE id = ?;

-- name: add_tally
INSERT INTO tally (day, source, kind, count) VALUES (?, ?, ?, ?)
ON CONFLICT (day, source, kind) DO UPDATE SET count = count + excluded.count;

-- name: tally_since
SELECT day, source, kind, count FROM tally WHERE day >= ? ORDER BY day, source, kind;
