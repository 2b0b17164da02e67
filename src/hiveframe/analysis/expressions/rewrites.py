"""Functions whose meaning depends on how their arguments are written rather than on their types.

Each row rewrites the unresolved call; None keeps it as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from hiveframe.analysis.expressions import stars
from hiveframe.analysis.expressions.binder import Binder
from hiveframe.analysis.expressions.is_unknown import unknown_as
from hiveframe.analysis.frame import failure
from hiveframe.functions.time_zones import offset_on, zone
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


def _null_treatment(place: int) -> Rewrite:
    """`nth_value(value, n, TRUE)` says IGNORE NULLS at `place`; the clause itself goes before."""

    def rewrite(binder: Binder, node: spec.Function) -> spec.Expr | None:
        if len(node.args) != place + 1 or any(isinstance(a, spec.Star) for a in node.args):
            return None
        *args, given = node.args
        if isinstance(given, spec.Literal) and isinstance(given.value, bool):
            ignores = given.value if node.ignore_nulls is None else node.ignore_nulls
            return replace(node, args=tuple(args), ignore_nulls=ignores)
        binder.bind_all(node.args)
        raise failure(
            "INVALID_PARAMETER_VALUE.BOOLEAN",
            node,
            parameter="`ignoreNulls`",
            functionName=f"`{node.name[-1].lower()}`",
            invalidValue=f'"{binder.text(given)}"',
        )

    return rewrite


def _row_ids(binder: Binder, node: spec.Function) -> spec.Expr | None:
    """What the pandas API numbers rows with, whatever columns it names: 0, 1, 2 …"""
    return None if node.is_internal and not node.args else replace(node, args=(), is_internal=True)


def _time_bucket(binder: Binder, node: spec.Function) -> spec.Expr | None:
    """Buckets are counted from the start of 1970 on the session's wall clock, or on one without a zone."""
    if len(node.args) != 2 or any(isinstance(a, spec.Star) for a in node.args):
        return None
    if isinstance(binder.bind(node.args[1]).dtype, t.TimestampNTZType):
        origin = spec.Literal(0, t.TIMESTAMP_NTZ)
    else:
        origin = spec.Literal(-offset_on(0, zone(binder.context.env.settings.time_zone)), t.TIMESTAMP)
    return replace(node, args=(*node.args, origin))


REWRITES: Final[Mapping[str, Rewrite]] = {
    "struct": _struct,
    "time_bucket": _time_bucket,
    "nth_value": _null_treatment(2),
    "lag": _null_treatment(3),
    "lead": _null_treatment(3),
    "distributed_sequence_id": _row_ids,
    "isunknown": unknown_as("isnull"),
    "isnotunknown": unknown_as("isnotnull"),
}
