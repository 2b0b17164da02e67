"""Dashboards drawn from seeds: tables that get more or other files, and queries that come with other constants."""

from __future__ import annotations

import datetime as dt
import math
import shutil
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import SparkSession

FORMATS: Final = ("folder", "parted", "delta", "honeystore", "iceberg")
_ROWS: Final = 160
_DAY: Final = dt.date(2024, 1, 1)
_DOUBLES: Final = (0.0, -0.0, math.nan, math.inf, 1.5, -2.25, 1e6, 0.1)
_TEXTS: Final = ("a", "A", "a ", "b", "", "B ", "ß", "ss")

_KEYS: Final = (
    "f.s", "f.b", "f.n", "f.n % 3", "f.x", "month(f.d)", "f.d", "f.t", "date_trunc('HOUR', f.t)", "f.p", "f.st", "f.a",
    "CAST(f.x AS STRING)", "f.s COLLATE UTF8_LCASE", "upper(f.s)", "f.x + 1", "coalesce(f.s, 'none')", "'all'", "f.q",
    "f.n > 2 AND f.b", "f.st.y", "atan2(f.x, -1D)", "f.h", "date_trunc('month', f.d)", "trunc(f.d, 'week')",
    "f.s COLLATE UTF8_LCASE_RTRIM", "to_date(CAST(f.d AS STRING))",
)  # fmt: skip
_FACTS: Final = (
    "count(*)", "count(f.n)", "sum(f.n)", "sum(f.l)", "avg(f.n)", "avg(f.l)", "min(f.s)", "max(f.x)", "sum(f.p)",
    "avg(f.p)", "sum(f.p * f.n)", "avg(f.w)", "sum(f.w)", "min(f.d)", "max(f.t)", "bool_and(f.b)", "every(f.n > 0)",
    "bit_or(f.n)", "bit_xor(f.l)", "bit_and(f.n)", "count_if(f.b)", "count(DISTINCT f.s)", "sum(DISTINCT f.n)",
    "count(DISTINCT f.n, f.b)", "count(*) FILTER (WHERE f.n > 1)", "sum(f.p) FILTER (WHERE f.b)", "sum(f.q)",
    "avg(f.q)",
    "sum(DISTINCT f.p) FILTER (WHERE f.n > 0)", "count(DISTINCT CAST(f.st.z AS STRING))", "min(f.st)", "max(f.a)",
    "max(f.s COLLATE UTF8_LCASE) IS NULL", "sum(CASE WHEN f.b THEN f.p ELSE 0 END)", "count(f.n, f.s)", "min(f.h)",
    "sum(10 DIV f.n)", "avg(f.p / f.n)", "sum(f.huge)", "sum(f.p) + count(*) / 2", "max(f.n) - min(f.n)", "sum(f.i)",
    "percentile(DISTINCT f.n, 0.5)", "try_sum(f.l)", "avg(f.k)", "sum(f.n) OVER ()", "max(f.x) FILTER (WHERE f.x < 9)",
    "sum(CASE WHEN f.n > {i} THEN f.p END)", "count(CASE WHEN f.s = '{s}' THEN 1 END)",
    "avg(IF(f.d < DATE'2024-01-01' + {j}, f.n, NULL))", "sum(CASE WHEN f.n = {i} THEN f.p WHEN f.b THEN 1 ELSE 0 END)",
    "min(CASE WHEN f.x > {i} THEN f.s ELSE 'z' END) FILTER (WHERE f.b)", "avg(CASE f.n WHEN {i} THEN f.q ELSE f.p END)",
    "count(*) FILTER (WHERE year(f.d) = 2024 AND f.n < {i})", "max(f.p) FILTER (WHERE f.n > {i})",
    "sum(CASE WHEN f.n <> 0 AND f.n > {i} THEN 10 DIV f.n END)", "count(DISTINCT f.s) FILTER (WHERE f.n > {i})",
    "sum(CASE WHEN f.n > {i} THEN f.x ELSE 2 * f.x END)",
    "sum(rand(3) * 0)", "avg(CAST(f.n AS FLOAT))", "sum(CAST(f.p AS DECIMAL(38, 10)))", "max(f.k) + CAST('1' AS INT)",
    "max(add_months(f.d, 1))", "months_between(max(f.d), min(f.d))", "count(DISTINCT f.s COLLATE UTF8_LCASE_RTRIM)",
    "lower(min(f.s COLLATE UTF8_LCASE))", "some(f.d > '2024-01-20')", "max(struct(f.n, f.d))",
)  # fmt: skip
_CONDITIONS: Final = (
    "f.n = {i}", "f.n > {i}", "f.n BETWEEN {i} AND {j}", "f.s IN ('a', '{s}')", "f.d < DATE'2024-01-01' + {j}",
    "f.s = '{s}' COLLATE UTF8_LCASE", "year(f.d) * 100 + month(f.d) <= 2024{m}", "(f.n > {i} OR f.s = 'b')", "f.b",
    "NOT f.n <=> {i}", "f.n IS NULL", "f.x > {i}", "f.x = {i}.0D", "CAST(f.x AS STRING) <> '{i}.0'", "f.p > {j}.50",
    "f.t >= TIMESTAMP'2024-01-01 0{m}:00:00'", "f.st.y > {i}", "array_contains(f.a, {i})", "size(f.a) < {j}",
    "f.k IN (SELECT k FROM d WHERE o > {i})", "f.k IN (SELECT k FROM d WHERE o > 3)", "f.l % {j} = 1", "f.n <> {i}",
    "10 / f.n > {i}", "f.n <> 0 AND 10 DIV f.n > {i}", "rand({j}) >= 0", "f.n < f.k + {i}", "f.n < f.k", "f.huge < {j}",
    "exists(f.a, v -> v > {i})", "f.p > (SELECT min(p) FROM d)", "f.n > (SELECT max(o) - {j} FROM d)", "f.w > 0",
    "f.q IS NOT NULL", "f.n / {j} > 0.5", "length(f.s) > {i}", "f.s LIKE '{s}%'", "{i} > 1", "f.h > {j}",
    "EXISTS (SELECT 1 FROM d WHERE d.k = f.k AND d.o > {i})", "f.i > {i}", "f.x <=> -0.0D",
    "f.d > '2024-01-{m}0'", "f.t < '2024-01-01 0{m}:15'", "f.s COLLATE UTF8_LCASE_RTRIM = '{s}'", "f.d < f.t",
)  # fmt: skip
_OF_VALUES: Final = (
    "count(DISTINCT f.s)", "sum(DISTINCT f.n)", "count(DISTINCT f.n, f.b)", "count(DISTINCT f.x)", "avg(DISTINCT f.p)",
)  # fmt: skip
_REACHING: Final = (
    "f.n > {i}", "f.n <= {i}", "f.d < DATE'2024-01-01' + {j}", "DATE'2024-01-01' + {j} <= f.d", "f.p >= {j}.50",
    "f.n + f.k > {i}", "f.s > '{s}'", "f.t >= TIMESTAMP'2024-01-01 0{m}:00:00'", "f.x < {i}", "length(f.s) < {j}",
)  # fmt: skip
_OF_D: Final = {
    "keys": ("d.c", "d.o", "d.o % 2", "d.c COLLATE UTF8_LCASE"),
    "facts": ("max(d.c)", "sum(d.o)", "count(DISTINCT d.c)", "sum(f.n * d.o)", "sum(d.p - f.p)", "avg(d.p)"),
    "conditions": ("d.o > {i}", "d.c = '{s}'", "coalesce(d.c, 'x') <> '{s}'", "d.o + f.n > {i}", "d.p > {i}"),
}
_OF_E: Final = {
    "keys": ("e.g", "e.g || d.c"),
    "facts": ("count(e.g)", "min(e.g)", "sum(e.z)"),
    "conditions": ("e.g = '{s}'", "e.z BETWEEN {i} AND {j}", "e.g > d.c"),
}
_FROM: Final = (
    ("{f} f", 0), ("{f} f", 0), ("{f} f JOIN d ON f.k = d.k", 1), ("{f} f, d WHERE f.k = d.k", 1),
    ("{f} f JOIN d ON f.k = d.k JOIN e ON d.o = e.o", 2), ("{f} f LEFT JOIN d ON f.k = d.k", 1),
    ("{f} f JOIN d ON f.k = d.k + 1 AND d.o > 1", 1), ("d JOIN {f} f USING (k)", 1),
    ("{f} f FULL JOIN d ON f.k = d.k", 1), ("{f} f JOIN {f} g ON f.l = g.l", 0),
    ("(SELECT *, (SELECT max(o) FROM d) AS m FROM {f}) f", 0), ("(SELECT * FROM {f} WHERE n <> 0) f", 0),
    ("(SELECT * EXCEPT (n), n + 1 AS n FROM {f} WHERE n > 0) f", 0),
    ("(SELECT * FROM {f} UNION ALL SELECT * FROM {f}) f", 0),
    ("(SELECT DISTINCT * EXCEPT (i, x) FROM {f} WHERE b) f", 0), ("{f} f LEFT ANTI JOIN d ON f.k = d.k AND d.o > 4", 0),
    ("{f} f JOIN (SELECT k, max(o) AS o, min(c) AS c, min(p) AS p FROM d GROUP BY k) d ON f.k = d.k", 1),
    ("(SELECT *, n * (SELECT max(o) FROM d) AS n2 FROM {f}) f JOIN d ON f.k = d.k", 1),
    ("(SELECT * FROM {f} ORDER BY l, n, s, p, t, q, h, d, huge LIMIT 50) f", 0),
)  # fmt: skip


