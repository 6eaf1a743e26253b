"""The sums of each key figure, over people and groups, as questions to the engine.

Each question gives rows of `grp`, `unit` (a person, or an item), `currency` (None but for money),
`x` and `y`: of a unit, its part of the numerator and of the denominator.
"""

_IMPRESSION = """
SELECT grp, person AS unit, NULL AS currency, {x} AS x, count(*) AS y
FROM imp GROUP BY grp, person
"""

_SUPPLIED = """
SELECT w.grp, w.person AS unit, NULL AS currency,
    count(*) FILTER (NOT s.in_stock) AS x, count(*) AS y
FROM ({rows}) w ASOF JOIN supply s ON s.item = w.item AND w.at_ms >= s.at_ms
GROUP BY w.grp, w.person
"""

# Money: who brought none in a currency counts all the same, with nothing.
_MONEY = """
WITH earned AS ({earned}), times AS ({times}),
    coins AS (SELECT DISTINCT grp, currency FROM earned)
SELECT t.grp, t.unit, c.currency, coalesce(e.x, 0) AS x, t.y
FROM times t JOIN coins c ON c.grp = t.grp
LEFT JOIN earned e ON e.grp = t.grp AND e.unit = t.unit
    AND e.currency IS NOT DISTINCT FROM c.currency
"""

_ORDERED = """
SELECT m.grp, o.person AS unit, o.currency, sum({x}) AS x
FROM orders o JOIN member m USING (visit) GROUP BY m.grp, o.person, o.currency
"""

_VISITED = """
SELECT m.grp, v.person AS unit, count(*) AS y
FROM visits v JOIN member m USING (visit) GROUP BY m.grp, v.person
"""

# A line counts once in a group, however often its item was shown there.
_TAKEN = """
SELECT i.grp, o.person AS unit, o.currency, sum(l.quantity * (coalesce(l.price, c.price) - c.cost))
    AS x
FROM orders o JOIN lines l USING (n)
JOIN items c ON c.id = l.item AND c.currency IS NOT DISTINCT FROM o.currency
JOIN (SELECT grp, visit, item, min(at_ms) AS at_ms FROM imp GROUP BY grp, visit, item) i
    ON i.visit = o.visit AND i.item = l.item AND i.at_ms <= o.at_ms
WHERE NOT o.cancelled AND c.cost IS NOT NULL GROUP BY i.grp, o.person, o.currency
"""

_ATTACHED = """
SELECT m.grp, o.person AS unit, NULL AS currency, count(*) FILTER (EXISTS (
    SELECT 1 FROM imp i WHERE i.grp = m.grp AND i.visit = o.visit AND i.at_ms <= o.at_ms
        AND (i.code = o.coupon OR i.item IN (SELECT item FROM lines l WHERE l.n = o.n))
)) AS x, count(*) AS y
FROM orders o JOIN member m USING (visit) WHERE NOT o.cancelled GROUP BY m.grp, o.person
"""

_SOLD = """
WITH sold AS (
    SELECT l.item, sum(l.quantity) AS pieces FROM lines l JOIN orders o USING (n)
    WHERE o.visit IS NOT NULL AND NOT o.cancelled GROUP BY l.item
)
SELECT i.grp, hash(i.item) AS unit, NULL AS currency, coalesce(s.pieces, 0) AS x,
    coalesce(s.pieces, 0) + greatest(c.stock, 0) AS y
FROM (SELECT DISTINCT grp, item FROM imp WHERE item IS NOT NULL) i
JOIN items c ON c.id = i.item AND c.stock IS NOT NULL LEFT JOIN sold s ON s.item = i.item
"""

_MESSAGE = """
SELECT grp, person AS unit, NULL AS currency, count(*) FILTER ({x}) AS x, count(*) AS y
FROM msg GROUP BY grp, person
"""

_TIMES_SHOWN = "SELECT grp, person AS unit, count(*) AS y FROM imp GROUP BY grp, person"

QUESTIONS = {
    "ctr": _IMPRESSION.format(x="count(*) FILTER (clicked)"),
    "dismissal_rate": _IMPRESSION.format(x="count(*) FILTER (dismissed)"),
    "attach_rate": _ATTACHED,
    "recovery_rate": """
        SELECT m.grp, c.person AS unit, NULL AS currency, count(*) FILTER (c.recovered) AS x,
            count(*) AS y
        FROM carts c JOIN cause m USING (visit) GROUP BY m.grp, c.person
    """,
    "revenue_per_session": _MONEY.format(
        earned=_ORDERED.format(x="o.revenue * o.kept"), times=_VISITED
    ),
    "gross_profit_per_session": _MONEY.format(earned=_ORDERED.format(x="o.profit"), times=_VISITED),
    "margin_per_impression": _MONEY.format(earned=_TAKEN, times=_TIMES_SHOWN),
    "stockout_rate": _SUPPLIED.format(rows="SELECT * FROM imp WHERE item IS NOT NULL"),
    "lost_demand": _SUPPLIED.format(
        rows="SELECT m.grp, w.* FROM wants w JOIN member m USING (visit)"
    ),
    "returns_rate": """
        SELECT m.grp, o.person AS unit, NULL AS currency, count(*) FILTER (o.returned) AS x,
            count(*) AS y
        FROM orders o JOIN member m USING (visit) WHERE NOT o.cancelled GROUP BY m.grp, o.person
    """,
    "sell_through": _SOLD,
    "unsubscribe_rate": _MESSAGE.format(x="unsubscribed"),
    "complaint_rate": _MESSAGE.format(x="complained"),
}

SUMMED = """
SELECT grp, currency, count(*) AS n, sum(x)::DOUBLE, sum(y)::DOUBLE, sum(x::DOUBLE * x),
    sum(x::DOUBLE * y), sum(y::DOUBLE * y)
FROM ({rows}) WHERE y > 0 GROUP BY grp, currency
"""

UNKNOWN_COSTS = """
SELECT m.grp, o.currency, count(*) FILTER (NOT o.known), count(*)
FROM orders o JOIN member m USING (visit) WHERE NOT o.cancelled GROUP BY m.grp, o.currency
"""

SIZES = """
SELECT m.grp, count(DISTINCT v.person), count(*)
FROM visits v JOIN member m USING (visit) GROUP BY m.grp ORDER BY 3 DESC, 1
"""
