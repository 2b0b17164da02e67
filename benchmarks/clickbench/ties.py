"""Whether the first rows of an order are right, where rows that tie at the end may be others in another engine.

An answer is right when its sort keys are those of DuckDB's answer, one after another, and when each of its rows is one
of all the rows that the question has without its LIMIT.
"""

from collections.abc import Callable

import duckdb
import pyarrow as pa
import sqlglot
from sqlglot import exp

from benchmarks.tpc.compare import difference

DECIMALS = 6


def answer_difference(
    text: str, ours: Callable[[str], pa.Table], spelled: Callable[[str], str], raw: duckdb.DuckDBPyConnection
) -> str | None:
    """None for a right answer, else what is wrong.

    `ours` runs Spark SQL, `spelled` gives its DuckDB spelling, which `raw` runs.
    """
    tree = sqlglot.parse_one(text, read="spark")
    if tree.args.get("limit") is None:
        return difference(ours(text), raw.sql(spelled(text)).to_arrow_table())
    keys = with_keys(tree)
    mine, theirs = in_utc(ours(keys.sql("spark"))), in_utc(raw.sql(spelled(keys.sql("spark"))).to_arrow_table())
    if mine.num_rows != theirs.num_rows or mine.num_columns != theirs.num_columns:
        return f"{mine.num_rows} rows, {mine.num_columns} columns, not {theirs.num_rows}, {theirs.num_columns}"
    count = len(order_of(tree))
    first = mine.num_columns - count
    for row, (own, other) in enumerate(zip(rows_from(mine, first), rows_from(theirs, first), strict=True)):
        if own != other:
            return f"row {row} is at {own} in the order, not at {other}"
    return strange_row(mine, without_limit(keys), spelled, raw)


def in_utc(table: pa.Table) -> pa.Table:
    """Moments as wall-clock time of UTC, both sessions' time zone: Spark's `date_trunc` makes moments of such times."""
    fields = [
        field.with_type(pa.timestamp("us")) if pa.types.is_timestamp(field.type) else field for field in table.schema
    ]
    return table.cast(pa.schema(fields))


def order_of(tree: exp.Expr) -> list[exp.Expr]:
    """What the rows are sorted by; aliases stand for what they name."""
    order = tree.args.get("order")
    named = {e.alias: e.this for e in tree.expressions if isinstance(e, exp.Alias)}
    keys = [ordered.this for ordered in order.expressions] if order is not None else []
    return [named.get(key.name, key) if isinstance(key, exp.Column) else key for key in keys]


def with_keys(tree: exp.Expr) -> exp.Expr:
    """The query with its sort keys as last columns, sorted by them."""
    made = tree.copy()
    added = [exp.alias_(key.copy(), f"sort_key_{n}") for n, key in enumerate(order_of(tree))]
    made.set("expressions", [*made.expressions, *added])
    return made


def without_limit(tree: exp.Expr) -> exp.Expr:
    """All rows of the query, in no order."""
    made = tree.copy()
    for part in ("limit", "offset", "order"):
        made.set(part, None)
    return made


def rows_from(table: pa.Table, column: int) -> list[tuple[object, ...]]:
    """The values of the columns from `column` on, by row."""
    columns = [c.to_pylist() for c in table.columns[column:]]
    return list(zip(*columns, strict=True)) if columns else [()] * table.num_rows


def strange_row(
    mine: pa.Table, everything: exp.Expr, spelled: Callable[[str], str], raw: duckdb.DuckDBPyConnection
) -> str | None:
    """A row of ours that is not among all rows, or comes too often; doubles count to six decimals."""
    names = [f"c{n}" for n in range(mine.num_columns)]
    inexact = [pa.types.is_floating(field.type) for field in mine.schema]
    columns = ", ".join(
        f"round({name}, {DECIMALS})" if rough else name for name, rough in zip(names, inexact, strict=True)
    )
    raw.register("mine", mine.rename_columns(names))
    found = raw.sql(
        f"SELECT {columns} FROM mine EXCEPT ALL "
        f"SELECT {columns} FROM ({spelled(everything.sql('spark'))}) AS rows({', '.join(names)}) LIMIT 1"
    ).fetchall()
    raw.unregister("mine")
    return f"{found[0]} is no row of the answer" if found else None