def table(draw: Random, first: int) -> pa.Table:
    """Some rows with NULLs everywhere; numbers of rows begin with `first`."""

    def some(make: Callable[[], object]) -> list[object]:
        return [None if draw.random() < 0.1 else make() for _ in range(_ROWS)]

    return pa.table(
        {
            "k": pa.array(some(lambda: draw.randrange(14)), pa.int32()),
            "n": pa.array(some(lambda: draw.randrange(-3, 6)), pa.int32()),
            "l": pa.array(some(lambda: draw.randrange(-(2**40), 2**40)), pa.int64()),
            "huge": pa.array(some(lambda: draw.choice([1, 2**62, -(2**62)]) if draw.random() < 0.1 else 3), pa.int64()),
            "s": pa.array(some(lambda: draw.choice(_TEXTS)), pa.string()),
            "x": pa.array(some(lambda: draw.choice(_DOUBLES)), pa.float64()),
            "p": pa.array(some(lambda: Decimal(draw.randrange(-999, 9999)).scaleb(-2)), pa.decimal128(7, 2)),
            "w": pa.array(some(lambda: Decimal(draw.randrange(10**9)).scaleb(-6)), pa.decimal128(38, 6)),
            "q": pa.array(some(lambda: Decimal(draw.randrange(10**3)).scaleb(-1)), pa.decimal128(20, 2)),
            "h": pa.array(some(lambda: Decimal(draw.randrange(10**3))), pa.decimal128(28, 0)),
            "d": pa.array(some(lambda: _DAY + dt.timedelta(days=draw.randrange(40))), pa.date32()),
            "t": pa.array(
                some(lambda: dt.datetime(2024, 1, 1, draw.randrange(12), 30, tzinfo=dt.UTC)), pa.timestamp("us", "UTC")
            ),
            "i": pa.array(some(lambda: draw.randrange(5) * 86_400_000_000), pa.int64()),
            "b": pa.array(some(lambda: draw.random() < 0.5), pa.bool_()),
            "a": pa.array(some(lambda: [draw.randrange(4)] * draw.randrange(3)), pa.list_(pa.int32())),
            "st": pa.array(
                some(lambda: {"y": draw.randrange(4), "z": draw.choice(_DOUBLES[:3])}),
                pa.struct([("y", pa.int32()), ("z", pa.float64())]),
            ),
            "part": pa.array([draw.randrange(3)] * _ROWS, pa.int32()),
            "id": pa.array(range(first, first + _ROWS), pa.int64()),
        }
    )


