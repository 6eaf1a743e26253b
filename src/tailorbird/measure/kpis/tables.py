"""The tables between rows and sums: visits, impressions, orders, and who belongs to which group.

`{since}`, `{until}` and `{now}` are moments in milliseconds; `{pause}`, `{recovered}` and `{after}`
lengths of time.
"""

VISITS = """
CREATE TABLE act AS
SELECT n, person, at_ms, channel, begun, sum(fresh) OVER w AS nth FROM (
    SELECT *, CASE WHEN at_ms - lag(at_ms) OVER w <= {pause} THEN 0 ELSE 1 END AS fresh
    FROM acts WINDOW w AS (PARTITION BY person ORDER BY at_ms, n)
) WINDOW w AS (PARTITION BY person ORDER BY at_ms, n);
CREATE TABLE visits AS
SELECT row_number() OVER () AS visit, * FROM (
    SELECT person, nth, min(at_ms) AS began, max(at_ms) AS ended, bool_or(begun) AS begun,
        coalesce(arg_min(channel, at_ms) FILTER (channel IS NOT NULL), 'direct') AS channel
    FROM act GROUP BY person, nth
) WHERE began >= {since} AND began < {until};
CREATE TABLE visited AS
SELECT a.n, a.at_ms, v.visit, v.person FROM act a JOIN visits v USING (person, nth);
"""

# An order counts once, whoever reports it; what came back of it is known by now.
ORDERS = """
CREATE TABLE first_bought AS
SELECT id, min(n) AS n FROM bought GROUP BY id;
CREATE TABLE back AS
SELECT id, sum(minor) FILTER (how = 0) AS minor, bool_or(how = 0) AS returned,
    bool_or(how = 0 AND minor = 0) AS whole, bool_or(how = 1) AS cancelled
FROM returned GROUP BY id;
CREATE TABLE costs AS
SELECT l.n, sum(l.quantity * i.cost) AS cost, bool_and(i.cost IS NOT NULL
    AND i.currency IS NOT DISTINCT FROM b.currency) AS known
FROM lines l JOIN bought b USING (n) LEFT JOIN items i ON i.id = l.item GROUP BY l.n;
CREATE TABLE orders AS
SELECT *, CASE WHEN known THEN (revenue - cost) * kept ELSE 0 END AS profit FROM (
    SELECT b.n, b.id, b.person, b.at_ms, t.visit, b.currency, b.coupon, b.revenue,
        coalesce(k.cancelled, false) AS cancelled, coalesce(k.returned, false) AS returned,
        coalesce(c.known, false) AS known, c.cost,
        CASE WHEN k.cancelled OR k.whole THEN 0.0
            WHEN k.minor IS NULL OR b.revenue <= 0 THEN 1.0
            ELSE greatest(0.0, 1.0 - k.minor / b.revenue) END AS kept
    FROM bought b JOIN first_bought f ON f.id = b.id AND f.n = b.n
    LEFT JOIN back k ON k.id = b.id
    LEFT JOIN costs c ON c.n = b.n
    LEFT JOIN visited t ON t.n = b.n
);
"""

# When an item has not changed since stock is written down, it is as it was.
IMPRESSIONS = """
CREATE TABLE supply AS
SELECT item, at_ms, in_stock FROM stock
UNION ALL
SELECT item, 0, NOT arg_min(in_stock, at_ms) FROM stock GROUP BY item
UNION ALL
SELECT id, 0, in_stock FROM items WHERE id NOT IN (SELECT item FROM stock);
CREATE TABLE impressions AS
SELECT s.*, p.item, p.offer, p.code, coalesce(p.placement, s.said, 'unknown') AS placement
FROM (
    SELECT s.exposure, min(t.at_ms) AS at_ms, arg_min(t.visit, t.at_ms) AS visit,
        arg_min(t.person, t.at_ms) AS person, any_value(s.placement) AS said,
        bool_or(s.how = 1) AS clicked, bool_or(s.how = 2) AS dismissed
    FROM seen s JOIN visited t USING (n) GROUP BY s.exposure
) s LEFT JOIN (
    SELECT exposure, any_value(placement) AS placement, any_value(item) AS item,
        any_value(offer) AS offer, any_value(code) AS code FROM pieces GROUP BY exposure
) p USING (exposure);
CREATE TABLE wants AS
SELECT t.visit, t.person, w.item, w.at_ms FROM wanted w JOIN visited t USING (n);
CREATE TABLE messages AS
SELECT id, any_value(person) AS person, any_value(channel) AS channel,
    any_value(trigger) AS trigger, any_value(offer) AS offer,
    any_value(placement) AS placement, any_value(journey) AS journey,
    bool_or(how = 1) AS unsubscribed, bool_or(how = 2) AS complained
FROM told GROUP BY id;
CREATE TABLE carts AS
SELECT v.visit, v.person, EXISTS (
    SELECT 1 FROM orders o WHERE o.person = v.person AND NOT o.cancelled
        AND o.at_ms > v.ended AND o.at_ms <= v.ended + {recovered}
) AS recovered
FROM visits v
WHERE v.begun AND v.ended + {recovered} <= {now}
    AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.visit = v.visit);
"""

# A trigger belongs to the visit in which it fires, or else to the next one within a day; the cart
# that it is about was left in the visit before.
FIRINGS = """
CREATE TABLE triggered AS
SELECT DISTINCT f.rule, v.visit FROM fired f ASOF JOIN (
    SELECT person, ended, began, visit FROM visits
) v ON v.person = f.person AND f.at_ms <= v.ended WHERE v.began <= f.at_ms + {after};
CREATE TABLE caused AS
SELECT DISTINCT f.rule, v.visit FROM fired f ASOF JOIN visits v
    ON v.person = f.person AND f.at_ms >= v.began WHERE f.at_ms <= v.ended + {after};
"""

DIMENSIONS = {
    "shop": ("SELECT visit, 'shop' AS grp FROM visits", None),
    "placement": ("SELECT DISTINCT visit, placement AS grp FROM impressions", None),
    "trigger": (
        "SELECT visit, rule AS grp FROM triggered",
        "SELECT visit, rule AS grp FROM caused",
    ),
    "offer": ("SELECT DISTINCT visit, offer AS grp FROM impressions WHERE offer IS NOT NULL", None),
    "channel": ("SELECT visit, channel AS grp FROM visits", None),
}
"""Of each dimension, which visits belong to which of its groups; and which of them left the carts
that a group is about, where those are others."""

OWN = ("placement", "offer")
"""The dimensions to whose groups an impression belongs by itself, and not by its visit."""

IN_MESSAGES = ("placement", "trigger", "offer", "channel")
"""The dimensions that a message names itself."""
