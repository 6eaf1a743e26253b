-- name: schema
CREATE TABLE IF NOT EXISTS keys (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL,
    kind TEXT NOT NULL,
    hash BLOB NOT NULL UNIQUE,
    label TEXT NOT NULL,
    scopes TEXT NOT NULL,
    origins TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    revoked_at_ms INTEGER
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms INTEGER NOT NULL,
    workspace TEXT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL
);

-- name: add_key
INSERT INTO keys (id, workspace, kind, hash, label, scopes, origins, created_at_ms)
VALUES (?, ?, ?, ?, ?, ?, ?, ?);

-- name: key_by_hash
SELECT id, workspace, kind, label, scopes, origins, created_at_ms, revoked_at_ms FROM keys WHERE hash = ?;

-- name: all_keys
SELECT id, workspace, kind, label, scopes, origins, created_at_ms, revoked_at_ms FROM keys
ORDER BY created_at_ms, id;

-- name: revoke
UPDATE keys SET revoked_at_ms = ? WHERE id = ? AND revoked_at_ms IS NULL;

-- name: add_audit
INSERT INTO audit (at_ms, workspace, actor, action, subject) VALUES (?, ?, ?, ?, ?);

-- name: audit
SELECT at_ms, workspace, actor, action, subject FROM audit WHERE workspace = ?
ORDER BY id DESC LIMIT ?;
