-- name: schema
CREATE TABLE IF NOT EXISTS links (
    browser TEXT PRIMARY KEY,
    user TEXT NOT NULL,
    probability REAL NOT NULL,
    body BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS links_user ON links (user);
CREATE TABLE IF NOT EXISTS denials (
    browser TEXT NOT NULL,
    user TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    by TEXT NOT NULL,
    PRIMARY KEY (browser, user)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS denials_user ON denials (user);
CREATE TABLE IF NOT EXISTS standing (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    body BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS week (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    number INTEGER NOT NULL,
    secret BLOB NOT NULL
);

-- name: links
SELECT body FROM links ORDER BY probability DESC, browser;

-- name: clear
DELETE FROM links;

-- name: add
INSERT INTO links (browser, user, probability, body) VALUES (?, ?, ?, ?);

-- name: go
DELETE FROM links WHERE browser = ? AND user = ?;

-- name: denials
SELECT browser, user, at_ms, by FROM denials ORDER BY at_ms, browser, user;

-- name: deny
INSERT INTO denials (browser, user, at_ms, by) VALUES (?, ?, ?, ?)
ON CONFLICT (browser, user) DO UPDATE SET at_ms = excluded.at_ms, by = excluded.by;

-- name: allow
DELETE FROM denials WHERE browser = ? AND user = ?;

-- name: standing
SELECT body FROM standing WHERE id = 1;

-- name: stand
INSERT INTO standing (id, body) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body;

-- name: week
SELECT number, secret FROM week WHERE id = 1;

-- name: turn
INSERT INTO week (id, number, secret) VALUES (1, ?, ?)
ON CONFLICT (id) DO UPDATE SET number = excluded.number, secret = excluded.secret;

-- name: end_week
DELETE FROM week;

-- name: links_of
SELECT body FROM links WHERE browser = ?1 OR user = ?1 ORDER BY browser;

-- name: denials_of
SELECT browser, user, at_ms, by FROM denials WHERE browser = ?1 OR user = ?1 ORDER BY browser, user;

-- name: erase_links
DELETE FROM links WHERE browser = ?1 OR user = ?1;

-- name: erase_denials
DELETE FROM denials WHERE browser = ?1 OR user = ?1;
