"""Functions whose meaning depends on how their arguments are written rather than on their types.

Each row rewrites the unresolved call; None keeps it as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from hiveframe.analysis.expressions import stars
from hiveframe.analysis.expressions.binder import Binder
from hiveframe.plan import spec
from hiveframe.plan import types as t

Rewrite = Callable[[Binder, spec.Function], spec.Expr | None]


def _struct(binder: Binder, node: spec.Function) -> spec.Expr | None:
    """`struct(a, b AS x, b + 1)` names its fields after its arguments."""
    args: list[spec.Expr] = []
    expanded = stars.expand_arguments(binder, node.args)
    binder.context.run.arguments[node] = tuple(expanded)
    for i, arg in enumerate(expanded):
        args += [spec.Literal(_field_name(arg, i), t.STRING), arg.child if isinstance(arg, spec.Alias) else arg]
    return spec.Function(("named_struct",), tuple(args), origin=node.origin)


def _field_name(arg: spec.Expr, position: int) -> str:
    match arg:
        case spec.Alias(names=(name,)):
            return name
        case spec.Attribute(parts):
            return parts[-1]
        case stars.Bound():
            return arg.name  # type: ignore[attr-defined,no-any-return]
        case spec.ExtractValue(key=spec.Literal(value=str() as name)):
            return name
    return f"col{position + 1}"


REWRITES: Final[Mapping[str, Rewrite]] = {
    "struct": _struct,
}
