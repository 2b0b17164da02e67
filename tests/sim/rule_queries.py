"""Random queries of the shapes that the optimiser's rules look for, over files: stars, many aggregations, quotients."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from tests.sim.random_queries import BOOL, DATE, DECIMAL, DOUBLE, INT, INTS, LONG, TEXT, Queries, Relation

FILES: Final[dict[str, str]] = {
    # Doubles are multiples of a quarter: their sums are exact in any order.
    "sales": """SELECT CAST(if(id % 11 = 0, NULL, id % 17) AS INT) item, CAST(if(id % 7 = 0, NULL, id % 6) AS INT) shop,
        CAST(if(id % 5 = 0, NULL, id % 100) AS INT) quantity, CAST((id * 37 % 5000 - 900) / 100 AS DECIMAL(7, 2)) price,
        if(id % 9 = 0, NULL, CAST(id % 40 - 8 AS DECIMAL(5, 1)) / 4) tax,
        if(id % 61 = 0, double('NaN'), id % 23 * 0.25D) cost, date_add(date'2020-02-01', CAST(id % 50 AS INT)) day,
        if(id % 4 = 0, NULL, chr(97 + id % 5)) kind, if(id % 13 = 0, NULL, id % 2 = 0) is_web FROM range(600)""",
    "items": """SELECT CAST(if(id % 10 = 9, NULL, id % 20) AS INT) i, CAST(id % 4 AS INT) brand,
        if(id % 6 = 0, NULL, CAST(id % 7 + 0.5BD AS DECIMAL(5, 2))) cost, if(id % 3 = 0, NULL, chr(97 + id % 5)) label
        FROM range(40)""",
    "parted": """SELECT CAST(id AS INT) v, if(id % 3 = 0, NULL, 'a') s, if(id % 4 = 0, NULL, CAST(id % 6 AS INT)) p
        FROM range(30)""",
}
"""Tables by what is in their files; `none` has the columns of `sales` and no row, `parted` is a Delta table by `p`."""
FILES["none"] = FILES["sales"] + " WHERE id < 0"

_SALES: Final = {
    "item": INT, "shop": INT, "quantity": INT, "price": DECIMAL, "tax": DECIMAL, "cost": DOUBLE, "day": DATE,
    "kind": TEXT, "is_web": BOOL,
}  # fmt: skip
_COLUMNS: Final = {
    "sales": _SALES,
    "none": _SALES,
    "items": {"i": INT, "brand": INT, "cost": DECIMAL, "label": TEXT},
    "parted": {"v": INT, "s": TEXT, "p": INT},
}
_DIVISORS: Final = ("2", "4", "12.5", "-1.6", "1", "10", "100", "3", "0.5", "7", "1.25BD", "64", "1024")
_DEEP: Final = 110

# Conditions of `sales` no two of which any row fulfils.
_APART: Final = (
    ("{quantity} BETWEEN 0 AND 20", "{quantity} BETWEEN 21 AND 40", "{quantity} BETWEEN 41 AND 60", "{quantity} > 60"),
    ("{shop} = 1", "{shop} IN (2, 3)", "{shop} < 1", "{shop} >= 4 AND {shop} < 99"),
    ("{kind} = 'a'", "{kind} = 'b'", "{kind} IN ('c', 'd')"),
    ("{price} < 0", "{price} = 0", "{price} > 0 AND {price} <= 20", "20 < {price}"),
    ("{day} < date'2020-02-10'", "{day} BETWEEN date'2020-02-10' AND date'2020-02-29'", "{day} > date'2020-02-29'"),
    ("year({day}) < 2020", "2020 = year({day}) AND {shop} > 1", "year({day}) IN (2022, 2021)", "year({day}) > 2022"),
    ("{quantity} <=> 3", "{quantity} = 4 AND {is_web}", "{quantity} = 5 AND ({kind} = 'a' OR {price} > 3)"),
)
_ASKED: Final[tuple[tuple[str, str], ...]] = (
    ("count(*)", LONG), ("count({quantity})", LONG), ("sum({quantity})", LONG), ("min({kind})", TEXT),
    ("max({day})", DATE), ("avg({price})", DECIMAL), ("sum({price})", DECIMAL), ("count(DISTINCT {shop})", LONG),
    ("max({cost})", DOUBLE), ("sum({tax}) / 4", DECIMAL), ("avg({quantity})", DOUBLE),
    ("min({quantity}) FILTER (WHERE {is_web})", INT),
)  # fmt: skip


@dataclass(frozen=True)
class Query:
    """A statement; `is_ordered` says that it fixes the order of its rows."""

    sql: str
    is_ordered: bool


class RuleQueries(Queries):
    """Queries drawn from a seed, over FILES."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.columns = {**self.columns, **_COLUMNS}
        self.leaves = (*self.leaves * 2, *("sales", "items", "parted") * 3, "none")
        shapes: Sequence[Callable[[int], Relation]] = (
            self._beside, self._scalars, self._joined_aggregations, self._distinct_join, self._distinct_sides,
            self._quotients, self._twice, self._deep, self._parted, self._subselects, self._rollup, self._stacked,
            self._unions, self._local, self._ranked, self._first_means, self._named_groups,
        )  # fmt: skip
        self.makers = (*self.makers, *shapes, *shapes, self._local, self._named_groups, self._joined_aggregations)

    def query(self) -> Query:
        """A whole statement."""
        source = self.rng.choice(self.makers)(1)
        names = ", ".join(f"{c} AS c{i}" for i, c in enumerate(source.columns))
        where = f" WHERE {self.expr(BOOL, source, 2)}" if self.rng.random() < 0.1 else ""
        is_ordered = self.rng.random() < 0.3
        tail = ""
        if is_ordered:
            order = ", ".join(f"{c}{self.rng.choice(('', ' DESC', ' NULLS LAST'))}" for c in source.columns)
            tail = f" ORDER BY {order}" + self.rng.choice(("", " LIMIT 3", " LIMIT 4 OFFSET 1"))
        return Query(f"SELECT {names} FROM {source.sql}{where}{tail}", is_ordered)

    def _leaf(self, dtype: str, source: Relation) -> str:
        """A column where there is one: constants make conditions that nothing passes."""
        if dtype == BOOL and not source.named(BOOL):
            return f"({self.rng.choice(list(source.columns))} IS NOT NULL)"
        columns = source.named(dtype)
        return self.rng.choice(columns) if columns and self.rng.random() < 0.6 else super()._leaf(dtype, source)

    def _bool(self, source: Relation, depth: int) -> str:
        columns = [(c, d) for c, d in source.columns.items() if d not in (INTS, BOOL)]
        if not columns or self.rng.random() < 0.4:
            return super()._bool(source, depth)
        column, dtype = self.rng.choice(columns)
        sign = self.rng.choice(("<", "<=", ">", ">=", "<>", "=", "<=>"))
        return f"({column} {sign} {self.expr(dtype, source, depth)})"

    # ------------------------------------------------------------------------------- many aggregations of one table

    def _asked(self, count: int) -> list[tuple[str, str]]:
        return self.rng.sample(_ASKED, count)

    def _filled(self, text: str, source: Relation) -> str:
        return text.format(**{name.partition(".")[2]: name for name in source.columns})

    def _conditions(self) -> list[str]:
        """A condition for each of several aggregations: most exclude each other, some do not."""
        apart = self.rng.choice(_APART)
        chosen = self.rng.sample(apart, self.rng.randint(2, len(apart)))
        if self.rng.random() < 0.25:
            chosen.append(self.rng.choice(chosen))
        if self.rng.random() < 0.2:
            chosen.append(self.rng.choice(self.rng.choice(_APART)))
        if self.rng.random() < 0.3:
            common = self.rng.choice(
                ("{is_web}", "{price} > 1", "{quantity} IS NOT NULL", "year({day}) <= 2020", "year({day}) >= 2020")
            )
            chosen = [f"({condition}) AND {common}" for condition in chosen]
        if self.rng.random() < 0.1:
            chosen.append("true")
        return chosen

    def _from_clause(self, parts: Sequence[tuple[str, Sequence[str]]]) -> Relation:
        """Subqueries side by side, perhaps beside a table, with a column of each and more."""
        columns: dict[str, str] = {}
        sides = []
        for text, types in parts:
            alias = self._fresh("q")
            names = [f"c{i}" for i in range(len(types))]
            sides.append(f"({text}) AS {alias}({', '.join(names)})")
            columns |= {f"{alias}.{n}": d for n, d in zip(names, types, strict=True)}
        if self.rng.random() < 0.3:
            table = self.table(self.rng.choice(("items", "t2", "t3")))
            sides.insert(self.rng.randint(0, len(sides)), table.sql)
            columns |= table.columns
        kept = self.rng.sample(list(columns), min(len(columns), 6))
        where = f" WHERE {self.expr(BOOL, Relation('', columns), 1)}" if self.rng.random() < 0.1 else ""
        return self._wrapped(", ".join(kept), [columns[c] for c in kept], f"FROM {', '.join(sides)}{where}")

    def _parts(self, source: Callable[[], tuple[str, Relation]]) -> list[tuple[str, Sequence[str]]]:
        asked = self._asked(self.rng.randint(1, 3))
        parts: list[tuple[str, Sequence[str]]] = []
        for condition in self._conditions():
            tail, rows = source()
            own = asked if self.rng.random() < 0.9 else self._asked(1)
            items = ", ".join(text for text, _ in own)
            text = self._filled(f"SELECT {items} {tail} {condition}", rows)
            parts.append((text, [d for _, d in own]))
        return parts

    def _beside(self, depth: int) -> Relation:
        """`FROM (SELECT count(*) FROM sales WHERE …), (SELECT count(*) FROM sales WHERE …)`, as TPC-DS's query 28."""
        name = self.rng.choice(("sales",) * 6 + ("none",))

        def source() -> tuple[str, Relation]:
            table = self.table(name)
            return f"FROM {table.sql} WHERE", table

        return self._from_clause(self._parts(source))

    def _joined_aggregations(self, depth: int) -> Relation:
        """The same of a join, as TPC-DS's query 88."""
        name = self.rng.choice(("sales",) * 6 + ("none",))
        kind = self.rng.choice(("JOIN", "JOIN", "LEFT JOIN"))
        more = self.rng.choice(("", " AND {brand} < 3", " AND {label} = {kind}"))

        def source() -> tuple[str, Relation]:
            one, two = self.table(name), self.table("items")
            renamed = {n: d for n, d in two.columns.items() if not n.endswith(".cost")}
            both = Relation("", one.columns | renamed)
            return f"FROM {one.sql} {kind} {two.sql} ON {{item}} = {{i}}{more} WHERE", both

        return self._from_clause(self._parts(source))

    def _scalars(self, depth: int) -> Relation:
        """Scalar subqueries of one table beside each other, in SELECT or in WHERE, as TPC-DS's query 9."""
        name = self.rng.choice(("sales",) * 6 + ("none",))
        asked = self._asked(self.rng.randint(1, 2))
        scalars: list[tuple[str, str]] = []
        for condition in self._conditions():
            for text, dtype in asked:
                table = self.table(name)
                query = self._filled(f"(SELECT {text} FROM {table.sql} WHERE {condition})", table)
                scalars.append((query, dtype))
        outer = self.table(self.rng.choice(("items", "items", "t1", "t2", "t2", "t3")))
        if self.rng.random() < 0.4:
            tests = [f"{q} {self.rng.choice(('>', '<=', '<=>'))} {self.expr(d, outer, 1)}" for q, d in scalars[:3]]
            columns = list(outer.columns)
            word = self.rng.choice((" AND ", " OR ", " OR "))
            tail = f"FROM {outer.sql} WHERE {word.join(tests)}"
            return self._wrapped(", ".join(columns), list(outer.columns.values()), tail)
        chosen = [(f"CASE WHEN {q} IS NULL THEN {self._leaf(d, outer)} ELSE {q} END", d) for q, d in scalars[:1]]
        items = [*scalars[1:], *chosen]
        return self._wrapped(", ".join(q for q, _ in items), [d for _, d in items], f"FROM {outer.sql}")

    # -------------------------------------------------------------------------------------------- joins and DISTINCT

    def _star(self) -> tuple[str, Relation, Relation]:
        """A join of `items` with `sales` and perhaps more; both tables."""
        one, two = self.table(self.rng.choice(("sales",) * 6 + ("none",))), self.table("items")
        sides, on = [one.sql, two.sql], [self._filled("{item}", one) + " = " + self._filled("{i}", two)]
        if self.rng.random() < 0.4:
            three = self.table("t2")
            sides.append(three.sql)
            on.append(self._filled("{shop}", one) + " = " + self._filled("{a}", three))
        if self.rng.random() < 0.3:
            on.append(self._filled("{quantity}", one) + " > " + self._filled("{brand}", two))
        if self.rng.random() < 0.3:
            on.append(self.expr(BOOL, one, 1))
        if self.rng.random() < 0.1:
            on.append(self.expr(BOOL, two, 1))
        self.rng.shuffle(sides)
        return f"FROM {', '.join(sides)} WHERE {' AND '.join(on)}", one, two

    def _distinct_items(self) -> tuple[str, list[str]]:
        tail, one, two = self._star()
        rows = two if self.rng.random() < 0.85 else Relation("", one.columns | two.columns)
        types = [INT, TEXT]
        return f"SELECT DISTINCT {', '.join(self.expr(t, rows, 1) for t in types)} {tail}", types

    def _distinct_join(self, depth: int) -> Relation:
        text, types = self._distinct_items()
        if self.rng.random() < 0.3:
            tail, _, two = self._star()
            keys = self.rng.sample(list(two.columns), 2)
            types = [two.columns[k] for k in keys]
            text = f"SELECT {', '.join(keys)} {tail} GROUP BY {', '.join(keys)}"
        alias = self._fresh("q")
        return Relation(f"({text}) AS {alias}(c0, c1)", {f"{alias}.c{i}": t for i, t in enumerate(types)})

    def _distinct_sides(self, depth: int) -> Relation:
        sides = [self._distinct_items() for _ in range(2)]
        texts = [text.replace("DISTINCT ", self.rng.choice(("", "DISTINCT ")), 1) for text, _ in sides]
        word = self.rng.choice(("INTERSECT", "EXCEPT", "UNION", "UNION", "INTERSECT ALL", "UNION ALL"))
        alias = self._fresh("q")
        return Relation(f"({texts[0]} {word} {texts[1]}) AS {alias}(c0, c1)", {f"{alias}.c0": INT, f"{alias}.c1": TEXT})

    # ------------------------------------------------------------------------------------------------------ the rest

    def _quotients(self, depth: int) -> Relation:
        """Decimals divided by constants and by each other."""
        source = self.relation(depth)
        items = [f"{self.expr(DECIMAL, source, 2)} / {self.rng.choice(_DIVISORS)}" for _ in range(2)]
        items.append(f"({self.expr(DECIMAL, source, 1)} / 2 + {self.expr(DECIMAL, source, 1)}) / 5 / 8")
        items.append(f"try_divide({self.expr(DECIMAL, source, 1)}, {self.expr(DECIMAL, source, 1)})")
        test = f"{self.expr(DECIMAL, source, 1)} / {self.rng.choice(_DIVISORS)} {self.rng.choice('<>=')} 1.25"
        where = f" WHERE {test}" if self.rng.random() < 0.4 else ""
        return self._wrapped(", ".join(items), [DECIMAL] * len(items), f"FROM {source.sql}{where}")

    def _twice(self, depth: int) -> Relation:
        """A common table expression that is read twice."""
        source = self.relation(depth)
        columns = self.rng.sample(list(source.columns), min(4, len(source.columns)))
        types = [source.columns[c] for c in columns]
        names = [f"c{i}" for i in range(len(columns))]
        name, a, b = self._fresh("cte"), self._fresh("r"), self._fresh("r")
        one, two = ({f"{r}.{n}": d for n, d in zip(names, types, strict=True)} for r in (a, b))
        text = f"WITH {name}({', '.join(names)}) AS (SELECT {', '.join(columns)} FROM {source.sql}) "
        if self.rng.random() < 0.5:
            test = self.expr(BOOL, Relation("", one), 1)
            text += f"SELECT * FROM {name} AS {a} WHERE {test} UNION ALL SELECT * FROM {name}"
        else:
            kind = self.rng.choice(("JOIN", "LEFT JOIN", "LEFT SEMI JOIN", "LEFT ANTI JOIN"))
            joined = f"{name} AS {a} {kind} {name} AS {b} ON {a}.c0 <=> {b}.c0"
            text += f"SELECT {', '.join(one)} FROM {joined} AND {self.expr(BOOL, Relation('', one | two), 1)}"
        alias = self._fresh("q")
        listed = ", ".join(names)
        return Relation(
            f"({text}) AS {alias}({listed})", {f"{alias}.{n}": d for n, d in zip(names, types, strict=True)}
        )

    def _deep(self, depth: int) -> Relation:
        """An expression of a hundred levels."""
        source = self.relation(depth)
        kind = self.rng.choice((INT, TEXT, BOOL))
        operands = [self.expr(kind, source, 0) for _ in range(7)]
        sign = {INT: ("+", "-"), TEXT: ("||",), BOOL: ("AND", "OR")}[kind]
        text = operands[0]
        for i in range(self.rng.choice((_DEEP // 2, _DEEP, _DEEP))):
            text = f"({text} {self.rng.choice(sign)} {operands[i % 7]})"
        if kind == BOOL and self.rng.random() < 0.5:
            return self._wrapped(
                ", ".join(source.columns), list(source.columns.values()), f"FROM {source.sql} WHERE {text}"
            )
        return self._wrapped(text, [kind], f"FROM {source.sql}")

    def _parted(self, depth: int) -> Relation:
        """Conditions on the column that files are parted by, under joins and unions."""
        source = self.table("parted")
        tests = ("{p} = 3", "{p} IN (1, 5)", "{p} BETWEEN 2 AND 4", "{p} IS NULL", "{p} > 4 OR {p} < 1", "{p} <=> NULL",
                 "NOT ({p} = 2)", "{p} + 1 = 3", "{p} = 3 AND {v} > 10", "{p} = 99", "{p} IN (0, NULL)")  # fmt: skip
        test = self._filled(self.rng.choice(tests), source)
        columns = list(source.columns)
        if self.rng.random() < 0.5:
            return self._wrapped(", ".join(columns), list(source.columns.values()), f"FROM {source.sql} WHERE {test}")
        other = self.relation(depth)
        both = Relation("", source.columns | other.columns)
        kind = self.rng.choice(("JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"))
        kept = self.rng.sample(list(both.columns), min(4, len(both.columns)))
        where = f" WHERE {self._filled(self.rng.choice(tests), source)}" if self.rng.random() < 0.5 else ""
        tail = f"FROM {source.sql} {kind} {other.sql} ON {test}{where}"
        return self._wrapped(", ".join(kept), [both.columns[c] for c in kept], tail)

    def _subselects(self, depth: int) -> Relation:
        """Scalar subqueries inside expressions, of outer rows and not."""
        source = self.relation(depth)
        shared = source.named(INT)
        other = self.table(self.rng.choice(("t1", "t2", "sales", "items", "none")))
        inner = self.rng.choice(other.named(INT))
        where = f"WHERE {inner} = {self.rng.choice(shared)}" if shared and self.rng.random() < 0.6 else ""
        scalar = f"(SELECT {self.rng.choice(('max', 'min', 'count', 'sum'))}({inner}) FROM {other.sql} {where})"
        item = self.rng.choice(
            (scalar, f"concat('x', CAST({scalar} AS STRING), 'y')", f"coalesce({scalar}, {scalar} + 1, 7)",
             f"greatest({scalar}, 3) * 2", f"transform(array(1, 2), x -> x + {scalar})[0]")
        )  # fmt: skip
        column = self.rng.choice(list(source.columns))
        dtype = TEXT if item.startswith("concat") else LONG
        made = item if dtype == TEXT else f"CAST({item} AS BIGINT)"
        return self._wrapped(f"{column}, {made}", [source.columns[column], dtype], f"FROM {source.sql}")

    def _rollup(self, depth: int) -> Relation:
        source = self.relation(depth)
        keys = [self.key(d, source) for d in (INT, TEXT)]
        text, dtype = self.aggregate(source)
        how = self.rng.choice(("ROLLUP({})", "CUBE({})", "{}"))
        having = self.rng.choice(("", " HAVING count(*) > 1", f" HAVING {text} IS NOT NULL"))
        if "SELECT" in having:  # no aggregate of an outer row's subquery may stand there
            having = ""
        tail = f"FROM {source.sql} GROUP BY {how.format(', '.join(keys))}{having}"
        return self._wrapped(f"count(*), {text}", [LONG, dtype], tail)

    def _ranked(self, depth: int) -> Relation:
        """The first rows of each partition of an aggregation, ties among them, of sales that are filtered twice."""
        keys = self.rng.sample(("item", "shop", "kind", "is_web", "brand"), self.rng.randint(3, 4))
        sales = self.rng.choice(("sales", "sales", "none"))
        if self.rng.random() < 0.6:
            first, second = self.rng.sample(("quantity > 3", "price IS NOT NULL", "shop <> 2", "kind < 'd'"), 2)
            sales = f"(FROM {sales} |> WHERE {first} |> WHERE {second})"
        source = f"{sales} AS s JOIN items ON item = i"
        value = self.rng.choice(("sum(quantity)", "count(*)", "max(price)", "sum(tax)", "max(s.cost)", "min(day)"))
        how = self.rng.choice(("ROLLUP({})", "CUBE({})", "{}", "{}")).format(", ".join(keys))
        over = self.rng.choice((f"PARTITION BY {keys[0]} ", f"PARTITION BY {keys[0]} ", ""))
        over += "ORDER BY v " + self.rng.choice(("DESC", "DESC", "NULLS LAST", "", f"DESC, {keys[1]}"))
        rows = f"SELECT {', '.join(keys)}, {value} AS v FROM {source} GROUP BY {how}"
        text = f"FROM (SELECT *, rank() OVER ({over}) AS r FROM ({rows}))"
        if self.rng.random() < 0.3:
            text += f" |> WHERE {self.rng.choice(('v IS NOT NULL', 'r > 0', 'r <> 2', f'{keys[1]} IS NOT NULL'))}"
        most = self.rng.choice((1, 2, 3, 5, 40))
        text += f" |> WHERE {self.rng.choice(('r <= {}', 'r < {}', 'r = {}', 'r BETWEEN 1 AND {}')).format(most)}"
        return self._wrapped("r, CAST(v AS STRING)", [INT, TEXT], f"FROM ({text})")

    def _first_means(self, depth: int) -> Relation:
        """Means of the first groups in an order that some of them are part of."""
        keys = self.rng.sample(("item", "shop", "kind", "is_web"), 2)
        sales = self.rng.choice(("sales",) * 5 + ("none",))
        values = ("price", "tax", "tax", "DISTINCT tax", "CAST(quantity AS DECIMAL(8, 1))", "price * 2", "quantity")
        means = [f"avg({value})" for value in self.rng.sample(values, 3)]
        means[0] += self.rng.choice(("", f" FILTER (WHERE {self.rng.choice(('is_web', 'quantity > 90'))})"))
        how = self.rng.choice(("ROLLUP({})", "CUBE({})", "{}", "{}"))
        having = self.rng.choice(("", "", " HAVING count(*) > 5", " HAVING b > 1"))
        order = [*keys, "grouping_id()"] if how != "{}" else keys
        order = [*self.rng.choice(([], [], [], ["a"], ["c DESC"])), *order]
        limit = self.rng.choice(("LIMIT 1", "LIMIT 7", "LIMIT 5000", "LIMIT 4 OFFSET 2"))
        items = ", ".join(f"{mean} AS {name}" for mean, name in zip(means, "abc", strict=True))
        text = f"SELECT {', '.join(keys)}, {items} FROM {sales} GROUP BY {how.format(', '.join(keys))}{having}"
        shown = ", ".join(f"CAST({name} AS STRING)" for name in (*keys, "a", "b", "c"))
        return self._wrapped(shown, [TEXT] * 5, f"FROM ({text} ORDER BY {', '.join(order)} {limit})")

    def _named_groups(self, depth: int) -> Relation:
        """Sums of sales by what tables without conditions name, CASE by these among them."""
        sales, one, two = self.rng.choice(("sales", "sales", "none")), self._fresh("o"), self._fresh("p")
        source = f"{sales} AS s JOIN items AS {one} ON s.item = {one}.i"
        names = [f"{one}.{name}" for name in ("label", "brand", "cost", "i")]
        if self.rng.random() < 0.4:
            source += f" JOIN items AS {two} ON {self.rng.choice(('s.shop', 's.item'))} = {two}.i"
            names += [f"{two}.{name}" for name in ("label", "brand")]
        keys = self.rng.sample([*names, "s.kind", "s.shop", "s.day"], self.rng.randint(1, 5))
        value = self.rng.choice(("s.price", "s.quantity", "s.tax", "s.price", "1", "s.tax", "s.price", "s.cost"))
        condition, other = self.rng.choice(names), self.rng.choice(("0", "s.tax"))
        asked = [
            f"sum(CASE WHEN {condition} IS NOT NULL THEN {value} END)",
            f"sum(CASE WHEN {one}.brand = {self.rng.randrange(4)} THEN {value} ELSE {other} END)",
            f"count(CASE WHEN {one}.label > 'b' THEN {value} END)",
            f"max({value}) FILTER (WHERE {one}.brand < 2)",
            f"avg({value})",
            "count(*)",
            f"min({value})",
            f"sum({value}) + count(s.shop)",
        ]
        if self.rng.random() < 0.1:
            asked = [f"max({one}.label)", "sum(s.price * 2)"]
        chosen = self.rng.sample(asked, self.rng.randint(1, min(len(asked), 5)))
        where = f" WHERE {self.rng.choice(('s.quantity > 3', 's.kind IS NOT NULL', f'{one}.brand > 0'))}"
        tail = f"FROM {source}{where if self.rng.random() < 0.3 else ''} GROUP BY {', '.join(keys)}"
        told = [f"CAST({text} AS STRING)" for text in (*keys, *chosen)]
        return self._wrapped(", ".join(told), [TEXT] * len(told), tail)

    def _stacked(self, depth: int) -> Relation:
        """Filters on filters, projections on projections, unions in unions."""
        one = self._filter(0)
        for _ in range(self.rng.randint(1, 3)):
            columns = list(one.columns)
            types = list(one.columns.values())
            test = self.expr(BOOL, one, 1)
            text = f"FROM {one.sql} WHERE {test}"
            if self.rng.random() < 0.4:
                other = self.table("t2")
                leaves = ", ".join(self._leaf(t, other) for t in types)
                text += f" UNION ALL SELECT {leaves} FROM {other.sql}"
            one = self._wrapped(", ".join(columns), types, text)
        return one

    def _unions(self, depth: int) -> Relation:
        """Unions of unions."""
        types = [self.rng.choice((INT, TEXT, DATE)) for _ in range(2)]
        text = ""
        for i in range(self.rng.randint(3, 4)):
            source = self.relation(0)
            items = ", ".join(self.expr(t, source, 1) for t in types)
            select = f"SELECT {items} FROM {source.sql}"
            word = self.rng.choice(("UNION ALL",) * 6 + ("UNION", "EXCEPT"))
            text = f"SELECT * FROM ({text}) {word} {select}" if i else select
        alias = self._fresh("q")
        return Relation(f"({text}) AS {alias}(c0, c1)", {f"{alias}.c{i}": t for i, t in enumerate(types)})

    def _local(self, depth: int) -> Relation:
        """A window, a product or a set operation over tables that are no files."""
        leaves, self.leaves = self.leaves, ("t1", "t2")
        try:
            made = self.rng.choice((self._window, self._window, self._union))(0)
            if self.rng.random() < 0.3:
                one, two = self.table("t1"), self.table("t2")
                kept = self.rng.sample(list(one.columns), 2) + self.rng.sample(list(two.columns), 2)
                types = [(one.columns | two.columns)[c] for c in kept]
                made = self._wrapped(", ".join(kept), types, f"FROM {one.sql} CROSS JOIN {two.sql}")
            return made
        finally:
            self.leaves = leaves
