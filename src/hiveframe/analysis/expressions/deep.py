"""Expressions nested by the hundred (`a + b + c + …`): bound from the inside out, without deep recursion."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hiveframe.analysis.expressions.rewrites import REWRITES
from hiveframe.functions.registry import FunctionKind, lookup
from hiveframe.plan import logical as lg
from hiveframe.plan import spec

if TYPE_CHECKING:
    from hiveframe.analysis.expressions.binder import Binder


def bind_inside_out(binder: Binder, root: spec.Expr) -> None:
    """Bind every plain call below `root`, innermost first, and keep the results in `binder.done`."""
    stack: list[tuple[spec.Expr, bool]] = [(root, False)]
    done: dict[spec.Expr, lg.Expr] = {}
    while stack:
        node, ready = stack.pop()
        if node in done:
            continue
        inner = _plain_arguments(node)
        if not inner:
            continue
        if not ready:
            stack.append((node, True))
            stack.extend((child, False) for child in reversed(inner))
        elif node is not root:
            binder.done = done
            done[node] = binder.bind(node)
    binder.done = done


def _plain_arguments(node: spec.Expr) -> Sequence[spec.Expr]:
    """The arguments of a call that treats them like any other: no aggregate, lambda, star or special form."""
    if isinstance(node, spec.Cast):
        return (node.child,)
    if not isinstance(node, spec.Function) or len(node.name) != 1 or node.name[0].lower() in REWRITES:
        return ()
    row = lookup(node.name[0])
    if row is None or row.kind is not FunctionKind.SCALAR or row.lambda_params is not None:
        return ()
    if any(isinstance(a, (spec.Star, spec.Regex, spec.NamedArgument)) for a in node.args):
        return ()
    return node.args
