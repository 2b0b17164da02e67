"""Typed plans before they are run, with Spark's names for their nodes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from hiveframe.lake.scan import ScanSource
from hiveframe.optimizer.inputs import inputs
from hiveframe.optimizer.rules.merge_filters import conjuncts
from hiveframe.plan import logical as lg
from hiveframe.sessions.explaining.trees import tree

Shown = Callable[[lg.Expr], str]


def logical_tree(plan: lg.Relation, shown: Shown, note: Callable[[lg.Relation], str] | None = None) -> str:
    """The plan; `note` says more at the end of each line."""
    return tree(plan, lambda node: logical_line(node, shown) + (note(node) if note is not None else ""), inputs)


def logical_line(node: lg.Relation, shown: Shown) -> str:
    """A node's name and what it does."""
    name, describe = _NAMES.get(type(node), (type(node).__name__, None))
    detail = describe(node, shown) if describe is not None else ""
    return f"{name} {detail}".rstrip()


def column(c: lg.Column) -> str:
    """A column with its id."""
    return f"{c.name}#{c.id}"


def columns(found: tuple[lg.Column, ...]) -> str:
    """Columns in brackets."""
    return "[" + ", ".join(map(column, found)) + "]"


def named(items: tuple[lg.Named, ...], shown: Shown) -> str:
    """A select list."""
    texts = []
    for item in items:
        same = isinstance(item.expr, lg.Column) and item.expr.id == item.column.id
        text = shown(item.expr).removesuffix(f" AS {item.column.name}")
        texts.append(column(item.column) if same else f"{text} AS {column(item.column)}")
    return "[" + ", ".join(texts) + "]"


def keys(found: tuple[lg.SortKey, ...], shown: Shown) -> str:
    """Sort keys in brackets."""
    return "[" + ", ".join(_key(k, shown) for k in found) + "]"


def _key(key: lg.SortKey, shown: Shown) -> str:
    nulls = "FIRST" if key.nulls_first else "LAST"
    return f"{shown(key.child)} {'ASC' if key.ascending else 'DESC'} NULLS {nulls}"


JOIN_KINDS: Final[Mapping[str, str]] = {
    "inner": "Inner",
    "cross": "Cross",
    "left": "LeftOuter",
    "right": "RightOuter",
    "full": "FullOuter",
    "semi": "LeftSemi",
    "anti": "LeftAnti",
}


def condition(expr: lg.Expr, shown: Shown) -> str:
    """A condition in parentheses; a long chain of ANDs is written without recursion."""
    texts = [shown(part) for part in conjuncts(expr)]
    if len(texts) == 1 and texts[0].startswith("(") and texts[0].endswith(")"):
        return texts[0]
    return "(" + " AND ".join(texts) + ")"


def _join(node: lg.Join, shown: Shown) -> str:
    return JOIN_KINDS[node.kind] + (f", {condition(node.condition, shown)}" if node.condition is not None else "")


def _aggregate(node: lg.Aggregate, shown: Shown) -> str:
    sets = f", sets: {list(map(list, node.grouping_sets))}" if node.grouping_sets is not None else ""
    return f"{named(node.keys, shown)}, {named(node.items, shown)}{sets}"


def scan(node: lg.Scan, shown: Shown) -> str:
    """A scan's columns, and where they are read."""
    source = node.source
    assert isinstance(source, ScanSource)
    where = ", ".join(source.paths[:3]) + (", …" if len(source.paths) > 3 else "")
    return f"{source.format} {columns(node.output)} files: {len(source.files)}, location: [{where}]"


def range_detail(node: lg.Range, shown: Shown) -> str:
    """A range's bounds."""
    return f"({node.start}, {node.end}, step={node.step}, splits={node.partitions or 'default'})"


def repartition(node: lg.Repartition, shown: Shown) -> str:
    """A partitioning as Spark writes it."""
    texts = ", ".join(shown(key.child) for key in node.keys)
    kinds = {"round_robin": "RoundRobinPartitioning", "coalesce": "Coalesce", "range": "rangepartitioning"}
    return f"{kinds.get(node.kind, 'hashpartitioning')}({texts}{', ' if texts else ''}{node.count})"


_NAMES: Final[Mapping[type[lg.Relation], tuple[str, Callable[[Any, Shown], str] | None]]] = {
    lg.OneRow: ("OneRowRelation", None),
    lg.LocalData: ("LocalRelation", lambda n, shown: columns(n.output)),
    lg.KeptRows: ("KeptAggregate", lambda n, shown: columns(n.output)),
    lg.Values: ("LocalRelation", lambda n, shown: columns(n.output)),
    lg.Range: ("Range", range_detail),
    lg.Scan: ("Relation", scan),
    lg.StreamSource: ("StreamingRelation", lambda n, shown: f"{n.name}, {columns(n.output)}"),
    lg.Project: ("Project", lambda n, shown: named(n.items, shown)),
    lg.Staged: ("Staged", None),
    lg.Filter: ("Filter", lambda n, shown: condition(n.condition, shown)),
    lg.Join: ("Join", _join),
    lg.AsOfJoin: ("NearestByJoin", lambda n, shown: f"{JOIN_KINDS[n.kind]}, {n.count}, {shown(n.order)}"),
    lg.Aggregate: ("Aggregate", _aggregate),
    lg.Window: ("Window", lambda n, shown: named(n.items, shown)),
    lg.Generate: (
        "Generate",
        lambda n, shown: f"{shown(n.generator)}, outer={str(n.outer).lower()}, {columns(n.columns)}",
    ),
    lg.Sort: ("Sort", lambda n, shown: f"{keys(n.keys, shown)}, {str(n.is_global).lower()}"),
    lg.Limit: ("GlobalLimit", lambda n, shown: f"{n.count}" + (f" offset {n.offset}" if n.offset else "")),
    lg.Tail: ("Tail", lambda n, shown: f"{n.count}"),
    lg.Distinct: ("Deduplicate", lambda n, shown: columns(n.keys or n.output)),
    lg.SetOperation: ("SetOperation", lambda n, shown: n.kind + (" all" if n.is_all else "")),
    lg.Sample: ("Sample", lambda n, shown: f"{n.lower}, {n.upper}, {str(n.with_replacement).lower()}, {n.seed}"),
    lg.Repartition: ("RepartitionByExpression", repartition),
    lg.CteRef: ("CTERelationRef", lambda n, shown: f"{n.id}, {columns(n.output)}"),
    lg.WithCtes: ("WithCTE", None),
    lg.MapPartitions: ("MapInPandas", lambda n, shown: f"{n.udf.name}, {columns(n.output)}"),
    lg.GroupMap: (
        "FlatMapGroupsInPandas",
        lambda n, shown: f"{columns(n.keys)}, {n.udf.name}, {columns(n.output)}",
    ),
    lg.CoGroupMap: ("FlatMapCoGroupsInPandas", lambda n, shown: f"{n.udf.name}, {columns(n.output)}"),
    lg.CollectMetrics: ("CollectMetrics", lambda n, shown: f"{n.name}, {named(n.metrics, shown)}"),
}
