"""Random joins of something small with something large below which rows are grouped, numbered, joined or united."""

from __future__ import annotations

from random import Random
from typing import Final

# Each takes a key and a column; the key's values may be told to what stands below.
_LARGE: Final = (
    "(SELECT {k} k, count(*) n, max(quantity) m FROM wide GROUP BY {k})",
    "(SELECT {k} k, {o} n, sum(quantity) m FROM wide GROUP BY {k}, {o})",
    "(SELECT {k} k, {o} n, sum(quantity) m FROM wide GROUP BY ROLLUP ({k}, {o}))",
    "(SELECT {k} k, row_number() OVER (PARTITION BY {k} ORDER BY day, price, quantity) n, quantity m FROM wide)",
    "(SELECT {k} k, rank() OVER (ORDER BY day) n, sum(quantity) OVER (PARTITION BY {k}) m FROM wide)",
    "(SELECT DISTINCT {k} k, {o} n, shop m FROM wide)",
    "(SELECT {k} k, 1 n, quantity m FROM wide WHERE is_web UNION ALL SELECT {k}, 2, shop FROM wide)",
    "(SELECT {k} k, shop n, 1 m FROM wide EXCEPT SELECT {k}, shop, 1 FROM wide WHERE is_web)",
    "(SELECT {k} k, shop n, 1 m FROM wide INTERSECT ALL SELECT {k}, shop, 1 FROM wide WHERE quantity < 50)",
    "(SELECT {k} k, {o} n, quantity m FROM wide ORDER BY day, quantity, price, {k} LIMIT 100)",
    "(SELECT {k} k, e n, quantity m FROM wide LATERAL VIEW explode(array(1, shop)) AS e)",
    (
        "(SELECT a.{k} k, b.n, a.quantity m FROM wide a JOIN (SELECT {k}, count(*) n FROM wide GROUP BY {k}) b "
        "ON a.{k} = b.{k})"
    ),
    (
        "(SELECT a.{k} k, b.n, a.quantity m FROM wide a LEFT JOIN (SELECT {k}, max(shop) n FROM wide GROUP BY {k}) b "
        "ON a.{k} = b.{k} AND a.is_web)"
    ),
    (
        "(SELECT b.{k} k, b.n, a.quantity m FROM wide a RIGHT JOIN (SELECT {k}, max(shop) n FROM wide GROUP BY {k}) b "
        "ON a.{k} = b.{k})"
    ),
    (
        "(SELECT coalesce(a.{k}, b.{k}) k, b.n, a.quantity m FROM wide a FULL JOIN "
        "(SELECT {k}, max(shop) n FROM wide WHERE is_web GROUP BY {k}) b ON a.{k} = b.{k})"
    ),
    (
        "(SELECT a.{k} k, shop n, quantity m FROM wide a LEFT SEMI JOIN (SELECT {k} FROM wide WHERE is_web) b "
        "ON a.{k} = b.{k})"
    ),
    (
        "(SELECT a.{k} k, shop n, quantity m FROM wide a LEFT ANTI JOIN (SELECT {k} FROM wide WHERE shop = 1) b "
        "ON a.{k} = b.{k})"
    ),
    "(SELECT {k} k, shop n, quantity m FROM wide WHERE {k} NOT IN (SELECT {k} FROM wide WHERE shop = 1 AND is_web))",
    (
        "(SELECT {k} k, max(n) n, sum(m) m FROM (SELECT {k}, {o}, count(*) n, max(shop) m FROM wide GROUP BY {k}, {o}) "
        "GROUP BY {k})"
    ),
    "(SELECT {k} k, n, m FROM (SELECT {k}, count(*) n, max(shop) m FROM wide GROUP BY {k} HAVING count(*) > 3))",
    "(SELECT {k} k, shop n, quantity m FROM wide)",
)