class Dashboard:
    """Tables `f`, `d` and `e` of a seed, in a folder of their own, and the queries of a dashboard over them."""

    def __init__(self, spark: SparkSession, folder: Path, seed: int) -> None:
        self.draw = Random(seed)
        self.format = FORMATS[seed % len(FORMATS)]
        self._spark, self._folder = spark, folder
        self._count = 0
        shutil.rmtree(folder, ignore_errors=True)
        for name in ("f", "d", "e"):
            (folder / name).mkdir(parents=True)
        self._write_small()
        if self._is_table:
            spark.sql("DROP TABLE IF EXISTS fact")
            self._rows().limit(0).write.format(self.format).saveAsTable("fact")
        for _ in range(2):
            self.append()

    @property
    def _is_table(self) -> bool:
        return self.format not in ("folder", "parted")

    def _rows(self):  # type: ignore[no-untyped-def]
        made = self._folder / "new.parquet"
        pq.write_table(table(self.draw, self._count * _ROWS), made)
        self._count += 1
        return self._spark.read.parquet(str(made))

    def _write_small(self) -> None:
        draw = self.draw
        d = {
            "k": [*range(12), 3],
            "o": [draw.randrange(9) for _ in range(13)],
            "c": [draw.choice(_TEXTS) for _ in range(13)],
        }
        d["p"] = [Decimal(draw.randrange(900)).scaleb(-2) for _ in range(13)]
        pq.write_table(pa.table(d), self._folder / "d" / "0.parquet")
        e = {"o": list(range(9)), "g": [draw.choice(_TEXTS) for _ in range(9)], "z": list(range(9))}
        pq.write_table(pa.table(e), self._folder / "e" / "0.parquet")

    def open(self) -> None:
        """Name the tables as they are now."""
        for name in ("d", "e") if self._is_table else ("d", "e", "f"):
            self._spark.read.parquet(str(self._folder / name)).createOrReplaceTempView(name)
        if self._is_table:
            self._spark.table("fact").createOrReplaceTempView("f")

    # ---------------------------------------------------------------------------------------------------- changes

    def append(self) -> None:
        """The facts get a file."""
        if self._is_table:
            self._rows().write.format(self.format).mode("append").saveAsTable("fact")
            return
        rows = table(self.draw, self._count * _ROWS)
        folder = self._folder / "f"
        if self.format == "parted":
            folder /= f"part={rows['part'][0]}"
            folder.mkdir(exist_ok=True)
            rows = rows.drop_columns("part")
        pq.write_table(rows, folder / f"{self._count}.parquet")
        self._count += 1

    def change(self) -> str:
        """Something happens to the tables."""
        what = self.draw.choice(["append"] * 5 + ["small", "rewrite", "delete", "update", "optimize", "nothing"])
        if what == "append":
            self.append()
        elif what == "small":
            self._write_small()
        elif self._is_table and what in ("delete", "update", "optimize", "rewrite"):
            number = self.draw.randrange(self._count * _ROWS)
            self._spark.sql(
                {
                    "delete": f"DELETE FROM fact WHERE id % 50 = {number % 50}",
                    "update": f"UPDATE fact SET n = n + 1 WHERE id BETWEEN {number} AND {number + 30}",
                    "rewrite": f"DELETE FROM fact WHERE id < {number}",
                    "optimize": "OPTIMIZE fact" if self.format != "iceberg" else "SELECT 1",
                }[what]
            )
        elif what in ("rewrite", "delete"):
            chosen = self.draw.choice(sorted((self._folder / "f").rglob("*.parquet")))
            rows = pq.read_table(chosen, partitioning=None)
            chosen.unlink()
            if what == "rewrite":
                pq.write_table(rows.slice(self.draw.randrange(3), 150), chosen)
            else:
                self.append()
        return what

    # ---------------------------------------------------------------------------------------------------- queries

    def template(self) -> Template:
        """A query with places for constants."""
        return Template(self.draw, "f")


