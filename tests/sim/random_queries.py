"""Random queries that make sense, from a seed: over tables with NULLs, all of their expressions typed.

`Queries(seed)` draws everything from the seed alone. What it makes avoids the errors that data can cause (division by
zero, overflow, bad casts), so a query that fails has found something.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

INT, LONG, TEXT, DOUBLE, DECIMAL, DATE, BOOL, INTS = (
    "int",
    "bigint",
    "string",
    "double",
    "decimal",
    "date",
    "boolean",
    "ints",
)
_SCALARS: Final = (INT, LONG, TEXT, DOUBLE, DECIMAL, DATE, BOOL)

TABLES: Final[dict[str, str]] = {
    "t1": """SELECT * FROM VALUES
        (1, 3, 10L, 'a', 1.5D, 2.50BD, date'2020-02-29', true, array(1, 2, null)),
        (2, null, 20L, 'bb', -2.0D, null, date'2020-03-01', false, array()),
        (3, 0, null, '', 0.0D, -1.25BD, null, null, null),
        (4, -5, 10L, null, null, 0.00BD, date'1999-12-31', true, array(7)),
        (5, 3, -7L, 'a', double('NaN'), 2.50BD, date'2020-02-29', null, array(null)),
        (6, 8, 0L, 'B c', 1e3D, 99.99BD, date'2024-01-01', false, array(3, 3)),
        (7, null, null, null, null, null, null, null, null)
        AS t(id, a, b, s, d, m, e, f, g)""",
    "t2": """SELECT * FROM VALUES
        (1, 3, 'a', 0.5D, date'2020-02-29', true),
        (2, 3, 'c', null, null, false),
        (3, null, 'bb', -2.0D, date'2021-05-05', null),
        (4, 8, null, 7.25D, date'1999-12-31', true),
        (4, 8, null, 7.25D, date'1999-12-31', true)
        AS t(id, a, s, d, e, f)""",
    "t3": "SELECT * FROM VALUES (1, 'x') AS t(id, s) WHERE id > 1",
}
_COLUMNS: Final[dict[str, dict[str, str]]] = {
    "t1": {"id": INT, "a": INT, "b": LONG, "s": TEXT, "d": DOUBLE, "m": DECIMAL, "e": DATE, "f": BOOL, "g": INTS},
    "t2": {"id": INT, "a": INT, "s": TEXT, "d": DOUBLE, "e": DATE, "f": BOOL},
    "t3": {"id": INT, "s": TEXT},
}


@dataclass(frozen=True)
class Relation:
    """What stands after FROM, its columns' names, and their types."""

    sql: str
    columns: dict[str, str]

    def named(self, dtype: str) -> list[str]:
        return [n for n, d in self.columns.items() if d == dtype]


