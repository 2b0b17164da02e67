"""EXPLAIN: HiveFrame's own plan as a tree people can read, and the SQL that the engine runs."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Final

from hiveframe.engine.compiled import compile_plan
from hiveframe.engine.process import database
from hiveframe.lake.scan import ScanSource
from hiveframe.plan import logical as lg
from hiveframe.plan import walk
from hiveframe.plan.logical import schema_of
from hiveframe.plan.types import simple_string
from hiveframe.settings import Settings

Shown = Callable[[lg.Expr], str]


def explain_text(analyzed: lg.Relation, optimized: lg.Relation, settings: Settings, mode: str, shown: Shown) -> str:
    """The plan in one of Spark's modes: `simple` shows what runs, the others every stage and the engine's SQL."""
    if mode == "simple":
        return f"== Physical Plan ==\n{tree(optimized, shown)}\n"
    columns = ", ".join(f"{f.name}: {simple_string(f.dtype)}" for f in schema_of(analyzed).fields)
    statement = compile_plan(optimized, settings, database(settings)).shown()
    return (
        f"== Analyzed Logical Plan ==\n{columns}\n{tree(analyzed, shown)}\n"
        f"== Optimized Logical Plan ==\n{tree(optimized, shown)}\n"
        f"== Physical Plan ==\n{statement}\n"
    )


def tree(plan: lg.Relation, shown: Shown) -> str:
    """One line a relation, inputs indented below."""
    lines: list[str] = []
    stack: list[tuple[lg.Relation, str, str]] = [(plan, "", "")]
    while stack:
        node, lead, below = stack.pop()
        lines.append(lead + _line(node, shown))
        inputs = _inputs(node)
        for i, child in reversed(list(enumerate(inputs))):
            last = i == len(inputs) - 1
            stack.append((child, below + ("+- " if last else ":- "), below + ("   " if last else ":  ")))
    return "\n".join(lines) + "\n"


def _inputs(node: lg.Relation) -> list[lg.Relation]:
    found: list[lg.Relation] = []
    for f in dataclasses.fields(node):  # type: ignore[arg-type]
        value = getattr(node, f.name)
        items = value if isinstance(value, tuple) else (value,)
        found += [item for item in items if isinstance(item, lg.Relation)]
        found += [plan for item in items if isinstance(item, lg.Cte) for plan in walk.children(item, lg.Relation)]
    return found


def _line(node: lg.Relation, shown: Shown) -> str:
    describe = _DETAILS.get(type(node))
    detail = describe(node, shown) if describe else ""
    return type(node).__name__ + (f" {detail}" if detail else "")


def _column(c: lg.Column) -> str:
    return f"{c.name}#{c.id}"


def _columns(columns: tuple[lg.Column, ...]) -> str:
    return "[" + ", ".join(map(_column, columns)) + "]"


def _named(items: tuple[lg.Named, ...], shown: Shown) -> str:
    texts = []
    for item in items:
        same = isinstance(item.expr, lg.Column) and item.expr.id == item.column.id
        texts.append(_column(item.column) if same else f"{shown(item.expr)} AS {_column(item.column)}")
    return "[" + ", ".join(texts) + "]"


def _key(key: lg.SortKey, shown: Shown) -> str:
    nulls = "FIRST" if key.nulls_first else "LAST"
    return f"{shown(key.child)} {'ASC' if key.ascending else 'DESC'} NULLS {nulls}"


def _scan(node: lg.Scan, shown: Shown) -> str:
    source = node.source
    assert isinstance(source, ScanSource)
    where = ", ".join(source.paths[:3]) + (", …" if len(source.paths) > 3 else "")
    return f"{source.format} {_columns(node.output)} files: {len(source.files)}, location: [{where}]"


def _join(node: lg.Join, shown: Shown) -> str:
    return node.kind + (f", ({shown(node.condition)})" if node.condition is not None else "")


def _aggregate(node: lg.Aggregate, shown: Shown) -> str:
    sets = f", sets={list(map(list, node.grouping_sets))}" if node.grouping_sets is not None else ""
    return f"keys={_named(node.keys, shown)}{sets}, results={_named(node.items, shown)}"


_DETAILS: Final[Mapping[type[lg.Relation], Callable[..., str]]] = {
    lg.LocalData: lambda n, shown: _columns(n.output),
    lg.Values: lambda n, shown: f"{_columns(n.output)} rows: {len(n.rows)}",
    lg.Range: lambda n, shown: f"({n.start}, {n.end}, step={n.step})",
    lg.Scan: _scan,
    lg.Project: lambda n, shown: _named(n.items, shown),
    lg.Filter: lambda n, shown: f"({shown(n.condition)})",
    lg.Join: _join,
    lg.Aggregate: _aggregate,
    lg.Window: lambda n, shown: _named(n.items, shown),
    lg.Generate: lambda n, shown: f"{shown(n.generator)}, outer={str(n.outer).lower()}, {_columns(n.columns)}",
    lg.Sort: lambda n, shown: "[" + ", ".join(_key(k, shown) for k in n.keys) + f"], {str(n.is_global).lower()}",
    lg.Limit: lambda n, shown: f"{n.count}" + (f" offset {n.offset}" if n.offset else ""),
    lg.Tail: lambda n, shown: f"{n.count}",
    lg.Distinct: lambda n, shown: _columns(n.keys) if n.keys else "",
    lg.SetOperation: lambda n, shown: n.kind + (" all" if n.is_all else ""),
    lg.Sample: lambda n, shown: f"{n.lower}, {n.upper}, {str(n.with_replacement).lower()}, {n.seed}",
    lg.CteRef: lambda n, shown: f"{n.id}, {_columns(n.output)}",
    lg.MapPartitions: lambda n, shown: f"{n.udf.name}, {_columns(n.output)}",
    lg.GroupMap: lambda n, shown: f"{_columns(n.keys)}, {n.udf.name}, {_columns(n.output)}",
    lg.CoGroupMap: lambda n, shown: f"{n.udf.name}, {_columns(n.output)}",
    lg.CollectMetrics: lambda n, shown: f"{n.name}, {_named(n.metrics, shown)}",
}