class Template:
    """A query that comes again with other constants; now and then it asks for something else of the same FROM."""

    def __init__(self, draw: Random, fact: str) -> None:
        self._draw = draw
        joined, more = draw.choice(_FROM)
        self._from = joined.format(f=fact)
        of = (_OF_D, _OF_E)[:more]
        self._keys = [*_KEYS, *(k for o in of for k in o["keys"])]
        facts = [*_FACTS, *(k for o in of for k in o["facts"])]
        if draw.random() < 0.8:
            facts = [f for f in facts if "OVER" not in f and "rand" not in f and "10 DIV" not in f]
        conditions = [*_CONDITIONS, *(k for o in of for k in o["conditions"])]
        self.keys = draw.sample(self._keys, draw.choice((0, 1, 1, 2, 3)))
        self.facts = draw.sample(facts, draw.choice((1, 2, 2, 3, 5)))
        self.conditions = draw.sample(conditions, draw.choice((0, 1, 1, 2, 3)))
        if draw.random() < 0.2:  # what depends on the values of groups alone
            self.facts = draw.sample(_OF_VALUES, draw.choice((1, 1, 2)))
            self.conditions = [draw.choice(_REACHING), *self.conditions[:1]]
        self.having = draw.choice(
            ("", "", "", "count(*) > {i}", "sum(f.n) IS NOT NULL", "max(f.n) > (SELECT min(o) FROM d)")
        )
        self.shape = draw.choice(
            ("plain",) * 8 + ("rollup", "cube", "sets", "distinct", "cte", "subquery", "in", "order")
        )

    def text(self, *, is_other: bool = False) -> str:
        """The query with new constants; `is_other`: with part of its keys, aggregates and conditions, or more."""
        keys, facts, conditions, shape = self.keys, self.facts, self.conditions, self.shape
        draw = self._draw
        if is_other:
            keys = draw.sample(keys, draw.randint(0, len(keys)))
            facts = draw.sample(facts, draw.randint(1, len(facts)))
            if draw.random() < 0.4:
                conditions = [*conditions, draw.choice(_CONDITIONS)]
            if draw.random() < 0.3:
                keys = [*keys, draw.choice(self._keys)]
            shape = draw.choice((shape, "plain", "rollup"))
        facts = [self._filled(fact) for fact in facts]
        told = self._filled(" AND ".join(f"({c})" for c in conditions))
        where = f" {'AND' if ' WHERE f.k' in self._from else 'WHERE'} {told}" if told else ""
        having = f" HAVING {self._filled(self.having)}" if self.having else ""
        base = f"FROM {self._from}{where}"
        return _SHAPES[shape if keys or shape in ("cte", "in") else "plain"](keys, facts, base, having)

    def _filled(self, text: str) -> str:
        draw = self._draw
        return text.format(
            i=draw.randrange(-2, 5),
            j=draw.randrange(1, 12),
            s=draw.choice(_TEXTS[:5]),
            m=draw.choice(("1", "2")),
        )


