-- name: schema
CREATE TABLE IF NOT EXISTS items (id TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS stock_changes (
    item TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    in_stock INTEGER NOT NULL
);

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

-- name: put_change
INSERT INTO stock_changes (item, at_ms, in_stock) VALUES (?, ?, ?);

-- name: changes
SELECT item, at_ms, in_stock FROM stock_changes ORDER BY rowid;

-- name: has_changes
SELECT count(*) FROM sqlite_master WHERE name = 'stock_changes';