class Queries:
    """Queries drawn from a seed."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.columns = _COLUMNS
        self.leaves: Sequence[str] = ("t1", "t1", "t2", "t2", "t3")
        self.makers: Sequence[Callable[[int], Relation]] = (
            self._projection, self._join, self._union, self._grouping, self._distinct, self._window, self._exploded,
            self._filter, self._semi_join, self._top, self._join,
        )  # fmt: skip
        self._names = 0

    def _fresh(self, stem: str) -> str:
        self._names += 1
        return f"{stem}{self._names}"

    # ------------------------------------------------------------------------------------------------ relations

    def relation(self, depth: int = 2) -> Relation:
        """A table, or a query made of smaller relations."""
        if depth == 0 or self.rng.random() < 0.15:
            return self.table(self.rng.choice(self.leaves))
        return self.rng.choice(self.makers)(depth - 1)

    def table(self, name: str) -> Relation:
        """A table under a name of its own."""
        alias = self._fresh("r")
        return Relation(f"{name} AS {alias}", {f"{alias}.{n}": d for n, d in self.columns[name].items()})

    def _wrapped(self, select: str, types: Sequence[str], tail: str) -> Relation:
        """A subquery whose columns are renamed c0, c1, …"""
        alias = self._fresh("q")
        names = [f"c{i}" for i in range(len(types))]
        sql = f"(SELECT {select} {tail}) AS {alias}({', '.join(names)})"
        return Relation(sql, {f"{alias}.{n}": d for n, d in zip(names, types, strict=True)})

    def _items(self, source: Relation, count: int) -> tuple[str, list[str]]:
        types = [self.rng.choice(_SCALARS) for _ in range(count)]
        return ", ".join(self.expr(t, source, 2) for t in types), types

    def _projection(self, depth: int) -> Relation:
        source = self.relation(depth)
        items, types = self._items(source, self.rng.randint(1, 4))
        return self._wrapped(items, types, f"FROM {source.sql}")

    def _filter(self, depth: int) -> Relation:
        source = self.relation(depth)
        columns = list(source.columns)
        where = self.expr(BOOL, source, 3)
        return self._wrapped(", ".join(columns), list(source.columns.values()), f"FROM {source.sql} WHERE {where}")

    def _join(self, depth: int) -> Relation:
        left, right = self.relation(depth), self.relation(max(depth - 1, 0))
        both = Relation("", left.columns | right.columns)
        kind = self.rng.choice(("JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "CROSS JOIN"))
        shared = [(a, b) for a, d in left.columns.items() for b, c in right.columns.items() if c == d and d != INTS]
        condition = ""
        if kind != "CROSS JOIN":
            a, b = self.rng.choice(shared) if shared else ("1", "1")
            condition = f" ON {a} {self.rng.choice(('=', '=', '<=>'))} {b}"
            if self.rng.random() < 0.5:
                condition += f" AND {self.expr(BOOL, both, 1)}"
        columns = self.rng.sample(list(both.columns), min(5, len(both.columns)))
        types = [both.columns[c] for c in columns]
        return self._wrapped(", ".join(columns), types, f"FROM {left.sql} {kind} {right.sql}{condition}")

    def _semi_join(self, depth: int) -> Relation:
        left, right = self.relation(depth), self.relation(0)
        both = Relation("", left.columns | right.columns)
        kind = self.rng.choice(("LEFT SEMI JOIN", "LEFT ANTI JOIN"))
        tail = f"FROM {left.sql} {kind} {right.sql} ON {self.expr(BOOL, both, 2)}"
        return self._wrapped(", ".join(left.columns), list(left.columns.values()), tail)

    def _union(self, depth: int) -> Relation:
        types = [self.rng.choice(_SCALARS) for _ in range(self.rng.randint(1, 3))]
        parts = []
        for _ in range(2):
            source = self.relation(depth)
            parts.append(f"SELECT {', '.join(self.expr(t, source, 1) for t in types)} FROM {source.sql}")
        word = self.rng.choice(
            ("UNION ALL", "UNION ALL", "UNION", "INTERSECT", "EXCEPT", "INTERSECT ALL", "EXCEPT ALL")
        )
        alias = self._fresh("q")
        names = [f"c{i}" for i in range(len(types))]
        sql = f"({parts[0]} {word} {parts[1]}) AS {alias}({', '.join(names)})"
        return Relation(sql, {f"{alias}.{n}": d for n, d in zip(names, types, strict=True)})

    def _grouping(self, depth: int) -> Relation:
        source = self.relation(depth)
        keys = [self.key(self.rng.choice((INT, TEXT, BOOL, DATE)), source) for _ in range(self.rng.randint(0, 2))]
        aggregates, types = [], []
        for _ in range(self.rng.randint(1, 3)):
            text, dtype = self.aggregate(source)
            aggregates.append(text)
            types.append(dtype)
        tail = f"FROM {source.sql}"
        if keys:
            tail += " GROUP BY " + ", ".join(keys)
        if self.rng.random() < 0.3:
            tail += " HAVING count(*) > 0"
        return self._wrapped(", ".join(aggregates), types, tail)

    def key(self, dtype: str, source: Relation) -> str:
        """Something to group by: never a bare number, which would be a position."""
        return f"nvl({self.expr(dtype, source, 1)}, {self._leaf(dtype, source)})"

    def aggregate(self, source: Relation) -> tuple[str, str]:
        """An aggregate that does not depend on the order of rows."""
        dtype = self.rng.choice((INT, TEXT, DATE, BOOL, DECIMAL))
        arg = self.expr(dtype, source, 1)
        kind = self.rng.choice(("count", "min", "max", "count distinct", "sum", "filter"))
        if kind == "count distinct":
            return f"count(DISTINCT {arg})", LONG
        if kind == "count":
            return f"count({arg})", LONG
        if kind == "filter":
            return f"count(*) FILTER (WHERE {self.expr(BOOL, source, 1)})", LONG
        if kind == "sum":
            return f"sum({self.expr(INT, source, 1)})", LONG
        return f"{kind}({arg})", dtype

    def _distinct(self, depth: int) -> Relation:
        source = self.relation(depth)
        items, types = self._items(source, self.rng.randint(1, 2))
        return self._wrapped(f"DISTINCT {items}", types, f"FROM {source.sql}")

    def _window(self, depth: int) -> Relation:
        source = self.relation(depth)
        key, order = self.expr(INT, source, 1), self.expr(self.rng.choice((INT, TEXT, DATE)), source, 1)
        over = f"OVER (PARTITION BY {key} ORDER BY {order})"
        function, dtype = self.rng.choice(
            ((f"rank() {over}", INT), (f"dense_rank() {over}", INT), (f"count(*) {over}", LONG),
             (f"sum({self.expr(INT, source, 1)}) {over}", LONG), (f"max({self.expr(TEXT, source, 1)}) {over}", TEXT))
        )  # fmt: skip
        column = self.rng.choice(list(source.columns))
        return self._wrapped(f"{column}, {function}", [source.columns[column], dtype], f"FROM {source.sql}")

    def _exploded(self, depth: int) -> Relation:
        source = self.relation(depth)
        columns = self.rng.sample(list(source.columns), min(2, len(source.columns)))
        view, name = self._fresh("v"), self._fresh("x")
        outer = self.rng.choice(("", "OUTER "))
        tail = f"FROM {source.sql} LATERAL VIEW {outer}explode({self.expr(INTS, source, 1)}) {view} AS {name}"
        return self._wrapped(", ".join([*columns, name]), [*(source.columns[c] for c in columns), INT], tail)

    def _top(self, depth: int) -> Relation:
        source = self.relation(depth)
        columns = list(source.columns)
        order = ", ".join(c for c, d in source.columns.items())
        tail = f"FROM {source.sql} ORDER BY {order} LIMIT {self.rng.randint(0, 5)}"
        return self._wrapped(", ".join(columns), list(source.columns.values()), tail)

    # ---------------------------------------------------------------------------------------------- expressions

    def expr(self, dtype: str, source: Relation, depth: int) -> str:
        """An expression of a type over a relation's columns."""
        if depth == 0 or self.rng.random() < 0.2:
            return self._leaf(dtype, source)
        if self.rng.random() < 0.2 and dtype != INTS:
            return self._choice(dtype, source, depth - 1)
        makers: dict[str, Callable[[Relation, int], str]] = {
            INT: self._int, LONG: self._long, TEXT: self._text, DOUBLE: self._double, DECIMAL: self._decimal,
            DATE: self._date, BOOL: self._bool, INTS: self._ints,
        }  # fmt: skip
        return makers[dtype](source, depth - 1)

    def anything(self, source: Relation) -> str:
        """A call with arguments of any types, most of them not the ones it wants; Spark may well refuse it."""
        name = self.rng.choice(_NAMES)
        args = [self.expr(self.rng.choice((*_SCALARS, INTS)), source, 1) for _ in range(self.rng.randint(0, 3))]
        return f"{name}({', '.join(args)})"

    def _leaf(self, dtype: str, source: Relation) -> str:
        columns = source.named(dtype)
        if columns and self.rng.random() < 0.75:
            return self.rng.choice(columns)
        return self.rng.choice(_LITERALS[dtype])

    def _choice(self, dtype: str, source: Relation, depth: int) -> str:
        one, two = self.expr(dtype, source, depth), self.expr(dtype, source, depth)
        test = self.expr(BOOL, source, depth)
        return self.rng.choice(
            (
                f"coalesce({one}, {two})",
                f"nullif({one}, {two})",
                f"if({test}, {one}, {two})",
                f"CASE WHEN {test} THEN {one} ELSE {two} END",
                f"CASE WHEN {test} THEN {one} END",
            )
        )

    def _int(self, source: Relation, depth: int) -> str:
        a, b = self.expr(INT, source, depth), self.expr(INT, source, 0)
        return self.rng.choice(
            (
                f"({a} + {b})",
                f"({a} - {b})",
                f"abs({a})",
                f"({a} % 7)",
                f"length({self.expr(TEXT, source, depth)})",
                f"size({self.expr(INTS, source, depth)})",
                f"year({self.expr(DATE, source, depth)})",
                f"datediff({self.expr(DATE, source, depth)}, {self.expr(DATE, source, 0)})",
                f"greatest({a}, {b})",
                f"({a} & {b})",
                f"cast({self.expr(BOOL, source, depth)} AS INT)",
            )
        )

    def _long(self, source: Relation, depth: int) -> str:
        a = self.expr(LONG, source, depth)
        return self.rng.choice((f"({a} + 1L)", f"(- {a})", f"cast({self.expr(INT, source, depth)} AS BIGINT)"))

    def _text(self, source: Relation, depth: int) -> str:
        a, b = self.expr(TEXT, source, depth), self.expr(TEXT, source, 0)
        return self.rng.choice(
            (
                f"upper({a})",
                f"concat({a}, {b})",
                f"substring({a}, {self.rng.randint(-3, 3)}, 2)",
                f"cast({self.expr(INT, source, depth)} AS STRING)",
                f"trim({a})",
                f"lpad({a}, 3, 'x')",
                f"replace({a}, 'a', {b})",
                f"reverse({a})",
                f"concat_ws('-', {a}, {b})",
                f"cast({self.expr(DATE, source, depth)} AS STRING)",
            )
        )

    def _double(self, source: Relation, depth: int) -> str:
        a = self.expr(DOUBLE, source, depth)
        return self.rng.choice(
            (f"({a} * 0.5D)", f"({a} + 1D)", f"try_divide({a}, {self.expr(DOUBLE, source, 0)})", f"abs({a})",
             f"round({a}, 1)", f"cast({self.expr(INT, source, depth)} AS DOUBLE)")
        )  # fmt: skip

    def _decimal(self, source: Relation, depth: int) -> str:
        a = self.expr(DECIMAL, source, depth)
        return self.rng.choice((f"({a} + 1.5BD)", f"abs({a})", f"round({a}, 1)", f"(- {a})"))

    def _date(self, source: Relation, depth: int) -> str:
        a = self.expr(DATE, source, depth)
        return self.rng.choice(
            (f"date_add({a}, {self.rng.randint(-40, 40)})", f"last_day({a})", f"trunc({a}, 'month')")
        )

    def _ints(self, source: Relation, depth: int) -> str:
        a = self.expr(INTS, source, 0)
        i = self.expr(INT, source, depth)
        return self.rng.choice(
            (f"array({i}, {self.expr(INT, source, 0)})", f"transform({a}, x -> x + 1)", f"filter({a}, x -> x > 1)",
             f"array_union({a}, array({i}))", f"array_distinct({a})", f"sort_array({a})")
        )  # fmt: skip

    def _bool(self, source: Relation, depth: int) -> str:
        dtype = self.rng.choice((INT, INT, LONG, TEXT, DOUBLE, DECIMAL, DATE))
        a, b = self.expr(dtype, source, depth), self.expr(dtype, source, depth)
        test = self.expr(BOOL, source, depth)
        kind = self.rng.randint(0, 12)
        if kind == 0:
            return self._exists(source, depth)
        if kind == 1:
            other = self.relation(0)
            wanted = self.expr(dtype, other, 1)
            return f"{a} {self.rng.choice(('IN', 'NOT IN'))} (SELECT {wanted} FROM {other.sql})"
        return self.rng.choice(
            (
                f"({a} {self.rng.choice(('=', '<', '<=', '>', '>=', '<>', '<=>'))} {b})",
                f"({test} AND {self.expr(BOOL, source, depth)})",
                f"({test} OR {self.expr(BOOL, source, depth)})",
                f"(NOT {test})",
                f"({a} IN ({b}, {self.expr(dtype, source, 0)}))",
                f"({a} BETWEEN {b} AND {self.expr(dtype, source, 0)})",
                f"({a} IS NULL)",
                f"({a} IS NOT DISTINCT FROM {b})",
                f"({self.expr(TEXT, source, depth)} LIKE '{self.rng.choice(('%a%', '_', 'B%', ''))}')",
                f"array_contains({self.expr(INTS, source, 0)}, {self.expr(INT, source, 0)})",
                f"exists({self.expr(INTS, source, 0)}, x -> x > {self.rng.randint(0, 3)})",
                f"(({test}) IS TRUE)",
            )
        )

    def _exists(self, source: Relation, depth: int) -> str:
        other = self.relation(0)
        shared = [(a, b) for a, d in source.columns.items() for b, c in other.columns.items() if c == d and d != INTS]
        a, b = self.rng.choice(shared) if shared else ("1", "1")
        return f"{self.rng.choice(('', 'NOT '))}EXISTS (SELECT 1 FROM {other.sql} WHERE {a} = {b})"


