-- name: schema
CREATE TABLE IF NOT EXISTS contacts (
    subject BLOB NOT NULL,
    field TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (subject, field)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS choices (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    subject BLOB NOT NULL,
    purpose TEXT NOT NULL,
    granted INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    source TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS choices_subject ON choices (subject);
CREATE TABLE IF NOT EXISTS erased (subject BLOB PRIMARY KEY, at_ms INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS receipts (
    request BLOB PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    sealed BLOB NOT NULL
) WITHOUT ROWID;

-- name: put
INSERT INTO contacts (subject, field, at_ms, sealed) VALUES (?, ?, ?, ?)
ON CONFLICT (subject, field) DO UPDATE SET at_ms = excluded.at_ms, sealed = excluded.sealed
WHERE excluded.at_ms >= contacts.at_ms;

-- name: get
SELECT field, sealed FROM contacts WHERE subject = ? ORDER BY at_ms;

-- name: erase
DELETE FROM contacts WHERE subject = ?;

-- name: add_choice
INSERT INTO choices (subject, purpose, granted, at_ms, source) VALUES (?, ?, ?, ?, ?);

-- name: all_choices
SELECT subject, purpose, granted, source FROM choices ORDER BY id;

-- name: drop_choice
DELETE FROM choices WHERE subject = ? AND purpose = ?;

-- name: choices_of
SELECT purpose, granted, at_ms, source FROM choices WHERE subject = ? ORDER BY id;

-- name: erase_choices
DELETE FROM choices WHERE subject = ?;

-- name: suppress
INSERT INTO erased (subject, at_ms) VALUES (?, ?)
ON CONFLICT (subject) DO UPDATE SET at_ms = excluded.at_ms;

-- name: all_erased
SELECT subject, at_ms FROM erased;

-- name: put_receipt
INSERT INTO receipts (request, at_ms, sealed) VALUES (?, ?, ?)
ON CONFLICT (request) DO UPDATE SET at_ms = excluded.at_ms, sealed = excluded.sealed;

-- name: receipt
SELECT sealed FROM receipts WHERE request = ?;
