"""Parameter markers, `:name` and `?`, replaced by the values that came with the text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from hiveframe.errors import AnalysisException, QueryContext
from hiveframe.plan import spec
from hiveframe.plan.walk import rewrite_up

N = TypeVar("N", bound=spec.Node)


def bind_parameters(tree: N, named: Mapping[str, spec.Expr], positional: Sequence[spec.Expr] = ()) -> N:
    """`tree` with its markers replaced; raises UNBOUND_SQL_PARAMETER for one without a value.

    Names are told apart by case, as in Spark.
    """

    def bound(node: spec.Node) -> spec.Node:
        if not isinstance(node, spec.Parameter):
            return node
        if node.name is not None and node.name in named:
            return named[node.name]
        if node.position is not None and node.position < len(positional):
            return positional[node.position]
        start = node.origin.start if node.origin is not None else -1
        shown = node.name if node.name is not None else f"_{start}"
        raise AnalysisException("UNBOUND_SQL_PARAMETER", {"name": shown}, context=_context(node.origin))

    return rewrite_up(tree, spec.Node, bound)


def _context(origin: spec.Origin | None) -> QueryContext | None:
    if origin is None or origin.sql_text is None:
        return None
    fragment = origin.sql_text[origin.start : origin.stop + 1]
    return QueryContext(fragment, origin.start, origin.stop, origin.line, origin.column, origin.sql_text)
