"""Values put in the place of parameters, before a statement is analysed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from hiveframe.errors import AnalysisException
from hiveframe.plan import spec, walk

N = TypeVar("N", bound=spec.Node)


def bind_parameters(node: N, named: Mapping[str, spec.Expr], positional: Sequence[spec.Expr]) -> N:
    """`node` with `:name` and `?` replaced; UNBOUND_SQL_PARAMETER names one that was given no value."""

    def fill(part: spec.Node) -> spec.Node:
        if not isinstance(part, spec.Parameter):
            return part
        if part.name is not None:
            if part.name in named:
                return named[part.name]
            raise AnalysisException("UNBOUND_SQL_PARAMETER", {"name": f"`{part.name}`"})
        assert part.position is not None
        if part.position < len(positional):
            return positional[part.position]
        start = part.origin.start if part.origin else part.position
        raise AnalysisException("UNBOUND_SQL_PARAMETER", {"name": f"`_{start}`"})

    return walk.rewrite_up(node, spec.Node, fill)