# Built-in functions that take plain values.
_NAMES: Final = re.findall(
    r"\w+",
    """
    abs array_append array_contains array_distinct array_except array_insert array_intersect array_join
    array_max array_min array_position array_prepend array_remove array_repeat array_sort array_union
    arrays_overlap arrays_zip ascii base64 bin bit_count bit_length ceil chr concat concat_ws conv crc32
    date_add date_format date_trunc datediff dayname decode elt encode exp factorial find_in_set flatten
    floor format_number format_string from_unixtime get greatest hash hex if initcap instr isnan last_day
    least left length levenshtein log lower lpad ltrim make_date map map_from_arrays mask md5 months_between
    named_struct nanvl next_day nvl nvl2 overlay pmod position pow quarter regexp_extract regexp_replace
    repeat replace reverse right round rpad sequence sha2 shiftleft sign slice sort_array soundex space split
    split_part sqrt str_to_map struct substring substring_index to_char to_date to_json to_number
    to_timestamp translate trim trunc try_add try_divide try_element_at typeof unhex unix_timestamp upper
    url_encode weekofyear width_bucket xxhash64 year
    """,
)

_LITERALS: Final = {
    INT: ("0", "1", "3", "-5", "cast(null as int)"),
    LONG: ("10L", "0L", "cast(null as bigint)"),
    TEXT: ("'a'", "''", "'bb'", "cast(null as string)"),
    DOUBLE: ("1.5D", "0D", "double('NaN')", "cast(null as double)"),
    DECIMAL: ("2.50BD", "0.00BD", "cast(null as decimal(10,2))"),
    DATE: ("date'2020-02-29'", "date'1999-12-31'", "cast(null as date)"),
    BOOL: ("true", "false", "cast(null as boolean)"),
    INTS: ("array(1, 3)", "array(cast(null as int))", "cast(null as array<int>)"),
}
