-- name: schema
CREATE TABLE IF NOT EXISTS bandits (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    body BLOB NOT NULL
);

-- name: read
SELECT body FROM bandits WHERE id = 1;

-- name: write
INSERT INTO bandits (id, body) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body;
