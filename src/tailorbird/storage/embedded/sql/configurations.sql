-- name: schema
CREATE TABLE IF NOT EXISTS configurations (
    workspace TEXT NOT NULL,
    version INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (workspace, version)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS activations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace TEXT NOT NULL,
    version INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    actor TEXT NOT NULL
);

-- name: active
SELECT version FROM activations WHERE workspace = ? ORDER BY id DESC LIMIT 1;

-- name: activations
SELECT version, at_ms FROM activations WHERE workspace = ? ORDER BY id;

-- name: last
SELECT max(version) FROM configurations WHERE workspace = ?;

-- name: get
SELECT body FROM configurations WHERE workspace = ? AND version = ?;

-- name: all
SELECT body FROM configurations WHERE workspace = ? ORDER BY version;

-- name: add
INSERT INTO configurations (workspace, version, body) VALUES (?, ?, ?);

-- name: activate
INSERT INTO activations (workspace, version, at_ms, actor) VALUES (?, ?, ?, ?);