def _shown(key: str) -> str:
    """A key as it is shown: of texts that are equal by their collation any may stand for all."""
    return f"rtrim(lower({key}))" if "COLLATE" in key else key


def _select(keys: Sequence[str], facts: Sequence[str], base: str, having: str, group: str = "{}") -> str:
    items = ", ".join(f"{e} AS c{i}" for i, e in enumerate([*map(_shown, keys), *facts]))
    by = f" GROUP BY {group.format(', '.join(keys))}" if keys else ""
    return f"SELECT {items} {base}{by}{having}"


def _sets(keys: Sequence[str], facts: Sequence[str], base: str, having: str) -> str:
    sets = f"GROUPING SETS (({', '.join(keys)}), ({keys[0]}), (), ({keys[-1]}))"
    return _select([*keys], [*facts, f"grouping({keys[0]})", "grouping_id()"], base, having).replace(
        f"GROUP BY {', '.join(keys)}", f"GROUP BY {sets}"
    )


_SHAPES: Final[dict[str, Callable[[Sequence[str], Sequence[str], str, str], str]]] = {
    "plain": _select,
    "rollup": lambda k, f, b, h: _select(k, [*f, "grouping_id()"], b, h, "ROLLUP ({})"),
    "cube": lambda k, f, b, h: _select(k[:2], f, b, h, "CUBE ({})"),
    "sets": _sets,
    "distinct": lambda k, f, b, h: f"SELECT DISTINCT {', '.join(f'{_shown(e)} AS c{i}' for i, e in enumerate(k))} {b}",
    "cte": lambda k, f, b, h: f"WITH w AS ({_select(k, f, b, h)}) SELECT * FROM w UNION ALL SELECT * FROM w",
    "subquery": lambda k, f, b, h: f"SELECT count(*), max(c0) IS NULL FROM ({_select(k, f, b, h)})",
    "in": lambda k, f, b, h: f"SELECT count(*) FROM d WHERE o IN (SELECT count(*) % 9 {b}) OR o > 5",
    "order": lambda k, f, b, h: f"{_select(k, f, b, h)} ORDER BY {f[0]}, 1 LIMIT 1000",
}
