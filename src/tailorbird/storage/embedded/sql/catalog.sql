-- name: schema
CREATE TABLE IF NOT EXISTS items (id TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;

-- name: get
SELECT body FROM items WHERE id = ?;

-- name: put
INSERT INTO items (id, body) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body;

-- name: delete
DELETE FROM items WHERE id = ?;

-- name: all
SELECT body FROM items ORDER BY id;

-- name: count
SELECT count(*) FROM items;
