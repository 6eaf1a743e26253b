-- name: schema
CREATE TABLE IF NOT EXISTS grants (
    id INTEGER PRIMARY KEY,
    offer TEXT NOT NULL,
    key TEXT,
    depth REAL NOT NULL,
    held INTEGER NOT NULL,
    given INTEGER NOT NULL DEFAULT 0,
    most INTEGER,
    code TEXT COLLATE NOCASE,
    at_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    day INTEGER NOT NULL,
    state TEXT NOT NULL,
    order_id TEXT,
    reason TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS grants_key ON grants (key, offer);
CREATE INDEX IF NOT EXISTS grants_code ON grants (code, key);
CREATE INDEX IF NOT EXISTS grants_order ON grants (order_id) WHERE order_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS grants_due ON grants (expires_ms) WHERE state = 'open';
CREATE TABLE IF NOT EXISTS spending (
    offer TEXT NOT NULL,
    day INTEGER NOT NULL,
    held INTEGER NOT NULL DEFAULT 0,
    given INTEGER NOT NULL DEFAULT 0,
    strays INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (offer, day)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS strays (
    order_id TEXT PRIMARY KEY,
    offer TEXT NOT NULL,
    day INTEGER NOT NULL,
    held INTEGER NOT NULL,
    key TEXT
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS strays_key ON strays (key);
CREATE TABLE IF NOT EXISTS pool (
    offer TEXT NOT NULL,
    code TEXT NOT NULL,
    PRIMARY KEY (offer, code)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS progress (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    log_offset INTEGER NOT NULL
);

-- name: open_of
SELECT id, offer, key, depth, held, most, code, at_ms, expires_ms, state, order_id, reason
FROM grants WHERE key = ? AND state = 'open' AND expires_ms > ? ORDER BY id;

-- name: of_keys
SELECT id, offer, key, depth, held, most, code, at_ms, expires_ms, state, order_id, reason
FROM grants WHERE key IN (SELECT value FROM json_each(?)) ORDER BY id;

-- name: held_by_day
SELECT offer, day, held FROM spending WHERE offer IN (SELECT value FROM json_each(?));

-- name: last
SELECT coalesce(max(id), 0) FROM grants;

-- name: times
SELECT count(*) FROM grants WHERE key = ? AND offer = ? AND at_ms > ?;

-- name: held
SELECT coalesce(sum(held), 0), coalesce(sum(CASE WHEN day = ? THEN held END), 0)
FROM spending WHERE offer = ?;

-- name: pool_used
SELECT code FROM pool WHERE offer = ?;

-- name: use_pool
INSERT OR IGNORE INTO pool (offer, code)
SELECT value ->> 0, value ->> 1 FROM json_each(?);

-- name: grant
INSERT INTO grants
(id, offer, key, depth, held, most, code, at_ms, expires_ms, day, state, reason)
SELECT
    value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6,
    value ->> 7, value ->> 8, value ->> 9, 'open', value ->> 10
FROM json_each(?);

-- name: spend
INSERT INTO spending (offer, day, held, given, strays) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (offer, day) DO UPDATE SET
held = held + excluded.held, given = given + excluded.given, strays = strays + excluded.strays;

-- name: of_code_and_key
SELECT id, offer, held, given, day, state, expires_ms FROM grants
WHERE code = ? AND key = ? ORDER BY id;

-- name: of_code
SELECT id, offer, held, given, day, state, expires_ms FROM grants WHERE code = ? ORDER BY id LIMIT 2;

-- name: of_order
SELECT id, offer, held, given, day, state, expires_ms FROM grants WHERE order_id = ?;

-- name: redeem
UPDATE grants SET state = 'redeemed', order_id = ?, held = ?, given = ? WHERE id = ?;

-- name: cancel
UPDATE grants SET state = 'cancelled', held = 0, given = 0 WHERE id = ?;

-- name: stray
INSERT OR IGNORE INTO strays (order_id, offer, day, held, key) VALUES (?, ?, ?, ?, ?);

-- name: due
SELECT offer, day, sum(held) FROM grants WHERE state = 'open' AND expires_ms < ?
GROUP BY offer, day;

-- name: expire
UPDATE grants SET state = 'expired', held = 0 WHERE state = 'open' AND expires_ms < ?;

-- name: progress
SELECT log_offset FROM progress WHERE id = 1;

-- name: reach
INSERT INTO progress (id, log_offset) VALUES (1, ?)
ON CONFLICT (id) DO UPDATE SET log_offset = max(log_offset, excluded.log_offset);

-- name: spending
SELECT s.offer, sum(s.held), sum(s.given), sum(s.strays) FROM spending AS s GROUP BY s.offer;

-- name: counts
SELECT offer, count(*), sum(state = 'open'), sum(state = 'redeemed') FROM grants GROUP BY offer;

-- name: of_key
SELECT id, offer, key, depth, held, most, code, at_ms, expires_ms, state, order_id, reason
FROM grants WHERE key = ? ORDER BY id;

-- name: strays_of
SELECT order_id, offer, held FROM strays WHERE key = ?;

-- name: traces
SELECT order_id FROM grants WHERE key = ?1 UNION SELECT order_id FROM strays WHERE key = ?1;

-- name: erase
UPDATE grants SET key = NULL, code = NULL, order_id = NULL, reason = '' WHERE key = ?;

-- name: erase_strays
UPDATE strays SET key = NULL, order_id = 'erased ' || lower(hex(randomblob(8))) WHERE key = ?;