# Each has a key `k` of the type of the other's, and few rows, some twice, some without a key.
_SMALL: Final = (
    "(SELECT {k} k, quantity v FROM wide WHERE {c})",
    "(SELECT {k} k, count(*) v FROM wide GROUP BY {k} HAVING count(*) > {n})",
    "(SELECT DISTINCT {k} k, 1 v FROM wide WHERE {c})",
    "(SELECT {k} k, shop v FROM wide WHERE {c} UNION ALL SELECT {k}, quantity FROM wide WHERE quantity = {n})",
    "(SELECT a.{k} k, b.brand v FROM wide a JOIN items b ON a.item = b.i WHERE b.label LIKE 'a%' AND {c})",
    "(SELECT {k} k, max(quantity) OVER (PARTITION BY shop) v FROM wide WHERE {c})",
    "(SELECT {k} k, quantity v FROM wide WHERE quantity < 0)",
)
_CONDITIONS: Final = ("quantity < {n}", "kind LIKE 'c%'", "price > 38 AND is_web", "shop IS NULL", "quantity = 101")
_KEYS: Final = ("item", "shop", "day", "kind", "price", "tax", "quantity", "cost", "is_web", "folded", "pair")
_OTHERS: Final = ("shop", "kind", "is_web")

_JOINS: Final = (
    "SELECT d.k, d.v, f.n, f.m FROM {small} d, {large} f WHERE d.k = f.k",
    "SELECT d.k, d.v, f.n, f.m FROM {large} f JOIN {small} d ON d.k = f.k AND d.v < 60",
    "SELECT count(*), sum(f.m) FROM {large} f, {small} d, {large} g WHERE f.k = d.k AND g.k = f.k",
    "SELECT f.k, g.n FROM {large} f, {large} g, {small} d WHERE f.k = d.k AND string(g.n) = string(f.n)",
    "SELECT d.v, f.m FROM {small} d LEFT JOIN {large} f ON d.k = f.k",
    "SELECT d.v, f.m FROM {large} f LEFT JOIN {small} d ON d.k = f.k",
    "SELECT d.v, f.m FROM {large} f RIGHT JOIN {small} d ON d.k = f.k AND f.m > 1",
    "SELECT d.v, f.m FROM {large} f FULL JOIN {small} d ON d.k = f.k",
    "SELECT f.k, f.m FROM {large} f LEFT SEMI JOIN {small} d ON d.k = f.k",
    "SELECT f.k, f.m FROM {large} f LEFT ANTI JOIN {small} d ON d.k = f.k",
    "SELECT d.k, d.v FROM {small} d LEFT ANTI JOIN {large} f ON d.k = f.k",
    "SELECT f.k, f.m FROM {large} f WHERE f.k IN (SELECT k FROM {small} d)",
    "SELECT f.k, f.m FROM {large} f WHERE f.k NOT IN (SELECT k FROM {small} d)",
    "SELECT f.k, f.m FROM {large} f WHERE EXISTS (SELECT 1 FROM {small} d WHERE d.k = f.k AND d.v > f.m)",
    "SELECT f.k, f.m FROM {large} f WHERE f.m > (SELECT max(v) FROM {small} d WHERE d.k = f.k)",
    "SELECT d.k, d.v, f.m FROM {large} f, {small} d WHERE f.k <=> d.k",
    "WITH d AS {small} SELECT a.k, f.m, b.v FROM d a, {large} f, d b WHERE a.k = f.k AND b.v = a.v AND b.k < f.k",
    "WITH f AS {large} SELECT a.m, b.m FROM f a, f b, {small} d, {small} e WHERE a.k = d.k AND b.k = e.k AND a.m = b.m",
    "SELECT f.k, d.v FROM {large} f, (SELECT d.k, d.v FROM {small} d, {large} f WHERE f.k = d.k) d WHERE d.k = f.k",
    "SELECT d.k, count(*), max(f.m) FROM {small} d JOIN {large} f USING (k) GROUP BY d.k ORDER BY d.k LIMIT 7",
    "SELECT d.k, d.v, f.m FROM {small} d, LATERAL (SELECT max(f.m) m FROM {large} f WHERE f.k = d.k) f",
    "SELECT d.k FROM {small} d, {large} f WHERE d.k = f.k UNION SELECT f.k FROM {large} f JOIN {small} d ON f.k = d.k",
)


def adaptive_query(seed: int) -> str:
    """A query drawn from a seed over `wide`, which is `sales` of `tests.sim.rule_queries` with two more keys."""
    draw = Random(seed)
    key = draw.choice(_KEYS)
    other = draw.choice([o for o in _OTHERS if o != key])

    def filled(text: str) -> str:
        condition = draw.choice(_CONDITIONS)
        return text.replace("{c}", condition).format(k=key, o=other, n=draw.randrange(12))

    made = draw.choice(_JOINS)
    for name, forms in (("{small}", _SMALL), ("{large}", _LARGE)):
        while name in made:
            made = made.replace(name, filled(draw.choice(forms)), 1)
    return made
